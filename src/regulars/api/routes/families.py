"""What a household can spend together: who takes part, as what, and who does not and why."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import read
from regulars.api.fields import HouseholdId, MemberId, Moment, Telling, TermsId
from regulars.api.keys import Call, Request
from regulars.api.places import organisation
from regulars.api.routes.holdings import holder
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.programme.families.moves import Family, Share
from regulars.programme.families.reading import families_of
from regulars.rules.family import Apart

router = Router(tags=["Accounts"])


class TakingPartTold(Telling):
    """Who takes part, since when; `brings`: their units pay, they themselves spend none but their own."""

    member: MemberId
    since: Moment
    part: Literal["spends", "brings"]
    available: int


class ApartTold(Telling):
    """Who lives there and takes no part."""

    member: MemberId
    why: Literal["no-birthday", "too-young", "waiting", "too-many", "frozen"]
    until: Annotated[Moment | None, Field(description="Of who waits: until then.")]


class FamilyAccountTold(Telling):
    """What a household has of a unit: `available` is the sum of all who take part."""

    unit: str
    terms: TermsId
    available: int
    members: list[TakingPartTold]
    apart: list[ApartTold]


class FamilyTold(Telling):
    """A member's household, in every unit that there are terms (kind family) for."""

    household: HouseholdId | None
    items: list[FamilyAccountTold]


@read(router, "/members/{member}/family", right=Right.LEDGER_READ, answer=FamilyTold)
def read_the_family_of_a_member(request: Request, member: MemberId) -> FamilyTold:
    """Whose units can be spent together with this member's, how many there are, and who takes no part and why. Names
    are not told."""
    call = request.call
    root = holder(call, member, "family")
    household, found = families_of(root, organisation=organisation(call, Right.LEDGER_READ), at=call.at)
    _looked(call, {share.standing.person.id for one in found for share in one.shares} - {root})
    return FamilyTold(household=household, items=[_told(one) for one in found])


def _looked(call: Call, others: set[UUID]) -> None:
    """What the others have was seen too."""
    deeds = [Deed("ledger.read", typed("mbr", one), after={"part": "family"}) for one in sorted(others)]
    if deeds:
        record(deeds, actor=call.actor, at=call.at)


def _told(one: Family) -> FamilyAccountTold:
    return FamilyAccountTold(
        unit=one.version.terms.unit,
        terms=one.version.id,
        available=one.available,
        members=[_part(share) for share in one.taking_part],
        apart=[_apart(share) for share in one.shares if not share.standing.takes_part],
    )


def _part(share: Share) -> TakingPartTold:
    standing = share.standing
    return TakingPartTold(
        member=standing.person.id,
        since=standing.begins_at,
        part="spends" if standing.why_not_spend is None else "brings",
        available=share.available,
    )


def _apart(share: Share) -> ApartTold:
    standing = share.standing
    why = standing.apart
    assert why is not None
    until = standing.begins_at if why == Apart.WAITING else None
    return ApartTold.model_validate({"member": standing.person.id, "why": why.value, "until": until})
