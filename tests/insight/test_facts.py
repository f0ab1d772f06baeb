"""The fact table against a slow oracle, its totals, and that it never looks past the cut-off."""

from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from math import log
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.history.engine import Engine, sql_of
from regulars.insight.facts import facts
from regulars.insight.lines import WrongColumns
from regulars.insight.visits import days, visits

CUT = date(2024, 6, 30)
Row = dict[str, Any]

COLUMNS: dict[str, pa.DataType] = {
    "customer": pa.string(),
    "sold_at": pa.timestamp("us"),
    "basket": pa.int64(),
    "store": pa.string(),
    "channel": pa.string(),
    "product": pa.string(),
    "category": pa.string(),
    "amount_minor": pa.int64(),
    "discount_minor": pa.int64(),
    "cost_minor": pa.int64(),
    "kind": pa.string(),
    "returned": pa.bool_(),
}
SCHEMA = pa.schema(list(COLUMNS.items()))


def moment(*when: int) -> datetime:
    """By the shop's own clock, as in the lake."""
    return datetime(*when)  # type: ignore[arg-type]  # noqa: DTZ001


def table(rows: list[Row]) -> pa.Table:
    return pa.Table.from_pylist(rows, SCHEMA)


class Asked:
    """Facts of one cut-off, compiled once and asked of many small tables: compiling takes longer than answering."""

    def __init__(self, cut_off: date, *, kept: bool = False) -> None:
        self.engine = Engine(threads=1)
        given = self.engine.register("given", table([]))
        self.days = sql_of(days(given))
        shared = self.engine.keep("kept_days", days(given)) if kept else None
        self.facts = sql_of(facts(given, cut_off=cut_off, days=shared))

    def of(self, rows: list[Row]) -> pa.Table:
        self.engine.register("given", table(rows))
        self.engine.connection.execute(f"CREATE OR REPLACE TABLE kept_days AS {self.days}")
        found: pa.Table = self.engine.connection.sql(self.facts).to_arrow_table()
        return found


@cache
def asked(cut_off: date, *, kept: bool = False) -> Asked:
    return Asked(cut_off, kept=kept)


@st.composite
def lines(draw: st.DrawFn) -> Row:
    kind = draw(st.sampled_from(["sale", "sale", "sale", "return", "fee"]))
    amount = draw(st.integers(0, 5000))
    on = date(2024, 7, 3) - timedelta(days=draw(st.sampled_from([0, 2, 3, 4, 10, 40, 93, 94, 183, 368, 369, 700, 900])))
    hour = draw(st.sampled_from([0, 9, 9, 17]))
    basket = draw(st.integers(1, 3))
    return {
        "customer": draw(st.sampled_from(["ada", "bo", "cy", None])),
        "sold_at": moment(on.year, on.month, on.day, hour),
        "basket": basket + on.toordinal() * 10,
        "store": draw(st.sampled_from(["north", "south", None])),
        "channel": None,
        "product": draw(st.sampled_from(["p1", "p2", "p3", None])),
        "category": draw(st.sampled_from(["tea", "milk", "rice", "eggs", None])),
        "amount_minor": -amount if kind == "return" else amount,
        "discount_minor": draw(st.sampled_from([None, 0, 50])),
        "cost_minor": draw(st.sampled_from([None, 10])),
        "kind": kind,
        "returned": kind == "sale" and draw(st.integers(0, 5)) == 0,
    }


def top(counts: Counter[Any]) -> Any:
    return min((-n, value) for value, n in counts.items())[1] if counts else None


def oracle(rows: list[Row]) -> dict[str, Row]:
    """What the documentation says, one customer and one loop at a time."""
    goods = [r for r in rows if r["customer"] and r["kind"] != "fee" and r["sold_at"].date() <= CUT]
    return {name: oracle_of([r for r in goods if r["customer"] == name]) for name in {r["customer"] for r in goods}}


def categories_of(own: list[Row]) -> tuple[Counter[str], list[str]]:
    bought = {r["category"] for r in own if r["kind"] == "sale" and r["category"]}
    spend: Counter[str] = Counter()
    for r in own:
        if r["category"] in bought:
            spend[r["category"]] += r["amount_minor"]
    return spend, sorted(spend, key=lambda c: (-spend[c], c))


