"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class AttemptTold(TypedDict):
    """One try. Without a status there was no answer, and `problem` says why."""

    at: str
    status: int | None
    milliseconds: int
    answer: str
    problem: Literal["", "inside", "unresolved", "unreachable", "untrusted", "timeout", "unreadable"]


class DeliveriesTold(TypedDict):
    """The newest first; `next` is the cursor of the page after."""

    items: list[DeliveryTold]
    next: str | None


class DeliveryTold(TypedDict):
    """An event on its way to a webhook, with its tries, the latest first."""

    id: str
    event: str
    type: str
    happened_at: str
    state: Literal["waiting", "delivered", "failed"]
    next_at: str | None
    attempts: list[AttemptTold]


class ResendTold(TypedDict):
    """It is being done, in the background."""

    since: str


class SinceAsked(TypedDict):
    """From when on; at most thirty days ago."""

    since: str
    only_missed: NotRequired[bool]


class Deliveries(Calling):
    """Addresses of deliveries."""

    __slots__ = ()

    def list_deliveries(
        self,
        webhook_id: str,
        *,
        state: Literal["waiting", "delivered", "failed"] | None = None,
        limit: int | None = None,
    ) -> Iterator[DeliveryTold]:
        """What was sent and what waits, for thirty days. Needs the right `webhooks.manage`."""
        return self._each(f"/webhooks/{part(webhook_id)}/deliveries", state=state, limit=limit)

    def read_a_delivery(self, webhook_id: str, delivery: str) -> DeliveryTold:
        """One event, and how often it was tried with what result. Needs the right `webhooks.manage`."""
        told: DeliveryTold = self._read("GET", f"/webhooks/{part(webhook_id)}/deliveries/{part(delivery)}")
        return told

    def resend_a_delivery(
        self, webhook_id: str, delivery: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> DeliveryTold:
        """Again at once, under the same `webhook-id`, whether it was delivered or not. Needs the right
        `webhooks.manage`."""
        told: DeliveryTold = self._write(
            "POST",
            f"/webhooks/{part(webhook_id)}/deliveries/{part(delivery)}/resend",
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told

    def resend_since(
        self, webhook_id: str, body: SinceAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ResendTold:
        """Everything it would have heard since then, also what happened while it was off; each under its own
        `webhook-id`. Needs the right `webhooks.manage`."""
        told: ResendTold = self._write(
            "POST", f"/webhooks/{part(webhook_id)}/resend", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def ping_a_webhook(
        self, webhook_id: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> DeliveryTold:
        """A test event, `webhooks.ping`, whatever types it is told of. What came of it is in the delivery. Needs
        the right `webhooks.manage`."""
        told: DeliveryTold = self._write(
            "POST", f"/webhooks/{part(webhook_id)}/ping", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
