"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Any, TypedDict

from regulars.client.calling import Calling


class EventType(TypedDict):
    """A type of event, and the right that hearing of it needs."""

    type: str
    right: str


class EventTypes(TypedDict):
    """Every type there is, by name."""

    items: list[EventType]


class EventActor(TypedDict):
    """Who did it: a key, a member of staff, a member, or a job of the system."""

    kind: str
    id: str


class EventData(TypedDict):
    """What it was done to and where, and what was before and after: codes, numbers and ids."""

    subject: str | None
    merchant: str | None
    store: str | None
    actor: EventActor
    request: str | None
    before: dict[str, Any]
    after: dict[str, Any]


class EventTold(TypedDict):
    """What happened, as a webhook's body has it."""

    id: str
    type: str
    timestamp: str
    data: EventData


class EventsTold(TypedDict):
    """In order. `next` is always given: the cursor to come back with, also when there is nothing `more` yet."""

    items: list[EventTold]
    next: str
    more: bool


class Events(Calling):
    """Addresses of events."""

    __slots__ = ()

    def list_event_types(self) -> EventTypes:
        """What webhooks can be told of. Needs the right `webhooks.manage`."""
        told: EventTypes = self._read("GET", "/event-types")
        return told

    def list_events(
        self, *, types: str | None = None, since: str | None = None, limit: int | None = None, cursor: str | None = None
    ) -> EventsTold:
        """What happened, the oldest first, within what the key may see: from `since` on (else from now on), then
        from the cursor on. A page may be empty although there is `more`. Needs the right `webhooks.manage`."""
        told: EventsTold = self._read("GET", "/events", types=types, since=since, limit=limit, cursor=cursor)
        return told
