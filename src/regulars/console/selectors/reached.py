"""What somebody was told, which campaigns they were in, and which audiences they are in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.selectors.audiences import reach
from regulars.outreach.campaigns.selectors import Part, parts_of
from regulars.outreach.models import Audience, AudienceMember, Message, MessageEvent
from regulars.outreach.selectors import messages_of
from regulars.outreach.selectors_sending import events_of

SHOWN: Final = 6


@dataclass(frozen=True, slots=True)
class Reached:
    """All of it, as far as the reader may see it."""

    messages: tuple[tuple[Message, MessageEvent | None], ...]
    campaigns: tuple[Part, ...]
    audiences: tuple[tuple[Audience, datetime], ...]

    @property
    def some(self) -> bool:
        return bool(self.messages or self.campaigns or self.audiences)


def reached(root: UUID, group: Sequence[UUID], desk: Desk) -> Reached:
    """Two queries; three more for who may see audiences."""
    people = list(dict.fromkeys((root, *group)))
    told = messages_of(people, limit=SHOWN)
    events = events_of([row.id for row in told]) if told else {}
    messages = tuple((row, events[row.id][-1] if events[row.id] else None) for row in told)
    if not desk.may(Right.AUDIENCES_READ):
        return Reached(messages, (), ())
    since = dict(AudienceMember.objects.filter(member__in=people).values_list("audience", "since"))
    rows = Audience.objects.filter(reach(desk), pk__in=since, retired_at=None).order_by("name") if since else ()
    return Reached(messages, tuple(parts_of(people)[-SHOWN:]), tuple((row, since[row.id]) for row in rows))
