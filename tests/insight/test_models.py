"""The probability models: published numbers, planted truth, gradients, extremes, and manners."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.base import clone
from tests.insight.cdnow import histories, purchases
from tests.insight.simulated import TRUTH, buyers, spenders

from regulars.insight.betageometric import log_one_plus, mean_of_power
from regulars.insight.bgnbd import BGNBD
from regulars.insight.estimator import NotFitted
from regulars.insight.gammagamma import GammaGamma, Spends
from regulars.insight.gammagamma import _log_likelihood as gamma_gamma_log_likelihood
from regulars.insight.grouped import BadHistory, distinct_pairs, group
from regulars.insight.mbgnbd import MBGNBD
from regulars.insight.paretonbd import ParetoNBD
from regulars.insight.repeat import RepeatBuying

MODELS: list[type[RepeatBuying]] = [BGNBD, MBGNBD, ParetoNBD]

PUBLISHED = [
    ("sample", BGNBD, {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, -9582.43),
    ("sample", MBGNBD, {"r": 0.5248, "alpha": 6.1830, "a": 0.8914, "b": 1.6140}, -9582.13),
    ("sample", ParetoNBD, {"r": 0.553, "alpha": 10.578, "s": 0.606, "beta": 11.669}, -9594.98),
    ("master", BGNBD, {"r": 0.2516, "alpha": 4.7889, "a": 0.7234, "b": 2.1611}, -95368.44),
    ("master", MBGNBD, {"r": 0.6371, "alpha": 7.3103, "a": 0.8075, "b": 1.2284}, -95336.96),
    ("master", ParetoNBD, {"r": 0.5974, "alpha": 11.5857, "s": 0.5222, "beta": 8.8278}, -95415.12),
]


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> dict[str, pd.DataFrame]:
    return {name: histories(purchases(shared_data, name)) for name in ("sample", "master")}


@pytest.mark.parametrize(("name", "model", "parameters", "log_likelihood"), PUBLISHED)
def test_cdnow_gives_the_published_fit(
    cdnow: dict[str, pd.DataFrame],
    name: str,
    model: type[RepeatBuying],
    parameters: dict[str, float],
    log_likelihood: float,
) -> None:
    rows = cdnow[name]
    fitted = model().fit(rows.frequency, rows.recency, rows.age)
    assert fitted.parameters_ == pytest.approx(parameters, rel=0.002)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.01)
    assert fitted.converged_
    assert not fitted.degenerate_
    assert all(
        0 < error < value
        for error, value in zip(fitted.standard_errors_.values(), fitted.parameters_.values(), strict=True)
    )


@pytest.mark.parametrize(
    ("name", "repeaters", "parameters", "log_likelihood"),
    [
        ("sample", 946, {"p": 6.25, "q": 3.74, "v": 15.44}, -4055.92),
        ("master", 9450, {"p": 6.2754, "q": 3.6244, "v": 14.9837}, -40763.48),
    ],
)
def test_cdnow_gives_the_published_spend(
    cdnow: dict[str, pd.DataFrame], name: str, repeaters: int, parameters: dict[str, float], log_likelihood: float
) -> None:
    rows = cdnow[name].query("frequency > 0 and mean_spend > 0")
    assert len(rows) == repeaters
    fitted = GammaGamma().fit(rows.frequency, rows.mean_spend)
    assert fitted.parameters_ == pytest.approx(parameters, rel=0.002)
    assert fitted.log_likelihood_ == pytest.approx(log_likelihood, abs=0.01)


@pytest.mark.parametrize("model", MODELS)
def test_the_gradient_is_the_slope(model: type[RepeatBuying]) -> None:
    x, last, end = buyers("BGNBD", 300, seed=3)
    rows = group(x, last, end)
    at = np.log([0.4, 5.0, 0.7, 3.0])
    _, slope = model()._log_likelihood(rows, at)
    for part, step in enumerate(np.eye(4) * 1e-5):
        up, down = (model()._log_likelihood(rows, at + sign * step)[0] for sign in (1, -1))
        assert slope[part] == pytest.approx((up - down) / 2e-5, rel=1e-5)


@pytest.mark.parametrize("rows", [0, 3, 5_000])
def test_distinct_pairs_give_each_row_back(rows: int) -> None:
    """Few rows are sorted, many ticked off a list: the same answer."""
    chance = np.random.default_rng(4)
    left, right = chance.integers(0, 20, rows).astype(float), chance.integers(0, 200, rows) / 7
    one, two, inverse = distinct_pairs(left, right)
    assert (one[inverse] == left).all()
    assert (two[inverse] == right).all()
    assert list(zip(one, two, strict=True)) == sorted(set(zip(left, right, strict=True)))


def test_sums_by_frequency_skip_the_frequencies_nobody_has() -> None:
    rows = group(np.array([5.0, 0, 5, 2]), np.array([9.0, 0, 7, 3]), np.array([9.0, 9, 9, 9]))
    assert rows.by_frequency(rows.count).tolist() == [1, 0, 1, 0, 0, 2]


@pytest.mark.parametrize("log_odds", [-np.inf, -800.0, -40.0, 0.0, 40.0, 699.0, 800.0, 1e5])
def test_softplus_and_share_hold_far_out(log_odds: float) -> None:
    either, share = log_one_plus(np.array([log_odds]))
    assert either == pytest.approx(np.logaddexp(0, log_odds), rel=1e-15)
    assert share == pytest.approx(expit(log_odds), rel=1e-15)


def test_the_gradient_of_spend_is_the_slope() -> None:
    x, spend = spenders(300, seed=3)
    rows = Spends.of(x, spend)
    at = np.log([5.0, 3.0, 12.0])
    _, slope = gamma_gamma_log_likelihood(at, rows)
    for part, step in enumerate(np.eye(3) * 1e-5):
        up, down = (gamma_gamma_log_likelihood(at + sign * step, rows)[0] for sign in (1, -1))
        assert slope[part] == pytest.approx((up - down) / 2e-5, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
def test_planted_parameters_are_found(model: type[RepeatBuying]) -> None:
    """Over seeds, the distance from the truth in standard errors has about mean 0 and spread 1."""
    distances = []
    for seed in range(8):
        fitted = model().fit(*buyers(model.__name__, 4_000, seed=seed))
        assert fitted.converged_
        spread = np.sqrt(np.diag(fitted.log_covariance_))
        truth = TRUTH[model.__name__]
        distances.append([np.log(fitted.parameters_[name] / truth[name]) for name in truth] / spread)
    assert np.abs(np.array(distances)).max() < 4.5
    assert np.sqrt(np.mean(np.square(distances))) < 1.6


def test_planted_spend_is_found() -> None:
    fitted = GammaGamma().fit(*spenders(20_000, seed=1))
    truth = {"p": 6.0, "q": 4.0, "v": 15.0}
    for name, value in truth.items():
        assert abs(fitted.parameters_[name] - value) < 4 * fitted.standard_errors_[name]


@pytest.mark.parametrize("model", MODELS)
@given(
    x=st.integers(0, 5_000),
    share=st.floats(1e-6, 1),
    end=st.floats(0.01, 1e5),
    horizon=st.floats(0.01, 2_000),
    logs=st.tuples(*[st.floats(-3, 4)] * 4),
)
@settings(deadline=None, max_examples=60)
def test_nothing_overflows(
    model: type[RepeatBuying], x: int, share: float, end: float, horizon: float, logs: tuple[float, ...]
) -> None:
    names = model._names
    asked = model().with_parameters(**dict(zip(names, np.exp(logs).tolist(), strict=True)))
    last = end * share if x else 0.0
    alive = asked.probability_alive([x], [last], [end])[0]
    expected = asked.expected_purchases(horizon, [x], [last], [end])[0]
    value, slope = asked._log_likelihood(group(np.array([float(x)]), np.array([last]), np.array([end])), np.array(logs))
    assert 0 <= alive <= 1
    assert 0 <= expected < np.inf
    assert np.isfinite(value)
    assert np.isfinite(slope).all()


@pytest.mark.parametrize("model", MODELS)
def test_more_is_more(model: type[RepeatBuying]) -> None:
    asked = model().with_parameters(**TRUTH[model.__name__])
    fresh = asked.probability_alive(np.full(50, 5), np.linspace(1, 50, 50), np.full(50, 52))
    assert (np.diff(fresh) > 0).all()  # who was here lately is likelier alive
    horizons = [asked.expected_purchases(h, [4], [40], [52])[0] for h in (1, 4, 13, 52, 520)]
    assert (np.diff(horizons) > 0).all()
    assert (np.diff(asked.expected_purchases(26, np.arange(1, 60), np.full(59, 52), np.full(59, 52))) > 0).all()
    assert asked.expected_purchases(26, [4], [40], [52], discount=0.01) < asked.expected_purchases(26, [4], [40], [52])


@pytest.mark.parametrize("model", MODELS)
def test_expected_purchases_are_the_sum_of_their_chances(model: type[RepeatBuying]) -> None:
    asked = model().with_parameters(**TRUTH[model.__name__])
    history = ([0, 1, 6, 40], [0, 2, 20, 51], [30, 50, 26, 52])
    chances = [asked.probability_of_purchases(n, 26, *history) for n in range(1, 200)]
    assert np.sum(chances, axis=0) == pytest.approx(asked.expected_purchases(26, *history), rel=1e-8)


@pytest.mark.parametrize("model", MODELS)
def test_expectation_meets_what_happens(model: type[RepeatBuying]) -> None:
    """Simulated on past the cut: the forecasts add up to what came."""
    x, last, end, later = buyers(model.__name__, 20_000, seed=5, beyond=26.0)
    asked = model().with_parameters(**TRUTH[model.__name__])
    expected = asked.expected_purchases(26, x, last, end)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.04)
    new = asked.expected_purchases_new([float(end.mean())])[0]
    assert new == pytest.approx(x.mean(), rel=0.1)


def test_expectation_of_a_power_in_all_corners() -> None:
    """Against the sum over a fine grid of the beta's logit, also where the library's hypergeometric gives up."""
    corners = [(0.8, 2.4, 1.2, 0.5), (0.3, 30.0, 20.0, 40.0), (50.0, 500.0, 501.0, 9.0), (5e4, 2e5, 800.0, 1.0)]
    for a, b, power, z in corners:
        logit = np.linspace(-90, 90, 1_800_001)
        log_p, log_q = -np.logaddexp(0, -logit), -np.logaddexp(0, logit)
        weight = a * log_p + b * log_q
        weight = np.exp(weight - weight.max())
        whole = (weight * np.exp(-power * np.log1p(np.exp(log_p) * z))).sum() / weight.sum()
        assert mean_of_power(a, np.array([b]), np.array([power]), np.array([z]))[0] == pytest.approx(whole, rel=1e-7)


class TestDegenerate:
    def test_nobody_came_back(self) -> None:
        fitted = BGNBD().fit(np.zeros(200), np.zeros(200), np.linspace(1, 50, 200))
        assert fitted.degenerate_
        assert fitted.why_degenerate_ == "no-repeats"

    @pytest.mark.parametrize("model", MODELS)
    def test_everybody_stays(self, model: type[RepeatBuying]) -> None:
        """Gamma rates without any dropout: the dropout part has nothing to hold on to."""
        rng = np.random.default_rng(2)
        rates = rng.gamma(2.0, 0.1, 3_000)
        x = rng.poisson(rates * 52).astype(float)
        last = np.where(x > 0, 52 * rng.uniform(size=len(x)) ** (1 / np.maximum(x, 1)), 0.0)
        fitted = model().fit(x, last, np.full(len(x), 52.0))
        assert fitted.degenerate_
        assert fitted.why_degenerate_ == "dropout-flat"

    def test_all_spend_alike(self) -> None:
        rng = np.random.default_rng(2)
        x = rng.integers(1, 6, 2_000)
        fitted = GammaGamma().fit(x, rng.gamma(5.0 * x, 2.0) / x)
        assert fitted.degenerate_
        assert fitted.why_degenerate_ == "spend-flat"


BAD: list[tuple[str, Any, Any, Any, int]] = [
    ("half a purchase", [1, 1.5], [1, 1], [2, 2], 1),
    ("less than none", [-1, 1], [0, 1], [2, 2], 0),
    ("last after the end", [1, 1], [1, 3], [2, 2], 1),
    ("not a number", [1, 1], [1, float("nan")], [2, 2], 1),
    ("endless", [1, 1], [1, 1], [2, float("inf")], 1),
    ("never again, yet a last time", [1, 0], [1, 1], [2, 2], 1),
    ("again, yet no last time", [1, 2], [1, 0], [2, 2], 1),
]


@pytest.mark.parametrize(("frequency", "recency", "age", "row"), [case[1:] for case in BAD], ids=[c[0] for c in BAD])
def test_impossible_rows_are_named(frequency: Any, recency: Any, age: Any, row: int) -> None:
    with pytest.raises(BadHistory) as refusal:
        BGNBD().fit(frequency, recency, age)
    assert refusal.value.facts["row"] == row


def test_columns_must_agree() -> None:
    with pytest.raises(BadHistory, match="one length"):
        MBGNBD().fit([1, 2], [1], [2, 2])
    with pytest.raises(BadHistory):
        GammaGamma().fit([1, 2], [10.0, -1.0])
    with pytest.raises(BadHistory):
        BGNBD().fit([], [], [])


@pytest.mark.parametrize("model", [*MODELS, GammaGamma])
def test_manners(model: Any) -> None:
    first = model(rounds_max=77)
    twin = clone(first)
    assert twin is not first
    assert twin.get_params() == {"rounds_max": 77}
    assert first.set_params(rounds_max=5) is first
    assert repr(first) == f"{model.__name__}(rounds_max=5)"
    with pytest.raises(ValueError, match="no parameter"):
        first.set_params(penalty=1)
    with pytest.raises(NotFitted):
        first.expected_spend([1], [1.0]) if model is GammaGamma else first.probability_alive([1], [1], [2])


def test_any_kind_of_column() -> None:
    x, last, end = buyers("BGNBD", 500, seed=1)
    fits = [
        BGNBD().fit(*(kind(values) for values in (x, last, end))).parameters_
        for kind in (list, pd.Series, pl.Series, pa.array, np.asarray)
    ]
    assert all(fit == pytest.approx(fits[0], rel=1e-6) for fit in fits)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=60))
@settings(deadline=None, max_examples=60)
def test_grouping_loses_nothing(rows: list[tuple[int, int, int]]) -> None:
    table = np.array([(x, min(a, b) if x else 0, max(a, b)) for x, a, b in rows], dtype=float) / [1, 7, 7]
    grouped = group(table[:, 0], table[:, 1], table[:, 2], inverse=True)
    back = np.column_stack([part.values[grouped.inverse] for part in (grouped.frequency, grouped.recency, grouped.age)])
    assert back == pytest.approx(table)
    assert grouped.count.sum() == len(rows)
    assert len(grouped) == len(np.unique(table.round(9), axis=0))
    assert group(table[:, 0], table[:, 1], table[:, 2]).count.tolist() == grouped.count.tolist()


ROW = st.tuples(st.integers(0, 40), st.floats(0.001, 1), st.floats(0.1, 300))


@pytest.mark.slow
@pytest.mark.parametrize("model", MODELS)
@given(rows=st.lists(ROW, min_size=1, max_size=12))
@settings(deadline=None, max_examples=12)
def test_any_possible_rows_can_be_fitted(model: type[RepeatBuying], rows: list[tuple[int, float, float]]) -> None:
    """A handful of customers, however odd: an answer without overflow, called degenerate where it is no answer."""
    x, share, end = (np.array(side, dtype=float) for side in zip(*rows, strict=True))
    last = np.where(x > 0, share * end, 0.0)
    fitted = model().fit(x, last, end)
    assert np.isfinite(list(fitted.parameters_.values())).all()
    assert np.isfinite(fitted.log_likelihood_)
    assert bool(fitted.why_degenerate_) is fitted.degenerate_
    assert np.isfinite(fitted.expected_purchases(52, x, last, end)).all()


def test_any_possible_spend_can_be_fitted() -> None:
    for x, spend in (([1], [5.0]), ([1, 2, 3], [1e-3, 1e6, 50.0]), ([5_000, 1], [1.0, 1.0])):
        fitted = GammaGamma().fit(x, spend)
        assert np.isfinite(list(fitted.parameters_.values())).all()
        assert fitted.degenerate_