def hours_of(sales: list[Row], came: list[date]) -> Counter[int]:
    hours: Counter[int] = Counter()
    for day in came:
        timed = [r["sold_at"].hour for r in sales if r["sold_at"].date() == day and r["sold_at"].hour]
        if timed:
            hours[min(timed)] += 1
    return hours


def trend_by_hand(came: list[date]) -> tuple[int, int, float | None]:
    ago = [(CUT - day).days for day in came]
    half = min(ago[0], 730) // 2 if came else 0
    recent = sum(1 for days_ago in ago[1:] if days_ago < half)
    before = sum(1 for days_ago in ago[1:] if half <= days_ago < 2 * half)
    told = 2 * half >= 28 and recent + before >= 3
    return recent, before, log((recent + 1) / (before + 1)) if told else None


def oracle_of(own: list[Row]) -> Row:
    sales = [r for r in own if r["kind"] == "sale"]
    stands = [r for r in sales if not r["returned"]]
    came = sorted({r["sold_at"].date() for r in stands})
    gaps = [(b - a).days for a, b in pairwise(came)]
    hours = hours_of(sales, came)
    weekdays = Counter(day.isoweekday() for day in came)
    by_category, ranked = categories_of(own)
    categorised = sum(by_category.values())
    spent, sold = (sum(r["amount_minor"] for r in some) for some in (own, sales))
    visit_spend = sum(r["amount_minor"] for r in own if r["sold_at"].date() in came)
    discounted = [r for r in sales if r["discount_minor"] is not None]
    undiscounted = sum(r["amount_minor"] + r["discount_minor"] for r in discounted)
    costed = [r["amount_minor"] - r["cost_minor"] for r in own if r["cost_minor"] is not None]
    ago = {day: (CUT - day).days for day in came}
    recent, before, trend = trend_by_hand(came)

    def since(n: int) -> int:
        return sum(r["amount_minor"] for r in own if (CUT - r["sold_at"].date()).days < n)

    def different(name: str) -> int | None:
        return len({r[name] for r in sales if r[name]}) or None

    return {
        "first_on": came[0] if came else None,
        "last_on": came[-1] if came else None,
        "visits": len(came),
        "receipts": len({(r["sold_at"].date(), r["basket"]) for r in stands}),
        "lines": len(sales),
        "products": different("product"),
        "spend_minor": spent,
        "spend_365_minor": since(365),
        "spend_90_minor": since(90),
        "mean_visit_minor": visit_spend / len(came) if came else None,
        "recency_days": ago[came[-1]] if came else None,
        "tenure_days": ago[came[0]] if came else None,
        "gaps": len(gaps),
        "gap_days_sum": sum(gaps),
        "gap_log_sum": sum(map(log, gaps)),
        "gap_days_typical": float(np.median(gaps)) if gaps else None,
        "gap_days_spread": float(np.quantile(gaps, 0.75) - np.quantile(gaps, 0.25)) if len(gaps) > 1 else None,
        "trend": trend,
        "trend_recent": recent,
        "trend_before": before,
        "visits_90": sum(1 for day in came if ago[day] < 90),
        "visits_before_90": sum(1 for day in came if 90 <= ago[day] < 180),
        "categories": len(by_category) or None,
        "stores": different("store"),
        "channels": None,
        "discount_share": sum(r["discount_minor"] for r in discounted) / undiscounted if undiscounted else None,
        "return_share": (sold - spent) / sold if sold else None,
        "return_lines": len(own) - len(sales),
        "weekday_top": top(weekdays),
        "weekday_top_share": max(weekdays.values()) / len(came) if came else None,
        "weekend_share": (weekdays[6] + weekdays[7]) / len(came) if came else None,
        "hour_top": top(hours),
        "top_categories": ranked[:3] or None,
        "top_category_share": by_category[ranked[0]] / categorised if categorised > 0 else None,
        "margin_minor": sum(costed) if costed else None,
    }


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(st.lists(lines(), max_size=40))
def test_facts_are_what_the_documentation_says(rows: list[Row]) -> None:
    found = {row.pop("customer"): row for row in asked(CUT).of(rows).to_pylist()}
    expected = oracle(rows)
    assert found.keys() == expected.keys()
    for customer, facts_of in expected.items():
        assert list(found[customer]) == list(facts_of)
        for name, value in facts_of.items():
            got = found[customer][name]
            if name == "mean_visit_minor":
                assert (got is None) == (value is None)
                assert got is None or abs(got - value) <= 0.5
            else:
                assert got == (pytest.approx(value) if isinstance(value, float) else value), (customer, name)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(lines(), max_size=30), st.sampled_from([0, 100]))
