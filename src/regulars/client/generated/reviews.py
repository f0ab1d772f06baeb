"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.bills import PurchaseTold


class LatePurchase(TypedDict):
    """A bill that waits, and since when."""

    purchase: PurchaseTold
    effective_at: str
    asked_at: str


class LatePurchases(TypedDict):
    """The oldest first."""

    items: list[LatePurchase]
    next: str | None


class RefusalAsked(TypedDict):
    """Why a late bill is not booked."""

    reason: str


class Reviews(Calling):
    """Addresses of reviews."""

    __slots__ = ()

    def list_late_purchases(self, *, limit: int | None = None) -> Iterator[LatePurchase]:
        """Bills older than the terms `late-policy` allow, which nobody has decided on yet. Needs the right
        `programme.manage`."""
        return self._each("/purchase-reviews", limit=limit)

    def accept_a_late_purchase(
        self, review: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PurchaseTold:
        """It is booked as of its own time, by the rules of then. Needs the right `programme.manage`."""
        told: PurchaseTold = self._write(
            "POST", f"/purchase-reviews/{part(review)}/accept", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def refuse_a_late_purchase(
        self, review: str, body: RefusalAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PurchaseTold:
        """It is not booked; its document number stays used. Needs the right `programme.manage`."""
        told: PurchaseTold = self._write(
            "POST", f"/purchase-reviews/{part(review)}/refuse", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
