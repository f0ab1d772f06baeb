"""The real files, without a single option: exact counts, and clear words for those that hold no sales."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.moves import FileMapping, RawTable, Shape, Staged
from regulars.history.refusals import NotSales
from regulars.history.sources import raw_tables
from regulars.history.staging import stage

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=2) as opened:
        yield opened


def tables(engine: Engine, path: Path, work: Path) -> list[RawTable]:
    return [found for found in raw_tables([path], engine=engine, work=work) if isinstance(found, RawTable)]


def read(engine: Engine, path: Path, work: Path) -> tuple[Staged, FileMapping]:
    (raw,) = tables(engine, path, work)
    shape, mapping = understand(raw, engine=engine)
    return stage(raw, shape, mapping, engine=engine, work=work), mapping


def one(engine: Engine, judged: Staged, select: str) -> tuple[object, ...]:
    row = engine.connection.execute(f"SELECT {select} FROM '{judged.lines}'").fetchone()
    assert row is not None
    return tuple(row)


def test_cdnow(engine: Engine, shared_data: Path, tmp_path: Path) -> None:
    judged, mapping = read(engine, shared_data / "cdnow" / "CDNOW_master.txt", tmp_path)
    assert dict(mapping.columns) == {"customer": 0, "sold_at": 1, "quantity": 2, "amount": 3}
    assert (judged.rows_read, judged.rows_kept) == (69_659, 69_659)
    assert one(engine, judged, "sum(amount_minor), count(DISTINCT customer)") == (250_031_563, 23_570)
    assert (judged.first_on, judged.last_on) == ("1997-01-01", "1998-06-30")


def test_cdnow_sample_has_no_heading_and_two_numbers_for_each_customer(
    engine: Engine, shared_data: Path, tmp_path: Path
) -> None:
    judged, mapping = read(engine, shared_data / "cdnow" / "CDNOW_sample.txt", tmp_path)
    assert dict(mapping.columns) == {"customer": 0, "sold_at": 2, "quantity": 3, "amount": 4}
    assert (judged.rows_kept, *one(engine, judged, "count(DISTINCT customer)")) == (6_919, 2_357)


def test_tafeng(engine: Engine, shared_data: Path, tmp_path: Path) -> None:
    judged, mapping = read(engine, shared_data / "tafeng", tmp_path)
    assert {field: mapping.headings[place] for field, place in mapping.columns.items()} == {
        "sold_at": "TRANSACTION_DT",
        "customer": "CUSTOMER_ID",
        "category": "PRODUCT_SUBCLASS",
        "product": "PRODUCT_ID",
        "quantity": "AMOUNT",
        "amount": "SALES_PRICE",
        "cost": "ASSET",
    }
    assert (mapping.amount_is, mapping.options["cost_is"], mapping.date_format) == ("line", "line", "%m/%d/%Y")
    assert (judged.rows_read, judged.rows_kept) == (817_741, 817_741)
    assert one(engine, judged, "count(DISTINCT customer), count(DISTINCT product)") == (32_266, 23_812)
    assert (judged.first_on, judged.last_on) == ("2000-11-01", "2001-02-28")


def test_online_retail(engine: Engine, shared_data: Path, tmp_path: Path) -> None:
    judged, mapping = read(engine, shared_data / "online_retail", tmp_path)
    assert "store" not in mapping.columns
    assert (mapping.amount_is, mapping.options["cancelled_receipts"]) == ("unit", ["C"])
    assert (judged.rows_read, judged.refused_by_reason) == (1_044_847, {"absurd-price": 2})
    # Both refused rows are flags of 0.42 entered at hundreds of pounds, without a customer.
    assert judged.notes["anonymous"] + 2 == 235_287
    assert one(engine, judged, "count(DISTINCT customer), max(quantity)") == (5_942, Decimal(80_995))
    assert one(engine, judged, "count(*) FILTER (kind = 'sale' AND product IN ('POST', 'DOT', 'M', 'AMAZONFEE'))") == (
        0,
    )
    assert one(engine, judged, "count(*) FILTER (kind != 'return' AND quantity < 0 AND kind != 'fee')") == (0,)
    assert judged.has_time
    assert judged.has_receipt


def test_groceries(engine: Engine, shared_data: Path, tmp_path: Path) -> None:
    judged, _ = read(engine, shared_data / "groceries", tmp_path)
    assert judged.shape is Shape.BASKETS
    assert one(engine, judged, "count(DISTINCT basket), count(DISTINCT product), count(*)") == (9_835, 169, 43_367)


@pytest.mark.parametrize(
    ("file", "looks"),
    [
        ("telco/Telco-Customer-Churn.csv", "contract table with one row per customer (tenure, Contract, Churn)"),
        ("mobile_survey/mobi.csv", "survey: 24 answers on the same small scale"),
        ("promotion_test/training.csv", "test of a promotion (Promotion was given, purchase came of it)"),
        ("promotion_test/Test.csv", "test of a promotion"),
        ("cdnow/cdnow_customers_summary.csv", "summary with one row per customer (frequency, recency, T)"),
        ("cdnow/cdnow_customers_summary_with_transactions.csv", "summary with one row per customer"),
    ],
)
def test_what_is_no_sales_file_is_named(
    engine: Engine, shared_data: Path, tmp_path: Path, file: str, looks: str
) -> None:
    (raw,) = tables(engine, shared_data / file, tmp_path)
    with pytest.raises(NotSales) as caught:
        understand(raw, engine=engine)
    assert looks in str(caught.value)
    assert caught.value.missing


def test_the_airline_has_members_months_and_a_dictionary_but_no_sales(
    engine: Engine, shared_data: Path, tmp_path: Path
) -> None:
    said = []
    for raw in tables(engine, shared_data / "airline_loyalty", tmp_path):
        with pytest.raises(NotSales) as caught:
            understand(raw, engine=engine)
        said.append(caught.value.looks_like or "")
    assert [words.split(" (")[0] for words in said] == [
        "a data dictionary",
        "monthly activity per member",
        "a list of members",
    ]
