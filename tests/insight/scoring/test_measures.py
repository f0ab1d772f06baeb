"""The measures against scikit-learn's, with ties and without; intervals against what theory says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve as their_curve
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.metrics import log_loss as their_log_loss

from regulars.insight.scoring import measures
from regulars.insight.scoring.resampling import folds, some_customers


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.sampled_from([1, 2, 8]))
def test_they_agree_with_scikit_learn(seed: int, rows: int, digits: int) -> None:
    chance = np.random.default_rng(seed)
    outcome = np.append(chance.random(rows) < 0.4, [True, False])
    probability = np.round(chance.random(rows + 2), digits)  # one digit: ties all over, 0 and 1 among them
    assert measures.auc(outcome, probability) == pytest.approx(roc_auc_score(outcome, probability), abs=1e-12)
    assert measures.brier(outcome, probability) == pytest.approx(brier_score_loss(outcome, probability), abs=1e-12)
    inside = np.clip(probability, 1e-6, 1 - 1e-6)
    assert measures.log_loss(outcome, inside) == pytest.approx(their_log_loss(outcome, inside), abs=1e-12)


def test_certain_and_wrong_is_very_wrong_but_finite() -> None:
    outcome = np.array([True, False])
    assert measures.log_loss(outcome, np.array([0.0, 0.0])) == pytest.approx(-np.log(1e-15) / 2)


def test_capture_and_lift_by_hand() -> None:
    outcome = np.array([True, True, False, True, False, False, False, False, False, False])
    probability = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    assert measures.capture(outcome, probability, 0.1) == pytest.approx(1 / 3)
    assert measures.capture(outcome, probability, 0.3) == pytest.approx(2 / 3)
    assert measures.lift(outcome, probability, 0.1) == pytest.approx(10 / 3)
    assert measures.capture(outcome, np.full(10, 0.5), 0.3) == pytest.approx(0.3)  # all alike: order decides nothing


def test_one_answer_only_has_no_ranking() -> None:
    outcome, probability = np.zeros(5, np.bool_), np.linspace(0, 1, 5)
    assert measures.auc(outcome, probability) == 0.5
    assert measures.lift(outcome, probability, 0.1) == pytest.approx(1.0)


def test_the_calibration_curve_is_scikit_learns_where_nothing_ties() -> None:
    chance = np.random.default_rng(3)
    probability = chance.permutation(np.linspace(0.01, 0.99, 1000))
    outcome = chance.random(1000) < probability
    curve = measures.calibration_curve(outcome, probability)
    actual, predicted = their_curve(outcome, probability, n_bins=10, strategy="quantile")
    assert curve["customers"].to_pylist() == [100] * 10
    assert curve["predicted"].to_numpy() == pytest.approx(predicted, abs=1e-9)
    assert curve["actual"].to_numpy() == pytest.approx(actual, abs=1e-9)


def test_equal_probabilities_stay_in_one_bin() -> None:
    curve = measures.calibration_curve(np.arange(100) % 4 == 0, np.full(100, 0.25))
    assert curve.to_pylist() == [{"bin": 1, "customers": 100, "predicted": 0.25, "actual": 0.25}]


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """95 % of 100 draws; fewer than 88 would happen once in a thousand times. The truth: AUC of two shifted normals."""
    held = {"auc": 0, "brier": 0}
    great = np.random.default_rng(0)
    yes = great.random(400_000) < 0.3
    score = 1 / (1 + np.exp(-(great.normal(size=400_000) + yes)))
    truth = {"auc": measures.auc(yes, score), "brier": measures.brier(yes, score)}
    for draw in range(100):
        rows = slice(400 * draw, 400 * (draw + 1))
        found = measures.measured(yes[rows], score[rows], np.arange(400), draw).intervals
        for name, value in truth.items():
            held[name] += found[name][0] <= value <= found[name][1]
    assert min(held.values()) >= 88


def test_rows_of_one_customer_are_not_independent() -> None:
    """The same rows five times over tell no more than once: the interval must not become narrower."""
    chance = np.random.default_rng(5)
    outcome, probability = chance.random(300) < 0.4, chance.random(300)
    once = measures.measured(outcome, probability, np.arange(300), 1).intervals["auc"]
    often = measures.measured(np.tile(outcome, 5), np.tile(probability, 5), np.tile(np.arange(300), 5), 1)
    assert often.intervals["auc"] == pytest.approx(once, abs=1e-6)


def test_the_paired_gain_is_surer_than_either() -> None:
    chance = np.random.default_rng(6)
    truth = chance.uniform(0.05, 0.95, 3000)
    outcome = chance.random(3000) < truth
    mean, low, high = measures.gain(outcome, truth, np.clip(truth + 0.05, 0, 0.99), np.arange(3000), 1)
    assert 0 < low < mean < high
    back = measures.gain(outcome, np.clip(truth + 0.05, 0, 0.99), truth, np.arange(3000), 1)
    assert back == pytest.approx((-mean, -high, -low), abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6), st.integers(20, 200), st.integers(1, 60))
def test_folds_never_part_a_customer_and_are_alike(seed: int, rows: int, people: int) -> None:
    chance = np.random.default_rng(seed)
    customers, outcome = np.append(chance.integers(0, people, rows), people - 1), chance.random(rows + 1) < 0.3
    fold = folds(customers, outcome, count=5, seed=seed)
    assert all(len(set(fold[customers == one])) == 1 for one in set(customers))
    single = folds(np.arange(rows + 1), outcome, count=5, seed=seed)
    yes = np.bincount(single[outcome], minlength=5)
    assert yes.max() - yes.min() <= 1


def test_customers_are_drawn_whole() -> None:
    customers = np.repeat(np.arange(100), 3)
    rows = some_customers(customers, 90, seed=2)
    assert len(rows) == 90
    assert set(np.bincount(customers[rows], minlength=100)) == {0, 3}
    assert len(some_customers(customers, 1000, seed=2)) == 300
