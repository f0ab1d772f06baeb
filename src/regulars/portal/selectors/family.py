"""Who lives with a member, and what they can spend together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.ledger.models import Unit
from regulars.members.fields import NAMES
from regulars.members.naming import called
from regulars.members.selectors.groups import home_of, relatives
from regulars.members.selectors.profiles import facts_of
from regulars.programme.book import book
from regulars.programme.families.moves import Family as Together
from regulars.programme.families.reading import families_of
from regulars.programme.families.terms import KIND


@dataclass(frozen=True, slots=True)
class Relative:
    """Somebody of the household. What they have is told where they bring it."""

    id: UUID
    name: str
    own: bool
    is_head: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class Purse:
    """What the household has of a unit. `others`: of it, what the others bring."""

    unit: Unit
    available: int
    spends: bool


@dataclass(frozen=True, slots=True)
class Household:
    id: UUID
    relatives: Sequence[Relative]
    purses: Sequence[Purse]


def household(root: UUID, *, organisation: UUID, at: datetime) -> Household | None:
    """Eleven queries at most."""
    number = home_of(root)
    if number is None:
        return None
    living = relatives([number]).get(number, [])
    facts = facts_of([one.id for one in living], names=NAMES)
    units = {one.code: one for one in Unit.objects.all()}
    _, together = families_of(root, organisation=organisation, at=at)
    return Household(
        number,
        [Relative(one.id, called(facts[one.id]), one.id == root, one.is_head, one.since) for one in living],
        [_purse(one, root, units) for one in together if one.version.terms.unit in units],
    )


def _purse(one: Together, root: UUID, units: dict[str, Unit]) -> Purse:
    mine = next((share.standing for share in one.shares if share.standing.person.id == root), None)
    return Purse(units[one.version.terms.unit], one.available, mine is not None and mine.why_not_spend is None)


def may_invite(home: Household | None, organisation: UUID, *, at: datetime) -> bool:
    """Where units can be spent together, and by the head where a household has one. No query."""
    if not list(book(organisation).at(KIND, at)):
        return False
    return (
        home is None
        or not any(one.is_head for one in home.relatives)
        or any(one.is_head and one.own for one in home.relatives)
    )
