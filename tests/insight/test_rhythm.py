"""Own rhythm: planted truth, windows that keep their word, silences that mean something."""

from typing import Any

import numpy as np
import pytest
from sklearn.base import clone

from regulars.insight.grouped import BadHistory
from regulars.insight.opengap import OpenGaps
from regulars.insight.rhythm import OwnRhythm, _Gaps, _with_leaving

TRUTH = {"k": 2.5, "a": 4.0, "b": 40.0}


def visitors(customers: int, *, seed: int, k: float = 2.5, slower: float = 1.0) -> Any:
    """Gaps in whole days: their number, sum, sum of logarithms, and the next one."""
    rng = np.random.default_rng(seed)
    pace = rng.gamma(TRUTH["a"], 1 / TRUTH["b"] / slower, customers)
    n = rng.poisson(5.0, customers)
    drawn = np.maximum(np.rint(rng.gamma(k, 1 / pace, (n.max() + 1, customers))), 1)
    seen = np.arange(len(drawn))[:, None] < n
    return n, (drawn * seen).sum(axis=0), (np.log(drawn) * seen).sum(axis=0), drawn[-1]


def in_a_window(customers: int, *, seed: int, leave: float, weeks: int = 26) -> Any:
    """Visitors of a shop seen for a while: gaps, sums, sum of logarithms, silence; some leave after a visit."""
    rng = np.random.default_rng(seed)
    pace = rng.gamma(TRUTH["a"], 1 / TRUTH["b"], customers)
    end = rng.integers(weeks * 7, weeks * 14, customers)
    here, last = np.ones(customers, bool), np.zeros(customers)
    n, logs = np.zeros(customers), np.zeros(customers)
    while here.any():
        here &= rng.uniform(size=customers) >= leave
        gap = np.maximum(np.rint(rng.gamma(TRUTH["k"], 1 / pace)), 1)
        here &= last + gap <= end
        n += here
        logs += np.where(here, np.log(gap), 0)
        last += np.where(here, gap, 0)
    return n, last, logs, end - last


def test_planted_rhythm_is_found() -> None:
    n, total, logs, _ = visitors(8_000, seed=1)
    fitted = OwnRhythm().fit(n, total, logs)
    assert fitted.converged_
    assert not fitted.degenerate_
    for name, value in TRUTH.items():
        assert fitted.parameters_[name] == pytest.approx(value, rel=0.06)
        assert 0 < fitted.standard_errors_[name] < 0.1 * value


@pytest.mark.parametrize("leave", [0.0, 0.1])
def test_silence_puts_the_cut_right(leave: float) -> None:
    """Seen for half a year, complete gaps alone look too short; with the open gap and leaving, they do not."""
    n, total, logs, silence = in_a_window(4_000, seed=4, leave=leave)
    naive, fitted = OwnRhythm().fit(n, total, logs), OwnRhythm().fit(n, total, logs, silence_days=silence)
    true_mean = TRUTH["k"] * TRUTH["b"] / (TRUTH["a"] - 1)

    def mean_gap(rhythm: OwnRhythm) -> float:
        known = rhythm.parameters_
        return float(known["k"] * known["b"] / (known["a"] - 1))

    assert mean_gap(fitted) == pytest.approx(true_mean, rel=0.08)
    assert mean_gap(naive) < mean_gap(fitted)
    assert fitted.parameters_["k"] == pytest.approx(TRUTH["k"], rel=0.1)
    assert fitted.parameters_["leave"] == pytest.approx(leave, abs=0.02)


def test_windows_hold_what_they_say() -> None:
    """Fitted on some, asked about others: nine in ten next gaps lie in the 90 % window, at any length of history."""
    fitted = OwnRhythm().fit(*visitors(5_000, seed=2)[:3])
    n, total, _, coming = visitors(40_000, seed=3)
    low, high = fitted.window(n, total)
    held = (low <= coming) & (coming <= high)
    for some in (n >= 0, n <= 2, n == 4, n >= 8):
        assert 0.87 <= held[some].mean() <= 0.93
    low, high = fitted.window(n, total, level=0.5)
    assert 0.47 <= ((low <= coming) & (coming <= high)).mean() <= 0.55


