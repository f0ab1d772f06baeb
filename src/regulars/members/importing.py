"""Members from a file: dry run or for good, set-based, with every row accounted for, and undone as a whole."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import intake
from regulars.members.errors import NoPeople
from regulars.members.importing_columns import FILL, Column, columns_of
from regulars.members.importing_rows import Batch, Refused, Row, read_row
from regulars.members.importing_writing import Written, write
from regulars.members.models import Import, ImportRefusal

BATCH: Final = 5_000
SHOWN: Final = 10  # refused rows in the answer; all of them are kept


@dataclass(frozen=True, slots=True)
class Policy:
    """How a file is understood. `means`: heading → fact or identifier ("-": not taken); `ways`: heading or field →
    fill, overwrite or keep; `source` says whose numbers its ids are and where its facts come from."""

    source: str
    means: Mapping[str, str] = field(default_factory=dict)
    ways: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = FILL
    region: str | None = None  # how phone numbers without their country are read


@dataclass(frozen=True, slots=True)
class Imported:
    """rows = created + changed + unchanged + refused."""

    number: UUID | None  # None: a dry run
    file: str
    columns: Mapping[str, str]  # heading → what it was taken for
    rows: int
    created: int
    changed: int
    unchanged: int
    refused: int
    reasons: Mapping[str, int]
    first: Sequence[Refused]

    @property
    def id(self) -> str:
        return typed("imp", self.number) if self.number else ""


class _DryRun(Exception):
    """Ends the transaction of a dry run."""


def import_members(
    path: Path, policy: Policy, *, organisation: UUID, work: Path, dry_run: bool = False, actor: Actor, at: datetime
) -> list[Imported]:
    """Takes in every table of a file, all or nothing. A dry run does the very same and keeps nothing.

    Members are recognised by phone, mail address or the source's own number; who is not known is made.
    A fixed number of queries for 5,000 rows. Raises NoSuchFile, NoPeople, WrongPolicy.
    """
    told: list[Imported] = []
    try:
        with transaction.atomic(), Engine(memory="1GB", threads=1, scratch=work) as engine:
            tables = list(raw_tables([path], engine=engine, work=work))
            read = [table for table in tables if isinstance(table, RawTable)]
            if not read:
                why = "; ".join(table.why for table in tables if isinstance(table, NotRead))
                raise NoPeople(f"{path} is no list of people: {why or 'it is empty'}.")
            told = [_import(table, policy, engine, organisation, dry_run, actor, at) for table in read]
            if dry_run:
                raise _DryRun
    except _DryRun:
        return told
    return told


def _import(
    table: RawTable, policy: Policy, engine: Engine, organisation: UUID, dry_run: bool, actor: Actor, at: datetime
) -> Imported:
    if table.headings is None:
        raise NoPeople(f"{table.name} has no headings. Put a line with them on top.", file=table.name)
    known = intake.definitions(organisation)
    columns = columns_of(table.headings, known, means=policy.means, ways=policy.ways, otherwise=policy.otherwise)
    number = new_id(at)
    row_of = Import(
        id=number,
        organisation=organisation,
        file=table.name,
        sha256=table.sha256,
        policy={one.heading: [one.field, one.way] for one in columns},
        **dict.fromkeys(("rows", "created", "changed", "unchanged", "refused"), 0),
        actor=f"{actor.kind}:{actor.id}",
        imported_at=at,
    )
    row_of.save(force_insert=True)
    batch_of = Batch(number, organisation, policy.source, policy.region, at, at, actor)
    counted, refused = Written(), _not_split(table, engine)
    for rows in _batches(table, columns, engine):
        fresh = [read_row(line, cells, columns, known, batch_of) for line, cells in rows]
        refused += [one for one in fresh if isinstance(one, Refused)]
        counted += write([one for one in fresh if isinstance(one, Row)], columns, known, batch_of, refused)
    told = _told(table, columns, counted, refused, None if dry_run else number)
    _keep(row_of, told, refused, table.name)
    _record(told, dry_run, actor, at)
    return told


def _batches(
    table: RawTable, columns: Sequence[Column], engine: Engine
) -> Iterator[list[tuple[int, list[str | None]]]]:
    """Rows in the order of the file: line, and the cells of the columns that are taken."""
    cells = ", ".join(f"c{one.place}::VARCHAR" for one in columns)
    found = engine.connection.execute(f"SELECT line, {cells} FROM ({table.query}) ORDER BY line")
    while rows := found.fetchmany(BATCH):
        yield [(int(line), list(of)) for line, *of in rows]


def _not_split(table: RawTable, engine: Engine) -> list[Refused]:
    """Rows that would not split into columns."""
    if table.refused is None or not table.refused_rows:
        return []
    rows = engine.connection.execute(
        "SELECT line, coalesce(\"column\", ''), reason FROM read_parquet(?) ORDER BY line", [str(table.refused)]
    ).fetchall()
    return [Refused(int(line), column, reason) for line, column, reason in rows]


def _told(
    table: RawTable, columns: Sequence[Column], counted: Written, refused: Sequence[Refused], number: UUID | None
) -> Imported:
    ordered = sorted(refused, key=lambda one: one.line)
    told = Imported(
        number,
        table.name,
        {one.heading: f"{one.field} ({one.way})" for one in columns},
        table.rows + table.refused_rows,
        counted.created,
        counted.changed,
        counted.unchanged,
        len(refused),
        dict(Counter(one.reason for one in ordered).most_common()),
        ordered[:SHOWN],
    )
    assert told.rows == told.created + told.changed + told.unchanged + told.refused, "every row is accounted for"
    return told


def _keep(row: Import, told: Imported, refused: Sequence[Refused], file: str) -> None:
    Import.objects.filter(id=row.id).update(
        rows=told.rows,
        created=told.created,
        changed=told.changed,
        unchanged=told.unchanged,
        refused=told.refused,
    )
    ImportRefusal.objects.bulk_create(
        (ImportRefusal(of=row, file=file, line=one.line, column=one.column, reason=one.reason) for one in refused),
        batch_size=5000,
    )


def _record(told: Imported, dry_run: bool, actor: Actor, at: datetime) -> None:
    if not dry_run:
        after: dict[str, Any] = {name: getattr(told, name) for name in ("rows", "created", "changed", "refused")}
        record([Deed("members.import", told.id, after=after)], actor=actor, at=at)
