"""Learning a yes or no: families compared three ways, the choice, and whether it is good enough to be used.

In sample, in folds of whole customers, and on a later period where there is one. The family is chosen by log-loss in
the folds: the simplest whose loss is within one standard error (of the paired difference) of the best. The later period
decides nothing but whether the chosen model may be used: its log-loss must be below that of the base rate and of every
rival, with the paired 95 % interval above 0. Without a later period the folds must serve, and `checked` says so.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.insight.lines import WrongColumns
from regulars.insight.scoring import measures
from regulars.insight.scoring.errors import TooFewOutcomes
from regulars.insight.scoring.families import FAMILIES, fit
from regulars.insight.scoring.model import ScoreModel, chance
from regulars.insight.scoring.moves import Examples, Flags, Floats, Ints, Learned, Measured
from regulars.insight.scoring.newton import platt
from regulars.insight.scoring.resampling import folds, numbered, some_customers
from regulars.insight.scoring.rules import tree_rules
from regulars.insight.scoring.training import Training
from regulars.insight.threads import one_thread

FOLDS: Final = 5
CUSTOMERS_LEAST: Final = 50  # with a yes, and as many without: ten in each fold, eight in each fold within a fold
ROWS_MOST: Final = 50_000  # of more examples, customers are drawn: more rows change little and take long
BASE_RATE: Final = "base-rate"
_SURE: Final = 1e-9

Probabilities = Mapping[str, Floats]  # by family, rival or base-rate


@dataclass(frozen=True, slots=True)
class Way:
    """One way of judging: what happened, to whom, and what each model had said."""

    name: str
    outcome: Flags
    customers: Ints
    said: Probabilities


def learn(
    examples: Examples,
    *,
    later: Examples | None = None,
    seed: int = 7,
    families: Sequence[str] = ("linear", "logistic", "tree", "additive"),
    rows_most: int = ROWS_MOST,
    progress: Progress = silent,
) -> Learned:
    """Learns from `examples`, judges on `later`, and says which model, how good, and whether it may be used.

    Of more than `rows_most` rows, customers are drawn by chance. Raises TooFewOutcomes, WrongColumns.
    """
    _check(examples, families)
    with one_thread():
        return _learned(examples, later, seed, families, rows_most, progress)


def _learned(
    examples: Examples,
    later: Examples | None,
    seed: int,
    families: Sequence[str],
    rows_most: int,
    progress: Progress,
) -> Learned:
    known = _drawn(examples, rows_most, seed)
    customers = numbered(known.customers)
    crossed = _crossed(known, customers, families, seed, progress)
    training = Training.of(known.features, known.outcome, customers)
    progress("learning from all examples", 0, 0)
    models = {family: fit(family, training, seed) for family in families}
    ways = [_in_sample(known, customers, models), crossed]
    if later is not None and len(later):
        ways.append(_later(known, later, models))
    chosen = _chosen(crossed, families)
    judged = ways[-1]
    gains = _gains(judged, chosen, seed)
    usable = bool(models[chosen].terms) and all(low > 0 for _, low, _ in gains.values())
    progress("measuring what was learned", 0, 0)
    return Learned(
        model=models[chosen],
        chosen=chosen,
        usable=usable,
        why_not="" if usable else _why_not(models[chosen]),
        baseline=min(gains, key=lambda name: gains[name][0]),
        checked=judged.name,
        base_rate=float(known.outcome.mean()),
        measured=_measured(ways, seed),
        calibration=_calibration(ways, [*families, *known.rivals]),
        screening=training.screening,
        rules=tree_rules(known, later if len(ways) == 3 else None, seed),
        gain=gains,
        unseen=_unseen(judged, chosen, examples, rows_most, seed),
    )


def _unseen(judged: Way, chosen: str, examples: Examples, rows_most: int, seed: int) -> pa.Table:
    """row, probability of the chosen model; of drawn examples the row is that before the draw."""
    rows = np.arange(len(judged.outcome))
    if judged.name != "later":
        rows = some_customers(numbered(examples.customers), rows_most, seed=seed)
    columns: dict[str, Any] = {"row": rows, "probability": judged.said[chosen]}
    return pa.table(columns)


def _check(examples: Examples, families: Sequence[str]) -> None:
    unknown = [family for family in families if family not in FAMILIES]
    if unknown or not families:
        raise ValueError(f"No such family: {unknown}; there are {list(FAMILIES)}.")
    taken = examples.rivals.keys() & {*FAMILIES, BASE_RATE}
    if taken:
        raise ValueError(f"A rival must have a name of its own, not {sorted(taken)}.")
    lengths = {"outcome": len(examples.outcome), "customers": len(examples.customers), **_lengths(examples.rivals)}
    for name, length in lengths.items():
        if length != examples.features.num_rows:
            raise WrongColumns(f"{name} has {length} rows, the features have {examples.features.num_rows}.")
    customers = numbered(examples.customers) if len(examples) else np.zeros(0, np.int64)
    yes = len(np.unique(customers[examples.outcome]))
    no = len(np.unique(customers[~examples.outcome]))
    if min(yes, no) < CUSTOMERS_LEAST:
        raise TooFewOutcomes(
            f"{yes} customers with a yes and {no} with a no; to learn and to check, {CUSTOMERS_LEAST} of each are "
            "needed. Take a longer outcome window, more cut-offs, or another target.",
            yes=yes,
            no=no,
            needed=CUSTOMERS_LEAST,
        )


def _lengths(rivals: Mapping[str, Floats]) -> dict[str, int]:
    return {f"rival {name}": len(values) for name, values in rivals.items()}


def _drawn(examples: Examples, rows_most: int, seed: int) -> Examples:
    rows = some_customers(numbered(examples.customers), rows_most, seed=seed)
    if len(rows) == len(examples):
        return examples
    return Examples(
        features=examples.features.take(rows),
        outcome=examples.outcome[rows],
        customers=examples.customers.take(rows),
        periods=examples.periods[rows],
        rivals={name: values[rows] for name, values in examples.rivals.items()},
    )


def _crossed(known: Examples, customers: Ints, families: Sequence[str], seed: int, progress: Progress) -> Way:
    """Each fold foretold by models of the others: screening, choices within a family and calibration included."""
    fold = folds(customers, known.outcome, count=FOLDS, seed=seed)
    said = {name: np.empty(len(known)) for name in (*families, *known.rivals, BASE_RATE)}
    for number in range(FOLDS):
        progress("learning and checking, fold by fold", number, FOLDS)
        rest, part = np.flatnonzero(fold != number), np.flatnonzero(fold == number)
        training = Training.of(known.features.take(rest), known.outcome[rest], customers[rest])
        unseen = known.features.take(part)
        for family in families:
            said[family][part] = fit(family, training, seed).probability(unseen)
        for name, values in known.rivals.items():
            said[name][part] = _recalibrated(values[rest], known.outcome[rest], values[part])
        said[BASE_RATE][part] = known.outcome[rest].mean()
    return Way("cross_validation", known.outcome, customers, said)


def _in_sample(known: Examples, customers: Ints, models: Mapping[str, ScoreModel]) -> Way:
    said = {family: model.probability(known.features) for family, model in models.items()}
    said |= {name: _recalibrated(values, known.outcome, values) for name, values in known.rivals.items()}
    said[BASE_RATE] = np.full(len(known), known.outcome.mean())
    return Way("in_sample", known.outcome, customers, said)


def _later(known: Examples, later: Examples, models: Mapping[str, ScoreModel]) -> Way:
    said = {family: model.probability(later.features) for family, model in models.items()}
    for name, values in known.rivals.items():
        if name not in later.rivals:
            raise WrongColumns(f"rival {name!r} is given for the examples but not for the later period.")
        said[name] = _recalibrated(values, known.outcome, later.rivals[name])
    said[BASE_RATE] = np.full(len(later), known.outcome.mean())
    return Way("later", later.outcome, numbered(later.customers), said)


def _recalibrated(learned_from: Floats, outcome: Flags, asked: Floats) -> Floats:
    """A rival's probability, its log-odds shifted and stretched to fit the training outcome."""
    intercept, slope = platt(_log_odds(learned_from), outcome)
    return chance(intercept + slope * _log_odds(asked))


