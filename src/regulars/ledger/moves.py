"""Values handed in and out of the ledger. Amounts are whole smallest parts of their unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from regulars.basics.quick import quick
from regulars.ledger.words import Kind, Level, Role, Short, Tender


@quick
@dataclass(frozen=True, slots=True)
class Holder:
    """An account by its holder; opened when it is first used."""

    owner: UUID
    role: Role = Role.MAIN


@quick
@dataclass(frozen=True, slots=True)
class House:
    """An account of the house, by what it is for; opened when it is first used."""

    role: Role
    scope: str = ""


End = Holder | House


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A holder's account that is wanted; nothing happens where it is there already."""

    owner: UUID
    unit: str
    role: Role = Role.MAIN
    floor: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Posting:
    """Units that go from one end to another. `source` with `external_id` makes it happen once, for ever."""

    kind: Kind
    unit: str
    amount: int
    giver: End
    taker: End
    effective_at: datetime | None = None  # None: when it is recorded
    source: str = ""
    external_id: str = ""
    starts_at: datetime | None = None  # of the lot; None: from effective_at on
    expires_at: datetime | None = None  # None: never, or by `validity`
    validity: str = ""  # "12M@month", from when the units become active
    activates_at: datetime | None = None  # of a pending earn: becomes active by itself
    cancels_at: datetime | None = None  # of a pending earn: its deadline
    reason: str = ""
    merchant: str = ""
    store: str = ""
    funder: str = ""
    rule: str = ""
    shown: UUID | None = None  # holder whose card was shown, where another owns the account now
    details: Mapping[str, object] | None = None


@quick
@dataclass(frozen=True, slots=True)
class Posted:
    """What came of a posting. A replay is told the same, with `replayed`."""

    id: UUID  # of the transfer
    amount: int
    effective_at: datetime
    lots: tuple[UUID, ...] = ()  # made for the taker
    used: tuple[tuple[UUID, int], ...] = ()  # of the giver: lot and how much of it
    repaid: int = 0  # of a debt, out of this earn
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class NewHold:
    """Units to set aside until `lapses_at` for a spend that is not yet certain."""

    owner: UUID
    unit: str
    amount: int
    lapses_at: datetime
    to: House = field(default_factory=lambda: House(Role.REDEEMED))
    id: UUID | None = None  # derived from the caller's key, so that a retry makes the same; None: new
    source: str = ""
    external_id: str = ""
    reason: str = ""
    merchant: str = ""
    store: str = ""
    funder: str = ""
    rule: str = ""
    shown: UUID | None = None
    details: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """A hold as it stands."""

    id: UUID
    owner: UUID
    unit: str
    amount: int
    placed_at: datetime
    lapses_at: datetime
    closed_as: str | None  # captured, voided, lapsed; None: open
    captured: int
    transfer: UUID | None
    lots: tuple[tuple[UUID, int], ...] = ()  # kept of each lot
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Reversal:
    """A transfer to take back: all that is left of it, or `amount`."""

    transfer: UUID
    amount: int | None = None
    short: Short = Short.OWE
    effective_at: datetime | None = None
    expires_at: datetime | None = None  # of an expiry taken back: the lot's new one
    source: str = ""
    external_id: str = ""
    reason: str = ""
    merchant: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Reversed:
    """What came of it. `amount` = what moved back, of it `owed` as a debt and `forgone` since it had expired."""

    id: UUID  # of the deed and its first transfer
    amount: int
    owed: int = 0
    forgone: int = 0
    taken: tuple[tuple[UUID, int], ...] = ()  # from which lots
    given_back: tuple[tuple[UUID, int], ...] = ()  # to which lots
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Balance:
    """What a holder has of one unit: available = balance - held - expired - waiting."""

    unit: str
    account: UUID
    balance: int  # posted on the main account
    held: int  # by open holds
    expired: int  # past its date, not yet posted as such
    waiting: int  # in lots that have not started
    pending: int  # earned, not yet active
    owed: int  # the debt that future earns will eat
    floor: int

    @property
    def available(self) -> int:
        return self.balance - self.held - self.expired - self.waiting


@dataclass(frozen=True, slots=True)
class Spendable:
    """What is left of a lot that a holder can spend of, by a debit of `usable_from` or later."""

    owner: UUID
    unit: str
    amount: int
    expires_at: datetime | None
    usable_from: datetime
    floor: int


@dataclass(frozen=True, slots=True)
class LotLeft:
    """A lot with what is left of it."""

    id: UUID
    account: UUID
    unit: str
    transfer: UUID
    amount: int
    remaining: int
    held: int
    earned_at: datetime
    starts_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class MoveRules:
    """What the programme allows between holders. None: no limit."""

    least: int = 1
    most: int | None = None  # of one move
    most_in_period: int | None = None  # sent by one holder within `period`, this one included
    moves_in_period: int | None = None
    period: timedelta = timedelta(days=30)
    fee: int = 0  # on top, paid by the sender
    fee_permille: int = 0  # of the amount, floored
    cool_off: timedelta = timedelta(0)  # a lot can be moved only so long after it was earned or received


@dataclass(frozen=True, slots=True)
class Activated:
    """A pending earn that became active, and the transfer of it."""

    pending: UUID
    transfer: UUID
    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class Extended:
    """A lot that ends later now, what is left of it, and the end it had."""

    lot: UUID
    amount: int
    before: datetime


@dataclass(frozen=True, slots=True)
class Gift:
    """Units from one holder to another, with their expiry."""

    giver: UUID
    taker: UUID
    unit: str
    amount: int
    effective_at: datetime | None = None
    source: str = ""
    external_id: str = ""
    reason: str = ""
    merchant: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A manual adjustment: `amount` below nothing takes away."""

    owner: UUID
    unit: str
    amount: int
    reason: str  # a code
    note: str
    expires_at: datetime | None = None
    source: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a holder is kept from, and until when."""

    level: Level
    reason: str
    since: datetime
    until: datetime
    pauses_expiry: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """What came of a gift."""

    id: UUID  # of the deed and of its move
    amount: int
    fee: int
    lots: tuple[UUID, ...]  # made for the taker
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A manual adjustment as it stands: asked (waits for a second person), posted or refused."""

    id: UUID
    state: str
    amount: int
    asked_by: str
    decided_by: str
    transfer: UUID | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """Stored value that a holder buys, with what is given on top."""

    owner: UUID
    unit: str
    amount: int
    tender: Tender
    bonus_unit: str = ""
    bonus: int = 0
    bonus_validity: str = ""
    funder: str = ""
    effective_at: datetime | None = None
    source: str = ""
    external_id: str = ""
    merchant: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A bill to be paid with stored value: from these units, in this order."""

    owner: UUID
    currency: str
    amount: int
    units: tuple[str, ...]
    source: str = ""
    external_id: str = ""
    merchant: str = ""
    store: str = ""


@dataclass(frozen=True, slots=True)
class Paid:
    """What paid it."""

    id: UUID  # of the deed and its first transfer
    parts: tuple[tuple[str, int, UUID], ...]  # unit, amount, transfer
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Conversion:
    """So much of one unit, to become another."""

    owner: UUID
    from_unit: str
    to_unit: str
    amount: int
    source: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Converted:
    """What became of it, and at which rate."""

    id: UUID  # of the deed and its first transfer
    amount: int
    gained: int
    numerator: int
    denominator: int
    replayed: bool = False
