"""The only writer of the trail."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from regulars.journal.models import Entry
from regulars.journal.moves import MEMBER, Actor, Deed

_MAIL: Final = re.compile(r"[^\s@]+@[\w.-]+\.\w+")
_PHONE: Final = re.compile(r"\+\d[\d ().-]{6,}\d")
_DIGITS: Final = re.compile(r"\d[\d ().-]{5,}\d")
REMOVED: Final = "[…]"


def record(deeds: Sequence[Deed], *, actor: Actor, at: datetime) -> None:
    """Writes deeds in the transaction of their effect, so that neither is there without the other. One query.

    A line is never changed again, so nothing personal gets into one: of members who act themselves only the id is
    kept, and a mail address or a phone among the facts is our own bug. Staff may type one into a reason: it is
    taken out.
    """
    assert all(not personal(deed.before) and not personal(deed.after) for deed in deeds)
    themselves = actor.kind == MEMBER
    Entry.objects.bulk_create(
        Entry(
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name="" if themselves else actor.name,
            request_id=actor.request_id,
            address="" if themselves else actor.address,
            what=deed.what,
            subject=deed.subject,
            merchant=deed.merchant,
            store=deed.store,
            before=dict(deed.before),
            after=dict(deed.after),
            reason=without_personal(deed.reason),
        )
        for deed in deeds
    )


def read(
    subjects: Sequence[str],
    *,
    what: str = "members.read",
    merchant: str = "",
    store: str = "",
    actor: Actor,
    at: datetime,
) -> None:
    """Writes that somebody looked at personal data: a line for each person (typed ids) who was shown. One query."""
    record([Deed(what, subject, merchant, store) for subject in subjects], actor=actor, at=at)


def personal(value: object) -> bool:
    """Whether a mail address or an international phone number is anywhere in it.

    >>> personal({"unit": "points", "lines": [{"to": "+86 138 0013 8000"}]}), personal({"receipt": "20260504-0017"})
    (True, False)
    """
    match value:
        case str():
            return bool(_MAIL.search(value) or _PHONE.search(value))
        case Mapping():
            return any(personal(part) for pair in value.items() for part in pair)
        case list() | tuple():
            return any(personal(part) for part in value)
        case _:
            return False


def without_personal(text: str) -> str:
    """A reason without mail addresses and long numbers.

    >>> without_personal("asked by ada@example.org, call 138 0013 8000, 2nd time")
    'asked by […], call […], 2nd time'
    """
    return _DIGITS.sub(REMOVED, _PHONE.sub(REMOVED, _MAIL.sub(REMOVED, text)))
