"""Goodwill: given on the spot within a role's limit, and reported."""

from typing import Annotated, ClassVar, Literal, Self
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints, model_validator

from regulars.access.models import Key
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.access.selectors import roles_at
from regulars.api.doors import Reply, read, write
from regulars.api.fields import (
    AdjustmentId,
    CouponId,
    Day,
    GoodwillId,
    MemberId,
    MerchantId,
    Moment,
    Note,
    StaffId,
    StoreId,
    Telling,
    TransferId,
)
from regulars.api.keys import Call, Request
from regulars.api.places import Where, merchants_seen, organisation, stores_seen, where
from regulars.api.routes.care import ReasonCode
from regulars.api.routes.holdings import UnitCode
from regulars.api.routes.posting import BusinessKey, PlaceSaid
from regulars.basics.ids import typed
from regulars.journal.moves import KEY, STAFF
from regulars.members.errors import UnknownMember
from regulars.members.selectors import roots
from regulars.programme.goodwill.giving import allowances, give
from regulars.programme.goodwill.moves import Asked, Given, NewGoodwill
from regulars.programme.goodwill.selectors import totals

router = Router(tags=["Goodwill"])

SeriesCode = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$"), Field(description="Of a series of coupons.")
]
RoleCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$"), Field(examples=["clerk"])]
Person = Annotated[
    str, StringConstraints(pattern=r"^(stf|key)_[0-9a-z]{26}$"), Field(description="A member of staff, or a key.")
]


class GoodwillAsked(BusinessKey, PlaceSaid):
    """Something given to put things right: so much of a unit, or coupons of a series."""

    EXAMPLE: ClassVar = {"unit": "points", "amount": 200, "reason": "long-wait", "note": "An hour for a table."}

    unit: UnitCode | None = None
    coupon: SeriesCode | None = None
    amount: Annotated[int, Field(ge=1, le=10**12, description="Of the unit; of coupons how many.")] = 1
    reason: Annotated[ReasonCode, Field(description="One of those that the role's terms name.")]
    note: Annotated[Note, Field(description="In words; blanked when the member is erased.")] = ""
    staff: Annotated[StaffId | None, Field(description="Who gives, where several share a key.")] = None
    shown: Annotated[MemberId | None, Field(description="`shown` of the recognition, after a merge.")] = None

    @model_validator(mode="after")
    def one_thing(self) -> Self:
        if (self.unit is None) == (self.coupon is None):
            raise ValueError("Either a unit or a coupon.")
        if self.coupon is not None and self.amount > 100:
            raise ValueError("At most 100 coupons at once.")
        return self


class CouponGiven(Telling):
    """A coupon that was given. Its code is told this once."""

    id: CouponId
    code: str | None


class GoodwillTold(Telling):
    """What came of it. `asked`: above the limit, so it waits for a second person (see /adjustments)."""

    id: GoodwillId
    member: MemberId
    state: Literal["given", "asked", "refused", "taken-back"]
    role: Annotated[str, Field(description="In which role it was given: the one that leaves the most room.")]
    person: str
    unit: str
    coupon: str
    amount: int
    reason: str
    given_at: Moment
    transfer: TransferId | None
    adjustment: AdjustmentId | None
    coupons: list[CouponGiven]
    cause: Annotated[str, Field(description="The case it was given out of, if any.")]
    replayed: bool


class AllowanceTold(Telling):
    """What may be given of a unit, or of coupons of a series."""

    role: str
    unit: str
    coupon: str
    per_deed: int
    per_day: int
    left_today: int


class AllowancesTold(Telling):
    """In each role of the person."""

    person: str
    items: list[AllowanceTold]


class GoodwillTotal(Telling):
    """What was given by a person in a role for a reason."""

    role: str
    person: str
    reason: str
    unit: str
    coupon: str
    state: Literal["given", "asked", "refused", "taken-back"]
    deeds: int
    amount: int


class GoodwillReport(Telling):
    """By role, person, reason, and unit or coupon."""

    items: list[GoodwillTotal]


