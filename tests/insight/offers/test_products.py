"""Product facts and own purchases from lines."""

from datetime import date, datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.offers import own_purchases, product_facts

CUT_OFF = date(2026, 1, 31)


def line(customer: str, days_ago: int, product: str, quantity: float, amount: int, **more: Any) -> dict[str, Any]:
    sold = datetime.combine(CUT_OFF, datetime.min.time()) - timedelta(days=days_ago)
    whole = {"customer": customer, "sold_at": sold, "product": product, "quantity": quantity, "amount_minor": amount}
    return whole | {"discount_minor": None, "cost_minor": None, "category": "food", "brand": "B"} | more


LINES = [
    line("a", 3, "tea", 2, 600, cost_minor=360),
    line("a", 40, "tea", 1, 300, cost_minor=180),
    line("b", 20, "tea", 1, 250, discount_minor=50),
    line("c", 2, "tea", 1, 200),  # cheaper without saying why
    line("b", 5, "cheese", 0.35, 700),
    line("b", 9, "cheese", 0.25, 500, discount_minor=20),
    line("c", 10, "cheese", 0.3, 610),
    line("a", 400, "tea", 1, 100),  # longer ago than a year
    line("a", -3, "tea", 9, 9, cost_minor=1),  # after the cut-off
]


def both() -> tuple[dict[str, dict[str, Any]], dict[tuple[str, str], dict[str, Any]]]:
    with Engine() as engine:
        lines = engine.register("some_lines", pa.Table.from_pylist(LINES))
        products = product_facts(lines, engine, cut_off=CUT_OFF)
        pairs = engine.register("pairs", pa.table({"customer": ["a", "b", "z"], "product": ["tea", "tea", "tea"]}))
        own = own_purchases(lines, pairs, products, cut_off=CUT_OFF)
        facts = {row["product"]: row for row in engine.rows(products)}
        return facts, {(row["customer"], row["product"]): row for row in engine.rows(own)}


def test_the_usual_price_is_that_of_a_piece_before_discounts() -> None:
    tea = both()[0]["tea"]
    assert (tea["usual_minor"], tea["by_weight"], tea["sold"]) == (300, False, 4)
    assert tea["full_price_share"] == 0.5
    assert tea["margin_share"] == pytest.approx(0.4)
    assert tea["base_chance"] == pytest.approx(2 / 3, abs=1e-5)  # a and c of three, in the last fortnight


def test_what_is_weighed_is_priced_by_the_line() -> None:
    cheese = both()[0]["cheese"]
    assert (cheese["usual_minor"], cheese["by_weight"], cheese["margin_share"]) == (610, True, None)
    assert cheese["full_price_share"] == pytest.approx(2 / 3, abs=1e-5)


def test_own_purchases_are_counted_for_the_pairs_asked_for() -> None:
    own = both()[1]
    assert {key: (row["purchases"], row["full_price_share"]) for key, row in own.items()} == {
        ("a", "tea"): (2, 1.0),
        ("b", "tea"): (1, 0.0),
    }
