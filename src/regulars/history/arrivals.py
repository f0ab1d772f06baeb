"""How receipts arrive in a file: as blocks of adjacent lines, seen in one pass over the file's order."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.history.moves import Staged

Longs: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[Any, np.dtype[np.bool_]]

_BATCH: Final = 1 << 20
_NO_LINE: Final = -1  # baskets are counted from 0
_SPOTS = pa.schema({"line": pa.int64(), "basket": pa.int64(), "block": pa.int64()})


@dataclass(frozen=True, slots=True)
class Blocks:
    """The blocks of a file in its order; 9 bytes each, so that 100 million lines fit."""

    baskets: Longs
    many_lines: Flags

    def repeated(self) -> Longs:
        """The baskets that come in more than one block, rising."""
        rising = np.sort(self.baskets)
        return np.unique(rising[1:][rising[1:] == rising[:-1]])

    def whole(self, repeated: Longs) -> int:
        """How many baskets of several lines stand in one block."""
        return int(np.count_nonzero(~among(self.baskets[self.many_lines], repeated)))


def blocks_of(staged: Staged) -> Blocks:
    """The blocks of a staged file, in the order of its lines."""
    baskets: list[Longs] = [np.empty(0, np.int64)]
    many: list[Flags] = [np.empty(0, np.bool_)]
    last_basket, last_many = None, False
    for _, values in _in_order(staged):
        begins = np.concatenate([[values[0] != last_basket], values[1:] != values[:-1]])
        places = np.flatnonzero(begins)
        lengths = np.diff(np.append(places, len(values)))
        if len(places) == 0 or places[0] > 0:
            last_many = True  # the block that was open goes on here
        if len(places):
            if last_basket is not None:
                many.append(np.array([last_many]))
            baskets.append(values[places])
            many.append(lengths[:-1] > 1)
            last_many = bool(lengths[-1] > 1)
        last_basket = values[-1]
    if last_basket is not None:
        many.append(np.array([last_many]))
    return Blocks(np.concatenate(baskets), np.concatenate(many))


def spots_of(staged: Staged, baskets: Longs) -> pa.RecordBatchReader:
    """Line, basket and number of the block, for every line of the given baskets (rising)."""

    def batches() -> Iterator[pa.RecordBatch]:
        last_basket, blocks = None, 0
        for lines, values in _in_order(staged):
            begins = np.concatenate([[values[0] != last_basket], values[1:] != values[:-1]])
            numbers = blocks + np.cumsum(begins)
            last_basket, blocks = values[-1], int(numbers[-1])
            wanted = among(values, baskets)
            columns = [pa.array(column[wanted]) for column in (lines, values, numbers)]
            yield pa.RecordBatch.from_arrays(columns, schema=_SPOTS)

    return pa.RecordBatchReader.from_batches(_SPOTS, batches())


def among(values: Longs, rising: Longs) -> Flags:
    """Which values are in a rising list.

    >>> among(np.array([3, 4]), np.array([1, 3])).tolist()
    [True, False]
    """
    if not len(rising):
        return np.zeros(len(values), np.bool_)
    places = np.minimum(np.searchsorted(rising, values), len(rising) - 1)
    found: Flags = rising[places] == values
    return found


def _in_order(staged: Staged) -> Iterator[tuple[Longs, Longs]]:
    """Batches of lines and their baskets in the order of the lines, never empty."""
    if not staged.parts:
        yield from _batches(staged)
        return
    placed = _placed(staged)
    for begin in range(0, len(placed), _BATCH):
        values = placed[begin : begin + _BATCH]
        lines = np.flatnonzero(values != _NO_LINE)
        if len(lines):
            yield lines + begin, values[lines]


def _placed(staged: Staged) -> Longs:
    """The baskets in an array with a place for every line of the file: it needs no sorting."""
    placed: Longs = np.full(staged.rows_read + 2, _NO_LINE, np.int64)
    for lines, values in _batches(staged):
        more = int(lines.max()) + 1 - len(placed)
        if more > 0:  # blank lines, and rows over several lines
            placed = np.append(placed, np.full(max(more, len(placed) // 8), _NO_LINE, np.int64))
        placed[lines] = values
    return placed


def _batches(staged: Staged) -> Iterator[tuple[Longs, Longs]]:
    for path in staged.files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=["line", "basket"]):
                if batch.num_rows:
                    yield batch.column("line").to_numpy(), batch.column("basket").to_numpy()
