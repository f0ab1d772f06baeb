"""Association rules: "who has these also has that", with one consequent and any number of antecedents.

An Arrow table of baskets needs Arrow and NumPy only; the engine is imported by whoever has one to give.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.frames import WrongColumns, as_array, as_arrow, is_ibis
from regulars.insight.frequent import Coded, Ints, Sets, TooManySets, fewest, levels, place_of

if TYPE_CHECKING:
    from regulars.history.engine import Engine

__all__ = ["TooManySets", "rules"]

POOL: Final = pa.system_memory_pool()  # the default one takes 14 MB when it is first used


@dataclass(frozen=True, slots=True)
class Found:
    """Rules from sets of one size."""

    antecedents: Ints
    consequent: Ints
    both: Ints
    antecedent: Ints


def rules(
    baskets: Any,
    *,
    support_min: float = 0.001,
    confidence_min: float = 0.5,
    antecedents_max: int | None = None,
    engine: "Engine | None" = None,
) -> pa.Table:
    """Rules of a table (basket, item), the surest first; equal lines of a basket count once.

    Gives antecedents (list of items, sorted), consequent, baskets_both, antecedent_support, consequent_support,
    support, confidence, lift, leverage. Rows where basket or item is null are left out. An Ibis table needs `engine`.
    Raises WrongColumns, and TooManySets where `support_min` is so low that
    more than twenty million sets of one size would be counted.
    """
    names, coded = _coded(_given(baskets, engine), support_min)
    sets = levels(coded, support_min, len(names) if antecedents_max is None else antecedents_max + 1)
    found = [
        _rules_of(sets[: size + 1], coded, confidence_min) for size in range(1, len(sets)) if len(sets[size].counts)
    ]
    return _table(names, found, coded)


def _given(baskets: Any, engine: "Engine | None") -> pa.Table:
    if not is_ibis(baskets):
        table = as_arrow(baskets)
    elif engine is None:
        raise WrongColumns("Rules of an Ibis table need the engine that knows its data: rules(…, engine=engine).")
    else:
        table = engine.arrow(baskets.select("basket", "item"))
    missing = [name for name in ("basket", "item") if name not in table.column_names]
    if missing:
        raise WrongColumns(f"Baskets need basket, item; missing: {', '.join(missing)}; got {table.column_names}.")
    return table.select(["basket", "item"])


def _coded(table: pa.Table, support_min: float) -> tuple[Any, Coded]:
    """The names of the items in order, and their bits."""
    if table.column("basket").null_count or table.column("item").null_count:
        table = table.drop_null()
    basket, item = _encoded(table.column("basket")), _encoded(table.column("item"))
    count = len(basket.dictionary)
    where, what = _numbers(basket.indices), _numbers(item.indices)
    # Lines are at least as many as baskets: what is rare by lines is rare. The rest is settled by the bits.
    lines = np.bincount(what, minlength=len(item.dictionary))
    often = np.flatnonzero(lines >= fewest(support_min, count))
    names = _taken(item.dictionary, often)
    order = _numbers(pc.sort_indices(names, memory_pool=POOL))
    row_of = np.full(len(item.dictionary), -1, np.int32)
    row_of[often[order]] = np.arange(len(order))
    row = row_of[what]
    if len(often) < len(lines):
        where, row = where[row >= 0], row[row >= 0]
    return _taken(names, order), _bits(row, where, count, fewest(support_min, count))


def _encoded(column: Any) -> Any:
    whole = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks(memory_pool=POOL)
    return pc.dictionary_encode(whole, memory_pool=POOL)


def _numbers(array: Any) -> Ints:
    """Whole numbers as NumPy sees them; `to_numpy` would import pandas."""
    numbers: npt.NDArray[Any] = np.from_dlpack(array)
    return numbers


def _taken(values: Any, places: Ints) -> Any:
    return pc.take(values, as_array(places), memory_pool=POOL)


def _bits(row: Ints, where: Ints, baskets: int, least: int) -> Coded:
    """The bits of the items that are in enough baskets."""
    # Fullest baskets first: the search for sets of k items then stops at the last basket with k lines.
    sizes = np.bincount(where, minlength=baskets)
    place = np.empty(baskets, np.int32)
    place[np.argsort(-sizes, kind="stable")] = np.arange(baskets)
    words = -(-np.cumsum(np.bincount(sizes)[::-1])[::-1] // 64)
    width = max(-(-baskets // 64) * 64, 64)
    end = width * (int(row.max(initial=0)) + 1)
    bits: Ints = row.astype(np.int32 if end < 1 << 31 else np.int64)
    bits *= width
    bits += place[where]
    bits.sort()
    bits = bits.compress(np.diff(bits, prepend=-1) > 0)  # equal lines of a basket count once
    begins: Ints = np.searchsorted(bits, np.arange(0, end, width).astype(bits.dtype))
    counts = np.diff(begins, append=len(bits))
    rarest = np.argsort(counts, kind="stable")
    rarest = rarest[counts[rarest] >= least]
    octets = np.zeros((len(counts), width // 8), np.uint8)
    first = np.flatnonzero(np.diff(bits >> 3, prepend=-1))
    if len(first):
        octets.ravel()[bits[first] >> 3] = np.bitwise_or.reduceat(np.left_shift(1, bits & 7).astype(np.uint8), first)
    rows = octets.view(np.uint64).take(rarest, axis=0)
    bits %= width
    return Coded(rarest, rows, counts[rarest], bits, begins[rarest], baskets, words)


def _rules_of(found: list[Sets], coded: Coded, confidence_min: float) -> Found:
    """Rules of the last level's sets, in order: each item in turn is the consequent of the others."""
    sets, below, size = found[-1], found[-2], len(found)
    parts = []
    for left_out in range(size):
        others = [column for column in range(size) if column != left_out]
        at = place_of([sets.items[:, column] for column in others], found[:-1], len(coded.rows))
        sure = np.flatnonzero(sets.counts / below.counts[at] >= confidence_min)
        whole = coded.ranks[sets.items[sure]]
        parts.append((whole[:, others], whole[:, left_out], sets.counts[sure], below.counts[at[sure]]))
    antecedents, consequent, both, antecedent = (np.concatenate(column) for column in zip(*parts, strict=True))
    antecedents = np.sort(antecedents, axis=1)
    order = np.lexsort((consequent, *antecedents.T[::-1]))
    return Found(antecedents[order], consequent[order], both[order], antecedent[order])


