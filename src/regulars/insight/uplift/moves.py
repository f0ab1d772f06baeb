"""Values handed in and out of campaigns: a design, what a campaign brought, whom to treat next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
Rows = npt.NDArray[np.intp]

TREATED, CONTROL, UNIVERSAL = "treated", "control", "universal"
OUTCOMES = ("buyers", "purchases", "revenue_minor", "capped_minor", "margin_minor")  # capped: revenue, winsorised


@dataclass(frozen=True, slots=True)
class Measure:
    """How one outcome is spread over the shop's customers in the days that a campaign would be judged by."""

    name: str  # buyers (0 or 1 each), purchases, revenue_minor
    mean: float  # per customer
    spread: float  # standard deviation
    winsorised_spread: float  # with the largest values cut at the 99.5 % point; as `spread` for buyers
    correlation: float  # with the same outcome in the days before
    factor: float  # spread left after CUPED: √(1 − correlation²)


@dataclass(frozen=True, slots=True)
class Design:
    """How large and how long a test must be. Effects are relative: .05 is five per cent of the mean."""

    customers: int
    days: int
    pre_days: int
    level: float
    power: float
    measures: Mapping[str, Measure]
    detectable: pa.Table  # outcome, control_share, detectable (relative), raw (without CUPED and winsorising)
    needed: pa.Table  # outcome, effect, control_share, customers: how many in all, both arms together
    durations: pa.Table  # days, reached, buyers_detectable, revenue_detectable at `control_share`
    wanted: float  # the relative effect that should be seen
    control_share: float | None  # the smallest that shows it in `outcome`; None: not even half would
    days_needed: int | None  # the shortest of `durations` that shows it at `control_share` or at one half
    outcome: str  # which one `wanted` is about


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate and its bounds."""

    value: float
    low: float
    high: float

    def holds(self, truth: float) -> bool:
        return self.low <= truth <= self.high


@dataclass(frozen=True, slots=True)
class Effect:
    """One outcome in both arms, over everyone assigned. Amounts are in minor units; all values are per customer.

    `difference` is the one to read: adjusted for the days before (CUPED). `raw` is the plain one beside it.
    """

    name: str
    treated: float
    control: float
    raw: Interval
    difference: Interval
    theta: float  # how much of the difference before is taken off
    narrower: float  # share of the interval's width that CUPED saved
    p_value: float
    anytime: Interval  # holds however often one has looked
    bootstrap: Interval | None  # of the raw difference, studentised; None where the arms are too large to need it
    skewed: bool  # the bootstrap disagrees with the normal interval by more than a quarter of its half-width
    total: Interval  # difference × treated customers: what the campaign brought in all

    @property
    def relative(self) -> Interval | None:
        """Of the control mean; None where that is 0 or less."""
        if self.control <= 0:
            return None
        return Interval(*(part / self.control for part in (self.difference.value, *_bounds(self.difference))))


def _bounds(interval: Interval) -> tuple[float, float]:
    return interval.low, interval.high


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two sums in each arm, and its difference by the delta method."""

    name: str
    treated: float
    control: float
    difference: Interval
    p_value: float


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Sample-ratio check: do the arms' sizes fit the share that was planned?"""

    tested: bool  # False where the planned share is not known
    planned_share: float  # of the control arm; NaN where unknown
    found_share: float
    p_value: float

    @property
    def broken(self) -> bool:
        return self.tested and self.p_value < MISMATCH_LEVEL


MISMATCH_LEVEL = 0.001


@dataclass(frozen=True, slots=True)
class Balance:
    """Were the arms alike before? Differences are standardised; chance alone brings about ± `by_chance`."""

    table: pa.Table  # covariate, treated, control, standardised, p_value (Holm)
    by_chance: float  # standard deviation of a standardised difference where nothing is wrong
    p_value: float  # all covariates together (Hotelling)

    @property
    def broken(self) -> bool:
        return self.p_value < MISMATCH_LEVEL


@dataclass(frozen=True, slots=True)
class Result:
    """What a campaign brought, counted over everyone assigned, reached or not."""

    name: str
    from_on: date
    until_on: date
    pre_days: int
    treated: int
    control: int
    reached: int | None  # treated customers who were sent something; None where the table does not say
    control_reached: int | None  # control customers who were sent something all the same
    aside: Mapping[str, int]  # anonymous, universal, repeated: rows that are in no arm
    effects: Mapping[str, Effect]
    ratios: Sequence[Ratio]
    mismatch: Mismatch
    balance: Balance
    subgroups: pa.Table  # grouped_by, level, treated, control, difference, low, high, p_value, holm, bh
    interactions: pa.Table  # grouped_by, levels, statistic, p_value
    progress: float  # share of the planned time that has passed
    outcome: str  # what the conclusion is about: margin_minor where known, else revenue_minor
    conclusion: str  # works, harms, not-shown, too-few, sample-ratio-mismatch, arms-not-alike
    unknown: Mapping[str, str] = field(default_factory=dict)  # outcome → why it is not there
    cost_minor: int = 0  # rewards and contacts of the treated arm


@dataclass(frozen=True, slots=True)
class BeforeAfter:
    """A look without a control group. It is weak evidence, whatever its interval says."""

    contacted: int
    matched: int  # contacted customers for whom people alike were found
    others: int  # not contacted, used for comparison
    difference: Interval  # change of the contacted minus change of those alike, per customer, minor units
    placebo: Interval | None  # the same sum one period earlier, when nothing had been sent; None: too short a history
    credible: bool  # False where the placebo found an "effect" that cannot have been
    strength: str = "weak"


@dataclass(frozen=True, slots=True)
class Trial:
    """A randomised trial as a flat table: what was known before, who was treated, what came after."""

    features: Floats  # people × columns; NaN where unknown; levels of text as numbers
    names: tuple[str, ...]
    treated: Flags
    outcome: Floats  # 0 or 1, or an amount
    levels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # column → its texts by number

    def __len__(self) -> int:
        return len(self.treated)

    def part(self, rows: Rows | Flags) -> "Trial":
        return Trial(self.features[rows], self.names, self.treated[rows], self.outcome[rows], self.levels)


@dataclass(frozen=True, slots=True)
class Ranking:
    """How well scores order people by what treatment does to them; definitions in docs/uplift.md."""

    qini: Interval
    auuc: Interval
    auuc_by_chance: float  # half the average effect
    curve: pa.Table  # share, incremental (per treated person of the whole), by_chance


@dataclass(frozen=True, slots=True)
class Profit:
    """What treating some people earned in a trial, in the units of `value`."""

    people: int  # targeted, both arms
    treated: int
    control: int
    scaled: Interval  # value · (sum treated − sum control · treated / control) − cost · treated
    published: Interval  # value · (sum treated − sum control) − cost · treated: right only for arms of one size
    per_person: float  # scaled, per targeted person


@dataclass(frozen=True, slots=True)
class Decision:
    """Whom to treat next time, judged on people the choice has not seen."""

    learner: str
    tried: pa.Table  # learner, qini (cross-validated on the training part)
    value: float
    cost: float
    checked: str  # "cross_fitted" or "later_file"
    share: float  # of people, targeted
    ranking: Ranking
    targeted: Profit
    everyone: Profit
    above_everyone: Interval  # scaled profit of the targeted minus that of treating everyone
    curve: pa.Table  # share, profit, low, high: treating the best share by score
    verdict: str  # target, everyone, nobody
    why: str  # code: profit-shown, not-better-than-everyone, no-profit-shown
