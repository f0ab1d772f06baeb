"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.imports.models import AT_WORK, Import
from regulars.journal.moves import Actor
from regulars.members.deeds import Plain
from regulars.members.models import Member

room: Final = "imports"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Files that were brought may name the person: those that nobody works at go now. Two queries."""
    homes = Member.objects.filter(id__in=members).values("organisation")
    there = Import.objects.filter(organisation__in=homes, forgotten_at=None).exclude(state__in=AT_WORK)
    return {"imports": there.update(forget_at=at)}


def export(members: Sequence[UUID]) -> Plain:
    """Nothing here is of one person; what came of the files is told by other rooms."""
    return {}


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Nothing here keeps a member."""
    return []
