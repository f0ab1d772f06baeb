"""Changing the keys of personal values while tills go on.

A rotation makes a new generation, which everything written from then on takes; seals and blinds the old rows anew,
batch after batch, each in its own transaction; and retires the old key. Every row says which generation it is of, so
a rotation that was cut short goes on where it stopped. Meanwhile a value is looked up under both generations.
"""

import json
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members import identifying, intake, naming
from regulars.members.fields import NAMES
from regulars.members.keyring import RETIRED, Keyring
from regulars.members.keys import folder, keyring, make_key
from regulars.members.locks import lock_named_before, lock_rows_before, lock_sealed_before
from regulars.members.models import Fact, Identifier, Key, Member, Note
from regulars.members.selectors.recognition import blind_parts
from regulars.members.services.extras import note_context
from regulars.members.services.keys import check

BATCH: Final = 2000


@dataclass(frozen=True, slots=True)
class Beside:
    """A table of a room above, whose rows have `id`, `sealed` and `key` as notes have."""

    name: str
    model: type[Model]
    context: Callable[[UUID], str]


_BESIDE: Final[dict[str, Beside]] = {}


def also_sealed(name: str, model: type[Model], context: Callable[[UUID], str]) -> None:
    """A room above says, when the program starts, what else is sealed with these keys."""
    _BESIDE[name] = Beside(name, model, context)


@dataclass(frozen=True, slots=True)
class Progress:
    """What one batch did."""

    table: str
    rows: int


def rotate(*, actor: Actor, at: datetime, batch: int = BATCH) -> Generator[Progress, None, None]:
    """Goes on with a rotation that was cut short, else begins one; says after each batch what it did.

    Stopped at any point, nothing is lost or unreadable; asked again, it goes on. Raises KeysMissing, WrongKeys.
    """
    keys = check()
    if len(keys.generations) == 1:
        make_key(folder() / str(keys.newest.number + 1))
        keys = keyring()
    _begin(keys, actor=actor, at=at)
    yield from _batches(keys, batch)
    _finish(keys, actor=actor, at=at)
    # What was being written with the old key while it was retired.
    yield from _batches(keyring(), batch)


@transaction.atomic
def _begin(keys: Keyring, *, actor: Actor, at: datetime) -> None:
    """The file comes first: a row of a generation whose key is nowhere must not be."""
    newest = keys.newest
    _, made = Key.objects.get_or_create(
        generation=newest.number, defaults={"fingerprint": newest.fingerprint, "made_at": at}
    )
    if made:
        record([Deed("keys.rotate", after={"generation": newest.number})], actor=actor, at=at)


def _finish(keys: Keyring, *, actor: Actor, at: datetime) -> None:
    """The row first: stopped in between, the key is in use a little longer and retired the next time."""
    old = [number for number in keys.generations if number != keys.newest.number]
    with transaction.atomic():
        Key.objects.filter(generation__in=old, retired_at=None).update(retired_at=at)
        record([Deed("keys.retire", after={"generations": old})], actor=actor, at=at)
    for number in old:
        _retire(folder() / str(number))


def _retire(path: Path) -> None:
    kept = path.parent / RETIRED
    kept.mkdir(mode=0o700, exist_ok=True)
    if path.exists():
        path.rename(kept / path.name)


def _batches(keys: Keyring, batch: int) -> Iterator[Progress]:
    for table, step in (("identifiers", _identifiers), ("facts", _facts), ("notes", _notes), ("names", _names)):
        while True:
            with transaction.atomic():
                done = step(keys, batch)
            if not done:
                break
            yield Progress(table, done)
    for beside in _BESIDE.values():
        while True:
            with transaction.atomic():
                done = _rows_beside(beside, keys, batch)
            if not done:
                break
            yield Progress(beside.name, done)


def _identifiers(keys: Keyring, batch: int) -> int:
    newest = keys.newest
    rows = lock_sealed_before(Identifier, newest.number, batch)
    for row in rows:
        context = intake.identifier_context(row.id)
        plain = keys.open(row.key, bytes(row.sealed), context)
        tail = identifying.tail(row.kind, plain)
        row.sealed, row.key = newest.seal(plain, context), newest.number
        row.blind = newest.blind(*blind_parts(row.organisation, row.kind, row.source, plain))
        row.tail = newest.blind(str(row.organisation), "tail", tail) if tail else None
    _yield_to_newer(rows)
    _write(
        "members_identifier",
        "id uuid, sealed bytea, key smallint, blind bytea, tail bytea, recognises boolean",
        [(row.id, row.sealed, row.key, row.blind, row.tail, row.recognises) for row in rows],
    )
    return len(rows)


def _yield_to_newer(rows: Iterable[Identifier]) -> None:
    """Two members may have been given one value at the same instant, under different generations: the one that is
    found by it under the newest goes on recognising."""
    by_blind = {bytes(row.blind): row for row in rows if row.recognises}
    for taken in Identifier.objects.filter(blind__in=list(by_blind), recognises=True).values_list("blind", flat=True):
        by_blind[bytes(taken)].recognises = False


def _facts(keys: Keyring, batch: int) -> int:
    newest = keys.newest
    done = []
    for row in lock_sealed_before(Fact, newest.number, batch):
        value = json.dumps(intake.value_of(row, keys), ensure_ascii=False)
        done.append((row.id, newest.seal(value, intake.fact_context(row.member_id, row.name)), newest.number))
    _write("members_fact", "id bigint, sealed bytea, key smallint", done)
    return len(done)


def _notes(keys: Keyring, batch: int) -> int:
    newest = keys.newest
    done = []
    for row in lock_sealed_before(Note, newest.number, batch):
        text = keys.open(row.key, bytes(row.sealed), note_context(row.id))
        done.append((row.id, newest.seal(text, note_context(row.id)), newest.number))
    _write("members_note", "id uuid, sealed bytea, key smallint", done)
    return len(done)


def _rows_beside(beside: Beside, keys: Keyring, batch: int) -> int:
    newest = keys.newest
    done = []
    for row in lock_rows_before(beside.model, newest.number, batch):
        text = keys.open(row.key, bytes(row.sealed), beside.context(row.id))
        done.append((row.id, newest.seal(text, beside.context(row.id)), newest.number))
    _write(beside.model._meta.db_table, "id uuid, sealed bytea, key smallint", done)
    return len(done)


def _names(keys: Keyring, batch: int) -> int:
    """Blinded names are made again from the facts."""
    newest = keys.newest
    members = lock_named_before(newest.number, batch)
    named: dict[UUID, dict[str, str]] = {row.id: {} for row in members}
    for fact in Fact.objects.filter(member__in=members, name__in=NAMES, ended_at=None):
        named[fact.member_id][fact.name] = str(intake.value_of(fact, keys))
    for row in members:
        row.name_grams = naming.grams(naming.spellings(named[row.id]), str(row.organisation), newest)
        row.name_key = newest.number
    Member.objects.bulk_update(members, ["name_grams", "name_key"], batch_size=500)
    return len(members)


def _write(table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    """One statement for the batch; `columns`: name and type of each, the key first."""
    if not rows:
        return
    names = [column.split()[0] for column in columns.split(", ")]
    arrays = ", ".join(f"%s::{column.split()[1]}[]" for column in columns.split(", "))
    sets = ", ".join(f"{name} = n.{name}" for name in names[1:])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table} t SET {sets} FROM unnest({arrays}) AS n({', '.join(names)}) WHERE t.id = n.id",
            [list(column) for column in zip(*rows, strict=True)],
        )
