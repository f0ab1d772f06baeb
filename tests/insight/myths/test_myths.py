"""Three beliefs about loyal customers, where the truth is known."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.myths import MythsFound, boxed, myths_of

CUT_OFF = date(2025, 12, 31)
LOYAL, OTHERS = 60, 120


def shop(*, loyal_price: float = 1.0, loyal_cost: int | None = None, noise: float = 0.0, seed: int = 1) -> pa.Table:
    """The loyal come each week for two years, others four times in the last year; all buy the same two products."""
    random = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for n in range(LOYAL + OTHERS):
        loyal = n < LOYAL
        weeks = range(104) if loyal else sorted(random.choice(50, 4, replace=False).tolist())
        for week in weeks:
            product = ("tea", "milk")[int(week) % 2]
            usual = {"tea": 500, "milk": 200}[product]
            price = round(usual * (loyal_price if loyal else 1.0) * (1 + noise * random.standard_normal()))
            rows.append(
                {
                    "customer": f"L{n}" if loyal else f"O{n}",
                    "sold_at": CUT_OFF - timedelta(days=7 * int(week)),
                    "amount_minor": price * 2,
                    "quantity": 2.0,
                    "product": product,
                    "category": "Food",
                    "store": "North",
                    "discount_minor": 40 if loyal_cost is None else (0 if loyal else 40),
                    "cost_minor": None if loyal_cost is None else (loyal_cost if loyal else 300) * price // 500,
                }
            )
    lines = pa.Table.from_pylist(rows)
    return lines.drop_columns(["cost_minor"]) if loyal_cost is None else lines


def judged(lines: pa.Table, **options: Any) -> MythsFound:
    with Engine() as engine:
        sold = engine.register("sold", lines)
        known = engine.keep("known_facts", facts(sold, cut_off=CUT_OFF))
        return myths_of(sold, known, engine, CUT_OFF, **options)


def test_who_is_loyal() -> None:
    found = judged(shop())
    assert (found.loyal, found.other, found.tenure_days) == (LOYAL, OTHERS, 360)
    assert found.visits_from == 104


def test_the_price_paid_by_hand() -> None:
    found = judged(shop(loyal_price=0.9))
    myth = found.myths["price"]
    assert (myth.verdict, myth.decided_by) == ("does-not-hold", "price")
    measure = myth.measures[0]
    assert measure.loyal < measure.other
    assert measure.raw == pytest.approx(-0.1, abs=0.01)
    assert measure.matched == pytest.approx(measure.raw)  # one store and one category


def test_loyal_customers_who_pay_more_are_found() -> None:
    assert judged(shop(loyal_price=1.1)).myths["price"].verdict == "holds"


@pytest.mark.parametrize(
    ("case", "cost", "verdict"),
    [("cheap", 200, "holds"), ("alike", 300, "does-not-hold"), ("dear", 450, "does-not-hold")],
)
def test_cost_to_serve_by_margin_where_costs_are_known(case: str, cost: int, verdict: str) -> None:
    myth = judged(shop(loyal_cost=cost)).myths["cheaper"]
    assert (myth.decided_by, myth.verdict) == ("margin_share", verdict)


def test_costs_of_a_small_part_of_the_sales_do_not_speak_for_all() -> None:
    lines = shop(loyal_cost=200)
    few = pa.array(
        [cost if at % 5 == 0 else None for at, cost in enumerate(lines["cost_minor"].to_pylist())], pa.int64()
    )
    found = judged(lines.set_column(lines.column_names.index("cost_minor"), "cost_minor", few))
    assert found.profit_basis == "sales"
    assert found.myths["cheaper"].decided_by == "cost_rate"


def test_where_nothing_differs_it_cannot_be_told() -> None:
    """Wide prices, few customers: the difference is none, and the interval allows either."""
    found = judged(shop(noise=0.2))
    assert found.myths["price"].verdict == "cannot-be-told"
    assert found.myths["price"].why_not == "too-uncertain"
    assert found.myths["referrals"].verdict == "cannot-be-told"
    assert found.myths["referrals"].why_not == "no-referrals"


def test_referrals_from_a_file() -> None:
    brought = pa.table({"customer": [f"L{n}" for n in range(40)] + [f"O{LOYAL}"]})
    myth = judged(shop(), referrals=brought).myths["referrals"]
    assert (myth.decided_by, myth.verdict) == ("referrals", "holds")
    assert myth.measures[0].loyal == pytest.approx(40 / LOYAL)
    assert myth.measures[0].other == pytest.approx(1 / OTHERS)


def test_every_customer_is_in_one_box_and_each_box_has_its_list() -> None:
    attitude = pa.table(
        {"customer": ["L0", "L1", f"O{LOYAL}", "nobody"], "attitude": [1.0, 0.25, 0.75, 1.0], "recommends": [1.0] * 4}
    )
    with Engine() as engine:
        sold = engine.register("sold", shop())
        known = engine.keep("known_facts", facts(sold, cut_off=CUT_OFF))
        found = myths_of(sold, known, engine, CUT_OFF, attitude=attitude)
        lists = {row["box"]: engine.arrow(boxed(engine, row["box"])) for row in found.boxes.to_pylist()}
    assert sum(row["customers"] for row in found.boxes.to_pylist()) == LOYAL + OTHERS
    assert {name: table.num_rows for name, table in lists.items()} == {
        "true_regulars": 1,
        "held_by_habit": 1,
        "well_wishers": 1,
        "earning_regulars": LOYAL - 2,
        "small_occasional": OTHERS - 1,
    }
    assert lists["held_by_habit"]["customer"].to_pylist() == ["L1"]
    assert found.attitude_known == 3


def test_without_products_prices_cannot_be_told() -> None:
    lines = shop().drop_columns(["product"])
    myth = judged(lines).myths["price"]
    assert (myth.verdict, myth.why_not, myth.measures) == ("cannot-be-told", "no-prices", ())


def test_numbers_in_the_place_of_names() -> None:
    lines = shop()
    names = sorted({str(name) for name in lines["customer"].to_pylist()})
    number = {name: at for at, name in enumerate(names)}
    coded = pa.array([number[str(name)] for name in lines["customer"].to_pylist()], pa.int32())
    with Engine() as engine:
        sold = engine.register("sold", lines.set_column(0, "customer", coded))
        known = engine.keep("known_facts", facts(sold, cut_off=CUT_OFF))
        table = engine.register(
            "names", pa.table({"customer": names, "number": pa.array(range(len(names)), pa.int32())})
        )
        attitude = pa.table({"customer": ["L0"], "attitude": [1.0], "recommends": [1.0]})
        found = myths_of(sold, known, engine, CUT_OFF, attitude=attitude, names=table)
    assert found.attitude_known == 1
