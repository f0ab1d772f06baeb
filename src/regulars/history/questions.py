"""Asking for just the one thing that a file does not tell."""

from collections.abc import Sequence

from regulars.history.engine import Engine
from regulars.history.evidence import ColumnFacts, heading_of
from regulars.history.finding import Finding
from regulars.history.probe import as_text, column_types
from regulars.history.reasons import coded
from regulars.history.refusals import Choice, NotSales, Unclear

_ONLY = {"customer": "only-codes", "sold_at": "only-dates", "amount": "only-money"}
_MISSING = {
    "customer": "who bought (a customer, member or card number)",
    "sold_at": "when (a date of the sale)",
    "amount": "what was paid (an amount, or quantity and price)",
}


def ask(finding: Finding, field: str, candidates: Sequence[ColumnFacts], engine: Engine, table: str) -> None:
    """Settles an essential field, or raises Unclear when several columns may be meant."""
    if field in finding.columns or (field == "amount" and "price" in finding.columns):
        return
    if not candidates or field in finding.without:
        raise NotSales(finding.raw.name, None, [_MISSING[field]])
    if len(candidates) == 1:
        only = candidates[0]
        why = coded("heading", field) if only.mean(field) > 0 else coded(_ONLY[field])
        finding.set(field, only, why)
        return
    choices = [Choice(field, f.position, f.heading, _quoted(f.heading)) for f in candidates]
    raise unclear(finding, field, choices, "Several columns may be meant.", engine, table)


def unclear(finding: Finding, field: str, choices: Sequence[Choice], why: str, engine: Engine, table: str) -> Unclear:
    """The question, with three rows of the file to answer it by."""
    raw = finding.raw
    return Unclear(
        raw.name,
        field,
        choices,
        why=why,
        headings=[heading_of(raw, position) for position in range(raw.width)],
        examples=examples(raw.width, engine, table),
        found=finding.mapping(),
    )


def examples(width: int, engine: Engine, table: str) -> list[list[str]]:
    """Three rows spread over the sample, as written."""
    types = column_types(table, engine)
    cells = ", ".join(f"coalesce({as_text(f'c{place}', types[f'c{place}'])}, '')" for place in range(width))
    rows = engine.connection.execute(f"SELECT {cells} FROM {table} ORDER BY hash(line), line LIMIT 3").fetchall()
    return [[str(cell) for cell in row] for row in rows]


def _quoted(heading: str) -> str:
    return f'"{heading}"'
