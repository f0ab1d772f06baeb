"""This room's step of deeds across rooms (members/deeds.py)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from regulars.journal.moves import Actor
from regulars.journal.statements import column, run
from regulars.members.deeds import Plain
from regulars.sales.models import Event, Sale, SaleLine

room: Final = "sales"


def merge(survivor: UUID, other: UUID, *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Nothing moves: what was bought stays with whose card was shown, and reading goes by root."""
    return {}


def unmerge(
    survivor: UUID,
    others: Sequence[UUID],
    *,
    plan: Mapping[str, Any],
    deed: UUID,
    actor: Actor,
    at: datetime,
) -> Plain:
    """Nothing moved."""
    return {}


def erase(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Plain:
    """Purchases stay, under an id that leads to nobody any more; what events said goes. One query."""
    emptied = run(
        "UPDATE sales_event SET said = '{}' WHERE member = ANY(%s::uuid[]) AND said <> '{}' RETURNING 1",
        [column(members)],
    )
    return {"events": len(emptied)}


def export(members: Sequence[UUID]) -> Plain:
    """All purchases, what came back of them, and events. 3 queries."""
    sales = list(Sale.objects.filter(member__in=members).order_by("effective_at", "id"))
    lines: dict[UUID, list[Plain]] = {sale.id: [] for sale in sales}
    for line in SaleLine.objects.filter(sale_id__in=lines).order_by("sale_id", "number"):
        lines[line.sale_id].append(
            {
                "item": line.item,
                "name": line.name,
                "quantity": line.quantity / 1000,
                "amount": line.amount,
                "discount": line.discount,
                "tax": line.tax,
                "returned_quantity": line.returned_quantity / 1000,
            }
        )
    return {
        "sales": [
            {
                "at": sale.effective_at.isoformat(),
                "source": sale.source,
                "document": sale.external_id,
                "state": sale.state,
                "currency": sale.currency,
                "amount": sale.amount,
                "discount": sale.discount,
                "tax": sale.tax,
                "returned": sale.returned,
                "lines": lines[sale.id],
            }
            for sale in sales
        ],
        "events": [
            {"at": event.effective_at.isoformat(), "name": event.name, "amount": event.amount, "said": event.said}
            for event in Event.objects.filter(member__in=members).order_by("effective_at", "id")
        ],
    }


def undo(members: Sequence[UUID], *, deed: UUID, actor: Actor, at: datetime) -> Sequence[UUID]:
    """Who bought or did something stays. One query."""
    rows = run(
        "SELECT member FROM sales_sale WHERE member = ANY(%(m)s::uuid[]) AND state <> 'cancelled'"
        " UNION SELECT member FROM sales_event WHERE member = ANY(%(m)s::uuid[])",
        {"m": column(members)},
    )
    return [member for (member,) in rows]
