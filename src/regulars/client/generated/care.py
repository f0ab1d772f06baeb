"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class AdjustmentTold(TypedDict):
    """An adjustment as it stands. `asked` waits for a second person."""

    id: str
    state: Literal["asked", "posted", "refused"]
    amount: int
    asked_by: str
    decided_by: str
    transfer: str | None


class AdjustmentAsked(TypedDict):
    """A correction by hand; `amount` below nothing takes away."""

    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    unit: str
    amount: int
    reason: str
    note: str
    expires_at: NotRequired[str | None]


class AllWaiting(TypedDict):
    """Adjustments that wait for a second person, the newest first; a hundred at most."""

    items: list[WaitingTold]


class WaitingTold(TypedDict):
    """An adjustment that waits."""

    id: str
    member: str
    unit: str
    amount: int
    reason: str
    note: str
    asked_by: str
    asked_at: str


class FreezeTold(TypedDict):
    """What a member is kept from."""

    level: Literal["no-spend", "no-earn", "no-login"]
    reason: str
    since: str
    until: str | None
    pauses_expiry: bool


class FreezesTold(TypedDict):
    """What a member is kept from now."""

    items: list[FreezeTold]


class FreezeAsked(TypedDict):
    """What a member is kept from, why and until when."""

    level: Literal["no-spend", "no-earn", "no-login"]
    reason: str
    until: NotRequired[str | None]
    pauses_expiry: NotRequired[bool]


class ThawAsked(TypedDict):
    """Which freeze is lifted, and why."""

    level: Literal["no-spend", "no-earn", "no-login"]
    reason: str


class GiftTold(TypedDict):
    """What came of it."""

    id: str
    amount: int
    fee: int
    lots: list[str]
    replayed: bool


class GiftAsked(TypedDict):
    """Units from one member to another, with their expiry."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    from_member: str
    to_member: str
    unit: str
    amount: int
    effective_at: NotRequired[str | None]
    reason: NotRequired[str]


class Care(Calling):
    """Addresses of care."""

    __slots__ = ()

    def adjust_a_balance(
        self, member: str, body: AdjustmentAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AdjustmentTold:
        """Posted at once, or above the unit's threshold waits for a second person. Needs the right everywhere.
        Needs the right `ledger.adjust`."""
        told: AdjustmentTold = self._write(
            "POST", f"/members/{part(member)}/adjustments", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_waiting_adjustments(self) -> AllWaiting:
        """Adjustments that wait for a second person. Needs the right `ledger.approve`."""
        told: AllWaiting = self._read("GET", "/adjustments")
        return told

    def approve_an_adjustment(
        self, adjustment: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AdjustmentTold:
        """The second person agrees: it is posted. Only the own key of another person can; a till's key is nobody.
        Needs the right `ledger.approve`."""
        told: AdjustmentTold = self._write(
            "POST", f"/adjustments/{part(adjustment)}/approve", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def decline_an_adjustment(
        self, adjustment: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AdjustmentTold:
        """The second person says no: nothing is posted. Needs the right `ledger.approve`."""
        told: AdjustmentTold = self._write(
            "POST", f"/adjustments/{part(adjustment)}/decline", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_freezes(self, member: str) -> FreezesTold:
        """What a member is kept from now. Needs the right `ledger.read`."""
        told: FreezesTold = self._read("GET", f"/members/{part(member)}/freezes")
        return told

    def freeze_a_member(
        self, member: str, body: FreezeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FreezesTold:
        """Keeps a member from spending, earning or logging in. Reversals still post. Needs the right
        `ledger.freeze`."""
        told: FreezesTold = self._write(
            "POST", f"/members/{part(member)}/freezes", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def lift_a_freeze(
        self, member: str, body: ThawAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FreezesTold:
        """Lifts a freeze; where there is none nothing happens. Needs the right `ledger.freeze`."""
        told: FreezesTold = self._write(
            "POST", f"/members/{part(member)}/thaw", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def move_between_members(
        self, body: GiftAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> GiftTold:
        """From one member to another; the lots keep their dates. Both postings or none. Needs the right
        `ledger.transfer`."""
        told: GiftTold = self._write("POST", "/gifts", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told
