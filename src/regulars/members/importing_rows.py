"""A row of a list of people, understood or refused. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members import identifying
from regulars.members.errors import WrongFact, WrongIdentifier
from regulars.members.fields import Definition, checked
from regulars.members.importing_columns import IDENTIFIERS, Column, cleaned
from regulars.members.moves import Plain


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken: where, and why. The value stays in the file."""

    line: int
    column: str  # heading; empty: the whole row
    reason: str  # a stable word, see docs/members-deeds.md


@dataclass(frozen=True, slots=True)
class Batch:
    """What the rows of one import have in common."""

    number: UUID
    organisation: UUID
    source: str
    region: str | None
    effective_at: datetime
    at: datetime
    actor: Actor
    own: str = ""  # the kind that says who somebody is; other ways to reach them may be somebody else's as well
    forgiving: bool = False  # of other columns than that, a cell that cannot be is left out


@dataclass(frozen=True, slots=True)
class Row:
    """One person: facts and identifiers in their one form."""

    line: int
    facts: Mapping[str, Plain]
    identifiers: Mapping[str, str]  # phone, email, external → plain value


@dataclass(frozen=True, slots=True)
class Seen:
    """A row with the digests of its identifiers under the newest key, by kind."""

    row: Row
    blinds: Mapping[str, bytes]
    shared: frozenset[str] = frozenset()  # kinds that recognise somebody else: kept to reach this one by


def read_row(
    line: int, cells: Sequence[str | None], columns: Sequence[Column], known: Mapping[str, Definition], batch: Batch
) -> Row | Refused:
    """A row as it stands; one wrong cell refuses all of it, unless the batch is forgiving."""
    facts: dict[str, Plain] = {}
    identifiers: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=True):
        text = " ".join((cell or "").split())
        if not text:
            continue
        try:
            if column.field in IDENTIFIERS:
                # A spreadsheet turns a number into 12345.0.
                text = text[:-2] if text.endswith(".0") and text[:-2].isdigit() else text
                identifiers[column.field] = identifying.normal(column.field, text, region=batch.region)
            else:
                definition = known[column.field]
                value = cleaned(column.field, definition.kind, text)
                facts[column.field] = checked(definition, value, today=batch.at.date())
        except (WrongIdentifier, WrongFact) as refusal:
            if batch.forgiving and column.field != batch.own:
                continue
            return Refused(line, column.heading, refusal.code)
    if not identifiers and not set(facts) & {"full_name", "given_name", "family_name"}:
        return Refused(line, "", "nobody")
    return Row(line, facts, identifiers)
