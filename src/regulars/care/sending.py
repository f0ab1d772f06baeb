"""Background work of the room: nothing that is late is forgotten."""

from datetime import datetime
from typing import Final

from django.db import transaction

from regulars.care import locks
from regulars.care.history import Done, keep, told_owner
from regulars.care.models import Case, FollowUp
from regulars.journal.moves import Actor

BATCH: Final = 500


@transaction.atomic
def tell_late(*, actor: Actor, at: datetime) -> int:
    """Says of what has become due that it is late, once for each moment; the alert `late-cases` and webhooks listen.
    Seven queries a batch. How many there were."""
    cases, follow_ups = locks.late_cases(at, BATCH), locks.late_follow_ups(at, BATCH)
    Case.objects.filter(pk__in=[row.id for row in cases]).update(late_told_at=at)
    FollowUp.objects.filter(pk__in=[row.id for row in follow_ups]).update(late_told_at=at)
    late = [Done("cases.late", row, after=_facts(row) | {"kind": row.kind}) for row in cases]
    late += [Done("followups.late", row, after=_facts(row)) for row in follow_ups]
    if late:
        keep(late, actor=actor, at=at)
    return len(late)


def _facts(row: Case | FollowUp) -> dict[str, str]:
    return {"due_at": row.due_at.isoformat(), **told_owner(row.owner, row.queue)}
