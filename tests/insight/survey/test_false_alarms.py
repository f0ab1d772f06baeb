"""Answers in which nothing stands out: nothing is said to, in more than 5 % of surveys."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from regulars.insight.survey.behaviour import compared_answers
from regulars.insight.survey.importance import importance_of
from regulars.insight.survey.purchases import Around
from regulars.insight.survey.waves import segments_of

SEEDS = 200
AT_MOST = 18  # of 200 at 5 %: more happens once in a hundred
QUESTIONS = 6


def survey(seed: int, respondents: int) -> Any:
    """Questions that weigh alike and are answered alike; people are more or less content with everything."""
    random = np.random.default_rng(seed)
    mood = 0.5 * random.standard_normal((respondents, 1))
    each = mood + np.sqrt(0.75) * random.standard_normal((respondents, QUESTIONS))
    overall = 3.6 + 1.2 * each.mean(axis=1) + 0.5 * random.standard_normal(respondents)
    asked = np.clip(np.rint(3.6 + 0.9 * each), 1, 5)
    return SimpleNamespace(
        factor_answers={"satisfaction": np.clip(np.rint(overall), 1, 5)},
        items={f"q{n}": asked[:, n] for n in range(QUESTIONS)},
        matrix=asked,
        segments={"store": random.choice(["North", "South", "West"], respondents)},
    )


@pytest.mark.slow
@pytest.mark.parametrize("respondents", [120, 300])
def test_questions_that_weigh_alike_are_called_different_no_oftener_than_chance(respondents: int) -> None:
    stated = dict.fromkeys([f"q{n}" for n in range(QUESTIONS)], 1 / QUESTIONS)
    sure, disagree, parts = 0, 0, 0
    for seed in range(SEEDS):
        answers = survey(seed, respondents)
        found = importance_of(answers, stated=stated, seed=seed, times=200)
        assert found is not None
        rows = found.table.to_pylist()
        sure += any(row["sure"] for row in rows)
        disagree += any(row["disagreement"] for row in rows)
        segments = segments_of(answers, answers.matrix.mean(axis=1))
        assert segments is not None
        parts += any(row["p_adjusted"] < 0.05 for row in segments.to_pylist())
    assert max(sure, disagree, parts) <= AT_MOST, (sure, disagree, parts)


@pytest.mark.slow
def test_fives_like_fours_are_told_apart_no_oftener_than_chance() -> None:
    """Both questions that are asked of them together: who buys again, and how often."""
    alarms = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        pace = random.gamma(2.0, 0.7, 90)
        before, after = random.poisson(4 * pace).astype(float), random.poisson(pace).astype(float)
        past = Around(
            known=np.ones(90, dtype=bool),
            visits_before=before,
            spend_before=before * 1000,
            recency_days=np.where(before > 0, random.exponential(30 / (0.2 + pace)).round(), np.nan),
            visits_after=after,
            spend_after=after * 1000,
        )
        level = np.where(random.random(90) < 0.35, 5.0, 4.0)
        outcomes = {"rebuy": (after > 0).astype(float), "visits": after}
        rows = compared_answers(level, past, outcomes, 5, 4, seed).to_pylist()
        alarms += any(row["p_adjusted"] < 0.05 for row in rows)
    assert alarms <= AT_MOST
