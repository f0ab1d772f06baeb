"""Spreadsheets (xlsx, xlsb, xls, ods): every sheet that looks like a table, its types kept where a column has one."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from regulars.basics.progress import Progress
from regulars.history.engine import quoted
from regulars.history.moves import NotRead, RawTable
from regulars.history.parquet_source import sha256_of
from regulars.history.table_top import Top, top_of

_SAMPLE: Final = 400
_CHUNK: Final = 20_000  # rows turned into columns at a time
_BIGGEST: Final = 2**63 - 1


def read_workbook(path: Path, name: str, into: Path, *, progress: Progress) -> Iterator[RawTable | NotRead]:
    """One table per sheet that has one, named "book.xlsx/Sheet" when there are several sheets."""
    try:
        book = CalamineWorkbook.from_path(str(path))
    except PasswordError:
        yield NotRead(name, "encrypted", "locked with a password; save it without")
        return
    except (CalamineError, OSError) as problem:
        yield NotRead(name, "not-a-table", f"it looks like a spreadsheet, but cannot be opened ({problem})")
        return
    with book:
        digest = sha256_of(path, name, progress)
        several = len(book.sheet_names) > 1
        found = 0
        for number, sheet_name in enumerate(book.sheet_names):
            title = f"{name}/{sheet_name}" if several else name
            try:
                table = _sheet_table(
                    book.get_sheet_by_index(number), title, into.with_name(f"{into.stem}-{number}.parquet")
                )
            except (CalamineError, OSError) as problem:
                yield NotRead(title, "not-a-table", f"the sheet cannot be read ({problem})")
                continue
            if table is None:
                continue
            found += 1
            # Two sheets are two sources: the lake knows a source by its checksum.
            own = hashlib.sha256(f"{digest}/{sheet_name}".encode()).hexdigest() if several else digest
            yield replace(table, sha256=own, size_bytes=path.stat().st_size)
        if not found:
            yield NotRead(name, "empty", "a spreadsheet without rows")


def _sheet_table(sheet: CalamineSheet, title: str, into: Path) -> RawTable | None:
    sample = list(islice(((place, row) for place, row in enumerate(sheet.iter_rows()) if _filled(row)), _SAMPLE))
    if not sample:
        return None
    left, right = _columns_used(sheet)
    texts = [(place, [_text(cell) for cell in row[left:right]]) for place, row in sample]
    top: Top = top_of(texts, max(_count(row) for _, row in texts))
    width = right - left

    def rows() -> Iterator[list[Any]]:
        return (row[left:right] for row in islice(sheet.iter_rows(), top.skip_lines, None))

    # Two passes over the sheet: a million rows as Python objects at once would be gigabytes.
    written = _write(rows(), _kinds(rows(), width), top.skip_lines + 1, into)
    if not written:
        return None
    columns = ", ".join(["line", *(f"c{place}" for place in range(width))])
    return RawTable(
        name=title,
        sha256="",
        size_bytes=0,
        query=f"SELECT {columns} FROM read_parquet({quoted(into)})",
        headings=tuple(top.padded(width)) if top.headings else None,
        width=width,
        rows=written,
        typed=True,
    )


def _filled(row: Sequence[Any]) -> bool:
    return any(cell not in (None, "") for cell in row)


def _count(row: Sequence[str]) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _columns_used(sheet: CalamineSheet) -> tuple[int, int]:
    """The first column with anything in it, and the one after the last: formatting alone makes sheets wide."""
    left, right = sheet.width, 0
    for row in sheet.iter_rows():
        filled = [place for place, cell in enumerate(row) if cell not in (None, "")]
        if filled:
            left, right = min(left, filled[0]), max(right, filled[-1] + 1)
    return left, right


def _text(cell: Any) -> str:
    """A cell as its owner would write it: whole numbers without ".0", days without midnight."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    if isinstance(cell, datetime):
        midnight = cell.time() == time(0)
        return cell.date().isoformat() if midnight else cell.isoformat(" ")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _kind(cell: Any) -> str | None:
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return "bool"
    if isinstance(cell, int | float):
        whole = isinstance(cell, int) or (cell.is_integer() and abs(cell) < 2**53)
        return "int" if whole and abs(cell) <= _BIGGEST else "float"
    return "time" if isinstance(cell, date) else "text"


def _kinds(rows: Iterator[Sequence[Any]], width: int) -> list[pa.DataType]:
    """One Arrow type per column; text where a column holds more than one kind of thing."""
    seen: list[set[str]] = [set() for _ in range(width)]
    for row in rows:
        for place, cell in enumerate(row):
            kind = _kind(cell)
            if kind is not None:
                seen[place].add(kind)
    types: dict[frozenset[str], pa.DataType] = {
        frozenset(("int",)): pa.int64(),
        frozenset(("float",)): pa.float64(),
        frozenset(("int", "float")): pa.float64(),
        frozenset(("bool",)): pa.bool_(),
        frozenset(("time",)): pa.timestamp("us"),
    }
    return [types.get(frozenset(kinds), pa.string()) for kinds in seen]


def _value(cell: Any, kind: pa.DataType) -> Any:
    if cell is None or cell == "":
        return None
    if pa.types.is_string(kind):
        return _text(cell)
    if pa.types.is_int64(kind):
        return int(cell)
    if pa.types.is_timestamp(kind) and not isinstance(cell, datetime):
        return datetime.combine(cell, time(0))
    return float(cell) if pa.types.is_float64(kind) else cell


def _write(rows: Iterator[Sequence[Any]], kinds: Sequence[pa.DataType], first: int, into: Path) -> int:
    """Rows that are not blank into Parquet with the sheet's row number; how many there were."""
    schema = pa.schema([("line", pa.int64()), *((f"c{place}", kind) for place, kind in enumerate(kinds))])
    numbered = ((line, row) for line, row in enumerate(rows, first) if _filled(row))
    written = 0
    with pq.ParquetWriter(into, schema, compression="lz4") as writer:
        while chunk := list(islice(numbered, _CHUNK)):
            columns: list[Any] = [pa.array([line for line, _ in chunk], pa.int64())]
            for place, kind in enumerate(kinds):
                columns.append(pa.array([_value(row[place], kind) for _, row in chunk], kind))
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))
            written += len(chunk)
    return written
