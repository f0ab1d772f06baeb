"""Previews are asked for, stopped, asked again and published. The work itself is the worker's (`working`)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.access.selectors import places
from regulars.basics.ids import new_id, typed
from regulars.basics.periods import day_of
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.programme.errors import PreviewRefused, UnknownPreview
from regulars.programme.models.previews import Preview, PreviewMember, PreviewState
from regulars.programme.moves import NewTerms, Version
from regulars.programme.previews import drafts
from regulars.programme.previews.moves import NewPreview
from regulars.programme.services.terms import checked, publish

PREFIX: Final = "prv"
USUAL: Final = 90  # days
LONGEST: Final = 400
_STOP: Final = """
UPDATE programme_preview SET stop_at = %(at)s, state = CASE state WHEN 'waiting' THEN 'stopped' ELSE state END,
    ended_at = CASE state WHEN 'waiting' THEN %(at)s::timestamptz END
WHERE id = %(id)s AND state IN ('waiting', 'running') RETURNING id
"""
_UNDER_WAY: Final = (PreviewState.WAITING, PreviewState.RUNNING)


def last_days(today: date) -> tuple[date, date]:
    """The last ninety full days.

    >>> last_days(date(2026, 4, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 3, 31))
    """
    return today - timedelta(days=USUAL), today - timedelta(days=1)


@transaction.atomic
def ask(wanted: NewPreview, *, actor: Actor, at: datetime) -> UUID:
    """A draft, whose preview waits for the worker. Raises WrongTerms, UnknownTerms, PreviewRefused."""
    terms = checked(NewTerms(wanted.kind, wanted.code, wanted.document), wanted.organisation)
    drafts.refuse(wanted.kind, terms)
    _check_days(wanted.organisation, wanted.first_on, wanted.last_on, at)
    number = new_id(at)
    Preview.objects.create(
        id=number, organisation=wanted.organisation, kind=wanted.kind, code=wanted.code,
        document=dict(wanted.document), first_on=wanted.first_on, last_on=wanted.last_on,
        actor=f"{actor.kind}:{actor.id}", actor_name=actor.name, made_at=at, asked_at=at,
    )  # fmt: skip
    _record("programme.preview", wanted, number, actor, at)
    return number


@transaction.atomic
def again(number: UUID, first_on: date, last_on: date, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """The same draft over these days; what was found before is gone. Raises UnknownPreview, PreviewRefused."""
    row = _row(number, organisation)
    _check_days(organisation, first_on, last_on, at)
    if row.state in _UNDER_WAY:
        raise PreviewRefused("It is being looked at now: stop that first, or wait.")
    fresh = {"state": PreviewState.WAITING, "first_on": first_on, "last_on": last_on, "asked_at": at, "tries": 0}
    emptied = dict.fromkeys(("begun_at", "ended_at", "stop_at", "claim"))
    Preview.objects.filter(id=number).update(**fresh, **emptied, part=0, whole=0, told={})
    PreviewMember.objects.filter(preview=number).delete()
    _record("programme.preview", replace(_wanted(row), first_on=first_on, last_on=last_on), number, actor, at)


@transaction.atomic
def stop(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """At once where it waits, else as soon as its worker looks up. Raises UnknownPreview, PreviewRefused."""
    row = _row(number, organisation)
    if not run(_STOP, {"at": at, "id": number}):
        raise PreviewRefused("Nothing is being looked at.")
    _record("programme.preview_stop", _wanted(row), number, actor, at)


@transaction.atomic
def publish_draft(
    number: UUID, *, organisation: UUID, begins_at: datetime | None = None, actor: Actor, at: datetime
) -> Version:
    """The draft becomes a version, which leads back to what it would have cost. Raises UnknownPreview, PreviewRefused,
    WrongTerms, TermsClash."""
    row = _row(number, organisation)
    if row.version is not None:
        raise PreviewRefused("This draft was published before.")
    made = publish(row.kind, row.code, row.document, organisation=organisation, begins_at=begins_at, actor=actor, at=at)
    Preview.objects.filter(id=number).update(version=made.id)
    return made


@transaction.atomic
def drop(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """A draft that nobody will publish is gone; a worker that is at it ends. Raises UnknownPreview, PreviewRefused."""
    row = _row(number, organisation)
    if row.version is not None:
        raise PreviewRefused("This draft was published: it says what was looked at before.")
    PreviewMember.objects.filter(preview=number).delete()
    Preview.objects.filter(id=number).delete()
    _record("programme.preview_drop", _wanted(row), number, actor, at)


def _row(number: UUID, organisation: UUID) -> Preview:
    row = Preview.objects.select_for_update(no_key=True).filter(id=number, organisation=organisation).first()
    if row is None:
        raise UnknownPreview("There is no such draft.")
    return row


def _wanted(row: Preview) -> NewPreview:
    return NewPreview(row.organisation, row.kind, row.code, row.document, row.first_on, row.last_on)


def _check_days(organisation: UUID, first_on: date, last_on: date, at: datetime) -> None:
    today = day_of(at, places().zones.get(organisation, "UTC"))
    if not first_on <= last_on < today or (last_on - first_on).days >= LONGEST:
        raise PreviewRefused(
            f"Days that are over, {LONGEST} of them at most, the first not after the last.", most=LONGEST
        )


def _record(what: str, one: NewPreview, number: UUID, actor: Actor, at: datetime) -> None:
    told = {"kind": one.kind, "code": one.code, "first_on": str(one.first_on), "last_on": str(one.last_on)}
    record([Deed(what, typed(PREFIX, number), after=told)], actor=actor, at=at)
