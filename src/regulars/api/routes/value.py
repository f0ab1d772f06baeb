"""Stored value: sold, paid with, paid out again."""

from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import write
from regulars.api.fields import Amount, MemberId, Moment, Telling, TransferId
from regulars.api.keys import Request
from regulars.api.places import require_open, where
from regulars.api.routes.holdings import UnitCode
from regulars.api.routes.posting import BusinessKey, Code, PlaceSaid, Validity
from regulars.ledger import services as ledger
from regulars.ledger.moves import Load, Payment
from regulars.ledger.words import Tender
from regulars.members.selectors import roots

router = Router(tags=["Stored value"])


class LoadAsked(BusinessKey, PlaceSaid):
    """Stored value that a member buys with money, and what is given on top."""

    EXAMPLE: ClassVar = {"unit": "GBP", "amount": 5000, "tender": "card", "bonus_unit": "GBP-bonus", "bonus": 500}

    unit: UnitCode
    amount: Amount
    tender: Literal["cash", "card", "bank", "value", "points"]
    bonus_unit: Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,39})?$")] = ""
    bonus: Annotated[int, Field(ge=0, le=10**15)] = 0
    bonus_validity: Validity = ""
    funder: Code = ""
    effective_at: Moment | None = None


class PaymentAsked(BusinessKey, PlaceSaid):
    """A bill to be paid with stored value: out of these units, in this order."""

    EXAMPLE: ClassVar = {"currency": "GBP", "amount": 1250, "units": ["GBP-bonus", "GBP"]}

    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
    amount: Amount
    units: Annotated[list[UnitCode], Field(min_length=1, max_length=10)]


class RefundAsked(BusinessKey, PlaceSaid):
    """Principal to be paid out again."""

    EXAMPLE: ClassVar = {"unit": "GBP", "amount": 1000}

    unit: UnitCode
    amount: Amount


class ValueTold(Telling):
    """A transfer of stored value."""

    transfer: TransferId
    amount: int


class LoadTold(Telling):
    """What was sold, and what was given on top."""

    items: list[ValueTold]
    replayed: bool


class PartTold(Telling):
    """So much out of one unit."""

    unit: str
    amount: int
    transfer: TransferId


class PaidTold(Telling):
    """What paid the bill."""

    id: TransferId
    parts: list[PartTold]
    replayed: bool


@write(router, "POST", "/members/{member}/loads", right=Right.LEDGER_POST, answer=LoadTold, status=201)
def load_stored_value(request: Request, member: MemberId, body: LoadAsked) -> LoadTold:
    """Sells stored value. Value and points buy none."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    wanted = Load(
        roots([member], organisation=here.organisation)[member],
        body.unit,
        body.amount,
        Tender(body.tender),
        bonus_unit=body.bonus_unit,
        bonus=body.bonus,
        bonus_validity=body.bonus_validity,
        funder=body.funder,
        effective_at=body.effective_at,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        merchant=here.merchant_text,
        store=here.store_text,
    )
    done = ledger.load(wanted, actor=call.actor, at=call.at)
    replayed = all(one.replayed for one in done)
    if not replayed:
        require_open(call, here, at=body.effective_at or call.at)
    items = [ValueTold(transfer=one.id, amount=one.amount) for one in done]
    return LoadTold(items=items, replayed=replayed)


@write(router, "POST", "/members/{member}/payments", right=Right.LEDGER_POST, answer=PaidTold, status=201)
def pay_with_stored_value(request: Request, member: MemberId, body: PaymentAsked) -> PaidTold:
    """All of the bill or nothing."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    wanted = Payment(
        roots([member], organisation=here.organisation)[member],
        body.currency,
        body.amount,
        tuple(dict.fromkeys(body.units)),
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        merchant=here.merchant_text,
        store=here.store_text,
    )
    done = ledger.pay(wanted, actor=call.actor, at=call.at)
    if not done.replayed:
        require_open(call, here, at=call.at)
    parts = [PartTold(unit=unit, amount=amount, transfer=number) for unit, amount, number in done.parts]
    return PaidTold(id=done.id, parts=parts, replayed=done.replayed)


@write(router, "POST", "/members/{member}/refunds", right=Right.LEDGER_POST, answer=ValueTold, status=201)
def refund_stored_value(request: Request, member: MemberId, body: RefundAsked) -> ValueTold:
    """Pays principal out again; a bonus is never paid out."""
    call = request.call
    here = where(call, Right.LEDGER_POST, body.merchant, body.store)
    done = ledger.refund(
        roots([member], organisation=here.organisation)[member],
        body.unit,
        body.amount,
        merchant=here.merchant_text,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
        actor=call.actor,
        at=call.at,
    )
    return ValueTold(transfer=done.id, amount=done.amount)
