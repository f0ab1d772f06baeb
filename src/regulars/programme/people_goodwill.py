"""Goodwill in deeds across rooms: it stays with whose card was shown; words about an erased person go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.programme.models import Goodwill

room: Final = "goodwill"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What was given stays in the reports; notes are blanked. One query."""
    return {"goodwill": Goodwill.objects.filter(shown__in=members).exclude(note="").update(note="")}


def export(members: Sequence[UUID]) -> Plain:
    """What was given, and why. One query."""
    return {
        "goodwill": [
            {
                "at": row.given_at.isoformat(),
                "unit": row.unit,
                "series": row.series,
                "amount": row.amount,
                "reason": row.reason,
                "note": row.note,
            }
            for row in Goodwill.objects.filter(shown__in=members).order_by("id")
        ]
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who was given something has a history. One query."""
    given = set(Goodwill.objects.filter(shown__in=members).values_list("shown", flat=True))
    return [member for member in members if member in given]
