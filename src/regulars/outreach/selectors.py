"""Reads of the room; each says what it costs in queries. Looks at persons are recorded by the doors."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from regulars.access.selectors import places
from regulars.basics.ids import typed
from regulars.journal.statements import column, run
from regulars.members.selectors import group_of, roots
from regulars.outreach.audiences.compiling import Explained, compiled, explained
from regulars.outreach.audiences.parts import Asked
from regulars.outreach.audiences.reading import Node, leaves, read
from regulars.outreach.audiences.sentences import leaf_sentence, sentence
from regulars.outreach.errors import AudienceUnknown, MessageUnknown
from regulars.outreach.models import Audience, AudienceChange, AudienceVersion, Message
from regulars.outreach.moves import Reasons, Why
from regulars.programme.book import book
from regulars.programme.naming import words
from regulars.rules.sentences.words import Language


def asked_of(organisation: UUID, *, at: datetime, merchant: UUID | None = None, store: UUID | None = None) -> Asked:
    """For whom and when: days are the organisation's. One query, three more where the map of places is new."""
    return Asked(organisation, at, places().zones.get(organisation, "UTC"), merchant, store)


def asked_by(audience: Audience, *, at: datetime) -> Asked:
    """As `asked_of`, at the place of an audience."""
    return asked_of(audience.organisation, at=at, merchant=audience.merchant, store=audience.store)


def count(tree: Node, asked: Asked) -> int:
    """How many are in it. One statement, and one that gives it room."""
    ready = compiled(tree, asked)
    return int(_run(f"SELECT count(*) {ready.rows}", ready.values)[0][0])


def newest(tree: Node, asked: Asked, *, before: UUID | None = None, limit: int = 50) -> list[UUID]:
    """Who is in it, those who came last first. Queries as `count`."""
    ready = compiled(tree, asked)
    further = " AND m.id < %(before)s::uuid" if before is not None else ""
    rows = _run(
        f"SELECT m.id {ready.rows}{further} ORDER BY m.id DESC LIMIT %(limit)s::int",
        ready.bound(limit=limit, **({"before": before} if before is not None else {})),
    )
    return [member for (member,) in rows]


def page(tree: Node, asked: Asked, *, after: UUID | None = None, limit: int = 50) -> list[UUID]:
    """Who is in it, in the order of their ids. Queries as `count`."""
    ready = compiled(tree, asked)
    further = " AND m.id > %(after)s::uuid" if after is not None else ""
    rows = _run(
        f"SELECT m.id {ready.rows}{further} ORDER BY m.id LIMIT %(limit)s::int",
        ready.bound(limit=limit, **({"after": after} if after is not None else {})),
    )
    return [member for (member,) in rows]


def everybody(tree: Node, asked: Asked) -> list[UUID]:
    """All who are in it. Queries as `count`."""
    ready = compiled(tree, asked)
    return [member for (member,) in _run(f"SELECT m.id {ready.rows}", ready.values)]


def _run(sql: str, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
    with transaction.atomic():
        give_room()
        return run(sql, values)


def give_room() -> None:
    """Memory for the sets of this transaction's statements, and no compiler, which takes longer than they do."""
    run("SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)")


def why(tree: Node, asked: Asked, member: UUID, *, language: Language = Language.ENGLISH) -> Reasons:
    """Whether somebody is in it, and each condition with its fact. Raises UnknownMember. 7 queries."""
    root = roots([member], organisation=asked.organisation)[member]
    person = tuple(dict.fromkeys((root, *group_of(root))))
    alone = Asked(asked.organisation, asked.at, asked.zone, asked.merchant, asked.store, person)
    ready = explained(tree, alone)
    row = run(_why_statement(ready), ready.bound(root=root))[0]
    named = words(asked.organisation, language, terms=book(asked.organisation))
    by_pointer = {one.pointer: one.asked for one in leaves(tree)}
    told = tuple(
        Why(pointer, leaf_sentence(by_pointer[pointer], named), row[4 + 2 * place], _plain(row[5 + 2 * place]))
        for place, pointer in enumerate(ready.parts)
    )
    inside, based, state, frozen = row[:4]
    return Reasons(root, bool(inside), "" if based else _standing(state, frozen), told)


def _why_statement(ready: Explained) -> str:
    each = "".join(f", {part.holds}, {part.fact}" for part in ready.parts.values())
    frozen = "EXISTS (SELECT 1 FROM ledger_freeze f WHERE f.owner = m.id AND f.lifted_at IS NULL)"
    return (
        f"SELECT ({ready.base}) AND {ready.holds}, ({ready.base}), m.state, {frozen}{each} {ready.rows}"
        " WHERE m.id = %(root)s::uuid"
    )


def _plain(fact: str | None) -> Any:
    """A fact as the database writes it."""
    return None if fact is None else json.loads(fact)


def _standing(state: str, frozen: bool) -> str:
    if state in ("closed", "erased"):
        return state
    return "frozen" if frozen else "elsewhere"


def said(document: Mapping[str, Any], organisation: UUID, *, language: Language) -> str:
    """The conditions as a sentence. 5 queries at most."""
    return sentence(read(document), words(organisation, language, terms=book(organisation)))


def audience(organisation: UUID, code: str) -> Audience:
    """By its code; retired ones too. Raises AudienceUnknown. One query; none for what the database cannot even read."""
    found = Audience.objects.filter(organisation=organisation, code=code).first() if code.isprintable() else None
    if found is None:
        raise AudienceUnknown("There is no audience of this code here.", audience=code[:80])
    return found


def audiences(within: Q, organisation: UUID, *, retired: bool = False) -> list[Audience]:
    """Those that a scope reaches, by code. One query."""
    rows = Audience.objects.filter(within, organisation=organisation)
    return list((rows if retired else rows.filter(retired_at=None)).order_by("code"))


def versions(audience_id: UUID) -> list[AudienceVersion]:
    """Newest first. One query."""
    return list(AudienceVersion.objects.filter(audience=audience_id).order_by("-version"))


def changes(audience_id: UUID, *, before: int | None = None, limit: int = 50) -> list[AudienceChange]:
    """Who entered and who left, newest first. One query."""
    rows = AudienceChange.objects.filter(audience=audience_id)
    return list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[:limit])


def changes_of(members: Sequence[UUID]) -> list[tuple[str, bool, datetime]]:
    """What audiences somebody entered and left, oldest first: code, entered, when. One query."""
    rows = run(
        "SELECT a.code, c.entered, c.at FROM outreach_audience_change c JOIN outreach_audience a ON a.id = c.audience"
        " WHERE c.member = ANY(%s::uuid[]) ORDER BY c.id",
        [column(list(members))],
    )
    return [(code, entered, at) for code, entered, at in rows]


def message(organisation: UUID, number: UUID) -> Message:
    """One message. Raises MessageUnknown. One query."""
    found = Message.objects.filter(organisation=organisation, id=number).first()
    if found is None:
        raise MessageUnknown("There is no message of this id here.", id=typed("msg", number))
    return found


def messages_of(members: Sequence[UUID], *, before: UUID | None = None, limit: int = 50) -> list[Message]:
    """What was asked for these members, newest first. One query."""
    rows = Message.objects.filter(member__in=members)
    return list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[:limit])
