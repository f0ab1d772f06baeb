"""Balances set to zero, by a late bill say; and the appeal that gives them back."""

from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MemberId, Moment, ResetId, Telling, TransferId
from regulars.api.keys import Request
from regulars.api.places import organisation, whole_organisation
from regulars.api.routes.holdings import holder
from regulars.programme.models import Reset
from regulars.programme.resets.taking import appeal, decide, resets_of

router = Router(tags=["Resets"])


class DecisionAsked(Asking):
    """Whether what was taken is given back."""

    EXAMPLE: ClassVar = {"give_back": True}

    give_back: bool


class ResetTold(Telling):
    """What was taken, and what became of it."""

    id: ResetId
    member: MemberId
    code: str
    unit: str
    amount: int
    transfer: TransferId
    state: Literal["taken", "appealed", "given-back", "upheld"]
    taken_at: Moment
    appeal_until: Annotated[Moment, Field(description="Until when an appeal is heard.")]
    appealed_at: Moment | None
    decided_at: Moment | None
    decided_by: str


class ResetsTold(Telling):
    """The latest first; a hundred at most."""

    items: list[ResetTold]


@read(router, "/members/{member}/resets", right=Right.LEDGER_READ, answer=ResetsTold)
def list_resets(request: Request, member: MemberId) -> ResetsTold:
    """What was taken of a member, why, and until when an appeal is heard."""
    return ResetsTold(items=[_told(row) for row in resets_of(holder(request.call, member, "resets"))])


@write(router, "POST", "/resets/{reset}/appeal", right=Right.MEMBERS_WRITE, answer=ResetTold)
def appeal_against_a_reset(request: Request, reset: ResetId) -> Reply:
    """The member asks for it back."""
    call = request.call
    home = organisation(call, Right.MEMBERS_WRITE)
    row = appeal(reset, organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(row), about=row.member)


@write(router, "POST", "/resets/{reset}/decision", right=Right.LEDGER_ADJUST, answer=ResetTold)
def decide_on_a_reset(request: Request, reset: ResetId, body: DecisionAsked) -> Reply:
    """Gives back what was taken, to the lots it came from, or lets it stand. Needs the right everywhere."""
    call = request.call
    home = whole_organisation(call, Right.LEDGER_ADJUST)
    row = decide(reset, give_back=body.give_back, organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(row), about=row.member)


def _told(row: Reset) -> ResetTold:
    return ResetTold(
        id=row.id,
        member=row.member,
        code=row.code,
        unit=row.unit,
        amount=row.amount,
        transfer=row.transfer,
        state=row.state,  # type: ignore[arg-type]
        taken_at=row.taken_at,
        appeal_until=row.appeal_until,
        appealed_at=row.appealed_at,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
    )
