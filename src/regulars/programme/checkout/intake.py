"""What was asked, as plain values: the same request has the same, in every release."""

from typing import Any

from regulars.programme.checkout.moves import NewPurchase, NewReturn
from regulars.sales.moves import SoldLine


def asked(one: NewPurchase) -> dict[str, Any]:
    """All that a till says, but for when a reservation lapses, which begins anew with each try, and who a card leads to
    by now: a merge in between must not make the same bill another one. In the order of the names."""
    return {
        "at": one.effective_at.isoformat() if one.told_at else None,
        "coupons": sorted(one.coupons) if one.coupons else [],
        "currency": one.currency,
        "lines": [_line(sold) for sold in one.lines],
        "loads": [[each.number, str(each.shown), each.unit] for each in one.loads],
        "points": [[each.unit, each.points, *(["family"] if each.family else [])] for each in one.points],
        "shown": str(one.shown) if one.shown else None,
        "tenders": [[each.kind, each.amount] for each in one.tenders],
        "two_steps": one.lapses_at is not None,
        "value": [[str(each.shown), list(each.units), each.amount] for each in one.value],
    }


def _line(sold: SoldLine) -> list[Any]:
    one = sold.line
    return [
        one.number, one.item, sold.name, one.quantity, one.amount, one.discount, one.tax, sold.cost, one.category,
        one.brand, one.vendor, sorted(one.marks) if one.marks else [],
    ]  # fmt: skip


def asked_back(one: NewReturn) -> dict[str, Any]:
    return {
        "sale": str(one.sale),
        "at": one.effective_at.isoformat() if one.told_at else None,
        "lines": sorted([each.number, each.quantity] for each in one.lines),
        "reason": one.reason,
    }
