"""What each customer bought between two days: buyer, purchases, revenue and margin, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np

from regulars.history.engine import Engine
from regulars.insight.frames import as_arrow
from regulars.insight.lines import as_of, complete, of_customers
from regulars.insight.native import whole_sum
from regulars.insight.uplift.moves import Floats

WINSOR: Final = 0.995


@dataclass(frozen=True, slots=True)
class Window:
    """Days from `first` to `last`, both included, under the prefix that their columns get."""

    prefix: str
    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def earlier(self, days: int, prefix: str) -> "Window":
        """The `days` days that end the day before this window."""
        return Window(prefix, self.first - timedelta(days=days), self.first - timedelta(days=1))


def table_of(given: Any, name: str, engine: Engine) -> ir.Table:
    """An Ibis table as it is; Arrow, pandas or polars under a name of this engine."""
    return given if isinstance(given, ir.Table) else engine.register(name, as_arrow(given))


def spent(lines: ir.Table, windows: Sequence[Window]) -> ir.Table:
    """One row per customer with goods lines in any window; one pass over the lines that the windows span.

    Per window PREFIX_purchases (baskets with a sale line that stands), _revenue_minor (net of returns made in the
    window), _margin_minor (of lines whose cost is known) and _uncosted_minor (revenue of the other lines).
    """
    first, last = min(w.first for w in windows), max(w.last for w in windows)
    goods = of_customers(as_of(complete(lines), last))
    by_day = _by_day(goods.filter(goods.sold_at >= ibis.literal(first)))
    sums: dict[str, Any] = {}
    for window in windows:
        within = (by_day.day >= ibis.literal(window.first)) & (by_day.day <= ibis.literal(window.last))
        for name in ("purchases", "revenue_minor", "margin_minor", "uncosted_minor"):
            sums[f"{window.prefix}_{name}"] = whole_sum(by_day[name], where=within).fill_null(0)
    return by_day.group_by("customer").agg(**sums)


def _by_day(goods: ir.Table) -> ir.Table:
    """Baskets are counted within a day, where they are few, and not once more for every window."""
    amount, cost = goods.amount_minor, goods.cost_minor
    return goods.group_by(customer=goods.customer.cast("string"), day=goods.sold_at.cast("date")).agg(
        purchases=goods.basket.nunique(where=(goods.kind == "sale") & ~goods.returned),
        revenue_minor=whole_sum(amount),
        margin_minor=whole_sum(amount - cost, where=cost.notnull()),
        uncosted_minor=whole_sum(amount, where=cost.isnull()),
    )


def winsorised(values: Floats) -> Floats:
    """Values above the 99.5 % point of those above 0 are set to it: a wholesaler's order must not decide a test."""
    some = values[values > 0]
    return values if not len(some) else np.minimum(values, np.quantile(some, WINSOR))
