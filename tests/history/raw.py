"""Raw tables for tests of understanding: a small file, split into columns and nothing more."""

import csv
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from regulars.history.columns import understand
from regulars.history.engine import Engine, quoted
from regulars.history.moves import FileMapping, RawTable, Staged
from regulars.history.staging import stage


def raw_table(
    folder: Path,
    rows: Sequence[Sequence[object]],
    *,
    headings: Sequence[str] | None = None,
    name: str = "sales.csv",
) -> RawTable:
    """Writes the rows and gives them back as source files are handed over."""
    path = folder / name
    width = len(headings) if headings is not None else len(rows[0])
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL)
        if headings is not None:
            writer.writerow(headings)
        writer.writerows(rows)
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(width))
    skipped = 0 if headings is None else 1
    query = (
        f"SELECT row_number() OVER () + {skipped} AS line, * FROM read_csv({quoted(path)}, auto_detect = false,"
        f" header = false, skip = {skipped}, delim = ',', quote = '\"', escape = '\"', all_varchar = true,"
        f" nullstr = '@@null@@', parallel = false, columns = {{{columns}}})"
    )
    return RawTable(
        name=name,
        sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
        size_bytes=path.stat().st_size,
        query=query,
        headings=tuple(headings) if headings is not None else None,
        width=width,
        rows=len(rows),
        typed=False,
        delimiter=",",
    )


def judge(raw: RawTable, engine: Engine, work: Path, given: FileMapping | None = None) -> Staged:
    """Understood and staged in one go."""
    shape, mapping = understand(raw, engine=engine, given=given)
    return stage(raw, shape, mapping, engine=engine, work=work)


def fetch(engine: Engine, path: Path, columns: str = "*") -> list[tuple[Any, ...]]:
    """Rows of a Parquet file in the order of their lines."""
    return engine.connection.execute(f"SELECT {columns} FROM read_parquet({quoted(path)}) ORDER BY line").fetchall()
