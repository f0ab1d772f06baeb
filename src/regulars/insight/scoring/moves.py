"""Values handed in and out of scoring: examples to learn from, what was learned, scores with their reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Examples:
    """What was known of customers at a cut-off, and what happened after it. Arrays and table rows go together."""

    features: pa.Table  # numbers, booleans or texts; nulls where unknown; nothing from after the cut-off
    outcome: Flags
    customers: "pa.Array[Any]"  # the same customer at several cut-offs stays in one fold
    periods: Ints  # number of the cut-off, rising with time; all 0 where the table knows no time
    rivals: Mapping[str, Floats] = field(default_factory=dict)  # name → probability of yes by a model of another kind

    def __len__(self) -> int:
        return len(self.outcome)


@dataclass(frozen=True, slots=True)
class Measured:
    """How a probability did against what happened. Intervals are 95 %, customers drawn again and again."""

    auc: float
    log_loss: float
    brier: float
    lift: Mapping[float, float]  # by the share taken from the top (.1, .3): rate among them over the rate of all
    capture: Mapping[float, float]  # by the share taken from the top: share of all yes found there
    intervals: Mapping[str, tuple[float, float]] = field(
        default_factory=dict
    )  # "auc", "log_loss", "brier", "lift_10" …


@dataclass(frozen=True, slots=True)
class Screened:
    """What became of one column, and why."""

    column: str
    kept: bool
    reason: str  # code: kept, poorly-filled, constant, does-not-separate, one-level-per-row, same-as …
    filled: float  # 0 … 1
    detail: str = ""  # the column it repeats, the levels merged …


@dataclass(frozen=True, slots=True)
class Condition:
    """One part of a rule: `column` between `low` (exclusive) and `high` (inclusive), or one of `levels`, or unknown.

    Beside `levels` stand the `others`, those that the rule shuts out; both with the frequent ones first.
    Of a number with neither bound: unknown where `unknown` says so, else known, whatever it is.
    """

    column: str
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    unknown: bool = False  # also (or, with nothing else, only) where the value is not known
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """IF all conditions THEN this share is yes. Counted on data the tree did not see."""

    conditions: Sequence[Condition]
    customers: int
    share: float  # of all customers
    rate: float  # of yes among them
    lift: float  # rate over the base rate
    interval: tuple[float, float]  # 95 %, Wilson, of the rate


@dataclass(frozen=True, slots=True)
class Scored:
    """Probability per row, and what moved it: base + Σ contributions = log-odds of the probability."""

    probability: Floats
    base: float
    contributions: Mapping[str, Floats]  # column → log-odds it added (or took), per row


@dataclass(frozen=True, slots=True)
class Learned:
    """The chosen model and everything that justifies it."""

    model: Any  # regulars.insight.scoring.model.ScoreModel
    chosen: str  # family: linear, logistic, tree, additive
    usable: bool  # beats the baseline on the later period (log-loss, paired interval excludes 0)
    why_not: str  # code: "" where usable, nothing-separates, not-better-than-baseline
    baseline: str  # base-rate, or the best rival
    checked: str  # "later" or "cross_validation" where there is no time
    base_rate: float
    measured: Mapping[str, Mapping[str, Measured]]  # family or rival → way (in_sample, cross_validation, later)
    calibration: pa.Table  # model, way, bin, customers, predicted, actual
    screening: Sequence[Screened]
    rules: Sequence[Rule]
    gain: Mapping[str, tuple[float, float, float]]  # rival or baseline → (difference in log-loss, low, high), paired
    unseen: pa.Table | None = None  # row (of the later period, else of the examples), probability: by models that had
    #                                not seen the row; what groups and lists are judged by