def _table(names: Any, found: list[Found], coded: Coded) -> pa.Table:
    none = np.empty(0, np.int64)
    found = found or [Found(none[:, None], none, none, none)]
    consequent, both, antecedent = (
        np.concatenate([getattr(part, field) for part in found]) for field in ("consequent", "both", "antecedent")
    )
    single = np.zeros(len(names), np.int32)
    single[coded.ranks] = coded.counts
    # The counts are whole, so each number below is rounded once or twice, and the same on every machine.
    total = float(max(coded.baskets, 1))
    support, first, second = both / total, antecedent / total, single[consequent] / total
    confidence = both / antecedent
    order = np.lexsort((-both, -confidence))
    columns: dict[str, Any] = {
        "baskets_both": both.astype(np.int64),
        "antecedent_support": first,
        "consequent_support": second,
        "support": support,
        "confidence": confidence,
        "lift": confidence / second,
        "leverage": support - first * second,
    }
    lists = {"antecedents": _lists(names, found, order), "consequent": _taken(names, consequent[order])}
    return pa.table(lists | {name: as_array(values[order]) for name, values in columns.items()})


def _lists(names: Any, found: list[Found], order: Ints) -> Any:
    """The antecedents of all rules as lists of names, in this order."""
    lengths = np.concatenate([np.full(len(part.both), part.antecedents.shape[1]) for part in found])
    begins = np.cumsum(lengths) - lengths
    flat = np.concatenate([part.antecedents.ravel() for part in found])
    offsets = np.concatenate(([0], np.cumsum(lengths[order]))).astype(np.int32)
    at = np.arange(offsets[-1]) + np.repeat(begins[order] - offsets[:-1], lengths[order])
    return pa.ListArray.from_arrays(as_array(offsets), _taken(names, flat[at]), pool=POOL)
