"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict


class IdentifierShown(TypedDict):
    """A card, phone, mail address or number that is shown or said."""

    kind: Literal["card", "phone", "email", "external", "open_id"]
    value: str
    source: NotRequired[str | None]
    region: NotRequired[str | None]


class LineAsked(TypedDict):
    """A line of a bill, at list price with tax. `discount` is what the till itself took off already."""

    number: NotRequired[int | None]
    item: str
    name: NotRequired[str]
    quantity: NotRequired[str]
    amount: int
    discount: NotRequired[int]
    tax: NotRequired[int]
    cost: NotRequired[int | None]
    category: NotRequired[str]
    brand: NotRequired[str]
    vendor: NotRequired[str]
    marks: NotRequired[list[str]]
    loads: NotRequired[LoadedOnto | None]


class LoadedOnto(TypedDict):
    """The line is stored value sold: it is loaded onto this card or member, in this unit."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    unit: str


class TenderAsked(TypedDict):
    """What else pays, as far as rules ask for it."""

    kind: str
    amount: int


class BalanceAfter(TypedDict):
    """What the member has after it, of a unit that moved."""

    unit: str
    available: int
    pending: int
    owed: int


class BillLine(TypedDict):
    """A line as it is to be printed: `paid` = amount - discount."""

    number: int
    item: str
    amount: int
    discount: int
    paid: int
    tax: int
    offers: list[OfferTold]


class ByLine(TypedDict):
    """So much of an effect on a line."""

    number: int
    amount: int


class EffectTold(TypedDict):
    """What was given or taken, by which rule in which version."""

    kind: Literal[
        "discount", "earn", "points", "gift", "pay-points", "pay-value", "load", "referral", "challenge", "reset"
    ]
    code: NotRequired[str]
    version: NotRequired[int]
    coupon: NotRequired[str]
    unit: NotRequired[str]
    amount: int
    money: NotRequired[int]
    pending: NotRequired[bool]
    item: NotRequired[str]
    member: NotRequired[str | None]
    lines: NotRequired[list[ByLine]]


class NotAppliedTold(TypedDict):
    """What gave nothing, and why: a code of the closed list, with its numbers."""

    code: str
    version: int
    coupon: NotRequired[str]
    why: str
    facts: NotRequired[dict[str, Any]]


class OfferTold(TypedDict):
    """What a promotion or coupon took off a line."""

    code: str
    amount: int


class PurchaseTold(TypedDict):
    """A purchase as it was answered first. `due` is what money must still pay."""

    id: str
    state: Literal["open", "complete", "cancelled", "review", "refused"]
    member: str | None
    currency: str
    amount: int
    discount: int
    tax: int
    paid_with_points: int
    paid_with_value: int
    due: int
    lines: list[BillLine]
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    balances: list[BalanceAfter]
    lapses_at: NotRequired[str | None]
    replayed: NotRequired[bool]


PointsAsked = TypedDict(
    "PointsAsked", {"unit": "str", "points": "NotRequired[int | None]", "from": "NotRequired[Literal['own', 'family']]"}
)


class PurchaseAsked(TypedDict):
    """A bill. `source` and `external_id` happen once, for ever: sent again it is answered as it was."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: str
    external_id: str
    shown: NotRequired[str | None]
    currency: str
    effective_at: NotRequired[str | None]
    channel: NotRequired[str | None]
    lines: list[LineAsked]
    coupons: NotRequired[list[str]]
    points: NotRequired[list[PointsAsked]]
    value: NotRequired[list[ValueAsked]]
    tenders: NotRequired[list[TenderAsked]]
    hold_seconds: NotRequired[int | None]


class ValueAsked(TypedDict):
    """A part to be paid with stored value: the member's, or of another card shown for it. Units are spent in order."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    units: list[str]
    amount: NotRequired[int | None]


class BackTold(TypedDict):
    """A return as it was answered first. `refund` goes back in money (below nothing: is to be paid, where spent
    points are charged); the rest goes to where it came from."""

    id: str
    sale: str
    member: str | None
    currency: str
    amount: int
    tax: int
    refund: int
    lines: list[ByLine]
    effects: list[UndoneTold]
    restored: list[str]
    balances: list[BalanceAfter]
    replayed: NotRequired[bool]


class UndoneTold(TypedDict):
    """What was taken back of an effect; of it `owed` as a debt, `forgone` where its lot had expired."""

    kind: Literal["earn", "points", "pay-points", "pay-value", "load", "referral", "challenge"]
    code: NotRequired[str]
    version: NotRequired[int]
    unit: str
    amount: int
    money: NotRequired[int]
    member: NotRequired[str | None]
    owed: NotRequired[int]
    forgone: NotRequired[int]


class LineBackAsked(TypedDict):
    """So much of a line; nothing said: all that is left of it."""

    number: int
    quantity: NotRequired[str | None]


class ReturnAsked(TypedDict):
    """Lines of a purchase that are brought back. No lines: all that is left."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: str
    external_id: str
    effective_at: NotRequired[str | None]
    lines: NotRequired[list[LineBackAsked]]
    reason: NotRequired[str]


class CancelAsked(TypedDict):
    """Why a reserved purchase is given up."""

    reason: NotRequired[str]
