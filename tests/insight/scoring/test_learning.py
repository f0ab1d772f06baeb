"""Learning as a whole: planted truth is found, noise is not, nothing leaks, and refusals say what is needed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.insight.scoring.planted import nothing, planted

from regulars.insight.lines import WrongColumns
from regulars.insight.scoring import Examples, Learned, TooFewOutcomes, learn
from regulars.insight.scoring.learning import BASE_RATE
from regulars.insight.scoring.rules import wilson
from regulars.insight.scoring.training import Training

FAST = ("linear", "logistic", "tree")


def a_rival(examples: Examples) -> Examples:
    """The same with a rival that knows the pace, but says everything far too surely and too low."""
    pace = np.nan_to_num(examples.features["pace"].to_numpy(), nan=0.0)
    return replace(examples, rivals={"pace-only": 1 / (1 + np.exp(-(4 * pace - 5)))})


@pytest.fixture(scope="module")
def learned() -> Learned:
    return learn(a_rival(planted(1)), later=a_rival(planted(2)), families=FAST)


def test_planted_truth_is_found_and_may_be_used(learned: Learned) -> None:
    assert learned.usable
    assert learned.why_not == ""
    assert learned.checked == "later"
    assert learned.base_rate == pytest.approx(0.39, abs=0.05)
    assert {said.column for said in learned.screening if said.kept} == {"pace", "channel"}
    best = learned.measured[learned.chosen]["later"]
    assert best.auc > 0.75
    assert best.intervals["auc"][0] < best.auc < best.intervals["auc"][1]
    assert set(best.intervals) >= {"auc", "log_loss", "brier", "lift_10", "lift_30", "capture_10"}


def test_it_is_compared_three_ways_with_every_rival(learned: Learned) -> None:
    assert set(learned.measured) == {*FAST, "pace-only", BASE_RATE}
    for ways in learned.measured.values():
        assert list(ways) == ["in_sample", "cross_validation", "later"]
    assert set(learned.gain) == {"pace-only", BASE_RATE}
    assert learned.baseline == "pace-only"  # nearer to ours than the base rate
    mean, low, high = learned.gain["pace-only"]
    assert 0 < low < mean < high < learned.gain[BASE_RATE][0]
    assert set(learned.calibration["model"].to_pylist()) == {*FAST, "pace-only"}


def test_a_rival_is_recalibrated_before_it_is_judged(learned: Learned) -> None:
    raw = a_rival(planted(2))
    from regulars.insight.scoring import measures

    as_given = measures.log_loss(raw.outcome, raw.rivals["pace-only"])
    assert learned.measured["pace-only"]["later"].log_loss < 0.7 < as_given


def test_probabilities_are_calibrated(learned: Learned) -> None:
    curve = learned.calibration.to_pandas()
    later = curve[(curve["model"] == learned.chosen) & (curve["way"] == "later")]
    assert later["customers"].sum() == 2000
    error = (later["predicted"] - later["actual"]).abs()
    assert (error < 4 * np.sqrt(0.25 / later["customers"])).all()


def test_rules_are_counted_on_the_later_period(learned: Learned) -> None:
    later = planted(2)
    assert sum(rule.customers for rule in learned.rules) == len(later)
    assert sum(rule.share for rule in learned.rules) == pytest.approx(1.0)
    yes = sum(rule.customers * rule.rate for rule in learned.rules)
    assert yes == pytest.approx(later.outcome.sum())
    rates = [rule.rate for rule in learned.rules]
    assert rates == sorted(rates, reverse=True)
    top = learned.rules[0]
    assert top.lift == pytest.approx(top.rate / later.outcome.mean())
    assert top.interval == wilson(round(top.customers * top.rate), top.customers)
    assert {condition.column for condition in top.conditions} <= {"pace", "channel"}
    assert len({condition.column for condition in top.conditions}) == len(top.conditions)


def test_each_rule_counts_whom_its_conditions_name(learned: Learned) -> None:
    later = planted(2).features.to_pandas()
    for rule in learned.rules:
        inside = np.ones(len(later), np.bool_)
        for condition in rule.conditions:
            values = later[condition.column]
            if condition.levels:
                inside &= values.isin(condition.levels)
                continue
            low = -np.inf if condition.low is None else condition.low
            high = np.inf if condition.high is None else condition.high
            bounded = condition.low is not None or condition.high is not None or not condition.unknown
            known = ((values > low) & (values <= high)).to_numpy() & bounded
            inside &= known | (values.isna().to_numpy() & condition.unknown)
        assert inside.sum() == rule.customers


def test_without_a_later_period_the_folds_must_serve() -> None:
    found = learn(planted(3, 1200), families=("logistic",))
    assert found.checked == "cross_validation"
    assert found.usable
    assert list(found.measured["logistic"]) == ["in_sample", "cross_validation"]
    assert sum(rule.customers for rule in found.rules) == 400  # the third kept apart


def test_the_later_period_chooses_nothing() -> None:
    """A later period where all is turned round changes whether the model is used, not which it is or what it says."""
    known, later = planted(1, 1200), planted(2, 1200)
    straight = learn(known, later=later, families=FAST)
    turned = learn(known, later=replace(later, outcome=~later.outcome), families=FAST)
    assert straight.usable
    assert not turned.usable
    assert turned.why_not == "not-better-than-baseline"
    assert turned.model.to_plain() == straight.model.to_plain()


def test_the_same_seed_gives_the_same_model() -> None:
    one, two = (learn(planted(4, 600), families=FAST) for _ in range(2))
    assert one.model.to_plain() == two.model.to_plain()
    assert one.gain == two.gain


@pytest.mark.slow
def test_the_simplest_of_equals_is_taken_and_a_bend_is_not_missed() -> None:
    chance = np.random.default_rng(5)
    pace = chance.uniform(-2, 2, 3000)
    customers, periods = pa.array(np.arange(3000)), np.zeros(3000, np.int64)
    straight = chance.random(3000) < 1 / (1 + np.exp(-pace))
    bent = chance.random(3000) < np.where(np.abs(pace) > 1, 0.8, 0.2)
    table = pa.table({"pace": pace})
    assert learn(Examples(table, straight, customers, periods), families=FAST).chosen == "linear"
    every = (*FAST, "additive")
    assert learn(Examples(table, bent, customers, periods), families=every).chosen in ("tree", "additive")


@pytest.mark.slow
def test_a_pair_that_says_more_together_is_found() -> None:
    from regulars.insight.scoring.families import fit
    from regulars.insight.scoring.terms import Pair

    chance = np.random.default_rng(6)
    one, two = chance.normal(size=4000), chance.normal(size=4000)
    outcome = chance.random(4000) < 1 / (1 + np.exp(-(0.5 * one + 0.5 * two + 1.5 * one * two)))
    table = pa.table({"one": one, "two": two, "three": chance.normal(size=4000) + outcome})
    training = Training.of(table, outcome, np.arange(4000))
    model = fit("additive", training, 7)
    assert next(term.names for term in model.terms if isinstance(term, Pair)) == ("one", "two")
    scored = model.score(table)
    log_odds = scored.base + sum(scored.contributions.values())
    assert np.log(scored.probability / (1 - scored.probability)) == pytest.approx(log_odds, abs=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("dated", [False, True])
def test_where_nothing_was_put_in_nothing_is_found(dated: bool) -> None:
    """200 seeds of pure noise: at 5 % at most 18 may be called usable. Small tables and the fast families, for time."""
    used = 0
    for seed in range(200):
        later = nothing(seed + 1000) if dated else None
        used += learn(nothing(seed), later=later, families=("linear", "tree") if dated else ("logistic",)).usable
    assert used <= 18


def test_noise_is_refused_even_if_screening_lets_it_in(monkeypatch: pytest.MonkeyPatch) -> None:
    from regulars.insight.scoring import training
    from regulars.insight.scoring.screening import Limits, screen

    everything = Limits(significance=1.0)
    monkeypatch.setattr(training, "screen", lambda t, o, **_: screen(t, o, limits=everything))
    for family in FAST:
        found = learn(nothing(3), later=nothing(4), families=(family,))
        assert not found.usable


def test_screening_is_done_anew_in_each_fold(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call sees at most the rows of its own training part; and no fold sees a customer it is judged on."""
    seen: list[set[int]] = []
    examples = planted(1, 1000, per_customer=4)
    whole = Training.of

    def watched(table: pa.Table, outcome: Any, customers: Any, **more: Any) -> Training:
        seen.append(set(customers.tolist()))
        assert len(outcome) == table.num_rows
        return whole(table, outcome, customers, **more)

    monkeypatch.setattr(Training, "of", watched)
    learn(examples, families=("linear",))
    people = set(range(250))
    parts = [people - some for some in seen[:5]]
    assert all(len(part) == 50 for part in parts)
    assert set().union(*parts) == people  # each customer is apart once, and whole
    assert seen[5] == people


