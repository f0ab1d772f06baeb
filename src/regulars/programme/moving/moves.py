"""Values handed in and out of moving in. What could not be read of a row is None, and `wrong` says where."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from regulars.members.moves import Presented


class Kind(StrEnum):
    """What a row brings."""

    LOT = "lot"  # points or stored value with their dates
    PENDING = "pending"  # earned, not yet to be spent
    TIER = "tier"
    CARD = "card"  # a number of the old programme, by which people are recognised
    COUPON = "coupon"


@dataclass(frozen=True, slots=True)
class Lot:
    """Units with their own dates."""

    unit: str
    amount: int | None
    earned_at: datetime | None = None  # None: when it moves in
    starts_at: datetime | None = None
    expires_at: datetime | None = None  # None: never
    funder: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Pending:
    """Units on their way. Without `activates_at` they become active when told."""

    unit: str
    amount: int | None
    earned_at: datetime | None = None
    activates_at: datetime | None = None
    cancels_at: datetime | None = None
    expires_at: datetime | None = None
    validity: str = ""  # "12M@month", from when they become active
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """A level. With an end it is theirs since `since` up to then; without one from now on, to the end of the period
    that follows, as the ladder says."""

    ladder: str
    level: str
    since: datetime | None = None
    ends_at: datetime | None = None
    for_ever: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """A number of the old programme. `source` says whose number it is."""

    number: str
    source: str


@dataclass(frozen=True, slots=True)
class Coupon:
    """A code that people hold; of nobody where the row names no member."""

    code: str
    series: str
    uses: int | None = 1
    expires_at: datetime | None = None


Brought = Lot | Pending | Tier | Card | Coupon
KINDS: dict[type, Kind] = {
    Lot: Kind.LOT, Pending: Kind.PENDING, Tier: Kind.TIER, Card: Kind.CARD, Coupon: Kind.COUPON,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a file: where it stands, whom it is about (an id, or what they are recognised by), what it brings."""

    file: str
    line: int
    brings: Brought
    member: UUID | None = None
    shown: tuple[Presented, ...] = ()
    wrong: tuple[str, str] | None = None  # column and reason

    @property
    def kind(self) -> Kind:
        return KINDS[type(self.brings)]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where, and why. The value stays in the file."""

    file: str
    line: int
    column: str  # heading; empty: the whole row
    reason: str  # a stable word, see docs/moving-in.md


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a row: what was made, or why not. `again`: it was taken before."""

    made: UUID | None = None
    reason: str = ""
    column: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    """One line of the report: what the files say (without rows that could not be read), and what is here now."""

    kind: str
    label: str
    month: str  # in which it ends; empty: never
    rows_said: int
    said: int
    rows_here: int
    here: int

    @property
    def ties(self) -> bool:
        return (self.rows_said, self.said) == (self.rows_here, self.here)


@dataclass(frozen=True, slots=True)
class Report:
    """rows = kept + refused. It ties where every line does."""

    id: UUID
    name: str
    rows: int
    kept: int
    refused: int
    reasons: dict[str, int]
    lines: tuple[Tie, ...]
    undone_at: datetime | None
    taken_back: dict[str, int]  # by kind, and "… kept": what an undo could not take back

    @property
    def ties(self) -> bool:
        return all(line.ties for line in self.lines)
