"""The few cuts at which treatment begins to work differently, and nothing else.

The outcome less what anyone like that does anyway is regressed on treatment times cuts of the columns (the residual
learner of Nie & Wager 2021, the treated share known). A cut comes in only where it explains more than chance would
(forward selection by the criterion of Schwarz 1978, or that of Foster & George 1994 where cuts are very many): most
columns say nothing of whom treatment moves, and whatever a learner does with them is noise in every score.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from typing import Final

import numpy as np

from regulars.insight.uplift.coding import STEPS, Steps
from regulars.insight.uplift.moves import Flags, Floats, Ints, Trial
from regulars.insight.uplift.ridge import ridge

CUTS_MAX: Final = 20
STEPS_MAX: Final = 40  # a cut in the wrong place costs those between it and the right one: the finer, the fewer
CELLS: Final = 8_000_000  # people × columns × steps; never fewer than STEPS
PEOPLE_LEAST, SHARE_LEAST = 100, 0.01  # on either side of a cut: with fewer its noise is not known
_USUAL_PENALTY: Final = 10.0  # people's worth of shrinking of what anyone like that does anyway


@dataclass(frozen=True, slots=True)
class Cuts:
    """The effect on anyone, and what each chosen cut adds to it."""

    base: float
    chosen: Ints  # columns of `Steps.cut`, strongest first
    added: Floats


def few_cuts(trial: Trial) -> Callable[[Floats], Floats]:
    """A learner (see learners.py): a sum over few cuts; one score for all where no cut is shown."""
    fine = CELLS // (len(trial) * len(trial.names))
    steps = Steps.of(trial.features, min(max(fine, STEPS), STEPS_MAX))
    texts = [name in trial.levels for name in trial.names]
    found = cuts(trial, steps.cut(trial.features, texts))
    return lambda features: found.base + steps.cut(features, texts)[:, found.chosen] @ found.added


def cuts(trial: Trial, sides: Floats) -> Cuts:
    """`sides`: people × cuts, 1 on the one side of the cut and 0 on the other."""
    arm = trial.treated - float(trial.treated.mean())
    left = trial.outcome - ridge(sides, trial.outcome, penalty=_USUAL_PENALTY)(sides)
    middle = sides.mean(axis=0)
    design = np.hstack([np.ones((len(trial), 1)), sides - middle]) * arm[:, None]
    few = max(PEOPLE_LEAST / len(trial), SHARE_LEAST)
    chosen = _forward(design, left, able=np.append(False, (middle >= few) & (middle <= 1 - few)))
    gram = design[:, chosen].T @ design[:, chosen]
    spread = np.linalg.inv(gram)
    effects = spread @ (design[:, chosen].T @ left)
    scaled = design[:, chosen] * (left - design[:, chosen] @ effects)[:, None]
    unsure = np.diag(spread @ (scaled.T @ scaled) @ spread)
    added = (effects * (1 - np.minimum(1.0, unsure / np.maximum(effects**2, 1e-300))))[1:]
    kept = chosen[1:] - 1
    return Cuts(float(effects[0] - middle[kept] @ added), kept, added)


def _forward(design: Floats, left: Floats, *, able: Flags) -> Ints:
    """Columns in the order in which they come in; the first is the effect on anyone and always in.

    What a cut explains is held against its own noise (White 1980): those who hardly ever come show sooner than those
    who come all the time that an offer does nothing to them.
    """
    gram, seen, squared = design.T @ design, design.T @ left, design**2
    least = max(log(len(left)), 2 * log(max(2, len(seen))))
    chosen = np.zeros(1, dtype=np.int64)
    while len(chosen) <= CUTS_MAX:
        within = np.linalg.solve(gram[np.ix_(chosen, chosen)], gram[chosen])  # of each column, what those in spell out
        effects = np.linalg.solve(gram[np.ix_(chosen, chosen)], seen[chosen])
        residual2 = (left - design[:, chosen] @ effects) ** 2
        shared = design.T @ (design[:, chosen] * residual2[:, None])
        noise = squared.T @ residual2 - 2 * (within.T * shared).sum(axis=1)
        noise += (within * (shared[chosen] @ within)).sum(axis=0)
        own = np.diag(gram) - (within * gram[chosen]).sum(axis=0)
        usable = able & (own > 1e-3 * np.diag(gram)) & (noise > 0)
        gain = (seen - gram[:, chosen] @ effects) ** 2
        gain = np.divide(gain, noise, out=np.zeros_like(gain), where=usable)
        best = int(np.argmax(gain))
        if gain[best] < least:
            break
        chosen = np.append(chosen, best)
    return chosen
