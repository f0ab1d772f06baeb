"""Offers and challenges that members opt into, and how far they have come."""

from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, EnrolmentId, MemberId, Moment, Telling
from regulars.api.keys import Request
from regulars.api.places import organisation
from regulars.api.routes.people import looked
from regulars.members.selectors import roots
from regulars.programme.book import book
from regulars.programme.challenges.opting import Enrolled, enrolled, opt_in

router = Router(tags=["Offers and challenges"])

EnrolmentKind = Literal["offer", "challenge"]
TermsCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"), Field(examples=["small-shop-day"])
]


class EnrolmentAsked(Asking):
    """An offer or a challenge, by the code of its terms."""

    EXAMPLE: ClassVar = {"kind": "challenge", "code": "five-visits"}

    kind: EnrolmentKind
    code: TermsCode


class EnrolmentTold(Telling):
    """What a member opted into. A challenge is `open`, `reached` or `missed`; an offer `open` or `over`."""

    id: EnrolmentId
    kind: EnrolmentKind
    code: str
    version: int
    name: str
    state: Literal["open", "reached", "missed", "over"]
    enrolled_at: Moment
    begins_at: Moment
    ends_at: Moment | None
    reached_at: Moment | None
    progress: Annotated[int, Field(description="Towards the goal; of an offer 0.")]
    goal: int


class EnrolmentsTold(Telling):
    """The latest first; two hundred at most."""

    items: list[EnrolmentTold]


@write(router, "POST", "/members/{member}/enrolments", right=Right.MEMBERS_WRITE, answer=EnrolmentTold, status=201)
def opt_into(request: Request, member: MemberId, body: EnrolmentAsked) -> Reply:
    """Opts a member into an offer or a challenge that holds now. Twice within one window it is the same."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    root = roots([member], organisation=home)[member]
    done = opt_in(root, body.kind, body.code, organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(done), about=root)


@read(router, "/members/{member}/enrolments", right=Right.MEMBERS_READ, answer=EnrolmentsTold)
def list_enrolments(request: Request, member: MemberId) -> EnrolmentsTold:
    """What a member opted into, and how far they have come."""
    call = request.call
    home = organisation(call, Right.MEMBERS_READ)
    root = roots([member], organisation=home)[member]
    looked(call, root, part="enrolments")
    return EnrolmentsTold(items=[_told(one) for one in enrolled(root, terms=book(home), at=call.at)])


def _told(one: Enrolled) -> EnrolmentTold:
    return EnrolmentTold(
        id=one.id,
        kind=one.kind,  # type: ignore[arg-type]
        code=one.code,
        version=one.version,
        name=one.name,
        state=one.state,  # type: ignore[arg-type]
        enrolled_at=one.enrolled_at,
        begins_at=one.begins_at,
        ends_at=one.ends_at,
        reached_at=one.reached_at,
        progress=one.progress,
        goal=one.goal,
    )
