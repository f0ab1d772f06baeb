"""Values handed in and out of previews."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from regulars.programme.coupons.moves import CouponRow
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion


@dataclass(frozen=True, slots=True)
class NewPreview:
    """A draft, and over which days purchases are looked at. Both days are included."""

    organisation: UUID
    kind: str
    code: str
    document: Mapping[str, object]
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a purchase on one side, or what was booked: units by code, minor units off, and paid with points."""

    units: Mapping[str, int] = field(default_factory=dict)
    discount: int = 0
    paid: int = 0


@dataclass(slots=True)
class Bill:
    """A purchase as the till told it: lines before offers of the programme, tenders without what points paid."""

    id: UUID
    shown: UUID | None
    member: UUID | None
    occasion: Occasion
    facts: MemberFacts | None
    earns: bool
    booked: Came
    coupons: Mapping[str, CouponRow] = field(default_factory=dict)  # that were shown, by a text that stands for each
    points: tuple[tuple[str, int], ...] = ()  # units that were paid with, by unit
    loads: frozenset[int] = frozenset()  # lines that sold value
    before: bool = False  # of before the programme: nothing is kept of the member of then

    @property
    def at(self) -> datetime:
        return self.occasion.at

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.occasion.lines
