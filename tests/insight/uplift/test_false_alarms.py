"""Where nothing was done, nothing is found: of 200 campaigns without an effect at most eighteen alarms of each kind.

At 5 % ten are expected; eighteen is what chance passes in one of a hundred and fifty such counts.
"""

from dataclasses import replace

import numpy as np
import pyarrow.compute as pc
import pytest
from tests.insight.uplift.given import spends, trial

from regulars.insight.uplift.balance import balance, mismatch
from regulars.insight.uplift.counting import anytime, cuped, moments
from regulars.insight.uplift.deciding import decide
from regulars.insight.uplift.moves import Flags
from regulars.insight.uplift.subgroups import subgroups
from regulars.insight.uplift.teaching import QUICK
from regulars.insight.uplift.usual import less_usual

SEEDS = 200
MOST = 18


def arms(people: int, control_share: float, random: np.random.Generator) -> Flags:
    treated = np.ones(people, dtype=np.bool_)
    treated[random.permutation(people)[: round(people * control_share)]] = False
    return treated


@pytest.mark.parametrize("control_share", [0.5, 0.1])
def test_no_effect_on_all_assigned_plain_or_helped_by_the_days_before(control_share: float) -> None:
    plain = helped = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        before, after = spends(2_000, random)
        treated = arms(2_000, control_share, random)
        plain += moments(after, treated).p_value() < 0.05
        helped += moments(cuped(after, before, treated)[0], treated).p_value() < 0.05
    assert plain <= MOST
    assert helped <= MOST


def test_no_effect_however_often_one_looks() -> None:
    """28 daily looks at customers who differ in how much they buy."""
    alarms = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        rate = random.gamma(0.5, 0.2, 600)
        bought = np.cumsum(random.poisson(rate[:, None], (600, 28)), axis=1).astype(np.float64)
        treated = arms(600, 0.5, random)
        alarms += any(
            not anytime(look.difference, look.error, level=0.05, progress=day / 28).holds(0.0)
            for day, look in ((day, moments(bought[:, day - 1], treated)) for day in range(4, 29))
        )
    assert alarms <= MOST


@pytest.mark.parametrize("control_share", [0.5, 0.1])
def test_no_customers_lost_and_none_unlike(control_share: float) -> None:
    """Each customer by the own coin, so that the arms' sizes are chance too."""
    lost = unlike = stopped = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        before, earlier = spends(1_000, random)
        treated = random.random(1_000) >= control_share
        sizes = mismatch(int(treated.sum()), int((~treated).sum()), control_share)
        alike = balance({"before": before, "earlier": earlier, "both": before + earlier}, treated)
        lost += sizes.p_value < 0.05
        unlike += alike.p_value < 0.05
        stopped += sizes.broken or alike.broken
    assert lost <= MOST
    assert unlike <= MOST
    assert stopped <= 3  # at .001 each


@pytest.mark.slow
@pytest.mark.parametrize("control_share", [0.5, 0.1])
def test_no_group_is_moved_and_none_moved_differently(control_share: float) -> None:
    """Three groups of unequal size; where a tenth is left out, some thirty of the smallest are."""
    named = differ = 0
    for seed in range(SEEDS):
        random = np.random.default_rng(seed)
        before, after = spends(1_200, random)
        treated = arms(1_200, control_share, random)
        groups = {"class": random.choice(["gold", "plain", "new"], 1_200, p=[0.3, 0.4, 0.3])}
        found, differing = subgroups(cuped(after, before, treated)[0], treated, groups, level=0.05, seed=seed)
        named += pc.min(found["holm"]).as_py() < 0.05
        differ += differing["p_value"][0].as_py() < 0.05
    assert named <= MOST
    assert differ <= MOST


@pytest.mark.slow
def test_nobody_is_told_apart_where_all_are_moved_alike() -> None:
    """An offer that earns just what it costs, whoever gets it: targeting can only pretend."""
    told = 0
    for seed in range(SEEDS):
        given = trial(500, seed=seed, effect=0.02)
        money = less_usual(replace(given, outcome=given.outcome * 1_000), seed=seed)
        told += decide(money, value=1.0, cost=20.0, seed=seed, learners=QUICK)[0].verdict == "target"
    assert told <= MOST
