"""What complaints cost: frozen values and small Arrow tables. Intervals are of 95 %, money is in minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from regulars.insight.survey.found import Estimate

# Published figures, told of soft-drink buyers; only where a shop's own complaints are silent, and then labelled.
BORROWED: Mapping[str, Mapping[str, float]] = {
    "content": {"told": 4.5, "more": 0.10, "stopped": 0.0},
    "discontent": {"told": 9.5, "told_20": 0.12, "stopped": 1 / 3, "less": 0.45},
}


@dataclass(frozen=True, slots=True)
class Group:
    """Those whose complaint was answered to their content, or not. Shares are 0 … 1.

    `stopped_more`, `less_more`, `more_more`: the share among them minus that among like customers without a complaint.
    """

    name: str  # content, discontent
    complaints: int
    followed: int  # with a complete time after, and a match
    stopped: Estimate | None  # bought nothing in the time after
    less: Estimate | None  # bought, but for less than 80 % of what they bought in the time before
    more: Estimate | None  # bought for more than 120 %
    stopped_more: Estimate | None
    less_more: Estimate | None
    more_more: Estimate | None
    told: Estimate | None  # people told, on average
    told_20: Estimate | None  # share who told 20 or more
    stop_used: float  # difference in stopping that the money rests on
    stop_low: float  # its interval, not below 0; of a borrowed figure that figure twice
    stop_high: float
    stop_source: str  # own, borrowed
    told_used: float
    told_source: str  # own, borrowed


@dataclass(frozen=True, slots=True)
class ComplaintsFound:
    """What complaints cost, and which to answer first."""

    complaints: int
    customers: int
    unlinked: int  # complaints of nobody in the lines
    first_on: date | None
    last_on: date | None
    after_days: int
    before_days: int
    groups: Mapping[str, Group]
    topics: pa.Table  # about, complaints, discontent_share, low, high
    balance: pa.Table  # measure, before (standardised difference of complainers to anybody), matched
    lost_per_told: float  # an assumption: customers lost for each person told
    value_basis: str  # clv, yearly_spend
    mean_value_minor: int  # of a customer who complained
    at_risk_minor: int  # own custom and that of those told, over all complaints of the last year
    own_minor: int
    own_low_minor: int  # what chance leaves open: where it begins at 0, the complaints may have cost no own custom
    own_high_minor: int
    told_minor: int
    at_risk_complaints: int
    queue: pa.Table  # rank, customer, complained_on, about, value_minor, own_minor, told_minor, at_risk_minor
    queue_basis: str  # open (no answer yet), recent (the file does not say which are open)
    unsaid: Mapping[str, str] = field(default_factory=dict)
    notes: Sequence[str] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)  # no-day, after-cut-off, repeated → complaints
