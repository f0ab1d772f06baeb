"""`ledger verify`: everything is added up again from zero, and the chain is digested again. Nothing is mended.

A verification goes on where the last one was stopped; each step sees the books at one instant while tills go on.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import asdict, dataclass, field
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from regulars.basics.ids import new_id, typed
from regulars.journal.statements import run
from regulars.ledger.models import Verification
from regulars.ledger.verify_chain import Difference, anchored, look
from regulars.ledger.verify_steps import STEPS

KEPT: Final = 1_000  # differences told one by one; all are counted
LINKS_AT_ONCE: Final = 20
MEMORY: Final = "256MB"  # for one step's tables in memory
Progress = Callable[[str, int, int], None]  # what, how much is done, of how much


@dataclass(frozen=True, slots=True)
class UnitSum:
    """A unit's two sides, which make zero: what holders' accounts keep, what the house's accounts come to."""

    unit: str
    holders: int
    house: int


@dataclass(slots=True)
class Verified:
    """What a verification found; `differing` counts also what is not listed."""

    id: UUID
    differing: int = 0
    differences: list[Difference] = field(default_factory=list)
    units: list[UnitSum] = field(default_factory=list)
    looked: dict[str, int] = field(default_factory=dict)  # accounts, transfers, lots, holds, links, sealed …
    finished: bool = False

    @property
    def right(self) -> bool:
        return self.finished and self.differing == 0


@dataclass(slots=True)
class _Work:
    """A verification under way, shared by the threads that do its steps."""

    row: Verification
    progress: Progress
    links: int
    lock: Lock = field(default_factory=Lock)
    early: dict[int, tuple[int, int, list[Difference]]] = field(default_factory=dict)  # looked at before its turn

    def keep(self, wrong: Sequence[Difference], **looked: int) -> None:
        """Under the lock: what was found becomes a part of the row, which is written as it then stands."""
        room = KEPT - len(self.row.found)
        self.row.found += [asdict(one) for one in wrong[: max(0, room)]]
        self.row.facts["differing"] = self.row.facts.get("differing", 0) + len(wrong)
        counted = self.row.facts.setdefault("looked", {})
        for name, count in looked.items():
            counted[name] = counted.get(name, 0) + count
        self.row.save()


def verify(
    *, at: datetime, jobs: int = 1, anchors: Sequence[str] = (), resume: bool = False, progress: Progress | None = None
) -> Verified:
    """Looks at everything, with `jobs` connections side by side. `resume` goes on with the last one, if it was stopped.

    `anchors`: heads of the chain kept elsewhere, each "number:digest". The answer lists what differs; nothing raises.
    """
    row = _begun(at, resume)
    ((links,),) = run("SELECT coalesce(max(number), 0) FROM ledger_seal")
    work = _Work(row, progress or (lambda what, done, total: None), links)
    if "anchors" not in row.steps:
        row.steps["anchors"] = True
        work.keep(anchored(anchors), anchors=len(anchors))
    _do(work, jobs)
    row.finished_at = at
    row.save()
    return _told(row)


def _do(work: _Work, jobs: int) -> None:
    """The long statements first, the links of the chain beside and after them."""
    tasks: list[Callable[[], None]] = [partial(_step, work, name) for name in STEPS if name not in work.row.steps]
    tasks += [partial(_chain, work, after) for after in range(work.row.chain, work.links, LINKS_AT_ONCE)]
    if jobs == 1:
        for task in tasks:
            task()
        return
    with ThreadPoolExecutor(jobs) as pool:
        waiting = deque(tasks)
        running: set[Future[None]] = set()
        while waiting or running:
            while waiting and len(running) < jobs:
                running.add(pool.submit(_on_its_own, waiting.popleft()))
            done, running = wait_for(running, return_when=FIRST_COMPLETED)
            for future in done:
                future.result()


def _begun(at: datetime, resume: bool) -> Verification:
    last = Verification.objects.order_by("-started_at", "-id").first() if resume else None
    if last is not None and last.finished_at is None:
        return last
    return Verification.objects.create(id=new_id(at), started_at=at)


def _step(work: _Work, name: str) -> None:
    rows = _told_by(STEPS[name])
    wrong = [
        Difference(what, typed(kind, id) if id else kind, stands, should)
        for told, what, kind, id, stands, should, _ in rows
        if told == "difference"
    ]
    with work.lock:
        for told, what, _, _, stands, should, _ in rows:
            if told == "unit":
                work.row.facts.setdefault("units", []).append([what, int(stands), int(should)])
        work.row.steps[name] = True
        work.keep(wrong, **{what: int(count) for told, what, *_, count in rows if told == "count"})
        work.progress("steps", sum(step in work.row.steps for step in STEPS), len(STEPS))


def _told_by(sql: str) -> list[tuple[str, str, str, UUID | None, str, str, int]]:
    with transaction.atomic():
        before = run("SELECT current_setting('work_mem')")[0][0]
        run("SELECT set_config('work_mem', %s, true)", [MEMORY])
        rows = run(sql)
        run("SELECT set_config('work_mem', %s, true)", [before])
    return rows


def _chain(work: _Work, after: int) -> None:
    """Looks at some links. What was looked at without a gap is kept, so that a stopped verification goes on there."""
    until = min(after + LINKS_AT_ONCE, work.links)
    sealed, wrong = look(after, until)
    with work.lock:
        work.early[after] = until, sealed, wrong
        while work.row.chain in work.early:
            until, sealed, wrong = work.early.pop(work.row.chain)
            looked, work.row.chain = until - work.row.chain, until
            work.keep(wrong, links=looked, sealed=sealed)
        work.progress("links", work.row.chain, work.links)


def _on_its_own(task: Callable[[], None]) -> None:
    """In a thread, whose connection ends with the task."""
    try:
        task()
    finally:
        connection.close()


def _told(row: Verification) -> Verified:
    facts = row.facts
    return Verified(
        row.id,
        facts["differing"],
        [Difference(**one) for one in row.found],
        [UnitSum(*one) for one in sorted(facts.get("units", []))],
        dict(facts["looked"]),
        row.finished_at is not None,
    )
