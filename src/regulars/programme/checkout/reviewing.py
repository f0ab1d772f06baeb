"""Bills that come very late wait for a person (SEMANTICS 39): kept as they were asked, booked once accepted."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from regulars.basics.ids import typed
from regulars.basics.periods import Period
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.members.selectors import roots
from regulars.programme.book import Book
from regulars.programme.checkout.moves import NewPurchase, Outcome
from regulars.programme.models import Review
from regulars.programme.terms import DEFAULT, of_kind, only_one

KIND: Final = "late-policy"
_PURCHASE: Final = TypeAdapter(NewPurchase)


@dataclass(frozen=True, slots=True)
class LatePolicy:
    """Bills older than this are looked at by a person first: "30D"."""

    review_after: str

    def __post_init__(self) -> None:
        Period.parse(self.review_after)


of_kind(KIND, LatePolicy, check_code=only_one)


def late_ones(
    wanted: Sequence[tuple[UUID, NewPurchase]], terms: Book, zone: str, at: datetime
) -> list[tuple[UUID, NewPurchase]]:
    """Those that somebody looks at first: by the policy of now. That it is to be reserved is no way around."""
    policy = terms.one(KIND, DEFAULT, at)
    if policy is None:
        return []
    period = Period.parse(policy.terms.review_after)
    return [pair for pair in wanted if period.after(pair[1].effective_at, zone) < at]


def keep(late: Sequence[tuple[UUID, NewPurchase]], *, actor: Actor, at: datetime) -> dict[UUID, Outcome]:
    """Keeps bills as they were asked; none waits as reserved, it is booked or not. Two queries."""
    told = {number: _told(number, one) for number, one in late}
    Review.objects.bulk_create(
        Review(
            id=number,
            organisation=one.place.organisation,
            merchant=one.place.merchant,
            store=one.place.store,
            member=one.shown or one.member,
            asked=_PURCHASE.dump_python(replace(one, lapses_at=None), mode="json"),
            told=told[number],
            effective_at=one.effective_at,
            asked_at=at,
            asked_by=actor.id,
        )
        for number, one in late
    )
    record([_deed("sales.review", number, one) for number, one in late], actor=actor, at=at)
    return {number: Outcome(number, told[number]) for number, _ in late}


def asked_then(row: Review) -> NewPurchase:
    """The bill as it was asked, for whoever its cards lead to by now: people are merged meanwhile. One query."""
    wanted = _PURCHASE.validate_python(row.asked)
    own = wanted.shown or wanted.member
    shown = {one.shown for one in wanted.value} | {one.shown for one in wanted.loads} | ({own} if own else set())
    now = roots(sorted(shown), organisation=row.organisation) if shown else {}
    return replace(
        wanted,
        member=now[own] if own else None,
        shown=own,
        value=tuple(replace(one, owner=now[one.shown]) for one in wanted.value),
        loads=tuple(replace(one, owner=now[one.shown]) for one in wanted.loads),
    )


def _deed(what: str, number: UUID, one: NewPurchase) -> Deed:
    place = one.place
    merchant = typed("mrc", place.merchant) if place.merchant else ""
    store = typed("str", place.store) if place.store else ""
    return Deed(what, typed("sal", number), merchant, store, after={"effective_at": one.effective_at.isoformat()})


def _told(number: UUID, one: NewPurchase) -> dict[str, Any]:
    """As a purchase that has done nothing yet."""
    lines = [sold.line for sold in one.lines]
    return {
        "id": typed("sal", number),
        "state": "review",
        "member": typed("mbr", one.member) if one.member else None,
        "currency": one.currency,
        "amount": sum(line.amount for line in lines),
        "discount": sum(line.discount for line in lines),
        "tax": sum(line.tax for line in lines),
        "paid_with_points": 0,
        "paid_with_value": 0,
        "due": sum(line.paid for line in lines),
        "lines": [
            {
                "number": line.number, "item": line.item, "amount": line.amount, "discount": line.discount,
                "paid": line.paid, "tax": line.tax, "offers": [],
            }
            for line in lines
        ],
        "effects": [],
        "not_applied": [],
        "balances": [],
        "lapses_at": None,
    }  # fmt: skip
