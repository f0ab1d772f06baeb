"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.case_deeds import DueAsked
from regulars.client.generated.cases import CaseChangeTold


class FollowUpTextTold(TypedDict):
    """Why it was put off or dropped, or how it went."""

    part: Literal["reason", "note"]
    text: str
    actor: str
    at: str


class FollowUpTold(TypedDict):
    """A promise with what was written of it, and its history."""

    id: str
    what: str
    state: Literal["open", "done", "dropped"]
    due_at: str
    late: bool
    owner: str | None
    queue: str
    member: str | None
    case: str | None
    merchant: str | None
    store: str | None
    moved: int
    made_at: str
    ended_at: str | None
    texts: list[FollowUpTextTold]
    history: list[CaseChangeTold]


class FollowUpAsked(TypedDict):
    """A promise to a member, from a case or by itself; who keeps it is a member of staff or a queue."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    what: str
    due_at: str
    member: NotRequired[str | None]
    case: NotRequired[str | None]
    owner: NotRequired[str | None]
    queue: NotRequired[str | None]


class FollowUpLine(TypedDict):
    """A promise as it stands. `late`: its moment has passed."""

    id: str
    what: str
    state: Literal["open", "done", "dropped"]
    due_at: str
    late: bool
    owner: str | None
    queue: str
    member: str | None
    case: str | None
    merchant: str | None
    store: str | None
    moved: int
    made_at: str
    ended_at: str | None


class FollowUpsTold(TypedDict):
    """The one due first first; `next` is the cursor of the page after."""

    items: list[FollowUpLine]
    next: str | None


class FollowUpDoneAsked(TypedDict):
    """How it went."""

    note: NotRequired[str]


class FollowUpDroppedAsked(TypedDict):
    """Why it is not kept."""

    reason: str


class FollowUps(Calling):
    """Addresses of follow_ups."""

    __slots__ = ()

    def promise_a_follow_up(
        self, body: FollowUpAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FollowUpTold:
        """Something will be done for a member by then. From a case it is at that one's place. Needs the right
        `care.write`."""
        told: FollowUpTold = self._write("POST", "/follow-ups", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def list_follow_ups(
        self,
        *,
        state: Literal["open", "done", "dropped"] | None = None,
        mine: bool | None = None,
        owner: str | None = None,
        queue: str | None = None,
        late: bool | None = None,
        case: str | None = None,
        limit: int | None = None,
    ) -> Iterator[FollowUpLine]:
        """What was promised, by due time, of the places the key may see. Needs the right `care.read`."""
        return self._each(
            "/follow-ups", state=state, mine=mine, owner=owner, queue=queue, late=late, case=case, limit=limit
        )

    def list_follow_ups_of_a_member(
        self, member: str, *, state: Literal["open", "done", "dropped"] | None = None, limit: int | None = None
    ) -> Iterator[FollowUpLine]:
        """What was promised to a member, at the places the key may see. Needs the right `care.read`."""
        return self._each(f"/members/{part(member)}/follow-ups", state=state, limit=limit)

    def read_a_follow_up(self, follow_up: str) -> FollowUpTold:
        """A promise with its history. Needs the right `care.read`."""
        told: FollowUpTold = self._read("GET", f"/follow-ups/{part(follow_up)}")
        return told

    def move_a_follow_up(
        self, follow_up: str, body: DueAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FollowUpTold:
        """To another moment, for a reason. Needs the right `care.write`."""
        told: FollowUpTold = self._write(
            "POST", f"/follow-ups/{part(follow_up)}/move", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def keep_a_follow_up(
        self, follow_up: str, body: FollowUpDoneAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FollowUpTold:
        """The promise was kept. Needs the right `care.write`."""
        told: FollowUpTold = self._write(
            "POST", f"/follow-ups/{part(follow_up)}/done", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def drop_a_follow_up(
        self, follow_up: str, body: FollowUpDroppedAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FollowUpTold:
        """The promise is not kept, for a reason. Needs the right `care.write`."""
        told: FollowUpTold = self._write(
            "POST", f"/follow-ups/{part(follow_up)}/drop", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
