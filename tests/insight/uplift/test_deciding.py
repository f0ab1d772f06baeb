"""Whom to treat: found where it was planted, nobody where it was not, and the published test earned more."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.uplift.given import trial

from regulars.insight.threads import one_thread
from regulars.insight.uplift import decide
from regulars.insight.uplift.coding import features_of, trial_of
from regulars.insight.uplift.earning import above, profit
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.learners import LEARNERS
from regulars.insight.uplift.planning import Plan, plan
from regulars.insight.uplift.ranking import auuc, by_score, qini, ranking, uplift_curve
from regulars.insight.uplift.targeting import targets
from regulars.insight.uplift.teaching import QUICK


@pytest.mark.slow
def test_the_persuadable_are_found_and_pay() -> None:
    given_ = trial(20_000, seed=1, effect=-0.01, effect_where=0.06)
    found, made = decide(given_, value=10, cost=0.15, learners=QUICK)
    assert found.verdict == "target"
    assert 0.4 < found.share < 0.6
    assert right(made, 2) > 0.9
    assert found.above_everyone.low > 0


@pytest.mark.slow
def test_the_persuadable_are_found_whatever_the_draw() -> None:
    """Nine in ten rightly chosen, in the mean of twenty trials and in all but two of them.

    No learner can place the cut better than its trial shows it. A tenth of 20,000 people is taken for the other side
    where their own effect comes out .03 off (half of .06): its standard error is .29 · 2 / √2000 = .013, so that this
    happens in about one of a hundred trials on either side, and somewhat oftener since the cut may lie anywhere beyond.
    With three in a hundred, three or more of twenty are passed in one of fifty such tests.
    """
    trials = [trial(20_000, seed=seed, effect=-0.01, effect_where=0.06) for seed in range(1, 21)]
    with one_thread():
        plans = [plan(one, seed=7, learners={"few-cuts": LEARNERS["few-cuts"]}) for one in trials]
    rightly = [right(one, 100 + number) for number, one in enumerate(plans)]
    assert sum(share > 0.9 for share in rightly) >= 18
    assert np.mean(rightly) > 0.95


def right(made: Plan, seed: int) -> float:
    """Share of new people whom the plan treats rightly, at the cost of .015 a head."""
    new = trial(4_000, seed=seed).features
    return float(np.mean((made.effect(made.score(new)) > 0.015) == (new[:, 0] > 0)))


@pytest.mark.slow
def test_where_everyone_is_moved_much_everyone_is_treated() -> None:
    found, _ = decide(trial(6_000, seed=4, effect=0.08), value=10, cost=0.1, learners=QUICK)
    assert found.verdict == "everyone"


def test_profit_and_its_interval_agree_with_drawing_people_again() -> None:
    data = trial(3_000, seed=5, effect=0.03)
    chosen = data.features[:, 1] > 0.3
    found = profit(chosen, data, value=10, cost=0.2)
    random = np.random.default_rng(1)
    again = []
    for _ in range(400):
        rows = random.integers(0, len(data), len(data))
        again.append(profit(chosen[rows], data.part(rows), value=10, cost=0.2))
    for name in ("scaled", "published"):
        interval = getattr(found, name)
        spread = np.std([getattr(one, name).value for one in again])
        assert (interval.high - interval.low) / 3.92 == pytest.approx(spread, rel=0.12)
    treated, control = data.outcome[chosen & data.treated], data.outcome[chosen & ~data.treated]
    by_hand = 10 * (treated.sum() - control.sum() * len(treated) / len(control)) - 0.2 * len(treated)
    assert found.scaled.value == pytest.approx(by_hand)
    assert found.published.value == pytest.approx(10 * (treated.sum() - control.sum()) - 0.2 * len(treated))
    everyone = np.ones(len(data), dtype=bool)
    assert above(everyone, data, value=10, cost=0.2).value == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), people=st.integers(4, 80), kinds=st.integers(1, 6))
def test_equal_scores_are_one_whatever_the_order_of_rows(seed: int, people: int, kinds: int) -> None:
    random = np.random.default_rng(seed)
    score = random.integers(0, kinds, people).astype(float)
    treated = np.arange(people) % 2 == 0
    outcome = (random.random(people) < 0.4).astype(float)
    turned = random.permutation(people)
    one, other = by_score(score, treated, outcome), by_score(score[turned], treated[turned], outcome[turned])
    assert qini(one) == pytest.approx(qini(other))
    assert auuc(one) == pytest.approx(auuc(other))
    average = outcome[treated].mean() - outcome[~treated].mean()
    assert uplift_curve(one)[1][-1] == pytest.approx(average)
    if kinds == 1:
        assert qini(one) == pytest.approx(0)


def test_a_perfect_order_ranks_well_and_a_random_one_does_not() -> None:
    data = trial(8_000, seed=6, effect_where=0.1)
    good = ranking(data.features[:, 0], data.treated, data.outcome, seed=1, draws=100)
    chance = ranking(np.random.default_rng(1).random(8_000), data.treated, data.outcome, seed=1, draws=100)
    assert good.qini.low > 0
    assert good.auuc.low > good.auuc_by_chance
    assert chance.qini.holds(0)


def test_a_flat_table_is_read_as_it_is() -> None:
    table = pd.DataFrame(
        {
            "ID": range(400),
            "Promotion": ["Yes", "No"] * 200,
            "purchase": [0, 1, 0, 0] * 100,
            "town": ["a", "b", "b", None] * 100,
            "V1": [1.5, None, 2.0, 3.0] * 100,
        }
    )
    found = trial_of(table, treatment="Promotion", outcome="purchase")
    assert found.names == ("town", "V1")
    assert found.treated.sum() == 200
    assert np.isnan(found.features).any()
    new = features_of(pd.DataFrame({"V1": [1.0], "town": ["never seen"]}), found)
    assert np.isnan(new[0, 0])
    assert new[0, 1] == 1.0


@pytest.mark.parametrize(
    ("case", "change", "said"),
    [
        ("a treatment that says maybe", {"Promotion": ["maybe"] * 400}, "maybe"),
        ("an outcome that is text", {"purchase": ["x"] * 400}, "numbers"),
        ("nobody left out", {"Promotion": ["Yes"] * 400}, "100"),
    ],
)
def test_a_table_that_is_no_trial_is_refused(case: str, change: dict[str, list[object]], said: str) -> None:
    table = pd.DataFrame({"Promotion": ["Yes", "No"] * 200, "purchase": [0, 1] * 200, "V1": range(400)}).assign(
        **change
    )
    with pytest.raises(WrongCampaign, match=said):
        trial_of(table, treatment="Promotion", outcome="purchase")


@pytest.mark.slow
def test_the_promotion_test_earns_on_people_never_seen(shared_data: Path) -> None:
    folder = shared_data / "promotion_test"
    training = trial_of(pd.read_csv(folder / "training.csv"), treatment="Promotion", outcome="purchase")
    later = pd.read_csv(folder / "Test.csv")
    held = trial_of(later, treatment="Promotion", outcome="purchase", like=training)
    found, made = decide(training, value=10, cost=0.15, held=held)
    assert found.everyone.published.value == pytest.approx(-1132.2)
    assert found.targeted.published.low > 0
    assert found.targeted.scaled.low > 0
    assert found.above_everyone.low > 0
    assert found.verdict == "target"
    chosen = targets(later, training, made, value=10, cost=0.15, verdict=found.verdict)
    assert chosen["target"].to_pylist().count(True) == found.targeted.people
