"""What people ask of an import: another mapping, that it is booked, given up, or taken back."""

from collections.abc import Collection, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.imports import locks
from regulars.imports.errors import FilesGone, ImportState, WrongMapping
from regulars.imports.models import Import, State, Table
from regulars.imports.moves import (
    CUSTOMER_IS,
    ENCODINGS,
    KEPT_DAYS,
    PEOPLE_FIELDS,
    PREFIX,
    SALES_FIELDS,
    Corrected,
    Wish,
)
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

_MAPPED = (State.ASKING, State.READY)


@transaction.atomic
def correct(number: UUID, said: Sequence[Corrected], *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """What somebody says of its tables; they are looked at and tried again. Four queries. Raises UnknownImport,
    ImportState, WrongMapping, FilesGone."""
    row = _in(number, organisation, (*_MAPPED, State.FAILED), files=True)
    if row.state == State.FAILED and row.booked_at is not None:
        raise ImportState("This import was being booked; go on with it, or take it back.")
    known = {table.name for table in Table.objects.filter(of=number)}
    for one in said:
        if one.table not in known:
            raise WrongMapping("There is no such table in these files.", table=one.table)
        _check(one)
        row.corrected[one.table] = one.plain()
    row.state, row.tries, row.code, row.detail = State.READING, 0, "", ""
    row.save(update_fields=["corrected", "state", "tries", "code", "detail"])
    _note("imports.correct", row, {"tables": len(said)}, actor, at)


def _check(one: Corrected) -> None:
    fields = [name for name in one.columns.values() if name]
    if wrong := sorted(set(fields) - {*SALES_FIELDS, *PEOPLE_FIELDS}):
        raise WrongMapping(f"There is no field {wrong[0]!r}.", field=wrong[0])
    if twice := sorted({name for name in fields if fields.count(name) > 1}):
        raise WrongMapping(f"Two columns are {twice[0]!r}: one of them is something else.", field=twice[0])
    if one.currency and not (len(one.currency) == 3 and one.currency.isascii() and one.currency.isupper()):
        raise WrongMapping("A currency is three capital letters: EUR, CNY.", field="currency")
    if one.encoding not in ENCODINGS or one.customer_is not in ("", *CUSTOMER_IS):
        raise WrongMapping("There is no such choice.", field="encoding")


@transaction.atomic
def book(number: UUID, wish: Wish, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """From now on the worker books it; one that failed at it goes on where it was. Two queries. Raises UnknownImport,
    ImportState, FilesGone."""
    row = _in(number, organisation, (State.READY, State.FAILED), files=True)
    if row.state == State.FAILED and row.booked_at is None:
        raise ImportState("This import failed before it was tried: correct it first.")
    if "undone" in row.told:
        raise ImportState("A part of it is taken back: go on taking it back.")
    if row.booked_at is None:
        row.wish, row.booked_at = asdict(wish) | {"merchant": str(wish.merchant)}, at
    row.state, row.tries, row.code, row.detail = State.BOOKING, 0, "", ""
    row.actor_kind, row.actor, row.actor_name = actor.kind, actor.id, actor.name
    row.save()
    _note("imports.book", row, {"points": wish.points, "merge": wish.merge}, actor, at)


@transaction.atomic
def drop(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Gives an import up that is not booked; its files go. Two queries. Raises UnknownImport, ImportState."""
    row = _in(number, organisation, (*_MAPPED, State.FAILED))
    if row.booked_at is not None:
        raise ImportState("A part of it is booked: take it back instead.")
    row.state, row.ended_at, row.forget_at = State.DROPPED, at, at
    row.save(update_fields=["state", "ended_at", "forget_at"])
    _note("imports.drop", row, {}, actor, at)


@transaction.atomic
def undo(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """From now on the worker takes it back. Two queries. Raises UnknownImport, ImportState."""
    row = _in(number, organisation, (State.BOOKED, State.FAILED))
    if row.booked_at is None:
        raise ImportState("Nothing of it is booked.")
    row.state, row.tries, row.code, row.detail = State.UNDOING, 0, "", ""
    row.told = {**row.told, "undone": row.told.get("undone", {})}
    row.actor_kind, row.actor, row.actor_name = actor.kind, actor.id, actor.name
    row.save()
    _note("imports.undo", row, {}, actor, at)


def forget_when(at: datetime) -> datetime:
    """When the files of an import that ends now go."""
    return at + timedelta(days=KEPT_DAYS)


def _in(number: UUID, organisation: UUID, states: Collection[str], *, files: bool = False) -> Import:
    row = locks.one(number, organisation=organisation)
    if row.state not in states:
        raise ImportState(f"This import is {row.state}.", state=row.state)
    if files and row.forgotten_at is not None:
        raise FilesGone("The files of this import are no longer kept: bring them again.")
    return row


def _note(what: str, row: Import, after: dict[str, object], actor: Actor, at: datetime) -> None:
    record([Deed(what, typed(PREFIX, row.id), after=after)], actor=actor, at=at)
