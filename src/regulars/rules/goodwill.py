"""What a role may give on the spot to put things right: how much of what, each time and each day, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from regulars.basics.periods import Period


class Over(StrEnum):
    """What happens above the limit."""

    REFUSE = "refuse"
    ASK = "ask"  # of units: it waits for a second person


@dataclass(frozen=True, slots=True)
class Allowance:
    """So much each time, and so much on one day."""

    per_deed: int
    per_day: int

    def __post_init__(self) -> None:
        if not 0 < self.per_deed <= self.per_day:
            raise ValueError("An allowance is above nothing, and a day's no less than that of one deed.")

    def room(self, used: int) -> int:
        """How much may be given now, after so much on this day.

        >>> Allowance(500, 800).room(0), Allowance(500, 800).room(600), Allowance(500, 800).room(900)
        (500, 200, 0)
        """
        return max(0, min(self.per_deed, self.per_day - used))


@dataclass(frozen=True, slots=True)
class GoodwillTerms:
    """Of a role: its code is the terms' code. Units are points or bonus value; coupons go by their series."""

    units: Mapping[str, Allowance] = field(default_factory=dict)
    coupons: Mapping[str, Allowance] = field(default_factory=dict)
    reasons: tuple[str, ...] = ()
    over: Over = Over.REFUSE
    validity: Mapping[str, str] = field(default_factory=dict)  # of a unit: "12M@month"

    def __post_init__(self) -> None:
        if not self.units and not self.coupons:
            raise ValueError("Say which units or coupons may be given.")
        if not self.reasons:
            raise ValueError("Say for which reasons.")
        for unit, text in self.validity.items():
            if unit not in self.units:
                raise ValueError("A validity is of a unit that may be given.")
            Period.parse(text)
