"""Fields of one's own, tags, notes, and marks from analysis."""

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core import signing
from django.db import connection, transaction

from regulars.basics.ids import new_id, typed, untyped
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import personal, record
from regulars.members.errors import UnknownNote, WrongFact, WrongField
from regulars.members.fields import BUILT_IN, Definition
from regulars.members.keys import keyring
from regulars.members.locks import lock_field, lock_members
from regulars.members.models import Field, Mark, Note, Tag
from regulars.members.models.extras import FieldKind
from regulars.members.moves import NewMark
from regulars.members.services.people import said_by

_NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,59}")
NOTE_MAX: Final = 4000  # characters
TAG_MAX: Final = 60
_REMOVED: Final = "regulars.members.note"
_KEPT: Final = timedelta(hours=1)  # so long a note that was removed can be put back


@transaction.atomic
def define_field(
    definition: Definition,
    *,
    organisation: UUID,
    label: str,
    is_preference: bool = False,
    actor: Actor,
    at: datetime,
) -> UUID:
    """A kind of fact of one's own, or its new choices, label and length. What is kept stays as it was told; whether
    it is sealed, and its kind, cannot change. Raises WrongField."""
    _refuse_wrong_field(definition)
    fresh = Field(
        id=new_id(at), organisation=organisation, name=definition.name, created_at=at, label=label,
        kind=definition.kind, is_personal=definition.personal, choices=list(definition.choices),
        length_max=definition.length_max,
    )  # fmt: skip
    Field.objects.bulk_create([fresh], ignore_conflicts=True)
    row = lock_field(definition.name, organisation=organisation)
    if (row.kind, row.is_personal) != (definition.kind, definition.personal):
        raise WrongField(f"{definition.name} is {row.kind} already; name the new one otherwise.", name=row.name)
    row.label, row.is_preference, row.retired_at = label, is_preference, None
    row.choices, row.length_max = list(definition.choices), definition.length_max
    row.save()
    after = {"name": row.name, "kind": row.kind, "choices": row.choices, "personal": row.is_personal}
    record([Deed("fields.define", typed("fld", row.id), after=after)], actor=actor, at=at)
    return row.id


def _refuse_wrong_field(definition: Definition) -> None:
    name, choices = definition.name, definition.choices
    if not _NAME.fullmatch(name) or name in BUILT_IN:
        raise WrongField("A field's name is small letters, digits and _, and none that is built in.", name=name[:60])
    if definition.kind not in FieldKind.values:
        raise WrongField(f"A field is one of: {', '.join(FieldKind.values)}.", name=name)
    if bool(choices) != (definition.kind in ("choice", "choices")) or len(set(choices)) < len(choices):
        raise WrongField("A field of choices names each of them once, and no other field does.", name=name)
    if personal(choices):
        raise WrongField("A choice is no mail address and no phone number.", name=name)
    if not 1 <= definition.length_max <= NOTE_MAX or definition.pattern:
        raise WrongField(f"A text may have 1 to {NOTE_MAX} characters.", name=name)


