"""Decisions on levels, told again from the first entry on and written. For who holds the locks of these standings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from regulars.journal.statements import columns, run, unnested
from regulars.programme.book import Book
from regulars.programme.histories import Change, changes, differing, told
from regulars.programme.ladders import versions
from regulars.programme.looking import tell
from regulars.programme.moves_tiers import TierChange
from regulars.programme.selectors.benefits import used_of
from regulars.programme.services.level_coupons import bring
from regulars.programme.standings import Row, ladder_at, write
from regulars.rules.tiers.ladder import Reviews
from regulars.rules.tiers.standing import Because

_CHANGE: Final = {
    "organisation": "uuid", "member": "uuid", "ladder": "text", "at": "timestamptz", "recorded_at": "timestamptz",
    "level": "text", "since": "timestamptz", "valid_until": "timestamptz", "because": "text",
    "anew_from": "timestamptz",
}  # fmt: skip
_NAMES: Final = ", ".join(_CHANGE)
_TELL: Final = f"INSERT INTO programme_standing_change ({_NAMES}) SELECT {_NAMES} FROM {unnested(_CHANGE)}"


@dataclass(frozen=True, slots=True)
class Decided:
    """A standing before and after, with the lines of history to add. `anew_from`: what no longer holds from then on."""

    before: Row
    after: Row
    lines: tuple[Change, ...]
    anew_from: datetime | None = None


def again(rows: Sequence[Row], *, terms: Book, at: datetime) -> list[TierChange]:
    """Tells standings again and writes what differs. At most six queries however many there are, one more where levels
    are taken back and one where levels bring coupons."""
    if not rows:
        return []
    listed, before = versions(terms), told({row.member for row in rows})
    found = []
    for one in tell(rows, terms=terms, at=at):
        row = one.before
        daily = ladder_at(listed[row.ladder], one.upto).review == Reviews.DAILY
        now = changes(one.decisions, daily=daily)
        since = [
            line for line in before.get((row.member, row.ladder), []) if not one.merged_at or line.at >= one.merged_at
        ]
        found.append(Decided(row, one.after, *differing(since, now)))
    return store(found, terms=terms, at=at)


def store(found: Sequence[Decided], *, terms: Book, at: datetime) -> list[TierChange]:
    """Writes standings, history, and coupons that a level brings. Answers levels that changed. Two to four queries."""
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
    changed = [one for one in found if one.before.shown.level != one.after.shown.level]
    return _with_losses(changed, terms, at)


def _with_losses(changed: Sequence[Decided], terms: Book, at: datetime) -> list[TierChange]:
    """A level that is taken back says what was used of its benefits, so that it can be asked back."""
    taken = [one.before for one in changed if one.after.earned.because == Because.TAKEN_BACK]
    lost = used_of(taken, terms=terms, at=at) if taken else {}
    found = [TierChange(one.after.member, one.after.ladder, one.before.shown, one.after.shown) for one in changed]
    return [
        replace(one, lost=lost.get((one.member, one.ladder), {})) if one.after.because == Because.TAKEN_BACK else one
        for one in found
    ]
