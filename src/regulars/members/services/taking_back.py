"""Deeds about a member that whoever did them takes back: they have not left, an address is not certain after all."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.journal.statements import run
from regulars.members.errors import MemberClosed, UnknownIdentifier
from regulars.members.models import Identifier, Member

# As they were, but what somebody else is recognised by meanwhile: by that they are reached alone.
_AGAIN: Final = """
UPDATE members_identifier i SET state = 'active', ended_at = NULL, recognises = NOT EXISTS (
    SELECT 1 FROM members_identifier o WHERE o.blind = i.blind AND o.recognises
) WHERE i.member_id = %s AND i.state = 'ended' AND i.ended_at = %s AND i.kind <> 'card'
"""


@transaction.atomic
def reopen(member: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """They have not left: what ended with it holds again. Four queries. Raises MemberClosed for who did not close."""
    told = _last("members.close", typed("mbr", member), actor)
    before = told.before.get("state", "") if told is not None else ""
    closed = Member.objects.filter(id=member, organisation=organisation, state="closed")
    if told is None or not before or closed.update(state=before) != 1:
        raise MemberClosed("Nobody but who closed a member takes that back.", closed=1)
    run(_AGAIN, [member, told.at])
    told_now = Deed("members.reopen", typed("mbr", member), before={"state": "closed"}, after={"state": before})
    record([told_now], actor=actor, at=at)


@transaction.atomic
def unverify(identifier: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> None:
    """Nobody showed that it is theirs. Three queries. Raises UnknownIdentifier where it was not this person who wrote
    that last."""
    row = Identifier.objects.filter(id=identifier, organisation=organisation).exclude(kind="card").first()
    told = _last("members.verify", typed("mbr", row.member_id), actor) if row is not None and row.member_id else None
    mine = told is not None and told.after.get("identifier") == typed("idn", identifier)
    if row is None or told is None or not mine:
        raise UnknownIdentifier("Nobody here wrote down that it is theirs.")
    if Identifier.objects.filter(id=identifier, verified_at=told.at).update(verified_at=None) != 1:
        raise UnknownIdentifier("It was shown to be theirs again since.")
    after = {"kind": row.kind, "identifier": typed("idn", identifier)}
    record([Deed("members.unverify", told.subject, after=after)], actor=actor, at=at)


def _last(what: str, subject: str, actor: Actor) -> Entry | None:
    """The last such deed of the subject, where it was this person's. One query."""
    found = Entry.objects.filter(subject=subject, what=what).order_by("-at", "-id").first()
    return found if found is not None and (found.actor_kind, found.actor_id) == (actor.kind, actor.id) else None
