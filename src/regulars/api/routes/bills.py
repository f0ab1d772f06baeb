"""What a till says of a bill, and what it is answered: the shapes of purchases and returns."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from regulars.api.fields import PRINTED, Amount, Asking, MemberId, Moment, SaleBackId, SaleId, Telling, Word
from regulars.api.routes.holdings import UnitCode
from regulars.api.routes.people import Kind, Region, Value
from regulars.api.routes.posting import PlaceSaid

Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$"), Field(examples=["CNY"])]
Money = Annotated[int, Field(ge=0, le=10**15, description="Whole minor units.")]
Quantity = Annotated[
    str,
    StringConstraints(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?$"),
    Field(description="Pieces or a weight, with at most three decimals.", examples=["2", "1.25"]),
]
Thing = Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9._:/+-]+$")]


class IdentifierShown(Asking):
    """A card, phone, mail address or number that is shown or said."""

    EXAMPLE: ClassVar = {"kind": "email", "value": "ada@example.com"}

    kind: Kind
    value: Value
    source: Annotated[Word | None, Field(description="Whose number it is: of an external or open id.")] = None
    region: Region | None = None


class Somebody(Asking):
    """A member by id or by what is shown; neither: nobody."""

    member: MemberId | None = None
    identifier: IdentifierShown | None = None

    @model_validator(mode="after")
    def one_at_most(self) -> Self:
        if self.member is not None and self.identifier is not None:
            raise ValueError("Either member or identifier.")
        return self


class LoadedOnto(Somebody):
    """The line is stored value sold: it is loaded onto this card or member, in this unit."""

    EXAMPLE: ClassVar = {"identifier": {"kind": "card", "value": "6012345678901234567"}, "unit": "CNY-value"}

    unit: UnitCode

    @model_validator(mode="after")
    def somebody(self) -> Self:
        if self.member is None and self.identifier is None:
            raise ValueError("Say onto whose account it is loaded.")
        return self


class LineAsked(Asking):
    """A line of a bill, at list price with tax. `discount` is what the till itself took off already."""

    EXAMPLE: ClassVar = {"item": "4006381333931", "name": "Milk", "quantity": "2", "amount": 2400, "tax": 157}

    number: Annotated[int | None, Field(ge=1, le=100_000, description="Nothing said: its place in the list.")] = None
    item: Annotated[
        str,
        StringConstraints(min_length=1, max_length=80, pattern=PRINTED),
        Field(description="The article's number, by which rules and offers know it."),
    ]
    name: Annotated[Thing, Field(description="As it is printed.")] = ""
    quantity: Quantity = "1"
    amount: Annotated[
        int, Field(ge=0, le=10**15, description="Of the whole line, not of a piece, in whole minor units.")
    ]
    discount: Annotated[int, Field(ge=0, le=10**15, description="Of the whole line: taken off by the till.")] = 0
    tax: Annotated[int, Field(ge=0, le=10**15, description="Contained in amount - discount.")] = 0
    cost: Annotated[int | None, Field(ge=0, le=10**15, description="What it cost the shop.")] = None
    category: Annotated[Thing, Field(description="From the widest.", examples=["food/dairy/milk"])] = ""
    brand: Thing = ""
    vendor: Thing = ""
    marks: Annotated[list[Code], Field(max_length=20, description="gift-card, tobacco …")] = Field(default_factory=list)
    loads: Annotated[LoadedOnto | None, Field(description="Stored value that the line sells: a gift card.")] = None

    @model_validator(mode="after")
    def parts_fit(self) -> Self:
        if self.discount > self.amount or self.tax > self.amount - self.discount:
            raise ValueError("A discount is within the amount, the tax within what is left.")
        if thousandths(self.quantity) == 0:
            raise ValueError("A quantity is above nothing.")
        return self


From = Annotated[
    Literal["own", "family"],
    Field(alias="from", description="The member's own units, or those of their household (terms of the kind family)."),
]


class PointsAsked(Asking):
    """A part of the bill to be paid with points: so many, or (nothing said) as many as may be."""

    EXAMPLE: ClassVar = {"unit": "points", "points": 500}

    unit: UnitCode
    points: Amount | None = None
    whose: From = "own"


class ValueAsked(Somebody):
    """A part to be paid with stored value: the member's, or of another card shown for it. Units are spent in order."""

    EXAMPLE: ClassVar = {"units": ["CNY-bonus", "CNY-value"], "amount": 5000}

    units: Annotated[list[UnitCode], Field(min_length=1, max_length=10)]
    amount: Annotated[Amount | None, Field(description="Nothing said: as much as is there and due.")] = None


