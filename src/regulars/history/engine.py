"""The engine that runs what Ibis writes: DuckDB, on one machine, within a stated memory.

Ibis only builds and compiles expressions here (its own DuckDB backend does not know DuckDB 2); tables are unbound and
meet their data by name, so that the same expression can be shown as SQL, stored, or run elsewhere.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

_PARQUET = {"format": "parquet", "compression": "zstd"}
_PLAIN_NAME = re.compile(r"[a-z_][a-z0-9_]*")


def quoted(text: str | Path) -> str:
    """A text as an SQL literal."""
    return "'" + str(text).replace("'", "''") + "'"


def sql_of(expression: ir.Expr) -> str:
    """The DuckDB SQL an Ibis expression stands for."""
    return str(ibis.to_sql(expression, dialect="duckdb"))


class Engine:
    """One DuckDB session. Close it, or use it in `with`; its kept tables go with it.

    `memory` is DuckDB's limit ("8GB"); past it, work spills to `scratch`. With `file` the kept tables stay in that
    file, each from the moment it was kept: who opens it again finds them.
    """

    def __init__(
        self,
        *,
        memory: str = "6GB",
        threads: int | None = None,
        scratch: Path | None = None,
        file: Path | None = None,
    ) -> None:
        settings: dict[str, Any] = {
            "memory_limit": memory,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
        }
        if threads is not None:
            settings["threads"] = threads
        if scratch is not None:
            settings["temp_directory"] = str(scratch)
        self.connection = duckdb.connect(file or ":memory:", config=settings)
        # Nothing downstream relies on row order unless it says ORDER BY; order would cost memory.
        self.connection.execute("SET preserve_insertion_order = false")
        self.connection.execute("SET enable_progress_bar = false")  # it would write into --json answers

    def __enter__(self) -> "Engine":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def view(self, name: str, query: str) -> ir.Table:
        """Names a SQL query and gives it back as an unbound Ibis table."""
        assert _PLAIN_NAME.fullmatch(name), name
        self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {query}")
        return self.named(name)

    def parquet(self, name: str, paths: Iterable[Path]) -> ir.Table:
        """Parquet files under one name."""
        listed = ", ".join(quoted(path) for path in paths)
        return self.view(name, f"SELECT * FROM read_parquet([{listed}], union_by_name = true)")

    def register(self, name: str, data: Any) -> ir.Table:
        """An Arrow, pandas or polars table under a name, without copying."""
        assert _PLAIN_NAME.fullmatch(name), name
        self.connection.register(name, data)
        return self.named(name)

    def keep(self, name: str, expression: ir.Table) -> ir.Table:
        """Runs the expression once and keeps its rows as a table of this session."""
        assert _PLAIN_NAME.fullmatch(name), name
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS {sql_of(expression)}")
        return self.named(name)

    def keep_more(self, name: str, expression: ir.Table, *, anew: bool) -> None:
        """Adds the rows of the expression to a kept table, or begins it with them."""
        assert _PLAIN_NAME.fullmatch(name), name
        into = f"CREATE OR REPLACE TABLE {name} AS" if anew else f"INSERT INTO {name}"
        self.connection.execute(f"{into} {sql_of(expression)}")

    def named(self, name: str) -> ir.Table:
        """The unbound Ibis table of something this session already has."""
        return ibis.table(ibis.Schema.from_pyarrow(self._answer(f"SELECT * FROM {name} LIMIT 0").schema), name=name)

    def has(self, name: str) -> bool:
        """Whether this session has a table or view of that name."""
        found = self.connection.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = ?", [name]).fetchall()
        return bool(found)

    def arrow(self, expression: ir.Table) -> pa.Table:
        """Runs the expression; all rows come back in memory."""
        return self._answer(sql_of(expression))

    def _answer(self, query: str) -> pa.Table:
        relation = self.connection.sql(query)
        assert relation is not None, "a query that answers nothing"
        answer: pa.Table = relation.to_arrow_table()
        return answer

    def batches(self, expression: ir.Table, rows: int) -> Iterator[pa.RecordBatch]:
        """Runs the expression; the answer comes a number of rows at a time and is never whole in memory.

        Use one up before anything else is asked of the engine: a new question ends it.
        """
        relation: Any = self.connection.sql(sql_of(expression))
        assert relation is not None, "a query that answers nothing"
        yield from relation.to_arrow_reader(rows)

    def rows(self, expression: ir.Table) -> list[dict[str, Any]]:
        """Runs the expression; rows as plain dicts, for small answers."""
        rows: list[dict[str, Any]] = self.arrow(expression).to_pylist()
        return rows

    def row(self, expression: ir.Table) -> dict[str, Any]:
        """The one row of a one-row answer."""
        (only,) = self.rows(expression)
        return only

    def write(self, expression: ir.Table, path: Path, **options: str) -> None:
        """Runs the expression straight into a Parquet (zstd) file, or CSV when the name ends so."""
        by_name = {"format": "csv", "header": "true"} if path.suffix == ".csv" else dict(_PARQUET)
        spelled = ", ".join(f"{key} {value}" for key, value in (options or by_name).items())
        self.connection.execute(f"COPY ({sql_of(expression)}) TO {quoted(path)} ({spelled})")
