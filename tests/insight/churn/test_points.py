"""What each theme adds to a chance, in whole points that add up."""

import numpy as np

from regulars.insight.churn.reasons import by_theme, points, themes_of
from regulars.insight.scoring.moves import Scored

COLUMNS = ("recency_days", "silence_ratio", "visits", "town", "products")


def test_points_of_themes_add_up_from_the_base_to_the_score() -> None:
    drawn = np.random.default_rng(7)
    for base in (-2.345, 0.0, 1.999):
        added = drawn.normal(0, 1.3, (500, len(COLUMNS)))
        log_odds = base + added.sum(axis=1)
        scored = Scored(1 / (1 + np.exp(-log_odds)), base, dict(zip(COLUMNS, added.T, strict=True)))
        told = np.array(points(scored).to_pylist())
        assert themes_of(COLUMNS) == by_theme(scored)[0] == ["silent", "often", "person", "breadth"]
        assert (round(100 * base) + told.sum(axis=1) == np.rint(100 * log_odds)).all()
        assert np.abs(told - 100 * by_theme(scored)[1].T).max() <= 3  # hundredths


def test_a_model_without_columns_has_no_points() -> None:
    assert points(Scored(np.array([0.2, 0.2]), -1.4, {})).to_pylist() == [[], []]
