"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.members.models import Identifier, NewWay
from regulars.portal.models import Code, Link, Session

room: Final = "portal"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: who a session belongs to now is asked each time. But who is known by what waits now for having
    come later (members/services/new_ways) is logged out: they would see the other's pages. Five queries."""
    later = set(NewWay.objects.filter(merge=deed).values_list("identifier", flat=True))
    if not later:
        return {}
    theirs = set(Identifier.objects.filter(id__in=later).values_list("member", flat=True))
    gone, _ = Session.objects.filter(member__in=theirs).delete()
    Code.objects.filter(member__in=theirs).delete()
    Link.objects.filter(member__in=theirs).delete()
    return {"sessions": gone}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Every device of theirs is logged out: what one of them was logged in to as both may be the other's now. Three
    queries."""
    both = [survivor, *others]
    gone, _ = Session.objects.filter(member__in=both).delete()
    Code.objects.filter(member__in=both).delete()
    Link.objects.filter(member__in=both).delete()
    return {"sessions": gone}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Every device is logged out, and nothing that lets somebody in is left. Three queries."""
    sessions, _ = Session.objects.filter(member__in=members).delete()
    Code.objects.filter(member__in=members).delete()
    Link.objects.filter(member__in=members).delete()
    return {"sessions": sessions}


def export(members: Sequence[UUID]) -> Plain:
    """Where the person is logged in. One query."""
    return {
        "sessions": [
            {
                "device": row.device,
                "by": row.how,
                "begun_at": row.begun_at.isoformat(),
                "seen_at": row.seen_at.isoformat(),
            }
            for row in Session.objects.filter(member__in=members).order_by("begun_at", "id")
        ]
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who is logged in has a history. One query."""
    known = set(Session.objects.filter(member__in=members).values_list("member", flat=True))
    return [member for member in members if member in known]
