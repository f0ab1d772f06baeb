"""Whom should the next campaign go to? Chosen on one part of the trial, judged on people the choice has not seen."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from regulars.insight.threads import one_thread
from regulars.insight.uplift.earning import above, profit, profit_curve
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.learners import LEARNERS, Learner
from regulars.insight.uplift.moves import Decision, Flags, Floats, Interval, Profit, Ranking, Trial
from regulars.insight.uplift.planning import FOLDS, Plan, folded, plan
from regulars.insight.uplift.ranking import ranking


def decide(
    trial: Trial,
    *,
    value: float = 1.0,
    cost: float = 0.0,
    held: Trial | None = None,
    seed: int = 7,
    learners: Mapping[str, Learner] = LEARNERS,
    level: float = 0.05,
) -> tuple[Decision, Plan]:
    """The decision, and the plan to apply to new people.

    A person is worth treating where `value` × expected effect > `cost` (both in one unit of money; for an outcome that
    is an amount already, value is the margin on it). Learner, calibration and threshold are chosen on the training
    people. The decision is then judged on `held`, a trial kept apart; without one on the training people themselves,
    each by a plan that was made whole on the other folds, its choice of learner too. Where the interval of the profit
    includes 0, or the order by uplift is no better than chance (Qini), the verdict is not to target by uplift here.
    Raises WrongCampaign.
    """
    if value <= 0 or cost < 0:
        raise WrongCampaign(f"The value must be above 0 and the cost 0 or more, not {value} and {cost}.")
    with one_thread():
        whole = plan(trial, seed=seed, learners=learners)
        if held is not None:
            score = whole.score(held.features)
            targeted = worth_it(whole.effect(score), value, cost)
        else:
            score, targeted = _crossed(trial, value, cost, seed, learners)
    return _decision(
        whole, held or trial, score, targeted, value, cost, "later_file" if held else "cross_fitted", seed, level
    ), whole


def worth_it(effect: Floats, value: float, cost: float) -> Flags:
    """Expected profit per person above 0."""
    found: Flags = value * effect > cost
    return found


def _crossed(
    trial: Trial, value: float, cost: float, seed: int, learners: Mapping[str, Learner]
) -> tuple[Floats, Flags]:
    """Score and decision for each person by a plan that never saw them."""
    fold = folded(trial, folds=FOLDS, seed=seed + 1)
    score, targeted = np.empty(len(trial)), np.zeros(len(trial), dtype=np.bool_)
    for number in range(FOLDS):
        outside = fold == number
        made = plan(trial.part(~outside), seed=seed, learners=learners)
        score[outside] = made.score(trial.features[outside])
        targeted[outside] = worth_it(made.effect(score[outside]), value, cost)
    return score, targeted


def _decision(
    whole: Plan,
    on: Trial,
    score: Floats,
    targeted: Flags,
    value: float,
    cost: float,
    checked: str,
    seed: int,
    level: float,
) -> Decision:
    order = ranking(score, on.treated, on.outcome, seed=seed, level=level)
    some = profit(targeted, on, value=value, cost=cost, level=level)
    everyone = profit(np.ones(len(on), dtype=np.bool_), on, value=value, cost=cost, level=level)
    gain = above(targeted, on, value=value, cost=cost, level=level)
    verdict, why = _verdict(order, some, everyone, gain)
    return Decision(
        learner=whole.learner,
        tried=pa.table({"learner": list(whole.qini), "qini": list(whole.qini.values())}),
        value=value,
        cost=cost,
        checked=checked,
        share=float(targeted.mean()),
        ranking=order,
        targeted=some,
        everyone=everyone,
        above_everyone=gain,
        curve=profit_curve(score, on, value=value, cost=cost, level=level),
        verdict=verdict,
        why=why,
    )


def _verdict(order: Ranking, some: Profit, everyone: Profit, gain: Interval) -> tuple[str, str]:
    """Targeting must order people, must earn, and must not be a poorer way of treating everyone."""
    pays_for_all = everyone.scaled.low > 0
    if order.qini.low > 0 and some.scaled.low > 0 and (gain.low > 0 or not pays_for_all):
        return "target", "profit-shown"
    if pays_for_all:
        return "everyone", "not-better-than-everyone"
    return "nobody", "no-profit-shown"
