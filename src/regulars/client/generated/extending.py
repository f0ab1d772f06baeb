"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import TypedDict

from regulars.client.calling import Calling, part


class ExtensionTold(TypedDict):
    """What ends later now."""

    unit: str
    expires_at: str
    amount: int
    lots: list[LotExtended]


class LotExtended(TypedDict):
    """A lot, how much is left of it, and the end it had."""

    lot: str
    amount: int
    before: str


class ExtensionAsked(TypedDict):
    """Which of a member's units end later, and when."""

    unit: str
    ending_before: str
    expires_at: str
    reason: str


class Reinstated(TypedDict):
    """An expiry that was taken back."""

    transfer: str
    amount: int


class ReinstatementTold(TypedDict):
    """What came back, to the lots it had expired from."""

    unit: str
    expires_at: str
    amount: int
    items: list[Reinstated]


class ReinstatementAsked(TypedDict):
    """Since when what expired comes back, and until when it can be spent then."""

    unit: str
    expired_since: str
    expires_at: str
    reason: str


class Extending(Calling):
    """Addresses of extending."""

    __slots__ = ()

    def extend_units(
        self, member: str, body: ExtensionAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ExtensionTold:
        """What has not expired yet ends later. With dry_run it is the preview. Needs the right everywhere. Needs
        the right `ledger.adjust`."""
        told: ExtensionTold = self._write(
            "POST", f"/members/{part(member)}/extensions", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def reinstate_units(
        self, member: str, body: ReinstatementAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReinstatementTold:
        """What has expired comes back with a new end. Asked again it finds nothing more. Needs the right
        everywhere. Needs the right `ledger.adjust`."""
        told: ReinstatementTold = self._write(
            "POST", f"/members/{part(member)}/reinstatements", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