def test_a_column_that_separates_only_by_chance_does_not_flatter_the_folds() -> None:
    """Many columns of noise and few rows: screened on all rows, folds would show a gain that is not there."""
    chance = np.random.default_rng(8)
    gains = []
    for _ in range(3):
        table = pa.table({f"c{number}": chance.normal(size=300) for number in range(80)})
        examples = Examples(table, chance.random(300) < 0.5, pa.array(np.arange(300)), np.zeros(300, np.int64))
        gains.append(learn(examples, families=("linear",)).gain[BASE_RATE][0])
    assert np.mean(gains) < 0.005


@pytest.mark.parametrize("yes", [0, 49, 951, 1000])
def test_too_few_outcomes_are_refused_with_what_is_needed(yes: int) -> None:
    examples = replace(planted(1, 1000), outcome=np.arange(1000) < yes)
    with pytest.raises(TooFewOutcomes, match="50 of each are needed") as refused:
        learn(examples)
    assert refused.value.code == "too-few-outcomes"
    assert refused.value.facts == {"yes": yes, "no": 1000 - yes, "needed": 50}


def test_customers_count_not_rows() -> None:
    with pytest.raises(TooFewOutcomes):
        learn(planted(1, 1000, per_customer=25))


def test_what_does_not_go_together_is_refused() -> None:
    examples = planted(1, 200)
    with pytest.raises(WrongColumns, match="outcome has 199 rows"):
        learn(replace(examples, outcome=examples.outcome[:-1]))
    with pytest.raises(WrongColumns, match="not for the later period"):
        learn(a_rival(planted(1)), later=planted(2), families=("linear",))
    with pytest.raises(ValueError, match="No such family"):
        learn(examples, families=("magic",))


def test_of_many_rows_some_customers_are_drawn_whole() -> None:
    found = learn(planted(1, 3000, per_customer=2), families=("linear",), rows_most=1000)
    assert sum(found.calibration.to_pandas().query("way == 'cross_validation'")["customers"]) == 1000
    assert found.usable
