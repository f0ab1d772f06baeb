"""What each customer paid: against everybody's mean price of the same product in the same week.

1 is the usual price, .97 three per cent below it. Only weeks count in which a product was sold often enough for its
mean to be anybody's price. The last store each was in comes along, since prices differ between stores.
"""

from datetime import date
from typing import Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.lines import as_of, complete
from regulars.insight.myths.people import window
from regulars.insight.native import hash64

PRICES: Final = "kept_myth_prices"
LINES_FEWEST: Final = 5  # of a product in a week
CUSTOMERS_MOST: Final = 300_000  # whose prices are looked at; drawn by a hash
_PARTS: Final = 1_000


def keep_prices(lines: ir.Table, people: ir.Table, engine: Engine, *, cut_off: date) -> float | None:
    """Keeps customer, price (index; null without a comparable line), store; gives the share of customers looked at.

    None, and nothing kept, where no line knows product and quantity. Two passes over the lines of the last year.
    """
    seen = window(as_of(complete(lines), cut_off), cut_off)
    goods = seen.filter(seen.kind == "sale", ~seen.returned, seen.amount_minor > 0)
    priced = goods.filter(goods["product"].notnull(), goods.quantity > 0)
    if not engine.rows(priced.select("product").limit(1)):
        return None
    week = priced.sold_at.cast("date").truncate("W")
    quantity, amount = priced.quantity.cast("float64"), priced.amount_minor.cast("float64")
    usual = priced.group_by(product=priced["product"], week=week).agg(
        lines=priced.count(), usual=amount.sum() / quantity.sum()
    )
    kept = engine.keep("myth_usual", usual.filter(usual.lines >= LINES_FEWEST).drop("lines"))
    count = int(engine.row(people.agg(n=people.count()))["n"])
    share = min(1.0, CUSTOMERS_MOST / max(1, count))
    chosen = people.select("customer")
    if share < 1:
        chosen = chosen.filter(hash64(chosen.customer) % _PARTS < int(share * _PARTS))
    bought = priced.select("customer", "store", "sold_at", product="product", week=week, paid=amount, pieces=quantity)
    bought = bought.semi_join(chosen, "customer").left_join(kept, ["product", "week"])
    reference = bought.pieces * bought.usual
    engine.keep(
        PRICES,
        bought.group_by("customer").agg(
            price=bought.paid.sum(where=bought.usual.notnull()) / reference.sum().nullif(0),
            store=bought.store.argmax(bought.sold_at).cast("string"),
        ),
    )
    engine.connection.execute("DROP TABLE myth_usual")
    return share


def with_prices(people: ir.Table, engine: Engine, *, known: bool) -> ir.Table:
    """The people with price and store; nulls where nothing is known."""
    if not known:
        return people.mutate(price=ibis.null("float64"), store=ibis.null("string"))
    return people.left_join(engine.named(PRICES), "customer").drop("customer_right")
