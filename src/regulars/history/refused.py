"""The rows that were refused, each with its line, column, reason and text, so that their owner can mend them."""

from pathlib import Path

from regulars.history import judging, survey
from regulars.history.contract import REFUSED, duckdb_columns
from regulars.history.engine import Engine, quoted
from regulars.history.moves import RawTable

_NAMES = ", ".join(f'"{column.name}"' for column in REFUSED)


def write_refused(
    raw: RawTable, plan: judging.Plan, engine: Engine, path: Path, *, late: int, kept: int
) -> dict[str, int]:
    """Writes the refused rows (with those that would not split into columns); gives back the count by reason."""
    source = judging.judged(plan)
    parts = []
    if kept + late < raw.rows:
        parts.append(_rows(raw, plan, f"SELECT *, reason AS why FROM ({source}) WHERE reason IS NOT NULL"))
    if late:
        field = f"CASE l.reason WHEN 'absurd-date' THEN ':sold_at' ELSE ':{judging.value_field(plan)}' END"
        joined = (
            f"SELECT j.*, l.reason || {field} AS why FROM ({source}) AS j JOIN {survey.LATE} AS l ON l.line = j.line"
        )
        parts.append(_rows(raw, plan, f"{joined} WHERE j.reason IS NULL"))
    return write_parts(raw, engine, path, parts, expected=raw.rows - kept)


def _rows(raw: RawTable, plan: judging.Plan, source: str) -> str:
    """SQL: the REFUSED columns of rows whose `why` is "word:field"."""
    return (
        f"SELECT {quoted(raw.name)}, line, {_at_fault(plan, heading=True)}, split_part(why, ':', 1),"
        f" {_at_fault(plan, heading=False)}, {judging.row_text(plan)} FROM ({source})"
    )


def write_parts(raw: RawTable, engine: Engine, path: Path, parts: list[str], *, expected: int) -> dict[str, int]:
    """Refused rows from several queries, in the file's order, with those that reading the file refused before."""
    if raw.refused is not None and raw.refused_rows:
        parts = [*parts, f"SELECT {_NAMES} FROM read_parquet({quoted(raw.refused)})"]
    engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE refused_rows ({duckdb_columns(REFUSED)})")
    try:
        for part in parts:
            engine.connection.execute(f"INSERT INTO refused_rows {part}")
        engine.connection.execute(
            f"COPY (SELECT * FROM refused_rows ORDER BY line) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)"
        )
        rows = engine.connection.execute(
            "SELECT reason, count(*) FROM refused_rows GROUP BY reason ORDER BY reason"
        ).fetchall()
    finally:
        engine.connection.execute("DROP TABLE refused_rows")
    counts = {str(row[0]): int(row[1]) for row in rows}
    assert sum(counts.values()) == expected + raw.refused_rows, (counts, expected, raw.refused_rows)
    return counts


def _at_fault(plan: judging.Plan, *, heading: bool) -> str:
    """SQL: the heading, or the text, of the column that a reason names; NULL when it is the whole row."""
    cases = " ".join(
        f"WHEN '{name}' THEN {quoted(plan.heading(name)) if heading else f't_{name}'}"
        for name in ("sold_at", "quantity", "amount", "price")
        if plan.has(name)
    )
    return f"CASE split_part(why, ':', 2) {cases} END"
