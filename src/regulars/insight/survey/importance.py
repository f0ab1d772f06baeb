"""What weighs in overall satisfaction: stated by respondents, and derived from how their answers go together.

Answers to questions go together, so that a plain regression would give one of two like questions all and the other
nothing. Derived importance is therefore each question's relative weight (Johnson 2000): its part of the variance of
overall satisfaction that all questions explain, by way of the nearest uncorrelated variables. Parts are never negative
and add up to 1.
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
from scipy.stats import norm

from regulars.insight.survey.answers import Answers
from regulars.insight.survey.found import Importance
from regulars.insight.survey.intervals import Z, mean_of
from regulars.insight.survey.moments import complete_rows, covariance, resampled
from regulars.insight.survey.reading import Floats
from regulars.insight.survey.shapes import floats

FEWEST_PER_ITEM: Final = 10  # complete respondents a question
FEWEST: Final = 30
_LEAST: Final = 1e-4  # shares below this are none


def relative_weights(covariances: Floats) -> tuple[Floats, Floats]:
    """Shares (stack × items) of the explained variance of the last variable, and R² of each stack.

    Where two variables do not correlate, their shares are their squared correlations with the last:

    >>> shares, r2 = relative_weights(np.array([[[1.0, 0.0, 0.6], [0.0, 1.0, 0.3], [0.6, 0.3, 1.0]]]))
    >>> shares.round(3).tolist(), r2.round(3).tolist()
    ([[0.8, 0.2]], [0.45])
    """
    spread = np.sqrt(np.maximum(np.diagonal(covariances, axis1=1, axis2=2), 1e-12))
    correlations = covariances / (spread[:, :, None] * spread[:, None, :])
    among, with_last = correlations[:, :-1, :-1], correlations[:, :-1, -1]
    values, vectors = np.linalg.eigh(among)
    roots = np.sqrt(np.maximum(values, 1e-10))
    # The symmetric root of the correlations: loadings of the questions on their nearest uncorrelated variables.
    lambdas = np.einsum("bij,bj,bkj->bik", vectors, roots, vectors)
    inverse = np.einsum("bij,bj,bkj->bik", vectors, 1 / roots, vectors)
    betas = np.einsum("bij,bj->bi", inverse, with_last)
    weights = np.einsum("bij,bj->bi", np.square(lambdas), np.square(betas))
    explained = weights.sum(axis=1)
    return weights / np.maximum(explained, 1e-12)[:, None], explained


def importance_of(
    answers: Answers, *, stated: Mapping[str, float] | None, seed: int, times: int = 1000
) -> Importance | None:
    """Importance beside satisfaction, question by question; None where too few answered all, or no overall one is.

    `stated` shares (item → share, adding up to 1) are shown beside. The picture is cut at the mean importance and the
    mean satisfaction; `sure` says that neither reaches over its cut, and a disagreement is said, where chance
    would do so with any of all questions in 5 % of surveys at most.
    """
    overall = answers.factor_answers.get("satisfaction")
    k = len(answers.items)
    if overall is None or k < 2:
        return None
    whole = complete_rows(np.column_stack((answers.matrix, overall)))
    if len(whole) < max(FEWEST, FEWEST_PER_ITEM * k) or (whole.std(axis=0) == 0).any():
        return None
    shares, explained = relative_weights(covariance(whole))
    many, _ = relative_weights(resampled(whole, times=times, seed=seed))
    low, high = np.quantile(many, [0.025, 0.975], axis=0)
    reach = _reach(many, len(whole))
    # Parts cannot fall below 0, so resampling pushes the smallest of them up: the interval still holds the estimate.
    low, high = np.minimum(low, shares[0]), np.maximum(high, shares[0])
    wider = float(norm.ppf(1 - 0.025 / k) / Z)  # intervals of all questions together (Bonferroni)
    means = [mean_of(values) for values in answers.items.values()]
    satisfied = float(np.mean([mean.value for mean in means if mean]))
    rows = []
    for place, (name, mean) in enumerate(zip(answers.items, means, strict=True)):
        assert mean is not None
        middle = 1 / k
        quadrant = _quadrant(bool(shares[0, place] >= middle), mean.value >= satisfied)
        apart = abs(mean.value - satisfied) > wider * (mean.high - mean.low) / 2
        sure = apart and _times_apart(shares[0, place], middle) > reach[place]
        said = stated.get(name) if stated else None
        rows.append(
            {
                "item": name,
                "mean": mean.value,
                "mean_low": mean.low,
                "mean_high": mean.high,
                "derived": float(shares[0, place]),
                "derived_low": float(low[place]),
                "derived_high": float(high[place]),
                "stated": said,
                "quadrant": quadrant,
                "sure": bool(sure),
                "disagreement": _disagreement(said, float(shares[0, place]), float(reach[place])),
            }
        )
    table = pa.Table.from_pylist(rows, schema=_SCHEMA)
    return Importance(float(explained[0]), len(whole), table, 1 / k, satisfied)


_NUMBERS: Final = ("mean", "mean_low", "mean_high", "derived", "derived_low", "derived_high", "stated")
_SCHEMA: Final = pa.schema(
    [
        ("item", pa.string()),
        *floats(_NUMBERS),
        ("quadrant", pa.string()),
        ("sure", pa.bool_()),
        ("disagreement", pa.string()),
    ]
)


def _quadrant(important: bool, content: bool) -> str:
    if important:
        return "keep" if content else "act"
    return "ease" if content else "later"


def _reach(many: Floats, answers: int) -> Floats:
    """How far each share may stray by chance, as a difference of logarithms; for all questions together.

    On logarithms, since a share strays the more the greater it is. The 95 % quantile of the greatest distance among the
    questions holds for all of them, whatever goes with what (Romano & Wolf 2005); widened by the degrees of freedom.
    """
    k = many.shape[1]
    logs = np.log(np.maximum(many, _LEAST))
    spread = logs.std(axis=0, ddof=1)
    far = np.abs(logs - logs.mean(axis=0)) / np.maximum(spread, 1e-12)
    found: Floats = np.quantile(far.max(axis=1), 0.95) * spread * np.sqrt(answers / (answers - k - 1))
    return found


def _times_apart(one: float, other: float) -> float:
    return abs(float(np.log(max(one, _LEAST) / max(other, _LEAST))))


def _disagreement(stated: float | None, derived: float, reach: float) -> str:
    """Says more than it moves, moves more than they say, or nothing that chance would not do."""
    if stated is None or _times_apart(stated, derived) <= reach:
        return ""
    return "says_more" if stated > derived else "works_more"
