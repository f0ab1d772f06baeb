"""Members from a file: dry run or for good, set-based, every row accounted for, taken up where it was stopped, and
undone as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from regulars.basics.ids import typed
from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import raw_tables
from regulars.journal.moves import Actor
from regulars.members import intake
from regulars.members.errors import NoPeople
from regulars.members.fields import Definition
from regulars.members.importing_columns import FILL, Column, columns_of
from regulars.members.importing_rows import Refused
from regulars.members.importing_taking import Asked, Reading, Taken, take
from regulars.members.models import Import, ImportRefusal

BATCH: Final = 10_000  # rows of one transaction
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
    taken_up: int = 0  # the line where it was stopped before; 0: it was not

    @property
    def id(self) -> str:
        return typed("imp", self.number) if self.number else ""


def import_members(
    path: Path,
    policy: Policy,
    *,
    organisation: UUID,
    work: Path,
    dry_run: bool = False,
    progress: Progress = silent,
    batch: int = BATCH,
    actor: Actor,
    at: datetime,
) -> list[Imported]:
    """Takes in every table of a file. Each `batch` of rows is one transaction with its line in the journal; stopped in
    between, the same call goes on where it was. A dry run does the very same and keeps nothing.

    Members are recognised by phone, mail address or the source's own number; who is not known is made.
    A fixed number of queries for a batch. Raises NoSuchFile, NoPeople, WrongPolicy (all before anything is written),
    IdentifierTaken, ImportUndone.
    """
    known = intake.definitions(organisation)
    with Engine(memory="1GB", threads=1, scratch=work) as engine:
        tables = _tables(path, engine, work)
        read = [Reading(table, _columns(table, policy, known), known, engine, batch, progress) for table in tables]
        asked = Asked(organisation, policy.source, policy.region, actor, at)
        with _tried() if dry_run else nullcontext():
            return [_told(take(one, asked), dry_run) for one in read]


@contextmanager
def _tried() -> Iterator[None]:
    """What is done here is undone at its end."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _tables(path: Path, engine: Engine, work: Path) -> list[RawTable]:
    found = list(raw_tables([path], engine=engine, work=work))
    tables = [table for table in found if isinstance(table, RawTable)]
    if not tables:
        why = "; ".join(table.why for table in found if isinstance(table, NotRead))
        raise NoPeople(f"{path} is no list of people: {why or 'it is empty'}.")
    return tables


def _columns(table: RawTable, policy: Policy, known: Mapping[str, Definition]) -> list[Column]:
    if table.headings is None:
        raise NoPeople(f"{table.name} has no headings. Put a line with them on top.", file=table.name)
    return columns_of(table.headings, known, means=policy.means, ways=policy.ways, otherwise=policy.otherwise)


def _told(taken: Taken, dry_run: bool) -> Imported:
    """3 queries."""
    row = Import.objects.get(id=taken.number)
    refusals = ImportRefusal.objects.filter(of=row)
    reasons = refusals.values_list("reason").annotate(count=Count("id")).order_by("-count", "reason")
    told = Imported(
        None if dry_run else row.id,
        row.file,
        {heading: f"{field} ({way})" for heading, (field, way) in row.policy.items()},
        row.rows,
        row.created,
        row.changed,
        row.unchanged,
        row.refused,
        dict(reasons),
        [Refused(one.line, one.column, one.reason) for one in refusals.order_by("line", "id")[:SHOWN]],
        taken.taken_up,
    )
    assert told.rows == taken.rows, "every row is accounted for"
    return told
