"""What happened after a cut-off, and examples to learn from: several cut-offs, one after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.churn.features import FEATURES, TEXTS, features_at
from regulars.insight.churn.known import Known
from regulars.insight.churn.windows import Windows
from regulars.insight.draws import drawn
from regulars.insight.holdout import numbers
from regulars.insight.lines import as_of, of_customers
from regulars.insight.native import whole_sum
from regulars.insight.scoring.moves import Examples, Flags, Floats

DRAWN_MOST: Final = 100_000  # customers learned from; of more, an even part
_NEVER: Final = np.inf


def outcomes(lines: ir.Table, *, cut_off: date, outcome_days: int) -> ir.Table:
    """customer, waited_days (from the cut-off to the next visit), spend_then_minor; of who had any line by the end.

    Both are as they stood at the end of the outcome window; waited_days is null for who did not come within it.
    spend_then_minor is the net spend of the 365 days up to the end of the outcome window.
    """
    end = cut_off + timedelta(days=outcome_days)
    known = as_of(of_customers(lines), end)
    day = known.sold_at.cast("date")
    visit = (known.kind == "sale") & ~known.returned & (day > ibis.literal(cut_off))
    year = day > ibis.literal(end - timedelta(days=365))
    found = known.group_by("customer").agg(
        next_on=day.min(where=visit), spend_then_minor=whole_sum(known.amount_minor, where=year).fill_null(0)
    )
    waited = found.next_on.delta(ibis.literal(cut_off), unit="day")
    return found.select("customer", "spend_then_minor", waited_days=waited)


@dataclass(frozen=True, slots=True)
class Seen:
    """Customers who counted at one cut-off: what was known (features and CARRIED), and what came."""

    cut_off: date
    table: pa.Table
    left: Flags
    spend_then_minor: Floats
    rivals: dict[str, Floats]
    known: Known


def seen_at(
    lines: ir.Table, *, engine: Engine, cut_off: date, windows: Windows, members: ir.Table | None = None
) -> Seen:
    """One cut-off of the past. Raises BadHistory where nobody had come twice by then."""
    known = features_at(lines, cut_off=cut_off, observation_days=windows.observation_days, members=members)
    after = outcomes(lines, cut_off=cut_off, outcome_days=windows.outcome_days)
    both = known.left_join(after, "customer").drop("customer_right")
    return seen_of(engine.arrow(both.order_by("customer")), cut_off, windows)


def seen_of(table: pa.Table, cut_off: date, windows: Windows) -> Seen:
    """From a table of features with waited_days and spend_then_minor beside them."""
    models = Known.of(table, windows)
    whole = models.added(table)
    counted = whole.filter(pa.array(models.counts(whole)))
    waited = np.asarray(counted["waited_days"].cast(pa.float64()).to_numpy(), np.float64)
    left: Flags = np.where(np.isnan(waited), _NEVER, waited) > numbers(counted, "horizon_days")
    then = numbers(counted, "spend_then_minor")
    plain = counted.drop_columns(["waited_days", "spend_then_minor"])
    return Seen(cut_off, plain, left, then, models.rivals(plain), models)


def drawn_lines(lines: ir.Table, engine: Engine, customers: int, *, most: int = DRAWN_MOST) -> ir.Table:
    """Lines of about `most` of `customers`, whole customers, by their number or hash, so always the same ones; kept."""
    shares = -(-customers // most)
    some = lines.filter(lines.customer.notnull())
    if shares > 1:
        some = some.filter(drawn(some.customer, shares))
    return engine.keep("churn_lines", some)


def examples_of(seen: Sequence[Seen], outcome: Sequence[Flags] | None = None) -> Examples:
    """Cut-offs as one set of examples; a rival that one of them lacks is left out."""
    shared = set.intersection(*(set(one.rivals) for one in seen))
    answers = outcome or [one.left for one in seen]
    return Examples(
        features=pa.concat_tables([features_only(one.table) for one in seen]),
        outcome=np.concatenate(answers),
        customers=pa.concat_arrays([_whole(one.table["customer"]) for one in seen]),
        periods=np.concatenate([np.full(len(one.left), at, np.int64) for at, one in enumerate(seen)]),
        rivals={name: np.concatenate([one.rivals[name] for one in seen]) for name in sorted(shared)},
    )


def features_only(table: pa.Table) -> pa.Table:
    """The columns a model may see, those of members only where given."""
    chosen = table.select([name for name in FEATURES if name in table.column_names])
    texts = [name for name in TEXTS if name in chosen.column_names]
    fields = [pa.field(f.name, pa.string() if f.name in texts else pa.float32()) for f in chosen.schema]
    return chosen.cast(pa.schema(fields))


def _whole(column: Any) -> Any:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
