"""Sending again: one delivery, or everything since a moment, also what happened while the endpoint was off."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from regulars.webhooks import locks
from regulars.webhooks.matching import Hearer, heard, make_deliveries, read_on
from regulars.webhooks.models import Delivery, Resend
from regulars.webhooks.payload import event_id

FRESH = {"state": "waiting", "tries": 0, "ended_at": None}


@transaction.atomic
def resend_due(*, at: datetime) -> int:
    """Goes on with the oldest wish to hear again; how many lines it looked at more closely. Call it until it answers 0.

    Once for each line, whenever the worker dies. Six queries, and those of matching.
    """
    wish = locks.next_resend()
    if wish is None:
        return 0
    hearer = Hearer.of(wish.endpoint)
    lines, reached = read_on([hearer.matcher], wish.number, wish.until)
    wanted = [(endpoint, line) for endpoint, line in heard([hearer], lines) if line.at >= wish.since]
    _again(wish, [event_id(line) for _, line in wanted], at=at)
    make_deliveries(wanted, at=at)
    wish.number = reached
    if reached >= wish.until or wish.endpoint.deleted_at is not None:
        wish.delete()
    else:
        wish.save()
    return max(1, len(lines))


def _again(wish: Resend, events: Sequence[UUID], *, at: datetime) -> None:
    """What was tried already begins a new round; of what waits the next try is now. One query."""
    known = Delivery.objects.filter(endpoint=wish.endpoint, event__in=events)
    known.filter(~Q(state="delivered") if wish.only_missed else Q()).update(**FRESH, next_at=at)


def again(delivery: Delivery, *, at: datetime) -> None:
    """A new round for one delivery, beginning now. One query."""
    Delivery.objects.filter(pk=delivery.pk).update(**FRESH, next_at=at)
    delivery.refresh_from_db()


def only_now(endpoints: Sequence[UUID], *, at: datetime) -> None:
    """What waits for endpoints that were just switched on is tried at once. One query."""
    Delivery.objects.filter(endpoint__in=endpoints, state="waiting").update(next_at=at, tries=0)
