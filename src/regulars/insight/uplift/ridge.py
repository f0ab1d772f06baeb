"""Penalised least squares by its normal equations: a few steps, so many people."""

from collections.abc import Callable

import numpy as np

from regulars.insight.uplift.moves import Floats


def ridge(design: Floats, outcome: Floats, *, penalty: float) -> Callable[[Floats], Floats]:
    """What rows of such a design are expected to bring; `penalty` on every column, none on the mean (Hoerl & Kennard
    1970)."""
    middle, usual = design.mean(axis=0), float(outcome.mean())
    centred = design - middle
    gram = centred.T @ centred
    gram[np.diag_indices_from(gram)] += penalty
    weights = np.linalg.solve(gram, centred.T @ (outcome - usual))

    def expected(new: Floats) -> Floats:
        found: Floats = usual + (new - middle) @ weights
        return found

    return expected
