"""A look at how a score treats groups of people: who is flagged how often, and whether what it says comes true.

A look, no verdict: groups may really differ in how many leave. What counts is whether the foretold share is the actual
one in each group, and what flagging leads to.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.holdout import numbers
from regulars.insight.scoring.moves import Flags, Floats
from regulars.insight.scoring.rules import wilson

GROUP_LEAST: Final = 100  # customers; of fewer, nothing can be said
_GROUPS_MOST: Final = 8
_AGES: Final = (30, 45, 60)
_SHARES: Final = (
    "flagged_share", "flagged_low", "flagged_high", "predicted", "actual", "actual_low", "actual_high",
)  # fmt: skip
_FIELDS: Final = [("by", pa.string()), ("group", pa.string()), ("customers", pa.int64())]
SCHEMA: Final = pa.schema(
    [pa.field(name, kind) for name, kind in (*_FIELDS, *((name, pa.float64()) for name in _SHARES))]
)


def fairness(table: pa.Table, probability: Floats, outcome: Flags, *, flagged_top: float) -> pa.Table:
    """SCHEMA: per age band, sex and town that is known. Flagged is the top share by probability; intervals are 95 %."""
    flagged = top(probability, flagged_top)
    rows = []
    for by, group, here in _groups(table):
        count, hits, yes = int(here.sum()), int(flagged[here].sum()), int(outcome[here].sum())
        ends = (hits / count, *wilson(hits, count), float(probability[here].mean()), yes / count, *wilson(yes, count))
        rows.append({"by": by, "group": group, "customers": count} | dict(zip(_SHARES, ends, strict=True)))
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def top(score: Floats, share: float) -> Flags:
    """The `share` with the highest score; equal ones in their order, so that the number is exact."""
    chosen = np.zeros(len(score), np.bool_)
    chosen[np.argsort(-score, kind="stable")[: round(share * len(score))]] = True
    return chosen


def _groups(table: pa.Table) -> Iterator[tuple[str, str, Flags]]:
    if "age" in table.column_names:
        known = np.asarray(table["age"].is_valid().to_numpy(), np.bool_)
        band = np.searchsorted(_AGES, numbers(table, "age"), side="right")
        names = [f"<{_AGES[0]}", *(f"{a}-{b - 1}" for a, b in pairwise(_AGES)), f"{_AGES[-1]}+"]
        for place, name in enumerate(names):
            here = known & (band == place)
            if here.sum() >= GROUP_LEAST:
                yield "age", name, here
    for by in ("sex", "town"):
        if by in table.column_names:
            yield from _levels(by, table[by])


def _levels(by: str, column: Any) -> Iterator[tuple[str, str, Flags]]:
    coded = pa.chunked_array(column).combine_chunks().dictionary_encode()
    codes = coded.indices.cast(pa.int64()).fill_null(-1).to_numpy()
    sizes = np.bincount(codes[codes >= 0], minlength=len(coded.dictionary))
    for place in np.argsort(-sizes, kind="stable")[:_GROUPS_MOST]:
        if sizes[place] >= GROUP_LEAST:
            yield by, str(coded.dictionary[int(place)].as_py()), codes == place
