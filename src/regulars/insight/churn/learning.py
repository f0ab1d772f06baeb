"""Examples of several cut-offs, learned, checked on the later one, moved to the present."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
import numpy as np

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.churn.features import FEATURES
from regulars.insight.churn.found import LoyaltyRun
from regulars.insight.churn.outcomes import Seen, drawn_lines, examples_of, features_only, seen_at
from regulars.insight.churn.present import shifted
from regulars.insight.churn.windows import Windows
from regulars.insight.grouped import BadHistory
from regulars.insight.holdout import numbers
from regulars.insight.scoring import learn
from regulars.insight.scoring.moves import Flags, Floats, Learned

ROWS_MOST: Final = 40_000  # examples learned from: more change the third digit and take minutes
FAMILIES: Final = ("linear", "logistic", "tree", "additive")
LEAVES_OWN, LEAVES_FIXED, RISES = "leaves-own-horizon", "leaves-fixed-horizon", "becomes-important"
PAST_SPEND: Final = "past-spend"


@dataclass(frozen=True, slots=True)
class Past:
    """The cut-offs of the past: those to learn from, rising, and the one kept apart."""

    training: Sequence[Seen]
    later: Seen


def past_of(
    lines: ir.Table,
    customers: int,
    windows: Windows,
    *,
    engine: Engine,
    members: ir.Table | None = None,
    progress: Progress = silent,
) -> Past:
    """All cut-offs of the past, of customers drawn evenly. One at which nobody had come twice yet teaches nothing.

    Raises BadHistory where that leaves none.
    """
    some = drawn_lines(lines, engine, customers)
    found: list[Seen] = []
    days = [*windows.training_on, windows.later_on]
    for number, day in enumerate(days):
        progress("looking back at earlier days", number, len(days))
        try:
            found.append(seen_at(some, engine=engine, cut_off=day, windows=windows, members=members))
        except BadHistory:
            if number >= len(days) - 2:  # the last to learn from, or the one to check on
                raise
    engine.connection.execute("DROP TABLE churn_lines")
    return Past(found[:-1], found[-1])


def leaving(
    past: Past,
    windows: Windows,
    *,
    families: Sequence[str] = FAMILIES,
    rows_most: int = ROWS_MOST,
    seed: int,
    progress: Progress = silent,
) -> LoyaltyRun:
    """Who leaves. Raises TooFewOutcomes."""
    learned = learn(
        examples_of(past.training),
        later=examples_of([past.later]),
        seed=seed,
        families=families,
        rows_most=rows_most,
        progress=progress,
    )
    target = LEAVES_OWN if windows.horizon_days is None else LEAVES_FIXED
    return _run(target, learned, [one.left for one in (*past.training, past.later)], past, windows)


def rising(
    past: Past,
    windows: Windows,
    important_minor: int,
    *,
    rows_most: int = ROWS_MOST,
    seed: int,
    progress: Progress = silent,
) -> LoyaltyRun:
    """Who of those below `important_minor` a year is above it at the end of the outcome window. Raises TooFewOutcomes.

    The rule to beat: who spent most so far rises.
    """
    training = [_ordinary(one, important_minor) for one in past.training]
    later = _ordinary(past.later, important_minor)
    rose = [one.spend_then_minor >= important_minor for one in (*training, later)]
    learned = learn(
        examples_of(training, rose[:-1]),
        later=examples_of([later], rose[-1:]),
        seed=seed,
        families=("tree", "logistic"),  # rises are few: a simple model, learned soon
        rows_most=rows_most,
        progress=progress,
    )
    return _run(RISES, learned, rose, Past(training, later), windows)


def _ordinary(seen: Seen, important_minor: int) -> Seen:
    spend = numbers(seen.table, "spend_365_minor")
    here = spend < important_minor
    rank = np.maximum(spend[here], 1.0)
    return Seen(
        cut_off=seen.cut_off,
        table=seen.table.take(np.flatnonzero(here)),
        left=seen.left[here],
        spend_then_minor=seen.spend_then_minor[here],
        rivals={PAST_SPEND: rank / (rank + important_minor)},
        known=seen.known,
    )


def _run(target: str, learned: Learned, yes: Sequence[Flags], past: Past, windows: Windows) -> LoyaltyRun:
    log_odds: Floats = learned.model.log_odds(features_only(past.later.table))
    model, shift = shifted(learned.model, learned.base_rate, log_odds, float(yes[-1].mean()) if len(yes[-1]) else 0.0)
    given = [name for name in FEATURES if name in past.later.table.column_names]
    return LoyaltyRun(
        target=target,
        learned=learned,
        model=model,
        shift=shift,
        windows=windows,
        features=tuple(given),
        customers=tuple(len(one) for one in yes),
        rates=tuple(float(one.mean()) if len(one) else 0.0 for one in yes),
    )
