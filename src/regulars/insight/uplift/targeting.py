"""A plan applied to people: expected effect and profit of each, and whether to treat them."""

from typing import Any

import numpy as np
import pyarrow as pa

from regulars.insight.frames import as_arrow
from regulars.insight.uplift.coding import features_of
from regulars.insight.uplift.deciding import worth_it
from regulars.insight.uplift.moves import Trial
from regulars.insight.uplift.planning import Plan


def targets(new: Any, trial: Trial, plan: Plan, *, value: float, cost: float, verdict: str) -> pa.Table:
    """The rows of `new` with uplift_score (for ordering), expected_effect, expected_profit, target and rank (1 = best).

    `target` follows the verdict: with "everyone" or "nobody" it is the same for all, whatever the single scores say.
    Raises WrongCampaign where a feature is missing.
    """
    flat = as_arrow(new)
    score = plan.score(features_of(flat, trial))
    effect = plan.effect(score)
    chosen = worth_it(effect, value, cost) if verdict == "target" else np.full(len(score), verdict == "everyone")
    rank = np.empty(len(score), dtype=np.int64)
    rank[np.argsort(-score, kind="stable")] = np.arange(1, len(score) + 1)
    added = {
        "uplift_score": score,
        "expected_effect": effect,
        "expected_profit": value * effect - cost,
        "target": chosen,
        "rank": rank,
    }
    for name, values in added.items():
        flat = flat.append_column(name, pa.array(values))
    return flat
