"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.outreach.models import AudienceChange, AudienceMember
from regulars.outreach.selectors import changes_of

room: Final = "outreach"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: who is in an audience is found anew each day, and history is read by root."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """That somebody was in an audience tells of them: it goes. Two queries."""
    inside, _ = AudienceMember.objects.filter(member__in=members).delete()
    changes, _ = AudienceChange.objects.filter(member__in=members).delete()
    return {"audiences": inside, "changes": changes}


def export(members: Sequence[UUID]) -> Plain:
    """What audiences somebody entered and left. One query."""
    return {
        "audiences": [
            {"audience": code, "entered" if entered else "left": at.isoformat()}
            for code, entered, at in changes_of(members)
        ]
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Nobody stays for having been in an audience; what is known of that goes. Two queries."""
    AudienceMember.objects.filter(member__in=members).delete()
    AudienceChange.objects.filter(member__in=members).delete()
    return []
