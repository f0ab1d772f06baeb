"""What people bought before and after a day of their own: joined by customer, in the engine."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.native import whole_sum
from regulars.insight.survey.reading import Days, Floats

Flags = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, slots=True)
class Around:
    """Entries go with the people asked about. Before is up to and with the day; after begins the day after it."""

    known: Flags  # the customer has any purchase day at all
    visits_before: Floats
    spend_before: Floats  # minor units, net of returns
    recency_days: Floats  # since the last visit up to the day; NaN without one in the window
    visits_after: Floats
    spend_after: Floats

    @property
    def covariates(self) -> Floats:
        """Visits, spend and recency before, as a regression wants them; who had none counts as long ago."""
        spend = np.log1p(np.maximum(self.spend_before, 0.0))
        longest = np.nanmax(self.recency_days) if np.isfinite(self.recency_days).any() else 0.0
        recency = np.log1p(np.where(np.isfinite(self.recency_days), self.recency_days, longest))
        return np.column_stack((np.log1p(self.visits_before), spend, recency))

    def of(self, chosen: Flags) -> "Around":
        """The same for some of the people."""
        return Around(
            self.known[chosen],
            self.visits_before[chosen],
            self.spend_before[chosen],
            self.recency_days[chosen],
            self.visits_after[chosen],
            self.spend_after[chosen],
        )


def linked(customers: Any, days: ir.Table, engine: Engine, names: ir.Table | None, name: str) -> ir.Table:
    """at (place among `customers`, from 0), customer as `days` writes it; rows for known people only.

    `names` (customer as text, number) translates where days hold numbers in the place of names.
    """
    given = pa.table({"at": np.arange(len(customers)), "asked": customers.cast(pa.string())})
    people = engine.register(f"{name}_people", given).filter(lambda t: t.asked.notnull())
    if names is not None:
        both = people.inner_join(names.select("number", asked=names.customer.cast("string")), "asked")
        return engine.keep(f"{name}_linked", both.select("at", customer=both.number.cast(days.customer.type())))
    kind = days.customer.type()
    own = people.asked if kind.is_string() else people.asked.try_cast(kind)
    return engine.keep(f"{name}_linked", people.select("at", customer=own).filter(lambda t: t.customer.notnull()))


def around(
    people: ir.Table, on: Days, days: ir.Table, engine: Engine, *, before_days: int, after_days: int, name: str
) -> Around:
    """Purchases of `people` (at, customer: see `linked`) in the windows around `on` (one day per place)."""
    dates = pa.table({"at": np.arange(len(on)), "answered_on": pa.array(on.astype("datetime64[D]"))})
    own = people.inner_join(engine.register(f"{name}_on", dates), "at").select("at", "customer", "answered_on")
    both = own.inner_join(days, "customer")
    ago = both.answered_on.delta(both.day, unit="day")
    visit = both.receipts > 0
    before, after = (ago >= 0) & (ago < before_days), (ago < 0) & (ago >= -after_days)
    found = engine.arrow(
        both.group_by("at").agg(
            visits_before=both.count(where=visit & before),
            spend_before=whole_sum(both.spend_minor, where=before).fill_null(0),
            recency_days=ago.min(where=visit & before),
            visits_after=both.count(where=visit & after),
            spend_after=whole_sum(both.spend_minor, where=after).fill_null(0),
        )
    )
    place = found["at"].to_numpy()
    known = np.zeros(len(on), dtype=bool)
    known[place] = True

    def column(label: str, empty: float) -> Floats:
        values = np.full(len(on), empty)
        values[place] = found[label].cast(pa.float64()).to_numpy(zero_copy_only=False)
        return values

    return Around(
        known,
        column("visits_before", 0.0),
        column("spend_before", 0.0),
        column("recency_days", np.nan),
        column("visits_after", 0.0),
        column("spend_after", 0.0),
    )


def span(days: ir.Table, engine: Engine) -> tuple[date, date] | None:
    """First and last purchase day; None where there is none."""
    row = engine.row(days.agg(first=days.day.min(), last=days.day.max()))
    return (row["first"], row["last"]) if row["first"] is not None else None


def until(days: ir.Table, cut_off: date) -> ir.Table:
    """Days up to the cut-off; nothing later is looked at."""
    return days.filter(days.day <= ibis.literal(cut_off))
