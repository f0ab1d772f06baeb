"""Members of one household who spend together: who takes part, as what, and whose units pay how much.

Units stay with the member who earned them; a payment is drawn from several members at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from regulars.basics.periods import day_of, start_of
from regulars.rules.rounding import shared

OLDEST: Final = 120  # years
MOST: Final = 50  # members of a household
LONGEST: Final = 3660  # days of waiting


class Order(StrEnum):
    """Whose units pay first."""

    OWN_FIRST = "own-first"  # then those of the others that expire soonest
    PROPORTIONAL = "proportional"  # each by what they have


class Spenders(StrEnum):
    """Who may pay with the units of all."""

    EVERYBODY = "everybody"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class FamilyTerms:
    """Of a unit. Ages are in full years, on the day of the purchase."""

    unit: str
    most_members: int = 8
    age_from: int = 0  # who is younger takes no part
    spends_from: int = 0  # who is younger brings units and spends none
    order: Order = Order.OWN_FIRST
    waits_days: int = 0  # so many days in the household before the others' units can be spent, and before theirs can
    spenders: Spenders = Spenders.EVERYBODY

    def __post_init__(self) -> None:
        if not self.unit:
            raise ValueError("A family is of a unit.")
        if not 1 <= self.most_members <= MOST:
            raise ValueError(f"A family has 1 to {MOST} members.")
        if min(self.age_from, self.spends_from) < 0 or max(self.age_from, self.spends_from) > OLDEST:
            raise ValueError(f"Ages are 0 to {OLDEST} years.")
        if self.spends_from and self.spends_from < self.age_from:
            raise ValueError("Nobody spends who is too young to take part.")
        if not 0 <= self.waits_days <= LONGEST:
            raise ValueError(f"Nobody waits longer than {LONGEST} days.")

    @property
    def asks_for_age(self) -> bool:
        return self.age_from > 0 or self.spends_from > 0


class Apart(StrEnum):
    """Why somebody takes no part, or does not spend."""

    NO_BIRTHDAY = "no-birthday"
    TOO_YOUNG = "too-young"
    WAITING = "waiting"
    TOO_MANY = "too-many"
    FROZEN = "frozen"
    NOT_HEAD = "not-head"  # takes part, but does not spend


@dataclass(frozen=True, slots=True)
class Person:
    """A member of the household, as of the purchase."""

    id: UUID
    since: datetime
    born_on: date | None = None
    is_head: bool = False
    is_frozen: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether somebody takes part, from when on, and whether they spend. `apart` None: they take part."""

    person: Person
    begins_at: datetime
    apart: Apart | None = None
    spends_not: Apart | None = None  # why who takes part does not spend

    @property
    def takes_part(self) -> bool:
        return self.apart is None

    @property
    def why_not_spend(self) -> Apart | None:
        return self.apart or self.spends_not


def age(born_on: date, on: date) -> int:
    """Full years. Who was born on 29 February is a year older from 1 March on where there is no such day.

    >>> age(date(2014, 5, 4), date(2026, 5, 3)), age(date(2014, 5, 4), date(2026, 5, 4))
    (11, 12)
    >>> age(date(2024, 2, 29), date(2026, 2, 28)), age(date(2024, 2, 29), date(2026, 3, 1))
    (1, 2)
    """
    return on.year - born_on.year - ((on.month, on.day) < (born_on.month, born_on.day))


def standings(terms: FamilyTerms, people: Iterable[Person], *, at: datetime, zone: str) -> tuple[Standing, ...]:
    """Of everybody in the household: the head first, then who has lived there longest. Of those who are old enough the
    first `most_members` have a place, whether they can use it yet or not."""
    on = day_of(at, zone)
    found = []
    places = terms.most_members
    for one in sorted(people, key=lambda each: (not each.is_head, each.since, each.id)):
        begins_at = _begins_at(terms, one, zone)
        apart = _of_age(terms, one, on)
        if apart is None and places == 0:
            apart = Apart.TOO_MANY
        elif apart is None:
            places -= 1
            apart = Apart.WAITING if at < begins_at else Apart.FROZEN if one.is_frozen else None
        found.append(Standing(one, begins_at, apart, _spends_not(terms, one, on) if apart is None else None))
    return tuple(found)


