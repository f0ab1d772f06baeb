"""Who the people of the files are: lists of people, and what sales say beside the customer's number."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db import transaction

from regulars.access.models import Organisation
from regulars.history.engine import Engine, quoted
from regulars.history.moves import RawTable
from regulars.imports.models import Refusal, Table
from regulars.imports.moves import CUSTOMER_IS, PEOPLE, SALES
from regulars.imports.working import files
from regulars.imports.working.desk import Desk, engine_of, region_of
from regulars.members import intake
from regulars.members.importing_columns import Column
from regulars.members.importing_taking import Asked, Reading, take
from regulars.members.models import Import as List
from regulars.members.models import ImportRefusal

BATCH: Final = 5_000


def tried(desk: Desk, engine: Engine, raw: RawTable, table: Table) -> list[Refusal]:
    """A list of people as it would be taken, and nothing kept."""
    with transaction.atomic():
        number = _take(desk, engine, raw, _columns(raw, table.people), source="")
        row = List.objects.get(pk=number)
        table.kept, table.refused = row.rows - row.refused, row.refused
        refused = [
            Refusal(of=desk.id, number=table.number, line=one.line, column=one.column, reason=one.reason)
            for one in ImportRefusal.objects.filter(of=row).order_by("line", "id")
        ]
        transaction.set_rollback(True)
    return refused


def take_in(desk: Desk, tables: Sequence[Table]) -> dict[str, int]:
    """Makes members of all who are not members yet. Taken up where it was stopped; told again, nothing changes."""
    told = dict.fromkeys(("people", "created", "changed", "refused_people"), 0)
    with engine_of(desk) as engine:
        raws: dict[str, RawTable] = {}
        if any(table.kind == PEOPLE or table.people for table in tables):
            raws = {one.name: one for one in files.tables(desk, engine) if isinstance(one, RawTable)}
        for table in sorted(tables, key=lambda one: (one.kind != PEOPLE, one.number)):
            if table.kind == PEOPLE:
                raw, columns = raws[table.name], _columns(raws[table.name], table.people)
            elif table.kind == SALES:
                raw, columns = _customers(desk, engine, raws.get(table.name), table)
            else:
                continue
            row = List.objects.get(
                pk=_take(desk, engine, raw, columns, source=desk.wish.source, forgiving=table.kind == SALES)
            )
            counted = (row.rows, row.created, row.changed, row.refused)
            told = {name: told[name] + count for name, count in zip(told, counted, strict=True)}
    return told


def lists_of(desk: Desk) -> list[List]:
    """What `members` knows of the lists that came with these files, the last first. One query."""
    return list(List.objects.filter(organisation=desk.organisation, file__startswith=f"{desk.text}/").order_by("-id"))


def _take(
    desk: Desk, engine: Engine, raw: RawTable, columns: Sequence[Column], *, source: str, forgiving: bool = False
) -> Any:
    """As `members` takes lists, under a name that says where it came from. Who bought is somebody, whatever else was
    typed beside their number."""
    named = RawTable(
        name=f"{desk.text}/{raw.name}", sha256=raw.sha256, size_bytes=raw.size_bytes, query=raw.query,
        headings=raw.headings, width=raw.width, rows=raw.rows, typed=raw.typed, refused=raw.refused,
        refused_rows=raw.refused_rows,
    )  # fmt: skip
    fields = [column.field for column in columns]
    own = next((kind for kind in CUSTOMER_IS if kind in fields), "")
    zone = Organisation.objects.get(pk=desk.organisation).zone
    asked = Asked(desk.organisation, source or "till", region_of(zone), desk.actor, desk.at, own, forgiving)
    known = intake.definitions(desk.organisation)
    return take(Reading(named, columns, known, engine, BATCH, desk.say), asked).number


def _columns(raw: RawTable, people: Mapping[str, str]) -> list[Column]:
    """By their places. Whose headings are the same is told by the number of the column."""
    headings = raw.headings or tuple(str(place + 1) for place in range(raw.width))
    return [Column(int(place), headings[int(place)], field) for place, field in people.items()]


def _customers(desk: Desk, engine: Engine, raw: RawTable | None, table: Table) -> tuple[RawTable, list[Column]]:
    """Each customer of a table of sales once, with what was said of them last."""
    lines = f"read_parquet({quoted(desk.folder / 'staged' / table.mapping['lines'])})"
    more = table.people if raw is not None else {}
    cells = "".join(
        f", max_by(r.c{int(place)}::VARCHAR, l.line) FILTER (trim(r.c{int(place)}::VARCHAR) <> '') AS c{number}"
        for number, place in enumerate(more, 1)
    )
    joined = f"{lines} l JOIN ({raw.query}) r ON r.line = l.line" if raw is not None and more else f"{lines} l"
    name = f"people_{table.number}"
    engine.connection.execute(
        f"CREATE OR REPLACE TABLE {name} AS SELECT min(l.line) AS line, l.customer AS c0{cells} FROM {joined}"
        " WHERE l.customer IS NOT NULL GROUP BY l.customer"
    )
    counted = engine.connection.execute(f"SELECT count(*) FROM {name}").fetchone()
    assert counted is not None
    headings = ("customer", *more.values())
    columns = [Column(0, "customer", table.mapping["customer_is"])]
    columns += [Column(number, field, field) for number, field in enumerate(more.values(), 1)]
    query = f"SELECT * FROM {name}"
    return RawTable(table.name, table.sha256, 0, query, headings, len(headings), int(counted[0]), True), columns
