"""Codes at a till that books its sales elsewhere: what they would do to a basket, held, redeemed, released, restored.

A till that sends whole purchases needs none of it: a purchase takes its codes along.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import Reply, read, write
from regulars.api.fields import PRINTED, CouponId, Moment, ReservationId, Telling
from regulars.api.keys import Call, Request
from regulars.api.places import Where, merchants_seen, organisation, stores_seen, where
from regulars.api.routes.bills import (
    BillLine,
    ByLine,
    Code,
    Currency,
    EffectTold,
    LineAsked,
    NotAppliedTold,
    OfferTold,
    Somebody,
    TenderAsked,
    thousandths,
)
from regulars.api.routes.posting import PlaceSaid
from regulars.basics.ids import new_id, typed
from regulars.members.errors import CardNotUsable, UnknownIdentifier
from regulars.members.moves import Presented
from regulars.members.selectors import recognise_all, roots
from regulars.programme.checkout import known
from regulars.programme.checkout.by_list import with_members
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.moves import Basket, Told
from regulars.programme.coupons.offering import offers_for
from regulars.programme.coupons.reservations import Kept, reservation
from regulars.programme.errors import CouponRefused, UnknownReservation
from regulars.programme.services import coupons_using
from regulars.rules.occasion import Line, Tender
from regulars.rules.pricing import Applied, GiftDue, Points
from regulars.sales.moves import Place, SoldLine

router = Router(tags=["Coupons"])


class BasketAsked(PlaceSaid, Somebody):
    """A basket and the codes that were typed or shown for it. Lines are as in a purchase."""

    EXAMPLE: ClassVar = {
        "currency": "CNY",
        "lines": [LineAsked.EXAMPLE],
        "coupons": ["SPRING26"],
        "member": "mbr_01kdvdna00e008000000000001",
    }

    currency: Currency
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=1000)]
    coupons: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]], Field(max_length=50)
    ] = Field(default_factory=list)
    channel: Annotated[Code | None, Field(description="till, web, desk …")] = None
    tenders: Annotated[list[TenderAsked], Field(max_length=20)] = Field(default_factory=list)
    effective_at: Annotated[Moment | None, Field(description="When it happened; now.")] = None


class ReservationAsked(BasketAsked):
    """A basket whose coupons, limits and budgets are to be held until it is paid."""

    EXAMPLE: ClassVar = {**BasketAsked.EXAMPLE, "hold_seconds": 900}

    hold_seconds: Annotated[int, Field(ge=1, le=30 * 86_400)] = 900


class CodeTold(Telling):
    """Which coupon a code is; null where nobody here knows it."""

    code: str
    coupon: CouponId | None
    series: str


class PricedTold(Telling):
    """What offers do to the basket: prices by line, what was given beside them, and why the rest was not applied."""

    lines: list[BillLine]
    discount: int
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    codes: list[CodeTold]
    exact: Annotated[bool, Field(description="Nothing better exists; false only where very many offers compete.")]


class BasketHeld(PricedTold):
    """What a reservation holds, or what was redeemed."""

    id: ReservationId
    state: Literal["reserved", "redeemed"]
    lapses_at: Moment | None = None


class CouponUseTold(Telling):
    """A coupon of a reservation."""

    coupon: CouponId
    state: Literal["reserved", "redeemed", "released", "lapsed", "restored"]
    discount: int


class ReservationTold(Telling):
    """A reservation, or what was redeemed at once, as it stands."""

    id: ReservationId
    state: Literal["reserved", "redeemed", "released", "lapsed"]
    lapses_at: Moment | None
    coupons: list[CouponUseTold]


@read(router, "/baskets/validate", right=Right.SALES_POST, answer=PricedTold, method="POST")
def validate_codes(request: Request, body: BasketAsked) -> PricedTold:
    """What promotions and codes would do to this basket, and why not. Nothing is held or written."""
    basket, home = _basket(request.call, body)
    told = offers_for([basket], organisation=home, locked=False, at=request.call.at).decide(basket)
    return PricedTold.model_validate(_priced(told))


@write(router, "POST", "/coupon-reservations", right=Right.SALES_POST, answer=BasketHeld, status=201)
def reserve_coupons(request: Request, body: ReservationAsked) -> Reply:
    """Prices the basket, and holds its coupons and their places in limits until it is redeemed or released. Refused
    where codes were shown and none takes anything off."""
    call = request.call
    return _use(call, body, call.at + timedelta(seconds=body.hold_seconds))


@write(router, "POST", "/coupon-redemptions", right=Right.SALES_POST, answer=BasketHeld, status=201)
def redeem_coupons(request: Request, body: BasketAsked) -> Reply:
    """The same, used at once."""
    return _use(request.call, body, None)


@read(router, "/coupon-reservations/{reservation}", right=Right.SALES_READ, answer=ReservationTold)
def read_a_reservation(request: Request, reservation: ReservationId) -> ReservationTold:
    """A reservation or redemption as it stands."""
    return _told(_seen(request.call, reservation, Right.SALES_READ), request.call)


@write(router, "POST", "/coupon-reservations/{reservation}/redeem", right=Right.SALES_POST, answer=ReservationTold)
def redeem_a_reservation(request: Request, reservation: ReservationId) -> ReservationTold:
    """The basket was paid: what was held is used."""
    call = request.call
    _seen(call, reservation, Right.SALES_POST)
    coupons_using.keep([reservation], actor=call.actor, at=call.at)
    return _told(_seen(call, reservation, Right.SALES_POST), call)


@write(router, "POST", "/coupon-reservations/{reservation}/release", right=Right.SALES_POST, answer=ReservationTold)
def release_a_reservation(request: Request, reservation: ReservationId) -> ReservationTold:
    """The basket was given up: what was held is free."""
    call = request.call
    _seen(call, reservation, Right.SALES_POST)
    coupons_using.release([reservation], actor=call.actor, at=call.at)
    return _told(_seen(call, reservation, Right.SALES_POST), call)


@write(router, "POST", "/coupon-reservations/{reservation}/restore", right=Right.SALES_POST, answer=ReservationTold)
def restore_coupons(request: Request, reservation: ReservationId) -> ReservationTold:
    """Everything was brought back: coupons whose series says so can be used again."""
    call = request.call
    kept = _seen(call, reservation, Right.SALES_POST)
    coupons_using.restore([reservation], organisation=kept.organisation, actor=call.actor, at=call.at)
    return _told(_seen(call, reservation, Right.SALES_POST), call)


def _use(call: Call, asked: BasketAsked, until: Any) -> Reply:
    """Raises CouponRefused."""
    basket, home = _basket(call, asked)
    held = {basket.id: until} if until else None
    told = coupons_using.checkout([basket], organisation=home, lapses_at=held, actor=call.actor, at=call.at)[0]
    if asked.coupons and not any(one.offered.typed for one in told.priced.applied):
        raise CouponRefused("None of these codes takes anything off this bill.", not_applied=_not_applied(told))
    said = {"id": basket.id, "state": "reserved" if until else "redeemed", "lapses_at": until}
    return Reply(BasketHeld.model_validate({**_priced(told), **said}), about=basket.member)


def _basket(call: Call, asked: BasketAsked) -> tuple[Basket, UUID]:
    """The basket as offers look at it, and whose it is. Raises UnknownMember, UnknownIdentifier, CardNotUsable."""
    here = where(call, Right.SALES_POST, asked.merchant, asked.store)
    member, shown = _person(asked, here.organisation)
    wanted = NewPurchase(
        place=_place(here, asked.channel or ""),
        currency=asked.currency,
        lines=tuple(_line(line.number or place, line) for place, line in enumerate(asked.lines, 1)),
        effective_at=asked.effective_at or call.at,
        member=member,
        shown=shown,
        tenders=tuple(Tender(one.kind, one.amount) for one in asked.tenders),
    )
    codes = tuple(dict.fromkeys(asked.coupons))
    wanted = replace(wanted, coupons=codes)
    [wanted] = with_members([wanted], organisation=here.organisation)
    found = known.read([wanted], organisation=here.organisation, at=call.at)
    said = found.occasion(wanted), found.facts(wanted), wanted.member, wanted.shown
    basket = Basket(new_id(call.at), *said, codes)
    return basket, here.organisation


def _person(asked: BasketAsked, home: UUID) -> tuple[UUID | None, UUID | None]:
    if asked.member is not None:
        return roots([asked.member], organisation=home)[asked.member], asked.member
    if asked.identifier is None:
        return None, None
    shown = Presented(asked.identifier.kind, asked.identifier.value, asked.identifier.source or "")
    (found,) = recognise_all([shown], organisation=home, region=asked.identifier.region)
    if found is None:
        raise UnknownIdentifier("Nobody here is recognised by that.")
    if not found.usable:
        raise CardNotUsable(f"This is refused: {found.state}.", state=found.state, reason=found.reason)
    return found.member, found.shown


def _place(here: Where, channel: str) -> Place:
    return Place(here.organisation, "", "", here.merchant, here.store, channel)


def _line(number: int, asked: LineAsked) -> SoldLine:
    marks = tuple(dict.fromkeys(asked.marks))
    line = Line(
        number, asked.item, asked.amount, thousandths(asked.quantity), asked.discount, asked.tax, asked.category,
        asked.brand, asked.vendor, marks,
    )  # fmt: skip
    return SoldLine(line, asked.name, asked.cost)


def _seen(call: Call, number: UUID, right: Right) -> Kept:
    """A reservation that this key may see; others' and unknown ones read alike. Raises UnknownReservation."""
    found = reservation(number)
    home = organisation(call, right)
    merchants, stores = merchants_seen(call, right), stores_seen(call, right)
    if found is not None and found.organisation == home:
        seen = merchants is None or found.merchant in merchants or found.store in stores
        if seen:
            return found
    raise UnknownReservation("No reservation has this id.", reservation=typed("rsv", number))


