"""Reads of sending; each says what it costs in queries."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count

from regulars.members import intake
from regulars.members.keys import keyring
from regulars.members.models import Identifier
from regulars.outreach.errors import TemplateUnknown
from regulars.outreach.models import (
    ChannelSetting,
    Message,
    MessageEvent,
    Outgoing,
    Reply,
    Template,
    TemplateVersion,
)
from regulars.outreach.sealing import reply_context


def addresses_of(rows: Sequence[Message]) -> dict[UUID, str]:
    """The opened addresses of messages that have one, by message. One query."""
    keys = keyring()
    by_id = {
        row.id: keys.open(row.key, bytes(row.sealed), intake.identifier_context(row.id))
        for row in Identifier.objects.filter(id__in={row.identifier for row in rows if row.identifier})
    }
    return {row.id: by_id[row.identifier] for row in rows if row.identifier in by_id}


def settings_of(organisation: UUID) -> dict[str, dict[str, Any]]:
    """As whom an organisation writes, by channel. One query."""
    return dict(ChannelSetting.objects.filter(organisation=organisation).values_list("channel", "document"))


def events_of(messages: Sequence[UUID]) -> dict[UUID, list[MessageEvent]]:
    """What happened to messages, in its order. One query."""
    found: dict[UUID, list[MessageEvent]] = {number: [] for number in messages}
    for row in MessageEvent.objects.filter(message__in=messages).order_by("id"):
        found[row.message].append(row)
    return found


def replies_of(members: Sequence[UUID], *, limit: int | None = None) -> list[tuple[Reply, str]]:
    """What these members wrote back, opened, the newest first. One query."""
    keys = keyring()
    rows = Reply.objects.filter(member__in=members).order_by("-id")[:limit]
    return [(row, keys.open(row.key, bytes(row.sealed), reply_context(row.id))) for row in rows]


def templates(organisation: UUID, *, retired: bool = False) -> list[Template]:
    """Templates of an organisation, by code. One query."""
    rows = Template.objects.filter(organisation=organisation)
    return list((rows if retired else rows.filter(retired_at=None)).order_by("code"))


def template(organisation: UUID, code: str) -> Template:
    """By its code; retired ones too. Raises TemplateUnknown. One query."""
    found = Template.objects.filter(organisation=organisation, code=code).first()
    if found is None:
        raise TemplateUnknown("There is no such template here.", template=code[:80])
    return found


def template_versions(number: UUID) -> list[TemplateVersion]:
    """The newest first. One query."""
    return list(TemplateVersion.objects.filter(template=number).order_by("-version"))


def still_to_go(organisation: UUID) -> dict[str, int]:
    """How many messages wait to be sent, by channel. One query."""
    rows = Outgoing.objects.filter(organisation=organisation).order_by("channel").values_list("channel")
    return dict(rows.annotate(count=Count("id")))
