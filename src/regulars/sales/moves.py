"""Values handed in and out of this room. Amounts are whole minor units, tax included; quantities thousandths."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from regulars.basics.quick import quick
from regulars.rules.occasion import Line


@quick
@dataclass(frozen=True, slots=True)
class Place:
    """Where, and which document of which till says so: a business key that is used once, for ever."""

    organisation: UUID
    source: str
    external_id: str
    merchant: UUID | None = None
    store: UUID | None = None
    channel: str = ""


@quick
@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line, with what only the history wants to know."""

    line: Line
    name: str = ""
    cost: int | None = None  # what it cost the shop


@quick
@dataclass(frozen=True, slots=True)
class NewSale:
    """A bill. `member`: whose card was shown. `lapses_at`: it is reserved only, until then."""

    id: UUID
    place: Place
    currency: str
    lines: tuple[SoldLine, ...]
    effective_at: datetime
    member: UUID | None = None
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BackLine:
    """So much of a line of a sale; `amount` and `tax` are what that much had cost."""

    number: int
    quantity: int
    amount: int
    tax: int


@dataclass(frozen=True, slots=True)
class NewReturn:
    """Lines of a sale that are brought back."""

    id: UUID
    sale: UUID
    place: Place
    lines: tuple[BackLine, ...]
    effective_at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NewEvent:
    """Something a member did that is no purchase."""

    id: UUID
    place: Place
    member: UUID
    name: str
    effective_at: datetime
    currency: str = ""
    amount: int = 0
    said: Mapping[str, str | int | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KnownLine:
    """A line as it was sold, and how much of it came back."""

    sold: SoldLine
    returned_quantity: int = 0


@dataclass(frozen=True, slots=True)
class KnownSale:
    """A sale as it stands."""

    id: UUID
    place: Place
    state: str
    member: UUID | None
    currency: str
    lines: tuple[KnownLine, ...]
    returned: int
    effective_at: datetime
    recorded_at: datetime
    lapses_at: datetime | None
