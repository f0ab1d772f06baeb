"""Frequent sets of items, level by level (Apriori: Agrawal & Srikant 1994).

Each item is a row of bits, one bit per basket, so that a set's support is the number of bits left when its rows are
laid over each other. Items are numbered from the rarest, so that few baskets hold the first item of a set, and from
three items on only the bits of those baskets are looked at (a projection, as in FP-growth: Han, Pei & Yin 2000).
"""

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from regulars.basics.errors import RegularsError

Bits = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.integer[Any]]

WORDS_AT_ONCE: Final = 1 << 15  # of 8 bytes: candidates are counted while their bits lie in the processor's cache
PLACES_MAX: Final = 1 << 19
NEAR_WORDS_MAX: Final = 1 << 22
SETS_MAX: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Coded:
    """Frequent items from the rarest to the most frequent, and one row of bits each: a bit per basket."""

    ranks: Ints  # the place of each item among all of them by name
    rows: Bits
    counts: Ints
    holders: Ints  # the baskets that hold an item, in order, one item after the other
    begins: Ints  # where those of each item begin
    baskets: int
    words: Ints  # words of a row within which all baskets of at least k lines lie, by k


@dataclass(frozen=True, slots=True)
class Sets:
    """The frequent sets of one size, in order."""

    items: Ints  # a rising row of item numbers per set
    counts: Ints
    keys: Ints  # the place of the set without its last item × items + that item: rising, so that it can be searched
    places: (
        Ints | None
    )  # the place of the set by its key, −1 where there is none, from the end too; while that is small

    def find(self, keys: Ints) -> Ints:
        """The places of the sets with these keys; −1 where there is none, as for a key below 0."""
        if self.places is not None:
            return self.places.take(keys).astype(np.int64)  # room for the next key
        near = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[near] == keys, near, -1)


@dataclass(frozen=True, slots=True)
class Near:
    """For each frequent pair the bits of its second item, of those baskets only that hold the first.

    Pairs lie in order, and the first item's baskets only ever grow: each block of pairs has rows of one width.
    """

    pairs: Sets
    starts: list[int]  # the first pair of each block
    blocks: list[Bits]

    def counted(self, candidates: Ints, group: Ints, items: int) -> Ints:
        """How many baskets hold all items of each candidate; candidates are in order and have three items or more."""
        first = candidates[:, 0].astype(np.int64) * items
        rows = np.column_stack([self.pairs.find(first + column) for column in candidates.T[1:]])
        ends = np.searchsorted(rows[:, 0], [*self.starts[1:], len(self.pairs.keys)])
        counts: list[Ints] = [np.empty(0, np.int32)]
        begin = 0
        for start, block, end in zip(self.starts, self.blocks, ends.tolist(), strict=True):
            if end > begin:
                counts.append(counted(rows[begin:end] - start, group[begin:end], block))
            begin = end
        return np.concatenate(counts)


class TooManySets(RegularsError):
    """The support asked for is so low that the frequent sets would not fit in memory."""

    code = "too-many-sets"


def levels(coded: Coded, support_min: float, size_max: int) -> list[Sets]:
    """The frequent sets of one item, of two, … up to `size_max`."""
    items = len(coded.rows)
    single = np.arange(items)
    found = [Sets(single[:, None], coded.counts, single, None)]
    least = fewest(support_min, coded.baskets)
    size_max = min(size_max, len(coded.words) - 1)
    near: Near | None = None
    while len(found[-1].counts) > 1 and len(found) < size_max:
        candidates, first = _candidates(found, items)
        if len(found) == 2:
            near = _near(found[1], coded)
        if near:
            counts = near.counted(candidates, first, items)
        else:
            counts = counted(candidates, first, coded.rows[:, : coded.words[len(found) + 1]])
        kept = np.flatnonzero(counts >= least)
        sets = candidates.take(kept, axis=0)
        keys = first.take(kept) * items + sets[:, -1]
        found.append(_sets(sets, counts.take(kept), keys, len(found[-1].keys) * items, items))
    return found


def fewest(support_min: float, baskets: int) -> int:
    """The fewest baskets whose share of all is at least `support_min`."""
    least = math.ceil(support_min * baskets)
    while least > 1 and (least - 1) / baskets >= support_min:
        least -= 1
    return max(least, 1)


def _sets(sets: Ints, counts: Ints, keys: Ints, keys_end: int, items: int) -> Sets:
    places = None
    if 0 < keys_end <= PLACES_MAX:
        # A key below 0 is at most `items` below: it meets the places at the end.
        places = np.full(keys_end + items, -1, np.min_scalar_type(-len(keys) - 1))
        places[keys] = np.arange(len(keys))
    return Sets(sets, counts, keys, places)


