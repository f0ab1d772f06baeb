"""Values handed in and out of goodwill."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class NewGoodwill:
    """Something to be given: so much of a unit, or so many coupons of a series. `person`: who gives, as a typed id."""

    organisation: UUID
    member: UUID
    shown: UUID
    person: str
    amount: int
    reason: str
    unit: str = ""
    series: str = ""
    note: str = ""
    merchant: str = ""
    store: str = ""
    cause: str = ""  # typed id of what it is given out of: a case
    source: str = ""
    external_id: str = ""

    @property
    def what(self) -> str:
        return f"unit/{self.unit}" if self.unit else f"coupon/{self.series}"

    def asked(self) -> dict[str, Any]:
        """As plain values: the same request has the same, in every release."""
        asked = {
            "shown": str(self.shown), "person": self.person, "amount": self.amount, "reason": self.reason,
            "what": self.what, "note": self.note,
        }  # fmt: skip
        return asked | {"cause": self.cause} if self.cause else asked


@dataclass(frozen=True, slots=True)
class Given:
    """What came of it. `asked`: it waits for a second person. `left`: what the role may still give today."""

    id: UUID
    member: UUID
    role: str
    person: str
    unit: str
    series: str
    amount: int
    reason: str
    state: str  # given, asked, refused, taken-back
    given_at: datetime
    transfer: UUID | None = None
    adjustment: UUID | None = None
    coupons: tuple[tuple[UUID, str | None], ...] = ()  # with the code, which is told once
    cause: str = ""
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Left:
    """What somebody may still give of something today."""

    role: str
    unit: str
    series: str
    per_deed: int
    per_day: int
    left: int


@dataclass(frozen=True, slots=True)
class Asked:
    """Which goodwill to add up. Both days are included; None: no limit. Merchants and stores None: all."""

    organisation: UUID
    first_on: date | None = None
    last_on: date | None = None
    role: str = ""
    person: str = ""
    reason: str = ""
    merchants: frozenset[str] | None = None
    stores: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Total:
    """What was given by a person in a role for a reason."""

    role: str
    person: str
    reason: str
    unit: str
    series: str
    state: str
    deeds: int
    amount: int
