"""A block of UTF-8 text into columns at full speed, where that is provably right.

Arrow's CSV reader splits the block; its answer is taken only if every quote stands where RFC 4180 wants it and the rows
it found are exactly the records counted here from line ends and quotes. Anything else is None, and the careful splitter
takes the block. So speed never decides what a row is.
"""

import io
import re
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from regulars.history.dialect import Dialect
from regulars.history.splitting import BLANKS

# A record over more lines than this is looked at carefully: two stray quotes may have met.
LINES_OF_RECORD: Final = 3
_NEWLINE: Final = 10
_RETURN: Final = 13
_BLANK_ENDS: Final = re.compile(rb"^[ \t]+|[ \t\r]+$", re.MULTILINE)
_BLANK_RUNS: Final = re.compile(rb"[ \t]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """What a block gave: columns with the physical line of each row, and how much of the block that used up."""

    lines: npt.NDArray[np.int64]
    columns: list[Any]  # Arrow arrays of text
    refused: list[dict[str, object]]
    consumed: int  # bytes
    newlines: int


@dataclass(frozen=True, slots=True)
class _Layout:
    consumed: int
    newlines: int
    lines: npt.NDArray[np.int64]


def nothing(width: int) -> Piece:
    """No rows, of `width` columns."""
    return Piece(np.zeros(0, dtype=np.int64), [pa.nulls(0, pa.string())] * width, [], 0, 0)


def split_fast(block: bytes, dialect: Dialect, first_line: int) -> Piece | None:
    """The rows of the block up to its last complete record, or None where that could be wrong."""
    marks = dialect.marks
    if dialect.usual < 2 or marks.escape or len(marks.delimiter.encode()) > 1:
        return None
    delimiter, quote = marks.delimiter, marks.quote
    if delimiter == BLANKS:
        if b'"' in block:
            return None
        text = _BLANK_RUNS.sub(b"\t", _BLANK_ENDS.sub(b"", block))
        delimiter, quote = "\t", None
    elif (returns := block.count(b"\r")) and returns != block.count(b"\r\n"):
        return None
    else:
        text = block
    if quote is not None and quote.encode() not in text:
        quote = None
    layout = _layout(text, delimiter, quote, first_line)
    if layout is None or layout.consumed == 0:
        return None
    table = split_plain(
        text[: layout.consumed] if layout.consumed < len(text) else text, delimiter, quote, dialect.usual
    )
    if table is None or table.num_rows != len(layout.lines):
        return None
    columns: list[Any] = list(table.columns)
    columns += [pa.nulls(table.num_rows, pa.string())] * (dialect.width - dialect.usual)
    consumed = layout.consumed if text is block else block.rfind(b"\n") + 1
    return Piece(layout.lines, columns, [], consumed, layout.newlines)


def _layout(text: bytes, delimiter: str, quote: str | None, first_line: int) -> _Layout | None:
    """Where records begin and end, by line ends outside quotes; None if a quote stands where none may."""
    data = np.frombuffer(text, dtype=np.uint8)
    newlines = np.flatnonzero(data == _NEWLINE)
    ends_at = np.arange(len(newlines))
    if quote is not None:
        quotes = np.flatnonzero(data == ord(quote))
        ends_at = np.flatnonzero(np.searchsorted(quotes, newlines) % 2 == 0)
        if len(ends_at) == 0 or not _well_quoted(data, quotes[quotes < newlines[ends_at[-1]]], delimiter):
            return None
    if len(ends_at) == 0:
        return None
    ends = newlines[ends_at]
    first_newline = np.concatenate(([0], ends_at[:-1] + 1))
    if (ends_at - first_newline).max() >= LINES_OF_RECORD:
        return None
    starts = np.concatenate(([0], ends[:-1] + 1))
    length = ends - starts
    full = ~((length == 0) | ((length == 1) & (data[starts] == _RETURN)))
    lines = (first_line + first_newline[full]).astype(np.int64)
    return _Layout(int(ends[-1]) + 1, int(ends_at[-1]) + 1, lines)


def _well_quoted(data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.int64], delimiter: str) -> bool:
    """RFC 4180: quotes open after a delimiter or line end, close before one, and are doubled in between."""
    if len(quotes) % 2:
        return False
    opens, closes = quotes[0::2], quotes[1::2]
    before = data[np.maximum(opens - 1, 0)]
    opens_well = (opens == 0) | (before == ord(delimiter)) | (before == _NEWLINE)
    opens_well[1:] |= opens[1:] == closes[:-1] + 1
    after = data[closes + 1]  # there is one: the text ends with a newline outside quotes
    closes_well = (after == ord(delimiter)) | (after == _NEWLINE)
    closes_well |= (after == _RETURN) & (data[np.minimum(closes + 2, len(data) - 1)] == _NEWLINE)
    closes_well[:-1] |= opens[1:] == closes[:-1] + 1
    return bool(opens_well.all() and closes_well.all())


def split_plain(text: bytes, delimiter: str, quote: str | None, width: int) -> pa.Table | None:
    """Arrow's CSV reader: every field as text; None for a row of another width, or bytes that are no UTF-8."""
    names = [f"c{place}" for place in range(width)]
    try:
        return csv.read_csv(
            io.BytesIO(text),
            read_options=csv.ReadOptions(column_names=names, use_threads=False, block_size=len(text) + 1),
            parse_options=csv.ParseOptions(
                delimiter=delimiter,
                quote_char=quote if quote is not None else False,
                newlines_in_values=quote is not None,
                ignore_empty_lines=True,
            ),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, check_utf8=True
            ),
        )
    except pa.ArrowInvalid:
        return None