def test_the_money_of_all_customers_is_the_money_of_all_lines_up_to_the_cut_off(rows: list[Row], ago: int) -> None:
    cut_off = CUT - timedelta(days=ago)
    known = [r for r in rows if r["customer"] and r["kind"] != "fee" and r["sold_at"].date() <= cut_off]
    found = asked(cut_off).of(rows)
    whole = found.to_pandas()
    assert whole["spend_minor"].sum() == sum(r["amount_minor"] for r in known)
    assert whole["lines"].sum() + whole["return_lines"].sum() == len(known)


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(lines(), max_size=30))
def test_nothing_after_the_cut_off_is_looked_at(rows: list[Row]) -> None:
    late = moment(2024, 7, 1)
    past = [r for r in rows if r["sold_at"] < late]
    planted = [{**r, "sold_at": late + timedelta(hours=n)} for n, r in enumerate(rows)]
    planted += [{**r, "customer": "zoe", "sold_at": late} for r in rows[:2]]
    seen, honest = (asked(CUT).of(some).sort_by("customer").to_pylist() for some in (past + planted, past))
    assert seen == honest


@pytest.mark.slow
@settings(max_examples=10, deadline=None)
@given(st.lists(lines(), max_size=30))
def test_kept_days_give_the_same_facts_at_any_cut_off(rows: list[Row]) -> None:
    for cut_off in (CUT, CUT - timedelta(days=100)):
        alone, shared = (asked(cut_off, kept=kept).of(rows).sort_by("customer") for kept in (False, True))
        assert alone.equals(shared)


ADA = {"customer": "ada", "basket": 1, "amount_minor": 500, "kind": "sale", "returned": False}


def test_sums_come_out_as_whole_64_bit_numbers() -> None:
    found = facts(table([{**ADA, "sold_at": moment(2024, 5, 1, 10)}]), cut_off=CUT)
    whole = [name for name in found.column_names if name.endswith(("_minor", "_sum")) and name != "gap_log_sum"]
    assert {found.schema.field(name).type for name in [*whole, "receipts", "lines"]} == {pa.int64()}


def test_a_day_with_only_returns_is_no_visit_but_its_money_counts() -> None:
    rows = [
        {**ADA, "sold_at": moment(2024, 5, 1, 10)},
        {**ADA, "sold_at": moment(2024, 5, 9, 10), "amount_minor": -200, "kind": "return", "basket": 2},
    ]
    assert visits(table(rows))["day"].to_pylist() == [date(2024, 5, 1)]
    assert sorted(days(table(rows))["spend_minor"].to_pylist()) == [-200, 500]
    (ada,) = facts(table(rows), cut_off=CUT).to_pylist()
    assert (ada["visits"], ada["last_on"], ada["spend_minor"]) == (1, date(2024, 5, 1), 300)


def test_what_came_back_whole_is_no_visit() -> None:
    rows = [{**ADA, "sold_at": moment(2024, 5, 1, 10), "returned": True}]
    (ada,) = facts(table(rows), cut_off=CUT).to_pylist()
    assert (ada["visits"], ada["first_on"], ada["recency_days"], ada["weekday_top"]) == (0, None, None, None)


def test_three_columns_are_enough() -> None:
    small = pa.table({"customer": ["ada"], "sold_at": [date(2024, 5, 1)], "amount_minor": [500]})
    (ada,) = facts(small, cut_off=CUT).to_pylist()
    unknown = {name for name, value in ada.items() if value is None}
    assert ada["visits"] == ada["receipts"] == 1
    assert unknown >= {"products", "categories", "stores", "channels", "discount_share", "margin_minor", "hour_top"}


def test_a_table_that_lacks_the_customer_says_so() -> None:
    with pytest.raises(WrongColumns, match="customer"):
        facts(pa.table({"sold_at": [date(2024, 5, 1)], "amount_minor": [500]}), cut_off=CUT)


def test_the_last_moment_of_the_cut_off_day_still_counts() -> None:
    rows = [{**ADA, "sold_at": moment(2024, 6, 30, 23, 59, 59)}]
    assert facts(table(rows), cut_off=CUT)["recency_days"].to_pylist() == [0]
