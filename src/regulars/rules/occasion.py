"""What happened, as rules see it: a purchase with its lines, or an event. Amounts are whole minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from regulars.basics.quick import quick

PURCHASE: Final = "purchase"
PIECE: Final = 1000  # quantities are whole thousandths, so that 1.250 kg is exact


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """One line of a bill. `amount` is at list price, tax included, for the whole quantity; `discount` is part of it."""

    number: int
    item: str
    amount: int
    quantity: int = PIECE  # thousandths
    discount: int = 0
    tax: int = 0  # contained in amount - discount
    category: str = ""  # from the widest: "food/dairy/milk"
    brand: str = ""
    vendor: str = ""
    marks: tuple[str, ...] = ()  # "gift-card", "tobacco" … as the till says

    def __post_init__(self) -> None:
        assert 0 <= self.discount <= self.amount, (self.discount, self.amount)
        assert 0 <= self.tax <= self.amount - self.discount, (self.tax, self.amount)
        assert self.quantity > 0, self.quantity

    @property
    def paid(self) -> int:
        return self.amount - self.discount


@quick
@dataclass(frozen=True, slots=True)
class Tender:
    """A part of the bill and what paid it: "cash", "points", "value", "card:visa-8812" …"""

    kind: str
    amount: int


@quick
@dataclass(frozen=True, slots=True)
class Occasion:
    """A purchase or an event of a member (or of nobody known), at a place and a time."""

    at: datetime
    kind: str = PURCHASE  # or the event's name: "birthday", "review-written" …
    currency: str = ""
    lines: tuple[Line, ...] = ()
    amount: int = 0  # of an event that has one; of a purchase see `paid`
    merchant: str = ""
    store: str = ""
    channel: str = ""  # "till", "web", "desk" …
    zone: str = "UTC"  # the programme's
    store_zone: str = ""  # the store's; "": the programme's
    tenders: tuple[Tender, ...] = ()
    values: Mapping[str, str | int | bool] = field(default_factory=dict)  # what an event says of itself

    @property
    def paid(self) -> int:
        """After discounts, tax included; however it is paid."""
        return sum(line.paid for line in self.lines)

    def paid_by(self, kind: str) -> int:
        """What tenders of a kind paid: "points", or "card" for all cards."""
        return sum(one.amount for one in self.tenders if one.kind == kind or one.kind.startswith(f"{kind}:"))

    def here(self, store_local: bool = False) -> datetime:
        """The moment on the programme's clock, or on the store's."""
        return self.at.astimezone(ZoneInfo((store_local and self.store_zone) or self.zone))

    def without(self, numbers: frozenset[int]) -> "Occasion":
        """The same without some lines."""
        if not numbers:
            return self
        return replace(self, lines=tuple(line for line in self.lines if line.number not in numbers))
