"""What a survey says: plain frozen values and small Arrow tables. Intervals are of 95 %."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval, and how many answers it rests on."""

    value: float
    low: float
    high: float
    answers: int


@dataclass(frozen=True, slots=True)
class Nps:
    """Promoters less detractors, as shares: −1 … 1. `standard`: asked on a scale to ten, as the measure is defined."""

    score: Estimate
    promoters: float
    detractors: float
    promoters_from: int
    detractors_to: int
    standard: bool


@dataclass(frozen=True, slots=True)
class LoyaltyIndex:
    """The five-factor index on 0 … 100, and whether its questions measure one thing."""

    score: Estimate
    factors: Mapping[str, str]  # satisfaction, deepen, repeat, recommend, resist → heading
    missing: Sequence[str]  # factors that were not asked
    table: pa.Table  # factor, heading, weight, mean (0 … 100), low, high
    alpha: Estimate | None  # Cronbach's
    omega: Estimate | None  # McDonald's, one factor


@dataclass(frozen=True, slots=True)
class Importance:
    """What weighs in overall satisfaction. Importance is a share: over all questions it adds up to 1."""

    r_squared: float
    answers: int
    # item, mean, mean_low, mean_high (on the scale), derived, derived_low, derived_high, stated (null: not stated),
    # quadrant (act, keep, ease, later), sure, disagreement ("", says_more, works_more)
    table: pa.Table
    importance_middle: float
    satisfaction_middle: float


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What people did after they had answered, by their answer to the overall question."""

    heading: str
    after_days: int
    before_days: int
    customers: int
    # answer, customers, rebuy, rebuy_low, rebuy_high, visits, visits_low, visits_high, spend_minor, spend_low_minor,
    # spend_high_minor, then adjusted for what they bought before: rebuy_adjusted, visits_adjusted with …_low, …_high,
    # and rebuy_monotone, visits_monotone (the nearest curve that never falls)
    curve: pa.Table
    # outcome (rebuy, visits), top, next, difference, low, high, p_value, p_adjusted (Holm), by (permutation, robust)
    tests: pa.Table
    top_answer: int
    next_answer: int
    rebuy_ratio: Estimate | None  # raw share of the best answer over that of the next
    # satisfied (bool), bought (bool), customers, share: attitude beside behaviour
    gap: pa.Table
    index_bought: Estimate | None  # mean loyalty index of those who bought again, and of those who did not
    index_stayed_away: Estimate | None


@dataclass(frozen=True, slots=True)
class SurveyFound:
    """Everything that a survey says. What could not be said is None and has its reason in `unsaid`."""

    respondents: int
    linked: int  # distinct customers among them who are in the lines
    first_on: date | None
    last_on: date | None
    scale: tuple[int, int]
    left_out: Mapping[str, int]  # code → cells or rows
    overall: Estimate | None
    simple: Estimate | None
    weighted: Estimate | None
    weights: Mapping[str, float]
    weights_basis: str  # stated, asked, derived, equal
    items: pa.Table  # item, mean, low, high, top_box, top_box_low, top_box_high, top_two (+ low, high), answers
    nps: Nps | None
    index: LoyaltyIndex | None
    items_alpha: Estimate | None
    items_omega: Estimate | None
    importance: Importance | None
    waves: pa.Table | None  # wave, answers, mean, low, high, top_box, nps, change, p_value, p_adjusted
    segments: (
        pa.Table | None
    )  # column, level, answers, mean, low, high, difference (to all others), p_value, p_adjusted
    behaviour: Behaviour | None
    attitude: pa.Table | None  # customer, attitude, recommends (0 … 1; null: not asked), answered_on
    unsaid: Mapping[str, str] = field(default_factory=dict)  # behaviour, importance, nps, index, waves → reason code
