"""Addresses to which nothing is sent any more."""

from datetime import datetime
from uuid import UUID

from regulars.basics.ids import new_id, typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.models import Identifier
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import Suppression


def block(
    organisation: UUID,
    channel: str,
    address: Identifier | None,
    member: UUID,
    why: Blocked,
    message: UUID | None,
    *,
    actor: Actor,
    at: datetime,
) -> None:
    """An address, for every member who has it; the member where the channel has no address of its own. Once."""
    made = Suppression(
        id=new_id(at),
        organisation=organisation,
        channel=channel,
        member=None if address else member,
        identifier=address.id if address else None,
        blind=bytes(address.blind) if address else None,
        why=why.value,
        message=message,
        at=at,
    )
    Suppression.objects.bulk_create([made], ignore_conflicts=True)  # it may come twice at the same moment
    if not Suppression.objects.filter(id=made.id).exists():
        return
    after = {"channel": channel, "why": why.value, **({"message": typed("msg", message)} if message else {})}
    record([Deed("messages.suppress", typed("mbr", member), after=after)], actor=actor, at=at)
