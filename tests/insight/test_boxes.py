"""Nine boxes: habit and usage by hand, and against pandas."""

from datetime import datetime, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.boxes import customer_boxes, nine_boxes

START = datetime(2024, 3, 1)  # noqa: DTZ001 - the shop's own clock


def bought(customer: str, category: str, kinds: str, quantity: float = 1) -> list[dict[str, object]]:
    """One purchase a day; n: national, s: store brand, ?: unknown, r: came back."""
    names = {"n": "national", "s": "store", "?": None, "r": "national"}
    return [
        {
            "customer": customer,
            "sold_at": START + timedelta(days=day),
            "basket": hash((customer, day)) >> 1,
            "category": category,
            "brand_kind": names[kind],
            "quantity": quantity,
            "amount_minor": 100,
            "kind": "sale",
            "returned": kind == "r",
        }
        for day, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize(
    ("case", "kinds", "habit"),
    [
        ("four of five", "nnnns", "national"),
        ("just below", "nnnnnnnsss", "switcher"),
        ("one of five", "nssss", "store"),
        ("unknown brands say nothing", "nnn??????", "national"),
        ("what came back says nothing", "sssrrrrrr", "store"),
        ("two purchases are too few", "nn", None),
        ("two that count are too few", "nn??r", None),
    ],
)
def test_habit(case: str, kinds: str, habit: str | None) -> None:
    boxes = customer_boxes(pd.DataFrame(bought("ada", "tea", kinds)))
    assert boxes["habit"].tolist() == ([habit] if habit else []), case


def test_usage_by_thirds_and_equals_together() -> None:
    rows = [row for n in range(6) for row in bought(f"c{n}", "tea", "nnn", quantity=n + 1)]
    rows += [row for n in range(5) for row in bought(f"c{n}", "salt", "sss", quantity=2)]
    boxes = customer_boxes(pd.DataFrame(rows)).sort_values(["category", "customer"])
    by_category = boxes.groupby("category")["usage"].agg(list)
    assert by_category["tea"] == ["low", "low", "medium", "medium", "high", "high"]
    assert by_category["salt"] == ["medium"] * 5  # five equal buyers: none is a heavy one


def test_adds_up_and_counts_who_was_left_out() -> None:
    rng = np.random.default_rng(5)
    rows = []
    for n in range(120):
        for category in ("tea", "salt", "soap"):
            rows += bought(
                f"c{n}", category, "".join(rng.choice(list("nns?r"), rng.integers(0, 9))), int(rng.integers(1, 5))
            )
    frame = pd.DataFrame(rows)
    with Engine() as engine:
        found = nine_boxes(engine.register("lines", pa.Table.from_pandas(frame)), engine)
    assert found is not None
    known = frame[frame.brand_kind.notna() & ~frame.returned]
    purchases = known.groupby(["category", "customer"])["basket"].nunique()
    judged = purchases[purchases >= 3].reset_index()
    assert found.customers == judged.customer.nunique()
    assert found.category_customers == judged.groupby("category").size().to_dict()
    assert found.not_judged == purchases[purchases < 3].groupby("category").size().to_dict()
    table = found.table.to_pandas()
    assert len(table) == 27
    assert table.groupby("category")["customers"].sum().to_dict() == dict(found.category_customers)
    spent = known.merge(judged, on=["category", "customer"])
    assert table["spend_minor"].sum() == spent["amount_minor"].sum()


def test_none_where_brand_kinds_are_unknown() -> None:
    with Engine() as engine:
        assert nine_boxes(engine.register("lines", pa.Table.from_pylist(bought("ada", "tea", "nnn"))), engine)
        plain = pa.table({"customer": ["a"], "sold_at": [START], "amount_minor": [5]})
        assert nine_boxes(engine.register("lines", plain), engine) is None
