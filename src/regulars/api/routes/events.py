"""Events to be fetched, for those who cannot receive: the same as webhooks tell, by a cursor that never ends."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from ninja import Router
from pydantic import Field, StringConstraints

from regulars.access import gate
from regulars.access.rights import Right
from regulars.api.cursors import read_cursor, write_cursor
from regulars.api.doors import read
from regulars.api.fields import Cursor, Limit, MerchantId, Moment, StoreId, Telling
from regulars.api.keys import Call, Request
from regulars.api.places import organisation
from regulars.basics.ids import untyped
from regulars.journal import selectors as journal
from regulars.journal.moves import Line
from regulars.journal.verifying import head
from regulars.webhooks.errors import UnknownEventType
from regulars.webhooks.kinds import PATTERN, Matcher, right_for, rights_for, unknown, words
from regulars.webhooks.matching import read_on
from regulars.webhooks.origins import organisations
from regulars.webhooks.payload import event

router = Router(tags=["Webhooks"])

_ONE: Final = PATTERN.strip("^$")
Types = Annotated[
    str,
    StringConstraints(max_length=600, pattern=f"^{_ONE}(,{_ONE})*$"),
    Field(description="Types with commas, as webhooks have them: `ledger.*,members.enrol`."),
]


class EventType(Telling):
    """A type of event, and the right that hearing of it needs."""

    type: str
    right: str


class EventTypes(Telling):
    """Every type there is, by name."""

    items: list[EventType]


class EventActor(Telling):
    """Who did it: a key, a member of staff, a member, or a job of the system."""

    kind: str
    id: str


class EventData(Telling):
    """What it was done to and where, and what was before and after: codes, numbers and ids."""

    subject: str | None
    merchant: MerchantId | None
    store: StoreId | None
    actor: EventActor
    request: Annotated[str | None, Field(description="`request_id` of the request that did it.")]
    before: dict[str, Any]
    after: dict[str, Any]


class EventTold(Telling):
    """What happened, as a webhook's body has it."""

    id: str
    type: str
    timestamp: Moment
    data: EventData


class EventsTold(Telling):
    """In order. `next` is always given: the cursor to come back with, also when there is nothing `more` yet."""

    items: list[EventTold]
    next: str
    more: bool


@read(router, "/event-types", right=Right.WEBHOOKS_MANAGE, answer=EventTypes)
def list_event_types(request: Request) -> EventTypes:
    """What webhooks can be told of."""
    return EventTypes(items=[EventType(type=one, right=right_for(one).value) for one in words()])


@read(router, "/events", right=Right.WEBHOOKS_MANAGE, answer=EventsTold)
def list_events(
    request: Request,
    types: Types = "*",
    since: Moment | None = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> EventsTold:
    """What happened, the oldest first, within what the key may see: from `since` on (else from now on), then from the
    cursor on. A page may be empty although there is `more`."""
    call = request.call
    home, patterns = organisation(call, Right.WEBHOOKS_MANAGE), types.split(",")
    if wrong := unknown(patterns):
        raise UnknownEventType(f"Nothing is called {', '.join(wrong)}; GET /event-types tells all words.", types=wrong)
    if patterns != ["*"]:
        for right in rights_for(patterns):
            gate.require_any(call.grants, right)
    place, matcher, until = f"events/{home}/{types}", Matcher.of(patterns), head().number
    after, begin = read_cursor(place, cursor) or _beginning(since, until)
    lines, reached = read_on([matcher], after, until)
    seen = [
        line
        for line, its in zip(lines, organisations(lines), strict=True)
        if its == home and matcher.matches(line.what) and _may_see(call, line, home)
        if begin is None or line.at >= datetime.fromisoformat(begin)
    ]
    if len(seen) > limit:
        reached = seen[limit - 1].number or reached
    items = [EventTold.model_validate(event(line)) for line in seen[:limit]]
    return EventsTold(items=items, next=write_cursor(place, [reached, begin]), more=reached < until)


def _beginning(since: datetime | None, until: int) -> tuple[int, str | None]:
    return (until, None) if since is None else (journal.number_before(since), since.isoformat())


def _may_see(call: Call, line: Line, home: UUID) -> bool:
    """Whether the key may manage webhooks there, and look at what happened there."""
    merchant = untyped("mrc", line.merchant) if line.merchant else None
    store = untyped("str", line.store) if line.store else None
    return all(
        gate.may(call.grants, right, merchant, store, organisation=home)
        for right in (Right.WEBHOOKS_MANAGE, right_for(line.what))
    )
