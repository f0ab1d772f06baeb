"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.outreach.campaigns.holdouts import apart, in_launched
from regulars.outreach.campaigns.selectors import parts_of
from regulars.outreach.gate.words import Service, Why
from regulars.outreach.models import (
    AudienceChange,
    AudienceMember,
    Content,
    Message,
    MessageState,
    Outgoing,
    Recipient,
    Reply,
)
from regulars.outreach.sealing import kept
from regulars.outreach.selectors import changes_of
from regulars.outreach.selectors_sending import events_of, replies_of
from regulars.outreach.services.outgoing import stop

room: Final = "outreach"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: who is in an audience is found anew each day, and history is read by root. What a campaign
    assigned stays with each; the gate asks for all of them."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Who becomes a person of their own again stays in the campaigns in which they were part of somebody: who got
    nothing goes on to get nothing. One query."""
    return {"campaigns": apart(survivor, others)}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """That somebody was in an audience tells of them: it goes. What was sent stays in the sums, under an id that says
    nothing: without what it was told, and what was written back. A blocked address stays blocked, known by its digest
    alone. Ten queries."""
    inside, _ = AudienceMember.objects.filter(member__in=members).delete()
    changes, _ = AudienceChange.objects.filter(member__in=members).delete()
    messages = Message.objects.filter(member__in=members).update(identifier=None)
    Recipient.objects.filter(member__in=members).delete()
    ids = list(Message.objects.filter(member__in=members).exclude(template="").values_list("id", flat=True))
    unsent = list(Outgoing.objects.filter(id__in=ids).values_list("id", flat=True))
    stop([(number, "erased", 0) for number in unsent], at=at)
    Message.objects.filter(id__in=unsent).update(state=MessageState.HELD, why=Why.GONE.value)
    contents, _ = Content.objects.filter(id__in=ids).delete()
    replies, _ = Reply.objects.filter(member__in=members).delete()
    return {"audiences": inside, "changes": changes, "messages": messages, "contents": contents, "replies": replies}


def export(members: Sequence[UUID]) -> Plain:
    """What audiences somebody entered and left, the messages that were meant for them with what these were told and
    what became of them, and what was written back. A code that lets somebody in is nobody's to read. Six queries."""
    rows = list(Message.objects.filter(member__in=members).order_by("id"))
    told, happened = kept([row.id for row in rows]), events_of([row.id for row in rows])
    return {
        "messages": [
            {
                "at": row.decided_at.isoformat(),
                "channel": row.channel,
                "what": row.service or row.purpose,
                "campaign": row.campaign,
                "state": row.state,
                "why": row.why,
                "template": row.template,
                "version": row.version,
                "told": {} if row.service == Service.LOGIN_CODE else told.get(row.id, {}),
                "happened": [{"at": one.at.isoformat(), "what": one.what, "why": one.why} for one in happened[row.id]],
            }
            for row in rows
        ],
        "replies": [
            {"at": row.at.isoformat(), "channel": row.channel, "text": text} for row, text in replies_of(members)
        ],
        "audiences": [
            {"audience": code, "entered" if entered else "left": at.isoformat()}
            for code, entered, at in changes_of(members)
        ],
        "campaigns": [
            {"campaign": one.campaign, "arm": one.arm, "why": one.why, "at": one.at.isoformat()}
            for one in parts_of(members)
        ],
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who was written to stays, and who was in a campaign; of the others goes what audiences they were in. Four
    queries."""
    stay = set(Message.objects.filter(member__in=members).values_list("member", flat=True)) | in_launched(members)
    gone = [member for member in members if member not in stay]
    AudienceMember.objects.filter(member__in=gone).delete()
    AudienceChange.objects.filter(member__in=gone).delete()
    return sorted(stay)
