"""The five-factor loyalty index.

Satisfaction, will to deepen, repeat purchase, recommendation, resistance to switching: each answer counts as 0 … 100 of
its own scale, and a respondent's index is the weighted mean of those answered.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.survey.answers import Answers
from regulars.insight.survey.columns import FACTORS
from regulars.insight.survey.errors import WrongSurvey
from regulars.insight.survey.found import LoyaltyIndex
from regulars.insight.survey.intervals import mean_of
from regulars.insight.survey.reading import Floats
from regulars.insight.survey.reliability import reliability
from regulars.insight.survey.scores import per_respondent

FEWEST_FACTORS: Final = 3
_WHOLE: Final = 100.0


def index_values(answers: Answers, weights: Mapping[str, float] | None = None) -> Floats | None:
    """Each respondent's index, 0 … 100, NaN for who left more than half open; None from fewer than three factors.

    `weights` by factor; equal where none are stated. Raises WrongSurvey.
    """
    parts = _parts(answers)
    if len(parts) < FEWEST_FACTORS:
        return None
    return per_respondent(np.column_stack(list(parts.values())), _weights(parts, weights))


def index_of(answers: Answers, *, weights: Mapping[str, float] | None = None, seed: int) -> LoyaltyIndex | None:
    """The index over all respondents, its factors, and its reliability. Raises WrongSurvey."""
    values = index_values(answers, weights)
    score = mean_of(values, bounds=(0.0, _WHOLE)) if values is not None else None
    if score is None:
        return None
    parts = _parts(answers)
    shares = dict(zip(parts, _weights(parts, weights), strict=True))
    rows = []
    for factor, part in parts.items():
        mean = mean_of(part, bounds=(0.0, _WHOLE))
        if mean is not None:
            row = {"factor": factor, "heading": answers.factors[factor], "weight": float(shares[factor])}
            rows.append(row | {"mean": mean.value, "low": mean.low, "high": mean.high})
    alpha, omega = reliability(np.column_stack(list(parts.values())), seed=seed)
    missing = [factor for factor in FACTORS if factor not in parts]
    return LoyaltyIndex(score, dict(answers.factors), missing, pa.Table.from_pylist(rows), alpha, omega)


def _parts(answers: Answers) -> dict[str, Floats]:
    shared = {factor: answers.shared(factor) for factor in answers.factors}
    return {factor: part * _WHOLE for factor, part in shared.items() if part is not None}


def _weights(parts: Mapping[str, Floats], weights: Mapping[str, float] | None) -> Floats:
    if weights is None:
        return np.full(len(parts), 1 / len(parts))
    strange = [name for name in weights if name not in FACTORS]
    given = np.array([weights.get(name, 0.0) for name in parts])
    if strange or (given < 0).any() or given.sum() <= 0:
        raise WrongSurvey(f"Weights of the index go to {', '.join(parts)}, none below 0, not to {weights}.")
    shares: Floats = given / given.sum()
    return shares
