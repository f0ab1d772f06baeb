"""Two by two by two: behaviour, attitude, profit. Each customer is in one box; each box has a list."""

from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.myths.found import BOXES
from regulars.insight.native import whole_sum

BOXED: Final = "kept_myth_boxes"
CONTENT_FROM: Final = 0.75  # of the scale: four of five


def keep_boxed(people: ir.Table, engine: Engine) -> tuple[ir.Table, str, int]:
    """Keeps customer, box, behaviour, attitude (null: unknown), profit, profit_minor, spend_365_minor.

    Also what profit rests on (margin where costs are known, else sales) and from how much on a customer
    counts as profitable: what a customer brings on average.
    """
    row = engine.row(people.agg(known=people.margin_year_minor.count()))
    basis = "margin" if row["known"] else "sales"
    earned = people.margin_year_minor if basis == "margin" else people.spend_365_minor.cast("float64")
    with_profit = people.mutate(profit_minor=earned.fill_null(0.0).round().cast("int64"))
    mean = engine.row(with_profit.agg(mean=with_profit.profit_minor.mean()))["mean"]
    border = round(float(mean or 0))
    mind = ibis.ifelse(people.attitude.isnull(), ibis.null("boolean"), people.attitude >= CONTENT_FROM)
    sorted_out = with_profit.mutate(
        behaviour=with_profit.loyal, attitude=mind, profit=with_profit.profit_minor >= border
    )
    names = _names(sorted_out)
    boxes = engine.keep(
        BOXED,
        sorted_out.select("customer", "behaviour", "attitude", "profit", "profit_minor", "spend_365_minor", box=names),
    )
    return boxes, basis, border


def boxed(engine: Engine, box: str) -> ir.Table:
    """The list of one box, the dearest first; after `myths_of`, in the same engine."""
    table = engine.named(BOXED)
    listed = table.filter(table.box == box).drop("box", "behaviour", "attitude", "profit")
    return listed.order_by(listed.profit_minor.desc(), listed.customer)


def counted(boxes: ir.Table, engine: Engine) -> pa.Table:
    """Customers and money of each box that holds anybody, in the order of BOXES."""
    sums = boxes.group_by("box", "behaviour", "attitude", "profit").agg(
        customers=boxes.count(),
        profit_minor=whole_sum(boxes.profit_minor),
        spend_365_minor=whole_sum(boxes.spend_365_minor),
    )
    order = list(BOXES.values())
    found = engine.arrow(sums)
    names = [str(name) for name in found["box"].to_pylist()]
    places = sorted(range(found.num_rows), key=lambda place: order.index(names[place]))
    return found.take(pa.array(places, pa.int64()))


def _names(people: ir.Table) -> ir.Value:
    cases = [
        (
            (people.behaviour == behaviour)
            & (people.attitude.isnull() if attitude is None else (people.attitude == attitude).fill_null(False))
            & (people.profit == profit),
            name,
        )
        for (behaviour, attitude, profit), name in BOXES.items()
    ]
    return ibis.cases(*cases)
