"""Staged files made by hand: what the lake is given, without reading any real file."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from regulars.history.contract import LINES, REFUSED, duckdb_columns
from regulars.history.engine import quoted
from regulars.history.moves import FileMapping, Shape, Staged
from regulars.history.parts import split_by_month

Line = Mapping[str, Any]


def line(
    customer: str | None = "ada", day: str = "2024-01-05", product: str = "tea", amount: int = 300, **more: Any
) -> Line:
    """One purchase line; `at` gives the hour."""
    at = more.pop("at", "00:00")
    kind = more.pop("kind", "sale" if amount >= 0 else "return")
    quantity = more.pop("quantity", -1 if amount < 0 else 1)
    return {
        "sold_at": f"{day} {at}:00",
        "customer": customer,
        "product": product,
        "quantity": quantity,
        "amount_minor": amount,
        "kind": kind,
        **more,
    }


def receipt(number: str, *lines: Line) -> list[Line]:
    """Lines under one receipt number."""
    return [{**entry, "receipt": number} for entry in lines]


def staged(
    folder: Path,
    name: str,
    lines: Sequence[Line],
    *,
    has_time: bool = False,
    refused: int = 0,
    currency: str = "EUR",
    number: int | None = None,
) -> Staged:
    """A staged file of these lines, `refused` further rows having been refused for their date.

    With a `number` it is in parts by month, ready for a lake that will give it that number.
    """
    content = repr([sorted(entry.items()) for entry in lines]) + str(refused)
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    home = folder / sha256[:12] / str(number or "")
    home.mkdir(parents=True, exist_ok=True)
    names = [c.name for c in LINES if c.name not in ("file", "line", "basket")]
    given = pa.table(
        {"line": pa.array(range(2, len(lines) + 2), pa.int64())}
        | {n: pa.array([None if e.get(n) is None else str(e[n]) for e in lines], pa.string()) for n in names}
    )
    with duckdb.connect() as connection:
        connection.register("given", given)
        own = [c for c in LINES if c.name != "file"]
        connection.execute(f"CREATE TABLE lines ({duckdb_columns(tuple(own))})")
        basket = (
            "(CASE WHEN receipt IS NOT NULL THEN hash(store, receipt, sold_at::TIMESTAMP::DATE) "
            "ELSE hash(customer, store, sold_at::TIMESTAMP) END >> 1)::BIGINT AS basket"
        )
        connection.execute(f"INSERT INTO lines BY NAME SELECT *, {basket} FROM given")
        copy = "(FORMAT parquet, COMPRESSION zstd)"
        connection.execute(f"COPY (FROM lines ORDER BY line) TO {quoted(home / 'lines.parquet')} {copy}")
        parts = split_by_month(connection, f"SELECT {number} AS file, * FROM lines", home / "parts") if number else []
        days = connection.execute(
            "SELECT min(sold_at)::DATE::VARCHAR, max(sold_at)::DATE::VARCHAR FROM lines"
        ).fetchall()
    ((first_on, last_on),) = days
    _write_refused(home / "refused.parquet", name, first=len(lines) + 2, count=refused)
    return Staged(
        name=name,
        sha256=sha256,
        size_bytes=len(content),
        shape=Shape.SALES,
        rows_read=len(lines) + refused,
        rows_kept=len(lines),
        lines=home / "lines.parquet",
        refused=home / "refused.parquet",
        refused_by_reason={"bad-date": refused} if refused else {},
        notes={},
        mapping=FileMapping(columns={"customer": 0}, headings=("card",), currency=currency),
        has_time=has_time,
        has_receipt=any(entry.get("receipt") for entry in lines),
        first_on=first_on or "",
        last_on=last_on or "",
        parts=tuple(parts),
        number=number,
    )


def _write_refused(path: Path, name: str, *, first: int, count: int) -> None:
    wrong = {
        "file": [name] * count,
        "line": [first + n for n in range(count)],
        "column": ["date"] * count,
        "reason": ["bad-date"] * count,
        "value": ["31.31.2024"] * count,
        "row": ["31.31.2024,ada,3.00"] * count,
    }
    types = {c.name: pa.int64() if c.duckdb == "BIGINT" else pa.string() for c in REFUSED}
    pq.write_table(pa.table(wrong, schema=pa.schema(types)), path)