def _begins_at(terms: FamilyTerms, one: Person, zone: str) -> datetime:
    if not terms.waits_days:
        return one.since
    return start_of(day_of(one.since, zone) + timedelta(days=terms.waits_days), zone)


def _of_age(terms: FamilyTerms, one: Person, on: date) -> Apart | None:
    if not terms.asks_for_age:
        return None
    if one.born_on is None:
        return Apart.NO_BIRTHDAY
    return Apart.TOO_YOUNG if age(one.born_on, on) < terms.age_from else None


def _spends_not(terms: FamilyTerms, one: Person, on: date) -> Apart | None:
    if one.born_on is not None and age(one.born_on, on) < terms.spends_from:
        return Apart.TOO_YOUNG
    return Apart.NOT_HEAD if terms.spenders == Spenders.HEAD and not one.is_head else None


@dataclass(frozen=True, slots=True)
class Purse:
    """What somebody can spend: lots in spend order, each with its end. What lies below a floor is in no lot's reach."""

    owner: UUID
    lots: tuple[tuple[datetime | None, int], ...]
    available: int

    def without(self, spent: int) -> "Purse":
        """After so much was spent of the first lots."""
        left, lots = spent, []
        for ends, amount in self.lots:
            part = min(left, amount)
            left -= part
            if amount > part:
                lots.append((ends, amount - part))
        return Purse(self.owner, tuple(lots), max(0, self.available - spent))


def split(points: int, purses: Sequence[Purse], order: Order) -> list[tuple[UUID, int]]:
    """Who pays how much, nobody more than they have; the first purse is that of who spends. Those who pay nothing are
    left out. No more is asked than all have together.

    >>> ada, bo = UUID(int=1), UUID(int=2)
    >>> purses = [Purse(ada, ((None, 30),), 30), Purse(bo, ((None, 10),), 10)]
    >>> [amount for _, amount in split(35, purses, Order.OWN_FIRST)]
    [30, 5]
    >>> [amount for _, amount in split(10, purses, Order.PROPORTIONAL)]
    [8, 2]
    """
    assert 0 <= points <= sum(one.available for one in purses), points
    if order == Order.PROPORTIONAL:
        parts = shared(points, [one.available for one in purses]) if points else []
        return [(one.owner, part) for one, part in zip(purses, parts, strict=False) if part]
    paid = {one.owner: 0 for one in purses}
    left = {one.owner: one.available for one in purses}

    def take(owner: UUID, most: int) -> None:
        part = min(most, left[owner], points - sum(paid.values()))
        paid[owner] += part
        left[owner] -= part

    if purses:
        take(purses[0].owner, points)
    for _, _, owner, amount in sorted(_lots(purses[1:])):
        take(owner, amount)
    return [(owner, part) for owner, part in paid.items() if part]


def _lots(purses: Sequence[Purse]) -> Iterable[tuple[tuple[bool, float], int, UUID, int]]:
    """With what they are ordered by: those that end before those that do not; then as their holders stand."""
    for place, one in enumerate(purses):
        for ends, amount in one.lots:
            yield (ends is None, ends.timestamp() if ends else 0.0), place, one.owner, amount


def laid(parts: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Amounts by line for each of several who share what was laid on lines, in proportion; rows add up to `parts`,
    columns to `columns`.

    >>> laid([30, 10], [20, 20]), laid([1, 1, 1], [2, 1])
    ([[15, 15], [5, 5]], [[1, 0], [1, 0], [0, 1]])
    """
    assert sum(parts) == sum(columns), (parts, columns)
    left = list(columns)
    found = []
    for part in parts:
        row = shared(part, left)
        left = [rest - taken for rest, taken in zip(left, row, strict=True)]
        found.append(row)
    return found
