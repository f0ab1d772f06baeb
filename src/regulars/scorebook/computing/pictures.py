"""What pages draw of everybody together, and what there is to say of each item; kept with the run."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from regulars.history.engine import sql_of
from regulars.insight.classes import ClassRule
from regulars.insight.concentration import concentration
from regulars.insight.flow import class_flow, month_ends
from regulars.insight.native import whole_sum
from regulars.journal.statements import run as asked
from regulars.scorebook.computing.ahead import noted
from regulars.scorebook.computing.desk import Desk

MONTHS: Final = 36
PAIRS: Final = 60  # of products, and of categories
PRODUCTS: Final = 20_000
WINDOW: Final = 12  # months that a class looks back
STEP: Final = 2  # month ends
POINTS: Final = 5  # every so many points of the curve are kept
_KEEP: Final = (
    "INSERT INTO scorebook_picture (run, name, told) VALUES (%s, %s, %s::jsonb)"
    " ON CONFLICT (run, name) DO UPDATE SET told = excluded.told"
)
_MEASURES: Final = (
    "level", "left", "right", "baskets_both", "support", "confidence", "confidence_back", "lift", "customers_both",
    "significant",
)  # fmt: skip
# By buyer and day first: what is counted then is small.
_PRODUCTS: Final = """
WITH days AS (SELECT customer, product, sold_at::DATE AS day, sum(amount_minor) AS money,
    sum(coalesce(quantity, 1)) AS quantity, max(category::VARCHAR) AS category FROM ({lines})
    WHERE customer IS NOT NULL AND product IS NOT NULL AND kind = 'sale' AND NOT coalesce(returned, false)
    GROUP BY customer, product, day),
buyers AS (SELECT customer, product, count(*) AS days, min(day) AS first, max(day) AS last, sum(money) AS money,
    sum(quantity) AS quantity, max(category) AS category FROM days GROUP BY customer, product)
SELECT product::VARCHAR AS item, coalesce(max(category), '') AS category, count(*) AS buyers,
    count(*) FILTER (days > 1) AS again, sum(days)::BIGINT AS times, sum(quantity)::DOUBLE AS quantity,
    sum(money)::BIGINT AS money, median((last - first) / (days - 1)) FILTER (days > 1) AS gap, max(last) AS last_on
