"""Baskets without customers: what was bought together, though not by whom."""

from pathlib import Path

from regulars.history import dates, judging
from regulars.history.engine import Engine, quoted
from regulars.history.moves import FileMapping, RawTable, Shape, Staged
from regulars.history.probe import as_text, blanks, column_types
from regulars.history.refused import write_parts


def stage_baskets(raw: RawTable, mapping: FileMapping, *, engine: Engine, lines: Path, refused: Path) -> Staged:
    """Writes line, basket, product. A row of the file is kept when it holds a product."""
    a_line = bool(mapping.options.get("basket_a_line"))
    types = column_types(f"({raw.query})", engine)
    source = _basket_a_line(raw, types) if a_line else _receipts(raw, mapping, types)
    engine.connection.execute(
        f"COPY (SELECT line, basket, product FROM ({source}) ORDER BY line) TO {quoted(lines)}"
        " (FORMAT parquet, COMPRESSION lz4_raw)"
    )
    row = engine.connection.execute(f"SELECT count(DISTINCT line) FROM read_parquet({quoted(lines)})").fetchone()
    assert row is not None
    kept = int(row[0])
    parts = []
    if kept < raw.rows:
        plan = judging.Plan(raw=raw, mapping=mapping, types=types)
        parts.append(
            f"SELECT {quoted(raw.name)}, line, NULL, 'no-product', NULL, {judging.row_text(plan)} FROM ({raw.query})"
            f" WHERE line NOT IN (SELECT line FROM read_parquet({quoted(lines)}))"
        )
    counts = write_parts(raw, engine, refused, parts, expected=raw.rows - kept)
    return Staged(
        name=raw.name,
        sha256=raw.sha256,
        size_bytes=raw.size_bytes,
        shape=Shape.BASKETS,
        rows_read=raw.rows + raw.refused_rows,
        rows_kept=kept,
        lines=lines,
        refused=refused,
        refused_by_reason=counts,
        notes={},
        mapping=mapping,
        has_time=False,
        has_receipt=not a_line,
        first_on="",
        last_on="",
    )


def _basket_a_line(raw: RawTable, types: dict[str, str]) -> str:
    cells = "[" + ", ".join(as_text(f"c{place}", types[f"c{place}"]) for place in range(raw.width)) + "]"
    if raw.width == 1 and raw.delimiter:
        # The whole line stands in one column, as files whose rows differ in width are handed over.
        cells = f"string_split(c0, {quoted(raw.delimiter)})"
    key = f"'{raw.sha256[:16]}' || chr(31) || line"
    return (
        f"SELECT line, {judging.stable_hash(key)} AS basket, product"
        f" FROM (SELECT line, trim(unnest({cells}), ' \"') AS product FROM ({raw.query}))"
        f" WHERE product IS NOT NULL AND lower(product) NOT IN {blanks()}"
    )


def _receipts(raw: RawTable, mapping: FileMapping, types: dict[str, str]) -> str:
    plan = judging.Plan(raw=raw, mapping=mapping, types=types)
    store = f"coalesce({judging.cell(plan, 'store')}, '')" if plan.has("store") else "''"
    day = "''"
    if plan.has("sold_at"):
        at = judging.cell(plan, "sold_at")
        readable = (
            f"CAST(CAST({dates.moment('t', mapping.date_format)} AS DATE) AS VARCHAR)" if mapping.date_format else "t"
        )
        day = f"coalesce((SELECT {readable} FROM (SELECT {at} AS t)), '')"
    receipt, product = judging.cell(plan, "receipt"), judging.cell(plan, "product")
    key = f"{store} || chr(31) || {receipt} || chr(31) || {day}"
    return (
        f"SELECT line, {judging.stable_hash(key)} AS basket, {product} AS product FROM ({raw.query})"
        f" WHERE lower({receipt}) NOT IN {blanks()} AND lower({product}) NOT IN {blanks()}"
    )