def _told(kept: Kept, call: Call) -> ReservationTold:
    uses = [{"coupon": coupon, "state": state, "discount": discount} for coupon, state, discount in kept.coupons]
    return ReservationTold.model_validate(
        {"id": kept.id, "state": kept.state_at(call.at), "lapses_at": kept.lapses_at, "coupons": uses}
    )


def _priced(told: Told) -> dict[str, Any]:
    by_line: dict[int, list[OfferTold]] = {}
    for one in told.priced.applied:
        for number, amount in one.discounts:
            by_line.setdefault(number, []).append(OfferTold(code=one.offered.code, amount=amount))
    return {
        "lines": [
            BillLine(
                number=line.number,
                item=line.item,
                amount=line.amount,
                discount=line.discount,
                paid=line.paid,
                tax=line.tax,
                offers=by_line.get(line.number, []),
            )
            for line in told.priced.lines
        ],
        "discount": told.priced.discount,
        "effects": [effect for one in told.priced.applied for effect in _effects(one)],
        "not_applied": _not_applied(told),
        "codes": [CodeTold(code=one.text, coupon=one.coupon, series=one.series) for one in told.shown],
        "exact": told.priced.exact,
    }


def _effects(one: Applied) -> Sequence[EffectTold]:
    said: dict[str, Any] = {
        "code": one.offered.code, "version": one.offered.version, "coupon": one.offered.reference,
    }  # fmt: skip
    found = []
    if one.discount:
        lines = [ByLine(number=number, amount=amount) for number, amount in one.discounts]
        found.append(EffectTold(kind="discount", amount=one.discount, money=one.discount, lines=lines, **said))
    for effect in one.effects:
        match effect:
            case Points(unit, amount):
                found.append(EffectTold(kind="points", unit=unit, amount=amount, **said))
            case GiftDue(item, pieces):
                found.append(EffectTold(kind="gift", item=item, amount=pieces, **said))
    return found


def _not_applied(told: Told) -> list[dict[str, Any]]:
    return [
        NotAppliedTold(
            code=one.code,
            version=one.version,
            coupon=one.reference,
            why=one.reason.why.value,
            facts=dict(one.reason.facts),
        ).model_dump()
        for one in told.priced.not_applied
    ]
