"""Service messages: the closed list of what members are told without having asked for advertising."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.outreach.errors import WrongMessage
from regulars.outreach.gate.words import Service
from regulars.outreach.models import Message
from regulars.outreach.moves import NewMessage
from regulars.outreach.services.messages import ask
from regulars.outreach.templates.builtin import VALUES, code_of
from regulars.outreach.templates.finding import own_channels


@dataclass(frozen=True, slots=True)
class Notice:
    """One service message. `values`: as `templates.builtin.VALUES` names them for the service."""

    key: str  # asked once: told again, nothing more is sent
    member: UUID
    channel: str
    values: Mapping[str, Any] = field(default_factory=dict)
    address: UUID | None = None  # the identifier it should go to, where it is theirs and in use
    language: str = ""  # "": the member's own


def tell(service: Service, to: Sequence[Notice], *, organisation: UUID, actor: Actor, at: datetime) -> list[Message]:
    """Asks the gate, which lets services pass to every address that is not blocked; the job of sending sends them.

    They say what the organisation's own template of the service's code says by that channel, else what is built in,
    in the member's language. Raises UnknownMember, WrongMessage, MessageChanged. Queries as `ask`, and one more.
    """
    for one in to:
        if missing := [name for name in VALUES[service] if name not in one.values]:
            raise WrongMessage("This service must be told more.", key=one.key, missing=missing)
    own = own_channels(organisation, service.value)
    wanted = [
        NewMessage(
            key=one.key,
            member=one.member,
            channel=one.channel,
            service=service.value,
            template=service.value if one.channel in own else code_of(service),
            values={**one.values, **({"language": one.language} if one.language else {})},
            address=one.address,
        )
        for one in to
    ]
    return ask(wanted, organisation=organisation, actor=actor, at=at)
