"""Messages as the log shows them, addresses that are blocked, and how the ways out of the house are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.members.selectors import roots
from regulars.outreach.models import Message, MessageEvent, Suppression
from regulars.outreach.selectors_sending import events_of


@dataclass(frozen=True, slots=True)
class Row:
    """A message with whom it is for, and what happened to it last."""

    message: Message
    member: UUID
    name: str
    last: MessageEvent | None


def page(desk: Desk, chosen: dict[str, Any], *, before: UUID | None, limit: int) -> list[Message]:
    """The newest first. One query."""
    rows = Message.objects.filter(organisation=desk.home)
    for name in ("state", "channel", "campaign"):
        rows = rows.filter(**{name: chosen[name]}) if name in chosen else rows
    if "kind" in chosen:
        rows = rows.filter(service="") if chosen["kind"] == "marketing" else rows.exclude(service="")
    return list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[:limit])


def shown(desk: Desk, rows: Sequence[Message], *, looked: bool = True) -> list[Row]:
    """Three queries; each member was looked at."""
    if not rows:
        return []
    now = roots(sorted({row.member for row in rows}), organisation=desk.home)
    names = _names(desk, set(now.values()), by="messages" if looked else "")
    events = events_of([row.id for row in rows])
    return [
        Row(row, now[row.member], names.get(now[row.member], ""), events[row.id][-1] if events[row.id] else None)
        for row in rows
    ]


def _names(desk: Desk, members: Collection[UUID], *, by: str) -> dict[UUID, str]:
    """What they are called, for who may read members; each was looked at. For others their ids. One query."""
    if not desk.may_all_over(Right.MEMBERS_READ):
        return {one: typed("mbr", one) for one in members}
    if by:
        desk.looked(sorted(members), by=by)
    return names_of(sorted(members))


@dataclass(frozen=True, slots=True)
class Blocked:
    """An address to which nothing is sent any more, by the message that came back."""

    suppression: Suppression
    member: UUID | None
    name: str


def blocked(desk: Desk, *, before: UUID | None, limit: int) -> list[Blocked]:
    """The newest first. Four queries; each member was looked at."""
    rows = Suppression.objects.filter(organisation=desk.home, ended_at=None)
    found = list((rows if before is None else rows.filter(id__lt=before)).order_by("-id")[:limit])
    sent = Message.objects.filter(id__in=[row.message for row in found if row.message])
    of = dict(sent.values_list("id", "member"))
    whose = {row.id: row.member or of.get(row.message) for row in found}  # type: ignore[arg-type]
    asked = sorted({one for one in whose.values() if one})
    now = roots(asked, organisation=desk.home) if asked else {}
    names = _names(desk, set(now.values()), by="blocked")
    return [
        Blocked(row, now.get(whose[row.id]), names.get(now[whose[row.id]], "") if whose[row.id] in now else "")  # type: ignore[arg-type,index]
        for row in found
    ]
