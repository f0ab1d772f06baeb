"""Histories of levels as they were written, and which lines a new telling adds."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.rules.tiers.replaying import Decisions
from regulars.rules.tiers.standing import Because

_TOLD: Final = (
    "SELECT member, ladder, at, level, since, valid_until, because, anew_from, recorded_at"
    " FROM programme_standing_change WHERE member = ANY(%s::uuid[]) ORDER BY id"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history: what was decided, and when. Two are the same whenever they were written."""

    at: datetime
    level: str  # "": none of the lines before holds any more
    since: datetime
    valid_until: datetime | None
    because: str


def told(members: Collection[UUID]) -> dict[tuple[UUID, str], list[Change]]:
    """The histories as they hold. One query."""
    return {key: [line for line, _ in lines] for key, lines in told_with_dates(members).items()}


def told_with_dates(members: Collection[UUID]) -> dict[tuple[UUID, str], list[tuple[Change, datetime]]]:
    """The same, each line with when it was written; what was decided anew is in place of what was there. One query."""
    found: dict[tuple[UUID, str], list[tuple[Change, datetime]]] = {}
    rows = run(_TOLD, [column(sorted(members))])
    for member, ladder, at, level, since, valid_until, because, anew_from, recorded_at in rows:
        lines = found.setdefault((member, ladder), [])
        if anew_from is not None:
            lines[:] = [one for one in lines if one[0].at < anew_from]
        if level:
            lines.append((Change(at, level, since, valid_until, because), recorded_at))
    return found


def changes(made: Decisions, *, daily: bool) -> list[Change]:
    """What of decisions stands in the history. The end that a rolling window moves with every entry does not."""
    found: list[Change] = []
    for at, one in made:
        valid_until = None if daily and not one.landed else one.valid_until
        line = Change(at, one.level, one.since, valid_until, one.because.value)
        if one.because != Because.START and not (found and _same(found[-1], line)):
            found.append(line)
    return found


def differing(before: Sequence[Change], now: Sequence[Change]) -> tuple[tuple[Change, ...], datetime | None]:
    """Lines to add, and from when on those written before do not hold; None: all of them do.

    >>> from datetime import UTC
    >>> days = [datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2)]
    >>> one, two = (Change(day, "gold", day, None, "kept") for day in days)
    >>> differing([one], [one, two]) == ((two,), None), differing([two], [one]) == ((one,), one.at)
    (True, True)
    """
    kept = 0
    while kept < min(len(before), len(now)) and before[kept] == now[kept]:
        kept += 1
    fresh = tuple(now[kept:])
    if kept == len(before):
        return fresh, None
    if fresh:
        return fresh, min(before[kept].at, fresh[0].at)
    if kept:
        return (now[kept - 1],), now[kept - 1].at
    first = before[0]
    return (Change(first.at, "", first.since, None, Because.START.value),), first.at


def _same(one: Change, other: Change) -> bool:
    return (one.level, one.since, one.valid_until, one.because) == (
        other.level, other.since, other.valid_until, other.because,
    )  # fmt: skip
