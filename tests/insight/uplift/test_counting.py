"""Differences, their intervals, and looks that do not cheat."""

import numpy as np
import pytest
from tests.insight.uplift.given import spends

from regulars.insight.uplift.balance import balance, benjamini_hochberg, holm, mismatch
from regulars.insight.uplift.counting import anytime, bootstrap, cuped, effect, mixture_weight, moments, ratio


def drawn(seed: int, people: int = 2000, lift: float = 0.0):  # type: ignore[no-untyped-def]
    random = np.random.default_rng(seed)
    before, after = spends(people, random)
    treated = random.random(people) < 0.5
    return after * (1 + lift * treated), before, treated, float(after.mean() * lift)


def test_alike_arms_are_called_alike_as_often_as_promised() -> None:
    alarms = [
        moments(*(lambda v, b, t, _: (cuped(v, b, t)[0], t))(*drawn(seed))).p_value() < 0.05 for seed in range(200)
    ]
    assert sum(alarms) <= 18


def test_intervals_hold_a_planted_effect_about_as_often_as_they_say() -> None:
    held = 0
    for seed in range(300):
        values, before, treated, truth = drawn(1000 + seed, lift=0.2)
        held += moments(cuped(values, before, treated)[0], treated).interval(0.05).holds(truth)
    assert 0.90 <= held / 300 <= 0.98


def test_the_days_before_make_the_interval_narrower_and_move_no_effect() -> None:
    values, before, treated, truth = drawn(3, people=20_000, lift=0.3)
    found = effect("revenue_minor", values, before, treated, level=0.05, progress=1.0, seed=1)
    assert found.narrower > 0.1
    assert found.difference.holds(truth)
    assert found.theta > 0
    noise = np.random.default_rng(4).normal(size=len(values))
    assert effect("revenue_minor", values, noise, treated, level=0.05, progress=1.0, seed=1).narrower < 0.01


def test_peeking_every_day_raises_no_more_false_alarms_than_one_look() -> None:
    """A cohort of customers who differ, looked at on each of 28 days; and plain Welch does cheat there."""
    random = np.random.default_rng(11)
    always = plain = 0
    for _ in range(300):
        rate = random.gamma(0.5, 0.2, 600)
        bought = np.cumsum(random.poisson(rate[:, None], (600, 28)), axis=1).astype(float)
        treated = random.random(600) < 0.5
        looks = [moments(bought[:, day], treated) for day in range(3, 28)]
        bounds = [anytime(m.difference, m.error, level=0.05, progress=(d + 4) / 28) for d, m in enumerate(looks)]
        always += any(not one.holds(0) for one in bounds)
        plain += any(m.p_value() < 0.05 for m in looks)
    assert always <= 0.05 * 300
    assert plain > always


def test_peeking_while_customers_arrive_is_covered_too() -> None:
    random = np.random.default_rng(12)
    alarms = 0
    for _ in range(400):
        values, treated = random.exponential(size=4000), random.random(4000) < 0.5
        sizes = np.arange(200, 4001, 100)
        looks = [moments(values[:n], treated[:n]) for n in sizes]
        alarms += any(
            not anytime(m.difference, m.error, level=0.05, progress=n / 4000).holds(0)
            for n, m in zip(sizes, looks, strict=True)
        )
    assert alarms <= 0.05 * 400


def test_the_bounds_are_tightest_at_the_planned_end() -> None:
    half = {r: anytime(0.0, 1.0, level=0.05, progress=r).high for r in (0.1, 0.5, 1.0, 2.0)}
    assert half[1.0] == pytest.approx(3.035, abs=1e-3)
    assert half[0.1] > half[0.5] > half[1.0] < half[2.0]
    assert mixture_weight(0.01) > mixture_weight(0.05)


def test_the_bootstrap_agrees_where_means_are_normal_and_tells_where_they_are_not() -> None:
    values, before, treated, _ = drawn(5, people=20_000)
    found = effect("revenue_minor", values, before, treated, level=0.05, progress=1.0, seed=2)
    assert found.bootstrap is not None
    assert not found.skewed
    few = np.zeros(400)
    few[:6] = [5, 8, 9, 10, 12, 4000]
    skewed = effect("revenue_minor", few, few * 0, np.arange(400) % 2 == 0, level=0.05, progress=1.0, seed=2)
    assert skewed.skewed
    assert bootstrap(np.zeros(100), np.arange(100) < 50, level=0.05, seed=1) is None
    assert bootstrap(np.ones(100), np.arange(100) < 50, level=0.05, seed=1) is None


def test_a_ratio_of_sums_by_the_delta_method_holds_its_truth() -> None:
    random = np.random.default_rng(9)
    held = 0
    for _ in range(200):
        below = random.poisson(random.gamma(2, 1, 1500)).astype(float)
        above = below * 10 + random.normal(0, 5, 1500) * np.sqrt(below)
        found = ratio("r", above, below, random.random(1500) < 0.5, level=0.05)
        assert found is not None
        held += found.difference.holds(0.0)
    assert 0.90 <= held / 200 <= 0.985
    assert ratio("r", np.zeros(4), np.zeros(4), np.array([True, True, False, False]), level=0.05) is None


@pytest.mark.parametrize(
    ("case", "treated", "control", "share", "broken"),
    [
        ("as planned", 5000, 5010, 0.5, False),
        ("a few lost by chance", 4950, 5100, 0.5, False),
        ("one in twenty lost in one arm", 9500, 10_000, 0.5, True),
        ("as planned at a tenth", 9000, 1000, 0.1, False),
        ("nobody knows the plan", 100, 5, None, False),
    ],
)
def test_lost_customers_are_noticed(case: str, treated: int, control: int, share: float | None, broken: bool) -> None:
    assert mismatch(treated, control, share).broken == broken


def test_balance_is_quiet_under_chance_and_loud_under_choice() -> None:
    alarms = 0
    for seed in range(200):
        random = np.random.default_rng(seed)
        before, after = spends(400, random)
        treated = random.random(400) < 0.5
        alarms += balance({"a": before, "b": after, "twice": 2 * before}, treated).p_value < 0.05
    assert alarms <= 18
    chosen = before > np.median(before)
    assert balance({"a": before}, chosen).broken


def test_corrections_keep_order_and_never_shrink_a_p_value() -> None:
    p = np.random.default_rng(1).random(30) ** 3
    assert (holm(p) >= benjamini_hochberg(p)).all()
    assert (benjamini_hochberg(p) >= p - 1e-15).all()
