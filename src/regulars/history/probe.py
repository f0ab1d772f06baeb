"""A sample spread over a raw table, in whole blocks of neighbouring rows so that receipts stay together."""

import hashlib
from collections.abc import Iterable

from regulars.history.engine import Engine
from regulars.history.moves import RawTable

SAMPLE_ROWS = 40_000
_BLOCK = 512
_MANY_WORDS = 100
_KEEP_ABOVE = 2_000_000  # rows: scanning again would cost more than keeping the sample

# What people write where nothing is known.
BLANKS = ("", "null", "n/a", "na", "nan", "none", "nil", "-", "--", "#n/a", "\\n", "(null)", "(blank)", "\u3000", "\t")


def sample_name(raw: RawTable) -> str:
    return "sample_" + hashlib.blake2b(f"{raw.sha256}|{raw.name}|{raw.query}".encode(), digest_size=8).hexdigest()


def _exists(engine: Engine, name: str) -> bool:
    query = f"SELECT count(*) FROM duckdb_tables() WHERE table_name = '{name}'"
    found = engine.connection.execute(query).fetchone()
    return bool(found and found[0])


def take_sample(raw: RawTable, engine: Engine, *, rows: int = SAMPLE_ROWS) -> str:
    """The name of a temporary table with `line`, `c0 … cn` of about so many rows, at their own types."""
    name = f"{sample_name(raw)}_{rows}"
    if not _exists(engine, name):
        where = ""
        if raw.rows > rows:
            step = -(-raw.rows // rows)
            where = f" WHERE line <= {2 * _BLOCK} OR hash(line // {_BLOCK}) % {step} = 0"
        engine.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT * FROM ({raw.query}){where}")
    return name


def drop_sample(raw: RawTable, engine: Engine, *, even_if_dear: bool, rows: int = SAMPLE_ROWS) -> None:
    """Forgets a sample; a dear one is kept for `stage` unless told otherwise."""
    if even_if_dear or raw.rows <= _KEEP_ABOVE:
        engine.connection.execute(f"DROP TABLE IF EXISTS {sample_name(raw)}_{rows}")


def column_types(table: str, engine: Engine) -> dict[str, str]:
    """Column → DuckDB type of a table or a bracketed query."""
    rows = engine.connection.execute(f"DESCRIBE SELECT * FROM {table}").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def as_text(column: str, kind: str) -> str:
    """SQL: a column's value as its owner would read it, trimmed."""
    if kind == "VARCHAR":
        return f"trim({column})"
    if kind in ("DOUBLE", "FLOAT"):
        # Identifiers that went through a spreadsheet: 12345.0 is 12345.
        return (
            f"CASE WHEN {column} = floor({column}) AND abs({column}) < 1e15"
            f" THEN CAST(CAST({column} AS BIGINT) AS VARCHAR) ELSE CAST({column} AS VARCHAR) END"
        )
    return f"CAST({column} AS VARCHAR)"


def blanks(*more: str) -> str:
    """SQL: a list of the texts that mean nothing, for `lower(x) IN …`."""
    return "(" + ", ".join("'" + word.replace("'", "''") + "'" for word in (*BLANKS, *more)) + ")"


def among(text: str, words: Iterable[str]) -> str:
    """SQL: whether a text is one of a few words.

    IN and list_contains with more than a few words become a hash join of every row, needed or not; list_position
    behind a look at the length costs next to nothing. A NULL text is not among them.
    """
    listed = list(dict.fromkeys(words))
    spelled = ", ".join("'" + word.replace("'", "''") + "'" for word in listed)
    longest = max(len(word.encode()) for word in listed)
    if len(listed) > _MANY_WORDS:
        return f"{text} IN ({spelled})"
    return f"(strlen({text}) <= {longest} AND list_position([{spelled}], {text}) IS NOT NULL)"
