"""Writing the lake's parts: Parquet by month, each under a name of its own, on the disk before anybody hears of it."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from regulars.history.contract import LINES, REFUSED
from regulars.history.custody import INCOMING
from regulars.history.engine import quoted
from regulars.history.manifest import Part, Room, sync_folder
from regulars.history.moves import MonthPart

# DuckDB keeps rows of every open partition in memory, so few are open at once and each is emptied early.
MONTHS_AT_ONCE: Final = 36
_ROWS_HELD: Final = 122_880
# A column with more different values in a row group is written plainly: the search for a dictionary that will not pay
# takes a quarter of the writing, and the files come out equally large.
_DICTIONARY_MOST: Final = 4_000
MONTH: Final = "(year(sold_at) * 12 + month(sold_at) - 1)::INTEGER"
COLUMNS: Final = ", ".join(f'"{column.name}"' for column in LINES)


def staged_lines(paths: Sequence[Path], number: int) -> str:
    """The query that gives a staged file's lines their place in the contract, under a file number."""
    typed = ", ".join(f'"{c.name}"::{c.duckdb} AS "{c.name}"' for c in LINES if c.name != "file")
    return f"SELECT {number}::INTEGER AS file, {typed} FROM {parquet_of(paths)}"


def parquet_of(paths: Sequence[Path]) -> str:
    """SQL: some Parquet files as one table, whatever their folders are called."""
    return f"read_parquet([{', '.join(quoted(path) for path in paths)}], hive_partitioning = false)"


def lake_lines(folder: Path, parts: Sequence[Part]) -> str:
    """The query that reads parts of the lake; no parts, no rows."""
    if not parts:
        nothing = ", ".join(f'NULL::{c.duckdb} AS "{c.name}"' for c in LINES)
        return f"SELECT {nothing} WHERE false"
    return f"SELECT {COLUMNS} FROM {parquet_of([folder / part.path for part in parts])}"


def split_by_month(connection: duckdb.DuckDBPyConnection, query: str, into: Path) -> list[MonthPart]:
    """Runs a query of lines (the LINES contract) straight into one part, sometimes a few, per month."""
    connection.execute(f"SET partitioned_write_flush_threshold = {_ROWS_HELD}")
    written = connection.sql(
        f"COPY (SELECT {COLUMNS}, {MONTH} AS month_number FROM ({query})) TO {quoted(into)} (FORMAT parquet, "
        f"COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT {_DICTIONARY_MOST}, "
        "PARTITION_BY (month_number), OVERWRITE true, RETURN_STATS true)"
    )
    assert written is not None, "COPY with RETURN_STATS answers one row per file"
    rows = written.project("filename, count, partition_keys").fetchall()
    return [MonthPart(Path(name), _spelled(int(keys["month_number"])), count) for name, count, keys in rows]


def refused_rows(paths: Sequence[Path]) -> str:
    """The query that reads refused rows."""
    if not paths:
        nothing = ", ".join(f'NULL::{c.duckdb} AS "{c.name}"' for c in REFUSED)
        return f"SELECT {nothing} WHERE false"
    columns = ", ".join(f'"{c.name}"' for c in REFUSED)
    return f"SELECT {columns} FROM read_parquet([{', '.join(quoted(path) for path in paths)}])"


def rendered(file_name_sql: str) -> str:
    """Select list that shows an understood line in the REFUSED contract, as a duplicate."""
    shown = ", ".join(
        f"{name}::VARCHAR"
        for name in ("sold_at", "customer", "receipt", "receipt_line", "store", "product", "quantity")
    )
    values = (
        f"{file_name_sql}",
        "line",
        "NULL::VARCHAR",
        "'duplicate'",
        "coalesce(receipt, customer)",
        f"left(concat_ws(', ', {shown}, amount_minor::VARCHAR), 2000)",
    )
    return ", ".join(f'{value} AS "{column.name}"' for value, column in zip(values, REFUSED, strict=True))


