"""Decisions on levels, told again from the first entry on and written. For who holds the locks of these standings."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.journal.statements import column, columns, run, unnested
from regulars.programme.book import Book
from regulars.programme.ladders import versions
from regulars.programme.moves_tiers import TierChange
from regulars.programme.services.level_coupons import bring
from regulars.programme.standings import Row, decided, ladder_at, write
from regulars.programme.tallies import GivenTo, entries_of, given_to
from regulars.rules.tiers.ladder import Reviews
from regulars.rules.tiers.replaying import Decisions, Versions, decisions
from regulars.rules.tiers.standing import Because, Entry

_CHANGE: Final = {
    "organisation": "uuid", "member": "uuid", "ladder": "text", "at": "timestamptz", "recorded_at": "timestamptz",
    "level": "text", "since": "timestamptz", "valid_until": "timestamptz", "because": "text",
    "anew_from": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_CHANGE)
_TELL: Final = f"INSERT INTO programme_standing_change ({_NAMES}) SELECT {_NAMES} FROM {unnested(_CHANGE)}"
_TOLD: Final = (
    "SELECT member, ladder, at, level, since, valid_until, because, anew_from, recorded_at"
    " FROM programme_standing_change WHERE member = ANY(%s::uuid[]) ORDER BY id"
)
NOTHING: Final = GivenTo()


@dataclass(frozen=True, slots=True)
class Change:
    """A line of the history: what was decided, and when. Two are the same whenever they were written."""

    at: datetime
    level: str
    since: datetime
    valid_until: datetime | None
    because: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A standing before and after, with the lines of history to add. `anew_from`: what no longer holds from then on."""

    before: Row
    after: Row
    lines: tuple[Change, ...]
    anew_from: datetime | None = None


def again(rows: Sequence[Row], *, terms: Book, at: datetime) -> list[TierChange]:
    """Tells standings again and writes what differs. At most seven queries however many there are."""
    if not rows:
        return []
    members = {row.member for row in rows}
    listed, before, given = versions(terms), told(members), given_to(members)
    entries = entries_of(members)
    found = []
    for row in rows:
        own = given.get((row.member, row.ladder), NOTHING)
        upto = _upto(row, entries[row.member], at)
        made = _decisions(row, listed[row.ladder], entries[row.member], own, upto)
        after = decided(row, made[-1][1], listed[row.ladder], own.grants, upto)
        now = changes(made, daily=_daily(listed[row.ladder], upto))
        found.append(Decided(row, after, *_differing(before.get((row.member, row.ladder), []), now)))
    return store(found, terms=terms, at=at)


def looked_at(rows: Sequence[Row], *, terms: Book, at: datetime) -> list[Row]:
    """Standings as they are at an instant, though nobody wrote them yet. Two queries."""
    members = {row.member for row in rows}
    listed, given, entries = versions(terms), given_to(members), entries_of(members)
    found = []
    for row in rows:
        own = given.get((row.member, row.ladder), NOTHING)
        made = _decisions(row, listed[row.ladder], entries[row.member], own, at)
        found.append(decided(row, made[-1][1], listed[row.ladder], own.grants, at))
    return found


def store(found: Sequence[Decided], *, terms: Book, at: datetime) -> list[TierChange]:
    """Writes standings, history, and coupons that a level brings. Three queries."""
    write(one.after for one in found if one.after != one.before)
    rows = [
        (
            one.after.organisation, one.after.member, one.after.ladder, line.at, at, line.level, line.since,
            line.valid_until, line.because, one.anew_from if place == 0 else None,
        )
        for one in found
        for place, line in enumerate(one.lines)
    ]  # fmt: skip
    if rows:
        run(_TELL, columns(rows, len(_CHANGE)))
    bring([one.after for one in found if one.lines], terms=terms, at=at)
    return [
        TierChange(one.after.member, one.after.ladder, one.before.shown, one.after.shown)
        for one in found
        if one.before.shown.level != one.after.shown.level
    ]


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
        lines.append((Change(at, level, since, valid_until, because), recorded_at))
    return found


def changes(made: Decisions, *, daily: bool) -> list[Change]:
    """What of decisions stands in the history. The end that a rolling window moves with every entry does not."""
    found: list[Change] = []
    for at, one in made:
        valid_until = None if daily and not one.landed else one.valid_until
        line = Change(at, one.level, one.since, valid_until, one.because.value)
        if one.because == Because.START or (found and _same(found[-1], line)):
            continue
        found.append(line)
    return found


def _same(one: Change, other: Change) -> bool:
    return (one.level, one.since, one.valid_until, one.because) == (
        other.level, other.since, other.valid_until, other.because,
    )  # fmt: skip


def _differing(before: Sequence[Change], now: Sequence[Change]) -> tuple[tuple[Change, ...], datetime | None]:
    """Lines to add, and from when on those written before do not hold."""
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


def _decisions(row: Row, listed: Versions, entries: Iterable[Entry], own: GivenTo, at: datetime) -> Decisions:
    return decisions(listed, entries, own.settings, joined_at=row.joined_at, as_of=at, grants=own.grants)


def _upto(row: Row, entries: Sequence[Entry], at: datetime) -> datetime:
    """Two tills' clocks differ: what the other has written already is not in the future."""
    return max(at, row.decided_at, max((one.effective_at for one in entries), default=at))


def _daily(listed: Versions, at: datetime) -> bool:
    return ladder_at(listed, at).review == Reviews.DAILY
