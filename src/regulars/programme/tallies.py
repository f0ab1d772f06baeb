"""What is counted for members, read for decisions. Each function says what it costs."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run
from regulars.programme.standings import from_plain
from regulars.rules.tiers.ladder import Amounts
from regulars.rules.tiers.standing import Because, Entry, Grant, Setting

_ENTRIES: Final = (
    "SELECT member, effective_at, measure, amount, recorded_at FROM programme_qualifying"
    " WHERE member = ANY(%s::uuid[]) ORDER BY member, effective_at, id"
)
_GIVEN: Final = (
    "SELECT member, ladder, level, because, begins_at, ends_at, challenge, afresh, for_ever, standing"
    " FROM programme_given WHERE member = ANY(%s::uuid[]) AND void_at IS NULL ORDER BY begins_at, id"
)
_WINDOWS: Final = "unnest(%s::int[], %s::uuid[], %s::timestamptz[], %s::timestamptz[]) AS w(n, member, begins, ends)"
_SUMS: Final = (
    f"SELECT w.n, q.measure, sum(q.amount)::bigint FROM {_WINDOWS} JOIN programme_qualifying q ON q.member = w.member"
    " AND q.effective_at >= w.begins AND q.effective_at < w.ends AND (q.amount > 0 OR q.recorded_at <= w.ends)"
    " GROUP BY w.n, q.measure"
)
SET: Final = frozenset({Because.SET, Because.MERGED})


@dataclass(frozen=True, slots=True)
class Window:
    """Of a member, from an instant up to, not including, another."""

    member: UUID
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class GivenTo:
    """What was given to a member on a ladder."""

    settings: tuple[Setting, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def merged_at(self) -> datetime | None:
        """What was decided before two became one stays as it was."""
        return max((one.at for one in self.settings if one.standing is not None), default=None)


def entries_of(members: Collection[UUID]) -> dict[UUID, list[Entry]]:
    """All that ever counted for them. One query."""
    found: dict[UUID, list[Entry]] = {member: [] for member in members}
    for member, effective_at, measure, amount, recorded_at in run(_ENTRIES, [column(sorted(found))]) if found else ():
        found[member].append(Entry(effective_at, {measure: amount}, recorded_at))
    return found


def given_to(members: Collection[UUID]) -> dict[tuple[UUID, str], GivenTo]:
    """What was set by hand, matched or bought. One query."""
    settings: dict[tuple[UUID, str], list[Setting]] = {}
    grants: dict[tuple[UUID, str], list[Grant]] = {}
    for member, ladder, *rest in run(_GIVEN, [column(sorted(members))]) if members else ():
        one = given(*rest)
        if isinstance(one, Setting):
            settings.setdefault((member, ladder), []).append(one)
        else:
            grants.setdefault((member, ladder), []).append(one)
    keys = settings.keys() | grants.keys()
    return {key: GivenTo(tuple(settings.get(key, ())), tuple(grants.get(key, ()))) for key in keys}


def given(
    level: str,
    because: str,
    begins_at: datetime,
    ends_at: datetime | None,
    challenge: str,
    afresh: bool,
    for_ever: bool,
    standing: str | None,
) -> Setting | Grant:
    why = Because(because)
    if why in SET:
        kept = None if standing is None else from_plain(json.loads(standing))
        return Setting(begins_at, level, ends_at, why, afresh, for_ever, kept)
    return Grant(level, begins_at, ends_at, why, tuple(json.loads(challenge)))


def sums(windows: Sequence[Window]) -> list[dict[str, int]]:
    """Of each window the sums by measure; a return counts where it was recorded by the window's end. One query."""
    found: list[dict[str, int]] = [{} for _ in windows]
    rows = [(place, one.member, one.begins, one.ends) for place, one in enumerate(windows)]
    for place, measure, amount in run(_SUMS, columns(rows, 4)) if rows else ():
        found[place][measure] = amount
    return found


class Summed:
    """A tally of the one window that a review asks about."""

    def __init__(self, window: Window, amounts: Amounts) -> None:
        self.window = window
        self.amounts = amounts

    def sums(self, begins: datetime | None, ends: datetime, *, known_at: datetime) -> Amounts:
        assert (begins, ends) == (self.window.begins, self.window.ends), "another window than was read"
        return self.amounts

    def dated(self, begins: datetime, ends: datetime, *, known_at: datetime) -> Sequence[tuple[datetime, Amounts]]:
        raise AssertionError("a window reviewed daily is read entry by entry")
