"""What was found about next baskets: how the lists did on baskets that came later, and whether they may be used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa


@dataclass(frozen=True, slots=True)
class NextBasketFound:
    """The check of the lists on a later period. Shares are 0 … 1; tables are small.

    `used` names what lists are made by: "model", or the plain list that did best on the validation baskets.
    """

    calibration_until: date  # lists were made as of the end of this day
    later_days: int
    customers: int  # who came in the later period, had come before, and were looked at
    sampled: float  # share of the customers that was looked at
    settings: Mapping[str, float]
    tried: int
    # method (model, global_top, personal_top, personal_then_global), recall_10, recall_20, ndcg_10, hit_10,
    # repeat_recall_10, new_recall_10
    scores: pa.Table
    gains: pa.Table  # baseline, gain, low, high: Recall@10 of the model above it, with its 95 % interval
    usable: bool
    used: str
    why_not: str = ""  # code of the reason when not usable
    repeat_share: float = 0.0  # of what was bought later, the part that the customer had bought before
    examples: pa.Table | None = None  # example (1 … 3), rank, product, reason, reason_product, came
    also: pa.Table | None = None  # the strongest of `regulars.insight.recommend.also_bought`
    listed: float = 1.0  # share of the customers that all of this is about
    names: Mapping[str, str] = field(default_factory=dict)  # product code → name, for those in the tables

    def score(self, method: str, measure: str) -> float:
        """One figure of `scores`."""
        row = self.scores["method"].to_pylist().index(method)
        return float(self.scores[measure][row].as_py())
