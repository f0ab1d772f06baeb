"""Purchases in deeds across rooms: they stay with whose card was shown; what rules knew of an erased person goes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.members.deeds import Plain
from regulars.programme.models import Checkout
from regulars.sales.locks import stand_still

room: Final = "checkout"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves."""
    return {}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Birthday, tags and segments of then go, and late bills that wait; what was earned and paid stays. Two queries."""
    rows = run(
        "UPDATE programme_checkout SET facts = jsonb_set(facts, '{member}', 'null')"
        " WHERE shown = ANY(%s::uuid[]) AND facts -> 'member' <> 'null' RETURNING 1",
        [column(members)],
    )
    waiting = run(
        "UPDATE programme_review SET asked = '{}', reason = CASE WHEN state = 'waiting' THEN 'erased' ELSE reason END,"
        " told = CASE WHEN state = 'waiting' THEN jsonb_set(told, '{state}', '\"refused\"') ELSE told END,"
        " state = CASE WHEN state = 'waiting' THEN 'refused' ELSE state END"
        " WHERE member = ANY(%s::uuid[]) AND asked <> '{}' RETURNING 1",
        [column(members)],
    )
    return {"purchases": len(rows), "late": len(waiting)}


def export(members: Sequence[UUID]) -> Plain:
    """What the programme did at each purchase. One query."""
    return {"purchases": [row.told for row in Checkout.objects.filter(shown__in=members).order_by("sale")]}


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who has a bill that waits for a person stays; the room of sales keeps who bought. Two queries.

    Tills stand still until the undo is over: a purchase that began before is seen by both rooms, and one that begins
    now finds that its member is gone.
    """
    stand_still()
    rows = run(
        "SELECT DISTINCT member FROM programme_review WHERE member = ANY(%s::uuid[]) AND state = 'waiting'",
        [column(members)],
    )
    return [member for (member,) in rows]
