"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class WebhookMade(TypedDict):
    """A new webhook; its secret is shown this once."""

    id: str
    address: str
    types: list[str]
    description: str
    merchant: str | None
    store: str | None
    on: bool
    why_off: Literal["", "asked", "failing", "gone"]
    failing_since: str | None
    failures: int
    made_at: str
    changed_at: str
    secret: str


class WebhookAsked(TypedDict):
    """An address, and what it is told of; of a merchant or store alone where that is said or the key is of one."""

    address: str
    types: list[str]
    description: NotRequired[str]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]


class WebhookTold(TypedDict):
    """A webhook as it stands."""

    id: str
    address: str
    types: list[str]
    description: str
    merchant: str | None
    store: str | None
    on: bool
    why_off: Literal["", "asked", "failing", "gone"]
    failing_since: str | None
    failures: int
    made_at: str
    changed_at: str


class WebhooksTold(TypedDict):
    """The oldest first; `next` is the cursor of the page after."""

    items: list[WebhookTold]
    next: str | None


class WebhookChange(TypedDict):
    """What is left out stays."""

    address: NotRequired[str | None]
    types: NotRequired[list[str] | None]
    description: NotRequired[str | None]
    on: NotRequired[bool | None]


class Deleted(TypedDict):
    """It is gone."""

    id: str


class SecretTold(TypedDict):
    """A new secret, shown this once; until `both_until` messages are signed with the one before too."""

    secret: str
    both_until: str


class Rotation(TypedDict):
    """For how long the secret of now signs beside the new one."""

    overlap_hours: NotRequired[int]


class Webhooks(Calling):
    """Addresses of webhooks."""

    __slots__ = ()

    def create_a_webhook(
        self, body: WebhookAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> WebhookMade:
        """From now on the address is told of what happens. The key must be allowed to look at what it is told of.
        Needs the right `webhooks.manage`."""
        told: WebhookMade = self._write("POST", "/webhooks", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def list_webhooks(self, *, limit: int | None = None) -> Iterator[WebhookTold]:
        """Those at places where the key may manage them. Needs the right `webhooks.manage`."""
        return self._each("/webhooks", limit=limit)

    def read_a_webhook(self, webhook_id: str) -> WebhookTold:
        """As it stands, without its secret. Needs the right `webhooks.manage`."""
        told: WebhookTold = self._read("GET", f"/webhooks/{part(webhook_id)}")
        return told

    def change_a_webhook(
        self, webhook_id: str, body: WebhookChange, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> WebhookTold:
        """Another address, other types, off or on. Where the types or the address change, or it is switched on, the
        key must be allowed to look at what it is told of. Needs the right `webhooks.manage`."""
        told: WebhookTold = self._write(
            "PATCH", f"/webhooks/{part(webhook_id)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def delete_a_webhook(
        self, webhook_id: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> Deleted:
        """Nothing more is sent, and its log goes with it. Needs the right `webhooks.manage`."""
        told: Deleted = self._write(
            "DELETE", f"/webhooks/{part(webhook_id)}", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def rotate_the_secret(
        self, webhook_id: str, body: Rotation, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> SecretTold:
        """A new secret. Messages are signed with both for a while, so that the receiver changes over in peace.
        Needs the right `webhooks.manage`."""
        told: SecretTold = self._write(
            "POST", f"/webhooks/{part(webhook_id)}/rotate", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
