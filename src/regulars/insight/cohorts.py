"""Acquisition cohorts: customers by the month of their first visit, and what became of them.

A month that was not over at the cut-off has no cell: half a month would look like people leaving. A month in which
nobody came has a cell with 0. Who came in the file's first weeks may have been a customer long before: such cohorts
say so in `may_be_old`.
"""

from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Cohorts
from regulars.insight.lines import WrongColumns
from regulars.insight.native import whole_sum
from regulars.insight.visits import days
from regulars.insight.waiting import Waits

REPEAT_DAYS: Final = 90
# So long nobody can tell a new customer from an old one who comes seldom; in a short file, a quarter of it.
SETTLING_DAYS: Final = 90
STEP_DAYS: Final = 7
KEPT: Final = ("cohorts_days", "cohorts_first", "cohorts_known")


def cohorts(history: ir.Table, *, cut_off: date, engine: Engine) -> Cohorts:
    """Cohorts of lines, or of days or visits made from them (customer, day, spend_minor, and receipts if known).

    A day with receipts = 0 is no visit, but its money counts. Nothing after the end of `cut_off` is looked at.
    `repeat_rate` is of those who had 90 days to come again; where nobody had, the Kaplan–Meier share at the end.
    Raises WrongColumns.
    """
    if "day" not in history.columns:
        history = engine.keep("cohorts_days", days(history))
    by_day = _days_until(history, cut_off)
    known = engine.keep("cohorts_known", _since_first(by_day, engine))
    sizes, cells = _counted(known, engine)
    start = engine.row(by_day.aggregate(start=by_day.day.min()))["start"] or cut_off
    settled = start + timedelta(days=min(SETTLING_DAYS, (cut_off - start).days // 4))
    retention, revenue = _triangles(sizes, cells, cut_off)
    waits, had_time, came_again = _waits(known, cut_off, engine)
    for name in KEPT:
        engine.connection.execute(f"DROP TABLE IF EXISTS {name}")
    return Cohorts(
        sizes=_sizes(sizes, cut_off, settled),
        retention=retention,
        revenue=revenue,
        repeat_rate=came_again / had_time if had_time else waits.share_by(REPEAT_DAYS),
        days_to_second=waits.curve(STEP_DAYS),
        median_days_to_second=waits.median(),
    )


def _days_until(by_day: ir.Table, cut_off: date) -> ir.Table:
    missing = [name for name in ("customer", "day", "spend_minor") if name not in by_day.columns]
    if missing:
        raise WrongColumns(f"Days need customer, day, spend_minor; missing: {', '.join(missing)}.")
    visit = by_day.receipts > 0 if "receipts" in by_day.columns else ibis.literal(True)
    known = by_day.filter(by_day.day < ibis.literal(cut_off + timedelta(days=1)))
    return known.select("customer", "spend_minor", day=known.day.cast("date"), visit=visit)


def _since_first(by_day: ir.Table, engine: Engine) -> ir.Table:
    """Days from the first visit on, with that; customers as numbers, which are grouped in a third of the time."""
    first = by_day.group_by("customer").aggregate(first_on=by_day.day.min(where=by_day.visit))
    numbered = first.filter(first.first_on.notnull()).mutate(number=ibis.row_number())
    known = by_day.inner_join(engine.keep("cohorts_first", numbered), "customer")
    return known.filter(known.day >= known.first_on).select("number", "first_on", "day", "visit", "spend_minor")


def _counted(known: ir.Table, engine: Engine) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Cohorts with their customers, and the cells that anybody was in."""
    monthly = known.group_by("number", cohort=_month(known.first_on), month=_month(known.day)).aggregate(
        came=known.visit.any(), spend_minor=whole_sum(known.spend_minor)
    )
    cells = monthly.group_by("cohort", "month").aggregate(
        customers=monthly.count(where=monthly.came), spend_minor=whole_sum(monthly.spend_minor)
    )
    found = engine.rows(cells)
    sizes: dict[date, dict[str, Any]] = {}
    for cell in sorted(found, key=lambda cell: (cell["cohort"], cell["month"])):
        # In its first month all of a cohort came.
        size = sizes.setdefault(cell["cohort"], {**cell, "spend_minor": 0})
        size["spend_minor"] += cell["spend_minor"] or 0
    return list(sizes.values()), found


def _month(day: ir.DateValue) -> ir.DateValue:
    # By way of a timestamp: DuckDB truncates a date to one, and Ibis, believing it a date, would leave the cast out.
    return day.cast("timestamp").truncate("M").cast("date")


def _sizes(sizes: list[dict[str, Any]], cut_off: date, settled: date) -> pa.Table:
    rows = [
        row | {"complete": _next(row["cohort"]) <= cut_off + timedelta(days=1), "may_be_old": row["cohort"] < settled}
        for row in sizes
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(SIZES))


def _triangles(sizes: list[dict[str, Any]], cells: list[dict[str, Any]], cut_off: date) -> tuple[pa.Table, pa.Table]:
    found = {(cell["cohort"], cell["month"]): cell for cell in cells}
    retention, revenue = [], []
    for row in sizes:
        month, number = row["cohort"], 0
        while _next(month) <= cut_off + timedelta(days=1):
            cell = found.get((row["cohort"], month), {"customers": 0, "spend_minor": 0})
            place = {"cohort": row["cohort"], "month_number": number}
            spend = cell["spend_minor"] or 0
            retention.append(place | {"customers": cell["customers"], "share": cell["customers"] / row["customers"]})
            revenue.append(place | {"spend_minor": spend, "per_customer_minor": round(spend / row["customers"])})
            month, number = _next(month), number + 1
    return pa.Table.from_pylist(retention, schema=pa.schema(RETENTION)), pa.Table.from_pylist(
        revenue, schema=pa.schema(REVENUE)
    )


def _next(month: date) -> date:
    """The first day of the month after.

    >>> _next(date(2024, 12, 1))
    datetime.date(2025, 1, 1)
    """
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)


def _waits(known: ir.Table, cut_off: date, engine: Engine) -> tuple[Waits, int, int]:
    """Days to the second visit day; those who had `REPEAT_DAYS` to make one, and those of them who did within."""
    both = known.group_by("number").aggregate(
        first_on=known.first_on.min(), second_on=known.day.min(where=known.visit & (known.day > known.first_on))
    )
    until = ibis.coalesce(both.second_on, ibis.literal(cut_off))
    waited = both.select(
        came=both.second_on.notnull(),
        days=until.delta(both.first_on, unit="day"),
        had_time=both.first_on <= ibis.literal(cut_off - timedelta(days=REPEAT_DAYS)),
    )
    ends = waited.group_by("days").aggregate(
        came=waited.count(where=waited.came),
        ended=waited.count(),
        had_time=waited.count(where=waited.had_time),
        came_again=waited.count(where=waited.had_time & waited.came & (waited.days <= REPEAT_DAYS)),
    )
    table = engine.arrow(ends.order_by("days"))
    columns = {name: table[name].to_numpy() for name in table.column_names}
    waits = Waits(columns["days"], columns["came"], columns["ended"])
    return waits, int(columns["had_time"].sum()), int(columns["came_again"].sum())


CELL: Final[list[tuple[str, pa.DataType]]] = [("cohort", pa.date32()), ("month_number", pa.int64())]
SIZES: Final[list[tuple[str, pa.DataType]]] = [
    ("cohort", pa.date32()),
    ("customers", pa.int64()),
    ("spend_minor", pa.int64()),
    ("complete", pa.bool_()),
    ("may_be_old", pa.bool_()),
]
RETENTION: Final[list[tuple[str, pa.DataType]]] = [*CELL, ("customers", pa.int64()), ("share", pa.float64())]
REVENUE: Final[list[tuple[str, pa.DataType]]] = [*CELL, ("spend_minor", pa.int64()), ("per_customer_minor", pa.int64())]
