"""What a member has and where they stand: balances, what expires, levels and what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.ledger.moves import Balance
from regulars.ledger.selectors import balances, lots
from regulars.members.models import Member
from regulars.programme.book import Book, book
from regulars.programme.ladders import holding
from regulars.programme.moves_tiers import Entitled, TierTold
from regulars.programme.selectors.benefits import entitled
from regulars.programme.selectors.tiers import rows_now, tiers_told, with_beginners
from regulars.rules.tiers.ladder import Ladder
from regulars.rules.tiers.missing import Missing

SOON: Final = timedelta(days=60)
ENDS_SHOWN: Final = 12


@dataclass(frozen=True, slots=True)
class Held:
    """A balance with its unit, and what of it ends next, where that is soon."""

    unit: Unit
    balance: Balance
    soon: int
    soon_at: datetime | None


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends at one moment."""

    unit: Unit
    amount: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Tier:
    """Where they stand on a ladder. `part`: hundredths of the way to the next level, of its nearest alternative."""

    name: str
    level: str
    until: datetime | None
    next_level: str
    missing: Missing | None
    part: int
    stay: Missing | None


def held(root: UUID, *, at: datetime) -> tuple[list[Held], list[Ending]]:
    """What there is of each unit, and what expires next. Three queries."""
    units = {one.code: one for one in Unit.objects.all()}
    ends: dict[tuple[datetime, str], int] = {}
    for one in lots(root, at=at):
        if one.expires_at is not None and one.remaining > 0:
            ends[one.expires_at, one.unit] = ends.get((one.expires_at, one.unit), 0) + one.remaining
    ending = [Ending(units[unit], ends[when, unit], when) for when, unit in sorted(ends)]
    return [_held(units[one.unit], one, ending, at) for one in balances(root, at=at)], ending[:ENDS_SHOWN]


def _held(unit: Unit, one: Balance, ending: Sequence[Ending], at: datetime) -> Held:
    first = next((end for end in ending if end.unit is unit and end.at <= at + SOON), None)
    return Held(unit, one, first.amount if first else 0, first.at if first else None)


def tiers(row: Member, *, at: datetime) -> list[Tier]:
    """Four queries at most; two more where a review is due."""
    terms = book(row.organisation)
    ladders = holding(terms, at)
    if not ladders:
        return []
    told = tiers_told(row.id, organisation=row.organisation, joined_at=row.enrolled_at, terms=terms, at=at)
    return [_tier(one, ladders[one.ladder]) for one in told]


def benefits(row: Member, *, at: datetime) -> list[Entitled]:
    """What the levels bring. Three queries."""
    terms = book(row.organisation)
    rows = rows_now([row.id], terms=terms, at=at)
    rows = with_beginners(rows, {row.id: row.enrolled_at}, organisation=row.organisation, terms=terms, at=at)
    return entitled(rows, terms=terms, at=at).get(row.id, [])


def _tier(one: TierTold, ladder: Ladder) -> Tier:
    names = {level.code: level.name or level.code.capitalize() for level in ladder.levels}
    rise = one.rise[0] if one.rise else None
    return Tier(
        one.name or ladder.name,
        names.get(one.shown.level, one.shown.level),
        one.shown.until,
        names.get(rise.level, rise.level) if rise else "",
        rise,
        _part(ladder, rise) if rise else 100,
        one.stay,
    )


def _part(ladder: Ladder, rise: Missing) -> int:
    """How much of the nearest alternative is done, in hundredths."""
    asked = ladder.level(rise.level).reach
    done = [
        sum(1 - left.get(name, 0) / amount for name, amount in whole.items()) / len(whole)
        for whole, left in zip(asked, rise.alternatives, strict=True)
    ]
    return int(100 * max(done, default=0))


def names_of_terms(terms: Book) -> Mapping[str, str]:
    """What promotions, series and rules call themselves. No query."""
    return {
        version.code: str(name)
        for kind in ("promotion", "coupon-series", "earn")
        for version in terms.versions(kind)
        if (name := getattr(version.terms, "name", ""))
    }
