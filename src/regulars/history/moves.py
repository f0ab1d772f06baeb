"""Values handed between the steps of reading: a file found, its raw columns, its lines understood."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Shape(StrEnum):
    """What a file turned out to hold."""

    SALES = "sales"
    BASKETS = "baskets"  # what sold together, but not to whom


@dataclass(frozen=True, slots=True)
class RawTable:
    """One source file split into columns and nothing more: every field still as written.

    `query` is a SELECT for DuckDB giving `line` (BIGINT, where the row begins in the file, from 1) and `c0 … cn`, in
    file order when read with one thread or `ORDER BY line`; text columns are VARCHAR with '' kept as '', Parquet and
    Excel columns keep their types.
    """

    name: str  # as people know it: "sales.zip/march.csv"
    sha256: str
    size_bytes: int
    query: str
    headings: tuple[str, ...] | None  # None: the file has no heading line
    width: int
    rows: int  # rows that `query` gives
    typed: bool  # True where columns carry their own types (Parquet, Excel)
    refused: Path | None = None  # Parquet in the REFUSED contract: rows that would not split into columns
    refused_rows: int = 0
    delimiter: str | None = None  # None: Parquet or Excel; " " stands for runs of white space
    encoding: str | None = None
    ragged: bool = False  # rows differ in width by nature: a basket a line


@dataclass(frozen=True, slots=True)
class FileMapping:
    """What was understood of one file: field of the trade → column, and how its values are written."""

    columns: Mapping[str, int]  # field ("customer", "sold_at", "amount", "quantity", "price", …) → position in the file
    headings: tuple[str, ...]
    reasons: Mapping[str, str] = field(default_factory=dict)  # field → why this column, as codes of `reasons`
    date_format: str | None = None
    decimal_comma: bool = False
    amount_is: str = (
        "line"  # "line": the amount column is the line's total; "unit": price of one piece; "receipt": its total
    )
    currency: str = "XXX"
    options: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MonthPart:
    """The lines of one month in a Parquet file of their own, just as the lake keeps them."""

    path: Path
    month: str  # YYYY-MM
    rows: int


@dataclass(frozen=True, slots=True)
class Staged:
    """One source file judged row by row, ready for the lake. rows_read = rows kept in `lines` + rows in `refused`."""

    name: str
    sha256: str
    size_bytes: int
    shape: Shape
    rows_read: int
    rows_kept: int
    lines: Path  # Parquet: the LINES contract without `file`, ordered by `line`; for baskets: line, basket, product
    #              or, where `parts` are named, the folder of those, in no order
    refused: Path  # Parquet: the REFUSED contract
    refused_by_reason: Mapping[str, int]
    notes: Mapping[str, int]  # dirt that was kept, counted: "anonymous", "return", "fee", "zero-price", …
    mapping: FileMapping
    has_time: bool  # the file knows hours, not only days
    has_receipt: bool
    first_on: str  # ISO day; "" for baskets
    last_on: str
    parts: tuple[MonthPart, ...] = ()  # the LINES contract, written for the lake under `number`
    number: int | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """The Parquet files that hold the lines."""
        return tuple(part.path for part in self.parts) or (self.lines,)


@dataclass(frozen=True, slots=True)
class NotRead:
    """A file that was left out, and why: rubbish in an archive, not a table, not a sales file."""

    name: str
    code: str  # stable: "rubbish", "empty", "not-a-table", "not-sales" …
    why: str  # in words, naming what it looks like and what is missing
    kind: str = ""  # of "not-sales": the kind of table it looks like (`looks`), "" where it is like none
