"""Values handed in and out of the checkout. Amounts are whole minor units, tax included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.basics.quick import quick
from regulars.rules.occasion import Tender
from regulars.sales.moves import Place, SoldLine


@dataclass(frozen=True, slots=True)
class PointsWanted:
    """A part of the bill to be paid with points: so many, or as many as may be; the member's own, or the family's."""

    unit: str
    points: int | None = None
    family: bool = False


@dataclass(frozen=True, slots=True)
class ValueWanted:
    """A part of the bill to be paid with stored value: of the member, or of a card that is shown for it.

    `units` are spent in this order; `amount` None: as much as is there and still due.
    """

    owner: UUID  # root of the holder
    shown: UUID
    units: tuple[str, ...]
    amount: int | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """A line that is stored value sold: it is loaded onto this holder."""

    number: int  # of the line
    owner: UUID
    shown: UUID
    unit: str


@quick
@dataclass(frozen=True, slots=True)
class NewPurchase:
    """A bill at the till, before anything of the programme was applied to it. `member` is who is meant now, `shown`
    whose card it was; both None: nobody. `lapses_at`: reserve only, until then."""

    place: Place
    currency: str
    lines: tuple[SoldLine, ...]
    effective_at: datetime
    told_at: bool = False  # the till said when; else it is now, and a second try is the same
    member: UUID | None = None
    shown: UUID | None = None
    coupons: tuple[str, ...] = ()
    points: tuple[PointsWanted, ...] = ()
    value: tuple[ValueWanted, ...] = ()
    loads: tuple[Load, ...] = ()
    tenders: tuple[Tender, ...] = ()  # what else pays, as far as the till says
    lapses_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LineBack:
    """So much of a line of a purchase, in thousandths; None: all that is left of it."""

    number: int
    quantity: int | None = None


@dataclass(frozen=True, slots=True)
class NewReturn:
    """Lines of a purchase that are brought back. No lines: all that is left."""

    sale: UUID
    place: Place
    effective_at: datetime
    told_at: bool = False
    lines: tuple[LineBack, ...] = ()
    reason: str = ""


@quick
@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it, as it was told and will be told again. `sale` or `back`: its id."""

    id: UUID
    told: Mapping[str, Any]
    replayed: bool = False
