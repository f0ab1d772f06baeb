"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.outreach.campaigns.holdouts import apart, in_launched
from regulars.outreach.campaigns.selectors import parts_of
from regulars.outreach.models import AudienceChange, AudienceMember, Message, Recipient
from regulars.outreach.selectors import changes_of

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
    nothing; a blocked address stays blocked, known by its digest alone. Four queries."""
    inside, _ = AudienceMember.objects.filter(member__in=members).delete()
    changes, _ = AudienceChange.objects.filter(member__in=members).delete()
    messages = Message.objects.filter(member__in=members).update(identifier=None)
    Recipient.objects.filter(member__in=members).delete()
    return {"audiences": inside, "changes": changes, "messages": messages}


def export(members: Sequence[UUID]) -> Plain:
    """What audiences somebody entered and left, and the messages that were meant for them. Two queries."""
    rows = Message.objects.filter(member__in=members).order_by("id")
    return {
        "messages": [
            {
                "at": row.decided_at.isoformat(),
                "channel": row.channel,
                "what": row.service or row.purpose,
                "campaign": row.campaign,
                "state": row.state,
                "why": row.why,
            }
            for row in rows
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
