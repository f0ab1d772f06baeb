"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CaseChangeTold(TypedDict):
    """One line of the history, which is only ever added to."""

    what: str
    before: dict[str, Any]
    after: dict[str, Any]
    actor: str
    at: str


class CaseTextTold(TypedDict):
    """Something written. `said` is the customer's, `answer` ours, `note` and `reason` among colleagues."""

    part: Literal["said", "answer", "note", "reason"]
    text: str
    actor: str
    at: str


class CaseTold(TypedDict):
    """A case with all that was written and done, oldest first."""

    id: str
    kind: str
    subject: str
    channel: str
    state: Literal["open", "waiting", "done"]
    priority: int
    due_at: str
    late: bool
    owner: str | None
    queue: str
    member: str | None
    merchant: str | None
    store: str | None
    sale: str | None
    outcome: str
    reopened: int
    opened_at: str
    answered_at: str | None
    done_at: str | None
    texts: list[CaseTextTold]
    history: list[CaseChangeTold]


class CaseAsked(TypedDict):
    """Something a customer brought up. Who gets it, by when and how urgent it is the kind says, where nothing is
    said. Subject and text are kept sealed."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    kind: str
    subject: str
    said: str
    channel: str
    member: NotRequired[str | None]
    sale: NotRequired[str | None]
    owner: NotRequired[str | None]
    queue: NotRequired[str | None]
    due_at: NotRequired[str | None]
    priority: NotRequired[int | None]


class CaseLine(TypedDict):
    """A case as it stands. `late`: its moment has passed."""

    id: str
    kind: str
    subject: str
    channel: str
    state: Literal["open", "waiting", "done"]
    priority: int
    due_at: str
    late: bool
    owner: str | None
    queue: str
    member: str | None
    merchant: str | None
    store: str | None
    sale: str | None
    outcome: str
    reopened: int
    opened_at: str
    answered_at: str | None
    done_at: str | None


class CasesTold(TypedDict):
    """The one due first first; `next` is the cursor of the page after."""

    items: list[CaseLine]
    next: str | None


class CaseCountsTold(TypedDict):
    """How many cases and follow-ups there are that are not done, of those the key may see. `mine`: of its owner,
    and in the queues of their roles."""

    open: int
    waiting: int
    late: int
    unowned: int
    mine: int
    follow_ups: int
    late_follow_ups: int
    my_follow_ups: int


class Cases(Calling):
    """Addresses of cases."""

    __slots__ = ()

    def open_a_case(self, body: CaseAsked, *, dry_run: bool = False, idempotency_key: str | None = None) -> CaseTold:
        """Something a customer brought up, at the place where the key works or one that is named. Needs the right
        `care.write`."""
        told: CaseTold = self._write("POST", "/cases", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def list_cases(
        self,
        *,
        state: Literal["open", "waiting", "done"] | None = None,
        mine: bool | None = None,
        owner: str | None = None,
        queue: str | None = None,
        unowned: bool | None = None,
        late: bool | None = None,
        kind: str | None = None,
        limit: int | None = None,
    ) -> Iterator[CaseLine]:
        """The queue, by due time: of the places the key may see, all that is not done, or what is asked. `mine`: of
        the key's owner, and what waits in the queues of their roles. Needs the right `care.read`."""
        return self._each(
            "/cases",
            state=state,
            mine=mine,
            owner=owner,
            queue=queue,
            unowned=unowned,
            late=late,
            kind=kind,
            limit=limit,
        )

    def count_cases(self) -> CaseCountsTold:
        """How many there are that are not done. Needs the right `care.read`."""
        told: CaseCountsTold = self._read("GET", "/case-counts")
        return told

    def list_cases_of_a_member(
        self, member: str, *, state: Literal["open", "waiting", "done"] | None = None, limit: int | None = None
    ) -> Iterator[CaseLine]:
        """A member's cases at the places the key may see, done ones too; the one due first first. Needs the right
        `care.read`."""
        return self._each(f"/members/{part(member)}/cases", state=state, limit=limit)

    def read_a_case(self, case: str) -> CaseTold:
        """A case with its texts and its history. Needs the right `care.read`."""
        told: CaseTold = self._read("GET", f"/cases/{part(case)}")
        return told
