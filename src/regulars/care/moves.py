"""Values handed in and out of the room."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of case as it shall be."""

    organisation: UUID
    code: str
    name: str
    answer_hours: int
    in_working_hours: bool
    priority: int
    owner: UUID | None = None
    queue: str = ""


@dataclass(frozen=True, slots=True)
class NewCase:
    """Something a customer brought up. What is not said is the kind's: who answers, by when, how urgent."""

    organisation: UUID
    kind: str
    subject: str
    said: str
    channel: str
    merchant: UUID | None = None
    store: UUID | None = None
    member: UUID | None = None
    sale: UUID | None = None
    owner: UUID | None = None
    queue: str = ""
    due_at: datetime | None = None
    priority: int | None = None


@dataclass(frozen=True, slots=True)
class NewFollowUp:
    """A promise. From a case, it is about that one's member, at its place."""

    organisation: UUID
    what: str
    due_at: datetime
    merchant: UUID | None = None
    store: UUID | None = None
    member: UUID | None = None
    case: UUID | None = None
    owner: UUID | None = None
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which cases or follow-ups are looked for; None and "" are not asked."""

    owner: UUID | None = None
    roles: frozenset[str] = frozenset()  # with an owner: also what waits in the queues of these roles
    queue: str = ""
    unowned: bool = False
    states: frozenset[str] = frozenset()
    late: bool = False
    kind: str = ""
    members: frozenset[UUID] | None = None
    case: UUID | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """Something written, opened."""

    part: str
    text: str
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """One line of the history."""

    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of what may be seen."""

    open: int
    waiting: int
    late: int
    unowned: int
    mine: int
    follow_ups: int
    late_follow_ups: int
    my_follow_ups: int
