"""Members who share a home."""

from typing import Annotated, ClassVar
from uuid import UUID

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import Asking, HouseholdId, MemberId, Moment, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.basics.ids import typed
from regulars.journal.moves import Deed
from regulars.journal.services import record
from regulars.members.selectors import groups as known
from regulars.members.selectors import roots
from regulars.members.services import groups

router = Router(tags=["Households"])

Several = Annotated[list[MemberId], Field(min_length=1, max_length=50)]


class HouseholdAsked(Asking):
    """Members who live together; `head` is one of them."""

    EXAMPLE: ClassVar = {"members": ["mbr_01kdvdna00e008000000000001"], "head": "mbr_01kdvdna00e008000000000001"}

    members: Several
    head: MemberId | None = None


class JoiningAsked(Asking):
    """Members who move in."""

    EXAMPLE: ClassVar = {"members": ["mbr_01kdvdna00e008000000000002"]}

    members: Several


class HouseholdTold(Telling):
    """A household and who lives there."""

    id: HouseholdId
    head: MemberId | None
    members: list[MemberId]
    created_at: Moment


class HomeTold(Telling):
    """Where a member lives; null: in no household."""

    household: HouseholdId | None


def _told(number: UUID, home: UUID) -> HouseholdTold:
    found = known.home(number, organisation=home)
    return HouseholdTold(id=found.id, head=found.head, members=list(found.members), created_at=found.created_at)


@write(router, "POST", "/households", right=Right.MEMBERS_WRITE, answer=HouseholdTold, status=201)
def make_a_household(request: Request, body: HouseholdAsked) -> HouseholdTold:
    """These members share a home from now on; who lived elsewhere moves."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    made = groups.make_household(body.members, organisation=home, head=body.head, actor=call.actor, at=call.at)
    return _told(made, home)


@read(router, "/households/{household}", right=Right.MEMBERS_READ, answer=HouseholdTold)
def read_a_household(request: Request, household: HouseholdId) -> HouseholdTold:
    """Who lives together."""
    call = request.call
    told = _told(household, organisation(call, Right.MEMBERS_READ))
    record([Deed("households.read", typed("hsh", household))], actor=call.actor, at=call.at)
    return told


@write(router, "POST", "/households/{household}/members", right=Right.MEMBERS_WRITE, answer=HouseholdTold)
def join_a_household(request: Request, household: HouseholdId, body: JoiningAsked) -> HouseholdTold:
    """Members move in, from wherever they lived."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    groups.join_household(body.members, household, organisation=home, actor=call.actor, at=call.at)
    return _told(household, home)


@read(router, "/members/{member}/household", right=Right.MEMBERS_READ, answer=HomeTold)
def read_the_household_of_a_member(request: Request, member: MemberId) -> HomeTold:
    """Where a member lives."""
    call = request.call
    root = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    after = {"part": "household"}
    record([Deed("members.read", typed("mbr", root), after=after)], actor=call.actor, at=call.at)
    return HomeTold(household=known.home_of(root))


@write(router, "POST", "/members/{member}/household/leave", right=Right.MEMBERS_WRITE, answer=HomeTold)
def leave_a_household(request: Request, member: MemberId) -> HomeTold:
    """A member moves out; a household whose head leaves has none."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    groups.join_household([member], None, organisation=home, actor=call.actor, at=call.at)
    return HomeTold(household=None)