def test_a_rare_silence_is_as_rare_as_it_says() -> None:
    fitted = OwnRhythm().fit(*visitors(5_000, seed=5)[:3])
    n, total, _, coming = visitors(40_000, seed=6)
    chance = fitted.silence_probability(coming, n, total)
    for level in (0.05, 0.2):
        assert (chance <= level).mean() == pytest.approx(level, abs=0.01 + 0.1 * level)
    assert (fitted.silence_probability(np.zeros(3), [0, 1, 2], [0, 9, 20]) == 1).all()
    falling = fitted.silence_probability(np.arange(1, 400), np.full(399, 4), np.full(399, 40))
    assert (np.diff(falling) < 0).all()


def test_the_typical_gap_is_the_middle_one() -> None:
    rhythm = OwnRhythm().with_parameters(**TRUTH)
    n, total, _, coming = visitors(40_000, seed=7)
    assert (coming <= rhythm.typical_gap_days(n, total)).mean() == pytest.approx(0.5, abs=0.03)


def test_random_buyers_are_not_called_regular() -> None:
    n, total, logs, _ = visitors(8_000, seed=8, k=1.0, slower=10)
    assert OwnRhythm().fit(n, total, logs).parameters_["k"] == pytest.approx(1.0, abs=0.12)


def test_the_gradients_are_the_slopes() -> None:
    n, total, logs, silence = in_a_window(200, seed=9, leave=0.2)
    rows, at = _Gaps(n, total, logs), np.array([0.5, 1.2, 3.0, -1.0, -2.0])
    for value_and_slope, size in (
        (rows.log_likelihood, 3),
        (lambda t: _with_leaving(t, OpenGaps(n, total, silence)), 5),
    ):
        _, slope = value_and_slope(at[:size])
        for part, step in enumerate(np.eye(size) * 1e-4):
            up, down = (value_and_slope(at[:size] + sign * step)[0] for sign in (1, -1))
            assert slope[part] == pytest.approx((up - down) / 2e-4, rel=1e-3, abs=1e-3)


def test_the_open_gap_is_the_incomplete_beta() -> None:
    n, total, _, silence = in_a_window(300, seed=9, leave=0.2)
    for k, a, b in ((2.5, 4.0, 40.0), (0.6, 1.1, 3.0), (30.0, 12.0, 9.0)):
        longer, _ = OpenGaps(n, total, silence).longer(k, a, b)
        exact = OwnRhythm().with_parameters(k=k, a=a, b=b).silence_probability(silence + 1, n, total)
        assert longer == pytest.approx(exact, rel=1e-4, abs=1e-6)


def test_all_of_one_pace_is_said() -> None:
    rng = np.random.default_rng(1)
    drawn = rng.gamma(3.0, 10.0, (3_000, 4))
    fitted = OwnRhythm().fit(np.full(3_000, 4), drawn.sum(axis=1), np.log(drawn).sum(axis=1))
    assert fitted.degenerate_
    assert fitted.why_degenerate_ == "pace-flat"


@pytest.mark.parametrize(
    ("gaps", "days", "logs"),
    [
        ([1.5], [3], [1]),
        ([-1], [3], [1]),
        ([0], [3], [0]),
        ([2], [0], [0]),
        ([2], [8], [9.0]),
        ([0, 0], [0, 0], [0, 0]),
    ],
)
def test_impossible_gaps_are_refused(gaps: Any, days: Any, logs: Any) -> None:
    with pytest.raises(BadHistory):
        OwnRhythm().fit(gaps, days, logs)


def test_manners() -> None:
    assert clone(OwnRhythm(customers_max=9)).get_params() == {"customers_max": 9, "rounds_max": 500}


def test_who_comes_on_the_very_day_is_regular_to_the_day_and_no_more() -> None:
    """Equal gaps of 20 days: k is about 12 × 20², what rounding to days leaves, and the fit ends."""
    gaps = np.full(20, 5.0)
    rhythm = OwnRhythm().fit(gaps, 20 * gaps, gaps * np.log(20.0), silence_days=np.arange(20.0))
    assert 1_000 < rhythm.parameters_["k"] < 20_000
    low, high = rhythm.window([5.0], [100.0])
    assert 18 <= low[0] <= 20 <= high[0] <= 22
