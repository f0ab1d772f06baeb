"""The only place where rows of this room are locked."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from regulars.journal.statements import column, run
from regulars.outreach.models import Audience, Outgoing, Template


def audience(organisation: UUID, code: str) -> Audience | None:
    """An audience by its code, until the end of the transaction: one changes or compares it at a time."""
    return Audience.objects.select_for_update().filter(organisation=organisation, code=code).first()


def template(organisation: UUID, code: str) -> Template | None:
    """A template by its code, until the end of the transaction."""
    return Template.objects.select_for_update().filter(organisation=organisation, code=code).first()


def recipients(members: Collection[UUID]) -> None:
    """These members as recipients, in the order of their ids, until the end of the transaction. Two queries."""
    ids = column(sorted(members))
    run("INSERT INTO outreach_recipient (member) SELECT unnest(%s::uuid[]) ON CONFLICT DO NOTHING", [ids])
    run("SELECT 1 FROM outreach_recipient WHERE member = ANY(%s::uuid[]) ORDER BY member FOR UPDATE", [ids])


def keys(organisation: UUID, wanted: Collection[str]) -> None:
    """Messages of these keys that are there. One query."""
    run(
        "SELECT 1 FROM outreach_message WHERE organisation = %s::uuid AND key = ANY(%s::text[])"
        " ORDER BY key FOR UPDATE",
        [organisation, column(sorted(wanted))],
    )


def outgoing(channel: str, at: datetime, most: int) -> list[Outgoing]:
    """Messages of a channel that are due, the most urgent first, of those what was tried least, but for those another
    worker has. One query."""
    due = Outgoing.objects.select_for_update(skip_locked=True).filter(channel=channel, next_at__lte=at)
    return list(due.order_by("-rank", "next_at", "tries")[:most])


def message(number: UUID) -> None:
    """One message, until the end of the transaction: what happened to it is noted once. One query."""
    run("SELECT 1 FROM outreach_message WHERE id = %s FOR NO KEY UPDATE", [number])