@write(router, "POST", "/members/{member}/goodwill", right=Right.GOODWILL_GIVE, answer=GoodwillTold, status=201)
def give_goodwill(request: Request, member: MemberId, body: GoodwillAsked) -> Reply:
    """Puts things right on the spot, within what the role may give each time and each day. Above it is refused with the
    numbers, or waits for a second person, as the terms of the role say."""
    call = request.call
    here = where(call, Right.GOODWILL_GIVE, body.merchant, body.store)
    wanted = wanted_goodwill(call, here, member, body)
    done = give(wanted, roles_of(call, body.staff, here), actor=call.actor, at=call.at)
    return Reply(goodwill_told(done), about=done.member)


def wanted_goodwill(call: Call, here: Where, member: UUID, body: GoodwillAsked) -> NewGoodwill:
    """What is to be given to a member here. Raises UnknownMember."""
    shown = body.shown or member
    found = roots([member, shown], organisation=here.organisation)
    if found[shown] != found[member]:
        raise UnknownMember("Who was shown is not this member.", missing=1)
    return NewGoodwill(
        organisation=here.organisation,
        member=found[member],
        shown=shown,
        person=person_of(call, body.staff),
        amount=body.amount,
        reason=body.reason,
        unit=body.unit or "",
        series=body.coupon or "",
        note=body.note,
        merchant=here.merchant_text,
        store=here.store_text,
        source=here.source_of(body.source),
        external_id=body.external_id or "",
    )


@read(router, "/goodwill/allowances", right=Right.GOODWILL_GIVE, answer=AllowancesTold)
def list_goodwill_allowances(
    request: Request, staff: StaffId | None = None, merchant: MerchantId | None = None, store: StoreId | None = None
) -> AllowancesTold:
    """What may still be given here today."""
    call = request.call
    here = where(call, Right.GOODWILL_GIVE, merchant, store)
    person = person_of(call, staff)
    found = allowances(here.organisation, person, roles_of(call, staff, here), at=call.at)
    items = [
        AllowanceTold(
            role=one.role,
            unit=one.unit,
            coupon=one.series,
            per_deed=one.per_deed,
            per_day=one.per_day,
            left_today=one.left,
        )
        for one in found
    ]
    return AllowancesTold(person=person, items=items)


@read(router, "/goodwill", right=Right.JOURNAL_READ, answer=GoodwillReport)
def report_goodwill(
    request: Request,
    role: RoleCode | None = None,
    person: Person | None = None,
    reason: ReasonCode | None = None,
    first_on: Day | None = None,
    last_on: Day | None = None,
) -> GoodwillReport:
    """What was given, added up. Days are the programme's, both included. A key of one merchant sees that merchant's."""
    call = request.call
    asked = Asked(
        organisation(call, Right.JOURNAL_READ),
        first_on,
        last_on,
        role or "",
        person or "",
        reason or "",
        merchants_seen(call, Right.JOURNAL_READ),
        stores_seen(call, Right.JOURNAL_READ),
    )
    items = [
        GoodwillTotal(
            role=one.role,
            person=one.person,
            reason=one.reason,
            unit=one.unit,
            coupon=one.series,
            state=one.state,  # type: ignore[arg-type]
            deeds=one.deeds,
            amount=one.amount,
        )
        for one in totals(asked)
    ]
    return GoodwillReport(items=items)


def person_of(call: Call, staff: UUID | None) -> str:
    """Who gives: whoever is named, else the owner of a person's own key, else the key itself."""
    owner = staff or Key.objects.values_list("owner", flat=True).get(pk=call.key)
    return typed("stf", owner) if owner else call.actor.id


def roles_of(call: Call, staff: UUID | None, here: Where) -> list[str]:
    kind, holder = (STAFF, staff) if staff else (KEY, call.key)
    place = Place(here.organisation, here.merchant, here.store)
    return roles_at(kind, holder, Right.GOODWILL_GIVE, place, at=call.at)


def goodwill_told(one: Given) -> GoodwillTold:
    return GoodwillTold(
        id=one.id,
        member=one.member,
        state=one.state,  # type: ignore[arg-type]
        role=one.role,
        person=one.person,
        unit=one.unit,
        coupon=one.series,
        amount=one.amount,
        reason=one.reason,
        given_at=one.given_at,
        transfer=one.transfer,
        adjustment=one.adjustment,
        coupons=[CouponGiven(id=number, code=code) for number, code in one.coupons],
        cause=one.cause,
        replayed=one.replayed,
    )
