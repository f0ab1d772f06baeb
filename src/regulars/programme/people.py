"""This room's step of deeds across rooms (members/deeds): its parts, in their order; un-merge goes backwards."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.members.deeds import Plain, Step
from regulars.programme import people_activities as activities
from regulars.programme import people_checkout as checkout
from regulars.programme import people_counters as counters
from regulars.programme import people_coupons as coupons
from regulars.programme import people_following as following
from regulars.programme import people_goodwill as goodwill
from regulars.programme import people_previews as previews
from regulars.programme import people_tiers as tiers

room: Final = "programme"
PARTS: Final[tuple[Step, ...]] = (counters, coupons, checkout, activities, following, goodwill, previews, tiers)


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What each part answers, under its name."""
    return {part.room: part.merge(survivor, other, deed=deed, actor=actor, at=at) for part in PARTS}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """A part that came later has no plan in merges before it."""
    return {
        part.room: part.unmerge(survivor, others, plan=plan.get(part.room, {}), deed=deed, actor=actor, at=at)
        for part in reversed(PARTS)
    }


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    return {part.room: part.erase(members, deed=deed, actor=actor, at=at) for part in PARTS}


def export(members: Sequence[UUID]) -> Plain:
    return {part.room: part.export(members) for part in PARTS}


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Whoever a part cannot let go stays."""
    stay = {member for part in PARTS for member in part.undo(members, deed=deed, actor=actor, at=at)}
    return [member for member in members if member in stay]
