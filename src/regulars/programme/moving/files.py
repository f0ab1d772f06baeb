"""A programme moves in from files: tried, for good, or taken up where it was stopped; each row is accounted for."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.journal.moves import Actor
from regulars.programme.models import MoveIn
from regulars.programme.moving.columns import Columns, columns_of
from regulars.programme.moving.known import Known, known
from regulars.programme.moving.moves import Kind, Lot, Refused, Report, Row
from regulars.programme.moving.reading import Table, tables
from regulars.programme.moving.reporting import missing, report
from regulars.programme.moving.rows import Policy, read_row
from regulars.programme.moving.taking import begin, take

BATCH: Final = 5_000  # rows of one transaction


@dataclass(frozen=True, slots=True)
class File:
    """A file, and what kind of rows it has; None: by its headings, or each row says."""

    path: Path
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class MovedIn:
    """The report, what each column was taken for, and what was refused."""

    report: Report
    columns: dict[str, str]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    table: Table
    columns: Columns


def move_in(
    files: Sequence[File],
    policy: Policy,
    *,
    name: str,
    organisation: UUID,
    dry_run: bool = False,
    progress: Progress = silent,
    batch: int = BATCH,
    actor: Actor,
    at: datetime,
) -> MovedIn:
    """Takes in every table of the files. Each `batch` of rows is one transaction; stopped in between, the same call
    goes on, and what was taken before is not taken again. A dry run does the very same and keeps nothing.

    Raises NoSuchFile, WrongMoveIn (before anything is written), MoveInUndone.
    """
    with (
        tempfile.TemporaryDirectory(prefix="regulars-") as work,
        Engine(memory="1GB", threads=1, scratch=Path(work)) as engine,
    ):
        read = [one for n, file in enumerate(files) for one in _read(file, policy, engine, Path(work, str(n)))]
        terms = known(organisation, at)
        with _tried() if dry_run else nullcontext():
            number = begin(name, organisation=organisation, actor=actor, at=at)
            for one in read:
                for done, rows in _batches(one, policy, terms, batch):
                    take(number, rows, region=policy.region, actor=actor, at=at)
                    progress(f"moving in {one.table.name}", done, one.table.rows + len(one.table.refused))
            row = MoveIn.objects.get(id=number)
            refused = tuple(one for _, one in missing(row))
            return MovedIn(report(row, at=at), _columns(read), refused)


@contextmanager
def _tried() -> Iterator[None]:
    """What is done here is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _read(file: File, policy: Policy, engine: Engine, work: Path) -> Iterator[_Reading]:
    """`work` is this file's own: what is split out of it stays there."""
    work.mkdir()
    for table in tables(file.path, engine=engine, work=work):
        columns = columns_of(table.headings, means=policy.means, same=policy.same, kind=file.kind, file=table.name)
        yield _Reading(table, columns)


def _batches(one: _Reading, policy: Policy, terms: Known, batch: int) -> Iterator[tuple[int, list[Row]]]:
    """Rows in the order of the file, those that would not split first; and how many there were by then."""
    rows = (*(Row(bad.file, bad.line, Lot("", None), wrong=(bad.column, bad.reason)) for bad in one.table.refused),)
    lines = (read_row(one.table.name, line, cells, one.columns, policy, terms) for line, cells in one.table.lines())
    done = 0
    for some in (rows, *_chunks(lines, batch)):
        if some:
            done += len(some)
            yield done, list(some)


def _chunks(lines: Iterator[Row], batch: int) -> Iterator[list[Row]]:
    while some := list(islice(lines, batch)):
        yield some


def _columns(read: Sequence[_Reading]) -> dict[str, str]:
    """What each heading was taken for, with the kind of row where all have one."""
    return {f"{one.table.name}: {heading}": field for one in read for field, (_, heading) in one.columns.places.items()}
