"""How big things are, and whether that can be right."""

import re
from typing import Final

_COLUMN: Final = re.compile(rb' r="([A-Z]{1,3})\d')
_ROW: Final = re.compile(rb' r="[A-Z]{0,3}(\d{1,7})"')
_TAIL: Final = 20  # a cell's name may be torn between two pieces
SPARSE_CELLS: Final = 20_000_000  # about 600 MB in memory
FILLED_EVERY: Final = 20  # past that, at least one cell in so many holds something


def words_of(size: int) -> str:
    """A size as people say it.

    >>> words_of(812), words_of(3 * 1024**3)
    ('812 bytes', '3.0 GB')
    """
    for unit, power in (("GB", 3), ("MB", 2), ("kB", 1)):
        if size >= 1024**power:
            return f"{size / 1024**power:.1f} {unit}"
    return f"{size} bytes"


class SheetExtent:
    """How far the cells of one worksheet reach, from its XML as it streams by."""

    why: Final = "a sheet with cells very far out; delete the empty rows and columns around the table"

    def __init__(self) -> None:
        self.rows, self.columns, self.filled = 0, 0, 0
        self._tail = b""

    def add(self, chunk: bytes) -> None:
        """Takes the next piece."""
        self.filled += chunk.count(b"<c ")
        text = self._tail + chunk
        self.rows = max([self.rows, *map(int, set(_ROW.findall(text)))])
        self.columns = max([self.columns, *(column_number(one.decode()) for one in set(_COLUMN.findall(text)))])
        self._tail = chunk[-_TAIL:]

    @property
    def is_sparse(self) -> bool:
        """Whether it is big and almost empty."""
        return self.rows * self.columns > max(SPARSE_CELLS, self.filled * FILLED_EVERY)


def column_number(letters: str) -> int:
    """The column that a spreadsheet calls so, from 1.

    >>> column_number("A"), column_number("AA"), column_number("XFD")
    (1, 27, 16384)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
