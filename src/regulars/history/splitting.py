"""One line of text into fields: the rules of quoting, and what is forgiven.

What RFC 4180 allows is read as it says. Beyond that, within one line only: a quote inside a quoted field that neither
closes nor is doubled stands for itself (`"12" monitor"`), blanks around quotes are dropped, and a quote that never
closes stands for itself. A field over several lines must be quoted without a fault, or a stray quote would swallow
rows.
"""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

BLANKS: Final = " "  # the delimiter that stands for runs of blanks and tabs
_WORDS: Final = re.compile(r'"[^"]*"(?!\S)|\S+')


class Cut(Enum):
    """Why a text gave no fields."""

    OPEN = "open"  # a quote is open at the end: the record may go on in the next line
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Marks:
    """The signs a table is written with."""

    delimiter: str
    quote: str | None = '"'
    escape: bool = False  # a backslash takes the meaning from a quote


def fields(text: str, marks: Marks, *, lenient: bool = False, literal: bool = False) -> list[str] | Cut:
    """The fields of one record.

    `lenient` forgives stray quotes inside quoted fields, `literal` also opening quotes that never close: then the
    answer is always a list.
    """
    if marks.delimiter == BLANKS:
        return _words(text)
    quote, delimiter = marks.quote, marks.delimiter
    if quote is None or quote not in text:
        return text.split(delimiter)
    found: list[str] = []
    at, end = 0, len(text)
    while True:
        begin = at
        while begin < end and text[begin] == " ":
            begin += 1
        closed: tuple[str, int] | Cut | None = None
        if text.startswith(quote, begin):
            closed = _quoted(text, begin + 1, marks, lenient or literal)
        if isinstance(closed, tuple):
            value, at = closed
        elif closed is not None and not literal:
            return closed
        else:
            stop = text.find(delimiter, at)
            stop = end if stop < 0 else stop
            value, at = text[at:stop], stop
        found.append(value)
        if at >= end:
            return found
        at += 1


def _quoted(text: str, begin: int, marks: Marks, lenient: bool) -> tuple[str, int] | Cut:
    """The value of a quoted field whose text starts at `begin`, and where its delimiter (or the end) stands."""
    assert marks.quote is not None
    quote, at, end = marks.quote, begin, len(text)
    while (close := text.find(quote, at)) >= 0:
        if marks.escape and _escaped(text, begin, close):
            at = close + 1
        elif text.startswith(quote, close + 1):
            at = close + 2
        else:
            after = close + 1
            while after < end and text[after] in " \r":
                after += 1
            if after == end or text[after] == marks.delimiter:
                return _unescaped(text[begin:close], marks), after
            if not lenient:
                return Cut.MALFORMED
            at = close + 1
    return Cut.OPEN


def _escaped(text: str, begin: int, at: int) -> bool:
    """Whether an odd number of backslashes stands before `at`."""
    before = text[begin:at]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _unescaped(value: str, marks: Marks) -> str:
    assert marks.quote is not None
    if marks.escape and "\\" in value:
        value = re.sub(r"\\([\\" + re.escape(marks.quote) + "])", r"\1", value)
    return value.replace(marks.quote * 2, marks.quote)


def _words(text: str) -> list[str]:
    if '"' not in text:
        return text.split()
    return [word[1:-1] if len(word) > 1 and word[0] == word[-1] == '"' else word for word in _WORDS.findall(text)]
