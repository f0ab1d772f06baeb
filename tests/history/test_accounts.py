"""Accounts that are no person are named; people who buy much are not."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from regulars.history.accounts import suspicious_accounts
from regulars.history.engine import Engine

Row = tuple[str | None, int, int, int]  # customer, day, receipt, amount


def found(rows: Iterator[Row] | list[Row]) -> dict[str, str]:
    customers, days, baskets, amounts = zip(*rows, strict=True)
    table = pa.table(
        {
            "customer": pa.array(customers, pa.string()),
            "sold_at": pa.array([day * 86_400_000_000 for day in days], pa.timestamp("us")),
            "basket": pa.array(baskets, pa.int64()),
            "amount_minor": pa.array(amounts, pa.int64()),
            "kind": pa.array(["sale" if amount >= 0 else "return" for amount in amounts], pa.string()),
        }
    )
    with Engine(memory="300MB", threads=1) as engine:
        answer = engine.rows(suspicious_accounts(engine.register("lines", table)))
    return {row["customer"]: row["reason"] for row in answer}


def people(count: int = 300) -> list[Row]:
    """Ordinary customers, one receipt a day now and then."""
    return [(f"p{n:05}", day, n * 1000 + day, 500) for n in range(count) for day in range(0, 60, 1 + n % 30)]


def swiped(customer: str, *, a_day: int, days: int) -> list[Row]:
    return [(customer, day, 10**9 + day * 1000 + n, 500) for day in range(days) for n in range(a_day)]


@pytest.mark.parametrize(
    ("customer", "reason"),
    [
        ("test", "test-account"),
        ("TEST 01", "test-account"),
        ("test@example.com", "test-account"),
        ("demo_user", "test-account"),
        ("测试", "test-account"),
        ("测试会员2", "test-account"),
        ("0000", "test-account"),
        ("00000000", "test-account"),
        ("9999999", "test-account"),
        ("Walk-in", "house-account"),
        ("CASH", "house-account"),
        ("散客", "house-account"),
        ("Tessa", None),
        ("Testa", None),
        ("Cassandra", None),
        ("Demott", None),
        ("cash-family@example.com", None),
        ("0", None),
        ("1", None),
        ("111", None),
        ("张三", None),
    ],
)
def test_names_that_nobody_has(customer: str, reason: str | None) -> None:
    assert found([*people(30), (customer, 1, 7, 100)]).get(customer) == reason


def test_in_a_dense_row_of_numbers_one_digit_all_along_is_a_customer() -> None:
    assert found([(f"{n:05}", 1, n, 100) for n in range(1, 12_000)]) == {}
    assert found([*((f"{n:05}", 1, n, 100) for n in range(1, 2_000)), ("99999", 1, 1, 1)]) == {"99999": "test-account"}


def test_a_card_swiped_for_everyone() -> None:
    assert found([*people(), *swiped("p77777", a_day=40, days=30)]) == {"p77777": "bulk-account"}


@pytest.mark.parametrize(
    ("what", "rows"),
    [
        ("too few days", swiped("p77777", a_day=40, days=19)),
        ("a busy customer", swiped("p77777", a_day=3, days=60)),
        ("nameless sales", [(None, *row[1:]) for row in swiped("", a_day=40, days=30)]),
        (
            "one wild day among quiet ones",
            [*swiped("p77777", a_day=1, days=60), *((("p77777", 3, n, 5)) for n in range(500))],
        ),
        ("many lines on one receipt", [("p77777", day, 10**9 + day, 500) for day in range(30) for _ in range(80)]),
    ],
)
def test_people_who_buy_much_stay(what: str, rows: list[Row]) -> None:
    assert found([*people(), *rows]) == {}, what


def test_where_everybody_comes_often_nobody_is_a_till() -> None:
    assert found([row for n in range(40) for row in swiped(f"p{n:05}", a_day=8, days=25)]) == {}


def test_sums_are_net_of_returns_and_each_account_comes_once() -> None:
    rows = [*people(), *swiped("test", a_day=40, days=30), ("test", 1, 1, -700)]
    assert found(rows) == {"test": "test-account"}


def test_the_best_customers_of_a_real_wholesaler_stay(shared_data: Path) -> None:
    path = shared_data / "online_retail" / "online_retail_2009_2011_tidy.parquet"
    with Engine() as engine:
        lines = engine.view(
            "lines",
            'SELECT "Customer ID"::VARCHAR AS customer, "InvoiceDate" AS sold_at, hash("Invoice")::UBIGINT::HUGEINT % '
            '9223372036854775807 AS basket, ("Price" * 100 * "Quantity")::BIGINT AS amount_minor, \'sale\' AS kind '
            f"FROM read_parquet('{path}')",
        )
        assert engine.rows(suspicious_accounts(lines.mutate(basket=lines.basket.cast("int64")))) == []
