"""What people do anyway, foretold from what was known before and taken off what they did.

CUPED with everything that was known: whoever comes weekly will come weekly, in either arm, and between a visitor of
every week and one who came once lies most of the noise in which an effect has to be found. The forecast of each person
is made from others, without knowing the arm, so that taking it off moves no difference between the arms.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from regulars.insight.uplift.coding import Steps
from regulars.insight.uplift.moves import Floats, Trial
from regulars.insight.uplift.ridge import ridge

FOLDS: Final = 5
_PENALTY: Final = 10.0  # people's worth of shrinking


def less_usual(trial: Trial, *, seed: int) -> Trial:
    """The same trial, its outcomes as differences from what was to be expected; their mean stays."""
    fold = np.random.default_rng(seed).permutation(len(trial)) % FOLDS
    design = _design(trial.features)
    expected = np.empty(len(trial))
    for number in range(FOLDS):
        inside = fold != number
        expected[~inside] = ridge(design[inside], trial.outcome[inside], penalty=_PENALTY)(design[~inside])
    return replace(trial, outcome=trial.outcome - expected + expected.mean())


def _design(features: Floats) -> Floats:
    """Steps of each column, and the numbers themselves where they are known: the best customers differ by far."""
    known = np.where(np.isnan(features), 0.0, features)
    spread = known.std(axis=0)
    return np.hstack(
        [Steps.of(features).coded(features), (known - known.mean(axis=0)) / np.where(spread > 0, spread, 1)]
    )
