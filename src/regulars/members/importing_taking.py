"""One table of an import, batch by batch: each is one transaction, and knows where the next one begins."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import F

from regulars.basics.ids import new_id, typed
from regulars.basics.progress import Progress
from regulars.history.engine import Engine
from regulars.history.moves import RawTable
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import look_anew
from regulars.members.copying import copy_in
from regulars.members.errors import ImportUndone
from regulars.members.fields import Definition
from regulars.members.importing_columns import Column
from regulars.members.importing_rows import Batch, Refused, Row, read_row
from regulars.members.importing_writing import Written, write
from regulars.members.models import Import

MANY: Final = 1000  # rows of a first batch: the table has grown
Cells = tuple[int, Sequence[str | None]]  # a line, and what stands in the columns that are taken


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose members, whose list, and who wants it."""

    organisation: UUID
    source: str
    region: str | None
    actor: Actor
    at: datetime
    own: str = ""  # as of `Batch`
    forgiving: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One table of the file, its columns understood."""

    table: RawTable
    columns: Sequence[Column]
    known: Mapping[str, Definition]
    engine: Engine
    batch: int  # rows of one transaction
    progress: Progress


@dataclass(frozen=True, slots=True)
class Taken:
    """A table that was taken in: how many rows it has, and after which line it was taken up again."""

    number: UUID
    rows: int
    taken_up: int


def take(one: Reading, asked: Asked) -> Taken:
    """All of a table, or what was left of it when it was stopped. Raises IdentifierTaken, ImportUndone."""
    row, begun = _import_of(one, asked)
    batch = Batch(
        row.id,
        asked.organisation,
        asked.source,
        asked.region,
        asked.at,
        asked.at,
        asked.actor,
        asked.own,
        asked.forgiving,
    )
    taken_up = row.reached
    for cells, last in _batches(one, after=taken_up):
        with transaction.atomic():
            refused = [] if begun else _begin(row, one)
            _advance(row, cells[-1][0] if cells else row.reached, asked.at if last else None)
            fresh = [read_row(line, values, one.columns, one.known, batch) for line, values in cells]
            refused += [seen for seen in fresh if isinstance(seen, Refused)]
            written = write([seen for seen in fresh if isinstance(seen, Row)], one.columns, one.known, batch, refused)
            _count(row, written, refused)
            _record(row, last, asked)
            if not begun and len(cells) >= MANY:
                look_anew("members_member")
        begun = True
        one.progress(f"taking in {one.table.name}", row.rows, one.table.rows + one.table.refused_rows)
    return Taken(row.id, one.table.rows + one.table.refused_rows, taken_up)


def _import_of(one: Reading, asked: Asked) -> tuple[Import, bool]:
    """The import of just this table, read in just this way, that was stopped before its end, or a new one."""
    same: dict[str, Any] = {
        "organisation": asked.organisation,
        "file": one.table.name,
        "sha256": one.table.sha256,
        "source": asked.source,
        "region": asked.region or "",
        "policy": {column.heading: [column.field, column.way] for column in one.columns},
    }
    stopped = Import.objects.filter(**same, ended_at=None, undone_at=None).order_by("-imported_at").first()
    if stopped is not None:
        return stopped, True
    counts = dict.fromkeys(("rows", "created", "changed", "unchanged", "refused"), 0)
    said_by = f"{asked.actor.kind}:{asked.actor.id}"
    return Import(id=new_id(asked.at), **same, **counts, reached=0, actor=said_by, imported_at=asked.at), False


def _begin(row: Import, one: Reading) -> list[Refused]:
    """From now on it can be taken up again. Gives the rows that would not split into columns."""
    row.save(force_insert=True)
    table = one.table
    if table.refused is None or not table.refused_rows:
        return []
    rows = one.engine.connection.execute(
        "SELECT line, coalesce(\"column\", ''), reason FROM read_parquet(?) ORDER BY line", [str(table.refused)]
    ).fetchall()
    return [Refused(int(line), column, reason) for line, column, reason in rows]


def _batches(one: Reading, *, after: int) -> Iterator[tuple[list[Cells], bool]]:
    """Rows in the order of the file, and whether these are the last; one empty batch where there are none."""
    cells = ", ".join(f"c{column.place}::VARCHAR" for column in one.columns)
    found = one.engine.connection.execute(
        f"SELECT line, {cells} FROM ({one.table.query}) WHERE line > ? ORDER BY line", [after]
    )
    rows = found.fetchmany(one.batch)
    while True:
        following = found.fetchmany(one.batch) if len(rows) == one.batch else []
        yield [(int(line), values) for line, *values in rows], not following
        if not following:
            return
        rows = following


def _advance(row: Import, line: int, ended_at: datetime | None) -> None:
    """Nobody else does these rows: of two that try one finds the import where it left it. Raises ImportUndone."""
    still = Import.objects.filter(id=row.id, reached=row.reached, undone_at=None, ended_at=None)
    if still.update(reached=line, ended_at=ended_at) != 1:
        raise ImportUndone("This import was undone, or somebody else goes on with it.")
    row.reached = line


def _count(row: Import, written: Written, refused: Sequence[Refused]) -> None:
    counted = {
        "created": written.created,
        "changed": written.changed,
        "unchanged": written.unchanged,
        "refused": len(refused),
    }
    counted["rows"] = sum(counted.values())
    Import.objects.filter(id=row.id).update(**{name: F(name) + count for name, count in counted.items()})
    for name, count in counted.items():
        setattr(row, name, getattr(row, name) + count)
    copy_in("members_import_refusal", ((row.id, row.file, one.line, one.column, one.reason) for one in refused))


def _record(row: Import, last: bool, asked: Asked) -> None:
    after = {name: getattr(row, name) for name in ("rows", "created", "changed", "refused")}
    what = "members.import" if last else "members.import_part"
    record([Deed(what, typed("imp", row.id), after=after)], actor=asked.actor, at=asked.at)
