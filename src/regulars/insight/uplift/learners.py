"""What treatment does to whom: few cuts, two models, one model, transformed outcome.

Effects are small beside chance, so every learner is robust before it is flexible: steps instead of lines, strong
penalties, shallow trees with large leaves, and the mean of several kinds.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np

from regulars.insight.uplift.coding import Steps
from regulars.insight.uplift.cuts import few_cuts
from regulars.insight.uplift.moves import Flags, Floats, Trial
from regulars.insight.uplift.ridge import ridge

Fitted = Callable[[Floats], Floats]  # features → expected effect of treatment on the outcome, per person
Learner = Callable[[Trial], Fitted]
_TREES: Final[Mapping[str, Any]] = {"learning_rate": 0.05, "l2_regularization": 50.0, "random_state": 0}


def is_yes_no(outcome: Floats) -> bool:
    return bool(np.isin(outcome, (0.0, 1.0)).all())


def two_models(penalty: float) -> Learner:
    """A penalised model of the outcome in each arm, on steps; effect = their difference."""

    def fit(trial: Trial) -> Fitted:
        steps = Steps.of(trial.features)
        coded = steps.coded(trial.features)
        one, other = (_linear(coded[arm], trial.outcome[arm], penalty) for arm in (trial.treated, ~trial.treated))
        return lambda features: one(steps.coded(features)) - other(steps.coded(features))

    return fit


def two_forests(depth: int, rounds: int) -> Learner:
    """Boosted shallow trees in each arm; effect = their difference."""

    def fit(trial: Trial) -> Fitted:
        arms = (trial.treated, ~trial.treated)
        one, other = (_boosted(trial.features[arm], trial.outcome[arm], depth, rounds) for arm in arms)
        return lambda features: one(features) - other(features)

    return fit


def one_model(penalty: float) -> Learner:
    """One penalised model in which treatment has an effect of its own on every step (the S-learner)."""

    def fit(trial: Trial) -> Fitted:
        steps = Steps.of(trial.features)
        coded = steps.coded(trial.features)
        model = _linear(_crossed(coded, trial.treated), trial.outcome, penalty)

        def effect(features: Floats) -> Floats:
            new = steps.coded(features)
            everyone = np.ones(len(new), dtype=np.bool_)
            return model(_crossed(new, everyone)) - model(_crossed(new, ~everyone))

        return effect

    return fit


def transformed(depth: int, rounds: int) -> Learner:
    """Boosted trees on the transformed outcome (Athey & Imbens 2016), whose mean is the effect itself."""

    def fit(trial: Trial) -> Fitted:
        from sklearn.ensemble import HistGradientBoostingRegressor

        model = HistGradientBoostingRegressor(
            max_depth=depth, max_iter=rounds, min_samples_leaf=_leaf(trial, 80), early_stopping=False, **_TREES
        ).fit(somewhere_known(trial.features), transform(trial))

        def effect(features: Floats) -> Floats:
            found: Floats = model.predict(features)
            return found

        return effect

    return fit


def transform(trial: Trial) -> Floats:
    """(y − mean) · (t / p − (1 − t) / (1 − p)), p the treated share. Taking the mean off changes no expectation, as
    treatment is random, and spares much noise."""
    share = float(trial.treated.mean())
    weight = np.where(trial.treated, 1 / share, -1 / (1 - share))
    moved: Floats = (trial.outcome - trial.outcome.mean()) * weight
    return moved


LEARNERS: Final[Mapping[str, Learner]] = {  # from the simplest on
    "few-cuts": few_cuts,
    "two-models-strict": two_models(0.01),
    "one-model": one_model(0.01),
    "two-models": two_models(0.1),
    "transformed": transformed(3, 40),
    "two-forests": two_forests(2, 60),
}


def _crossed(coded: Floats, treated: Flags) -> Floats:
    arm = treated.astype(np.float64)[:, None]
    return np.hstack([coded, coded * arm, arm])


def _leaf(trial: Trial, parts: int) -> int:
    return max(20, len(trial) // parts)


def _linear(coded: Floats, outcome: Floats, penalty: float) -> Fitted:
    """Logistic for yes/no, ridge for amounts; `penalty` is scikit-learn's C, for a hundred thousand people as for a
    thousand: few steps are sure in either."""
    if not is_yes_no(outcome):
        return ridge(coded, outcome, penalty=1 / penalty)
    if outcome.min() == outcome.max():
        return lambda new: np.full(len(new), outcome[0])
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=penalty, max_iter=500, solver="newton-cholesky").fit(coded, outcome)
    return lambda new: np.asarray(model.predict_proba(new)[:, 1], dtype=np.float64)


def _boosted(features: Floats, outcome: Floats, depth: int, rounds: int) -> Fitted:
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    shape = {
        "max_depth": depth,
        "max_iter": rounds,
        "early_stopping": False,
        "min_samples_leaf": max(20, len(outcome) // 100),
    }
    if not is_yes_no(outcome):
        regressor = HistGradientBoostingRegressor(**shape, **_TREES).fit(somewhere_known(features), outcome)
        return lambda new: np.asarray(regressor.predict(new), dtype=np.float64)
    if outcome.min() == outcome.max():
        return lambda new: np.full(len(new), outcome[0])
    model = HistGradientBoostingClassifier(**shape, **_TREES).fit(somewhere_known(features), outcome)
    return lambda new: np.asarray(model.predict_proba(new)[:, 1], dtype=np.float64)


def somewhere_known(features: Floats) -> Floats:
    """Columns that are unknown for all of these people as zeros: the trees cannot cut a column without a value."""
    unknown = np.isnan(features).all(axis=0)
    filled: Floats = np.where(unknown, 0.0, features) if unknown.any() else features
    return filled
