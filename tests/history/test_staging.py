"""Judging rows: nothing lost, nothing invented, every amount exactly as written."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.history.raw import fetch, judge, raw_table

from regulars.basics.money import to_minor
from regulars.history.contract import LINES, REFUSED
from regulars.history.engine import Engine
from regulars.history.moves import FileMapping, Shape, Staged

HEADINGS = ("customer", "date", "receipt", "product", "description", "quantity", "amount")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def plain(count: int = 40) -> list[list[object]]:
    return [
        [
            f"K{n % 9:03}",
            f"2024-03-{n % 28 + 1:02}",
            f"{1000 + n // 2}",
            f"P{n % 5}",
            f"Thing {n % 5}",
            1,
            f"{n + 1}.50",
        ]
        for n in range(count)
    ]


def staged(engine: Engine, folder: Path, *extra: list[object], given: FileMapping | None = None) -> Staged:
    rows = [*plain(), *extra]
    judged = judge(raw_table(folder, rows, headings=HEADINGS), engine, folder / "work", given)
    assert judged.rows_read == len(rows)
    assert judged.rows_kept + sum(judged.refused_by_reason.values()) == judged.rows_read
    return judged


def row(**changed: object) -> list[object]:
    usual: dict[str, object] = dict(
        zip(HEADINGS, ["K001", "2024-03-05", "77", "P1", "Thing 1", 1, "3.00"], strict=True)
    )
    return list({**usual, **changed}.values())


def last(engine: Engine, judged: Staged, columns: str) -> tuple[object, ...]:
    return fetch(engine, judged.lines, columns)[-1]


def test_lines_are_written_in_the_contract_and_in_order(engine: Engine, tmp_path: Path) -> None:
    judged = staged(engine, tmp_path)
    described = engine.connection.execute(f"DESCRIBE FROM '{judged.lines}'").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [(c.name, c.duckdb) for c in LINES if c.name != "file"]
    refused = engine.connection.execute(f"DESCRIBE FROM '{judged.refused}'").fetchall()
    assert [(name, kind) for name, kind, *_ in refused] == [(c.name, c.duckdb) for c in REFUSED]
    lines = engine.connection.execute(f"SELECT line FROM '{judged.lines}'").fetchall()
    assert [line for (line,) in lines] == list(range(2, 42))
    assert (judged.first_on, judged.last_on) == ("2024-03-01", "2024-03-28")
    assert (judged.has_time, judged.has_receipt, judged.shape) == (False, True, Shape.SALES)


@pytest.mark.parametrize(
    ("changed", "reason", "column"),
    [
        ({"date": "soon"}, "bad-date", "date"),
        ({"date": "2024-31-12"}, "bad-date", "date"),  # another order than the column's
        ({"date": ""}, "no-date", "date"),
        ({"date": "1901-01-01"}, "absurd-date", "date"),
        ({"date": "2240-01-01"}, "absurd-date", "date"),
        ({"amount": ""}, "no-amount", "amount"),
        ({"amount": "N/A"}, "no-amount", "amount"),
        ({"amount": "three"}, "bad-number", "amount"),
        ({"amount": "1,2,3"}, "bad-number", "amount"),
        ({"amount": "999999999999999"}, "absurd-price", "amount"),
        ({"quantity": "two"}, "bad-number", "quantity"),
        ({"customer": "Total", "date": "", "receipt": ""}, "total-line", None),
        ({"customer": "", "product": "合计"}, "total-line", None),
        (dict(zip(HEADINGS, HEADINGS, strict=True)), "repeated-heading", None),
        (dict.fromkeys(HEADINGS, ""), "empty-row", None),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_used_is_refused_with_its_reason(
    engine: Engine, tmp_path: Path, changed: dict[str, object], reason: str, column: str | None
) -> None:
    judged = staged(engine, tmp_path, row(**changed))
    assert judged.refused_by_reason == {reason: 1}
    file, line, named, word, value, text = fetch(engine, judged.refused)[0]
    assert (file, line, named, word) == ("sales.csv", 42, column, reason)
    assert value == (str(changed[column]) if column else None)
    assert text == ",".join(str(cell) for cell in row(**changed))


@pytest.mark.parametrize(
    ("changed", "columns", "expected"),
    [
        ({"customer": "guest"}, "customer", (None,)),
        ({"customer": "散客"}, "customer", (None,)),
        ({"customer": "0000"}, "customer", (None,)),
        ({"customer": "12345.0"}, "customer", ("12345",)),
        ({"customer": " 00123\t"}, "customer", ("00123",)),
        ({"quantity": -2, "amount": "6.00"}, "kind, quantity, amount_minor", ("return", Decimal(-2), -600)),
        ({"quantity": 2, "amount": "-6.00"}, "kind, quantity, amount_minor", ("return", Decimal(-2), -600)),
        ({"product": "POST", "amount": "6.00"}, "kind, amount_minor", ("fee", 600)),
        ({"description": "Gift voucher £10"}, "kind", ("fee",)),
        ({"description": "运费"}, "kind", ("fee",)),
        ({"description": "Postage stamp cushion"}, "kind", ("sale",)),
        ({"amount": "0"}, "kind, amount_minor", ("sale", 0)),
        ({"amount": "(1,234.50)"}, "kind, amount_minor", ("return", -123450)),
        ({"amount": "1 234.50-"}, "amount_minor", (-123450,)),
        ({"amount": "\uffe5\uff11\uff12.\uff15"}, "amount_minor", (1250,)),
        ({"amount": "$1,234,567.89"}, "amount_minor", (123456789,)),
        ({"amount": "12.5元"}, "amount_minor", (1250,)),
        ({"amount": "0.125"}, "amount_minor", (12,)),  # half to even
        ({"amount": "0.135"}, "amount_minor", (14,)),
        ({"amount": "0.1349999"}, "amount_minor", (13,)),
        ({"date": "2024-03-05T14:30:00+08:00"}, "sold_at::VARCHAR", ("2024-03-05 14:30:00",)),
    ],
)
def test_dirt_that_can_be_kept_is_kept(
    engine: Engine, tmp_path: Path, changed: dict[str, object], columns: str, expected: tuple[object, ...]
) -> None:
    judged = staged(engine, tmp_path, row(**changed))
    assert judged.refused_by_reason == {}
    assert last(engine, judged, columns) == expected


def test_kept_dirt_is_counted(engine: Engine, tmp_path: Path) -> None:
    extra = [row(customer=""), row(amount="-1.00"), row(product="POST"), row(amount="0.00")]
    assert staged(engine, tmp_path, *extra).notes == {"anonymous": 1, "return": 1, "fee": 1, "zero-price": 1}


def test_a_price_a_thousand_times_the_usual_is_refused_and_a_large_order_is_not(engine: Engine, tmp_path: Path) -> None:
    usual = [row(product="P9", amount="2.08") for _ in range(12)]
    large = row(product="P9", quantity=80_995, amount="168469.60")
    slip = row(product="P9", amount="2080.00")
    judged = staged(engine, tmp_path, *usual, large, slip)
    assert judged.refused_by_reason == {"absurd-price": 1}
    assert fetch(engine, judged.refused, "line, value") == [(55, "2080.00")]
    assert last(engine, judged, "quantity, amount_minor") == (Decimal(80_995), 16_846_960)


def test_a_date_far_from_all_others_is_refused(engine: Engine, tmp_path: Path) -> None:
    judged = staged(engine, tmp_path, *plain(300), row(date="2042-03-05"))
    assert judged.refused_by_reason == {"absurd-date": 1}
    assert judged.last_on == "2024-03-28"


def test_quantity_times_price_less_the_discount(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"K{n % 9}", f"2024-03-{n % 28 + 1:02}", f"P{n % 4}", n % 3 + 1, "12.345", "1.5"] for n in range(60)]
    rows.append(["K1", "2024-03-05", "P1", -2, "12.345", "1.5"])
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "product", "qty", "unit price", "discount"])
    judged = judge(raw, engine, tmp_path / "work")
    found = fetch(engine, judged.lines, "amount_minor, discount_minor, kind")
    assert found[0] == (to_minor(str(Decimal("12.345") - Decimal("1.5")), "XXX"), 150, "sale")
    assert found[-1] == (to_minor(str(-2 * Decimal("12.345") + Decimal("1.5")), "XXX"), 150, "return")


def test_receipts_that_begin_with_a_letter_and_only_return_are_returns(engine: Engine, tmp_path: Path) -> None:
    returned = [row(receipt=f"C{n}", quantity=-1, amount="-3.00") for n in range(8)]
    judged = staged(engine, tmp_path, *returned)
    assert judged.mapping.options["cancelled_receipts"] == ["C"]
    assert judged.notes["return"] == 8


def test_a_status_takes_a_line_back(engine: Engine, tmp_path: Path) -> None:
    rows = [[*line[:2], line[6], ["完成", "已退货", "not returned"][n % 3]] for n, line in enumerate(plain(60))]
    raw = raw_table(tmp_path, rows, headings=["会员号", "日期", "金额", "订单状态"])
    judged = judge(raw, engine, tmp_path / "work")
    assert [kind for (kind,) in fetch(engine, judged.lines, "kind")][:3] == ["sale", "return", "sale"]
    assert judged.notes["return"] == 20


def test_a_basket_is_a_receipt_of_a_day_in_a_store_or_a_customers_moment(engine: Engine, tmp_path: Path) -> None:
    same = [row(receipt="9001"), row(receipt="9001", customer="")]
    another_day = [row(receipt="9001", date="2024-03-06")]
    no_receipt = [row(receipt=""), row(receipt=""), row(receipt="", customer=""), row(receipt="", customer="")]
    judged = staged(engine, tmp_path, *same, *another_day, *no_receipt)
    a, b, c, d, e, f, g = [basket for (basket,) in fetch(engine, judged.lines, "basket")][-7:]
    assert a == b != c
    assert d == e
    assert len({a, c, d, f, g}) == 5


def test_own_brands_by_name(engine: Engine, tmp_path: Path) -> None:
    rows = [[*line[:2], line[6], ["Ours", "Theirs", ""][n % 3]] for n, line in enumerate(plain(60))]
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount", "brand"])
    judged = judge(raw, engine, tmp_path / "work", FileMapping({}, (), options={"store_brands": ["ours"]}))
    assert [kind for (kind,) in fetch(engine, judged.lines, "brand_kind")][:3] == ["store", "national", None]


def test_decimal_commas(engine: Engine, tmp_path: Path) -> None:
    amounts = ["12,5", "1.234,50", "1.234", "7"]
    rows = [[*line[:2], amounts[n % 4]] for n, line in enumerate(plain(60))]
    judged = judge(raw_table(tmp_path, rows, headings=["customer", "date", "amount"]), engine, tmp_path / "work")
    assert judged.mapping.decimal_comma
    assert [m for (m,) in fetch(engine, judged.lines, "amount_minor")][:4] == [1250, 123450, 123400, 700]


def test_baskets_keep_every_product_and_refuse_empty_rows(engine: Engine, tmp_path: Path) -> None:
    rows = [[n // 3, f"P{n % 7}"] for n in range(90)] + [[31, ""]]
    judged = judge(raw_table(tmp_path, rows, headings=["receipt", "product"]), engine, tmp_path / "work")
    assert (judged.rows_read, judged.rows_kept, judged.refused_by_reason) == (91, 90, {"no-product": 1})
    found = fetch(engine, judged.lines)
    assert [line for line, _, _ in found] == list(range(2, 92))
    assert len({basket for _, basket, _ in found}) == 30


cents = st.integers(min_value=-10_000_000, max_value=10_000_000)


def written(value: Decimal, style: int) -> str:
    """An amount as tills and people write it."""
    sign, size = ("-" if value < 0 else ""), abs(value)
    return [
        f"{value}", f"{value:,}", f"{sign}${size:,}", f"{sign}¥ {size}", f"({size})" if value < 0 else f"{size}",
        f"{size}-" if value < 0 else f" {size} ", f"{value:,}".replace(",", " "), f"{value} 元",
        f"{value}".translate({ord(str(d)): 0xFF10 + d for d in range(10)}),
    ][style]  # fmt: skip


dirty_row = st.one_of(
    st.tuples(st.just("good"), cents, st.integers(0, 8), st.sampled_from([2, 3, 6])),
    st.tuples(st.sampled_from(["soon", "", "2024-13-45", "1901-01-01", "date"]), cents, st.just(0), st.just(2)),
    st.tuples(st.sampled_from(["abc", "", "1.2.3", "--5", "12%"]), st.just(None), st.just(0), st.just(2)),
)


@pytest.mark.slow
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(dirt=st.lists(dirty_row, max_size=30))
def test_nothing_is_lost_and_nothing_invented(engine: Engine, tmp_path: Path, dirt: list[tuple[object, ...]]) -> None:
    rows: list[list[object]] = [["K1", "2024-03-05", "1.50"], ["K2", "2024-03-25", "2.75"]] * 40
    expected: dict[int, int] = {n + 2: 150 if n % 2 == 0 else 275 for n in range(80)}
    for place, (kind, value, style, decimals) in enumerate(dirt, start=82):
        assert isinstance(style, int)
        assert isinstance(decimals, int)
        if isinstance(value, int) and kind == "good":
            amount = Decimal(value).scaleb(-decimals)
            rows.append(["K3", "2024-03-15", written(amount, style)])
            expected[place] = to_minor(str(amount), "XXX")
        elif isinstance(value, int):
            rows.append(["K3", kind, str(Decimal(value).scaleb(-2))])
        else:
            rows.append(["K3", "2024-03-15", kind])
    judged = judge(raw_table(tmp_path, rows, headings=["customer", "date", "amount"]), engine, tmp_path / "work",
                   FileMapping({}, (), currency="XXX", options={"said": ["currency"]}))  # fmt: skip
    kept = {line: minor for line, minor in fetch(engine, judged.lines, "line, amount_minor")}
    assert kept == expected
    refused = [line for (line,) in fetch(engine, judged.refused, "line")]
    assert sorted([*kept, *refused]) == list(range(2, len(rows) + 2))
    assert judged.rows_read == len(rows) == judged.rows_kept + sum(judged.refused_by_reason.values())


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(
        st.tuples(st.integers(-(10**8), 10**8), st.integers(0, 3), st.integers(0, 10**10), st.integers(0, 6)),
        min_size=1, max_size=40,
    )
)  # fmt: skip
def test_quantity_times_price_is_rounded_once(
    engine: Engine, tmp_path: Path, lines: list[tuple[int, int, int, int]]
) -> None:
    rows: list[list[object]] = [["K1", "2024-03-05", 1 + n % 2, "1.50"] for n in range(30)]
    exact = []
    for pieces, piece_decimals, price, price_decimals in lines:
        quantity, each = Decimal(pieces).scaleb(-piece_decimals), Decimal(price).scaleb(-price_decimals)
        rows.append(["K1", "2024-03-05", str(quantity), f"{each:f}"])
        exact.append(quantity * each)
    given = FileMapping({}, (), amount_is="unit", options={"said": ["amount_is", "currency"]})
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "quantity", "unit price"])
    judged = judge(raw, engine, tmp_path / "work", given)
    kept = {line: minor for line, minor in fetch(engine, judged.lines, "line, amount_minor")}
    for line, value in enumerate(exact, start=32):
        wanted = to_minor(f"{value:f}", "XXX")
        assert kept.get(line) == (wanted if abs(wanted) <= 10**13 else None)


def test_the_order_of_a_date_is_never_decided_row_by_row(engine: Engine, tmp_path: Path) -> None:
    days = ["25/12/2023", "03/04/2024", "04/25/2024", "26/01/2024"]
    rows = [["K1", days[n % 4], "1.00"] for n in range(40)]
    judged = judge(raw_table(tmp_path, rows, headings=["customer", "date", "amount"]), engine, tmp_path / "work")
    assert judged.refused_by_reason == {"bad-date": 10}
    kept = {str(day) for (day,) in fetch(engine, judged.lines, "sold_at::DATE")}
    assert kept == {"2023-12-25", "2024-04-03", "2024-01-26"}
