"""What comes back of messages that were sent: texts from phones, receipts, and everything that happened."""

from typing import Annotated, ClassVar, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api import inbox
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, MessageId, Moment, Telling
from regulars.api.keys import Request
from regulars.api.places import whole_organisation
from regulars.outreach import selectors, selectors_sending
from regulars.outreach.models import MessageEvent
from regulars.outreach.services.coming_in import OTHER, Inbound, delivered, reply

router = Router(tags=["Messages"])


class ReplyAsked(Asking):
    """A text that came in, as the gateway hands it over."""

    EXAMPLE: ClassVar = {"external_id": "gw-7714", "channel": "sms", "sender": "+4915123456789", "text": "STOP"}

    external_id: Annotated[
        str,
        StringConstraints(pattern=r"^[!-~]{1,200}$"),
        Field(description="The gateway's own number: told again it is the same reply."),
    ]
    channel: Literal["sms"] = "sms"
    sender: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    text: Annotated[str, StringConstraints(max_length=2_000, pattern="^[^\x00]*$")]


class ReplyTold(Telling):
    """What it meant. Whose it is stays here; of a number nobody has nothing is kept."""

    meaning: Literal["stop", "balance", "other"]
    known: Annotated[bool, Field(description="Whether a member has this number.")]


class MessageEventTold(Telling):
    """One thing that happened to a message."""

    what: Annotated[str, Field(description="planned, sent, failed, given-up, stopped, delivered, bounced …")]
    why: str
    tries: int
    at: Moment


class MessageEventsTold(Telling):
    """In their order."""

    items: list[MessageEventTold]


@write(router, "POST", "/messages/replies", right=Right.OUTREACH_SEND, answer=ReplyTold)
def report_reply(request: Request, body: ReplyAsked) -> ReplyTold:
    """STOP (also 退订, TD …) withdraws every consent for texts and blocks the number. BALANCE (also 余额 …) is
    answered to that phone. Anything else is kept with the member, and opens a case
    where there is the kind `text-message`."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    one = Inbound(body.external_id, body.channel, body.sender, body.text)
    heard = reply(one, organisation=home, actor=call.actor, at=call.at)
    if heard.is_new and heard.meaning == OTHER:
        inbox.put(body.text, heard.members[0], organisation=home, actor=call.actor, at=call.at)
    return ReplyTold.model_validate({"meaning": heard.meaning, "known": bool(heard.members)})


@write(router, "POST", "/messages/{message}/delivered", right=Right.OUTREACH_SEND, answer=MessageEventsTold)
def report_delivered_message(request: Request, message: MessageId) -> Reply:
    """A receipt: the reader's server or phone has it. Told again it changes nothing."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    row = delivered(message, organisation=home, at=call.at)
    return Reply(_events(selectors_sending.events_of([row.id])[row.id]), about=row.member)


@read(router, "/messages/{message}/events", right=Right.OUTREACH_SEND, answer=MessageEventsTold)
def list_message_events(request: Request, message: MessageId) -> MessageEventsTold:
    """What became of a message after the gate let it go."""
    home = whole_organisation(request.call, Right.OUTREACH_SEND)
    row = selectors.message(home, message)
    return _events(selectors_sending.events_of([row.id])[row.id])


def _events(rows: list[MessageEvent]) -> MessageEventsTold:
    return MessageEventsTold(
        items=[MessageEventTold(what=row.what, why=row.why, tries=row.tries, at=row.at) for row in rows]
    )