@transaction.atomic
def retire_field(name: str, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Takes no new values; those there stay. Raises WrongField."""
    changed = Field.objects.filter(organisation=organisation, name=name, retired_at=None).update(retired_at=at)
    if changed != 1:
        raise WrongField(f"There is no field named {name[:60]!r}.", name=name[:60])
    record([Deed("fields.retire", after={"name": name})], actor=actor, at=at)


@transaction.atomic
def tag(
    members: Sequence[UUID], tags: Sequence[str], *, organisation: UUID, source: str, actor: Actor, at: datetime
) -> None:
    """Labels members; a tag that is there stays as it was. Raises WrongFact, UnknownMember, MemberClosed."""
    words = [_tag(word) for word in tags]
    found = lock_members(members, organisation=organisation)
    ids = sorted({member.id for member in found.values()})
    rows = [Tag(member_id=one, tag=word, source=source, recorded_at=at) for one in ids for word in words]
    Tag.objects.bulk_create(rows, ignore_conflicts=True, batch_size=5000)
    record([Deed("members.tag", typed("mbr", one), after={"tags": words}) for one in ids], actor=actor, at=at)


@transaction.atomic
def untag(members: Sequence[UUID], tags: Sequence[str], *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Raises WrongFact, UnknownMember, MemberClosed."""
    words = [_tag(word) for word in tags]
    found = lock_members(members, organisation=organisation)
    ids = sorted({member.id for member in found.values()})
    Tag.objects.filter(member__root__in=ids, tag__in=words).delete()
    record([Deed("members.untag", typed("mbr", one), after={"tags": words}) for one in ids], actor=actor, at=at)


def _tag(word: str) -> str:
    found = " ".join(word.split())
    if not 1 <= len(found) <= TAG_MAX or personal(found):
        raise WrongFact(f"A tag has 1 to {TAG_MAX} characters, and is no mail address or phone number.", name="tag")
    return found


@transaction.atomic
def write_note(
    member: UUID, text: str, *, organisation: UUID, is_pinned: bool = False, actor: Actor, at: datetime
) -> UUID:
    """Notes are free text and may hold anything, so they are sealed. Raises WrongFact, UnknownMember, MemberClosed."""
    if not 1 <= len(text.strip()) <= NOTE_MAX:
        raise WrongFact(f"A note has 1 to {NOTE_MAX} characters.", name="note")
    owner = lock_members([member], organisation=organisation)[member]
    newest, number = keyring().newest, new_id(at)
    Note(
        id=number,
        member=owner,
        sealed=newest.seal(text.strip(), note_context(number)),
        key=newest.number,
        actor=said_by(actor),
        is_pinned=is_pinned,
        recorded_at=at,
    ).save(force_insert=True)
    record([Deed("members.note", typed("mbr", owner.id), after={"note": typed("nte", number)})], actor=actor, at=at)
    return number


@transaction.atomic
def remove_note(note: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> str:
    """Answers what `put_note_back` makes it of: sealed as it was, and signed. Raises UnknownNote."""
    row = Note.objects.filter(id=note, member__organisation=organisation).first()
    if row is None or Note.objects.filter(id=note).delete()[0] != 1:
        raise UnknownNote("There is no such note.", name="note")
    record([Deed("members.note_removed", after={"note": typed("nte", note)})], actor=actor, at=at)
    sealed = b64encode(bytes(row.sealed)).decode()
    kept = [typed("nte", note), typed("mbr", row.member_id), sealed, row.key, row.actor, row.is_pinned]
    return signing.dumps([at.isoformat(), *kept, row.recorded_at.isoformat()], salt=_REMOVED)


@transaction.atomic
def put_note_back(removed: str, *, organisation: UUID, actor: Actor, at: datetime) -> UUID:
    """A note as it was before `remove_note`. Raises UnknownNote, UnknownMember, MemberClosed."""
    try:
        gone, note, member, sealed, key, author, pinned, moment = signing.loads(removed, salt=_REMOVED)
    except signing.BadSignature as wrong:
        raise UnknownNote("There is no such note.", name="note") from wrong
    if at - datetime.fromisoformat(gone) > _KEPT:
        raise UnknownNote("It was removed too long ago.", name="note")
    number, shown = untyped("nte", note), untyped("mbr", member)
    owner = lock_members([shown], organisation=organisation)[shown]
    row = Note(id=number, member_id=shown, sealed=b64decode(sealed), key=key, actor=author, is_pinned=pinned,
               recorded_at=datetime.fromisoformat(moment))  # fmt: skip
    if Note.objects.bulk_create([row], ignore_conflicts=True):
        after = {"note": note, "again": True}
        record([Deed("members.note", typed("mbr", owner.id), after=after)], actor=actor, at=at)
    return number


def note_context(note: UUID) -> str:
    return f"note|{note}"


@transaction.atomic
def mark(
    name: str,
    marks: Sequence[NewMark],
    *,
    organisation: UUID,
    run: str,
    as_of: datetime,
    whole: bool,
    actor: Actor,
    at: datetime,
) -> int:
    """What a run says of members. `whole`: it speaks of everybody, so others lose this mark; ids that are not this
    organisation's are passed over. Returns how many were written. 2 queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO members_mark AS k (member_id, name, value, run, as_of, recorded_at)"
            " SELECT DISTINCT ON (m.root_id) m.root_id, %s, n.value::jsonb, %s, %s, %s"
            " FROM unnest(%s::uuid[], %s::text[]) WITH ORDINALITY AS n(member, value, place)"
            " JOIN members_member m ON m.id = n.member AND m.organisation = %s"
            " ORDER BY m.root_id, (m.id = m.root_id) DESC, n.place"
            " ON CONFLICT (member_id, name) DO UPDATE SET value = EXCLUDED.value, run = EXCLUDED.run,"
            " as_of = EXCLUDED.as_of, recorded_at = EXCLUDED.recorded_at WHERE EXCLUDED.as_of >= k.as_of",
            [
                name,
                run,
                as_of,
                at,
                [one.member for one in marks],
                [json.dumps(one.value) for one in marks],
                organisation,
            ],
        )
        written = int(cursor.rowcount)
        if whole:
            cursor.execute(
                "DELETE FROM members_mark k USING members_member m WHERE m.id = k.member_id AND m.organisation = %s"
                " AND k.name = %s AND k.run <> %s AND k.as_of <= %s",
                [organisation, name, run, as_of],
            )
    record([Deed("members.mark", run, after={"name": name, "members": written})], actor=actor, at=at)
    return written


@transaction.atomic
def unmark(name: str, members: Sequence[UUID], *, actor: Actor, at: datetime) -> int:
    """Takes a mark off members; returns how many had it. 2 queries."""
    taken, _ = Mark.objects.filter(name=name, member__in=members).delete() if members else (0, {})
    if taken:
        record([Deed("members.mark", name, after={"name": name, "taken_off": taken})], actor=actor, at=at)
    return taken
