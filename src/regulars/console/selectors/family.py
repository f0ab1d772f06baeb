"""Who lives with a member, and what they can spend together: who takes part, what each brings, and why somebody not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.ledger.models import Unit
from regulars.members.selectors.groups import Relative, home_of, relatives
from regulars.programme.families.moves import Family
from regulars.programme.families.reading import families_of
from regulars.rules.family import Apart, Spenders

WHY: Final[Mapping[Apart, Any]] = {
    Apart.NO_BIRTHDAY: _("nobody knows how old they are"),
    Apart.TOO_YOUNG: _("too young"),
    Apart.WAITING: _("has not lived there long enough"),
    Apart.TOO_MANY: _("all places are taken"),
    Apart.FROZEN: _("frozen"),
    Apart.NOT_HEAD: _("only the head spends"),
}


@dataclass(frozen=True, slots=True)
class Bringing:
    """What somebody of the household brings. `why`: they take no part; `spends`: of it all, and else why not."""

    id: UUID
    name: str
    amount: int
    why: Any
    begins_at: datetime | None
    spends: bool
    spends_not: Any


@dataclass(frozen=True, slots=True)
class Pool:
    """A unit that is spent together."""

    unit: Unit
    available: int
    head_alone: bool
    shares: Sequence[Bringing]


@dataclass(frozen=True, slots=True)
class Household:
    """The people, the head first, and what they have together."""

    id: UUID
    people: Sequence[tuple[Relative, str]]
    pools: Sequence[Pool]


def household(root: UUID, desk: Desk) -> Household | None:
    """Ten queries at most; None for who lives in none."""
    number = home_of(root)
    if number is None:
        return None
    living = sorted(relatives([number]).get(number, []), key=lambda one: (not one.is_head, one.since, one.id))
    named = names_of([one.id for one in living])
    pools: list[Pool] = []
    if desk.may(Right.LEDGER_READ):
        units = {one.code: one for one in Unit.objects.all()}
        found = families_of(root, organisation=desk.home, at=desk.at)[1]
        pools = [_pool(one, units[one.version.terms.unit], named) for one in found]
    return Household(number, [(one, named.get(one.id, "")) for one in living], pools)


def _pool(one: Family, unit: Unit, named: Mapping[UUID, str]) -> Pool:
    shares = []
    for share in one.shares:
        standing = share.standing
        why = WHY[standing.apart] if standing.apart else ""
        waits = standing.begins_at if standing.apart == Apart.WAITING else None
        spends_not = WHY[standing.spends_not] if standing.spends_not else ""
        shares.append(
            Bringing(
                standing.person.id, named.get(standing.person.id, ""), share.available, why, waits,
                standing.why_not_spend is None, spends_not,
            )
        )  # fmt: skip
    return Pool(unit, one.available, one.version.terms.spenders == Spenders.HEAD, shares)