class TenderAsked(Asking):
    """What else pays, as far as rules ask for it."""

    EXAMPLE: ClassVar = {"kind": "card:co-brand", "amount": 3000}

    kind: Code
    amount: Money


class PurchaseAsked(PlaceSaid, Somebody):
    """A bill. `source` and `external_id` happen once, for ever: sent again it is answered as it was."""

    EXAMPLE: ClassVar = {
        "source": "till-4",
        "external_id": "2026-05-04/118",
        "currency": "CNY",
        "member": "mbr_01kdvdna00e008000000000001",
        "lines": [LineAsked.EXAMPLE],
    }

    source: Annotated[Word, Field(description="Who says so: a till, a shop.", examples=["till-4"])]
    external_id: Annotated[Word, Field(description="Its document.", examples=["2026-05-04/118"])]
    shown: Annotated[MemberId | None, Field(description="`shown` of the recognition, after a merge.")] = None
    currency: Currency
    effective_at: Annotated[Moment | None, Field(description="When it happened, of a late bill; else it is now.")] = (
        None
    )
    channel: Annotated[Code | None, Field(description="till, web, desk …")] = None
    lines: Annotated[list[LineAsked], Field(min_length=1, max_length=1000)]
    coupons: Annotated[
        list[Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=PRINTED)]],
        Field(max_length=50, description="Codes that were typed or shown."),
    ] = Field(default_factory=list)
    points: Annotated[list[PointsAsked], Field(max_length=5, description="Points that pay a part.")] = Field(
        default_factory=list
    )
    value: Annotated[list[ValueAsked], Field(max_length=20, description="Stored value and gift cards that pay.")] = (
        Field(default_factory=list)
    )
    tenders: Annotated[
        list[TenderAsked], Field(max_length=20, description="How the rest is paid, where rules ask for it.")
    ] = Field(default_factory=list)
    hold_seconds: Annotated[
        int | None, Field(ge=1, le=30 * 86_400, description="Reserve only: complete or cancel it within this time.")
    ] = None

    @model_validator(mode="after")
    def numbers_differ(self) -> Self:
        numbers = [line.number or place for place, line in enumerate(self.lines, 1)]
        if len(set(numbers)) != len(numbers):
            raise ValueError("Each line has a number of its own.")
        return self

    @model_validator(mode="after")
    def points_are_somebodys(self) -> Self:
        if self.points and self.member is None and self.identifier is None:
            raise ValueError("Points are somebody's: name the member or show the card.")
        if len({one.unit for one in self.points}) != len(self.points):
            raise ValueError("Points of a unit are asked for once.")
        return self


class LineBackAsked(Asking):
    """So much of a line; nothing said: all that is left of it."""

    EXAMPLE: ClassVar = {"number": 1, "quantity": "1"}

    number: Annotated[int, Field(ge=1, le=100_000)]
    quantity: Quantity | None = None


class ReturnAsked(PlaceSaid):
    """Lines of a purchase that are brought back. No lines: all that is left."""

    EXAMPLE: ClassVar = {
        "source": "till-4", "external_id": "2026-05-06/7", "lines": [LineBackAsked.EXAMPLE], "reason": "damaged",
    }  # fmt: skip

    source: Annotated[Word, Field(examples=["till-4"])]
    external_id: Annotated[Word, Field(examples=["2026-05-06/7"])]
    effective_at: Annotated[Moment | None, Field(description="When it happened; now.")] = None
    lines: Annotated[list[LineBackAsked], Field(max_length=1000)] = Field(default_factory=list)
    reason: Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)] = ""


class CancelAsked(Asking):
    """Why a reserved purchase is given up."""

    EXAMPLE: ClassVar = {"reason": "left the queue"}

    reason: Annotated[str, StringConstraints(max_length=200, pattern=PRINTED)] = ""


class OfferTold(Telling):
    """What a promotion or coupon took off a line."""

    code: str
    amount: int


