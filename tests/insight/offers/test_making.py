"""Which offers are made: the promises of the rules hold for any budgets, values and chances."""

from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.offers.given import CUSTOMERS, boxes, due, lists, made, offered, products, rows, value

from regulars.history.engine import Engine
from regulars.insight.frames import WrongColumns
from regulars.insight.offers import OfferRules, Vendor, make_offers

ACME = Vendor("Acme", pays=1.0)


def test_heavy_buyers_of_national_brands_are_offered_the_own_brand_most_deeply() -> None:
    found = {
        (habit, usage): max(row["discount_percent"] for row in offered(offers) if row["product"] == "own cola")
        for habit, usage in (("national", "high"), ("national", "low"), ("switcher", "high"), ("switcher", "low"))
        for offers in [made(OfferRules(), boxes=boxes(habit, usage), value=value({"amy": "important"}))]
    }
    assert max(found, key=lambda cell: found[cell]) == ("national", "high")
    assert found["national", "low"] < found["national", "high"]
    assert found["switcher", "low"] < found["national", "high"]


def test_own_brand_goes_to_its_national_product_and_our_money_to_no_national_brand() -> None:
    offers = made(OfferRules())
    switch = [row for row in offered(offers) if row["reason"] == "switch"]
    assert {(row["product"], row["reason_product"]) for row in switch} == {
        ("own cola", "cola"),
        ("own coffee", "coffee"),
    }
    refused = {row["why_not"] for row in rows(offers) if row["product"] == "coffee"}
    assert refused == {"against-goal"}


def test_what_is_bought_anyway_at_full_price_has_no_discount_unless_asked_for() -> None:
    rules = {"goal": "margin", "vendors": (ACME,)}
    held = made(OfferRules(**rules))  # type: ignore[arg-type]
    (row,) = [row for row in rows(held) if row["customer"] == "amy" and row["product"] == "cola"]
    assert (row["why_not"], row["discount_percent"]) == ("anyway", None)
    assert held.found.held_back == 1
    assert held.found.saved_minor == 95  # 0.9 × 35 % of 300, half a cent up; VIP: 30 % × 1.2, in steps of five
    asked = made(OfferRules(discount_anyway=True, **rules))  # type: ignore[arg-type]
    assert ("amy", "cola") in {(row["customer"], row["product"]) for row in offered(asked)}
    assert asked.found.held_back == 0


def test_who_bought_only_cheap_would_not_buy_at_full_price() -> None:
    own = pa.table({"customer": ["amy"], "product": ["cola"], "purchases": [20], "full_price_share": [0.1]})
    found = made(OfferRules(goal="margin", vendors=(ACME,)), own=own)
    assert ("amy", "cola") in {(row["customer"], row["product"]) for row in offered(found)}


def test_who_spends_too_little_gets_no_list() -> None:
    offers = made(OfferRules())
    assert {row["customer"] for row in rows(offers)} == set(CUSTOMERS) - {"dan"}
    assert {"reason": "spends-too-little", "rows": 4, "customers": 1, "saved_minor": 0} in offers.why_not.to_pylist()
    assert (offers.found.customers, offers.found.listed) == (5, 4)


def test_whoever_qualifies_gets_all_products_of_the_list() -> None:
    shown = {(row["customer"], row["product"]) for row in rows(made(OfferRules(offers_max=0)))}
    asked = {(row["customer"], row["product"]) for row in lists().to_pylist() if row["customer"] != "dan"}
    assert shown == asked


def test_rank_counts_through_with_what_was_put_in() -> None:
    ranks = [row["rank"] for row in rows(made(OfferRules())) if row["customer"] == "amy"]
    assert ranks == list(range(1, len(ranks) + 1))


def test_the_goal_rescue_weighs_what_is_overdue() -> None:
    late = due((("amy", "bread", "overdue", 0.2), ("bob", "bread", "due", 0.2)))
    own = pa.table(
        {"customer": ["amy", "bob"], "product": ["bread"] * 2, "purchases": [9] * 2, "full_price_share": [1.0] * 2}
    )
    found = {(row["customer"], row["product"]) for row in offered(made(OfferRules(goal="rescue"), due=late, own=own))}
    assert ("amy", "bread") in found
    assert ("bob", "bread") not in found


def test_tables_in_the_engine_stay_there_and_say_the_same() -> None:
    rules = OfferRules(vendors=(ACME,))
    alone = made(rules)
    with Engine() as engine:
        ibis_tables = [
            engine.register(f"t_{n}", t) for n, t in enumerate((lists(), due(), boxes(), value(), products()))
        ]
        a, b, c, d, e = ibis_tables
        within = make_offers(a, b, c, d, e, rules, engine=engine)
        table = engine.arrow(within.table.order_by("customer", "rank", "product"))
    assert table.equals(alone.table)


