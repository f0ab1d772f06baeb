"""Members bring members: the code to pass on, who said it, and what became of it."""

from typing import Annotated, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MemberId, Moment, ReferralId, SaleId, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.api.routes.people import looked
from regulars.members.selectors import roots
from regulars.programme.models import Referral
from regulars.programme.referrals.claiming import NewReferral, brought_by, claim, code_for, code_of

router = Router(tags=["Referrals"])

ReferralText = Annotated[
    str, StringConstraints(min_length=1, max_length=40, pattern=r"^[0-9A-Za-z-]+$"), Field(examples=["7KQ2M9XA"])
]
ProgrammeCode = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"),
    Field(description="Of terms of the kind referral.", examples=["bring-a-friend"]),
]


class ReferralAsked(Asking):
    """The code that a friend says, and in which referral programme."""

    EXAMPLE: ClassVar = {"code": "7KQ2M9XA", "programme": "bring-a-friend"}

    code: ReferralText
    programme: ProgrammeCode


class ReferralCodeTold(Telling):
    """The code by which a member brings others."""

    member: MemberId
    code: str


class ReferralTold(Telling):
    """Who brought whom. Rewarded by the purchase; where it came back in time, `claimed` again."""

    id: ReferralId
    programme: str
    referrer: MemberId
    friend: MemberId
    state: Literal["claimed", "rewarded"]
    claimed_at: Moment
    rewarded_at: Moment | None
    purchase: SaleId | None


class ReferralsTold(Telling):
    """Whom a member brought, the latest first; a hundred at most."""

    code: str | None
    items: list[ReferralTold]


@write(router, "POST", "/members/{member}/referral-code", right=Right.MEMBERS_WRITE, answer=ReferralCodeTold)
def make_a_referral_code(request: Request, member: MemberId) -> Reply:
    """A member's code to pass on: made when it is first asked for, then always the same."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    root = roots([member], organisation=home)[member]
    code = code_for(root, organisation=home, actor=call.actor, at=call.at)
    return Reply(ReferralCodeTold(member=root, code=code), about=root)


@write(router, "POST", "/members/{member}/referral", right=Right.MEMBERS_WRITE, answer=ReferralTold, status=201)
def say_who_brought_a_member(request: Request, member: MemberId, body: ReferralAsked) -> Reply:
    """A new member says the code of whoever brought them, before the first purchase."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    root = roots([member], organisation=home)[member]
    wanted = NewReferral(home, root, member, body.code, body.programme)
    return Reply(_told(claim(wanted, actor=call.actor, at=call.at)), about=root)


@read(router, "/members/{member}/referrals", right=Right.MEMBERS_READ, answer=ReferralsTold)
def list_referrals(request: Request, member: MemberId) -> ReferralsTold:
    """A member's code, and whom they brought with it."""
    call = request.call
    root: UUID = roots([member], organisation=organisation(call, Right.MEMBERS_READ))[member]
    looked(call, root, part="referrals")
    return ReferralsTold(code=code_of(root), items=[_told(row) for row in brought_by(root)])


def _told(row: Referral) -> ReferralTold:
    return ReferralTold(
        id=row.id,
        programme=row.programme,
        referrer=row.referrer,
        friend=row.friend,
        state="rewarded" if row.sale else "claimed",
        claimed_at=row.claimed_at,
        rewarded_at=row.rewarded_at,
        purchase=row.sale,
    )
