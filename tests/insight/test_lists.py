"""Action lists and the headline, on customers made by hand and on a planted history."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.classes import ClassRule, in_amounts, value_classes
from regulars.insight.facts import facts
from regulars.insight.findings import ActionList
from regulars.insight.headline import headline
from regulars.insight.lifecycle import life_cycle
from regulars.insight.lists import LISTS, action_lists
from regulars.insight.reasons import REASONS, reason_of, say
from regulars.insight.visits import days

from .history_given import CUT_OFF, given_history

ADA: dict[str, Any] = {
    "customer": "ada", "stage": "stability", "value_class": "important", "spend_365_minor": 36_500,
    "spend_minor": 80_000, "last_on": date(2024, 6, 20), "gap_days_typical": 14.0, "visits": 40, "recency_days": 10,
    "tenure_days": 740, "trend_recent": 20, "trend_before": 19, "silence_chance": 0.6, "gone_probability": 0.1,
    "slowing": False, "rising": False,
}  # fmt: skip
CAST: list[dict[str, Any]] = [
    ADA,
    {**ADA, "customer": "bo", "rising": True, "trend_recent": 30, "trend_before": 9, "value_class": "ordinary"},
    {**ADA, "customer": "cy", "stage": "decline", "recency_days": 41, "silence_chance": 0.014, "gone_probability": 0.8},
    {**ADA, "customer": "di", "stage": "decline", "slowing": True, "trend_recent": 5, "trend_before": 20},
    {**ADA, "customer": "ed", "stage": "lost", "recency_days": 375, "spend_365_minor": 0, "value_class": "ordinary"},
    {**ADA, "customer": "flo", "stage": "lost", "recency_days": 375, "spend_365_minor": 0, "spend_minor": 900},
    {
        **ADA, "customer": "gus", "stage": "acquaintance", "visits": 1, "recency_days": 60, "tenure_days": 60,
        "gap_days_typical": None, "value_class": "ordinary", "spend_minor": 1_200, "spend_365_minor": 1_200,
    },
    {**ADA, "customer": "hal", "stage": "decline", "visits": 2, "silence_chance": 0.01, "gone_probability": 0.9},
    {
        **ADA, "customer": "ivy", "stage": None, "visits": 0, "recency_days": None, "tenure_days": None,
        "last_on": None, "gap_days_typical": None, "value_class": "prospect", "slowing": None, "rising": None,
        "silence_chance": None, "gone_probability": None, "spend_minor": 0, "spend_365_minor": 0,
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def lists() -> dict[str, ActionList]:
    with Engine(threads=1) as engine:
        cast = engine.register("customers", pa.Table.from_pylist(CAST))
        return dict(action_lists(cast, engine=engine, important_minor=10_000))


def test_who_is_on_which_list(lists: dict[str, ActionList]) -> None:
    assert {name: lists[name].table["customer"].to_pylist() for name in LISTS} == {
        "best": ["ada"],
        "rising": ["bo"],
        "slipping": ["cy", "di"],
        "lost": ["ed"],
        "one_time": ["gus"],
    }


def test_slipping_is_ordered_by_value_at_risk(lists: dict[str, ActionList]) -> None:
    # cy: 36,500 × 0.8; di slowed from 20 visits to 5, which costs three quarters
    assert lists["slipping"].table["at_stake_minor"].to_pylist() == [29_200, 27_375]
    assert lists["slipping"].at_stake_minor == 56_575


def test_every_row_has_its_reasons(lists: dict[str, ActionList]) -> None:
    shown = {
        row["customer"]: [row[f"reason_{n}"] for n in (1, 2, 3)]
        for name in LISTS
        for row in lists[name].table.to_pylist()
    }
    assert shown["ada"] == ["spent:365:36500", "often:40:14", "seen:10"]
    assert shown["bo"] == ["faster:30:9", "spent:365:36500", "seen:10"]
    assert shown["cy"] == ["silent:41:14", "rare:2", "spent:365:36500"]
    assert shown["di"] == ["slowing:5:20", "silent:10:14", "spent:365:36500"]
    assert shown["ed"] == ["silent:375:14", "yearly:80000", "often:40:14"]
    assert shown["gus"] == ["once:60:14", "first:1200", None]


def test_lists_have_the_same_columns(lists: dict[str, ActionList]) -> None:
    (columns,) = {tuple(lists[name].table.column_names) for name in LISTS}
    assert columns == (
        "rank", "customer", "stage", "value_class", "spend_365_minor", "last_on", "gap_days_typical", "at_stake_minor",
        "reason_1", "reason_2", "reason_3",
    )  # fmt: skip


def test_equal_customers_are_ordered_by_name() -> None:
    twins = [{**ADA, "customer": name} for name in ("zed", "amy", "moe")]
    with Engine(threads=2) as engine:
        cast = engine.register("customers", pa.Table.from_pylist(twins))
        best = action_lists(cast, engine=engine)["best"]
    assert best.table["customer"].to_pylist() == ["amy", "moe", "zed"]
    assert best.table["rank"].to_pylist() == [1, 2, 3]


def test_the_headline_counts_regulars_who_are_not_lost() -> None:
    with Engine(threads=1) as engine:
        first = headline(engine.register("customers", pa.Table.from_pylist(CAST)), engine=engine)
    spend = [row["spend_minor"] for row in CAST]
    assert (first.regulars, first.slipping, first.one_time, first.new_last_90_days) == (4, 2, 1, 1)
    assert first.regulars_share_of_customers == 4 / 8
    assert first.regulars_spend_share == pytest.approx(4 * 80_000 / sum(spend))
    assert (first.at_risk_days, first.at_risk_minor) == (90, 56_575 * 90 // 365)


def test_a_reason_is_worded_in_any_language() -> None:
    words = {"slowing": "近期 {recent_visits} 次，此前 {former_visits} 次", "first": "paid {spend_minor}"}
    assert say("slowing:3:9", words) == "近期 3 次，此前 9 次"
    assert say("first:1250", words, lambda minor: f"{minor / 100:.2f} EUR") == "paid 12.50 EUR"


def test_lists_of_a_planted_history() -> None:
    given = given_history(400, seed=12, leave_share=0.15, once_share=0.1)
    with Engine(threads=1) as engine:
        lines = engine.register("given", given.lines)
        by_day = engine.keep("days", days(lines))
        known = engine.keep("facts", facts(lines, cut_off=CUT_OFF, days=by_day))
        judged = engine.register("judged", life_cycle(known, by_day, engine=engine, cut_off=CUT_OFF).judged)
        rule = in_amounts(known, ClassRule(), engine)
        valued = engine.keep("valued", value_classes(known, rule=rule))
        wide = known.left_join(judged, "customer").drop("customer_right")
        customers = engine.keep("customers", wide.left_join(valued, "customer").drop("customer_right"))
        found = action_lists(customers, engine=engine)
        first = headline(customers, engine=engine)
    named = {c for name in ("slipping", "lost") for c in found[name].table["customer"].to_pylist()}
    assert len(named & given.left) >= 0.8 * len(given.left)
    assert len(named & given.left) >= 0.7 * len(named)
    for one in found.values():
        for n in (1, 2, 3):
            codes = [code for code in one.table[f"reason_{n}"].to_pylist() if code is not None]
            assert {reason_of(code).code for code in codes} <= set(REASONS)
        assert one.table["rank"].to_pylist() == list(range(1, one.customers + 1))
    assert 0 < first.slipping < first.regulars
