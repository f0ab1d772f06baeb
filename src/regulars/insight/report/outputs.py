"""Files beside the page: customers, lists, refused rows. Written by the database, never row by row in Python."""

from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine, quoted, sql_of
from regulars.insight.findings import Findings
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.due import STATUS as DUE
from regulars.insight.report.sentences.names import CLASSES, STAGES
from regulars.insight.report.sentences.next import REASONS as NEXT_REASONS
from regulars.insight.report.sentences.reasons import worded_sql
from regulars.insight.report.words import Words

# What a spreadsheet takes for the beginning of a formula, also behind blanks or as a full-width sign.
_FORMULA: Final = r"^[\s\x00]*[=+\-@＝＋－＠]|^[\t\r\n]"  # noqa: RUF001 full-width signs are meant
_WORDED: Final = (("value_class", CLASSES), ("stage", STAGES), ("status", DUE), ("why", dict(NEXT_REASONS)))
_BOM: Final = "\N{ZERO WIDTH NO-BREAK SPACE}"  # by this, first in a file, Excel knows that it is UTF-8


def write_outputs(
    findings: Findings, customers: ir.Table | None, engine: Engine, out: Path, *, lang: str = "en"
) -> None:
    """Writes customers.parquet and .csv (where there are customers) and lists/<name>.csv into `out`.

    `customers` is an expression with one row per customer. In CSV files text that a spreadsheet would take for a
    formula begins with an apostrophe; numbers, also negative ones, stay numbers. Parquet keeps every text as it is.
    """
    out.mkdir(parents=True, exist_ok=True)
    if customers is not None:
        parquet = out / "customers.parquet"
        ordered = customers.order_by("customer") if "customer" in customers.columns else customers
        engine.write(ordered, parquet)
        write_csv(f"SELECT * FROM read_parquet({quoted(parquet)})", engine, out / "customers.csv")
    shop = findings.shop
    words = Words(lang, Numbers(lang, shop.currency if shop else "XXX", shop.minor_digits if shop else 2))
    for chosen in findings.lists.values():
        write_list(chosen.table, words, engine, out / "lists" / f"{chosen.name}.csv")
    for name, table in findings.tables.items():
        write_list(table, words, engine, out / "lists" / f"{name}.csv")


def write_refused(refused: ir.Table, engine: Engine, out: Path) -> Path:
    """Writes refused.csv, by file and line, from a table in the REFUSED contract; a heading alone if all was kept."""
    out.mkdir(parents=True, exist_ok=True)
    path = out / "refused.csv"
    write_csv(sql_of(refused.order_by("file", "line")), engine, path)
    return path


def write_list(table: pa.Table, words: Words, engine: Engine, path: Path) -> None:
    """Writes one list for people: codes in words, money in whole units instead of the smallest."""
    path.parent.mkdir(parents=True, exist_ok=True)
    engine.connection.register("report_list", table)
    try:
        columns = ", ".join(for_people(field, words) for field in table.schema)
        order = " ORDER BY rank" if "rank" in table.column_names else ""
        write_csv(f"SELECT {columns} FROM report_list{order}", engine, path)
    finally:
        engine.connection.unregister("report_list")


def for_people(field: "pa.Field[pa.DataType]", words: Words) -> str:
    """A column of a list as a spreadsheet should show it."""
    name = field.name
    if name.startswith("reason_"):
        return f"{worded_sql(name, words)} AS {name}"
    if name.endswith("_minor"):
        digits = words.numbers.minor_digits
        return f"({_named(name)} / 1e{digits})::DECIMAL(38, {digits}) AS {_named(name.removesuffix('_minor'))}"
    if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
        return f"{_named(name)}::DATE AS {_named(name)}"
    for column, table in _WORDED:
        if name == column:
            cases = " ".join(f"WHEN {quoted(code)} THEN {quoted(words.of(table, code).plain)}" for code in table)
            return f"CASE {name} {cases} ELSE {name} END AS {name}"
    return _named(name)


def write_csv(query: str, engine: Engine, path: Path) -> None:
    """Runs the query into a CSV file that a spreadsheet opens as UTF-8 and where no cell is a formula."""
    connection = engine.connection
    shape = connection.sql(query)
    assert shape is not None, "a query that answers nothing"
    columns = list(zip(shape.columns, map(str, shape.types), strict=True))
    cells = ", ".join(
        f"{_harmless(name, kind)} AS {_named(_BOM + name if at == 0 else name)}"
        for at, (name, kind) in enumerate(columns)
    )
    # Rows come in the order the query asks for, which may be that of a file.
    connection.execute("SET preserve_insertion_order = true")
    try:
        connection.execute(f"COPY (SELECT {cells} FROM ({query})) TO {quoted(path)} (FORMAT csv, HEADER true)")
    finally:
        connection.execute("SET preserve_insertion_order = false")


def _harmless(name: str, kind: str) -> str:
    """Text with an apostrophe before what would run as a formula; everything else as it is."""
    cell = _named(name)
    if kind != "VARCHAR" and not kind.startswith("ENUM("):
        return cell
    text = f"{cell}::VARCHAR"
    return f"CASE WHEN regexp_matches({text}, {quoted(_FORMULA)}) THEN '''' || {text} ELSE {text} END"


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
