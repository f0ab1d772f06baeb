"""What deeds about people do to limits used: taken together at a merge, parted at an un-merge, never reset.

Each use keeps whose card was shown, so that it finds its way back; the sums are made of the uses.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.journal.statements import column, columns, run, unnested
from regulars.members.deeds import Plain
from regulars.programme import counters
from regulars.programme.models import Counter, Use
from regulars.rules.limits import Of, Sum, of_member

room: Final = "counters"

_PAIRS: Final = unnested({"old": "uuid", "now": "uuid"})
_MOVE: Final = f"UPDATE programme_use u SET counter = new.now FROM {_PAIRS} WHERE u.counter = new.old"
_MOVE_OF: Final = f"{_MOVE} AND u.member = ANY(%s::uuid[])"
_ADD_UP: Final = (
    "UPDATE programme_counter c SET used = coalesce("
    "(SELECT sum(u.amount - u.freed) FROM programme_use u WHERE u.counter = c.id), 0) WHERE c.id = ANY(%s::uuid[])"
)


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """What the other used counts for the survivor. At most eight queries."""
    return {"counters": _move(other, survivor, None)}


def unmerge(
    survivor: UUID, others: Sequence[UUID], *, plan: Mapping[str, Any], deed: UUID, actor: Actor, at: datetime
) -> Plain:
    """What was used with a card of the other, before or since, goes back with it. At most eight queries."""
    return {"counters": _move(survivor, others[0], others)}


def _move(giver: UUID, taker: UUID, shown: Sequence[UUID] | None) -> int:
    rows = list(Counter.objects.filter(subject=of_member(typed("mbr", giver))))
    if not rows:
        return 0
    pairs = [(row.id, counters.number(_sum(row, taker), row.organisation)) for row in rows]
    for organisation in {row.organisation for row in rows}:
        of_it = [row for row in rows if row.organisation == organisation]
        counters.lock([_sum(row, who) for row in of_it for who in (giver, taker)], organisation=organisation)
    if shown is None:
        run(_MOVE, columns(pairs, 2))
    else:
        run(_MOVE_OF, [*columns(pairs, 2), column(shown)])
    run(_ADD_UP, [column(sorted({one for pair in pairs for one in pair}))])
    return len(rows)


def _sum(row: Counter, member: UUID) -> Sum:
    return Sum(row.code, Of(row.of), of_member(typed("mbr", member)), row.period)


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """The person's own sums go; what they took of budgets stays taken, by nobody. Sums that go by a digest of phone or
    mail stay: they name nobody without the keys, and keep a new start from being a second first time. Four queries."""
    subjects = [of_member(typed("mbr", member)) for member in members]
    own = Counter.objects.filter(subject__in=subjects)
    gone = list(own.values_list("id", flat=True))
    Use.objects.filter(counter__in=gone).delete()
    own.delete()
    return {"counters": len(gone), "uses": Use.objects.filter(member__in=members).update(member=None)}


def export(members: Sequence[UUID]) -> Plain:
    """What is used of limits. One query."""
    subjects = [of_member(typed("mbr", member)) for member in members]
    return {
        "limits": [
            {"code": row.code, "of": row.of, "period": row.period, "used": row.used}
            for row in Counter.objects.filter(subject__in=subjects).order_by("code", "of", "period")
        ]
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who used something has a history. One query."""
    used = set(Use.objects.filter(member__in=members).values_list("member", flat=True).distinct())
    return [member for member in members if member in used]
