"""When each customer is to be expected next, by their own rhythm."""

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.stages import column

LEVEL = 0.9


def next_visits(facts: ir.Table, rhythm: OwnRhythm, *, engine: Engine) -> ir.Table:
    """customer, next_from_on, next_until_on: in nine of ten cases the visit after `last_on` falls between them.

    That is, if the customer has not left. A window may lie in the past: then the customer is overdue.
    """
    known = facts.filter(facts.visits > 0)
    seen = engine.arrow(known.select("customer", "gaps", "gap_days_sum"))
    low, high = rhythm.window(column(seen, "gaps"), column(seen, "gap_days_sum"), level=LEVEL)
    table = pa.table({"customer": seen["customer"], "low": low.astype("int64"), "high": high.astype("int64")})
    waits = engine.register("next_waits", table)
    both = known.inner_join(waits, "customer")
    return both.select(
        "customer",
        next_from_on=both.last_on + both.low.as_interval("D"),
        next_until_on=both.last_on + both.high.as_interval("D"),
    )
