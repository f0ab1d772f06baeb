"""Messages before the gate: what may go to whom, and what came back."""

from typing import Annotated, Any, ClassVar, Final, Literal

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import Reply, read, write
from regulars.api.fields import Asking, Cursor, IdentifierId, Limit, MemberId, MessageId, Moment, Telling
from regulars.api.keys import Request
from regulars.api.places import whole_organisation
from regulars.basics.ids import typed
from regulars.journal.services import read as looked_at
from regulars.members.selectors import group_of, roots
from regulars.outreach import selectors
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import Message
from regulars.outreach.moves import NewMessage
from regulars.outreach.services import messages as services
from regulars.outreach.services import policies

router = Router(tags=["Messages"])

ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$"), Field(examples=["email", "sms"])]
CampaignCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
MessageKey = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]{1,200}$"),
    Field(description="Of the sender: asked again it is the same message."),
]
# The services that others may ask for: what is said of addresses is for the server alone to say.
ServiceName = Literal["login-code", "receipt", "expiry-notice", "late-bill-notice", "case-answer"]
POLICY: Final[dict[str, Any]] = {
    "quiet": [{"begins": "21:00", "ends": "08:00"}],
    "caps": [{"most": 1, "days": 1}, {"most": 2, "days": 7, "channel": "sms"}],
    "holdout": {"share": 200, "months": 12},
}


class MessageAsked(Asking):
    """A message to a member: a service of the closed list, or marketing with a purpose."""

    key: MessageKey
    member: MemberId
    channel: ChannelName
    purpose: Annotated[ChannelName | None, Field(description="That was agreed to: marketing …")] = None
    service: ServiceName | None = None
    campaign: CampaignCode | None = None
    holdout_share: Annotated[int, Field(ge=0, le=10_000, description="Of the campaign: so many of 10,000.")] = 0
    priority: Annotated[int, Field(ge=0, le=100, description="The higher the more urgent.")] = 0
    template: Annotated[
        str | None,
        StringConstraints(pattern=r"^(built-in:)?[a-z0-9][a-z0-9._-]{0,79}$"),
        Field(description="Of ours: then it is sent from here. Without one, sending is the caller's."),
    ] = None
    version: Annotated[int, Field(ge=0, le=10**9, description="Of the template; 0: the newest.")] = 0
    values: dict[str, Any] = Field(default_factory=dict, max_length=50, description="What it is told besides facts.")


class MessagesAsked(Asking):
    """Up to 1,000 at once; they are weighed against each other."""

    EXAMPLE: ClassVar = {
        "messages": [
            {
                "key": "spring/1",
                "member": "mbr_01kdvdna00e008000000000001",
                "channel": "email",
                "purpose": "marketing",
                "campaign": "spring",
                "holdout_share": 1000,
            }
        ]
    }

    messages: Annotated[list[MessageAsked], Field(min_length=1, max_length=1000)]


class MessageTold(Telling):
    """What the gate says. `released`: it may go, and counts. `waiting`: ask again at `again_at`. `held`: it stays here.
    `returned`: it went, and bounced or was complained of."""

    id: MessageId
    key: str
    member: MemberId
    channel: str
    purpose: str
    service: str
    campaign: str
    template: Annotated[str, Field(description="Empty where whoever asked sends it themselves.")]
    version: int
    state: Literal["released", "waiting", "held", "returned"]
    why: Annotated[str, Field(description="Why it does not go: no-consent, quiet-hours, capped …")]
    again_at: Moment | None
    address: Annotated[IdentifierId | None, Field(description="The identifier it may go to, of released ones.")]
    asked_at: Moment
    decided_at: Moment


class MessagesTold(Telling):
    """In the order in which they were asked."""

    items: list[MessageTold]


class MessagesListed(Telling):
    """The newest first."""

    items: list[MessageTold]
    next: str | None


class MessageReturnAsked(Asking):
    """What came back: nothing goes to that address by this channel any more."""

    EXAMPLE: ClassVar = {"why": "bounce"}

    why: Annotated[Literal["bounce", "complaint", "stop"], Field(description="A bounce that is for good.")]


class PolicyAsked(Asking):
    """How members are reached: quiet hours on their clock, caps, and who gets no marketing at all."""

    EXAMPLE: ClassVar = {"document": POLICY}

    document: Annotated[dict[str, Any], Field(description="See docs/outreach.md; faults are told with their place.")]


