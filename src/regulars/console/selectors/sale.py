"""One bill, as it stands: what was bought, what the programme did, what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from regulars.access.rights import Right
from regulars.console.desk import Desk
from regulars.console.selectors.counter import name_of
from regulars.console.selectors.names import names_of
from regulars.console.selectors.timeline import seen_by
from regulars.ledger.models import Unit
from regulars.members.selectors import roots
from regulars.programme.book import book
from regulars.programme.checkout.selectors import purchase
from regulars.sales.errors import SaleUnknown
from regulars.sales.models import Return, ReturnLine
from regulars.sales.moves import KnownSale
from regulars.sales.selectors import returns_of, sales


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule gave or took, with its name."""

    kind: str
    name: str
    amount: int
    unit: Unit | None
    money: int = 0
    pending: bool = False
    item: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill for a page."""

    sale: KnownSale
    told: Mapping[str, Any]
    effects: Sequence[Effect]
    backs: Sequence[tuple[Return, Sequence[ReturnLine]]]
    member: UUID | None
    name: str

    @property
    def left(self) -> bool:
        """Whether anything of it could still be brought back."""
        return self.sale.state == "complete" and any(
            one.returned_quantity < one.sold.line.quantity for one in self.sale.lines
        )


def bill(number: UUID, desk: Desk, right: Right = Right.SALES_READ) -> Bill:
    """A bill that may be seen; others' and unknown ones read alike. Eleven queries. Raises SaleUnknown."""
    found, seen = purchase(number), seen_by(desk, right)
    known = sales([number]).get(number)
    if found is None or known is None or found.organisation != desk.home:
        raise SaleUnknown("No purchase has this id.")
    if seen is not None and found.merchant not in seen.merchants and found.store not in seen.stores:
        raise SaleUnknown("No purchase has this id.")
    member = roots([known.member], organisation=desk.home)[known.member] if known.member else None
    units = {one.code: one for one in Unit.objects.all()}
    told = found.outcome.told
    return Bill(
        known,
        told,
        effects(told, units, desk),
        returns_of(number),
        member,
        names_of([member])[member] if member else "",
    )


def effects(told: Mapping[str, Any], units: Mapping[str, Unit], desk: Desk) -> list[Effect]:
    """One query."""
    terms = book(desk.home)
    return [
        Effect(
            one["kind"],
            name_of(terms, one.get("code", "")),
            one["amount"],
            units.get(one.get("unit", "")),
            one.get("money", 0),
            one.get("pending", False),
            one.get("item", ""),
        )
        for one in told["effects"]
    ]
