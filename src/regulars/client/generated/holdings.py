"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class UnitTold(TypedDict):
    """A unit."""

    code: str
    name: str
    kind: Literal["points", "paid", "bonus"]
    scale: int
    currency: str
    zone: str
    may_expire: bool
    approve_above: int | None


class UnitsTold(TypedDict):
    """All units there are."""

    items: list[UnitTold]


class UnitAsked(TypedDict):
    """A unit that can be held. Paid and bonus value name their currency."""

    code: str
    name: str
    kind: NotRequired[Literal["points", "paid", "bonus"]]
    scale: NotRequired[int]
    currency: NotRequired[str]
    zone: NotRequired[str]
    may_expire: NotRequired[bool | None]
    approve_above: NotRequired[int | None]


class BalanceTold(TypedDict):
    """What a member has of one unit: available = balance − held − expired − waiting."""

    unit: str
    account: str
    balance: int
    available: int
    held: int
    expired: int
    waiting: int
    pending: int
    owed: int


class BalancesTold(TypedDict):
    """Balances now, or at `as_of`."""

    member: str
    as_of: str
    items: list[BalanceTold]


class AccountTold(TypedDict):
    """An account by its unit."""

    id: str
    unit: str


class AccountsTold(TypedDict):
    """A member's accounts."""

    items: list[AccountTold]


class LotTold(TypedDict):
    """A lot with what is left of it."""

    id: str
    account: str
    unit: str
    transfer: str
    amount: int
    remaining: int
    held: int
    earned_at: str
    starts_at: str
    expires_at: str | None


class LotsTold(TypedDict):
    """Lots in the order in which they are spent."""

    items: list[LotTold]


class TransferTold(TypedDict):
    """A transfer as it stands in the books."""

    id: str
    kind: str
    unit: str
    amount: int
    from_account: str
    to_account: str
    member: str | None
    other_member: str | None
    effective_at: str
    recorded_at: str
    reverses: str | None
    source: str
    external_id: str
    reason: str
    merchant: str
    store: str
    funder: str
    rule: str


class TransfersTold(TypedDict):
    """Transfers, newest first; `next` is the cursor of the page after."""

    items: list[TransferTold]
    next: str | None


class HoldTold(TypedDict):
    """A hold as it stands."""

    id: str
    member: str
    unit: str
    amount: int
    captured: int
    state: Literal["open", "captured", "voided", "lapsed"]
    placed_at: str
    lapses_at: str
    transfer: str | None
    lots: list[LotPart]


class HoldsTold(TypedDict):
    """Holds, newest first."""

    items: list[HoldTold]


class LotPart(TypedDict):
    """So much of a lot."""

    lot: str
    amount: int


class Holdings(Calling):
    """Addresses of holdings."""

    __slots__ = ()

    def list_units(self) -> UnitsTold:
        """What can be held: points, miles, stamps, stored value. Needs the right `ledger.read`."""
        told: UnitsTold = self._read("GET", "/units")
        return told

    def write_a_unit(self, body: UnitAsked, *, dry_run: bool = False, idempotency_key: str | None = None) -> UnitTold:
        """Makes a unit, or gives one another name, zone, expiry or threshold; its kind and decimals never change.
        Needs the right `ledger.manage`."""
        told: UnitTold = self._write("POST", "/units", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def read_balances(self, member: str, *, as_of: str | None = None) -> BalancesTold:
        """What a member has, unit by unit: now, or at any past instant by what had happened until then. Needs the
        right `ledger.read`."""
        told: BalancesTold = self._read("GET", f"/members/{part(member)}/balances", as_of=as_of)
        return told

    def list_accounts(self, member: str) -> AccountsTold:
        """A member's accounts; each is opened when it is first used. Needs the right `ledger.read`."""
        told: AccountsTold = self._read("GET", f"/members/{part(member)}/accounts")
        return told

    def list_lots(self, member: str, *, as_of: str | None = None) -> LotsTold:
        """Lots with something left, in the order in which they are spent: soonest expiry first. Needs the right
        `ledger.read`."""
        told: LotsTold = self._read("GET", f"/members/{part(member)}/lots", as_of=as_of)
        return told

    def list_transfers(self, member: str, *, limit: int | None = None) -> Iterator[TransferTold]:
        """A member's transfers, newest first. A key of one merchant sees that merchant's. Needs the right
        `ledger.read`."""
        return self._each(f"/members/{part(member)}/transfers", limit=limit)

    def list_holds(self, member: str) -> HoldsTold:
        """A member's open holds. Needs the right `ledger.read`."""
        told: HoldsTold = self._read("GET", f"/members/{part(member)}/holds")
        return told
