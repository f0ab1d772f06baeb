"""The lines of a file while it is being judged: one Parquet file in their order, or parts by month as in the lake.

Parts are written once and taken over by the lake as they are; the ordered file is for everybody else.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from regulars.history.contract import LINES
from regulars.history.engine import Engine, quoted
from regulars.history.moves import MonthPart
from regulars.history.parts import parquet_of, split_by_month

COLUMNS = ", ".join(column.name for column in LINES if column.name != "file")


@dataclass(frozen=True, slots=True)
class Draft:
    """Lines written, and perhaps to be written once more. `number`: the file's in the lake; None: one ordered file."""

    lines: Path
    number: int | None = None
    parts: tuple[MonthPart, ...] = ()

    @property
    def source(self) -> str:
        """SQL: the lines as a table."""
        return parquet_of([part.path for part in self.parts] or [self.lines])


def write_draft(query: str, lines: Path, engine: Engine, *, number: int | None) -> Draft:
    """Runs a query that gives the LINES columns without `file`; a `number` asks for parts by month."""
    chosen = f"SELECT {COLUMNS} FROM ({query})"
    if number is not None:
        whole = f"SELECT {number}::INTEGER AS file, * FROM ({chosen})"
        parts = split_by_month(engine.connection, whole, lines)
        if parts:
            return Draft(lines, number, tuple(parts))
    with _in_order(engine):
        engine.connection.execute(f"COPY ({chosen}) TO {quoted(lines)} (FORMAT parquet, COMPRESSION lz4_raw)")
    return Draft(lines)


def rewrite(draft: Draft, query: str, engine: Engine) -> Draft:
    """Lines made from those of the draft take its place."""
    fresh = draft.lines.with_name(draft.lines.name + ".again")
    written = write_draft(query, fresh, engine, number=draft.number)
    if draft.parts:
        shutil.rmtree(draft.lines)
        return written
    return Draft(fresh.replace(draft.lines))


@contextmanager
def _in_order(engine: Engine) -> Iterator[None]:
    """Lines are written in the file's order: whoever refuses or shows rows speaks of lines."""
    engine.connection.execute("SET preserve_insertion_order = true")
    try:
        yield
    finally:
        engine.connection.execute("SET preserve_insertion_order = false")
