"""A plan whom to treat, made on training people alone: which learner, what its scores mean, who is worth it."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np

from regulars.insight.threads import one_thread, two_at_once
from regulars.insight.uplift.learners import LEARNERS, Fitted, Learner, is_yes_no, transform
from regulars.insight.uplift.moves import Floats, Ints, Trial
from regulars.insight.uplift.ranking import by_score, qini

MEAN: Final = "mean"  # of all learners: their mistakes differ, so their mean makes fewer
FOLDS: Final = 4
MANY: Final = 10_000  # people from which on two folds are learned at once
BEYOND_CHANCE: Final = 1.96
STEPS: Final = 20  # of the calibration: each rests on a twentieth of the people


@dataclass(frozen=True, slots=True)
class Plan:
    """A fitted learner, and the effect that its scores stand for: straight between the points of the calibration.

    They rise: a higher score never means a smaller effect. Straight and not in steps, as the scores that the points
    were made of come from other fits, and a step's edge may lie on either side of where this one's scores are.
    """

    learner: str
    qini: Mapping[str, float]  # of every learner tried, cross-validated on the training people
    fitted: tuple[Fitted, ...]
    points: Floats  # scores, rising
    effects: Floats  # at the points

    def score(self, features: Floats) -> Floats:
        """The learner's own guess of the effect: finer than `effect`, and for ordering only."""
        found: Floats = np.mean([one(features) for one in self.fitted], axis=0)
        return found

    def effect(self, score: Floats) -> Floats:
        """What people of such scores did more by treatment, in the units of the outcome."""
        found: Floats = np.interp(score, self.points, self.effects)
        return found


def plan(trial: Trial, *, seed: int, learners: Mapping[str, Learner] = LEARNERS, folds: int = FOLDS) -> Plan:
    """The learner whose cross-validated Qini is best, or a simpler one that it does not beat beyond chance; fitted to
    all, calibrated on scores nobody's own outcome made. The first of `learners` is the simplest, then comes the mean of
    all, then the others in their order."""
    scores = crossed_scores(trial, learners, folds=folds, seed=seed)
    tried = {name: qini(by_score(score, trial.treated, trial.outcome)) for name, score in scores.items()}
    best = _simplest(trial, scores, max(tried, key=lambda name: tried[name]))
    chosen = learners.values() if best == MEAN else (learners[best],)
    points, effects = calibration(scores[best], transform(trial) + _mean_effect(trial) - transform(trial).mean())
    return Plan(best, tried, tuple(learner(trial) for learner in chosen), points, effects)


def _simplest(trial: Trial, scores: Mapping[str, Floats], best: str) -> str:
    """Beats: the paired 95 % interval excludes 0. A difference that chance makes is no reason for the more intricate
    one. To first order the Qini is the mean of (½ − share ahead) × transformed outcome, so that the difference of two
    has a standard error without drawing anyone again."""
    moved = transform(trial)
    ahead = {name: _share_ahead(score) for name, score in scores.items()}
    first = next(iter(scores))
    for name in sorted(scores, key=lambda name: (name != first, name != MEAN)):
        parts = (ahead[name] - ahead[best]) * moved
        if parts.mean() <= BEYOND_CHANCE * parts.std() / sqrt(len(parts)):
            return name
    return best


def _share_ahead(score: Floats) -> Floats:
    """Of each person: the share of people with a better score, and half of those with the same."""
    ordered = np.sort(score)
    below, upto = (np.searchsorted(ordered, score, side=side) for side in ("left", "right"))
    found: Floats = 1 - (below + upto) / (2 * len(score))
    return found


def crossed_scores(trial: Trial, learners: Mapping[str, Learner], *, folds: int, seed: int) -> dict[str, Floats]:
    """Scores of every learner and of their mean; each person's by models that were fitted without them."""
    fold = folded(trial, folds=folds, seed=seed)
    scores = {name: np.empty(len(trial)) for name in learners}

    def without(number: int) -> None:
        inside, outside = trial.part(fold != number), fold == number
        with one_thread():
            for name, learner in learners.items():
                scores[name][outside] = learner(inside)(trial.features[outside])

    with one_thread():
        for _ in (two_at_once if len(trial) >= MANY else map)(without, range(folds)):
            pass
    if len(scores) > 1:
        scores[MEAN] = np.mean(list(scores.values()), axis=0)
    return scores


def folded(trial: Trial, *, folds: int, seed: int) -> Ints:
    """A fold per person, dealt evenly within arm and, for yes/no outcomes, within yes and no."""
    yes = trial.outcome > 0 if is_yes_no(trial.outcome) else np.zeros(len(trial), dtype=np.bool_)
    shuffled = np.random.default_rng(seed).permutation(len(trial))
    order = shuffled[np.lexsort((yes[shuffled], trial.treated[shuffled]))]
    fold = np.empty(len(trial), dtype=np.int64)
    fold[order] = np.arange(len(trial)) % folds
    return fold


def calibration(score: Floats, effect: Floats) -> tuple[Floats, Floats]:
    """Mean score and mean effect of STEPS groups of about equal size by score, the effects made to rise (isotonic
    regression)."""
    from sklearn.isotonic import IsotonicRegression

    edges = np.unique(np.quantile(score, np.arange(1, STEPS) / STEPS))
    step = np.searchsorted(edges, score, side="right")
    people = np.bincount(step, minlength=len(edges) + 1).astype(np.float64)
    there = people > 0
    middles, means = (np.bincount(step, values, len(people))[there] / people[there] for values in (score, effect))
    rising = IsotonicRegression().fit_transform(np.arange(len(means)), means, sample_weight=people[there])
    return middles, np.asarray(rising, dtype=np.float64)


def _mean_effect(trial: Trial) -> float:
    return float(trial.outcome[trial.treated].mean() - trial.outcome[~trial.treated].mean())
