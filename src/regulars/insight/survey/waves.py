"""Satisfaction over time and between parts of the respondents, with Holm's correction for looking often."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.insight.significance import holm
from regulars.insight.survey.answers import Answers
from regulars.insight.survey.intervals import mean_of, welch
from regulars.insight.survey.reading import Floats
from regulars.insight.survey.scores import nps_of
from regulars.insight.survey.shapes import floats, texts, wholes

Array = npt.NDArray[Any]

FEWEST: Final = 10  # answers in a wave or a part
_TESTED: Final = ("change", "p_value", "p_adjusted")
_WAVE: Final = pa.schema(
    [*texts("wave"), *wholes("answers"), *floats(("mean", "low", "high", "top_box", "nps", *_TESTED))]
)
_SEGMENT: Final = pa.schema(
    [*texts("column", "level"), *wholes("answers"), *floats(("mean", "low", "high", "difference", *_TESTED[1:]))]
)


def waves_of(answers: Answers, values: Floats) -> pa.Table | None:
    """A row per wave (as named, else by month) with its change since the wave before; None where there is one only.

    `values`: each respondent's satisfaction. Waves are taken as different people, which errs on the side of caution
    where the same ones are asked again.
    """
    labels = _labels(answers)
    if labels is None:
        return None
    parts = [(wave, labels == wave) for wave in sorted({str(one) for one in labels if one is not None})]
    parts = [(wave, inside) for wave, inside in parts if np.isfinite(values[inside]).sum() >= FEWEST]
    if len(parts) < 2:
        return None
    rows, before = [], None
    for wave, inside in parts:
        mean = mean_of(values[inside])
        assert mean is not None
        row: dict[str, object] = {"wave": wave, "answers": mean.answers, "mean": mean.value}
        row |= {"low": mean.low, "high": mean.high, "top_box": _top_box(answers, inside), "nps": _nps(answers, inside)}
        if before is not None:
            change, _, _, p_value = welch(values[inside], values[before])
            row |= {"change": change, "p_value": p_value}
        rows.append(row)
        before = inside
    return pa.Table.from_pylist(_corrected(rows), schema=_WAVE)


def segments_of(answers: Answers, values: Floats) -> pa.Table | None:
    """A row per part of the respondents, held against all others who said what part they are of."""
    rows: list[dict[str, object]] = []
    for column, cells in answers.segments.items():
        labels = np.array(cells, dtype=object)
        known = np.array([cell is not None for cell in cells])
        for level in sorted({str(cell) for cell in cells if cell is not None}):
            inside = labels == level
            mean = mean_of(values[inside])
            if mean is None or mean.answers < FEWEST or np.isfinite(values[known & ~inside]).sum() < FEWEST:
                continue
            difference, _, _, p_value = welch(values[inside], values[known & ~inside])
            row = {"column": column, "level": level, "answers": mean.answers, "mean": mean.value, "low": mean.low}
            rows.append(row | {"high": mean.high, "difference": difference, "p_value": p_value})
    return pa.Table.from_pylist(_corrected(rows), schema=_SEGMENT) if rows else None


def _labels(answers: Answers) -> Array | None:
    if answers.wave is not None:
        return np.array(answers.wave, dtype=object)
    if answers.answered_on is None:
        return None
    months = answers.answered_on.astype("datetime64[M]")
    return np.array([None if np.isnat(month) else str(month) for month in months], dtype=object)


def _top_box(answers: Answers, inside: Array) -> float | None:
    overall = answers.factor_answers.get("satisfaction")
    known = overall[inside & np.isfinite(overall)] if overall is not None else np.empty(0)
    return float((known >= answers.factor_scales["satisfaction"][1]).mean()) if len(known) else None


def _nps(answers: Answers, inside: Array) -> float | None:
    if "recommend" not in answers.factor_answers:
        return None
    found = nps_of(answers.factor_answers["recommend"][inside], answers.factor_scales["recommend"])
    return found.score.value if found else None


def _corrected(rows: list[dict[str, object]]) -> Sequence[dict[str, object]]:
    tested = [row for row in rows if isinstance(p := row.get("p_value"), float) and np.isfinite(p)]
    p_values = np.array([row["p_value"] for row in tested], dtype=np.float64)
    for row, adjusted in zip(tested, holm(p_values, len(p_values)), strict=True):
        row["p_adjusted"] = float(adjusted)
    return rows
