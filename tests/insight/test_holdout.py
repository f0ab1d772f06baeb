"""The check on a later period, intervals that keep their word, and when no score may be made."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.cdnow import purchases
from tests.insight.simulated import TRUTH, buyers

from regulars.history.engine import Engine
from regulars.insight import holdout
from regulars.insight.bgnbd import BGNBD
from regulars.insight.clv import lifetime_value
from regulars.insight.future import TooFewCustomers, future
from regulars.insight.gammagamma import GammaGamma
from regulars.insight.holdout import TooShort, beats, captured, correlation, evenly_drawn, split_dates, with_later
from regulars.insight.lines import as_of, complete
from regulars.insight.mbgnbd import MBGNBD
from regulars.insight.paretonbd import ParetoNBD
from regulars.insight.repeat import RepeatBuying
from regulars.insight.rfm import rfm
from regulars.insight.totals import Histories, totals
from regulars.insight.visits import days as visit_days

UNTIL = date(2024, 12, 31)
MODELS: list[type[RepeatBuying]] = [BGNBD, MBGNBD, ParetoNBD]
SPEND = {"p": 6.0, "q": 4.0, "v": 15.0}


def customers(model: str, number: int, *, seed: int, beyond: float = 52.0) -> dict[str, Any]:
    """Histories and what came in the `beyond` weeks after, drawn from a repeat-buying model and a Gamma-Gamma."""
    x, last, age, later = buyers(model, number, seed=seed, beyond=beyond)
    rng = np.random.default_rng(seed + 1_000)
    own = rng.gamma(SPEND["q"], 1 / SPEND["v"], number)
    mean = np.where(x > 0, rng.gamma(np.maximum(SPEND["p"] * x, 1)) / own / np.maximum(x, 1), 0.0)
    came = np.where(later > 0, rng.gamma(np.maximum(SPEND["p"] * later, 1)) / own, 0.0)
    return {"x": x, "last": last, "age": age, "mean": mean, "later": later, "came": came}


def table(drawn: dict[str, Any]) -> pa.Table:
    return pa.table(
        {
            "customer": [str(number) for number in range(len(drawn["x"]))],
            "frequency": drawn["x"].astype(np.int64),
            "recency": drawn["last"],
            "age": drawn["age"],
            "mean_spend_minor": drawn["mean"] * 100,
            "spend_minor": np.rint(drawn["mean"] * (drawn["x"] + 1) * 100).astype(np.int64),
            "later_purchases": drawn["later"].astype(np.int64),
            "later_spend_minor": np.rint(drawn["came"] * 100).astype(np.int64),
        }
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", MODELS)
def test_intervals_hold_what_they_say(kind: type[RepeatBuying]) -> None:
    """Fitted on simulated customers, 90 % intervals hold 87–93 %: of all, and of rare and frequent buyers apart."""
    drawn = customers(kind.__name__, 12_000, seed=11)
    model = kind().fit(drawn["x"], drawn["last"], drawn["age"])
    bought = drawn["x"] > 0
    money = GammaGamma().fit(drawn["x"][bought], drawn["mean"][bought])
    columns = (drawn["x"], drawn["last"], drawn["age"], drawn["mean"])
    worth = lifetime_value(model, money, *columns, horizon=52.0, discount_rate=0.0)
    held = (worth.low <= drawn["came"]) & (drawn["came"] <= worth.high * (1 + 1e-9))
    unsure = worth.p_none < 0.9
    for some in (unsure, unsure & (drawn["x"] == 0), unsure & (drawn["x"] > 3), worth.p_none < 0.3):
        assert 0.87 <= held[some].mean() <= 0.93
    assert (worth.high[worth.p_none > 0.9] == 0).all()
    assert worth.expected_spend.sum() == pytest.approx(drawn["came"].sum(), rel=0.05)
    half = lifetime_value(model, money, *columns, horizon=52.0, discount_rate=0.0, level=0.5)
    held = (half.low <= drawn["came"]) & (drawn["came"] <= half.high)
    assert 0.46 <= held[half.p_none < 0.5].mean() <= 0.54


def test_discounting_takes_off_what_it_should() -> None:
    model = BGNBD().with_parameters(**TRUTH["BGNBD"])
    money = GammaGamma().with_parameters(**SPEND)
    asked = ([3.0, 0.0], [20.0, 0.0], [30.0, 10.0], [25.0, 0.0])
    plain, kept = (lifetime_value(model, money, *asked, horizon=52.18, discount_rate=rate) for rate in (0.0, 0.1))
    assert plain.clv == pytest.approx(plain.expected_spend)
    # Purchases come earlier rather than later in the year, so a little less than half a year's discount.
    assert (kept.clv < plain.clv).all()
    assert (kept.clv > plain.clv * 1.1**-0.5).all()
    assert (kept.clv < plain.clv * 1.1**-0.3).all()
    assert kept.expected_spend == pytest.approx(plain.expected_spend)


def test_the_variance_is_that_of_the_draws() -> None:
    """One history, many customers who share it: mean and spread of what they spend."""
    number = 200_000
    rng = np.random.default_rng(4)
    x, end, horizon = 4.0, 40.0, 26.0
    r, alpha, a, b = TRUTH["BGNBD"].values()
    model, money = BGNBD().with_parameters(**TRUTH["BGNBD"]), GammaGamma().with_parameters(**SPEND)
    worth = lifetime_value(model, money, [x], [38.0], [end], [25.0], horizon=horizon, discount_rate=0.0)
    alive = rng.uniform(size=number) < worth.p_alive[0]
    most = rng.poisson(rng.gamma(r + x, 1 / (alpha + end), number) * horizon)
    count = np.where(alive, np.minimum(most, rng.geometric(rng.beta(a, b + x, number))), 0)
    own = rng.gamma(SPEND["q"] + SPEND["p"] * x, 1 / (SPEND["v"] + x * 25.0), number)
    spend = np.where(count > 0, rng.gamma(np.maximum(SPEND["p"] * count, 1e-9)) / own, 0.0)
    assert worth.expected_purchases[0] == pytest.approx(count.mean(), rel=0.01)
    assert worth.p_none[0] == pytest.approx((count == 0).mean(), abs=0.005)
    assert worth.expected_spend[0] == pytest.approx(spend.mean(), rel=0.01)
    assert worth.variance[0] == pytest.approx(spend.var(), rel=0.03)
    assert worth.high[0] == pytest.approx(np.quantile(spend, 0.9), rel=0.02)


@pytest.mark.slow
def test_parameter_intervals_and_totals_hold_what_they_say() -> None:
    """Over 150 shops: estimate ± 1.645 standard errors on the log scale, and the interval of the total."""
    held: list[list[bool]] = []
    in_total = []
    for seed in range(150):
        drawn = customers("BGNBD", 1_500, seed=seed, beyond=26.0)
        model = BGNBD().fit(drawn["x"], drawn["last"], drawn["age"])
        bought = drawn["x"] > 0
        money = GammaGamma().fit(drawn["x"][bought], drawn["mean"][bought])
        logs = []
        for fitted, truth in ((model, TRUTH["BGNBD"]), (money, SPEND)):
            spread = np.sqrt(np.diag(fitted.log_covariance_))
            off = np.array([np.log(fitted.parameters_[name] / truth[name]) for name in truth])
            logs += (np.abs(off) <= 1.645 * spread).tolist()
        held.append(logs)
        if seed % 2:
            continue
        past = Histories(drawn["x"], drawn["last"], drawn["age"], drawn["mean"])
        terms = {"horizon": 26.0, "discount_rate": 0.0}
        worth = lifetime_value(model, money, past.frequency, past.recency, past.age, past.mean_spend, **terms)
        whole = totals(model, money, past, worth, horizon=26.0, discount_rate=0.0)
        in_total.append(whole.low[0] <= drawn["came"].sum() <= whole.high[0])
    assert 0.87 <= np.mean(held) <= 0.93  # 1,050 intervals
    assert 0.83 <= np.mean(in_total) <= 0.97  # 75 of them: two standard errors either way


def test_classes_add_up() -> None:
    drawn = customers("BGNBD", 3_000, seed=2)
    model, money = BGNBD().with_parameters(**TRUTH["BGNBD"]), GammaGamma().with_parameters(**SPEND)
    past = Histories(drawn["x"], drawn["last"], drawn["age"], drawn["mean"])
    worth = lifetime_value(model, money, past.frequency, past.recency, past.age, past.mean_spend, horizon=52.0)
    groups = (drawn["x"] > 2).astype(np.intp)
    apart = totals(model, money, past, worth, horizon=52.0, groups=groups)
    whole = totals(model, money, past, worth, horizon=52.0)
    assert apart.expected.sum() == pytest.approx(whole.expected[0])
    assert (apart.low < apart.expected).all()
    assert whole.high[0] - whole.low[0] < (apart.high - apart.low).sum()  # chance evens out
    doubtful = totals(model, money, past, worth, horizon=52.0, model_error=0.2)
    assert doubtful.high[0] > 1.3 * doubtful.expected[0]


@pytest.mark.parametrize(
    ("span", "days"),
    [(111, 56), (150, 75), (364, 182), (545, 273), (729, 273), (2_000, 273)],
    ids=["least", "short", "a year", "as published", "two years", "long"],
)
def test_the_later_half_is_kept_for_the_check(span: int, days: int) -> None:
    until, held_out = split_dates(UNTIL - timedelta(days=span), UNTIL)
    assert held_out == days
    assert until == UNTIL - timedelta(days=days)


def test_a_short_history_is_not_split() -> None:
    with pytest.raises(TooShort):
        split_dates(UNTIL - timedelta(days=110), UNTIL)


@pytest.mark.slow
def test_a_model_that_suits_is_used() -> None:
    early = table(customers("MBGNBD", 4_000, seed=8, beyond=26.0))
    whole = early.append_column("value_class", pa.array(["vip" if n % 7 == 0 else "ordinary" for n in range(4_000)]))
    scores = future(early, whole, calibration_until=UNTIL, holdout_days=182)
    found = scores.found
    assert found.chosen in found.models
    assert found.horizon_days == 364
    assert found.models["MBGNBD"].usable
    assert abs(found.models["MBGNBD"].holdout["bias"]) < 0.1
    assert 0.86 <= found.models["MBGNBD"].holdout["coverage_90"] <= 0.94
    assert found.calibration["frequency"].to_pylist() == list(range(8))
    assert found.gains["by_model"].to_pylist()[-1] == pytest.approx(1.0)
    low, high = found.interval_minor
    assert low < found.expected_spend_minor < high
    by_class = {row["value_class"]: row for row in found.by_class.to_pylist()}
    assert by_class["vip"]["customers"] == 572
    assert scores.customers is not None
    assert scores.customers.num_rows == 4_000
    assert scores.customers["customer"].to_pylist() == whole["customer"].to_pylist()
    assert holdout.numbers(scores.customers, "clv_minor").sum() == pytest.approx(found.expected_spend_minor, rel=1e-4)
    again = future(early, whole, calibration_until=UNTIL, holdout_days=182)
    assert again.found.models["MBGNBD"].holdout == found.models["MBGNBD"].holdout  # chance is an argument


def test_a_changed_world_makes_no_score() -> None:
    """After the cut everybody buys three times as often as they would: no model foresaw it, none may speak."""
    drawn = customers("BGNBD", 3_000, seed=3, beyond=26.0)
    early = table(drawn | {"later": drawn["later"] * 3, "came": drawn["came"] * 3})
    scores = future(early, early, calibration_until=UNTIL, holdout_days=182)
    assert scores.found.chosen is None
    assert scores.customers is None
    assert {scores.found.models[kind.__name__].why_not for kind in MODELS} == {"model-does-not-suit"}


@pytest.mark.slow
def test_chance_beats_nothing() -> None:
    """What came was shuffled among the customers: totals are right, but nobody can tell who."""
    drawn = customers("BGNBD", 3_000, seed=4, beyond=26.0)
    shuffled = np.random.default_rng(0).permutation(3_000)
    early = table(drawn | {"later": drawn["later"][shuffled], "came": drawn["came"][shuffled]})
    models = future(early, early, calibration_until=UNTIL, holdout_days=182).found.models
    assert {models[kind.__name__].why_not for kind in MODELS} <= {"not-better-than-baseline", "degenerate"}


@pytest.mark.slow
def test_no_dropout_is_said_to_be_degenerate() -> None:
    rng = np.random.default_rng(2)
    rate, weeks = rng.gamma(2.0, 0.1, 3_000), 52
    x = rng.poisson(rate * weeks).astype(float)
    last = np.where(x > 0, weeks * rng.uniform(size=3_000) ** (1 / np.maximum(x, 1)), 0.0)
    came = rng.poisson(rate * 26).astype(float)
    drawn = {"x": x, "last": last, "age": np.full(3_000, 52.0), "mean": (x > 0) * rng.gamma(5.0, 4.0, 3_000)}
    scores = future(
        table(drawn | {"later": came, "came": came * 20.0}),
        table(drawn | {"later": came, "came": came * 20.0}),
        calibration_until=UNTIL,
        holdout_days=182,
    )
    assert scores.found.models["BGNBD"].why_not == "degenerate"
    assert scores.found.chosen is None


def test_too_few_are_refused() -> None:
    early = table(customers("BGNBD", 60, seed=5))
    with pytest.raises(TooFewCustomers):
        future(early, early, calibration_until=UNTIL, holdout_days=182)


@pytest.mark.parametrize(
    ("case", "gain", "answer"),
    [
        ("better in one, level in the other", (0.01, 0.05, -0.01, 0.01), True),
        ("better in both", (0.01, 0.05, 0.01, 0.02), True),
        ("level in both", (-0.01, 0.05, -0.01, 0.01), False),
        ("better in one, worse in the other", (0.01, 0.05, -0.03, -0.01), False),
    ],
)
def test_what_beating_means(case: str, gain: tuple[float, ...], answer: bool) -> None:
    names = ("correlation_gain_low", "correlation_gain_high", "captured_gain_low", "captured_gain_high")
    assert beats(dict(zip(names, gain, strict=True))) is answer, case


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=2, max_size=40), st.floats(0.01, 1))
@settings(deadline=None, max_examples=50)
def test_captured_is_a_share_and_perfect_order_is_best(rows: list[tuple[float, float]], share: float) -> None:
    score, spend = (np.array(side) for side in zip(*rows, strict=True))
    ours, best = captured(score, spend, share), captured(spend, spend, share)
    assert 0 <= ours <= best + 1e-9
    assert best <= 1 + 1e-9
    assert -1 - 1e-9 <= correlation(score, spend) <= 1 + 1e-9


def test_weights_are_repeated_rows() -> None:
    rng = np.random.default_rng(1)
    left, right, weight = rng.normal(size=50), rng.normal(size=50), rng.integers(0, 4, 50)
    repeated = np.repeat(np.arange(50), weight)
    assert correlation(left, right, weight.astype(float)) == pytest.approx(correlation(left[repeated], right[repeated]))


def test_nothing_looks_past_the_cut() -> None:
    days = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 3, 1), date(2024, 3, 2), date(2024, 4, 2)]
    lines = pa.table({"customer": ["a"] * 5, "sold_at": days, "amount_minor": [100, 200, 300, 400, 500]})
    with Engine() as engine:
        asked = with_later(
            engine.register("few_lines", lines), calibration_until=date(2024, 3, 1), cut_off=date(2024, 3, 31)
        )
        row = engine.row(asked)
    assert (row["frequency"], row["spend_minor"]) == (2, 600)
    assert (row["later_purchases"], row["later_spend_minor"]) == (1, 400)


def test_kept_days_give_what_the_lines_give_also_for_what_came_back_after_the_cut() -> None:
    """b's second day came back whole, but only later: on the day of the cut it was a visit."""
    days = [date(2024, 1, 1), date(2024, 1, 15), date(2024, 3, 9), date(2024, 1, 2), date(2024, 2, 2), date(2024, 2, 3)]
    back = [None, None, None, None, date(2024, 3, 20), date(2024, 2, 20)]
    lines = pa.table(
        {
            "customer": ["a"] * 3 + ["b"] * 3,
            "sold_at": days,
            "amount_minor": [100, 200, 300, 400, 500, 600],
            "returned": [day is not None for day in back],
            "returned_on": pa.array(back, pa.date32()),
        }
    )
    until, cut_off = date(2024, 3, 1), date(2024, 3, 31)
    with Engine() as engine:
        seen = as_of(complete(engine.register("some_lines", lines)), cut_off)
        kept = engine.keep("some_days", visit_days(seen))
        by_lines, by_days = (
            engine.rows(with_later(seen, calibration_until=until, cut_off=cut_off, days=given).order_by("customer"))
            for given in (None, kept)
        )
    assert by_days == by_lines
    assert [row["frequency"] for row in by_days] == [1, 1]


