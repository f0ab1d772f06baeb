"""A real survey of 250 customers, each figure of the chapter computed a second way from the raw file."""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import f, t

from regulars.history.engine import Engine
from regulars.insight.survey import SurveyFound, survey_of

FACTORS = {"satisfaction": "CUSA1", "repeat": "CUSL1", "resist": "CUSL2", "recommend": "CUSL3"}
Floats = Any


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> Mapping[str, Floats]:
    with (shared_data / "mobile_survey" / "mobi.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0] if name}


@pytest.fixture(scope="module")
def found(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> SurveyFound:
    with Engine() as engine:
        file = shared_data / "mobile_survey" / "mobi.csv"
        return survey_of(file, None, engine, None, work=tmp_path_factory.mktemp("work"), factors=FACTORS)


def test_the_index_is_the_mean_of_its_questions(raw: Mapping[str, Floats], found: SurveyFound) -> None:
    each = np.mean([(raw[heading] - 1) / 9 * 100 for heading in FACTORS.values()], axis=0)
    half = t.ppf(0.975, 249) * each.std(ddof=1) / np.sqrt(250)
    index = found.index
    assert index is not None
    assert index.missing == ["deepen"]
    said = (index.score.value, index.score.low, index.score.high, index.score.answers)
    assert said == pytest.approx((each.mean(), each.mean() - half, each.mean() + half, 250))
    parts = {row["heading"]: row["mean"] for row in index.table.to_pylist()}
    assert parts == pytest.approx({heading: (raw[heading].mean() - 1) / 9 * 100 for heading in FACTORS.values()})


def test_alpha_with_an_interval_like_that_of_normal_theory(raw: Mapping[str, Floats], found: SurveyFound) -> None:
    """Feldt's (1965) interval rests on normal answers, ours on none: near, not the same."""
    answers = np.array([raw[heading] for heading in FACTORS.values()])
    alpha = 4 / 3 * (1 - answers.var(axis=1, ddof=1).sum() / answers.sum(axis=0).var(ddof=1))
    assert found.index is not None
    mine = found.index.alpha
    assert mine is not None
    assert mine.value == pytest.approx(alpha)
    low, high = (1 - (1 - alpha) * f.ppf(end, 249, 249 * 3) for end in (0.975, 0.025))
    assert mine.low < alpha < mine.high
    assert (mine.low, mine.high) == pytest.approx((low, high), abs=0.08)


def test_omega_by_an_optimiser(raw: Mapping[str, Floats], found: SurveyFound) -> None:
    answers = np.array([raw[heading] for heading in FACTORS.values()])
    correlations, spread = np.corrcoef(answers), answers.std(axis=1, ddof=1)

    def residue(loadings: Floats) -> float:
        apart = correlations - np.outer(loadings, loadings)
        return float(np.square(apart[np.triu_indices(4, 1)]).sum())

    loadings = minimize(residue, np.full(4, 0.5), bounds=[(-1, 1)] * 4, tol=1e-14).x
    common = (loadings * spread).sum() ** 2
    omega = common / (common + (np.square(spread) * (1 - np.square(loadings))).sum())
    assert found.index is not None
    mine = found.index.omega
    assert mine is not None
    assert mine.value == pytest.approx(omega, abs=1e-4)
    assert mine.low < omega < mine.high


def test_importance_and_satisfaction_of_each_question(raw: Mapping[str, Floats], found: SurveyFound) -> None:
    """Johnson's weights by the singular value decomposition of the answers themselves."""
    items = [name for name in raw if name not in FACTORS.values()]
    x = np.column_stack([raw[name] for name in items])
    x = (x - x.mean(axis=0)) / x.std(axis=0) / np.sqrt(250)
    y = (raw["CUSA1"] - raw["CUSA1"].mean()) / raw["CUSA1"].std() / np.sqrt(250)
    p, delta, q = np.linalg.svd(x, full_matrices=False)
    weights = np.square(q.T @ np.diag(delta) @ q) @ np.square((p @ q).T @ y)
    importance = found.importance
    assert importance is not None
    assert importance.r_squared == pytest.approx(weights.sum())
    rows = {row["item"]: row for row in importance.table.to_pylist()}
    assert list(rows) == items
    assert [row["derived"] for row in rows.values()] == pytest.approx(weights / weights.sum())
    assert [row["mean"] for row in rows.values()] == pytest.approx([raw[name].mean() for name in items])
    assert importance.satisfaction_middle == pytest.approx(np.mean([raw[name].mean() for name in items]))
    for name, row in rows.items():
        high, content = row["derived"] >= 1 / len(items), raw[name].mean() >= importance.satisfaction_middle
        assert row["quadrant"] == {(1, 0): "act", (1, 1): "keep", (0, 1): "ease", (0, 0): "later"}[high, content]
        assert row["derived_low"] <= row["derived"] <= row["derived_high"]
