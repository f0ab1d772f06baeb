"""What a deed would write, decided on plain values: no database, no clock. `writing` writes a draft as it stands.

Lots are taken soonest expiry first, then oldest, undated last, ties by id, so that a replay gives the same answer.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Final
from uuid import UUID

from regulars.basics.ids import new_id, of_number
from regulars.ledger.errors import AccountClosed, HolderFrozen, HolderMerged, NotEnough
from regulars.ledger.words import FOREVER, Kind, Role


@dataclass(slots=True)
class AccountRow:
    """An account under its lock, and how the draft changes it. `balance` is None for a house account."""

    id: UUID
    unit: str
    owner: UUID | None
    role: Role
    floor: int = 0
    balance: int | None = None
    held: int = 0
    owed: int = 0
    no_spend_until: datetime | None = None
    no_earn_until: datetime | None = None
    paused_at: datetime | None = None
    closed_at: datetime | None = None
    merged_into: UUID | None = None
    moved: int = 0  # changes, beside what was read
    set_aside: int = 0
    indebted: int = 0


@dataclass(slots=True)
class LotRow:
    """A lot under its account's lock, and how the draft changes it."""

    id: UUID
    account: UUID
    unit: str
    transfer: UUID
    parent: UUID | None
    amount: int
    remaining: int
    held: int
    earned_at: datetime
    starts_at: datetime
    expires_at: datetime | None
    usable_from: datetime
    fresh: bool = False
    was_remaining: int = 0
    was_held: int = 0

    @property
    def order(self) -> tuple[datetime, datetime, UUID]:
        return (self.expires_at or FOREVER, self.earned_at, self.id)


Taken = list[tuple[LotRow, int]]
# Columns of a transfer in the order of its row, and what a row has where nothing is said.
TRANSFER: Final = tuple(
    "id kind unit giver taker owner other amount effective_at recorded_at deed reverses shown source external_id"  # noqa: SIM905
    " reason merchant store funder rule actor request_id details".split()
)


@dataclass(slots=True)
class Words:
    """What is said about a transfer beside its ends, amount and time."""

    deed: UUID | None = None
    reverses: UUID | None = None
    shown: UUID | None = None
    source: str = ""
    external_id: str = ""
    reason: str = ""
    merchant: str = ""
    store: str = ""
    funder: str = ""
    rule: str = ""
    details: Mapping[str, object] | None = None


NOTHING_SAID: Final = Words()


