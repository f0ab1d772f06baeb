"""The only writer of the trail."""

from collections.abc import Sequence
from datetime import datetime

from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed


def record(deeds: Sequence[Deed], *, actor: Actor, at: datetime) -> None:
    """Writes deeds in the transaction of their effect, so that neither is there without the other. One query."""
    Entry.objects.bulk_create(
        Entry(
            at=at,
            actor_kind=actor.kind,
            actor_id=actor.id,
            actor_name=actor.name,
            request_id=actor.request_id,
            address=actor.address,
            what=deed.what,
            subject=deed.subject,
            merchant=deed.merchant,
            store=deed.store,
            before=dict(deed.before),
            after=dict(deed.after),
            reason=deed.reason,
        )
        for deed in deeds
    )
