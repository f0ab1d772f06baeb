"""Receipts whose number says that they take another back: a letter in front, and quantities below zero."""

from regulars.history import numbers
from regulars.history.engine import Engine
from regulars.history.evidence import text_of
from regulars.history.finding import Finding
from regulars.history.probe import column_types
from regulars.history.reasons import also, coded

_ENOUGH = 5  # lines with such a letter
_NEARLY_ALL = 0.95


def find_cancelled(finding: Finding, engine: Engine, table: str) -> None:
    """Sets the option cancelled_receipts to the letters in front of receipts that go with returns alone."""
    columns = finding.columns
    if "receipt" not in columns or "cancelled_receipts" in finding.options:
        return
    value = columns.get("quantity", columns.get("amount"))
    if value is None:
        return
    types = column_types(table, engine)
    number = numbers.number(text_of(value, types), decimal_comma=finding.facts[value].decimal_comma)
    rows = engine.connection.execute(
        f"SELECT p, count(*), count(*) FILTER (n < 0), (SELECT count(*) FROM {table}) FROM"
        f" (SELECT regexp_extract({text_of(columns['receipt'], types)}, '^([A-Za-z]{{1,3}})-?[0-9]', 1) AS p,"
        f" {number} AS n FROM {table}) WHERE p != '' GROUP BY p ORDER BY p"
    ).fetchall()
    letters = [
        str(p) for p, lines, below, total in rows
        if lines >= _ENOUGH and below >= _NEARLY_ALL * lines and lines < total / 2
    ]  # fmt: skip
    if letters:
        finding.options["cancelled_receipts"] = letters
        finding.reasons["receipt"] = also(finding.reasons["receipt"], coded("takes-back", ", ".join(letters)))
