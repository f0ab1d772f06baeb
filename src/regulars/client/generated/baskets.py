"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.bills import (
    BillLine,
    EffectTold,
    IdentifierShown,
    LineAsked,
    NotAppliedTold,
    TenderAsked,
)


class CodeTold(TypedDict):
    """Which coupon a code is; null where nobody here knows it."""

    code: str
    coupon: str | None
    series: str


class PricedTold(TypedDict):
    """What offers do to the basket: prices by line, what was given beside them, and why the rest was not applied."""

    lines: list[BillLine]
    discount: int
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    codes: list[CodeTold]
    exact: bool


class BasketAsked(TypedDict):
    """A basket and the codes that were typed or shown for it. Lines are as in a purchase."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    currency: str
    lines: list[LineAsked]
    coupons: NotRequired[list[str]]
    channel: NotRequired[str | None]
    tenders: NotRequired[list[TenderAsked]]
    effective_at: NotRequired[str | None]


class BasketHeld(TypedDict):
    """What a reservation holds, or what was redeemed."""

    lines: list[BillLine]
    discount: int
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    codes: list[CodeTold]
    exact: bool
    id: str
    state: Literal["reserved", "redeemed"]
    lapses_at: NotRequired[str | None]


class ReservationAsked(TypedDict):
    """A basket whose coupons, limits and budgets are to be held until it is paid."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    currency: str
    lines: list[LineAsked]
    coupons: NotRequired[list[str]]
    channel: NotRequired[str | None]
    tenders: NotRequired[list[TenderAsked]]
    effective_at: NotRequired[str | None]
    hold_seconds: NotRequired[int]


class CouponUseTold(TypedDict):
    """A coupon of a reservation."""

    coupon: str
    state: Literal["reserved", "redeemed", "released", "lapsed", "restored"]
    discount: int


class ReservationTold(TypedDict):
    """A reservation, or what was redeemed at once, as it stands."""

    id: str
    state: Literal["reserved", "redeemed", "released", "lapsed"]
    lapses_at: str | None
    coupons: list[CouponUseTold]


class Baskets(Calling):
    """Addresses of baskets."""

    __slots__ = ()

    def validate_codes(self, body: BasketAsked) -> PricedTold:
        """What promotions and codes would do to this basket, and why not. Nothing is held or written. Needs the
        right `sales.post`."""
        told: PricedTold = self._read("POST", "/baskets/validate", body)
        return told

    def reserve_coupons(
        self, body: ReservationAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BasketHeld:
        """Prices the basket, and holds its coupons and their places in limits until it is redeemed or released.
        Refused where codes were shown and none takes anything off. Needs the right `sales.post`."""
        told: BasketHeld = self._write(
            "POST", "/coupon-reservations", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def redeem_coupons(
        self, body: BasketAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BasketHeld:
        """The same, used at once. Needs the right `sales.post`."""
        told: BasketHeld = self._write(
            "POST", "/coupon-redemptions", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_reservation(self, reservation: str) -> ReservationTold:
        """A reservation or redemption as it stands. Needs the right `sales.read`."""
        told: ReservationTold = self._read("GET", f"/coupon-reservations/{part(reservation)}")
        return told

    def redeem_a_reservation(
        self, reservation: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReservationTold:
        """The basket was paid: what was held is used. Needs the right `sales.post`."""
        told: ReservationTold = self._write(
            "POST", f"/coupon-reservations/{part(reservation)}/redeem", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def release_a_reservation(
        self, reservation: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReservationTold:
        """The basket was given up: what was held is free. Needs the right `sales.post`."""
        told: ReservationTold = self._write(
            "POST",
            f"/coupon-reservations/{part(reservation)}/release",
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told

    def restore_coupons(
        self, reservation: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReservationTold:
        """Everything was brought back: coupons whose series says so can be used again. Needs the right
        `sales.post`."""
        told: ReservationTold = self._write(
            "POST",
            f"/coupon-reservations/{part(reservation)}/restore",
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told