class BillLine(Telling):
    """A line as it is to be printed: `paid` = amount - discount."""

    number: int
    item: str
    amount: int
    discount: int
    paid: int
    tax: int
    offers: list[OfferTold]


class ByLine(Telling):
    """So much of an effect on a line."""

    number: int
    amount: int


class EffectTold(Telling):
    """What was given or taken, by which rule in which version."""

    kind: Literal[
        "discount", "earn", "points", "gift", "pay-points", "pay-value", "load", "referral", "challenge", "reset"
    ]
    code: Annotated[str, Field(description="Of the rule, promotion or series.")] = ""
    version: int = 0
    coupon: Annotated[str, Field(description="The coupon, where one did it.")] = ""
    unit: str = ""
    amount: Annotated[int, Field(description="Of the unit; of a discount minor units; of a gift pieces.")]
    money: Annotated[int, Field(description="What it pays of the bill, in minor units.")] = 0
    pending: Annotated[bool, Field(description="Earned, but not to be spent yet.")] = False
    item: Annotated[str, Field(description="Of a gift: what is handed over.")] = ""
    member: Annotated[MemberId | None, Field(description="Whose units paid, where a household did.")] = None
    lines: list[ByLine] = Field(default_factory=list)


class NotAppliedTold(Telling):
    """What gave nothing, and why: a code of the closed list, with its numbers."""

    code: str
    version: int
    coupon: str = ""
    why: str
    facts: dict[str, Any] = Field(default_factory=dict)


class BalanceAfter(Telling):
    """What the member has after it, of a unit that moved."""

    unit: str
    available: int
    pending: int
    owed: int


class PurchaseTold(Telling):
    """A purchase as it was answered first. `due` is what money must still pay."""

    id: Annotated[SaleId, Field(description="Keep it with the receipt: returns go by it.")]
    state: Annotated[
        Literal["open", "complete", "cancelled", "review", "refused"],
        Field(description="open: reserved; review: so late that a person decides."),
    ]
    member: MemberId | None
    currency: str
    amount: Annotated[int, Field(description="Of all lines at list price.")]
    discount: Annotated[int, Field(description="What the till and the offers took off.")]
    tax: Annotated[int, Field(description="Contained in what is left.")]
    paid_with_points: Annotated[int, Field(description="Minor units.")]
    paid_with_value: Annotated[int, Field(description="Minor units.")]
    due: Annotated[int, Field(description="What money must still pay.")]
    lines: list[BillLine]
    effects: Annotated[list[EffectTold], Field(description="What was taken off, paid and earned, by which rule.")]
    not_applied: Annotated[list[NotAppliedTold], Field(description="What gave nothing, and why.")]
    balances: Annotated[list[BalanceAfter], Field(description="The member's after it, of units that moved.")]
    lapses_at: Annotated[Moment | None, Field(description="Until when an open bill is held.")] = None
    replayed: Annotated[bool, Field(description="Answered as it was, since the document came before.")] = False


class BackTold(Telling):
    """A return as it was answered first. `refund` goes back in money (below nothing: is to be paid, where spent points
    are charged); the rest goes to where it came from."""

    id: SaleBackId
    sale: SaleId
    member: MemberId | None
    currency: str
    amount: Annotated[int, Field(description="What the lines had cost.")]
    tax: int
    refund: Annotated[int, Field(description="To be paid out in money.")]
    lines: list[ByLine]
    effects: list["UndoneTold"]
    restored: Annotated[list[str], Field(description="Coupons that are good again.")]
    balances: list[BalanceAfter]
    replayed: bool = False


class UndoneTold(Telling):
    """What was taken back of an effect; of it `owed` as a debt, `forgone` where its lot had expired."""

    kind: Literal["earn", "points", "pay-points", "pay-value", "load", "referral", "challenge"]
    code: str = ""
    version: int = 0
    unit: str
    amount: int
    money: int = 0
    member: Annotated[MemberId | None, Field(description="Who gets them back, where a household paid.")] = None
    owed: int = 0
    forgone: int = 0


def thousandths(quantity: str) -> int:
    """A quantity as it is kept.

    >>> thousandths("2"), thousandths("1.25")
    (2000, 1250)
    """
    whole, _, part = quantity.partition(".")
    return int(whole) * 1000 + int(part.ljust(3, "0") or "0")
