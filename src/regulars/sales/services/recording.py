"""Sales are written as they were, many at once in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from regulars.basics.ids import typed
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import recording
from regulars.journal.statements import run, table
from regulars.sales.intake import check
from regulars.sales.models import State
from regulars.sales.moves import NewSale, SoldLine
from regulars.sales.outbox import SALE, waiting

_SALES: Final = {
    "id": "uuid", "organisation": "uuid", "merchant": "uuid", "store": "uuid", "source": "text", "external_id": "text",
    "channel": "text", "state": "text", "member": "uuid", "currency": "text", "amount": "bigint", "discount": "bigint",
    "tax": "bigint", "effective_at": "timestamptz", "recorded_at": "timestamptz", "lapses_at": "timestamptz",
    "actor": "text",
}  # fmt: skip
_LINES: Final = {
    "sale_id": "uuid", "number": "int", "item": "text", "name": "text", "quantity": "bigint", "amount": "bigint",
    "discount": "bigint", "tax": "bigint", "cost": "bigint", "category": "text", "brand": "text", "vendor": "text",
}  # fmt: skip
_MARKED: Final = _LINES | {"marked": "text"}


def record_sales(sales: Sequence[NewSale], *, actor: Actor, at: datetime) -> None:
    """Writes bills with their lines; their keys were claimed before. One query. Raises WrongSale."""
    for sale in sales:
        check(sale, at)
    if not sales:
        return
    lines = [(sale, one) for sale in sales for one in sale.lines]
    names, of_line = ", ".join(_SALES), ", ".join(_LINES)
    outbox, waits = waiting([(SALE, sale.id) for sale in sales if sale.lapses_at is None])
    trail, told = recording([_deed(sales)], actor=actor, at=at)
    new_sales, of_sales = table(_SALES, [_sale(sale, actor, at) for sale in sales])
    # Marks are lists of their own, so they come as one text and are taken apart by the database.
    new_lines, of_lines = table(_MARKED, [_line(*pair) for pair in lines])
    run(
        f"WITH s AS (INSERT INTO sales_sale ({names}, returned) SELECT {names}, 0 FROM {new_sales}),"
        f" l AS (INSERT INTO sales_line ({of_line}, marks, returned_quantity)"
        f" SELECT {of_line}, coalesce(string_to_array(nullif(marked, ''), E'\\x1f'), '{{}}'), 0"
        f" FROM {new_lines}), o AS ({outbox}), t AS ({trail}) SELECT 1",
        [*of_sales, *of_lines, *waits, *told],
    )


def _sale(sale: NewSale, actor: Actor, at: datetime) -> tuple[object, ...]:
    bill, place = [one.line for one in sale.lines], sale.place
    return (
        sale.id, place.organisation, place.merchant, place.store, place.source, place.external_id, place.channel,
        State.COMPLETE if sale.lapses_at is None else State.OPEN, sale.member,
        sale.currency, sum([one.amount for one in bill]), sum([one.discount for one in bill]),
        sum([one.tax for one in bill]), sale.effective_at, at, sale.lapses_at, actor.id,
    )  # fmt: skip


def _line(sale: NewSale, sold: SoldLine) -> tuple[object, ...]:
    one = sold.line
    return (
        sale.id, one.number, one.item, sold.name, one.quantity, one.amount, one.discount, one.tax, sold.cost,
        one.category, one.brand, one.vendor, "\x1f".join(one.marks),
    )  # fmt: skip


def _deed(sales: Sequence[NewSale]) -> Deed:
    """One sale by itself; of many the first and the last."""
    first, last = sales[0], sales[-1]
    if len(sales) > 1:
        return Deed("sales.record", after={"first": _text(first), "last": _text(last), "sales": len(sales)})
    place = first.place
    merchant = typed("mrc", place.merchant) if place.merchant else ""
    store = typed("str", place.store) if place.store else ""
    facts = {"currency": first.currency, "amount": sum(one.line.paid for one in first.lines)}
    if first.member is not None:
        facts |= {"member": typed("mbr", first.member)}
    if first.lapses_at is not None:
        facts |= {"lapses_at": first.lapses_at.isoformat()}
    return Deed("sales.record", _text(first), merchant, store, after=facts)


def _text(sale: NewSale) -> str:
    return typed("sal", sale.id)
