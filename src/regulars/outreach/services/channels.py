"""As whom an organisation writes by each channel: kept, and changed with a line in the trail."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from regulars.basics.forms import IN_WORDS
from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.outreach.errors import WrongChannel
from regulars.outreach.models import ChannelSetting
from regulars.outreach.templates.channels import EMAIL, POST, SMS

_LINE: Final = r"^[^\x00-\x1f\x7f<>\"]*$"
Address = Annotated[
    str, StringConstraints(pattern=r"^$|^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+\.[A-Za-z0-9-]+$")
]


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class MailForm(_Form):
    """Empty: the sender of the mail server's setting, and no name."""

    sender: Address = ""
    sender_name: Annotated[str, StringConstraints(pattern=_LINE, max_length=80)] = ""
    reply_to: Address = ""


class TextForm(_Form):
    """A number, or up to eleven letters and digits where the country allows it."""

    sender: Annotated[str, StringConstraints(pattern=r"^$|^\+[0-9]{5,15}$|^[A-Za-z0-9 ]{1,11}$")] = ""


class LetterForm(_Form):
    """The lines above the reader's address, and at the end."""

    from_lines: Annotated[tuple[Annotated[str, Field(max_length=80)], ...], Field(max_length=6)] = ()
    closing: Annotated[str, Field(max_length=200)] = ""


FORMS: Final[Mapping[str, type[_Form]]] = {EMAIL: MailForm, SMS: TextForm, POST: LetterForm}


@transaction.atomic
def set_channel(
    organisation: UUID, channel: str, document: Mapping[str, Any], *, within: str = "", actor: Actor, at: datetime
) -> ChannelSetting:
    """Raises WrongChannel."""
    if channel not in FORMS:
        raise WrongChannel("There is no such channel to be set.", known=sorted(FORMS))
    try:
        kept = FORMS[channel].model_validate_json(json.dumps(document)).model_dump(mode="json")
    except ValidationError as found:
        told = [
            {
                "pointer": within + "".join(f"/{step}" for step in one["loc"]),
                "in": "body",
                "detail": IN_WORDS.get(one["type"], one["msg"]),
                "code": one["type"],
            }
            for one in found.errors(include_url=False, include_context=False, include_input=False)
        ]
        raise WrongChannel(f"This cannot be kept. {told[0]['pointer']}: {told[0]['detail']}", errors=told) from found
    row, _ = ChannelSetting.objects.update_or_create(
        organisation=organisation, channel=channel, defaults={"document": kept, "changed_at": at}
    )
    deed = Deed("messages.channel", typed("org", organisation), after={"channel": channel, "set": sorted(document)})
    record([deed], actor=actor, at=at)
    return row
