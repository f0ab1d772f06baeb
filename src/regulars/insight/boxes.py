"""Nine boxes (S06): in each category, whose brands a customer buys × how much of the category.

Habit: at least 80 % of own units are national brands → national; at most 20 % → store brand; between → switcher.
Usage: thirds of the category's judged buyers by quantity. A buyer is judged from three purchases in the category on.
"""

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Boxes
from regulars.insight.frames import any_table
from regulars.insight.lines import of_customers
from regulars.insight.native import whole_sum

HABITS: Final = ("national", "store", "switcher")
USAGES: Final = ("low", "medium", "high")
KINDS: Final = ("national", "store")
PURCHASES_MIN: Final = 3
NATIONAL_FROM: Final = 0.8
STORE_TO: Final = 0.2
COLUMNS: Final[list[tuple[str, pa.DataType]]] = [
    ("category", pa.string()),
    ("habit", pa.string()),
    ("usage", pa.string()),
    ("customers", pa.int64()),
    ("spend_minor", pa.int64()),
]


def category_buyers(lines: ir.Table) -> ir.Table:
    """(customer, category): purchases (baskets), quantity, national_quantity, spend_minor, of goods sold and kept.

    Only lines whose brand kind is known. A line without a quantity counts as one piece.
    """
    goods = of_customers(lines)
    goods = goods.filter(
        goods.kind == "sale", ~goods.returned.fill_null(False), goods.category.notnull(), goods.brand_kind.isin(KINDS)
    )
    quantity = ibis.ifelse(goods.quantity > 0, goods.quantity.cast("float64"), 1.0)
    pieces = goods.select("customer", "category", "basket", "amount_minor", "brand_kind", quantity=quantity)
    # By basket first: counting distinct baskets over millions of groups would hold them all in memory.
    baskets = pieces.group_by("customer", "category", "basket").aggregate(
        quantity=pieces.quantity.sum(),
        national_quantity=pieces.quantity.sum(where=pieces.brand_kind == "national"),
        spend_minor=whole_sum(pieces.amount_minor),
    )
    return baskets.group_by("customer", "category").aggregate(
        purchases=baskets.count(),
        quantity=baskets.quantity.sum(),
        national_quantity=baskets.national_quantity.sum().fill_null(0.0),
        spend_minor=whole_sum(baskets.spend_minor),
    )


@any_table
def customer_boxes(lines: ir.Table) -> ir.Table:
    """One row per judged customer and category: customer, category, habit, usage, purchases, quantity,
    national_share (0 … 1 of units), spend_minor. Raises WrongColumns.

    Equal quantities share a box: a buyer stands in the middle of those with the same quantity.
    """
    return boxes_of_buyers(category_buyers(lines))


def boxes_of_buyers(buyers: ir.Table) -> ir.Table:
    """`customer_boxes` from a table of `category_buyers`, which may lack those with too few purchases."""
    judged = buyers.filter(buyers.purchases >= PURCHASES_MIN)
    share = (judged.national_quantity / judged.quantity).round(9)
    # Halves of doubles sum differently in another order; a thousandth is all a quantity has.
    judged = judged.mutate(quantity=judged.quantity.round(3), national_share=share)
    by_quantity = ibis.window(group_by="category", order_by="quantity")
    below = ibis.rank().over(by_quantity)
    up_to = ibis.cume_dist().over(by_quantity)
    count = judged.count().over(ibis.window(group_by="category"))
    place = judged.mutate(place=(below / count + up_to) / 2)
    habit = ibis.cases(
        (place.national_share >= NATIONAL_FROM, "national"),
        (place.national_share <= STORE_TO, "store"),
        else_="switcher",
    )
    usage = ibis.cases((place.place < 1 / 3, "low"), (place.place < 2 / 3, "medium"), else_="high")
    return place.select(
        "customer",
        "category",
        "purchases",
        "quantity",
        "national_share",
        "spend_minor",
        habit=habit,
        usage=usage,
    )


def nine_boxes(lines: ir.Table, engine: Engine) -> Boxes | None:
    """All nine boxes of each category that has a judged buyer; None where no line tells its brand kind.

    `category_customers` are the judged buyers; `not_judged` those with fewer than three purchases, by category.
    """
    found = boxes_of(engine.keep("boxes_buyers", category_buyers(lines)), engine)
    engine.connection.execute("DROP TABLE boxes_buyers")
    return found


def boxes_of(buyers: ir.Table, engine: Engine) -> Boxes | None:
    """`nine_boxes` from a kept table of `category_buyers`."""
    judged = buyers.purchases >= PURCHASES_MIN
    per_category = buyers.group_by("category").aggregate(
        judged=buyers.count(where=judged), not_judged=buyers.count(where=~judged)
    )
    counted = engine.rows(per_category.order_by("category"))
    if not counted:
        return None
    placed = engine.keep("boxes_placed", boxes_of_buyers(buyers))
    boxes = placed.group_by("category", "habit", "usage").aggregate(
        customers=placed.count(), spend_minor=whole_sum(placed.spend_minor)
    )
    customers = int(engine.row(placed.aggregate(customers=placed.customer.nunique()))["customers"])
    found = {(row["category"], row["habit"], row["usage"]): row for row in engine.rows(boxes)}
    engine.connection.execute("DROP TABLE boxes_placed")
    shown = [row["category"] for row in counted if row["judged"]]
    rows = [
        {"category": category, "habit": habit, "usage": usage}
        | {name: found.get((category, habit, usage), {}).get(name, 0) for name in ("customers", "spend_minor")}
        for category in shown
        for habit in HABITS
        for usage in USAGES
    ]
    return Boxes(
        table=pa.Table.from_pylist(rows, schema=pa.schema(COLUMNS)),
        customers=customers,
        category_customers={row["category"]: row["judged"] for row in counted if row["judged"]},
        not_judged={row["category"]: row["not_judged"] for row in counted if row["not_judged"]},
    )
