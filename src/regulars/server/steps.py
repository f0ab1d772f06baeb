"""How the steps of the worker go: noted as they are done, told with when each comes next, begun before their time."""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Final, Protocol

from django.db import DatabaseError, InterfaceError, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.console.state import StepTold
from regulars.journal.statements import run
from regulars.server.models import StepDone

EVERY: Final = 30.0  # seconds between two notes of what goes well
LATE: Final = timedelta(minutes=10)  # after its time, a step that did not come has something in its way
_LINE: Final = 200
_WELL: Final = """
INSERT INTO server_step (name, done_at, seconds, problem) VALUES (%s, %s, %s, '')
ON CONFLICT (name) DO UPDATE SET done_at = excluded.done_at, seconds = excluded.seconds
"""
_ILL: Final = """
INSERT INTO server_step (name, failed_at, seconds, problem) VALUES (%s, %s, %s, %s)
ON CONFLICT (name) DO UPDATE SET failed_at = excluded.failed_at, problem = excluded.problem
"""
_noted: dict[str, float] = {}  # by step: when this process noted it last, by its own clock


class Clocked(Protocol):
    """A step with its clock."""

    @property
    def name(self) -> str: ...

    @property
    def cron(self) -> str: ...


class Noting:
    """Around one go of a step. What it raises goes on; that it could not be noted is no reason to fail."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        self._begun = time.monotonic()

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None
    ) -> None:
        took = time.monotonic() - self._begun
        if kind is None and self._begun - _noted.get(self._name, -EVERY) < EVERY:
            return
        with suppress(DatabaseError, InterfaceError), transaction.atomic():
            if kind is None:
                run(_WELL, [self._name, timezone.now(), took])
                _noted[self._name] = self._begun
            else:
                run(_ILL, [self._name, timezone.now(), took, problem_of(kind, failure)])
                _noted.pop(self._name, None)


def problem_of(kind: type[BaseException], failure: BaseException | None) -> str:
    """Its first line: what a database adds names rows.

    >>> problem_of(ValueError, ValueError("no\\nDETAIL: Key (mail)=(ann@x)"))
    'ValueError: no'
    """
    lines = str(failure or "").splitlines()
    return f"{kind.__name__}: {lines[0][:_LINE]}" if lines else kind.__name__


def told(steps: Sequence[Clocked], *, at: datetime) -> list[StepTold]:
    """What is the matter first, then by name. One query."""
    rows = {row.name: row for row in StepDone.objects.all()}
    found = [_told(one, rows.get(one.name), at) for one in steps]
    return sorted(found, key=lambda one: (not one.failing, not one.late, one.name))


def _told(step: Clocked, row: StepDone | None, at: datetime) -> StepTold:
    done, failed = (row.done_at, row.failed_at) if row else (None, None)
    failing = failed is not None and (done is None or failed > done)
    clock: Any = app.periodic_registry.periodic_tasks[step.name, step.name].croniter
    before = datetime.fromtimestamp(clock.get_prev(float, start_time=at), UTC)
    after = datetime.fromtimestamp(clock.get_next(float, start_time=at), UTC)
    late = done is not None and not failing and done < before - LATE and at - before > LATE
    return StepTold(
        step.name, step.cron, done, row.seconds if row else 0.0, after, failed,
        row.problem if row and failing else "", failing, late,
    )  # fmt: skip


def start(name: str, *, at: datetime) -> bool:
    """Puts it into the queue now; False where it waits there already."""
    task: Any = app.tasks[name]
    try:
        with transaction.atomic():
            task.defer(timestamp=int(at.timestamp()))
    except AlreadyEnqueued:
        return False
    return True
