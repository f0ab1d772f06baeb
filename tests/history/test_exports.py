"""Exports of real tills and web shops: what their headings mean, and which of their sums is the line's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.history.raw import fetch, judge, raw_table

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.history.moves import FileMapping, Shape


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Lineitem quantity", "quantity"),
        ("line item price", "price"),
        ("Lineitem name", "product_name"),
        ("Lineitem sku", "product"),
        ("customer_email", "customer"),
        ("發票號碼", "receipt"),
    ],
)
def test_a_heading_of_an_export_means_its_field(heading: str, field: str) -> None:
    found = meanings(heading)
    assert max(found, key=lambda name: found[name]) == field


# order, mail, day; and of each of its lines: product, pieces, price in cents
Order = tuple[int, str, str, Sequence[tuple[str, int, int]]]
ORDERS: Sequence[Order] = [
    (
        number,
        f"user{number % 7}@example.org",
        f"2024-{number % 12 + 1:02}-{number % 27 + 1:02}",
        [(f"Thing {(number + line) % 5}", 1 + (number + line) % 3, 150 + 40 * line + number) for line in range(2)],
    )
    for number in range(30)
]
PAID = sum(pieces * price for *_, lines in ORDERS for _, pieces, price in lines)


def total(lines: Sequence[tuple[str, int, int]]) -> str:
    return f"{sum(pieces * price for _, pieces, price in lines) / 100:.2f}"


def understood(engine: Engine, folder: Path, headings: Sequence[str], rows: list[list[object]]) -> FileMapping:
    shape, mapping = understand(raw_table(folder, rows, headings=headings), engine=engine)
    assert shape is Shape.SALES
    return mapping


def amounts(engine: Engine, folder: Path, headings: Sequence[str], rows: list[list[object]]) -> list[int]:
    judged = judge(raw_table(folder, rows, headings=headings), engine, folder / "work")
    assert judged.rows_kept == len(rows)
    return [cents for (cents,) in fetch(engine, judged.lines, "amount_minor")]


def test_a_web_shop_writes_the_order_s_total_on_its_first_line_only(engine: Engine, tmp_path: Path) -> None:
    headings = ["Name", "Email", "Paid at", "Subtotal", "Total", "Created at", "Lineitem quantity", "Lineitem name",
                "Lineitem price"]  # fmt: skip
    rows: list[list[object]] = []
    for number, mail, day, lines in ORDERS:
        for place, (thing, pieces, price) in enumerate(lines):
            once = ["", "", ""] if place else [f"{day} 12:05:00 -0500", total(lines), total(lines)]
            rows.append([f"#{1000 + number}", mail, *once, f"{day} 12:00:00 -0500", pieces, thing, price / 100])
    mapping = understood(engine, tmp_path, headings, rows)
    assert {field: mapping.headings[place] for field, place in mapping.columns.items()} == {
        "receipt": "Name",
        "customer": "Email",
        "sold_at": "Created at",
        "quantity": "Lineitem quantity",
        "price": "Lineitem price",
        "product": "Lineitem name",
    }
    assert sum(amounts(engine, tmp_path, headings, rows)) == PAID


def test_a_total_repeated_on_every_line_is_not_the_line_s(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [number, f"{day}T12:00:00+02:00", mail, thing, price * pieces / 100, total(lines)]
        for number, mail, day, lines in ORDERS
        for thing, pieces, price in lines
    ]
    headings = ["order id", "created_at", "email", "line item name", "line item price", "total"]
    assert sum(amounts(engine, tmp_path, headings, rows)) == PAID


def test_a_customer_known_by_mail_alone_is_a_customer(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [number, day, mail, total(lines), thing, pieces, price / 100]
        for number, mail, day, lines in ORDERS
        for thing, pieces, price in lines
    ]
    headings = ["order_id", "order_date", "customer_email", "order_total", "item_name", "item_quantity", "item_price"]
    assert understood(engine, tmp_path, headings, rows).columns["customer"] == 2
    assert sum(amounts(engine, tmp_path, headings, rows)) == PAID


def test_yen_are_known_by_their_sign(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [[f"K{n % 7}", f"2024-03-{n % 28 + 1:02}", f"{100 + n:,}円"] for n in range(40)]
    headings = ["customer", "date", "amount"]
    assert understood(engine, tmp_path, headings, rows).currency == "JPY"
    assert amounts(engine, tmp_path, headings, rows)[0] == 100


def test_a_total_with_no_price_beside_it_counts_once(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [number, day, mail, thing, total(lines)] for number, mail, day, lines in ORDERS for thing, _, _ in lines
    ]
    headings = ["order id", "created_at", "email", "product", "total"]
    assert understood(engine, tmp_path, headings, rows).amount_is == "receipt"
    found = amounts(engine, tmp_path, headings, rows)
    assert sum(found) == PAID
    assert set(found[1::2]) == {0}


def test_one_price_for_everything_is_no_total(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = [
        [number, day, mail, thing, "9.50"] for number, mail, day, lines in ORDERS for thing, _, _ in lines
    ]
    headings = ["order id", "created_at", "email", "product", "amount"]
    assert understood(engine, tmp_path, headings, rows).amount_is == "line"


@pytest.mark.parametrize(("letters", "fees"), [("ABCDEFGHMS", 0), ("DM", 40)])
def test_a_shop_that_calls_its_goods_by_letters_sells_no_fees(
    engine: Engine, tmp_path: Path, letters: str, fees: int
) -> None:
    rows: list[list[object]] = [
        [f"K{n % 7}", f"2024-03-{n % 28 + 1:02}", letters[n % len(letters)], f"{n + 1}.50"] for n in range(40)
    ]
    judged = judge(
        raw_table(tmp_path, rows, headings=["customer", "date", "product code", "amount"]), engine, tmp_path / "work"
    )
    assert judged.notes.get("fee", 0) == fees
