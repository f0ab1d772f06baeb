"""What offers are made from is what the other rooms say of the same lines."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.history.engine import Engine
from regulars.insight.boxes import customer_boxes
from regulars.insight.classes import ClassRule, in_amounts, value_classes
from regulars.insight.facts import facts
from regulars.insight.lines import as_of, complete
from regulars.insight.offers.gathering import gather

CUT_OFF = date(2025, 12, 31)
PEOPLE, DAYS = 60, 500


def sales(seed: int = 5) -> pa.Table:
    """Lines without baskets: some returned on the spot or later, some people seen only with what they brought back."""
    random = np.random.default_rng(seed)
    count = 3_000
    person = random.integers(0, PEOPLE, count)
    product = random.integers(0, 9, count)
    back = (random.random(count) < 0.05) | (person >= PEOPLE - 3)
    days = random.integers(-20, DAYS, count)
    amount = (100 + 50 * product + random.integers(0, 3, count)) * np.where(back, -1, 1)
    return pa.table(
        {
            "customer": [f"C{number}" if number % 11 else None for number in person],
            "sold_at": [CUT_OFF - timedelta(days=int(day)) for day in days],
            "amount_minor": amount,
            "quantity": random.integers(1, 3, count),
            "product": [f"P{number}" for number in product],
            "category": [f"K{number % 3}" for number in product],
            "brand_kind": [("national", "store", None)[number // 3] for number in product],
            "returned": (random.random(count) < 0.05) & ~back,
            "returned_on": pa.array([None] * count, pa.date32()),
        }
    )


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=2) as engine:
        engine.register("some_sales", sales())
        yield engine


@pytest.fixture(params=[7_000_000, 500], ids=["whole", "in shares"])
def gathered(
    engine: Engine, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> dict[str, Any]:
    monkeypatch.setattr("regulars.insight.offers.gathering.LINES_AT_ONCE", request.param)
    listed = pa.table({"customer": ["C1", "C2"], "rank": pa.array([1, 1], pa.int32()), "product": ["P0", "P8"]})
    pq.write_table(listed, tmp_path / "lists.parquet")
    return gather(engine.named("some_sales"), engine, cut_off=CUT_OFF, lists=tmp_path / "lists.parquet")


def test_value_is_what_the_facts_say(engine: Engine, gathered: dict[str, Any]) -> None:
    told = engine.keep("told", facts(engine.named("some_sales"), cut_off=CUT_OFF))
    classed = value_classes(told, rule=in_amounts(told, ClassRule(), engine)).select("customer", "value_class")
    expected = told.inner_join(classed, "customer")
    columns = ("customer", "value_class", "spend_365_minor", "tenure_days")
    rows = engine.rows(expected.select(*columns).order_by("customer"))
    assert {row["value_class"] for row in rows} > {"prospect", "ordinary", "vip"}
    assert engine.rows(gathered["value"].select(*columns).order_by("customer")) == rows


def test_boxes_are_those_of_the_chapter(engine: Engine, gathered: dict[str, Any]) -> None:
    columns = ("customer", "category", "habit", "usage")
    known = as_of(complete(engine.named("some_sales")), CUT_OFF)
    expected = engine.rows(customer_boxes(known).select(*columns).order_by("customer", "category"))
    assert len(expected) > 100
    assert engine.rows(gathered["boxes"].select(*columns).order_by("customer", "category")) == expected


def test_own_purchases_are_of_the_listed_pairs(engine: Engine, gathered: dict[str, Any]) -> None:
    rows = {(row["customer"], row["product"]): row["purchases"] for row in engine.rows(gathered["own"])}
    begin = CUT_OFF - timedelta(days=364)
    counted = {
        pair: sum(
            (row["customer"], row["product"]) == pair
            and begin <= row["sold_at"] <= CUT_OFF
            and row["amount_minor"] > 0
            and not row["returned"]
            for row in sales().to_pylist()
        )
        for pair in (("C1", "P0"), ("C2", "P8"))
    }
    assert rows == counted
