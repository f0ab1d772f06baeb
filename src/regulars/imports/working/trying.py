"""Every row of what can be read is judged; nothing is booked. Rows in = kept + refused."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from django.db import transaction

from regulars.history.engine import Engine, quoted
from regulars.history.moves import FileMapping, RawTable, Shape
from regulars.history.refusals import NothingKept
from regulars.history.staging import stage
from regulars.imports import folders, locks
from regulars.imports.errors import NothingToImport
from regulars.imports.models import Refusal, State, Table
from regulars.imports.moves import OTHER, PEOPLE, QUESTION, SALES
from regulars.imports.working import persons
from regulars.imports.working.desk import Desk, Overtaken

NAMED: Final = 300  # names of stores
_FIGURES: Final = """
SELECT count(DISTINCT customer) AS customers, count(DISTINCT (basket, customer)) FILTER (kind <> 'return') AS bills,
    count(*) FILTER (kind = 'return') AS back, count(*) FILTER (customer IS NULL) AS anonymous,
    min(sold_at)::DATE::VARCHAR AS first_on, max(sold_at)::DATE::VARCHAR AS last_on
FROM read_parquet([{lines}])
"""
_STORES: Final = """
SELECT store, count(DISTINCT (basket, customer)) AS bills FROM read_parquet([{lines}]) WHERE store IS NOT NULL
GROUP BY store ORDER BY bills DESC, store LIMIT {most}
"""


def tried(
    desk: Desk,
    engine: Engine,
    raws: Mapping[str, RawTable],
    known: Mapping[str, FileMapping],
    seen: Sequence[Table],
) -> tuple[list[Refusal], dict[str, Any]]:
    """The rows that are refused, with their place and reason, and figures of the rest."""
    refused: list[Refusal] = []
    with (desk.folder / folders.REFUSED).open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["file", "line", "column", "reason", "value", "row"])
        for table in seen:
            desk.look_up(f"trying {table.name}", table.number, len(seen))
            if table.kind == SALES:
                refused += _stage(desk, engine, raws[table.name], known[table.name], table, rows)
            elif table.kind == PEOPLE:
                some = persons.tried(desk, engine, raws[table.name], table)
                rows.writerows([table.name, one.line, one.column, one.reason, "", ""] for one in some)
                refused += some
    return refused, _told(desk, engine, seen)


def _stage(desk: Desk, engine: Engine, raw: RawTable, found: FileMapping, table: Table, out: Any) -> list[Refusal]:
    """A table of which no row can be used is a question to a person."""
    try:
        judged = stage(raw, Shape.SALES, found, engine=engine, work=desk.folder / "staged", progress=desk.say)
    except NothingKept as nothing:
        table.kind, table.question, table.refused = QUESTION, {"why": str(nothing)}, table.rows
        return []
    assert judged.rows_read == table.rows, "every row is accounted for"
    table.kept, table.refused = judged.rows_kept, judged.rows_read - judged.rows_kept
    table.notes = dict(judged.notes)
    table.mapping["lines"] = judged.lines.name
    rows = engine.connection.execute(
        "SELECT file, line, coalesce(\"column\", ''), reason, value, row FROM read_parquet(?) ORDER BY line",
        [str(judged.refused)],
    ).fetchall()
    out.writerows(rows)
    return [Refusal(of=desk.id, number=table.number, line=r[1], column=r[2], reason=r[3]) for r in rows]


def lines_of(desk: Desk, tables: Sequence[Table]) -> list[Path]:
    """The judged lines of these tables of sales."""
    return [desk.folder / "staged" / table.mapping["lines"] for table in tables if table.kind == SALES]


def _told(desk: Desk, engine: Engine, seen: Sequence[Table]) -> dict[str, Any]:
    """What there is in all."""
    rows = [table for table in seen if table.kind in (SALES, PEOPLE)]
    told: dict[str, Any] = {
        "rows": sum(table.rows for table in rows),
        "kept": sum(table.kept for table in rows),
        "refused": sum(table.refused for table in rows),
        "people": sum(table.kept for table in rows if table.kind == PEOPLE),
        "stores": [],
    }
    listed = ", ".join(quoted(path) for path in lines_of(desk, seen))
    if not listed:
        return told
    cursor = engine.connection.execute(_FIGURES.format(lines=listed))
    figures = cursor.fetchone()
    assert figures is not None
    told |= dict(zip([column[0] for column in cursor.description or []], figures, strict=True))
    stores = engine.connection.execute(_STORES.format(lines=listed, most=NAMED)).fetchall()
    return told | {"stores": [list(row) for row in stores]}


def keep(desk: Desk, seen: Sequence[Table], refused: Sequence[Refusal], told: dict[str, Any]) -> None:
    """All of it at once; what was there of an earlier look goes. Raises NothingToImport."""
    if all(table.kind == OTHER for table in seen):
        why = "; ".join(f"{table.name}: {table.why}" for table in seen)
        raise NothingToImport(f"None of these files holds sales or people. {why}"[:1500])
    with transaction.atomic():
        if not locks.held(desk.id, desk.claim):
            raise Overtaken
        Table.objects.filter(of=desk.id).delete()
        Refusal.objects.filter(of=desk.id).delete()
        Table.objects.bulk_create(seen)
        Refusal.objects.bulk_create(refused, batch_size=5000)
        row = desk.row
        row.state = State.ASKING if any(table.kind == QUESTION for table in seen) else State.READY
        row.told, row.doing, row.part, row.whole, row.tries = told, "", 0, 0, 0
        desk.keep("state", "told", "doing", "part", "whole", "tries")
