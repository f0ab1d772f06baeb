"""Purchases as they were answered; each says what it costs in queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.journal.statements import run
from regulars.programme.checkout.moves import Outcome
from regulars.programme.models import Back, Checkout, Review
from regulars.sales.models import Sale


@dataclass(frozen=True, slots=True)
class Seen:
    """A purchase, and where it was."""

    outcome: Outcome
    organisation: UUID
    merchant: UUID | None
    store: UUID | None


def outcomes(ids: Collection[UUID]) -> dict[UUID, Outcome]:
    """What tills were told, in the state that the sale is in now. Two queries; three where some wait for a person."""
    return outcomes_in(dict(Sale.objects.filter(id__in=ids).values_list("id", "state")), ids) if ids else {}


def outcomes_in(states: Mapping[UUID, str], ids: Collection[UUID]) -> dict[UUID, Outcome]:
    """The same where the sales' states are known. One query; two where some wait for a person."""
    if not ids:
        return {}
    rows = Checkout.objects.filter(sale__in=ids).values_list("sale", "told")
    found = {number: Outcome(number, _now(told, states[number]), replayed=True) for number, told in rows}
    if missing := set(ids) - found.keys():
        waiting = Review.objects.filter(id__in=missing).values_list("id", "told")
        found |= {number: Outcome(number, told, replayed=True) for number, told in waiting}
    return found


def purchase(number: UUID) -> Seen | None:
    """Two queries; three for one that waits for a person."""
    row = Sale.objects.filter(id=number).first()
    kept = Checkout.objects.filter(sale=number).values_list("told", flat=True).first()
    if row is None or kept is None:
        waits = Review.objects.filter(id=number).first()
        if waits is None:
            return None
        return Seen(Outcome(number, waits.told), waits.organisation, waits.merchant, waits.store)
    return Seen(Outcome(number, _now(kept, row.state)), row.organisation, row.merchant, row.store)


def by_document(source: str, external_id: str) -> UUID | None:
    """The bill that a till calls so. One query."""
    rows = run("SELECT answer FROM sales_key WHERE source = %s AND external_id = %s", [source, external_id])
    return rows[0][0] if rows else None


def backs_of(sale: UUID) -> list[Outcome]:
    """What came back of a purchase, the oldest first, as it was answered. One query."""
    rows = Back.objects.filter(sale=sale).order_by("id").values_list("id", "told")
    return [Outcome(number, told) for number, told in rows]


def waiting(organisation: UUID, *, after: UUID | None = None, limit: int = 50) -> list[Review]:
    """Bills that wait for a person, the oldest first. One query."""
    rows = Review.objects.filter(organisation=organisation, state="waiting").order_by("id")
    return list((rows.filter(id__gt=after) if after else rows)[:limit])


def backs(ids: Collection[UUID]) -> dict[UUID, Outcome]:
    """What tills were told of returns. One query."""
    rows = Back.objects.filter(id__in=ids).values_list("id", "told")
    return {number: Outcome(number, told, replayed=True) for number, told in rows}


def _now(told: Mapping[str, Any], state: str) -> dict[str, Any]:
    return {**told, "state": state, "lapses_at": told["lapses_at"] if state == "open" else None}
