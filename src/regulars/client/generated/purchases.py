"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.bills import BackTold, CancelAsked, PurchaseAsked, PurchaseTold, ReturnAsked


class FoundTold(TypedDict):
    """One, or none."""

    items: list[PurchaseTold]


class BatchTold(TypedDict):
    """In the order asked."""

    items: list[PurchaseTold]


class BatchAsked(TypedDict):
    """Several purchases, in order: all or none."""

    purchases: list[PurchaseAsked]


class BacksTold(TypedDict):
    """Returns of one purchase."""

    items: list[BackTold]


class Purchases(Calling):
    """Addresses of purchases."""

    __slots__ = ()

    def check_out(
        self, body: PurchaseAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PurchaseTold:
        """A whole bill in one call: recognised, priced, coupons, points and stored value, what it earns. With
        dry_run it is the preview. With hold_seconds it is reserved only, to be completed or cancelled. Needs the
        right `sales.post`."""
        told: PurchaseTold = self._write("POST", "/purchases", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def find_a_purchase(self, *, source: str, external_id: str, merchant: str | None = None) -> FoundTold:
        """The purchase that a till called so, as it was answered; nothing where there is none that this key may
        see. Needs the right `sales.read`."""
        told: FoundTold = self._read("GET", "/purchases", source=source, external_id=external_id, merchant=merchant)
        return told

    def check_out_many(
        self, body: BatchAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BatchTold:
        """Several bills, as from a till that was offline: each as of its own time; all or none. Needs the right
        `sales.post`."""
        told: BatchTold = self._write(
            "POST", "/purchases/batch", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_purchase(self, purchase: str) -> PurchaseTold:
        """A purchase as it was answered, in its present state. Needs the right `sales.read`."""
        told: PurchaseTold = self._read("GET", f"/purchases/{part(purchase)}")
        return told

    def read_returns(self, purchase: str) -> BacksTold:
        """What came back of a purchase so far, the oldest first, as it was answered. Needs the right `sales.read`."""
        told: BacksTold = self._read("GET", f"/purchases/{part(purchase)}/returns")
        return told

    def return_lines(
        self, purchase: str, body: ReturnAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> BackTold:
        """Lines brought back: what they earned is taken back by the rules of then, what paid for them goes back to
        where it came from. Needs the right `sales.post`."""
        told: BackTold = self._write(
            "POST", f"/purchases/{part(purchase)}/returns", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def complete_a_purchase(
        self, purchase: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PurchaseTold:
        """A reserved bill was paid: what was set aside is spent, what it earns is booked. Needs the right
        `sales.post`."""
        told: PurchaseTold = self._write(
            "POST", f"/purchases/{part(purchase)}/complete", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def cancel_a_purchase(
        self, purchase: str, body: CancelAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PurchaseTold:
        """A reserved bill is given up: everything is as before. Needs the right `sales.post`."""
        told: PurchaseTold = self._write(
            "POST", f"/purchases/{part(purchase)}/cancel", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