def _candidates(found: list[Sets], items: int) -> tuple[Ints, Ints]:
    """Sets one item longer whose every part is frequent: two sets that differ in their last item only, joined.

    In order; with each the place of the first of the two.
    """
    sets, size = found[-1].items, len(found)
    prefix = found[-1].keys // items
    starts = np.flatnonzero(np.concatenate(([True], prefix[1:] != prefix[:-1]))) if size > 1 else np.zeros(1, np.int64)
    ends = np.repeat(np.append(starts[1:], len(sets)), np.diff(np.append(starts, len(sets))))
    followers = ends - np.arange(len(sets)) - 1
    if (many := int(followers.sum())) > SETS_MAX:
        raise TooManySets(f"At this support {many:,} sets of {size + 1} items would be counted; ask for a higher one.")
    first = np.repeat(np.arange(len(sets)), followers)
    nth = np.arange(len(first)) - np.repeat(np.cumsum(followers) - followers, followers)
    last = sets[:, -1].take(first + 1 + nth)
    for left_out in range(size - 1):
        # Leaving out one of the last two gives the two sets that were joined.
        columns = [sets[:, column].take(first) for column in range(size) if column != left_out]
        frequent = place_of([*columns, last], found, items) >= 0
        first, last = first.compress(frequent), last.compress(frequent)
    return np.column_stack((sets.take(first, axis=0), last)), first


def place_of(columns: list[Ints], found: list[Sets], items: int) -> Ints:
    """Where the set with these columns stands in its level; −1: it is not frequent."""
    at = columns[0]
    for level, column in zip(found[1 : len(columns)], columns[1:], strict=True):
        at = level.find(at * items + column)
    return at


def _near(pairs: Sets, coded: Coded) -> Near | None:
    """None where it would take too much memory."""
    items = len(coded.rows)
    seconds = np.bincount(pairs.items[:, 0], minlength=items)
    # Widths are rounded up, so that there are few blocks.
    widths = 1 << np.ceil(np.log2(-(-coded.counts // 64))).astype(np.int64)
    if int((seconds * widths).sum()) > NEAR_WORDS_MAX:
        return None
    ends = np.cumsum(seconds)
    starts, blocks = [], []
    for width in sorted(set(widths.tolist())):
        low, high = np.searchsorted(widths, [width, width + 1]).tolist()
        start = int(ends[low] - seconds[low])
        block = np.zeros((int(ends[high - 1]) - start, width * 8), np.uint8)
        for item in range(low, high):
            begin, end = int(ends[item] - seconds[item]), int(ends[item])
            if end - begin > 1:  # one pair makes no three
                block[begin - start : end - start] = _projected(coded, item, pairs.items[begin:end, 1], width)
        starts.append(start)
        blocks.append(block.view(np.uint64))
    return Near(pairs, starts, blocks)


def _projected(coded: Coded, item: int, others: Ints, width: int) -> npt.NDArray[np.uint8]:
    """A row of bits for each of the others: of the baskets that hold the item."""
    begin, count = coded.begins[item], coded.counts[item]
    holders = coded.holders[begin : begin + count]
    bits = np.zeros((len(others), width * 64), np.uint8)
    octets = coded.rows.view(np.uint8).take(others, axis=0).take(holders >> 3, axis=1)
    np.bitwise_and(octets, np.left_shift(1, holders & 7).astype(np.uint8), out=bits[:, :count])
    return np.packbits(bits.ravel(), bitorder="little").reshape(len(others), width * 8)


def counted(candidates: Ints, group: Ints, rows: Bits) -> Ints:
    """How many baskets hold all items of each candidate; neighbours of one group differ in their last item only."""
    counts = np.empty(len(candidates), np.int32)
    rows = np.ascontiguousarray(rows)  # else each take would make it so
    step = max(1, WORDS_AT_ONCE // max(1, rows.shape[1]))
    for begin in range(0, len(candidates), step):
        part = candidates[begin : begin + step]
        # What a group has in common is laid over each other once for all of it.
        starts = np.flatnonzero(np.diff(group[begin : begin + step], prepend=-1))
        laid = rows.take(part[starts, 0], axis=0)
        for column in range(1, part.shape[1] - 1):
            laid &= rows.take(part[starts, column], axis=0)
        whole = np.repeat(laid, np.diff(np.append(starts, len(part))), axis=0)
        whole &= rows.take(part[:, -1], axis=0)
        counts[begin : begin + step] = _sums(np.bitwise_count(whole))
    return counts


def _sums(ones: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The sum of each row of octets."""
    if ones.shape[1] not in (1, 2, 4, 8):
        return np.asarray(ones.sum(axis=1, dtype=np.uint32))
    # A short row is seen as one number, and its upper half added to its lower half; no sum outgrows a half.
    for wider in (np.uint16, np.uint32, np.uint64):
        if ones.shape[1] > 1:
            row: npt.NDArray[Any] = ones.view(wider)
            half = row.itemsize * 4
            ones = (row & wider((1 << half) - 1)) + (row >> wider(half))
    return ones[:, 0]
