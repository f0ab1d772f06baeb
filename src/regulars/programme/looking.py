"""Standings told again from the first entry on, without writing them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from regulars.programme.book import Book
from regulars.programme.ladders import versions
from regulars.programme.standings import Row, decided
from regulars.programme.tallies import GivenTo, entries_of, given_to
from regulars.rules.tiers.replaying import Decisions, decisions

NOTHING: Final = GivenTo()


@dataclass(frozen=True, slots=True)
class Told:
    """A standing before, all decisions on it, and the standing they lead to."""

    before: Row
    decisions: Decisions
    after: Row
    upto: datetime
    merged_at: datetime | None  # only what was decided since is told


def tell(rows: Sequence[Row], *, terms: Book, at: datetime, later: bool = True) -> list[Told]:
    """Of each standing all decisions. `later`: two tills' clocks differ, and what the other has written already is not
    in the future. Two queries."""
    members = {row.member for row in rows}
    listed, given, entries = versions(terms), given_to(members), entries_of(members)
    found = []
    for row in rows:
        own, moments = given.get((row.member, row.ladder), NOTHING), (one.effective_at for one in entries[row.member])
        upto = _latest(at, row.decided_at, moments) if later else at
        made = decisions(
            listed[row.ladder], entries[row.member], own.settings, joined_at=row.joined_at, as_of=upto,
            grants=own.grants,
        )  # fmt: skip
        found.append(
            Told(row, made, decided(row, made[-1][1], listed[row.ladder], own.grants, upto), upto, own.merged_at)
        )
    return found


def looked_at(rows: Sequence[Row], *, terms: Book, at: datetime) -> list[Row]:
    """Standings as they are at an instant, past or present. Two queries."""
    return [one.after for one in tell(rows, terms=terms, at=at, later=False)]


def _latest(at: datetime, decided_at: datetime, moments: Iterable[datetime]) -> datetime:
    return max(at, decided_at, *moments)
