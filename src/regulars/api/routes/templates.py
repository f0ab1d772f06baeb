"""What messages say: templates saved, tried on a member, listed; and as whom each channel writes."""

from typing import Annotated, Any, ClassVar, Final, Literal
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access.rights import Right
from regulars.api.doors import read, write
from regulars.api.fields import Asking, MemberId, Moment, Telling, Text
from regulars.api.keys import Request
from regulars.api.places import whole_organisation
from regulars.basics.ids import typed
from regulars.journal.services import read as looked_at
from regulars.members.selectors import roots
from regulars.outreach import selectors_sending as selectors
from regulars.outreach.errors import WrongChannel
from regulars.outreach.models import ChannelSetting, Template
from regulars.outreach.moves import NewTemplate
from regulars.outreach.rendering import Rendered, render_document
from regulars.outreach.services import channels, templates
from regulars.outreach.templates.documents import read as read_document
from regulars.outreach.templates.facts import FACTS

router = Router(tags=["Templates"])

TemplateCode = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,79}$"),
    Field(description="Stays the same from version to version; a service's code says it in words of one's own."),
]
SentBy = Literal["email", "sms", "post"]
Words = Annotated[
    dict[str, Any],
    Field(description="By channel and language, in Liquid; see docs/outreach.md. Faults come with line and column."),
]
SPRING: Final[dict[str, Any]] = {
    "email": {"en": {"subject": "{{ member.first_name }}, it is spring", "text": "Dear {{ member.first_name }}, …"}},
    "sms": {"en": {"text": "It is spring! {{ links.unsubscribe }}"}},
}


class TemplateAsked(Asking):
    """A template as it shall be: new, or the next version."""

    EXAMPLE: ClassVar = {"name": "Spring", "document": SPRING}

    name: Text
    document: Words
    version: Annotated[int | None, Field(ge=1, le=10**9, description="The version this was made from.")] = None


class TemplateTold(Telling):
    """A template in its present version."""

    id: str
    code: str
    name: str
    version: int
    document: dict[str, Any]
    changed_at: Moment
    retired_at: Moment | None


class TemplatesTold(Telling):
    """By code."""

    items: list[TemplateTold]


class TemplateVersionTold(Telling):
    """One version, as it was saved."""

    version: int
    name: str
    document: dict[str, Any]
    made_at: Moment
    made_by: str


class TemplateVersionsTold(Telling):
    """The newest first."""

    items: list[TemplateVersionTold]


class TemplateTried(Asking):
    """Words that need not be saved, for a member to be read by."""

    EXAMPLE: ClassVar = {"document": SPRING, "channel": "email", "member": "mbr_01kdvdna00e008000000000001"}

    document: Words
    channel: SentBy
    member: MemberId
    values: dict[str, Any] = Field(default_factory=dict, description="What it would be told besides the facts.")


class MessagePreview(Telling):
    """What the member would read. Its link to say no is nobody's."""

    subject: str
    text: str
    html: str
    language: str
    segments: Annotated[int, Field(description="Parts a text to a phone is paid as.")]
    problem: Annotated[str, Field(description="Why it could not be written: it costs too much.")]


class TemplateFact(Telling):
    """One thing a template may ask for."""

    path: str
    means: str


class TemplateFacts(Telling):
    """All there is: nothing else is within a template's reach."""

    items: list[TemplateFact]


class ChannelAsked(Asking):
    """As whom the organisation writes by this channel."""

    EXAMPLE: ClassVar = {"document": {"sender": "club@shop.example", "sender_name": "Riverside Club"}}

    document: Annotated[dict[str, Any], Field(description="See docs/outreach.md.")]


class ChannelTold(Telling):
    """A channel as it is set."""

    channel: str
    document: dict[str, Any]
    changed_at: Moment | None


class ChannelsTold(Telling):
    """Every channel that templates are sent by."""

    items: list[ChannelTold]


@read(router, "/templates", right=Right.OUTREACH_SEND, answer=TemplatesTold)
def list_templates(request: Request, retired: bool = False) -> TemplatesTold:
    """The organisation's own; those of services that are built in are not among them."""
    home = whole_organisation(request.call, Right.OUTREACH_SEND)
    return TemplatesTold(items=[_told(row) for row in selectors.templates(home, retired=retired)])


