"""A batch becomes a file of its lake, in the documented shape of lines (docs/lake.md). Loads DuckDB: workers only."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pyarrow as pa

from regulars.basics.ids import typed
from regulars.history import erased
from regulars.history.contract import REFUSED, duckdb_columns
from regulars.history.engine import Engine, quoted
from regulars.history.judging import stable_hash
from regulars.history.lake import Lake
from regulars.history.moves import FileMapping, Shape, Staged
from regulars.sales.batches import Batch, number_of, write_rows

MEMORY: Final = "1GB"
WORK: Final = ".work"
NO_GOODS: Final = ("gift-card", "deposit", "fee", "postage")  # marks of lines that are money, but not goods
_COLUMNS: Final = (
    "sold_at", "customer", "receipt", "receipt_line", "store", "channel", "product", "product_name", "category",
    "brand", "quantity", "amount", "discount", "cost",
)  # fmt: skip
# An id of each kind with its typed text, as the rest of the house writes it.
_IDS: Final = {"member": "mbr", "store": "str", "merchant": "mrc"}
_MARKED: Final = ", ".join(quoted(mark) for mark in NO_GOODS)
_LINES: Final = f"""
SELECT line::BIGINT AS line, sold_at::TIMESTAMP AS sold_at, m.typed AS customer, receipt, receipt_line,
    {stable_hash("basket")} AS basket, coalesce(st.typed, mc.typed) AS store, channel, item AS product,
    name AS product_name, category, brand, NULL::VARCHAR AS brand_kind,
    (quantity::BIGINT / 1000)::DECIMAL(18,3) AS quantity, amount::BIGINT AS amount_minor,
    discount::BIGINT AS discount_minor, cost::BIGINT AS cost_minor,
    CASE WHEN list_has_any(string_split(coalesce(marks, ''), ' '), [{_MARKED}]) THEN 'fee' ELSE kind END AS kind
FROM said LEFT JOIN ids m ON m.id = said.member LEFT JOIN ids st ON st.id = said.store
LEFT JOIN ids mc ON mc.id = said.merchant ORDER BY line
"""


def folder_of(batch: Batch, lakes: Path) -> Path:
    return lakes / typed("org", batch.organisation) / batch.currency


def bring(batch: Batch, lakes: Path, *, first: Path) -> int:
    """Puts a batch into its lake, once however often it is tried; how many lines it has.

    `first` is the lake that knows of every erasure. Raises LakeBusy, NotWritten, BrokenLake: then nothing is done.
    """
    folder = folder_of(batch, lakes)
    erased.follow(folder, first)
    with _work(lakes) as work, Lake(folder, memory=MEMORY) as lake:
        # Once more, for who was erased while this lake was made and not on its list yet.
        erased.follow(folder, first)
        file = staged(batch, work)
        _forget_what_was_undone(lake, batch, file.sha256)
        lake.add(file)
    return file.rows_kept


def take_out(batch: Batch, lakes: Path) -> None:
    """The file of a batch goes out of its lake, if it is in there. Raises LakeBusy, NotWritten, BrokenLake."""
    folder = folder_of(batch, lakes)
    if not (folder / "manifest.json").exists():
        return
    with Lake(folder, memory=MEMORY) as lake:
        for file in lake.files():
            if file.name == batch.name:
                lake.forget(file.number)


def _forget_what_was_undone(lake: Lake, batch: Batch, sha256: str) -> None:
    """A database that was brought back from a copy knows nothing of batches that were in the lake by then: what was in
    them waits again, in batches that may be cut otherwise."""
    for file in lake.files():
        number = number_of(file.name)
        if number is not None and number >= batch.number and (number, file.sha256) != (batch.number, sha256):
            lake.forget(file.number)


def staged(batch: Batch, work: Path) -> Staged:
    """The batch as the lake takes files in."""
    rows, lines, refused = (work / f"{batch.name}.{ending}" for ending in ("csv", "lines.parquet", "refused.parquet"))
    sha256 = write_rows(batch, rows)
    with Engine(memory=MEMORY, scratch=work) as engine:
        engine.connection.execute(
            f"CREATE TABLE said AS FROM read_csv({quoted(rows)}, header = true, all_varchar = true, delim = ',',"
            " quote = '\"', escape = '\"', nullstr = '')"
        )
        engine.connection.register("ids", _ids(engine))
        engine.connection.execute(f"COPY ({_LINES}) TO {quoted(lines)} (FORMAT parquet, COMPRESSION zstd)")
        engine.connection.execute(f"CREATE TABLE nothing ({duckdb_columns(REFUSED)})")
        engine.connection.execute(f"COPY nothing TO {quoted(refused)} (FORMAT parquet)")
        facts = engine.connection.execute(
            "SELECT count(*), min(sold_at)[:10], max(sold_at)[:10], count(*) FILTER (member IS NULL),"
            " count(*) FILTER (kind = 'return') FROM said"
        ).fetchone()
    assert facts is not None
    kept, first_on, last_on, anonymous, back = facts
    notes = {name: count for name, count in (("anonymous", anonymous), ("return", back)) if count}
    return Staged(
        name=batch.name,
        sha256=sha256,
        size_bytes=rows.stat().st_size,
        shape=Shape.SALES,
        rows_read=kept,
        rows_kept=kept,
        lines=lines,
        refused=refused,
        refused_by_reason={},
        notes=notes,
        mapping=FileMapping({name: n for n, name in enumerate(_COLUMNS)}, _COLUMNS, currency=batch.currency),
        has_time=True,
        has_receipt=True,
        first_on=first_on,
        last_on=last_on,
    )


def _ids(engine: Engine) -> Any:
    """Each id that is named, with its typed text."""
    found: list[tuple[str, str]] = []
    for column, prefix in _IDS.items():
        rows = engine.connection.execute(f"SELECT DISTINCT {column} FROM said WHERE {column} IS NOT NULL").fetchall()
        found += [(number, typed(prefix, UUID(number))) for (number,) in rows]
    return pa.table(
        {
            "id": pa.array([number for number, _ in found], pa.string()),
            "typed": pa.array([text for _, text in found], pa.string()),
        }
    )


@contextmanager
def _work(lakes: Path) -> Iterator[Path]:
    """An empty folder for files on their way, on the same disk."""
    work = lakes / WORK
    shutil.rmtree(work, ignore_errors=True)  # of a worker that died
    work.mkdir(parents=True)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