@dataclass(frozen=True, slots=True)
class PartWriter:
    """Writes one file's parts of one generation. Names are never used twice, so nothing is ever overwritten."""

    connection: duckdb.DuckDBPyConnection
    folder: Path
    generation: int

    def by_month(self, query: str, *, number: int, room: Room) -> list[Part]:
        """Runs a query of lines straight into one part (sometimes a few) per month."""
        months = self._months(query)
        written: list[Part] = []
        for begin in range(0, len(months), MONTHS_AT_ONCE):
            some = months[begin : begin + MONTHS_AT_ONCE]
            within = f"sold_at >= {_first_of(some[0])} AND sold_at < {_first_of(some[-1] + 1)}"
            written += self._partitioned(f"SELECT * FROM ({query}) WHERE {within}", number, room)
        return written

    def adopted(self, parts: Sequence[MonthPart], *, number: int) -> list[Part]:
        """Takes in parts that stand ready elsewhere; there they stay as they are."""
        incoming = self.folder / INCOMING / "adopted.parquet"
        written = []
        for part in parts:
            try:
                os.link(part.path, incoming)
            except OSError:  # another disk, or one without links
                shutil.copyfile(part.path, incoming)
            written.append(self._settled(incoming, number, "lines", part.month, part.rows))
        return written

    def refused(self, query: str, *, number: int) -> list[Part]:
        """Runs a query of refused rows into one part; no rows, no part."""
        incoming = self.folder / INCOMING / "refused.parquet"
        self.connection.execute(f"COPY ({query}) TO {quoted(incoming)} (FORMAT parquet, COMPRESSION zstd)")
        (rows,) = self.connection.execute(f"SELECT count(*) FROM read_parquet({quoted(incoming)})").fetchall()[0]
        return [self._settled(incoming, number, "refused", "", rows)] if rows else []

    def _months(self, query: str) -> list[int]:
        """The months of the lines; looked for one by one only where they lie far apart."""
        ends = f"SELECT min(sold_at) AS sold_at FROM ({query}) UNION ALL SELECT max(sold_at) FROM ({query})"
        found = self.connection.execute(f"SELECT {MONTH} FROM ({ends}) WHERE sold_at IS NOT NULL").fetchall()
        months = sorted(month for (month,) in found)
        if not months or months[-1] - months[0] < MONTHS_AT_ONCE:
            return months
        each = self.connection.execute(f"SELECT DISTINCT {MONTH} FROM ({query})").fetchall()
        return sorted(month for (month,) in each)

    def _partitioned(self, query: str, number: int, room: Room) -> list[Part]:
        split = split_by_month(self.connection, query, self.folder / INCOMING / room)
        return [self._settled(part.path, number, room, part.month, part.rows) for part in split]

    def _settled(self, incoming: Path, number: int, room: Room, month: str, rows: int) -> Part:
        """Moves a finished Parquet file to its place, safely on disk."""
        handle = os.open(incoming, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        home = self.folder / room / f"month={month}" if month else self.folder / room
        home.mkdir(parents=True, exist_ok=True)
        place = self._free_place(home, number)
        size = incoming.stat().st_size
        incoming.rename(place)
        sync_folder(home)
        return Part(room, str(place.relative_to(self.folder)), month, rows, size)

    def _free_place(self, home: Path, number: int) -> Path:
        place, spare = home / f"{number}-{self.generation}.parquet", 1
        while place.exists():
            place, spare = home / f"{number}-{self.generation}-{spare}.parquet", spare + 1
        return place


def _first_of(month: int) -> str:
    return f"TIMESTAMP '{month // 12:04d}-{month % 12 + 1:02d}-01'"


def _spelled(month: int) -> str:
    """A running month as it stands in a folder's name.

    >>> _spelled(2011 * 12 + 2)
    '2011-03'
    """
    return f"{month // 12:04d}-{month % 12 + 1:02d}"
