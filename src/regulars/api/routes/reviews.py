"""Bills that came very late and wait for a person."""

from typing import Annotated, ClassVar
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import PRINTED, Asking, Cursor, Limit, Moment, SaleId, Telling
from regulars.api.keys import Request
from regulars.api.places import whole_organisation
from regulars.api.routes.bills import PurchaseTold
from regulars.basics.ids import untyped
from regulars.programme.checkout import booking
from regulars.programme.checkout.moves import Outcome
from regulars.programme.checkout.selectors import waiting

router = Router(tags=["Purchases"])


class RefusalAsked(Asking):
    """Why a late bill is not booked."""

    EXAMPLE: ClassVar = {"reason": "no such receipt in the till's journal"}

    reason: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTED)]


class LatePurchase(Telling):
    """A bill that waits, and since when."""

    purchase: PurchaseTold
    effective_at: Moment
    asked_at: Moment


class LatePurchases(Telling):
    """The oldest first."""

    items: list[LatePurchase]
    next: Annotated[str | None, Field(description="The cursor of the page after.")]


@read(router, "/purchase-reviews", right=Right.PROGRAMME_MANAGE, answer=LatePurchases)
def list_late_purchases(request: Request, limit: Limit = 50, cursor: Cursor | None = None) -> LatePurchases:
    """Bills older than the terms `late-policy` allow, which nobody has decided on yet."""
    home = whole_organisation(request.call, Right.PROGRAMME_MANAGE)
    after = read_cursor("purchase-reviews", cursor)
    page = waiting(home, after=UUID(after) if after else None, limit=limit)
    items = [
        LatePurchase(
            purchase=PurchaseTold.model_validate(row.told), effective_at=row.effective_at, asked_at=row.asked_at
        )
        for row in page
    ]
    going_on = write_cursor("purchase-reviews", str(page[-1].id)) if len(page) == limit else None
    return LatePurchases(items=items, next=going_on)


@write(router, "POST", "/purchase-reviews/{review}/accept", right=Right.PROGRAMME_MANAGE, answer=PurchaseTold)
def accept_a_late_purchase(request: Request, review: SaleId) -> Reply:
    """It is booked as of its own time, by the rules of then."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    return _said(booking.accept(review, organisation=home, actor=call.actor, at=call.at))


@write(router, "POST", "/purchase-reviews/{review}/refuse", right=Right.PROGRAMME_MANAGE, answer=PurchaseTold)
def refuse_a_late_purchase(request: Request, review: SaleId, body: RefusalAsked) -> Reply:
    """It is not booked; its document number stays used."""
    call = request.call
    home = whole_organisation(call, Right.PROGRAMME_MANAGE)
    return _said(booking.refuse(review, organisation=home, reason=body.reason, actor=call.actor, at=call.at))


def _said(done: Outcome) -> Reply:
    told = PurchaseTold.model_validate({**done.told, "replayed": done.replayed})
    return Reply(told, about=untyped("mbr", done.told["member"]) if done.told["member"] else None)
