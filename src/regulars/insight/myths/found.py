"""What became of three beliefs about loyal customers: frozen values and small Arrow tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import pyarrow as pa

HOLDS: Final = "holds"
NOT: Final = "does-not-hold"
UNTOLD: Final = "cannot-be-told"

# behaviour, attitude ("" unknown), profit → name of the box
BOXES: Final[Mapping[tuple[bool, bool | None, bool], str]] = {
    (True, True, True): "true_regulars",
    (True, True, False): "fond_but_dear",
    (True, False, True): "held_by_habit",
    (True, False, False): "bargain_routine",
    (False, True, True): "welcome_guests",
    (False, True, False): "well_wishers",
    (False, False, True): "passing_spenders",
    (False, False, False): "strangers",
    (True, None, True): "earning_regulars",
    (True, None, False): "costly_regulars",
    (False, None, True): "earning_occasional",
    (False, None, False): "small_occasional",
}


@dataclass(frozen=True, slots=True)
class Measure:
    """Loyal against other customers in one figure. Differences are loyal − other, with 95 % intervals.

    `matched` compares within the same main category and store and weighs these as the loyal are spread over them.
    """

    name: str  # cost_rate, discount_share, return_share, mean_receipt_minor, margin_share, complaints, price, …
    loyal: float
    other: float
    loyal_customers: int
    other_customers: int
    raw: float
    raw_low: float
    raw_high: float
    matched: float
    matched_low: float
    matched_high: float
    matched_share: float  # of the loyal who had anybody to be held against


@dataclass(frozen=True, slots=True)
class Myth:
    """One belief: its verdict rests on `decided_by`, the other measures are shown beside."""

    name: str  # cheaper, price, referrals
    verdict: str  # holds, does-not-hold, cannot-be-told
    decided_by: str  # name of a measure; "" where there is none
    measures: Sequence[Measure]
    negligible: float  # a difference up to this is none worth speaking of
    why_not: str = ""  # code of the reason where nothing can be told


@dataclass(frozen=True, slots=True)
class MythsFound:
    """The three myths, and the boxes of behaviour × attitude × profit, of the customers of the last year."""

    loyal: int
    other: int
    tenure_days: int  # the loyal have been customers for so long at least
    visits_from: int  # and came on so many days at least
    myths: Mapping[str, Myth]
    profit_basis: str  # margin, sales
    profit_from_minor: int  # a customer of a year with at least this counts as profitable
    attitude_known: int  # customers whose mind is known from a survey
    boxes: pa.Table  # box, behaviour, attitude (null: unknown), profit, customers, profit_minor, spend_365_minor
    price_sample: float = 1.0  # share of customers whose prices were looked at
    unsaid: Mapping[str, str] = field(default_factory=dict)
