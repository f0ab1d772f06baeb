"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from regulars.basics.ids import typed
from regulars.care import locks
from regulars.care.models import CareText, Case, Ended, FollowUp, State
from regulars.care.selectors import texts_of
from regulars.journal.moves import Actor
from regulars.members.deeds import Plain

room: Final = "care"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: cases and promises are read by group."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """All that was written goes; that there were cases, of which kind and how long they took, stays in the counts.
    What was open ends. Six queries."""
    cases, follow_ups = locks.about(members)
    gone, _ = CareText.objects.filter(about__in=_numbers(cases, follow_ups)).delete()
    numbers = [row.id for row in cases]
    open_ones = Case.objects.filter(pk__in=numbers).exclude(state=State.DONE)
    ended = open_ones.update(state=State.DONE, done_at=at, outcome="erased")
    Case.objects.filter(pk__in=numbers).update(erased_at=at)
    promised = FollowUp.objects.filter(pk__in=[row.id for row in follow_ups], state=Ended.OPEN)
    dropped = promised.update(state=Ended.DROPPED, ended_at=at)
    return {"cases": len(cases), "texts": gone, "cases_ended": ended, "follow_ups_dropped": dropped}


def export(members: Sequence[UUID]) -> Plain:
    """Cases and follow-ups with all that was written. Three queries."""
    cases = list(Case.objects.filter(member__in=members).order_by("id"))
    theirs = Q(member__in=members) | Q(case__in=cases)
    follow_ups = list(FollowUp.objects.filter(theirs).order_by("id"))
    texts = texts_of(_numbers(cases, follow_ups))
    return {
        "cases": [
            {
                "case": typed("cas", row.id),
                "kind": row.kind,
                "channel": row.channel,
                "state": row.state,
                "opened_at": row.opened_at.isoformat(),
                "done_at": row.done_at.isoformat() if row.done_at else None,
                "texts": _said(texts[row.id]),
            }
            for row in cases
        ],
        "follow_ups": [
            {"due_at": row.due_at.isoformat(), "state": row.state, "texts": _said(texts[row.id])} for row in follow_ups
        ],
    }


def _numbers(cases: Sequence[Case], follow_ups: Sequence[FollowUp]) -> list[UUID]:
    return [row.id for row in cases] + [row.id for row in follow_ups]


def _said(texts: Sequence[Any]) -> list[dict[str, str]]:
    return [{"part": one.part, "text": one.text, "at": one.at.isoformat()} for one in texts]


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who has a case or a promise has a history. Two queries."""
    known = set(Case.objects.filter(member__in=members).values_list("member", flat=True))
    known |= set(FollowUp.objects.filter(member__in=members).values_list("member", flat=True))
    return [member for member in members if member in known]
