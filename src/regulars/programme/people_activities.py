"""Activities in deeds across rooms: as purchases they stay with whose card was shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.programme.models import Activity

room: Final = "activities"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What was earned stays; what an activity said goes with the room of sales."""
    return {}


def export(members: Sequence[UUID]) -> Plain:
    """What the programme did at each activity. One query."""
    return {"activities": [row.told for row in Activity.objects.filter(shown__in=members).order_by("event")]}


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """The room of sales keeps who did something."""
    return []
