"""A later end for points that are about to expire, and for those that have."""

from typing import Annotated, ClassVar

from ninja import Router
from pydantic import Field

from regulars.access.rights import Right
from regulars.api.doors import Reply, write
from regulars.api.fields import Asking, LotId, MemberId, Moment, Telling, TransferId
from regulars.api.keys import Request
from regulars.api.places import whole_organisation
from regulars.api.routes.care import ReasonCode
from regulars.api.routes.holdings import UnitCode
from regulars.ledger import services as ledger
from regulars.members.selectors import group_of, roots

router = Router(tags=["Care"])


class ExtensionAsked(Asking):
    """Which of a member's units end later, and when."""

    EXAMPLE: ClassVar = {
        "unit": "points", "ending_before": "2027-01-01T00:00:00Z", "expires_at": "2027-06-30T23:00:00Z",
        "reason": "long-illness",
    }  # fmt: skip

    unit: UnitCode
    ending_before: Annotated[Moment, Field(description="Lots that end later than this stay as they are.")]
    expires_at: Annotated[Moment, Field(description="The new end.")]
    reason: ReasonCode


class LotExtended(Telling):
    """A lot, how much is left of it, and the end it had."""

    lot: LotId
    amount: int
    before: Moment


class ExtensionTold(Telling):
    """What ends later now."""

    unit: str
    expires_at: Moment
    amount: int
    lots: list[LotExtended]


class ReinstatementAsked(Asking):
    """Since when what expired comes back, and until when it can be spent then."""

    EXAMPLE: ClassVar = {
        "unit": "points", "expired_since": "2026-10-01T00:00:00Z", "expires_at": "2027-06-30T23:00:00Z",
        "reason": "long-illness",
    }  # fmt: skip

    unit: UnitCode
    expired_since: Moment
    expires_at: Annotated[Moment, Field(description="The new end.")]
    reason: ReasonCode


class Reinstated(Telling):
    """An expiry that was taken back."""

    transfer: TransferId
    amount: int


class ReinstatementTold(Telling):
    """What came back, to the lots it had expired from."""

    unit: str
    expires_at: Moment
    amount: int
    items: list[Reinstated]


@write(router, "POST", "/members/{member}/extensions", right=Right.LEDGER_ADJUST, answer=ExtensionTold, status=201)
def extend_units(request: Request, member: MemberId, body: ExtensionAsked) -> Reply:
    """What has not expired yet ends later. With dry_run it is the preview. Needs the right everywhere."""
    call = request.call
    root = roots([member], organisation=whole_organisation(call, Right.LEDGER_ADJUST))[member]
    done = ledger.extend(
        root,
        body.unit,
        body.expires_at,
        ending_before=body.ending_before,
        reason=body.reason,
        actor=call.actor,
        at=call.at,
    )
    told = ExtensionTold(
        unit=body.unit,
        expires_at=body.expires_at,
        amount=sum(one.amount for one in done),
        lots=[LotExtended(lot=one.lot, amount=one.amount, before=one.before) for one in done],
    )
    return Reply(told, about=root)


@write(
    router, "POST", "/members/{member}/reinstatements", right=Right.LEDGER_ADJUST, answer=ReinstatementTold, status=201
)
def reinstate_units(request: Request, member: MemberId, body: ReinstatementAsked) -> Reply:
    """What has expired comes back with a new end. Asked again it finds nothing more. Needs the right everywhere."""
    call = request.call
    root = roots([member], organisation=whole_organisation(call, Right.LEDGER_ADJUST))[member]
    done = ledger.reinstate(
        group_of(root),
        body.unit,
        body.expires_at,
        expired_since=body.expired_since,
        reason=body.reason,
        actor=call.actor,
        at=call.at,
    )
    told = ReinstatementTold(
        unit=body.unit,
        expires_at=body.expires_at,
        amount=sum(one.amount for one in done),
        items=[Reinstated(transfer=one.id, amount=one.amount) for one in done],
    )
    return Reply(told, about=root)
