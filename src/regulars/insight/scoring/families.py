"""The families by name, simplest first, and the one way to learn a model of any of them."""

from collections.abc import Callable
from typing import Final

import numpy as np

from regulars.insight.scoring.additive import fit_additive
from regulars.insight.scoring.decision import fit_tree
from regulars.insight.scoring.linear import fit_linear, fit_logistic
from regulars.insight.scoring.model import ScoreModel, assembled
from regulars.insight.scoring.newton import platt
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.training import Training

FAMILIES: Final[dict[str, Callable[[Training, int], ScoreModel]]] = {
    "linear": fit_linear,
    "logistic": fit_logistic,
    "tree": fit_tree,
    "additive": fit_additive,
}


def fit(family: str, training: Training, seed: int) -> ScoreModel:
    """A calibrated model of the family; where no column passed the screening, the base rate for everybody."""
    if not training.columns:
        rate = platt(np.zeros(len(training)), training.outcome)
        return assembled(family, 0.0, [], slope=0.0, intercept=rate[0], rows=Rows(training.table))
    return FAMILIES[family](training, seed)
