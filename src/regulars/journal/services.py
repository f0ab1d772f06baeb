"""The only writer of the trail."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from regulars.journal.moves import MEMBER, Actor, Deed
from regulars.journal.statements import run, table

_MAIL: Final = re.compile(r"[^\s@]+@[\w.-]+\.\w+")
_PHONE: Final = re.compile(r"\+\d[\d ().-]{6,}\d")
_DIGITS: Final = re.compile(r"\d[\d ().-]{5,}\d")
REMOVED: Final = "[…]"
_OF_EACH: Final = {
    "what": "text", "subject": "text", "merchant": "text", "store": "text", "before": "jsonb", "after": "jsonb",
    "reason": "text",
}  # fmt: skip
_RECORD: Final = (
    "INSERT INTO journal_entry (at, actor_kind, actor_id, actor_name, request_id, address,"
    f" {', '.join(_OF_EACH)}) SELECT %s, %s, %s, %s, %s, %s, new.* FROM "
)


def record(deeds: Sequence[Deed], *, actor: Actor, at: datetime) -> None:
    """Writes deeds in the transaction of their effect, so that neither is there without the other. One query.

    A line is never changed again, so nothing personal gets into one: of members who act themselves only the id is
    kept, and a mail address or a phone among the facts is our own bug. Staff may type one into a reason: it is
    taken out.
    """
    if deeds:
        run(*recording(deeds, actor=actor, at=at))


def recording(deeds: Sequence[Deed], *, actor: Actor, at: datetime) -> tuple[str, list[object]]:
    """The statement of `record` and its values, for who writes an effect and its lines as one."""
    assert all(not personal(deed.before) and not personal(deed.after) for deed in deeds)
    themselves = actor.kind == MEMBER
    name, address = ("", "") if themselves else (actor.name, actor.address)
    rows = [
        (d.what, d.subject, d.merchant, d.store, dict(d.before), dict(d.after), without_personal(d.reason))
        for d in deeds
    ]
    new, values = table(_OF_EACH, rows)
    return f"{_RECORD}{new} RETURNING 1", [at, actor.kind, actor.id, name, actor.request_id, address, *values]


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