FROM buyers GROUP BY product ORDER BY money DESC, item LIMIT {most}
"""
_CLASS: Final = """
CASE WHEN coalesce(min(day) FILTER (receipts > 0), DATE '9999-01-01') > DATE '{end}' THEN 'prospect'
    WHEN coalesce(sum(spend_minor) FILTER (day BETWEEN DATE '{begin}' AND DATE '{end}'), 0) >= {vip} THEN 'vip'
    WHEN coalesce(sum(spend_minor) FILTER (day BETWEEN DATE '{begin}' AND DATE '{end}'), 0) >= {important}
    THEN 'important' ELSE 'ordinary' END AS {name}"""
_COLUMNS: Final = (
    "run", "item", "name", "category", "buyers", "again", "times", "quantity", "spend_minor", "usual_gap_days",
    "last_on",
)  # fmt: skip


def pictures(desk: Desk) -> dict[str, Any]:
    """The curves and tables of the report, as rows that pages read."""
    keep_picture(desk.run, "months", _months(desk))
    keep_picture(desk.run, "concentration", _concentration(desk))
    desk.look_up("pictures")
    keep_picture(desk.run, "flow", _flow(desk))
    _moved(desk)
    if not desk.work.has_products():
        return {"products": 0}
    keep_picture(desk.run, "pairs", _pairs(desk))
    desk.look_up("pictures")
    return {"products": _products(desk)}


def keep_picture(run: UUID, name: str, told: Any) -> None:
    asked(_KEEP, [run, name, json.dumps(told)])


def _months(desk: Desk) -> list[dict[str, Any]]:
    days = desk.work.days
    by_month = days.group_by(month=days.day.truncate("M")).agg(
        spend_minor=whole_sum(days.spend_minor), receipts=days.receipts.sum(), members=days.customer.nunique()
    )
    rows = desk.engine.rows(by_month.order_by("month"))[-MONTHS:]
    return [
        {"month": row["month"].isoformat()[:10], "spend_minor": int(row["spend_minor"] or 0),
         "receipts": int(row["receipts"] or 0), "members": int(row["members"])}
        for row in rows
    ]  # fmt: skip


def _concentration(desk: Desk) -> dict[str, Any]:
    found = concentration(desk.work.facts, desk.engine)
    curve = found.lorenz.to_pylist()[::POINTS]
    return {
        "gini": found.gini,
        "top_2_5": found.top_2_5_percent_share,
        "top_20": found.top_20_percent_share,
        "curve": [[round(one["customers_share"], 4), round(one["spend_share"], 5)] for one in curve],
        "deciles": found.deciles.to_pylist(),
    }


def _flow(desk: Desk) -> list[dict[str, Any]]:
    """Movement between classes, month by month."""
    known = noted(desk)
    cut_offs = (known["important_minor"], known["vip_minor"])
    rows = class_flow(
        desk.work.days, engine=desk.engine, cut_off=desk.cut_off, cut_offs_minor=cut_offs,
        window_days=ClassRule().window_days,
    ).to_pylist()  # fmt: skip
    return [row | {"month": row["month"].isoformat()} for row in rows]


def _moved(desk: Desk) -> None:
    """Of each customer the class at the last two month ends, as `class_flow` counts them."""
    desk.forget("scorebook_moved")
    days, known = desk.work.days, noted(desk)
    first_on = desk.engine.row(days.agg(first=days.day.min()))["first"]
    ends = month_ends(first_on, desk.cut_off, WINDOW)[-2:]
    if len(ends) < STEP:
        return
    columns = ", ".join(
        _CLASS.format(end=end, begin=_months_before(end, WINDOW), vip=known["vip_minor"], name=name,
                      important=known["important_minor"])
        for end, name in zip(ends, ("moved_from", "moved_to"), strict=True)
    )  # fmt: skip
    desk.engine.connection.execute(
        f"CREATE TABLE scorebook_moved AS SELECT customer, {columns} FROM ({sql_of(days)}) GROUP BY customer"
    )


def _months_before(end: date, months: int) -> date:
    """The first day of a window of so many whole months that ends there.

    >>> _months_before(date(2026, 2, 28), 12)
    datetime.date(2025, 3, 1)
    """
    place = end.year * 12 + end.month - months
    return date(place // 12, place % 12 + 1, 1)


def _pairs(desk: Desk) -> dict[str, Any]:
    from regulars.insight.pairs import LEVELS, pairs

    work = desk.work
    found = pairs(work.working.texts(work.lines), desk.engine)
    rows = found.table.select(list(_MEASURES)).to_pylist()
    kept = [row for level in LEVELS for row in [one for one in rows if one["level"] == level][:PAIRS]]
    names = {str(row[side]) for row in kept for side in ("left", "right")}
    return {
        "baskets": found.baskets,
        "tested": found.tested,
        "sampled": found.sampled,
        "rows": kept,
        "names": {item: name for item, name in found.names.items() if item in names},
    }


def _products(desk: Desk) -> int:
    statement = _PRODUCTS.format(lines=sql_of(desk.work.lines), most=PRODUCTS)
    rows = desk.engine.connection.execute(statement).fetchall()
    names = desk.work.product_names([row[0] for row in rows]) if rows else {}
    _write(desk.run, [_product(desk.run, row, names) for row in rows])
    return len(rows)


def _product(run: UUID, row: Sequence[Any], names: Mapping[str, str]) -> tuple[Any, ...]:
    item, category, buyers, again, times, quantity, money, gap, last_on = row
    return (run, item, names.get(item, ""), category, buyers, again, times, quantity, money, gap, last_on)


@transaction.atomic
def _write(run: UUID, rows: Sequence[tuple[Any, ...]]) -> None:
    """Those of the run, instead of what a worker that died may have left."""
    asked("DELETE FROM scorebook_product WHERE run = %s", [run])
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY scorebook_product ({', '.join(_COLUMNS)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
