"""A shop's purchases as codes, kept once in the engine, so that customers can be looked at part by part."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.nextbasket.baskets import Baskets, Floats, Ints, Names, assembled
from regulars.insight.visits import goods_until

DAYS_MAX: Final = 730  # what is older says little about the next basket
EPOCH: Final = date(1970, 1, 1)
_BOUGHT, _CUSTOMERS, _PRODUCTS = "kept_next_bought", "kept_next_customers", "kept_next_products"


class NoProducts(RegularsError):
    """No line of a known customer says what was bought."""

    code = "no-products"


@dataclass(frozen=True, slots=True)
class Bought:
    """What known customers bought and kept: customer × day × product, coded. A basket is a day.

    Products are coded by how often they were bought, the most bought first; only the first `products_max` are looked
    at, and the others count in the size of a basket.
    """

    engine: Engine
    products: Names
    names: Names  # of the same products; the code itself where there is no other name
    customers: int
    first_on: date
    cut_off: date

    def rows(self, part: int, parts: int) -> tuple[Names, Ints, Ints, Floats]:
        """Names of every `parts`-th customer from `part` on; customer, product and day (since 1970) of their rows."""
        people, bought = self.engine.named(_CUSTOMERS), self.engine.named(_BOUGHT)
        named = self.engine.arrow(people.filter(people.code % parts == part).order_by("code"))
        found = self.engine.arrow(bought.filter(bought.person % parts == part))
        names = named["customer"].to_numpy(zero_copy_only=False).astype(object)
        person, product, day = (found[name].to_numpy().astype(np.int64) for name in ("person", "item", "day"))
        return names, person // parts, product, day.astype(np.float64)

    def baskets(self, part: int, parts: int) -> Baskets:
        """All baskets of every `parts`-th customer."""
        names, customer, product, day = self.rows(part, parts)
        return assembled(names, self.products, customer, product, day)


def keep_bought(
    lines: ir.Table,
    engine: Engine,
    *,
    cut_off: date,
    days_max: int = DAYS_MAX,
    products_max: int = 20_000,
    customers: ir.Table | None = None,
) -> Bought:
    """Codes what was bought and not brought back in the last `days_max` days up to the end of `cut_off`.

    `customers` (column customer) keeps these only. Leaves three tables of the session behind, some 12 bytes a line.
    Raises NoProducts, WrongColumns.
    """
    goods = goods_until(lines, cut_off)
    begin = ibis.literal(cut_off - timedelta(days=days_max - 1))
    goods = goods.filter(
        goods.kind == "sale", ~goods.returned.fill_null(False), goods["product"].notnull(), goods.sold_at >= begin
    )
    # A small shape of the lines may have numbers for customers and ENUMs for products.
    goods = goods.mutate(customer=goods.customer.cast("string"), product=goods["product"].cast("string"))
    if customers is not None:
        goods = goods.semi_join(customers.select(customer=customers.customer.cast("string")), "customer")
    people = engine.keep(_CUSTOMERS, _numbered(goods.select("customer").distinct(), [ibis._.customer]))
    items = goods.group_by("product").agg(
        times=goods.count(), name=goods.product_name.mode() if "product_name" in goods.columns else ibis.null("string")
    )
    items = engine.keep(_PRODUCTS, _numbered(items, [ibis.desc("times"), ibis._["product"]]))
    day = goods.sold_at.cast("date").delta(ibis.literal(EPOCH), unit="day").cast("int32")
    rows = goods.select("customer", "product", day=day)
    both = rows.inner_join(people, "customer").inner_join(items.select("product", item="code"), "product")
    bought = engine.keep(_BOUGHT, both.select(person="code", item="item", day="day").distinct())
    seen = engine.row(bought.agg(first=bought.day.min(), last=bought.day.max()))
    if seen["first"] is None:
        raise NoProducts(f"No sale of a known customer up to {cut_off} says which product it was.")
    kept = engine.arrow(items.filter(items.code < products_max).order_by("code"))
    products = kept["product"].to_numpy(zero_copy_only=False).astype(object)
    names = kept["name"].to_numpy(zero_copy_only=False).astype(object)
    return Bought(
        engine=engine,
        products=products,
        names=np.where(names == None, products, names),  # noqa: E711 element by element
        customers=int(engine.row(people.agg(n=people.count()))["n"]),
        first_on=EPOCH + timedelta(days=int(seen["first"])),
        cut_off=cut_off,
    )


def day_number(day: date) -> float:
    """Days since 1970."""
    return float((day - EPOCH).days)


def _numbered(table: ir.Table, order: list[Any]) -> ir.Table:
    return table.mutate(code=ibis.row_number().over(order_by=order).cast("int32"))
