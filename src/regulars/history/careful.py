"""A block of UTF-8 text into rows one by one: slower, and never loses a line.

Every line that is not blank ends up in exactly one row or one refused row.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.history.blocks import Piece
from regulars.history.dialect import RECORD_LINES_MAX, RECORD_QUOTES_MAX, Dialect
from regulars.history.splitting import BLANKS, Cut, fields

RECORD_CHARACTERS_MAX: Final = 64 * 1024  # a quoted field longer than this was never closed
ROW_SHOWN: Final = 2_000  # characters of a refused row that are kept
_BYTES_NOT_READ: Final = re.compile("[\udc80-\udcff]")
_TOTALS: Final = re.compile(r"(grand )?(sub)?total|sum|summe|gesamt|合计|总计|小计|合計|總計|小計", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visited:
    """Rows and refusals found; `spans` are records of several lines, `stop` the first line left for the next block."""

    lines: npt.NDArray[np.int64]
    columns: list[Any]
    refused: list[dict[str, object]]
    spans: list[tuple[int, int]]
    stop: int


class CarefulSplitter:
    """Splits blocks of one file; `name` goes into refused rows."""

    def __init__(self, name: str, dialect: Dialect) -> None:
        self.name = name
        self.dialect = dialect

    def split(self, block: bytes, first_line: int, *, final: bool) -> Piece:
        """The rows of the block. Unless `final`, what follows the last line end, and a record still open, is left."""
        text = block.decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        if not final or not lines[-1]:
            lines.pop()
        found = self.visit(lines, range(len(lines)), first_line, final=final)
        consumed = len(block) if found.stop == len(lines) and final else self._bytes_of(block, lines, found.stop)
        newlines = found.stop if consumed == 0 or block[consumed - 1 : consumed] == b"\n" else found.stop - 1
        return Piece(found.lines, found.columns, found.refused, consumed, newlines)

    def visit(self, lines: Sequence[str], begins: Iterable[int], first_line: int, *, final: bool) -> "Visited":
        """The records that begin at those lines, counted from 0; lines within a record already taken are skipped."""
        rows: list[list[str | None]] = []
        row_lines: list[int] = []
        refused: list[dict[str, object]] = []
        spans: list[tuple[int, int]] = []
        stop = len(lines)
        for begin, taken, found in self._records(lines, begins, final):
            if taken == 0:
                stop = begin
                break
            if taken > 1:
                spans.append((begin, taken))
            if found is None:
                continue
            raw = lines[begin] if taken == 1 else "\n".join(lines[line] for line in range(begin, begin + taken))
            unread = not raw.isascii() and _BYTES_NOT_READ.search(raw)
            fitted = "bad-encoding" if unread else self._fitted(found, raw)
            if isinstance(fitted, str):
                refused.append(self.refusal(first_line + begin, fitted, raw))
            else:
                rows.append(fitted)
                row_lines.append(first_line + begin)
        columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
        columns = columns or [pa.nulls(0, pa.string())] * self.dialect.width
        return Visited(np.array(row_lines, dtype=np.int64), list(columns), refused, spans, stop)

    def refusal(self, line: int, reason: str, raw: str) -> dict[str, object]:
        """A row in the REFUSED contract."""
        shown = raw.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")[:ROW_SHOWN]
        return {"file": self.name, "line": line, "column": None, "reason": reason, "value": None, "row": shown}

    @staticmethod
    def _bytes_of(block: bytes, lines: Sequence[str], at: int) -> int:
        if at == len(lines):
            return block.rfind(b"\n") + 1
        return sum(len(line.encode("utf-8", "surrogateescape")) + 1 for line in lines[:at])

    def _records(
        self, lines: Sequence[str], begins: Iterable[int], final: bool
    ) -> Iterator[tuple[int, int, list[str] | Cut | None]]:
        """(first line, how many lines, fields); None for a blank line, a Cut when only a guess can split it.

        No lines at all means that the record goes on in the next block.
        """
        marks, ragged = self.dialect.marks, self.dialect.ragged
        quote, after = marks.quote, 0
        for at in begins:
            if at < after:
                continue
            line, taken = lines[at].rstrip("\r"), 1
            found: list[str] | Cut | None = None
            if ragged and line.strip(" \x1a"):
                found = [line]
            elif line.strip(" \x1a") and (marks.delimiter != BLANKS or line.split()):
                found = fields(line, marks)
            if found is Cut.OPEN and quote is not None:
                taken, found = self._continued(lines, at, final)
            yield at, taken, found
            after = at + taken

    def _continued(self, lines: Sequence[str], begin: int, final: bool) -> tuple[int, list[str] | Cut]:
        """A record whose quote is open at the end of its first line: over several lines, or only a stray quote."""
        marks = self.dialect.marks
        assert marks.quote is not None
        text, tried = lines[begin], 0
        for end in range(begin + 1, begin + RECORD_LINES_MAX):
            if end >= len(lines):
                if final:
                    break
                return 0, Cut.OPEN
            text += "\n" + lines[end]
            if len(text) > RECORD_CHARACTERS_MAX or tried >= RECORD_QUOTES_MAX:
                break
            if marks.quote not in lines[end]:
                continue
            tried += 1
            found = fields(text.rstrip("\r"), marks)
            if found is Cut.OPEN:
                continue
            # At another width than the table's it is likelier that two stray quotes met than that somebody wrote it so.
            if isinstance(found, list) and not isinstance(self._at_width(found), str):
                return (1, Cut.OPEN) if self._rows_swallowed(lines[begin + 1 : end]) else (end - begin + 1, found)
            break
        return 1, Cut.OPEN

    def _rows_swallowed(self, inner: Sequence[str]) -> bool:
        """Whether the lines within a quoted field all look like rows of this table: then two stray quotes met."""
        width = self.dialect.width
        return (
            width > 2
            and len(inner) > 1
            and all(line.count(self.dialect.marks.delimiter) == width - 1 for line in inner)
        )

    def _fitted(self, found: list[str] | Cut, raw: str) -> list[str | None] | str:
        """The row at the table's width, or the reason why it has none."""
        if isinstance(found, list):
            return self._at_width(found)
        marks, line = self.dialect.marks, raw.rstrip("\r")
        guess: list[str | None] | str = "unclosed-quote"
        for forgiving in ({"lenient": True}, {"literal": True}):
            guessed = fields(line, marks, **forgiving)
            if isinstance(guessed, list) and not isinstance(guess := self._at_width(guessed), str):
                return guess
        plain = self._at_width(line.split(marks.delimiter))
        if not isinstance(plain, str):
            return plain
        return "unclosed-quote" if found is Cut.OPEN else guess

    def _at_width(self, found: list[str]) -> list[str | None] | str:
        width = self.dialect.width
        if len(found) == width:
            return list(found)
        if len(found) > width:
            return "too-many-fields" if any(cell.strip(" ") for cell in found[width:]) else list(found[:width])
        if len(found) >= self.dialect.least:
            return [*found, *([None] * (width - len(found)))]
        return "totals-line" if _TOTALS.match(found[0].strip()) else "too-few-fields"
