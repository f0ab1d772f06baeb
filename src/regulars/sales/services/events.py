"""What members do that is no purchase."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import recording
from regulars.journal.statements import columns, run, unnested
from regulars.sales.errors import WrongSale
from regulars.sales.moves import NewEvent

_EVENTS: Final = {
    "id": "uuid", "organisation": "uuid", "merchant": "uuid", "store": "uuid", "source": "text", "external_id": "text",
    "channel": "text", "member": "uuid", "name": "text", "currency": "text", "amount": "bigint", "said": "jsonb",
    "effective_at": "timestamptz", "recorded_at": "timestamptz", "actor": "text",
}  # fmt: skip


def record_events(events: Sequence[NewEvent], *, actor: Actor, at: datetime) -> None:
    """Writes events; their keys were claimed before. One query. Raises WrongSale."""
    for event in events:
        if event.effective_at > at:
            raise WrongSale("What has not happened yet is not recorded.", effective_at=event.effective_at.isoformat())
    if not events:
        return
    names = ", ".join(_EVENTS)
    trail, told = recording([_deed(event) for event in events], actor=actor, at=at)
    run(
        f"WITH e AS (INSERT INTO sales_event ({names}) SELECT {names} FROM {unnested(_EVENTS)}), t AS ({trail})"
        " SELECT 1",
        [*columns([_event(event, actor, at) for event in events], len(_EVENTS)), *told],
    )


def _event(event: NewEvent, actor: Actor, at: datetime) -> tuple[object, ...]:
    place = event.place
    return (
        event.id, place.organisation, place.merchant, place.store, place.source, place.external_id, place.channel,
        event.member, event.name, event.currency, event.amount, dict(event.said), event.effective_at, at, actor.id,
    )  # fmt: skip


def _deed(event: NewEvent) -> Deed:
    merchant = typed("mrc", event.place.merchant) if event.place.merchant else ""
    store = typed("str", event.place.store) if event.place.store else ""
    facts = {"event": event.name, "member": typed("mbr", event.member)}
    return Deed("sales.event", typed("act", event.id), merchant, store, after=facts)
