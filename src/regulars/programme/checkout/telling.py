"""The answer to a purchase, as plain values: kept with it, and given again word for word."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from regulars.basics.ids import typed
from regulars.ledger.moves import Balance
from regulars.programme.checkout.deciding import Decided
from regulars.rules.earning.effects import Earned
from regulars.rules.pricing import GiftDue, Points
from regulars.rules.reasons import NotApplied


def purchase(one: Decided) -> dict[str, Any]:
    """What the till prints. Balances are added when they are known."""
    lines = one.occasion.lines
    points, value = (_paid(one, kind) for kind in ("points", "value")) if one.parts else (0, 0)
    member, lapses_at = one.wanted.member, one.wanted.lapses_at
    amount, discount = sum([line.amount for line in lines]), sum([line.discount for line in lines])
    return {
        "id": one.name,
        "state": "complete" if lapses_at is None else "open",
        "member": typed("mbr", member) if member else None,
        "currency": one.wanted.currency,
        "amount": amount,
        "discount": discount,
        "tax": sum([line.tax for line in lines]),
        "paid_with_points": points,
        "paid_with_value": value,
        "due": amount - discount - points - value,
        "lines": _lines(one),
        "effects": [*_discounts(one), *_payments(one), *_loads(one), *earned(one.earned)],
        "not_applied": [not_applied(each) for each in (*one.priced.priced.not_applied, *one.earned.not_applied)],
        "balances": [],
        "lapses_at": None if lapses_at is None else lapses_at.isoformat(),
    }


def _paid(one: Decided, kind: str) -> int:
    return sum(each.part.money for each in one.parts if each.part.kind == kind)


def balances(held: Iterable[Balance], units: set[str]) -> list[dict[str, Any]]:
    """Of units that moved."""
    return [
        {"unit": one.unit, "available": one.available, "pending": one.pending, "owed": one.owed}
        for one in held
        if one.unit in units
    ]


def _lines(one: Decided) -> list[dict[str, Any]]:
    by_line: dict[int, list[dict[str, Any]]] = {}
    for applied in one.priced.priced.applied:
        for number, amount in applied.discounts:
            by_line.setdefault(number, []).append({"code": applied.offered.code, "amount": amount})
    return [
        {
            "number": line.number,
            "item": line.item,
            "amount": line.amount,
            "discount": line.discount,
            "paid": line.paid,
            "tax": line.tax,
            "offers": by_line.get(line.number, []),
        }
        for line in one.occasion.lines
    ]


def _discounts(one: Decided) -> list[dict[str, Any]]:
    found = []
    for applied in one.priced.priced.applied:
        said = {"code": applied.offered.code, "version": applied.offered.version, "coupon": applied.offered.reference}
        if applied.discount:
            found.append({**said, "kind": "discount", "amount": applied.discount, "lines": by_line(applied.discounts)})
        for effect in applied.effects:
            if isinstance(effect, GiftDue):
                found.append({**said, "kind": "gift", "item": effect.item, "amount": effect.pieces})
            elif isinstance(effect, Points) and one.earns:
                found.append({**said, "kind": "points", "unit": effect.unit, "amount": effect.amount})
    return found


def _payments(one: Decided) -> list[dict[str, Any]]:
    return [
        {
            "kind": f"pay-{each.part.kind}",
            "unit": each.part.unit,
            "amount": each.part.units,
            "money": each.part.money,
            "lines": by_line(each.part.lines.items()),
            **giver(each.family, each.owner),
        }
        for each in one.parts
    ]


def giver(family: bool, owner: UUID) -> dict[str, str]:
    """Whose units a household pays with."""
    return {"member": typed("mbr", owner)} if family else {}


def _loads(one: Decided) -> list[dict[str, Any]]:
    return [{"kind": "load", "unit": load.unit, "amount": one.loaded(load).paid} for load in one.wanted.loads]


def earned(found: Earned) -> list[dict[str, Any]]:
    """What rules gave."""
    return [
        {
            "kind": "earn",
            "code": effect.code,
            "version": effect.version,
            "unit": effect.unit,
            "amount": effect.amount,
            "pending": effect.pending,
            "lines": by_line(effect.lines.items()),
        }
        for effect in found.effects
    ]


def by_line(parts: Iterable[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"number": number, "amount": amount} for number, amount in sorted(parts)]


def not_applied(one: NotApplied) -> Mapping[str, Any]:
    """Why something gave nothing."""
    return {
        "code": one.code,
        "version": one.version,
        "coupon": one.reference,
        "why": one.reason.why.value,
        "facts": dict(one.reason.facts),
    }
