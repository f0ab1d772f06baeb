"""Satisfaction, simple and weighted, its best answers, and the share of promoters less that of detractors."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.survey.answers import Answers, Scale
from regulars.insight.survey.found import Estimate, Nps
from regulars.insight.survey.intervals import Z, mean_of, share_of
from regulars.insight.survey.reading import Floats
from regulars.insight.survey.shapes import floats

# Scale's end → promoters from, detractors up to. To ten as Reichheld (2003) defines it; the others are our mapping.
_PROMOTERS: Final[Mapping[int, tuple[int, int]]] = {10: (9, 6), 7: (7, 5), 5: (5, 3)}


def per_respondent(matrix: Floats, weights: Floats) -> Floats:
    """Each respondent's weighted mean of what they answered; NaN for who left more than half of it open.

    >>> per_respondent(np.array([[5.0, 3.0], [4.0, np.nan], [np.nan, np.nan]]), np.array([0.75, 0.25])).tolist()
    [4.5, 4.0, nan]
    """
    known = np.isfinite(matrix)
    weight = known @ weights
    enough = (2 * known.sum(axis=1) >= matrix.shape[1]) & (weight > 0)
    summed = np.where(known, matrix, 0.0) @ weights
    found: Floats = np.divide(summed, weight, out=np.full(len(matrix), np.nan), where=enough)
    return found


def item_table(answers: Answers) -> pa.Table:
    """Mean, share of the best answer and of the two best, per question; the overall one first."""
    columns = dict(answers.items)
    if "satisfaction" in answers.factors:
        columns = {answers.factors["satisfaction"]: answers.factor_answers["satisfaction"], **columns}
    rows = []
    for name, values in columns.items():
        known = values[np.isfinite(values)]
        mean = mean_of(known, bounds=(float(answers.scale[0]), float(answers.scale[1])))
        if mean is None:
            continue
        row: dict[str, object] = {"item": name, "mean": mean.value, "low": mean.low, "high": mean.high}
        for code, from_answer in (("top_box", answers.scale[1]), ("top_two", answers.scale[1] - 1)):
            share = share_of(int((known >= from_answer).sum()), len(known))
            row |= {code: share.value, f"{code}_low": share.low, f"{code}_high": share.high}
        rows.append(row | {"answers": mean.answers})
    numbers = [f"{code}{end}" for code in ("top_box", "top_two") for end in ("", "_low", "_high")]
    names = [("item", pa.string()), *floats(("mean", "low", "high", *numbers)), ("answers", pa.int64())]
    return pa.Table.from_pylist(rows, schema=pa.schema(names))


def nps_of(values: Floats, scale: Scale) -> Nps | None:
    """Promoters less detractors with the adjusted interval of Bonett & Price (2012).

    >>> found = nps_of(np.array([10.0, 9.0, 8.0, 6.0]), (0, 10))
    >>> found.score.value, found.promoters, found.detractors
    (0.25, 0.5, 0.25)
    """
    known = values[np.isfinite(values)]
    if not len(known) or scale[1] not in _PROMOTERS:
        return None
    from_answer, to_answer = _PROMOTERS[scale[1]]
    promoters, detractors = int((known >= from_answer).sum()), int((known <= to_answer).sum())
    n = len(known)
    up, down = (promoters + 1) / (n + 2), (detractors + 1) / (n + 2)
    half = Z * float(np.sqrt((up + down - (up - down) ** 2) / (n + 2)))
    score = Estimate((promoters - detractors) / n, max(-1.0, up - down - half), min(1.0, up - down + half), n)
    return Nps(score, promoters / n, detractors / n, from_answer, to_answer, scale[1] == 10)
