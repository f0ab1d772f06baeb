"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CouponGiven(TypedDict):
    """A coupon that was given. Its code is told this once."""

    id: str
    code: str | None


class GoodwillTold(TypedDict):
    """What came of it. `asked`: above the limit, so it waits for a second person (see /adjustments)."""

    id: str
    member: str
    state: Literal["given", "asked", "refused", "taken-back"]
    role: str
    person: str
    unit: str
    coupon: str
    amount: int
    reason: str
    given_at: str
    transfer: str | None
    adjustment: str | None
    coupons: list[CouponGiven]
    cause: str
    replayed: bool


class GoodwillAsked(TypedDict):
    """Something given to put things right: so much of a unit, or coupons of a series."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    unit: NotRequired[str | None]
    coupon: NotRequired[str | None]
    amount: NotRequired[int]
    reason: str
    note: NotRequired[str]
    staff: NotRequired[str | None]
    shown: NotRequired[str | None]


class AllowanceTold(TypedDict):
    """What may be given of a unit, or of coupons of a series."""

    role: str
    unit: str
    coupon: str
    per_deed: int
    per_day: int
    left_today: int


class AllowancesTold(TypedDict):
    """In each role of the person."""

    person: str
    items: list[AllowanceTold]


class GoodwillReport(TypedDict):
    """By role, person, reason, and unit or coupon."""

    items: list[GoodwillTotal]


class GoodwillTotal(TypedDict):
    """What was given by a person in a role for a reason."""

    role: str
    person: str
    reason: str
    unit: str
    coupon: str
    state: Literal["given", "asked", "refused", "taken-back"]
    deeds: int
    amount: int


class Goodwill(Calling):
    """Addresses of goodwill."""

    __slots__ = ()

    def give_goodwill(
        self, member: str, body: GoodwillAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> GoodwillTold:
        """Puts things right on the spot, within what the role may give each time and each day. Above it is refused
        with the numbers, or waits for a second person, as the terms of the role say. Needs the right
        `goodwill.give`."""
        told: GoodwillTold = self._write(
            "POST", f"/members/{part(member)}/goodwill", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_goodwill_allowances(
        self, *, staff: str | None = None, merchant: str | None = None, store: str | None = None
    ) -> AllowancesTold:
        """What may still be given here today. Needs the right `goodwill.give`."""
        told: AllowancesTold = self._read("GET", "/goodwill/allowances", staff=staff, merchant=merchant, store=store)
        return told

    def report_goodwill(
        self,
        *,
        role: str | None = None,
        person: str | None = None,
        reason: str | None = None,
        first_on: str | None = None,
        last_on: str | None = None,
    ) -> GoodwillReport:
        """What was given, added up. Days are the programme's, both included. A key of one merchant sees that
        merchant's. Needs the right `journal.read`."""
        told: GoodwillReport = self._read(
            "GET", "/goodwill", role=role, person=person, reason=reason, first_on=first_on, last_on=last_on
        )
        return told