@dataclass(slots=True)
class Draft:
    """One deed in the making. What it reads must be under lock; what it decides is written whole or not at all."""

    at: datetime
    actor: str
    request_id: str = ""
    accounts: dict[UUID, AccountRow] = field(default_factory=dict)
    lots: dict[UUID, list[LotRow]] = field(default_factory=dict)  # of each account, in spend order
    transfers: list[tuple[object, ...]] = field(default_factory=list)
    uses: list[tuple[UUID, UUID, UUID, int, datetime]] = field(default_factory=list)
    fresh: list[LotRow] = field(default_factory=list)
    changed: dict[UUID, LotRow] = field(default_factory=dict)
    unsorted: set[UUID] = field(default_factory=set)
    ids: Iterator[UUID] = field(init=False)

    def __post_init__(self) -> None:
        self.ids = ascending(self.at)

    def know(self, accounts: Iterable[AccountRow], lots: Iterable[LotRow] = ()) -> None:
        """Adds what was read. Lots come in spend order."""
        for account in accounts:
            self.accounts.setdefault(account.id, account)
        for lot in lots:
            self.lots.setdefault(lot.account, []).append(lot)

    def transfer(
        self,
        kind: Kind,
        giver: AccountRow,
        taker: AccountRow,
        amount: int,
        effective_at: datetime,
        words: Words = NOTHING_SAID,
        *,
        id: UUID | None = None,
    ) -> UUID:
        """One row with both ends; the balances of holders follow."""
        assert amount > 0
        assert giver.unit == taker.unit
        assert giver.id != taker.id
        assert effective_at <= self.at
        made = id or next(self.ids)
        if giver.balance is not None:
            giver.moved -= amount
        if taker.balance is not None:
            taker.moved += amount
        owner = giver.owner or taker.owner
        other = taker.owner if giver.owner and taker.owner != giver.owner else None
        w, details = words, dict(words.details) if words.details else None
        # fmt: off
        self.transfers.append((
            made, kind, giver.unit, giver.id, taker.id, owner, other, amount, effective_at, self.at,
            w.deed, w.reverses, w.shown, w.source, w.external_id, w.reason, w.merchant, w.store, w.funder, w.rule,
            self.actor, self.request_id, details,
        ))
        # fmt: on
        return made

    def new_lot(
        self,
        account: AccountRow,
        transfer: UUID,
        amount: int,
        *,
        earned_at: datetime,
        starts_at: datetime,
        expires_at: datetime | None,
        usable_from: datetime | None = None,
        parent: UUID | None = None,
    ) -> LotRow:
        assert account.role == Role.MAIN
        assert expires_at is None or expires_at > starts_at
        made = LotRow(
            next(self.ids), account.id, account.unit, transfer, parent, amount, amount, 0,
            earned_at, starts_at, expires_at, usable_from or starts_at, True,
        )  # fmt: skip
        self.fresh.append(made)
        self.lots.setdefault(account.id, []).append(made)
        self.unsorted.add(account.id)
        return made

    def in_order(self, account: AccountRow) -> list[LotRow]:
        """The account's open lots in spend order, those of this draft among them."""
        if account.id in self.unsorted:
            self.lots[account.id].sort(key=lambda lot: lot.order)
            self.unsorted.discard(account.id)
        return self.lots.get(account.id, [])

    def alive(self, account: AccountRow, lot: LotRow) -> bool:
        return lot.expires_at is None or lot.expires_at > (account.paused_at or self.at)

    def usable(self, account: AccountRow, effective_at: datetime) -> list[LotRow]:
        """Lots a debit of that time can take from: started, not given back later, and not expired since."""
        return [
            lot
            for lot in self.in_order(account)
            if lot.remaining > 0 and lot.usable_from <= effective_at and self.alive(account, lot)
        ]

    def take(
        self, account: AccountRow, amount: int, effective_at: datetime, *, older_than: datetime | None = None
    ) -> Taken:
        """From which lots an amount would come. The floor is checked on what is available. Raises NotEnough."""
        usable = self.usable(account, effective_at)
        if older_than is not None:
            usable = [lot for lot in usable if lot.usable_from <= older_than]
        available = sum(lot.remaining for lot in usable)
        if available - account.floor < amount:
            free = max(0, available - account.floor)
            raise NotEnough(
                f"{amount} {account.unit} asked, {free} available.",
                required=amount,
                available=free,
                missing=amount - free,
                unit=account.unit,
            )
        return spread(usable, amount)

    def use(self, taken: Taken, transfer: UUID, effective_at: datetime) -> None:
        """Takes it from those lots, with the link that says so."""
        for lot, part in taken:
            self._change(lot, -part, 0)
            self.uses.append((transfer, lot.id, lot.account, part, effective_at))

    def give_back(self, given: Taken, transfer: UUID, effective_at: datetime) -> None:
        """Puts it back into those lots. A debit dated earlier can no longer take from them."""
        for lot, part in given:
            self._change(lot, part, 0)
            lot.usable_from = max(lot.usable_from, effective_at)
            self.uses.append((transfer, lot.id, lot.account, -part, effective_at))

    def hold(self, taken: Taken) -> None:
        """Sets it aside within its lots."""
        for lot, part in taken:
            self._change(lot, -part, part)
            self.accounts[lot.account].set_aside += part

    def unhold(self, parts: Taken, effective_at: datetime) -> None:
        """Frees what was set aside; where the lot has expired meanwhile it is gone at once."""
        for lot, part in parts:
            self._change(lot, part, -part)
            self.accounts[lot.account].set_aside -= part
            lot.usable_from = max(lot.usable_from, effective_at)

    def use_held(self, parts: Taken, transfer: UUID, effective_at: datetime) -> None:
        for lot, part in parts:
            self._change(lot, 0, -part)
            self.accounts[lot.account].set_aside -= part
            self.uses.append((transfer, lot.id, lot.account, part, effective_at))

    def end_later(self, lot: LotRow, expires_at: datetime) -> None:
        """Nothing moves; the lot lives on."""
        self._change(lot, 0, 0)
        lot.expires_at = expires_at

    def _change(self, lot: LotRow, remaining: int, held: int) -> None:
        if not lot.fresh and lot.id not in self.changed:
            lot.was_remaining, lot.was_held = lot.remaining, lot.held
            self.changed[lot.id] = lot
        lot.remaining += remaining
        lot.held += held
        assert lot.remaining >= 0
        assert lot.held >= 0
        assert lot.remaining + lot.held <= lot.amount


def ascending(at: datetime) -> Iterator[UUID]:
    """New ids in ascending order, so that what one deed writes is read in the order it was done."""
    return map(of_number, count(new_id(at).int))


def spread(lots: Sequence[LotRow], amount: int) -> Taken:
    """So much of each lot, in order, until the amount is reached or the lots end."""
    taken: Taken = []
    for lot in lots:
        if amount == 0:
            break
        part = min(lot.remaining, amount)
        if part:
            taken.append((lot, part))
            amount -= part
    return taken


def may_spend(account: AccountRow, at: datetime, *, frozen_too: bool = False) -> None:
    """Raises HolderFrozen, AccountClosed, HolderMerged."""
    _open(account)
    if not frozen_too and account.no_spend_until is not None and account.no_spend_until > at:
        raise _frozen(account.no_spend_until, "spend")


def may_earn(account: AccountRow, at: datetime, *, frozen_too: bool = False) -> None:
    """Raises HolderFrozen, AccountClosed, HolderMerged."""
    _open(account)
    if not frozen_too and account.no_earn_until is not None and account.no_earn_until > at:
        raise _frozen(account.no_earn_until, "earn")


def _open(account: AccountRow) -> None:
    if account.closed_at is not None:
        raise AccountClosed("This holder was erased; nothing more is posted.")
    if account.merged_into is not None:
        raise HolderMerged("This holder was merged into another; ask again with that one.", into=account.merged_into)


def _frozen(until: datetime, what: str) -> HolderFrozen:
    said = None if until >= FOREVER else until.isoformat()
    return HolderFrozen(f"The holder may not {what} now.", forbidden=what, until=said)
