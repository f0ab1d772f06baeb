"""This room's step of deeds across rooms (members/deeds.py).

Scores belong to a run and are not reckoned again: after a merge those of the survivor are shown until the next run.
What was bought goes with whom the member is.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.members.deeds import Plain
from regulars.scorebook import locks
from regulars.scorebook.models import Advice, Bought, Score

room: Final = "scorebook"
# Rows are kept by run and member, so the runs are named: else all would be gone through.
_FORGET: Final = """
WITH home AS (SELECT DISTINCT organisation FROM members_member WHERE id = ANY(%(m)s::uuid[])),
gone AS (DELETE FROM scorebook_score WHERE member = ANY(%(m)s::uuid[]) AND run IN (SELECT r.id FROM scorebook_run r
    JOIN home USING (organisation)) RETURNING 1),
sums AS (DELETE FROM scorebook_bought WHERE member = ANY(%(m)s::uuid[]) RETURNING 1),
advice AS (DELETE FROM scorebook_advice WHERE member = ANY(%(m)s::uuid[]))
SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM sums)
"""


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Two queries."""
    locks.before_deed()
    run("UPDATE scorebook_bought SET member = %s WHERE member = %s", [survivor, other])
    return {}


def unmerge(
    survivor: UUID,
    others: Sequence[UUID],
    *,
    plan: Mapping[str, Any],
    deed: UUID,
    actor: Actor,
    at: datetime,
) -> Plain:
    """What was bought with a card of theirs is theirs again. Two queries."""
    locks.before_deed()
    back = run(
        "UPDATE scorebook_bought SET member = %s WHERE member = %s AND shown = ANY(%s::uuid[]) RETURNING 1",
        [others[0], survivor, column(others)],
    )
    return {"bought": len(back)}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Scores and what was bought go, of all runs. Two queries."""
    locks.before_deed()
    ((scores, bought),) = run(_FORGET, {"m": column(members)})
    return {"scores": scores, "bought": bought}


def export(members: Sequence[UUID]) -> Plain:
    """What was reckoned of them, the newest run last, and what they bought by day. 5 queries."""
    homes = run("SELECT DISTINCT organisation FROM members_member WHERE id = ANY(%s::uuid[])", [column(members)])
    runs = run(
        "SELECT id, cut_off FROM scorebook_run WHERE organisation = ANY(%s::uuid[]) AND state = 'done'",
        [column([home for (home,) in homes])],
    )
    days = dict(runs)
    scores = Score.objects.filter(run__in=days, member__in=members)
    shown = [name.attname for name in Score._meta.concrete_fields if name.attname not in ("run", "member")]
    told = [
        {"as_of": days[one.run].isoformat(), **{name: _plain(getattr(one, name)) for name in shown}}
        for one in sorted(scores, key=lambda one: (days[one.run], one.run))
    ]
    bought = Bought.objects.filter(member__in=members).order_by("on_day", "item")
    return {
        "scores": told,
        "bought": [
            {
                "on": one.on_day.isoformat(),
                "item": one.item,
                "times": one.times,
                "quantity": one.quantity / 1000,
                "currency": one.currency,
                "money": one.money,
            }
            for one in bought
        ],
        "advice": [
            {"at": one.at.isoformat(), "offer": one.offer, "state": one.state}
            for one in Advice.objects.filter(member__in=members).order_by("id")
        ],
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Nothing here keeps a member; scores of those who are taken out go. Two queries."""
    locks.before_deed()
    run(_FORGET, {"m": column(members)})
    return []
