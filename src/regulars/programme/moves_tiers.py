"""Values handed in and out of tiers and benefits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from regulars.basics.quick import quick
from regulars.rules.tiers.ladder import Amounts
from regulars.rules.tiers.missing import Missing
from regulars.rules.tiers.standing import Because, Held, Standing


@quick
@dataclass(frozen=True, slots=True)
class Counts:
    """What an occasion counts towards levels. `member` is a root; `shown` whose card it was, where another's."""

    member: UUID
    occasion: UUID
    amounts: Amounts
    effective_at: datetime
    shown: UUID | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What of an occasion counts no more. `amounts` None: all that is left of it; never more than is left."""

    occasion: UUID
    amounts: Amounts | None = None


@dataclass(frozen=True, slots=True)
class TierChange:
    """A level that changed. `lost`: benefits of the level that was lost, and how often each was used in its period."""

    member: UUID
    ladder: str
    before: Held
    after: Held
    lost: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewLevel:
    """A level to give: set by hand, matched or bought."""

    member: UUID
    ladder: str
    level: str
    because: Because
    begins_at: datetime
    ends_at: datetime | None = None
    challenge: tuple[Amounts, ...] = ()
    afresh: bool = False
    for_ever: bool = False
    reason: str = ""
    partner: str = ""
    source: str = ""
    external_id: str = ""
    shown: UUID | None = None


@dataclass(frozen=True, slots=True)
class TierTold:
    """Where a member stands on a ladder, and what is missing."""

    ladder: str
    name: str
    shown: Held
    earned: Standing
    rank: int
    rise: tuple[Missing, ...]
    stay: Missing | None
    projected: Held  # after the next review, if nothing more is counted


@dataclass(frozen=True, slots=True)
class ChangeTold:
    """A decision in the history."""

    ladder: str
    level: str
    at: datetime
    recorded_at: datetime
    valid_until: datetime | None
    because: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Entitled:
    """A benefit of a member now. `left` None: as often as wanted."""

    benefit: str
    version: UUID
    name: str
    ladder: str
    level: str
    period: str
    most: int | None
    used: int
    until: datetime | None
    note: str
    renews_at: datetime | None = None  # when its next period begins

    @property
    def renews(self) -> bool:
        """Whether the level lasts until it can be used anew."""
        return self.renews_at is not None and self.until == self.renews_at

    @property
    def left(self) -> int | None:
        return None if self.most is None else max(0, self.most - self.used)


@dataclass(frozen=True, slots=True)
class NewUse:
    """A benefit to be used up at a place. `member` is a root; `shown` whose card it was, where another's."""

    member: UUID
    benefit: str
    count: int = 1
    shown: UUID | None = None
    merchant: str = ""
    store: str = ""
    source: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Used:
    """A use of a benefit, as it stands."""

    id: UUID
    member: UUID
    benefit: str
    level: str
    period: str
    count: int
    given_back: int
    used_at: datetime
    left: int | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class LevelCoupons:
    """Coupons of a level that wait to be handed over."""

    id: int
    organisation: UUID
    member: UUID
    series: str
    count: int
    ladder: str
    level: str
    period: str
