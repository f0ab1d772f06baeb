"""What the loyalty models found: plain values and small tables for the report, the cards and the lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import pyarrow as pa

from regulars.insight.churn.windows import Windows
from regulars.insight.findings import ActionList
from regulars.insight.scoring.model import ScoreModel
from regulars.insight.scoring.moves import Flags, Learned

MODELS: Final = "models"  # folder of kept runs beside the report


@dataclass(frozen=True, slots=True)
class Shift:
    """How base rates moved from the cut-offs learned from to the latest known outcomes, and what is done about it.

    `log_odds` is added to every score, so that on the later period as many leave as are foretold there.
    """

    learned_rate: float
    foretold_rate: float  # mean probability on the later period, before the shift
    later_rate: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class LoyaltyRun:
    """A model of who leaves (or rises) as it was learned, and what is needed to say what it means and use it again."""

    target: str  # code: leaves-own-horizon, leaves-fixed-horizon, becomes-important
    learned: Learned
    model: ScoreModel  # the learned one with the shift: what scores the present
    shift: Shift
    windows: Windows
    features: Sequence[str]  # columns it might have used; in words by `report.sentences.churn.FEATURE_NAMES`
    customers: Sequence[int]  # judged at each cut-off: those learned from, then the later one
    rates: Sequence[float]  # share with a yes at each


class Scoring(Protocol):
    """What scores the present: a model just learned, or one that was kept."""

    @property
    def model(self) -> ScoreModel: ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a model card needs beside the run. Rows of a table and of its array go together."""

    learned_from: int  # examples
    judged: pa.Table  # features at the later cut-off, which the model had not seen
    outcome: Flags  # of those
    scored: pa.Table  # features of customers now, an even part of very many; of a model not usable, the judged
    known: Mapping[str, Any]  # parameters of the rhythm and repeat-buying models of the same day
    below_minor: int | None = None  # only customers who spent less in the year before the cut-off


@dataclass(frozen=True, slots=True)
class Caught:
    """What a list made at the later cut-off, by what was known then, would have caught of those who really left."""

    share: float  # of the customers on the list
    leavers_by_probability: float  # share of all leavers on it
    leavers_by_loss: float
    money_by_probability: float  # share of all leavers' spend of the year before
    money_by_loss: float
    leavers_by_spend: float  # on a list of those who had spent the most: what needs no model
    money_by_spend: float


@dataclass(frozen=True, slots=True)
class Retention:
    """The terms of the retention list. `saved_share` and the cost are assumptions of whoever uses the list."""

    share: float  # of the customers judged
    value_basis: str  # expected-spend (model), or past-spend
    value_days: int
    saved_share: float  # of contacted leavers who stay because of it
    contact_cost_minor: int | None  # None: not stated
    break_even_minor: int  # on average over the list, a contact may cost up to this
    pays: int | None  # customers for whom a contact pays at this cost; None where no cost is stated


@dataclass(frozen=True, slots=True)
class ChurnFound:
    """Who leaves (S03, S04). Scores, lists and what they catch only where the model may be used.

    `fairness`: by, group, customers, flagged_share, flagged_low, flagged_high, predicted, actual, actual_low,
    actual_high; of the later period. `bands`: tenth (of probability, 0 … 9), customers, expected_leavers, value_minor,
    at_stake_minor; of the present.
    """

    run: LoyaltyRun
    prospects_run: LoyaltyRun | None
    fairness: pa.Table
    judged: int = 0  # customers scored at the present
    expected_leavers: float = 0.0
    at_stake_minor: int = 0  # Σ probability × value
    retention: Retention | None = None
    caught: Caught | None = None
    bands: pa.Table | None = None
    lists: Mapping[str, ActionList] = field(default_factory=dict)  # retention, prospects
    drift: Mapping[str, float] = field(default_factory=dict)  # against a former run, if one is known
    evidence: Mapping[str, Evidence] = field(default_factory=dict)  # leave, rise: for the cards
    kept: Mapping[str, str] = field(default_factory=dict)  # leave, rise → id of the run kept in the folder of runs
    unsaid: Mapping[str, str] = field(default_factory=dict)  # prospects → why not

    @property
    def usable(self) -> bool:
        """Whether scores are given."""
        return self.run.learned.usable
