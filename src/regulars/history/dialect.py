"""How a text file is written: its delimiter, its quotes, where its table begins, decided from its first rows."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from regulars.history.splitting import BLANKS, Cut, Marks, fields
from regulars.history.table_top import Top, top_of

SAMPLE_RECORDS: Final = 1_000
RECORD_QUOTES_MAX: Final = 20  # lines with quotes that one field goes on for; each costs reading it from its start
RECORD_LINES_MAX: Final = 100  # a quoted field that goes on for longer was never closed
WIDTH_MAX: Final = 10_000  # more is no table, and more than DuckDB can hold in a row
NO_DELIMITER: Final = "\x1f"  # for a file of one column: a sign that does not occur
# How readily a sign is believed to be the delimiter, between candidates that split equally well.
_COMMON: Final = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 1.0,
    "^": 0.9,
    "~": 0.9,
    "\x01": 0.9,
    "\x1f": 0.9,
    "¦": 0.9,
    "§": 0.9,
}
_RARE: Final = {
    ":": 0.5,
    "#": 0.5,
    "!": 0.5,
    "$": 0.4,
    "%": 0.4,
    "&": 0.5,
    "*": 0.5,
    "@": 0.4,
    "=": 0.4,
    "/": 0.3,
    "_": 0.2,
}
_CANDIDATES: Final = {**_COMMON, **_RARE, BLANKS: 0.8}
# One value holds no sign that usually delimits, unless as part of a number. Split by a sign that stands in dates,
# times and names as well, a cell must not hold any rarer sign either.
_NUMBER: Final = r"[-+(]?[^\w\s]{0,3}\d[\d.,' ]*[^\w\s]?\)?-?"
_ATOM: Final = re.compile(r"[^,;\t|^~¦§\x01\x1f]*|" + _NUMBER)


_STRICT_ATOM: Final = re.compile(r"[^,;\t|^~¦§\x01\x1f#!*&$%=]*|" + _NUMBER)
_IN_VALUES: Final = frozenset((BLANKS, ":", "/", "_"))


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the file is split. Rows with fewer fields than `width` but at least `least` are filled up with nulls."""

    marks: Marks
    width: int
    usual: int  # fields of most rows
    least: int
    skip_lines: int  # physical lines above the first row: titles, blank lines, heading
    headings: tuple[str, ...] | None
    ragged: bool = False  # a basket a line: a row is the whole line
    basket_delimiter: str | None = None


@dataclass(frozen=True, slots=True)
class _Try:
    marks: Marks
    records: list[tuple[int, list[str]]]  # physical line from 0, fields
    score: float
    width: int


def dialect_of(text: str, *, whole: bool) -> Dialect:
    """Decides from the beginning of a file; `whole` when there is nothing after it."""
    lines = text.split("\n")
    if not whole and len(lines) > 1:
        lines.pop()
    lines = [line.rstrip("\r") for line in lines]
    forced = re.fullmatch(r'"?sep=(.)"?', lines[0], re.IGNORECASE) if lines else None
    signs = (
        [forced[1]]
        if forced
        else [sign for sign in _CANDIDATES if sign == BLANKS or any(sign in line for line in lines)]
    )
    tries = [_tried(lines, sign) for sign in signs]
    best = max(tries, key=lambda one: one.score)
    if _any_place(best) and (small := _baskets(lines)):
        return small
    if best.score > 0 and (forced or best.width > 1):
        return _table(best)
    return _baskets(lines) or _table(_one_column(lines))


def _tried(lines: Sequence[str], sign: str) -> _Try:
    marks = Marks(sign, *_quoting(lines, sign))
    records = records_of(lines, marks)
    widths = Counter(len(row) for _, row in records)
    widest = {width: count for width, count in widths.items() if width > 1}
    if not widest:
        return _Try(marks, records, 0.0, 1)
    # Most rows have one width; between equals the wider.
    width, count = max(widest.items(), key=lambda one: (one[1], one[0]))
    share = count / len(records)
    # Titles above and a line of totals below weigh much in a file of five rows: look at the longest run instead.
    share = max(share, _longest_run(records, width) / max(3, len(records)))
    # Half of a handful of lines is chance.
    if width > WIDTH_MAX or share < 0.5 or (share == 0.5 and len(records) < 8):
        return _Try(marks, records, 0.0, width)
    cells = [cell for _, row in records[:300] if len(row) == width for cell in row]
    atom = _STRICT_ATOM if sign in _IN_VALUES else _ATOM
    atoms = sum(atom.fullmatch(cell) is not None or "\n" in cell for cell in cells) / len(cells)
    quoted = _quoted_share(lines, sign) if marks.quote else 0.0
    return _Try(marks, records, share * (atoms**2 + quoted) * _CANDIDATES.get(sign, 1.0) * (1 - 1 / (width + 1)), width)


def _longest_run(records: Sequence[tuple[int, list[str]]], width: int) -> int:
    longest = run = 0
    for _, row in records:
        run = run + 1 if len(row) == width else 0
        longest = max(longest, run)
    return longest