def test_without_dates_and_boxes_there_are_offers_all_the_same() -> None:
    found = offered(made(OfferRules(goal="margin"), due=None, boxes=None))
    assert {row["discount_percent"] for row in found if row["customer"] == "bob"} == {10}


def test_nobody_on_no_list() -> None:
    nothing = made(OfferRules(), lists=lists().slice(0, 0))
    assert (nothing.table.num_rows, nothing.found.offers, nothing.found.example.num_rows) == (0, 0, 0)


def test_a_table_that_lacks_a_column_is_named() -> None:
    with pytest.raises(WrongColumns, match="value needs spend_365_minor"):
        made(OfferRules(), value=value().drop_columns(["spend_365_minor"]))


RULES = st.fixed_dictionaries(
    {
        "goal": st.sampled_from(["store-brand", "margin", "rescue"]),
        "offers_max": st.integers(0, 4),
        "count": st.sampled_from(["expected", "worst"]),
        "our_budget_minor": st.none() | st.integers(0, 1_500),
        "never_categories": st.sampled_from([(), ("coffee",), ("drinks", "bakery")]),
        "list_share_max": st.sampled_from([0.01, 0.05, 0.15, 1.0]),
        "margin_share_max": st.sampled_from([0.2, 0.5, 0.8, 2.0]),
        "weekly_spend_min_minor": st.sampled_from([0, 2_500, 9_000]),
    }
)
CHANCES = st.dictionaries(
    st.tuples(st.sampled_from(CUSTOMERS), st.sampled_from(["cola", "coffee", "bread"])), st.floats(0, 1), max_size=8
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None)
@given(chosen=RULES, budget=st.none() | st.integers(0, 900), pays=st.sampled_from([0.3, 0.5, 1.0]), chances=CHANCES)
def test_the_promises_of_the_rules(
    chosen: dict[str, Any], budget: int | None, pays: float, chances: dict[tuple[str, str], float]
) -> None:
    rules = OfferRules(vendors=(Vendor("Acme", budget_minor=budget, pays=pays), Vendor("Ours", pays=0.0)), **chosen)
    dates = due(
        tuple((who, what, "due", chance) for (who, what), chance in chances.items()) or (("x", "y", "due", 0.1),)
    )
    offers = made(rules, due=dates)
    lines = offered(offers)
    counted = "reserved_minor" if rules.count == "expected" else "worst_minor"
    for row in offers.bill.to_pylist():
        assert row["budget_minor"] is None or row[counted] <= row["budget_minor"], row
        assert row["reserved_minor"] <= row["worst_minor"]
    worst = sum(row["discount_minor"] for row in lines)
    assert worst == offers.found.worst_minor == sum(row["worst_minor"] for row in offers.bill.to_pylist())
    assert worst == sum(row["vendor_minor"] + row["our_minor"] for row in lines)
    facts = {row["product"]: row for row in products().to_pylist()}
    for row in lines:
        fact = facts[row["product"]]
        assert fact["category"] not in rules.never_categories
        assert row["price_minor"] == row["usual_minor"] - row["discount_minor"]
        assert row["discount_percent"] % rules.step_percent == 0
        assert rules.percent_min <= row["discount_percent"]
        share = fact["margin_share"] if fact["margin_share"] is not None else rules.margins["unknown"]
        assert row["our_minor"] <= rules.margin_share_max * share * row["usual_minor"] + 1e-6
        anyway = row["chance_without"] >= rules.chance_from and fact["full_price_share"] >= rules.full_price_share_from
        assert not anyway
    for name in CUSTOMERS:
        assert sum(row["customer"] == name for row in lines) <= rules.offers_max
    assert made(rules, due=dates).table.equals(offers.table)


@settings(max_examples=8, deadline=None)
@given(
    cell=st.sampled_from([("national", "high"), ("switcher", "low"), ("store", "medium")]),
    pays=st.sampled_from([0.0, 0.5, 1.0]),
    room=st.sampled_from([0.1, 0.4, 0.8]),
)
def test_more_value_never_gets_a_smaller_discount(cell: tuple[str, str], pays: float, room: float) -> None:
    rules = OfferRules(goal="margin", vendors=(Vendor("Acme", pays=pays),), margin_share_max=room, list_share_max=1.0)
    people = ("a1", "b2", "c3")
    classes = dict(zip(people, ("ordinary", "important", "vip"), strict=True))
    found = made(rules, lists=lists(people), boxes=boxes(*cell, customers=people), value=value(classes))
    percents = {(row["customer"], row["product"]): row["discount_percent"] or 0 for row in rows(found)}
    why = {(row["customer"], row["product"]): row["why_not"] for row in rows(found)}
    for product in ("cola", "coffee", "bread"):
        # What does not pay is left out; among those who get the product's offer, more value gets no less.
        got = [percents[name, product] for name in people if why[name, product] is None]
        assert got == sorted(got), (product, got)
