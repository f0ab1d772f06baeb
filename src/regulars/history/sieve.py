"""A dirty block sieved: clean lines at full speed, only the dirty ones one by one.

A line is clean when it holds no quote, no stray carriage return and as many delimiters as a row of the table; such a
line means the same wherever it stands, unless a quoted field around it says otherwise. So the dirty lines are read
first, and lines they take into a field of theirs are no rows. One inch mark in a hundred lines then costs little.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final, overload

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.history.blocks import Piece, split_plain
from regulars.history.careful import CarefulSplitter
from regulars.history.splitting import BLANKS

_NEWLINE: Final = 10
_RETURN: Final = 13
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]


class _Lines(Sequence[str]):
    """The lines of a block, decoded when asked for."""

    def __init__(self, block: bytes, starts: Places, ends: Places) -> None:
        self._block, self._starts, self._ends = block, starts, ends

    def __len__(self) -> int:
        return len(self._ends)

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> list[str]: ...
    def __getitem__(self, place: int | slice) -> str | list[str]:
        if isinstance(place, slice):
            return [self[one] for one in range(*place.indices(len(self)))]
        return self._block[self._starts[place] : self._ends[place]].decode("utf-8", "surrogateescape")

    def __iter__(self) -> Iterator[str]:
        return (self[place] for place in range(len(self)))


def split_sieved(block: bytes, careful: CarefulSplitter, first_line: int, *, final: bool) -> Piece | None:
    """The rows of the block, in order; None where sieving does not pay or the signs do not allow it."""
    dialect = careful.dialect
    delimiter = dialect.marks.delimiter
    if delimiter == BLANKS or len(delimiter.encode()) > 1 or dialect.ragged or dialect.least < 2:
        return None
    data = np.frombuffer(block, dtype=np.uint8)
    ends = np.flatnonzero(data == _NEWLINE)
    if len(ends) == 0:
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    length = ends - starts
    blank = (length == 0) | ((length == 1) & (data[starts] == _RETURN))
    found = np.diff(np.searchsorted(np.flatnonzero(data == ord(delimiter)), ends), prepend=0) + 1
    fits = (found >= dialect.least) & (found <= dialect.width)
    dirty = (_dirty(block, data, ends, dialect.marks.quote) | ~fits) & ~blank
    if dirty.mean() > 0.7:
        return None
    visited = careful.visit(_Lines(block, starts, ends), np.flatnonzero(dirty).tolist(), first_line, final=final)
    clean = ~dirty & ~blank
    for begin, taken in visited.spans:
        clean[begin : begin + taken] = False
    clean[visited.stop :] = False
    lines, parts = [visited.lines], [visited.columns]
    for width in np.unique(found[clean]).tolist():
        chosen = clean & (found == width)
        text = data[: ends[-1] + 1][np.repeat(chosen, length + 1)].tobytes()
        table = split_plain(text, delimiter, None, width)
        if table is None or table.num_rows != chosen.sum():
            return None
        lines.append(np.flatnonzero(chosen) + first_line)
        parts.append([*table.columns, *([pa.nulls(table.num_rows, pa.string())] * (dialect.width - width))])
    merged, columns = _in_order(lines, parts)
    consumed = int(ends[visited.stop - 1]) + 1 if visited.stop else 0
    return Piece(merged, columns, visited.refused, consumed, visited.stop)


def _dirty(block: bytes, data: Bytes, ends: Places, quote: str | None) -> npt.NDArray[np.bool_]:
    """Lines with a quote, a stray carriage return or, where the block is no clean UTF-8, any letter beyond ASCII."""
    suspects = []
    if quote is not None and quote.encode() in block:
        suspects.append(np.flatnonzero(data == ord(quote)))
    if b"\r" in block:
        returns = np.flatnonzero(data[:-1] == _RETURN)
        suspects.append(returns[data[returns + 1] != _NEWLINE])
    try:
        block.decode("utf-8")
    except UnicodeDecodeError:
        suspects.append(np.flatnonzero(data > 127))
    dirty = np.zeros(len(ends) + 1, dtype=np.bool_)
    for places in suspects:
        dirty[np.searchsorted(ends, places)] = True
    return dirty[:-1]


def _in_order(lines: Sequence[Places], parts: Sequence[list[Any]]) -> tuple[Places, list[Any]]:
    every = np.concatenate(lines)
    order = np.argsort(every, kind="stable")
    columns = []
    for pieces in zip(*parts, strict=True):
        chunks = [chunk for piece in pieces for chunk in (piece.chunks if hasattr(piece, "chunks") else [piece])]
        columns.append(pa.chunked_array(chunks, pa.string()).take(order))
    return every[order], columns
