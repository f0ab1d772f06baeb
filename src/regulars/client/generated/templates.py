"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class TemplateTold(TypedDict):
    """A template in its present version."""

    id: str
    code: str
    name: str
    version: int
    document: dict[str, Any]
    changed_at: str
    retired_at: str | None


class TemplatesTold(TypedDict):
    """By code."""

    items: list[TemplateTold]


class TemplateFact(TypedDict):
    """One thing a template may ask for."""

    path: str
    means: str


class TemplateFacts(TypedDict):
    """All there is: nothing else is within a template's reach."""

    items: list[TemplateFact]


class MessagePreview(TypedDict):
    """What the member would read. Its link to say no is nobody's."""

    subject: str
    text: str
    html: str
    language: str
    segments: int
    problem: str


class TemplateTried(TypedDict):
    """Words that need not be saved, for a member to be read by."""

    document: dict[str, Any]
    channel: Literal["email", "sms", "post"]
    member: str
    values: NotRequired[dict[str, Any]]


class TemplateAsked(TypedDict):
    """A template as it shall be: new, or the next version."""

    name: str
    document: dict[str, Any]
    version: NotRequired[int | None]


class TemplateVersionTold(TypedDict):
    """One version, as it was saved."""

    version: int
    name: str
    document: dict[str, Any]
    made_at: str
    made_by: str


class TemplateVersionsTold(TypedDict):
    """The newest first."""

    items: list[TemplateVersionTold]


class ChannelTold(TypedDict):
    """A channel as it is set."""

    channel: str
    document: dict[str, Any]
    changed_at: str | None


class ChannelsTold(TypedDict):
    """Every channel that templates are sent by."""

    items: list[ChannelTold]


class ChannelAsked(TypedDict):
    """As whom the organisation writes by this channel."""

    document: dict[str, Any]


class Templates(Calling):
    """Addresses of templates."""

    __slots__ = ()

    def list_templates(self, *, retired: bool | None = None) -> TemplatesTold:
        """The organisation's own; those of services that are built in are not among them. Needs the right
        `outreach.send`."""
        told: TemplatesTold = self._read("GET", "/templates", retired=retired)
        return told

    def list_template_facts(self) -> TemplateFacts:
        """What a template may ask for. Needs the right `outreach.send`."""
        told: TemplateFacts = self._read("GET", "/template-facts")
        return told

    def preview_template(self, body: TemplateTried) -> MessagePreview:
        """Writes the words for a member, as they are now. The look is in the journal. Needs the right
        `members.read`."""
        told: MessagePreview = self._read("POST", "/template-previews", body)
        return told

    def save_template(
        self, template: str, body: TemplateAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TemplateTold:
        """Makes a template, or its next version. The same name and words again make none. Needs the right
        `outreach.send`."""
        told: TemplateTold = self._write(
            "PUT", f"/templates/{part(template)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def get_template(self, template: str) -> TemplateTold:
        """One template. Needs the right `outreach.send`."""
        told: TemplateTold = self._read("GET", f"/templates/{part(template)}")
        return told

    def retire_template(
        self, template: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TemplateTold:
        """Takes it out of use; messages asked for before still say it. Saved again it is back. Needs the right
        `outreach.send`."""
        told: TemplateTold = self._write(
            "POST", f"/templates/{part(template)}/retire", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_template_versions(self, template: str) -> TemplateVersionsTold:
        """Every version, as it was saved. Needs the right `outreach.send`."""
        told: TemplateVersionsTold = self._read("GET", f"/templates/{part(template)}/versions")
        return told

    def list_outreach_channels(self) -> ChannelsTold:
        """As whom the organisation writes, by each channel. Needs the right `outreach.send`."""
        told: ChannelsTold = self._read("GET", "/outreach-channels")
        return told

    def set_outreach_channel(
        self,
        channel: Literal["email", "sms", "post"],
        body: ChannelAsked,
        *,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> ChannelTold:
        """Sets sender, name and where answers go. Servers and passwords are the environment's. Needs the right
        `outreach.approve`."""
        told: ChannelTold = self._write(
            "PUT", f"/outreach-channels/{part(channel)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
