"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.holdings import HoldTold, LotPart, TransferTold


class PostedTold(TypedDict):
    """What came of a transfer. `replayed`: the business key was known, and this is what it did then."""

    id: str
    kind: str
    unit: str
    amount: int
    member: str
    effective_at: str
    lots: list[str]
    used: list[LotPart]
    repaid: int
    replayed: bool


class TransferAsked(TypedDict):
    """Units that a member earns or spends."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    kind: Literal["earn", "spend"]
    member: str
    unit: str
    amount: int
    shown: NotRequired[str | None]
    effective_at: NotRequired[str | None]
    pending: NotRequired[bool]
    activates_at: NotRequired[str | None]
    cancels_at: NotRequired[str | None]
    starts_at: NotRequired[str | None]
    expires_at: NotRequired[str | None]
    validity: NotRequired[str]
    reason: NotRequired[str]
    funder: NotRequired[str]
    rule: NotRequired[str]


class AllPosted(TypedDict):
    """In the order asked."""

    items: list[PostedTold]


class TransfersAsked(TypedDict):
    """Many transfers, in order: all or none."""

    transfers: list[TransferAsked]


class ReversedTold(TypedDict):
    """What moved back; of it `owed` as a debt, `forgone` because it had expired."""

    id: str
    amount: int
    owed: int
    forgone: int
    taken: list[LotPart]
    given_back: list[LotPart]
    replayed: bool


class ReversalAsked(TypedDict):
    """A transfer to take back: all that is left of it, or `amount`."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    amount: NotRequired[int | None]
    short: NotRequired[Literal["owe", "refuse", "drop"]]
    effective_at: NotRequired[str | None]
    reason: NotRequired[str]


class HoldAsked(TypedDict):
    """Units to set aside for a spend that is not yet certain."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    member: str
    unit: str
    amount: int
    lapses_in_seconds: NotRequired[int]
    shown: NotRequired[str | None]
    reason: NotRequired[str]
    funder: NotRequired[str]
    rule: NotRequired[str]


class CaptureAsked(TypedDict):
    """How much of a hold is spent; nothing said: all of it."""

    amount: NotRequired[int | None]


class Posting(Calling):
    """Addresses of posting."""

    __slots__ = ()

    def post_a_transfer(
        self, body: TransferAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PostedTold:
        """A member earns or spends. A spend takes the lots that expire soonest; it is refused where not enough is
        there. Needs the right `ledger.post`."""
        told: PostedTold = self._write("POST", "/transfers", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def post_many_transfers(
        self, body: TransfersAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AllPosted:
        """Many at once, each seeing what those before it left; all or none. Needs the right `ledger.post`."""
        told: AllPosted = self._write(
            "POST", "/transfers/batch", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_a_transfer(self, transfer: str) -> TransferTold:
        """A transfer as it stands in the books. Needs the right `ledger.read`."""
        told: TransferTold = self._read("GET", f"/transfers/{part(transfer)}")
        return told

    def take_a_transfer_back(
        self, transfer: str, body: ReversalAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReversedTold:
        """To and from the very lots it used, with the dates they had. What was earned and spent since becomes a
        debt. Needs the right `ledger.post`."""
        told: ReversedTold = self._write(
            "POST", f"/transfers/{part(transfer)}/reversals", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def place_a_hold(self, body: HoldAsked, *, dry_run: bool = False, idempotency_key: str | None = None) -> HoldTold:
        """Sets units aside; the bound is checked now, under the lock, and not again at the capture. Needs the right
        `ledger.post`."""
        told: HoldTold = self._write("POST", "/holds", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def capture_a_hold(
        self, hold: str, body: CaptureAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> HoldTold:
        """Spends what was set aside, all or a part; the rest is free again. Needs the right `ledger.post`."""
        told: HoldTold = self._write(
            "POST", f"/holds/{part(hold)}/capture", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def void_a_hold(self, hold: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> HoldTold:
        """Gives back what was set aside. Needs the right `ledger.post`."""
        told: HoldTold = self._write(
            "POST", f"/holds/{part(hold)}/void", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