def _log_odds(probability: Floats) -> Floats:
    kept = np.clip(probability, _SURE, 1 - _SURE)
    return np.log(kept / (1 - kept))


def _chosen(crossed: Way, families: Sequence[str]) -> str:
    """The simplest family within one standard error of the best; customers, not rows, make the standard error."""
    losses = {family: measures.losses(crossed.outcome, crossed.said[family]) for family in families}
    best = min(families, key=lambda family: float(losses[family].mean()))
    for family in (name for name in FAMILIES if name in families):
        behind = np.bincount(crossed.customers, losses[family] - losses[best])
        error = float(behind.std() * np.sqrt(len(behind)) / len(crossed.outcome))
        if float(behind.sum()) / len(crossed.outcome) <= error:
            return family
    return best


def _gains(way: Way, chosen: str, seed: int) -> dict[str, tuple[float, float, float]]:
    others = [name for name in way.said if name not in FAMILIES]
    ours = way.said[chosen]
    return {name: measures.gain(way.outcome, ours, way.said[name], way.customers, seed) for name in others}


def _why_not(model: ScoreModel) -> str:
    return "not-better-than-baseline" if model.terms else "nothing-separates"


def _measured(ways: Sequence[Way], seed: int) -> dict[str, dict[str, Measured]]:
    names = list(ways[0].said)
    return {
        name: {way.name: measures.measured(way.outcome, way.said[name], way.customers, seed) for way in ways}
        for name in names
    }


def _calibration(ways: Sequence[Way], names: Sequence[str]) -> pa.Table:
    """model, way, bin, customers, predicted, actual."""
    parts = []
    for name in names:
        for way in ways:
            curve = measures.calibration_curve(way.outcome, way.said[name])
            labels = [pa.array([text] * curve.num_rows, pa.string()) for text in (name, way.name)]
            parts.append(curve.add_column(0, "way", labels[1]).add_column(0, "model", labels[0]))
    return pa.concat_tables(parts)
