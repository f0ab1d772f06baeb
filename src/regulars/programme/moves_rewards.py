"""Values handed in and out of rewards."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.rules.reasons import Reason
from regulars.rules.rewards import Price, Reward


@dataclass(frozen=True, slots=True)
class NewRedemption:
    """A reward that is wanted. `member` is a root; `shown` whose card it was, where another's."""

    member: UUID
    reward: str
    price: str = ""  # "": the first that is theirs
    count: int = 1
    shown: UUID | None = None
    merchant: str = ""
    store: str = ""
    channel: str = ""
    source: str = ""
    external_id: str = ""
    family: bool = False  # paid with the units of the household


@dataclass(frozen=True, slots=True)
class PaidBy:
    """Of a household, whose units pay how much."""

    member: UUID
    amount: int
    hold: UUID | None = None
    transfer: UUID | None = None


@dataclass(frozen=True, slots=True)
class Redeemed:
    """A redemption as it stands: reserved (to be fulfilled), fulfilled or cancelled."""

    id: UUID
    member: UUID
    reward: str
    version: UUID
    price: str
    count: int
    unit: str
    amount: int
    currency: str
    money: int
    state: str
    asked_at: datetime
    lapses_at: datetime | None
    closed_at: datetime | None
    reason: str
    merchant: str
    store: str
    hold: UUID | None
    transfer: UUID | None
    replayed: bool = False
    paid_by: tuple[PaidBy, ...] = ()  # where a household pays; else `hold` or `transfer` is the member's own


@dataclass(frozen=True, slots=True)
class Offered:
    """A reward as a member sees it. `price` None: none is theirs. `missing` units to pay it; `why_not` else."""

    code: str
    version: UUID
    number: int  # of the version
    reward: Reward
    prices: tuple[Price, ...]
    left: int | None  # of the stock
    missing: int
    why_not: Reason | None

    @property
    def price(self) -> Price | None:
        return self.prices[0] if self.prices else None

    @property
    def is_affordable(self) -> bool:
        return self.price is not None and self.missing == 0 and self.why_not is None
