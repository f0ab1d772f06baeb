"""Association rules: "who has these also has that", with one consequent and any number of antecedents.

Frequent sets are found level by level (Apriori: Agrawal & Srikant 1994), each item being a row of bits, one bit per
basket, so that a set's support is the number of bits left when its rows are laid over each other.
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.frames import as_arrow
from regulars.insight.lines import WrongColumns

Bits = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]

WORDS_AT_ONCE: Final = 1 << 16  # of 8 bytes: candidates are counted while their bits lie in the processor's cache
PLACES_MAX: Final = 1 << 19
SETS_MAX: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Coded:
    """Frequent items by name, and one row of bits each: a bit per basket."""

    names: Any  # Arrow array
    rows: Bits
    baskets: int
    words: Ints  # words of a row within which all baskets of at least k lines lie, by k


@dataclass(frozen=True, slots=True)
class Sets:
    """The frequent sets of one size, in order."""

    items: Ints  # a sorted row of item numbers per set
    counts: Ints
    keys: Ints  # the place of the set without its last item × items + that item: rising, so that it can be searched
    places: Ints | None  # the place of the set by its key, −1 where there is none; while that is small

    def find(self, keys: Ints) -> Ints:
        """The places of the sets with these keys; −1 where there is none, as for a key below 0."""
        if self.places is not None:
            # The last place stands for every key below 0.
            return np.asarray(self.places[np.maximum(keys, -1)])
        near = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[near] == keys, near, -1)


def _sets(items: Ints, counts: Ints, keys: Ints, keys_end: int) -> Sets:
    places = None
    if 0 < keys_end <= PLACES_MAX:
        places = np.full(keys_end + 1, -1)
        places[keys] = np.arange(len(keys))
    return Sets(items, counts, keys, places)


@dataclass(frozen=True, slots=True)
class Found:
    """Rules from sets of one size."""

    antecedents: Ints
    consequent: Ints
    both: Ints
    antecedent: Ints


class TooManySets(RegularsError):
    """The support asked for is so low that the frequent sets would not fit in memory."""

    code = "too-many-sets"


def rules(
    baskets: Any,
    *,
    support_min: float = 0.001,
    confidence_min: float = 0.5,
    antecedents_max: int | None = None,
    engine: Engine | None = None,
) -> pa.Table:
    """Rules of a table (basket, item), the surest first; equal lines of a basket count once.

    Gives antecedents (list of items, sorted), consequent, baskets_both, antecedent_support, consequent_support,
    support, confidence, lift, leverage. Rows where basket or item is null are left out. An Ibis table needs `engine`.
    Raises WrongColumns, and TooManySets where `support_min` is so low that
    more than twenty million sets of one size would be counted.
    """
    coded = _coded(_given(baskets, engine), support_min)
    levels = _levels(coded, support_min, len(coded.names) if antecedents_max is None else antecedents_max + 1)
    found = [
        _rules_of(levels[: size + 1], levels[0].counts, confidence_min)
        for size in range(1, len(levels))
        if len(levels[size].counts)
    ]
    return _table(coded.names, found, levels[0].counts, coded.baskets)


def _given(baskets: Any, engine: Engine | None) -> pa.Table:
    if not isinstance(baskets, ir.Table):
        table = as_arrow(baskets)
    elif engine is None:
        raise WrongColumns("Rules of an Ibis table need the engine that knows its data: rules(…, engine=engine).")
    else:
        table = engine.arrow(baskets.select("basket", "item"))
    missing = [name for name in ("basket", "item") if name not in table.column_names]
    if missing:
        raise WrongColumns(f"Baskets need basket, item; missing: {', '.join(missing)}; got {table.column_names}.")
    return table.select(["basket", "item"])


def _coded(table: pa.Table, support_min: float) -> Coded:
    if table.column("basket").null_count or table.column("item").null_count:
        table = table.drop_null()
    basket: Any = pc.dictionary_encode(table.column("basket").combine_chunks())
    item: Any = pc.dictionary_encode(table.column("item").combine_chunks())
    count = len(basket.dictionary)
    where, what = basket.indices.to_numpy(), item.indices.to_numpy()
    # Lines are at least as many as baskets: what is rare by lines is rare. The rest is settled by the bits.
    often = np.flatnonzero(np.bincount(what, minlength=len(item.dictionary)) >= support_min * count * (1 - 1e-9))
    names = item.dictionary.take(pa.array(often))
    order = pc.sort_indices(names).to_numpy().astype(np.int64)
    row_of = np.full(len(item.dictionary), -1, np.int64)
    row_of[often[order]] = np.arange(len(order))
    row = row_of[what]
    where, row = where[row >= 0], row[row >= 0]
    # Fullest baskets first: the search for sets of k items then stops at the last basket with k lines.
    sizes = np.bincount(where, minlength=count)
    place = np.empty(count, np.int64)
    place[np.argsort(-sizes, kind="stable")] = np.arange(count)
    where = place[where]
    words = -(-np.cumsum(np.bincount(sizes)[::-1])[::-1] // 64)
    width = -(-count // 64) * 8
    flat = np.zeros(len(order) * width, np.uint8)
    np.bitwise_or.at(flat, row * width + (where >> 3), np.left_shift(1, where & 7).astype(np.uint8))
    rows = flat.reshape(len(order), width).view(np.uint64)
    enough = np.bitwise_count(rows).sum(axis=1) >= _least(support_min, count)
    return Coded(names.take(pa.array(order[enough])), rows[enough], count, words)


def _least(support_min: float, baskets: int) -> int:
    """The fewest baskets whose share of all is at least `support_min`."""
    least = math.ceil(support_min * baskets)
    while least > 1 and (least - 1) / baskets >= support_min:
        least -= 1
    return max(least, 1)


def _levels(coded: Coded, support_min: float, size_max: int) -> list[Sets]:
    """The frequent sets of one item, of two, … up to `size_max`."""
    rows = coded.rows
    single = np.arange(len(rows))
    levels = [Sets(single[:, None], np.bitwise_count(rows).sum(axis=1, dtype=np.int64), single, None)]
    least = _least(support_min, coded.baskets)
    size_max = min(size_max, len(coded.words) - 1)
    while len(levels[-1].counts) > 1 and len(levels) < size_max:
        candidates, keys = _candidates(levels, len(rows))
        counts = _counted(candidates, rows[:, : coded.words[len(levels) + 1]])
        kept = counts >= least
        levels.append(_sets(candidates[kept], counts[kept], keys[kept], len(levels[-1].keys) * len(rows)))
    return levels


def _candidates(levels: list[Sets], items: int) -> tuple[Ints, Ints]:
    """Sets one item longer whose every part is frequent: two sets that differ in their last item only, joined."""
    sets, size = levels[-1].items, len(levels)
    prefix = levels[-1].keys // items
    starts = np.flatnonzero(np.concatenate(([True], prefix[1:] != prefix[:-1]))) if size > 1 else np.zeros(1, np.int64)
    ends = np.repeat(np.append(starts[1:], len(sets)), np.diff(np.append(starts, len(sets))))
    followers = ends - np.arange(len(sets)) - 1
    if (many := int(followers.sum())) > SETS_MAX:
        raise TooManySets(f"At this support {many:,} sets of {size + 1} items would be counted; ask for a higher one.")
    first = np.repeat(np.arange(len(sets)), followers)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(followers) - followers, followers)
    last = sets[first + 1 + nth, -1]
    for left_out in range(size - 1):
        # Leaving out one of the last two gives the two sets that were joined.
        columns = [sets[first, column] for column in range(size) if column != left_out]
        frequent = _found([*columns, last], levels, items) >= 0
        first, last = first[frequent], last[frequent]
    return np.column_stack((sets[first], last)), first * items + last


def _found(columns: list[Ints], levels: list[Sets], items: int) -> Ints:
    """Where the set with these columns stands in its level; −1: it is not frequent."""
    at = columns[0]
    for level, column in zip(levels[1 : len(columns)], columns[1:], strict=True):
        at = level.find(at * items + column)
    return at


def _counted(candidates: Ints, rows: Bits) -> Ints:
    """How many baskets hold all items of each candidate."""
    counts = np.empty(len(candidates), np.int64)
    step = max(1, WORDS_AT_ONCE // max(1, rows.shape[1]))
    for begin in range(0, len(candidates), step):
        part = candidates[begin : begin + step]
        # Neighbours have all but the last item in common: their bits are laid over each other once for all of them.
        changed = (part[1:, :-1] != part[:-1, :-1]).any(axis=1)
        starts = np.flatnonzero(np.concatenate(([True], changed)))
        laid = rows[part[starts, 0]]
        for column in range(1, part.shape[1] - 1):
            laid &= rows[part[starts, column]]
        whole = np.repeat(laid, np.diff(np.append(starts, len(part))), axis=0)
        whole &= rows[part[:, -1]]
        counts[begin : begin + step] = np.bitwise_count(whole).sum(axis=1, dtype=np.uint32)
    return counts


def _rules_of(levels: list[Sets], singles: Ints, confidence_min: float) -> Found:
    """Rules of the last level's sets: each item in turn is the consequent of the others."""
    sets, below = levels[-1], levels[-2]
    parts = []
    for left_out in range(sets.items.shape[1]):
        others = np.delete(sets.items, left_out, axis=1)
        antecedent = below.counts[_found(list(others.T), levels[:-1], len(singles))]
        sure = sets.counts / antecedent >= confidence_min
        parts.append((others[sure], sets.items[sure, left_out], sets.counts[sure], antecedent[sure]))
    return Found(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _table(names: Any, found: list[Found], singles: Ints, count: int) -> pa.Table:
    empty = Found(np.empty((0, 1), np.int64), *(np.empty(0, np.int64) for _ in range(3)))
    found = found or [empty]
    lengths = np.concatenate([np.full(len(part.both), part.antecedents.shape[1]) for part in found])
    flat = np.concatenate([part.antecedents.ravel() for part in found])
    consequent, both, antecedent = (
        np.concatenate([getattr(part, field) for part in found]) for field in ("consequent", "both", "antecedent")
    )
    offsets = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
    # The counts are whole, so each number below is rounded once or twice, and the same on every machine.
    total = float(max(count, 1))
    support, first, second = both / total, antecedent / total, singles[consequent] / total
    confidence = both / antecedent
    columns: dict[str, Any] = {
        "antecedents": pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), names.take(pa.array(flat))),
        "consequent": names.take(pa.array(consequent)),
        "baskets_both": both,
        "antecedent_support": first,
        "consequent_support": second,
        "support": support,
        "confidence": confidence,
        "lift": confidence / second,
        "leverage": support - first * second,
    }
    return pa.table(columns).take(np.lexsort((-both, -confidence)))
