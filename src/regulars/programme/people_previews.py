"""Drafts in deeds across rooms: what one would have been to a person goes with them; the sums stay."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.programme.models import PreviewMember

room: Final = "previews"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: it is what was looked at then."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """One query."""
    return {"previews": PreviewMember.objects.filter(member__in=members).delete()[0]}


def export(members: Sequence[UUID]) -> Plain:
    """What never held is nothing that is known of a person."""
    return {}


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Nobody has a history by it."""
    return []
