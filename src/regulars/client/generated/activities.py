"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.bills import BalanceAfter, EffectTold, IdentifierShown, NotAppliedTold


class ActivatedTold(TypedDict):
    """Pending points that became active."""

    transfer: str
    unit: str
    amount: int


class ActivityTold(TypedDict):
    """An activity as it was answered first: what it earned, and what waited for it."""

    id: str
    member: str
    name: str
    effects: list[EffectTold]
    not_applied: list[NotAppliedTold]
    activated: list[ActivatedTold]
    balances: list[BalanceAfter]
    replayed: NotRequired[bool]


class ActivityAsked(TypedDict):
    """Something a member did. `source` and `external_id` happen once, for ever. `said.purchase` is the id of the
    purchase it is about: then it makes only that purchase's pending points active."""

    member: NotRequired[str | None]
    identifier: NotRequired[IdentifierShown | None]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: str
    external_id: str
    shown: NotRequired[str | None]
    name: str
    effective_at: NotRequired[str | None]
    channel: NotRequired[str | None]
    currency: NotRequired[str | None]
    amount: NotRequired[int]
    said: NotRequired[dict[str, str | int | bool]]


class ActivitiesTold(TypedDict):
    """In the order asked."""

    items: list[ActivityTold]


class ActivitiesAsked(TypedDict):
    """Several activities, in order: all or none."""

    activities: list[ActivityAsked]


class PurchaseSeen(TypedDict):
    """A purchase in a list; all of it is at /purchases/{purchase}."""

    id: str
    state: Literal["open", "complete", "cancelled"]
    merchant: str | None
    store: str | None
    source: str
    external_id: str
    channel: str
    currency: str
    amount: int
    discount: int
    tax: int
    returned: int
    effective_at: str
    recorded_at: str


class PurchasesSeen(TypedDict):
    """Newest first; `next` is the cursor of the page after."""

    items: list[PurchaseSeen]
    next: str | None


class ActivitiesSeen(TypedDict):
    """Newest first; `next` is the cursor of the page after."""

    items: list[ActivitySeen]
    next: str | None


class ActivitySeen(TypedDict):
    """An activity in a list."""

    id: str
    name: str
    merchant: str | None
    store: str | None
    source: str
    external_id: str
    channel: str
    currency: str
    amount: int
    said: dict[str, Any]
    effective_at: str
    recorded_at: str


class Activities(Calling):
    """Addresses of activities."""

    __slots__ = ()

    def tell_an_activity(
        self, body: ActivityAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ActivityTold:
        """A visit, a review, a completed stay …: earns what rules give for it, and makes active what waited for it.
        Needs the right `sales.post`."""
        told: ActivityTold = self._write("POST", "/activities", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def tell_activities(
        self, body: ActivitiesAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ActivitiesTold:
        """Many at once, each as of its own time; all or none. Needs the right `sales.post`."""
        told: ActivitiesTold = self._write(
            "POST", "/activities/batch", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_purchases(self, member: str, *, limit: int | None = None) -> Iterator[PurchaseSeen]:
        """What a member bought, newest first. A key of one merchant sees that merchant's. Needs the right
        `sales.read`."""
        return self._each(f"/members/{part(member)}/purchases", limit=limit)

    def list_activities(self, member: str, *, limit: int | None = None) -> Iterator[ActivitySeen]:
        """What a member did beside buying, newest first. A key of one merchant sees that merchant's. Needs the
        right `sales.read`."""
        return self._each(f"/members/{part(member)}/activities", limit=limit)
