"""An offer that members opt into before it is for them. What it gives, earning rules, promotions and coupons say: they
name it in `conditions.who.enrolled_in`."""

from dataclasses import dataclass
from datetime import date

from regulars.rules.conditions import Conditions

_ALWAYS = Conditions()


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """Who may opt in, how many, and until when it is theirs."""

    name: str = ""
    conditions: Conditions = _ALWAYS  # of the member, when they opt in
    places: int | None = None  # how many may opt in
    ends_on: date | None = None  # the last day it is good for

    def __post_init__(self) -> None:
        if self.places is not None and self.places < 1:
            raise ValueError("An offer has at least one place.")