@read(router, "/template-facts", right=Right.OUTREACH_SEND, answer=TemplateFacts)
def list_template_facts(request: Request) -> TemplateFacts:
    """What a template may ask for."""
    return TemplateFacts(items=[TemplateFact(path=path, means=means) for path, means in FACTS.items()])


@read(router, "/template-previews", right=Right.MEMBERS_READ, answer=MessagePreview, method="POST")
def preview_template(request: Request, body: TemplateTried) -> MessagePreview:
    """Writes the words for a member, as they are now. The look is in the journal."""
    call = request.call
    home = whole_organisation(call, Right.MEMBERS_READ)
    root = roots([body.member], organisation=home)[body.member]
    document = read_document(body.document, within="/document")
    if body.channel not in document.channels:
        raise WrongChannel("The document says nothing by this channel.", channel=body.channel)
    said = render_document(document, root, body.values, organisation=home, channel=body.channel, at=call.at)
    looked_at([typed("mbr", root)], actor=call.actor, at=call.at)
    return _preview(said)


@write(router, "PUT", "/templates/{template}", right=Right.OUTREACH_SEND, answer=TemplateTold)
def save_template(request: Request, template: TemplateCode, body: TemplateAsked) -> TemplateTold:
    """Makes a template, or its next version. The same name and words again make none."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    wanted = NewTemplate(home, template, body.name, body.document, body.version)
    templates.save(wanted, within="/document", actor=call.actor, at=call.at)
    return _told(selectors.template(home, template))


@write(router, "POST", "/templates/{template}/retire", right=Right.OUTREACH_SEND, answer=TemplateTold)
def retire_template(request: Request, template: TemplateCode) -> TemplateTold:
    """Takes it out of use; messages asked for before still say it. Saved again it is back."""
    call = request.call
    home = whole_organisation(call, Right.OUTREACH_SEND)
    return _told(templates.retire(home, template, actor=call.actor, at=call.at))


@read(router, "/templates/{template}", right=Right.OUTREACH_SEND, answer=TemplateTold)
def get_template(request: Request, template: TemplateCode) -> TemplateTold:
    """One template."""
    return _told(selectors.template(whole_organisation(request.call, Right.OUTREACH_SEND), template))


@read(router, "/templates/{template}/versions", right=Right.OUTREACH_SEND, answer=TemplateVersionsTold)
def list_template_versions(request: Request, template: TemplateCode) -> TemplateVersionsTold:
    """Every version, as it was saved."""
    row = selectors.template(whole_organisation(request.call, Right.OUTREACH_SEND), template)
    return TemplateVersionsTold(
        items=[
            TemplateVersionTold(
                version=one.version, name=one.name, document=one.document, made_at=one.made_at, made_by=one.made_by
            )
            for one in selectors.template_versions(row.id)
        ]
    )


@read(router, "/outreach-channels", right=Right.OUTREACH_SEND, answer=ChannelsTold)
def list_outreach_channels(request: Request) -> ChannelsTold:
    """As whom the organisation writes, by each channel."""
    home = whole_organisation(request.call, Right.OUTREACH_SEND)
    known = {row.channel: row for row in ChannelSetting.objects.filter(organisation=home)}
    return ChannelsTold(items=[_channel(name, known.get(name)) for name in channels.FORMS])


@write(router, "PUT", "/outreach-channels/{channel}", right=Right.OUTREACH_APPROVE, answer=ChannelTold)
def set_outreach_channel(request: Request, channel: SentBy, body: ChannelAsked) -> ChannelTold:
    """Sets sender, name and where answers go. Servers and passwords are the environment's."""
    call = request.call
    home: UUID = whole_organisation(call, Right.OUTREACH_APPROVE)
    row = channels.set_channel(home, channel, body.document, within="/document", actor=call.actor, at=call.at)
    return _channel(channel, row)


def _channel(name: str, row: ChannelSetting | None) -> ChannelTold:
    return ChannelTold(channel=name, document=row.document if row else {}, changed_at=row.changed_at if row else None)


def _preview(said: Rendered) -> MessagePreview:
    return MessagePreview(
        subject=said.subject,
        text=said.text,
        html=said.html,
        language=said.language,
        segments=said.segments.count,
        problem=said.problem,
    )


def _told(row: Template) -> TemplateTold:
    return TemplateTold(
        id=typed(templates.PREFIX, row.id),
        code=row.code,
        name=row.name,
        version=row.version,
        document=row.document,
        changed_at=row.changed_at,
        retired_at=row.retired_at,
    )
