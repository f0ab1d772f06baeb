"""Kinds of cases, and when an organisation works."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, typed
from regulars.basics.periods import zone_of
from regulars.care import locks
from regulars.care.errors import KindUnknown, WrongWorkingHours
from regulars.care.models import CaseKind, Hours
from regulars.care.moves import Kind
from regulars.care.selectors import hours_of
from regulars.care.services.owners import fit
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.rules import working_hours
from regulars.rules.working_hours import WrongHours

PREFIX: Final = "ckd"
_KEPT: Final = ("name", "owner", "queue", "answer_hours", "in_working_hours", "priority")


@transaction.atomic
def set_kind(wanted: Kind, *, actor: Actor, at: datetime) -> CaseKind:
    """Makes a kind, or changes it for cases to come; those there are stay as they are. Raises OwnerUnfit."""
    fit(wanted.owner, wanted.queue, organisation=wanted.organisation, at=at)
    fresh = CaseKind(
        id=new_id(at), organisation=wanted.organisation, code=wanted.code, name=wanted.name, owner=wanted.owner,
        queue=wanted.queue, answer_hours=wanted.answer_hours, in_working_hours=wanted.in_working_hours,
        priority=wanted.priority, changed_at=at,
    )  # fmt: skip
    CaseKind.objects.bulk_create([fresh], ignore_conflicts=True)
    row = locks.kind(wanted.organisation, wanted.code)
    assert row is not None, "it was made just now, or was there"
    same = row.id != fresh.id and row.retired_at is None
    if same and all(getattr(row, name) == getattr(wanted, name) for name in _KEPT):
        return row
    for name in _KEPT:
        setattr(row, name, getattr(wanted, name))
    row.changed_at, row.retired_at = at, None
    row.save()
    _record("care.kind", row, {"hours": row.answer_hours, "priority": row.priority}, actor, at)
    return row


@transaction.atomic
def retire_kind(organisation: UUID, code: str, *, actor: Actor, at: datetime) -> CaseKind:
    """No new cases of it; those there are go on. Raises KindUnknown."""
    row = locks.kind(organisation, code)
    if row is None:
        raise KindUnknown("There is no such kind of case.", kind=code[:80])
    if row.retired_at is None:
        row.retired_at = at
        row.save()
        _record("care.retire_kind", row, {}, actor, at)
    return row


def _record(what: str, row: CaseKind, after: dict[str, Any], actor: Actor, at: datetime) -> None:
    record([Deed(what, typed(PREFIX, row.id), after={"kind": row.code, **after})], actor=actor, at=at)


@transaction.atomic
def set_hours(organisation: UUID, document: dict[str, Any], *, actor: Actor, at: datetime) -> dict[str, Any]:
    """When the organisation works, for what will be due from now on. Raises WrongWorkingHours."""
    try:
        plain = working_hours.plain(working_hours.read(document))
    except WrongHours as wrong:
        raise WrongWorkingHours(str(wrong)) from wrong
    Hours.objects.update_or_create(organisation=organisation, defaults={"document": plain, "changed_at": at})
    days = sum(1 for spans in plain["days"].values() if spans)
    closed = len(plain["closed_on"])
    record([Deed("care.hours", typed("org", organisation), after={"days": days, "closed": closed})], actor=actor, at=at)
    return plain


def due_by(kind: CaseKind, at: datetime) -> datetime:
    """By when a case of this kind is to be answered, from now on. Two queries at most."""
    zone = zone_of(places().zones.get(kind.organisation, "UTC"))
    working = hours_of(kind.organisation) if kind.in_working_hours else None
    return working_hours.later(at, kind.answer_hours, working, zone)