class PolicyTold(Telling):
    """The policy as it holds."""

    document: dict[str, Any]
    changed_at: Moment


@write(router, "POST", "/messages", right=Right.OUTREACH_SEND, answer=MessagesTold)
def ask_for_messages(request: Request, body: MessagesAsked) -> MessagesTold:
    """Asks the gate, for all of them at once: consent, quiet hours, caps, holdouts, blocked addresses."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    wanted = [
        NewMessage(
            key=one.key,
            member=one.member,
            channel=one.channel,
            purpose=one.purpose or "",
            service=one.service or "",
            campaign=one.campaign or "",
            holdout_share=one.holdout_share,
            priority=one.priority,
            template=one.template or "",
            version=one.version,
            values=one.values,
        )
        for one in body.messages
    ]
    rows = services.ask(wanted, organisation=home, actor=call.actor, at=call.at)
    return MessagesTold(items=[_told(row) for row in rows])


@read(router, "/messages/{message}", right=Right.OUTREACH_SEND, answer=MessageTold)
def get_message(request: Request, message: MessageId) -> MessageTold:
    """One message, and what the gate said last."""
    home = whole_organisation(request.call, Right.OUTREACH_SEND)
    return _told(selectors.message(home, message))


@write(router, "POST", "/messages/{message}/returned", right=Right.OUTREACH_SEND, answer=MessageTold)
def report_returned_message(request: Request, message: MessageId, body: MessageReturnAsked) -> Reply:
    """Tells that a message bounced, or that its reader complained or said stop. Told again it changes nothing."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    row = services.came_back(message, Blocked(body.why), organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(row), about=row.member)


@write(router, "POST", "/messages/{message}/lift", right=Right.OUTREACH_APPROVE, answer=MessageTold)
def lift_block(request: Request, message: MessageId) -> Reply:
    """The address that this message had blocked may be written to again. Consent stays as it is."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_APPROVE)
    row = services.lift(message, organisation=home, actor=call.actor, at=call.at)
    return Reply(_told(row), about=row.member)


@read(router, "/members/{member}/messages", right=Right.MEMBERS_READ, answer=MessagesListed)
def list_messages(
    request: Request, member: MemberId, limit: Limit = 50, cursor: Cursor | None = None
) -> MessagesListed:
    """What was to be sent to a member, and why what did not go stayed."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_READ)
    root = roots([member], organisation=home)[member]
    place = f"messages.{root}"
    rows = selectors.messages_of(group_of(root), before=read_cursor(place, cursor), limit=limit + 1)
    looked_at([typed("mbr", root)], actor=call.actor, at=call.at)
    shown = rows[:limit]
    more = write_cursor(place, str(shown[-1].id)) if len(rows) > limit else None
    return MessagesListed(items=[_told(row) for row in shown], next=more)


@read(router, "/outreach-policy", right=Right.OUTREACH_SEND, answer=PolicyTold)
def get_outreach_policy(request: Request) -> PolicyTold:
    """Quiet hours, caps and the universal holdout, as they hold."""
    call = request.call
    row = policies.policy(whole_organisation(call, Right.OUTREACH_SEND), at=call.at)
    return PolicyTold(document=row.document, changed_at=row.changed_at)


@write(router, "PUT", "/outreach-policy", right=Right.OUTREACH_APPROVE, answer=PolicyTold)
def save_outreach_policy(request: Request, body: PolicyAsked) -> PolicyTold:
    """Changes them. Who is held out stays held out: a larger share holds more besides."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_APPROVE)
    row = policies.save_policy(home, body.document, within="/document", actor=call.actor, at=call.at)
    return PolicyTold(document=row.document, changed_at=row.changed_at)


def _told(row: Message) -> MessageTold:
    return MessageTold.model_validate(
        {
            "id": row.id,
            "key": row.key,
            "member": row.member,
            "channel": row.channel,
            "purpose": row.purpose,
            "service": row.service,
            "campaign": row.campaign,
            "template": row.template,
            "version": row.version,
            "state": str(row.state),
            "why": row.why,
            "again_at": row.again_at,
            "address": row.identifier,
            "asked_at": row.asked_at,
            "decided_at": row.decided_at,
        }
    )
