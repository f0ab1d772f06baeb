"""Looks at the files and understands their columns."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from regulars.access.models import Merchant
from regulars.history import columns as understanding
from regulars.history.engine import Engine
from regulars.history.moves import FileMapping, NotRead, RawTable, Shape
from regulars.history.refusals import BadMapping, NotSales, Unclear, UnknownColumn
from regulars.imports import folders
from regulars.imports.models import Table
from regulars.imports.moves import OTHER, PEOPLE, QUESTION, SALES
from regulars.imports.working import files, mapping, trying
from regulars.imports.working.desk import Desk, engine_of
from regulars.members import intake

SHOWN: Final = 5  # rows for a person's eyes
SEEN: Final = 2000  # rows that they are taken from


def look(desk: Desk) -> None:
    """Until somebody must be asked, or all of it is tried."""
    desk.look_up("reading the files")
    staged = desk.folder / "staged"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir(parents=True)
    seen: list[Table] = []
    looks: dict[str, Any] = {}
    known: dict[str, FileMapping] = {}
    with engine_of(desk) as engine:
        found = list(files.tables(desk, engine))
        raws = {one.name: one for one in found if isinstance(one, RawTable)}
        for number, one in enumerate(found):
            desk.look_up(f"looking at {one.name}", number, len(found))
            if isinstance(one, NotRead):
                seen.append(Table(of=desk.id, number=number, name=one.name, kind=OTHER, why=one.why))
                continue
            seen.append(_looked_at(desk, engine, one, number, raws, known))
            looks[one.name] = _examples(engine, one)
        refused, told = trying.tried(desk, engine, raws, known, seen)
    folders.keep_looks(desk.id, looks)
    trying.keep(desk, seen, refused, told)


def _looked_at(
    desk: Desk, engine: Engine, raw: RawTable, number: int, raws: Mapping[str, RawTable], known: dict[str, FileMapping]
) -> Table:
    """What it was taken for; the mapping of sales goes into `known`."""
    said = _said(desk, raw)
    table = Table(
        of=desk.id,
        number=number,
        name=raw.name,
        sha256=raw.sha256,
        kind=OTHER,
        encoding=raw.encoding or "",
        headings=[heading or f"{place + 1}" for place, heading in enumerate(_headings(raw))],
        rows=raw.rows + raw.refused_rows,
    )
    if said and said["skip"]:
        table.why = "left-out"
        return table
    people = mapping.people_of(raw, said, intake.definitions(desk.organisation))
    try:
        shape, found = understanding.understand(raw, engine=engine, given=mapping.given_of(said))
    except Unclear as unclear:
        answered = _as_another(desk, engine, raw, unclear, raws)
        if answered is None:
            return _asked(table, unclear, people)
        shape, found = Shape.SALES, answered
    except NotSales as refusal:
        if any(field in ("external", "phone", "email", "full_name", "family_name") for field in people.values()):
            table.kind, table.people = PEOPLE, people
        else:
            table.why = str(refusal)
        return table
    except (UnknownColumn, BadMapping) as wrong:
        table.kind, table.question, table.people = QUESTION, {"why": str(wrong)}, people
        return table
    if shape is not Shape.SALES:
        table.why = "It holds baskets without customers."
        return table
    _sales(desk, engine, raw, table, found, people)
    known[raw.name] = replace(found, currency=table.mapping["currency"])
    return table


def _sales(desk: Desk, engine: Engine, raw: RawTable, table: Table, found: FileMapping, people: dict[str, str]) -> None:
    said = _said(desk, raw)
    taken = set(found.columns.values())
    place = found.columns["customer"]
    cells = [row[place] for row in _examples(engine, raw)]
    kind = mapping.customer_is(found, said, cells, people.get(str(place), ""))
    table.kind = SALES
    table.mapping = mapping.plain_of(found) | {"customer_is": kind, "assumed": ""}
    if found.currency == "XXX":
        table.mapping |= {"currency": _currency(desk), "assumed": "currency"}
    table.people = {at: field for at, field in people.items() if int(at) not in taken and field != kind}


def _currency(desk: Desk) -> str:
    """What bills are in where the file does not say: as the organisation's merchants have it."""
    first = Merchant.objects.filter(organisation=desk.organisation).order_by("created_at").first()
    return str(first.currency) if first else "XXX"


def _asked(table: Table, unclear: Unclear, people: dict[str, str]) -> Table:
    table.kind, table.people = QUESTION, people
    table.mapping = mapping.plain_of(unclear.found)
    table.question = {
        "field": unclear.field,
        "why": str(unclear.facts.get("why", "")) or str(unclear),
        "choices": [[one.position, one.heading, one.label, one.date_format or ""] for one in unclear.choices],
    }
    return table


def _as_another(
    desk: Desk, engine: Engine, raw: RawTable, unclear: Unclear, raws: Mapping[str, RawTable]
) -> FileMapping | None:
    """The answer that another file with the same headings gives: a month whose days all pass for months is a riddle
    alone, and none beside the other months."""
    for other in raws.values():
        if other.name == raw.name or other.headings != raw.headings or raw.headings is None:
            continue
        try:
            shape, found = understanding.understand(other, engine=engine, given=mapping.given_of(_said(desk, other)))
            if shape is not Shape.SALES:
                continue
            for place, choice in enumerate(unclear.choices):
                same = found.columns.get(choice.field) == choice.position
                if same and choice.date_format in (None, found.date_format):
                    return understanding.understand(raw, engine=engine, given=unclear.answer(place))[1]
        except (Unclear, NotSales, UnknownColumn, BadMapping):
            continue
    return None


def _said(desk: Desk, raw: RawTable) -> dict[str, Any] | None:
    found: dict[str, Any] | None = desk.row.corrected.get(raw.name)
    return found


def _headings(raw: RawTable) -> list[str]:
    return list(raw.headings) if raw.headings else [""] * raw.width


def _examples(engine: Engine, raw: RawTable) -> list[list[str]]:
    cells = ", ".join(f"left(coalesce(c{place}::VARCHAR, ''), 60)" for place in range(raw.width))
    rows = engine.connection.execute(
        f"SELECT {cells} FROM (SELECT * FROM ({raw.query}) LIMIT {SEEN}) ORDER BY hash(line), line LIMIT {SHOWN}"
    ).fetchall()
    return [list(row) for row in rows]
