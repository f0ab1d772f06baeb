"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class LoadTold(TypedDict):
    """What was sold, and what was given on top."""

    items: list[ValueTold]
    replayed: bool


class ValueTold(TypedDict):
    """A transfer of stored value."""

    transfer: str
    amount: int


class LoadAsked(TypedDict):
    """Stored value that a member buys with money, and what is given on top."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    unit: str
    amount: int
    tender: Literal["cash", "card", "bank", "value", "points"]
    bonus_unit: NotRequired[str]
    bonus: NotRequired[int]
    bonus_validity: NotRequired[str]
    funder: NotRequired[str]
    effective_at: NotRequired[str | None]


class PaidTold(TypedDict):
    """What paid the bill."""

    id: str
    parts: list[PartTold]
    replayed: bool


class PartTold(TypedDict):
    """So much out of one unit."""

    unit: str
    amount: int
    transfer: str


class PaymentAsked(TypedDict):
    """A bill to be paid with stored value: out of these units, in this order."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    currency: str
    amount: int
    units: list[str]


class RefundAsked(TypedDict):
    """Principal to be paid out again."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    unit: str
    amount: int


class Value(Calling):
    """Addresses of value."""

    __slots__ = ()

    def load_stored_value(
        self, member: str, body: LoadAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> LoadTold:
        """Sells stored value. Value and points buy none. Needs the right `ledger.post`."""
        told: LoadTold = self._write(
            "POST", f"/members/{part(member)}/loads", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def pay_with_stored_value(
        self, member: str, body: PaymentAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PaidTold:
        """All of the bill or nothing. Needs the right `ledger.post`."""
        told: PaidTold = self._write(
            "POST", f"/members/{part(member)}/payments", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def refund_stored_value(
        self, member: str, body: RefundAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ValueTold:
        """Pays principal out again; a bonus is never paid out. Needs the right `ledger.post`."""
        told: ValueTold = self._write(
            "POST", f"/members/{part(member)}/refunds", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
