"""Value classes, RFM cells, and movement between classes, against loops."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.classes import ClassRule, ClassRuleWrong, classes, in_amounts, value_classes
from regulars.insight.facts import facts
from regulars.insight.flow import class_flow, month_ends
from regulars.insight.scores import rfm_cells, rfm_scores
from regulars.insight.visits import days

from .history_given import CUT_OFF, given_history


def known(values: list[int], *, visits: int = 1) -> pa.Table:
    """Facts of customers c0, c1 … with these amounts, as far as classes look at them."""
    return pa.table(
        {
            "customer": [f"c{n}" for n in range(len(values))],
            "visits": pa.array([visits] * len(values), pa.int64()),
            "recency_days": pa.array(range(len(values)), pa.int64()),
            "spend_minor": pa.array(values, pa.int64()),
            "spend_365_minor": pa.array(values, pa.int64()),
            "spend_90_minor": pa.array([0] * len(values), pa.int64()),
        }
    )


def classed(table: pa.Table, rule: ClassRule, prospects: pa.Table | None = None) -> dict[str, str]:
    with Engine(threads=1) as engine:
        given = engine.register("given", table)
        exact = in_amounts(given, rule, engine)
        listed = engine.register("listed", prospects) if prospects is not None else None
        found = engine.rows(value_classes(given, rule=exact, prospects=listed))
    return {row["customer"]: row["value_class"] for row in found}


def test_by_default_the_top_2_5_percent_are_vips_and_the_next_up_to_20_important() -> None:
    names = classed(known(list(range(1, 1001))), ClassRule())
    assert Counter(names.values()) == {"vip": 25, "important": 175, "ordinary": 800}
    assert names["c999"] == names["c975"] == "vip"


def test_stated_amounts_take_the_place_of_quantiles_and_are_from() -> None:
    names = classed(known([99, 100, 199, 200]), ClassRule(cut_offs_minor=(100, 200)))
    assert names == {"c0": "ordinary", "c1": "important", "c2": "important", "c3": "vip"}


def test_equal_customers_are_of_equal_class() -> None:
    assert len(set(classed(known([500] * 40), ClassRule()).values())) == 1


def test_nobody_is_important_for_spending_nothing() -> None:
    assert set(classed(known([0] * 40), ClassRule()).values()) == {"ordinary"}


def test_known_people_without_a_purchase_are_prospects() -> None:
    prospects = pa.table({"customer": ["c0", "zoe", "zoe", None]})
    names = classed(known([500]), ClassRule(), prospects)
    assert names == {"c0": "vip", "zoe": "prospect"}
    assert classed(known([0], visits=0), ClassRule(cut_offs_minor=(1, 2))) == {"c0": "prospect"}


@pytest.mark.parametrize(
    "wrong", [{"window_days": 30}, {"vip_top": 0.3}, {"cut_offs_minor": (200, 100)}, {"cut_offs_minor": (0, 100)}]
)
def test_a_rule_that_contradicts_itself_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ClassRuleWrong):
        ClassRule(**wrong)


def test_rfm_scores_are_fifths_and_equal_for_equals() -> None:
    with Engine(threads=1) as engine:
        fifths = engine.rows(rfm_scores(engine.register("given", known(list(range(100))))))
        equal = engine.rows(rfm_cells(engine.register("equal", known([7] * 50))))
    assert Counter(row["monetary_score"] for row in fifths) == {1: 20, 2: 20, 3: 20, 4: 20, 5: 20}
    assert {row["recency_score"] for row in fifths if row["customer"] in ("c0", "c19")} == {5}
    assert {row["frequency_score"] for row in fifths} == {1}
    assert {row["monetary_score"] for row in equal} == {1}
    assert sum(row["customers"] for row in equal) == 50


def test_month_ends() -> None:
    ends = month_ends(date(2020, 5, 5), date(2024, 3, 15), 12)
    assert (len(ends), ends[0], ends[-1]) == (13, date(2023, 2, 28), date(2024, 2, 29))
    assert month_ends(date(2023, 7, 1), date(2024, 8, 31), 12) == [
        date(2024, 6, 30), date(2024, 7, 31), date(2024, 8, 31)
    ]  # fmt: skip
    assert month_ends(date(2024, 7, 20), date(2024, 9, 30), 12) == [
        date(2024, 7, 31), date(2024, 8, 31), date(2024, 9, 30)
    ]  # fmt: skip


def months_earlier(end: date, months: int) -> date:
    """The last day of the month that many months before."""
    return end if months == 0 else months_earlier(end.replace(day=1) - timedelta(days=1), months - 1)


def slow_flow(lines: pa.Table, ends: list[date], cut_offs: tuple[int, int], months: int | None) -> Counter[Any]:
    rows = lines.to_pylist()
    steps: Counter[Any] = Counter()
    for customer in {row["customer"] for row in rows}:
        own = [row for row in rows if row["customer"] == customer]
        path = []
        for end in ends:
            begin = months_earlier(end, months) if months else date.min
            spent = sum(row["amount_minor"] for row in own if begin < row["sold_at"] <= end)
            named = "vip" if spent >= cut_offs[1] else "important" if spent >= cut_offs[0] else "ordinary"
            path.append(named if any(row["sold_at"] <= end for row in own) else "prospect")
        for end, before, after in zip(ends[1:], path, path[1:], strict=False):
            if (before, after) != ("prospect", "prospect"):
                steps[end.replace(day=1), before, after] += 1
    return steps


@pytest.mark.parametrize(("window_days", "months"), [(365, 12), (90, 3), (None, None)])
def test_flow_is_what_a_loop_over_customers_finds(window_days: int | None, months: int | None) -> None:
    lines = given_history(40, seed=6, leave_share=0.3).lines
    cut_offs = (8_000, 20_000)
    with Engine(threads=1) as engine:
        by_day = engine.keep("days", days(engine.register("given", lines)))
        found = class_flow(by_day, engine=engine, cut_off=CUT_OFF, cut_offs_minor=cut_offs, window_days=window_days)
    ends = month_ends(lines.to_pandas()["sold_at"].min(), CUT_OFF, months)
    assert len(ends) == 13
    expected = slow_flow(lines, ends, cut_offs, months)
    assert {(r["month"], r["from_class"], r["to_class"]): r["customers"] for r in found.to_pylist()} == expected


def test_a_history_of_one_month_has_no_flow() -> None:
    lines = pa.table({"customer": ["a"], "sold_at": [date(2024, 6, 3)], "amount_minor": [100]})
    with Engine(threads=1) as engine:
        by_day = engine.keep("days", days(engine.register("given", lines)))
        assert class_flow(by_day, engine=engine, cut_off=CUT_OFF, cut_offs_minor=(1, 2)).num_rows == 0


def test_the_chapter_ties_with_the_facts() -> None:
    with Engine(threads=1) as engine:
        lines = engine.register("given", given_history(80, seed=6).lines)
        by_day = engine.keep("days", days(lines))
        table = engine.keep("facts", facts(lines, cut_off=CUT_OFF, days=by_day))
        chapter = classes(table, by_day, engine=engine, cut_off=CUT_OFF)
        spend = engine.arrow(table).to_pandas()["spend_365_minor"].sum()
    summary = chapter.table.to_pandas()
    assert summary["value_class"].tolist() == ["prospect", "ordinary", "important", "vip"]
    assert summary["customers"].sum() == chapter.rfm.to_pandas()["customers"].sum() == 80
    assert summary["spend_minor"].sum() == spend
    assert summary["spend_share"].sum() == pytest.approx(1)
    assert (chapter.basis, chapter.window_days) == ("quantile", 365)
    last = chapter.flow.to_pandas().query("month == month.max()")
    assert last["customers"].sum() == 80
