"""Purchases of before the programme: they are the member's history, and earn nothing."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.ids import new_ids, typed
from regulars.journal.moves import Actor
from regulars.journal.transactions import whole
from regulars.programme.checkout import rows
from regulars.programme.checkout.moves import NewPurchase
from regulars.rules.occasion import Occasion
from regulars.sales import services as sales
from regulars.sales.intake import fingerprint
from regulars.sales.moves import NewSale


@whole()
def record_before(wanted: Sequence[NewPurchase], *, actor: Actor, at: datetime) -> list[UUID]:
    """The bills that were not here yet, each as of its own time; whatever else a till once said under the same
    document. Nothing is earned, used or counted. Three queries. Raises WrongSale.
    """
    numbered = list(zip(new_ids(at, len(wanted)), wanted, strict=True))
    earlier = sales.claim((*_key(one), fingerprint("before", {"document": _key(one)[1]}), n) for n, one in numbered)
    fresh = [(number, one) for number, one in numbered if earlier.get(_key(one), number) == number]
    if fresh:
        sales.record_sales([_sale(number, one) for number, one in fresh], actor=actor, at=at)
        zones = places().zones
        rows.write_before([(n, one, o, _told(n, one, o)) for n, one in fresh for o in [_occasion(one, zones)]])
    return [number for number, _ in fresh]


def _key(one: NewPurchase) -> tuple[str, str]:
    return one.place.source, one.place.external_id


def _sale(number: UUID, one: NewPurchase) -> NewSale:
    return NewSale(number, one.place, one.currency, one.lines, one.effective_at, one.shown or one.member)


def _occasion(one: NewPurchase, zones: Any) -> Occasion:
    place = one.place
    zone = zones.get(place.organisation, "UTC")
    return Occasion(
        at=one.effective_at,
        currency=one.currency,
        lines=tuple(sold.line for sold in one.lines),
        merchant=typed("mrc", place.merchant) if place.merchant else "",
        store=typed("str", place.store) if place.store else "",
        channel=place.channel,
        zone=zone,
        store_zone=zones.get(place.store or place.merchant or place.organisation, zone),
    )


def _told(number: UUID, one: NewPurchase, occasion: Occasion) -> dict[str, Any]:
    """The answer, as of any purchase (see `telling`)."""
    lines = occasion.lines
    return {
        "id": typed("sal", number),
        "state": "complete",
        "member": typed("mbr", one.member) if one.member else None,
        "currency": one.currency,
        "amount": sum(line.amount for line in lines),
        "discount": sum(line.discount for line in lines),
        "tax": sum(line.tax for line in lines),
        "paid_with_points": 0,
        "paid_with_value": 0,
        "due": occasion.paid,
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
