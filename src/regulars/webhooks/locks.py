"""The only row locks of the room."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from regulars.journal.statements import run
from regulars.webhooks.models import Delivery, Endpoint, Feed, Resend

# Of each endpoint a part, so that one with much to hear holds up nobody; those that fail are asked for apart.
_DUE = """
SELECT due.id FROM api_endpoint e CROSS JOIN LATERAL (
    SELECT d.id, d.next_at FROM api_delivery d WHERE d.endpoint_id = e.id AND d.next_at <= %(at)s
    ORDER BY d.next_at, d.id LIMIT %(each)s
) due WHERE e.is_on AND e.deleted_at IS NULL AND (e.failing_since IS NOT NULL) = %(failing)s
ORDER BY due.next_at, due.id LIMIT %(most)s
"""


def feed() -> Feed:
    """How far the journal was read, locked: one makes deliveries at a time. Two queries.

    The first time nobody hears of anything yet, so all that is there counts as read.
    """
    run(
        "INSERT INTO api_feed (one, number) SELECT true, coalesce(max(number), 0) FROM journal_chain"
        " ON CONFLICT DO NOTHING"
    )
    return Feed.objects.select_for_update().get()


def next_resend() -> Resend | None:
    """The oldest that no other worker has in hand, locked. One query."""
    waiting = Resend.objects.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint")
    return waiting.order_by("made_at", "id").first()


def due_deliveries(at: datetime, *, failing: bool, each: int, most: int) -> list[Delivery]:
    """What is to be sent and no other worker has in hand, locked, beside its endpoint; to endpoints that took the last
    message, or to those that did not. Two queries."""
    found = [row[0] for row in run(_DUE, {"at": at, "failing": failing, "each": each, "most": most})]
    due = Delivery.objects.select_for_update(skip_locked=True, of=("self",)).select_related("endpoint")
    return list(due.filter(pk__in=found, next_at__lte=at).order_by("next_at", "id"))


def endpoints(wanted: Sequence[UUID]) -> dict[UUID, Endpoint]:
    """Locked, in one order. One query."""
    found = Endpoint.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return {one.id: one for one in found}
