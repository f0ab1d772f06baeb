"""What goes into the queue of sending, and what leaves it before it went."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.outreach.errors import TemplateUnknown, WrongMessage
from regulars.outreach.models import Happened, Message, MessageEvent, MessageState, Outgoing
from regulars.outreach.moves import NewMessage
from regulars.outreach.templates.builtin import is_built_in
from regulars.outreach.templates.channels import CHANNELS
from regulars.outreach.templates.finding import documents

SERVICE: Final = 1000  # ranks before every priority


def versions(wanted: Sequence[NewMessage], organisation: UUID) -> dict[str, int]:
    """Which version of its template each message says, by key. Raises WrongMessage, TemplateUnknown. Two queries where
    there are templates."""
    told = [one for one in wanted if one.template]
    for one in wanted:
        if not one.template and (one.values or one.version):
            raise WrongMessage("What a message is told needs a template.", key=one.key)
        if one.template and one.channel not in CHANNELS:
            raise WrongMessage("No template is sent by this channel.", key=one.key, known=sorted(CHANNELS))
        if is_built_in(one.template) and one.template != f"built-in:{one.service}":
            raise WrongMessage("This template is of a service.", key=one.key)
        if one.service and one.template not in ("", one.service, f"built-in:{one.service}"):
            raise WrongMessage("A service is said by the template of its own code, and by no other.", key=one.key)
    found = documents(organisation, {(one.template, one.version) for one in told})
    for one in told:
        if one.channel not in found[one.template, one.version].channels:
            raise TemplateUnknown("The template says nothing for this channel.", template=one.template, key=one.key)
    return {one.key: found[one.template, one.version].version for one in told}


def enqueue(rows: Iterable[Message], *, at: datetime) -> None:
    """Released messages with a template: planned, to go as soon as may be. Two queries."""
    going = [row for row in rows if row.template and row.state == MessageState.RELEASED]
    Outgoing.objects.bulk_create(
        Outgoing(
            id=row.id,
            organisation=row.organisation,
            channel=row.channel,
            rank=SERVICE if row.service else row.priority,
            next_at=at,
        )
        for row in going
    )
    happened(((row.id, "", 0) for row in going), Happened.PLANNED, at=at)


def stop(told: Sequence[tuple[UUID, str, int]], *, at: datetime) -> None:
    """These do not go after all: message, why and tries. Two queries."""
    Outgoing.objects.filter(id__in=[message for message, _, _ in told]).delete()
    happened(told, Happened.STOPPED, at=at)


def happened(told: Iterable[tuple[UUID, str, int]], what: Happened, *, at: datetime) -> None:
    """Message, why and tries. One query."""
    MessageEvent.objects.bulk_create(
        MessageEvent(message=message, what=what.value, why=why, tries=tries, at=at) for message, why, tries in told
    )


def values_of(wanted: Sequence[NewMessage], rows: Sequence[Message]) -> Iterable[tuple[UUID, Mapping[str, object]]]:
    """What each fresh message is told."""
    by_key = {one.key: one.values for one in wanted}
    return ((row.id, by_key[row.key]) for row in rows)