def test_of_very_many_customers_whole_ones_are_drawn_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdout, "CHECKED_MOST", 100)
    rows = pa.table({"customer": [f"c{n // 2}" for n in range(800)], "number": [n // 2 for n in range(800)]})
    with Engine() as engine:
        table_in = engine.register("many", rows)
        numbered = table_in.select(customer="number")
        for asked in (table_in, numbered):
            drawn = engine.arrow(evenly_drawn(asked, 400))["customer"].to_pylist()
            assert 60 < len(set(drawn)) < 140
            assert all(drawn.count(name) == 2 for name in drawn)
        assert engine.arrow(evenly_drawn(table_in, 100)).num_rows == 800


@pytest.mark.slow
def test_cdnow_is_foretold_as_published(shared_data: Path) -> None:
    """The hold-out of Fader, Hardie & Lee: 39 weeks to learn from, 39 to foretell."""
    days = purchases(shared_data, "sample")
    lines = pa.table(
        {
            "customer": pa.array(days["id"].astype(str).tolist()),
            "sold_at": pa.array(days["day"].dt.date.tolist()),
            "amount_minor": np.rint(days["usd"] * 100).astype("int64").to_numpy(),
        }
    )
    until, cut_off, held_out = date(1997, 9, 30), date(1998, 6, 30), 273
    with Engine() as engine:
        table_in = engine.register("cdnow_lines", lines)
        early = engine.arrow(with_later(table_in, calibration_until=until, cut_off=cut_off))
        whole = engine.arrow(rfm(table_in, cut_off=cut_off))
    scores = future(early, whole, calibration_until=until, holdout_days=held_out)
    found = scores.found.models["BGNBD"]
    assert found.parameters == pytest.approx({"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}, rel=0.002)
    assert scores.found.models["GammaGamma"].log_likelihood == pytest.approx(-4055.92, abs=0.01)
    assert found.holdout["baseline_bias"] == pytest.approx(0.557, abs=0.001)
    assert found.holdout["baseline_nobody_mae"] == pytest.approx(0.799, abs=0.002)
    assert found.usable
    assert found.holdout["correlation"] > found.holdout["baseline_correlation"]
    assert found.holdout["captured_spend_top_decile"] > found.holdout["baseline_captured_spend_top_decile"]


def test_measures_of_a_perfect_forecast() -> None:
    drawn = customers("BGNBD", 500, seed=6)
    later = holdout.Later.of(table(drawn), periods=52.0, minor_digits=2)
    checks = holdout.measures(later.purchases, later.spend, later.spend, later.spend, later)
    assert (checks["bias"], checks["mae"], checks["rmse"]) == (0, 0, 0)
    assert checks["correlation"] == pytest.approx(1)
    assert checks["coverage_90_everybody"] == 1
