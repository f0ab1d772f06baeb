"""What the cards of the loyalty models are made from: who was judged unseen, who is scored now."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from regulars.insight.churn.found import Evidence
from regulars.insight.churn.known import Known
from regulars.insight.churn.learning import Past
from regulars.insight.churn.outcomes import Seen, features_only
from regulars.insight.holdout import numbers
from regulars.insight.scoring.moves import Ints
from regulars.insight.scoring.resampling import numbered, some_customers


def evidence_of(
    past: Past, *, important_minor: int | None, rises: bool, rows_most: int, seed: int
) -> dict[str, Evidence]:
    """Of leaving and, where it was learned who rises, of that; nobody scored yet."""
    found = {"leave": _evidence(past, None, rows_most, seed)}
    if rises and important_minor is not None:
        found["rise"] = _evidence(past, important_minor, rows_most, seed)
    return found


def with_present(found: Mapping[str, Evidence], known: Known, drawn: pa.Table) -> dict[str, Evidence]:
    """With those who count at the present, of the customers drawn (features_of, as of the cut-off)."""
    whole = known.added(drawn)
    counted = whole.filter(pa.array(known.counts(whole)))
    return {
        name: replace(one, scored=features_only(counted.take(_rows(counted, one.below_minor))), known=known.to_plain())
        for name, one in found.items()
    }


def _evidence(past: Past, below_minor: int | None, rows_most: int, seed: int) -> Evidence:
    later = past.later
    rows = _rows(later.table, below_minor)
    judged = features_only(later.table.take(rows))
    outcome = later.left if below_minor is None else later.spend_then_minor >= below_minor
    return Evidence(
        learned_from=_learned_from(past.training, below_minor, rows_most, seed),
        judged=judged,
        outcome=outcome[rows],
        scored=judged,
        known=later.known.to_plain(),
        below_minor=below_minor,
    )


def _learned_from(training: Sequence[Seen], below_minor: int | None, rows_most: int, seed: int) -> int:
    """Examples that were left after the draw of `scoring.learn`."""
    customers = [one.table["customer"].take(_rows(one.table, below_minor)) for one in training]
    every = pa.concat_arrays([chunk for one in customers for chunk in one.chunks])
    return len(some_customers(numbered(every), rows_most, seed=seed))


def _rows(table: pa.Table, below_minor: int | None) -> Ints:
    """Places of the customers that are looked at."""
    if below_minor is None:
        return np.arange(table.num_rows)
    return np.flatnonzero(numbers(table, "spend_365_minor") < below_minor)