def _quoted_share(lines: Sequence[str], sign: str) -> float:
    """How many quotes stand beside this sign: quotes that belong to fields give their delimiter away."""
    text = "\n" + "\n".join(lines[:500]) + "\n"
    quotes = text.count('"')
    if quotes == 0 or sign == BLANKS:
        return 0.0
    beside = text.count(sign + '"') + text.count('"' + sign) + text.count('\n"') + text.count('"\n')
    return min(1.0, beside / quotes)


def _quoting(lines: Sequence[str], sign: str) -> tuple[str | None, bool]:
    """The quote and whether a backslash escapes it."""
    text = "\n" + "\n".join(lines[:1000]) + "\n"
    if sign == BLANKS:
        return '"', False
    edge = "[\n" + re.escape(sign) + "]"
    if '"' not in text:
        single = len(re.findall(rf"(?<={edge})'[^'\n]*'(?={edge})", text))
        if single >= 3 and single * 2 >= text.count("'") * 0.9:
            return "'", False
        return '"', False
    escape = re.search(rf'(?<={edge})"[^"\n]*\\"[^"\n]*\\?"[^\n]*"(?={edge})', text) is not None
    doubled = re.search(rf'[^\\"\n{re.escape(sign)}]""', text) is not None
    return '"', escape and not doubled


def records_of(lines: Sequence[str], marks: Marks, limit: int = SAMPLE_RECORDS) -> list[tuple[int, list[str]]]:
    """The first records with the physical line, from 0, where each begins; for looking at, not for keeping."""
    found: list[tuple[int, list[str]]] = []
    at = 0
    while at < len(lines) and len(found) < limit:
        begin, text = at, lines[at]
        at += 1
        if not text.strip(" \x1a"):
            continue
        row = fields(text, marks)
        if row is Cut.OPEN:
            tried = 0
            for end in range(at, min(at + RECORD_LINES_MAX, len(lines))):
                text += "\n" + lines[end]
                if marks.quote and marks.quote not in lines[end]:
                    continue
                tried += 1
                if tried > RECORD_QUOTES_MAX:
                    break
                row = fields(text, marks)
                if row is not Cut.OPEN:
                    at = end + 1 if isinstance(row, list) else at
                    break
        if isinstance(row, Cut):
            row = fields(lines[begin], marks, literal=True)
        assert isinstance(row, list)
        found.append((begin, row))
    return found


def _table(best: _Try) -> Dialect:
    top: Top = top_of(best.records, best.width)
    below = [len(row) for line, row in best.records if line >= top.skip_lines]
    counts = Counter(below)
    usual = max(counts.items(), key=lambda one: (one[1], one[0]))[0] if counts else best.width
    named = len(top.headings) if top.headings else 0
    width = max(usual, named)
    # A wider row is dirt unless it is common; then the heading lacked names.
    often = max(2, len(below) * 0.05)
    if named < width or top.headings is None:
        width = max([width, *(wide for wide, count in counts.items() if count > max(often, len(below) * 0.1))])
    common = [short for short, count in counts.items() if count > often and (short > 1 or width <= 2)]
    least = min([usual, width, *common])
    headings = tuple(top.padded(width)) if top.headings else None
    return Dialect(best.marks, width, usual, least, top.skip_lines, headings)


def _one_column(lines: Sequence[str]) -> _Try:
    marks = Marks(NO_DELIMITER, None)
    return _Try(marks, records_of(lines, marks), 1.0, 1)


def _any_place(one: _Try) -> bool:
    """Rows of many widths with the same words in the first place as in the second: no table has such columns."""
    rows = [row for _, row in one.records]
    if sum(len(row) != one.width for row in rows) < 0.2 * len(rows):
        return False
    first, second = ({row[place].strip() for row in rows if len(row) > place} for place in (0, 1))
    both = first & second
    again = min(sum(row[place].strip() in both for row in rows if len(row) > 1) for place in (0, 1))
    return again >= 0.5 * sum(len(row) > 1 for row in rows) > 0


def _baskets(lines: Sequence[str]) -> Dialect | None:
    """A basket a line: rows of many widths whose items come again and again."""
    for sign in (",", ";", "\t", "|", BLANKS):
        rows = [row for _, row in records_of(lines, Marks(sign))]
        cells = [cell.strip() for row in rows for cell in row]
        widths = {len(row) for row in rows}
        if len(rows) < 3 or len(widths) < 3 or len(cells) < 1.5 * len(rows):
            continue
        short = all(len(cell) <= 60 for cell in cells)
        again = len(set(cells)) / len(cells) <= (0.5 if len(cells) >= 200 else 0.8)
        coded = sign != BLANKS or sum(any(map(str.isdigit, cell)) for cell in cells) >= 0.9 * len(cells)
        if short and again and coded:
            marks = Marks(NO_DELIMITER, None)
            return Dialect(marks, 1, 1, 1, 0, None, ragged=True, basket_delimiter=sign)
    return None
