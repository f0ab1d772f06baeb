"""This room's step of deeds across rooms (members/deeds): kept answers tell about people, and go with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.api import waiting
from regulars.api.models import Answer, JobRow
from regulars.journal.moves import Actor
from regulars.members.deeds import Plain

room: Final = "api"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing: an answer stays what was answered."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Kept answers about the person are emptied, that their requests were done stays known; rows of jobs that wait are
    emptied too, and the worker refuses them. Five queries.
    """
    return {
        "answers": Answer.objects.filter(about__in=members).update(sealed=b"", about=None),
        "job_rows": JobRow.objects.filter(pk__in=waiting.about(members), state="waiting").update(sealed=b""),
    }


def export(members: Sequence[UUID]) -> Plain:
    """How many answers about the person are kept and rows of jobs wait; what they say is in the other rooms, or will
    be. Four queries.
    """
    return {
        "kept_answers": Answer.objects.filter(about__in=members).count(),
        "waiting_job_rows": len(waiting.about(members)),
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Nobody has to stay because of an answer."""
    return []
