"""Fills an installation with the sample chain, in a process beside the server's: what it does is told line by line.

Stopped in the middle, the next start goes on where it was left: a till's document is booked once.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import django

from regulars.basics.under_way import telling

DAYS: Final = 730
SHOPS: Final = 12
GIVEN: Final = 300  # coupons
Tell = Callable[..., None]


def main() -> int:
    folder, customers = Path(sys.argv[1]), int(sys.argv[2])
    os.nice(5)  # whoever looks at a page goes first
    django.setup()
    from django.conf import settings

    with telling(settings.UNDER_WAY) as pages:

        def tell(**told: Any) -> None:
            """In the terminal, and on the pages of those who are there already."""
            _line(**told)
            if "step" in told:
                pages(told["step"], told.get("done", 0), told.get("of", 0))

        fill(folder, customers, tell=tell)
        if not (folder / "report" / "index.html").exists():
            tell(step="analysing the same sales")
            _analysed(folder)
    _line(finished=True, report=str(folder / "report" / "index.html"))
    return 0


def _analysed(folder: Path) -> None:
    """The report that needs no server, of the same files."""
    chain = folder / "chain"
    report = folder / "report"
    shutil.rmtree(report, ignore_errors=True)  # half of one
    beside = ("members", "campaigns", "survey", "complaints")
    more = [part for name in beside for part in (f"--{name}", str(chain / f"{name}.csv"))]
    command = [sys.executable, "-P", "-m", "regulars", "analyze", str(chain), "--out", str(report)]
    log = folder / "analysis.log"
    with log.open("w", encoding="utf-8") as written:
        subprocess.run([*command, "--name", "Riverside Markets", *more], stdout=written, stderr=written, check=True)


def _line(**told: Any) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def fill(folder: Path, customers: int, *, tell: Tell) -> None:
    """Everything that is not there yet. Tells `logins` as soon as pages can be opened, then `step`, `done`, `of`."""
    from django.utils import timezone

    from regulars.demo.setting import State, keep, kept, set_up

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo.json"
    state = kept(path)
    if state is None:
        state = State(until=(timezone.localdate() - timedelta(days=1)).isoformat())
        for older in ("chain", "lake"):
            shutil.rmtree(folder / older, ignore_errors=True)
        keep(state, path)
    chain = _chain(folder, customers, state.last_on, tell)
    from regulars.demo import bills, campaigns, care, member, people, scores
    from regulars.sample.shops import make_shops

    if not state.organisation:
        begun = datetime.combine(state.last_on - timedelta(days=DAYS), time(), UTC)
        shops = {shop.name: shop.code for shop in make_shops(SHOPS)}
        set_up(state, shops, path, begun=begun, at=timezone.now())
    tell(logins=state.logins)
    rows = people.rows_of(chain / "members.csv")
    _each(people.enrolled(state, rows, at=timezone.now()), len(rows), "members", state, path, tell)
    with _history(folder) as (lake, engine, work):
        if "lake" not in state.finished:
            tell(step="reading and cleaning the files")
            bills.read(chain, lake, engine, work)
            state.finished.append("lake")
            keep(state, path)
        sold = bills.sold(lake, engine)
    members = people.by_card(state.home, rows)
    _each(bills.booked(state, sold, members, at=timezone.now()), len(sold), "bills", state, path, tell)
    steps: dict[str, tuple[str, Callable[[], None]]] = {
        "coupons": (
            "giving coupons", lambda: _hand_out(state, list(members.values())[:: max(1, len(members) // GIVEN)]),
        ),
        "care": (
            "opening cases", lambda: care.fill(state, members, chain / "complaints.csv", at=timezone.now()),
        ),
        "campaigns": (
            "running two campaigns of the past", lambda: campaigns.fill(state),
        ),
        "scores": (
            "scoring every member", lambda: scores.scored(state, now=timezone.now),
        ),
    }  # fmt: skip
    for name, (said, doing) in steps.items():
        if name not in state.finished:
            tell(step=said)
            doing()
            state.finished.append(name)
            keep(state, path)
    some = list(members.values())[:: max(1, len(members) // GIVEN)]  # they have a coupon
    tell(member=member.shown(state, some, at=timezone.now()))


def _chain(folder: Path, customers: int, until: date, tell: Tell) -> Path:
    """Its files; whole or not at all."""
    from regulars.sample.chain import make_chain

    chain, half = folder / "chain", folder / "chain.part"
    if not chain.exists():
        tell(step="making the files of the tills of two years")
        shutil.rmtree(half, ignore_errors=True)
        make_chain(half, customers=customers, shops=SHOPS, until=until, days=DAYS)
        half.rename(chain)
    return chain


@contextmanager
def _history(folder: Path) -> Iterator[tuple[Any, Any, Path]]:
    from regulars.history.engine import Engine
    from regulars.history.lake import Lake

    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    with Engine(scratch=work, memory="2GB", threads=1) as engine:
        yield Lake(folder / "lake"), engine, work


def _each(done: Iterable[int], of: int, step: str, state: Any, path: Path, tell: Tell) -> None:
    from regulars.demo.setting import keep

    for number in done:
        keep(state, path)
        tell(step=step, done=number, of=of)


def _hand_out(state: Any, to: list[UUID]) -> None:
    from django.utils import timezone

    from regulars.demo.setting import DEMO
    from regulars.programme.coupons.moves import Gift
    from regulars.programme.services.coupons_issuing import issue

    gifts = [Gift(member, f"demo/{member}") for member in to]  # under that name once
    issue("welcome-back", organisation=state.home, to=gifts, actor=DEMO, at=timezone.now())


if __name__ == "__main__":
    sys.exit(main())
