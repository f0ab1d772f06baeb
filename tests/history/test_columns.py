"""Which column is what: by heading in two languages, by content, and questions where a file cannot tell."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.history.raw import raw_table

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.headings import meanings
from regulars.history.moves import FileMapping, Shape
from regulars.history.refusals import NotSales, Unclear, UnknownColumn


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Customer ID", "customer"),
        ("customer_unique_id", "customer"),
        ("MemberCardNo", "customer"),
        ("會員編號", "customer"),
        ("会员卡号", "customer"),
        ("顧客ID", "customer"),
        ("ＣｕｓｔｏｍｅｒＩＤ", "customer"),  # noqa: RUF001
        ("InvoiceDate", "sold_at"),
        ("order_purchase_timestamp", "sold_at"),
        ("交易時間", "sold_at"),
        ("销售日期", "sold_at"),
        ("实付金额(元)", "amount"),
        ("銷售額", "amount"),
        ("Line Total", "amount"),
        ("單價", "price"),
        ("Unit Price", "price"),
        ("數量", "quantity"),
        ("number_of_cds", "quantity"),
        ("商品編碼", "product"),
        ("StockCode", "product"),
        ("商品名称", "product_name"),
        ("品類", "category"),
        ("品牌", "brand"),
        ("小票號", "receipt"),
        ("订单编号", "receipt"),
        ("門店", "store"),
        ("渠道", "channel"),
        ("成本", "cost"),
        ("优惠金额", "discount"),
        ("订单状态", "status"),
    ],
)
def test_a_heading_means_its_field(heading: str, field: str) -> None:
    found = meanings(heading)
    assert max(found, key=lambda name: found[name]) == field


@pytest.mark.parametrize(
    "heading", ["date of birth", "会员生日", "Enrollment Date", "Country", "Points Redeemed", "注册日期"]
)
def test_a_heading_that_means_something_else_means_nothing_here(heading: str) -> None:
    assert not {"sold_at", "amount", "customer"} & set(meanings(heading))


def sales(lines: int = 200, seed: int = 1) -> list[list[object]]:
    """customer, day, amount with decimals: what every file has at least."""
    chance = random.Random(seed)
    return [
        [f"K{chance.randrange(40):04}", f"2024-{chance.randrange(1, 13):02}-{chance.randrange(1, 29):02}",
         f"{chance.randrange(100, 9999) / 100:.2f}"]
        for _ in range(lines)
    ]  # fmt: skip


def test_headings_in_chinese_need_no_options(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(tmp_path, sales(), headings=["會員號", "交易日期", "實付金額"])
    shape, mapping = understand(raw, engine=engine)
    assert shape is Shape.SALES
    assert dict(mapping.columns) == {"customer": 0, "sold_at": 1, "amount": 2}
    assert set(mapping.reasons) == set(mapping.columns)


def test_without_headings_content_decides(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(tmp_path, [[row[2], row[0], row[1]] for row in sales()])
    _, mapping = understand(raw, engine=engine)
    assert dict(mapping.columns) == {"amount": 0, "customer": 1, "sold_at": 2}
    assert mapping.headings == ("column 1", "column 2", "column 3")


def test_of_two_numbers_for_the_same_people_the_first_is_taken(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(tmp_path, [[row[0], f"X{str(row[0])[::-1]}", row[1], row[2]] for row in sales()])
    _, mapping = understand(raw, engine=engine)
    assert mapping.columns["customer"] == 0


def test_two_rivals_are_asked_about_and_the_answer_settles_it(engine: Engine, tmp_path: Path) -> None:
    chance = random.Random(3)
    rows = [[row[0], f"Q{chance.randrange(60):03}", row[1], row[2]] for row in sales()]
    raw = raw_table(tmp_path, rows, headings=["alpha", "beta", "date", "amount"])
    with pytest.raises(Unclear, match="customer") as caught:
        understand(raw, engine=engine)
    assert caught.value.facts["field"] == "customer"
    assert caught.value.facts["candidates"] == [(0, "alpha"), (1, "beta")]
    assert len(caught.value.examples) == 3
    assert all(list(map(str, example)) in [list(map(str, row)) for row in rows] for example in caught.value.examples)
    _, mapping = understand(raw, engine=engine, given=caught.value.answer(1))
    assert mapping.columns["customer"] == 1
    assert mapping.columns["sold_at"] == 2


def test_two_amounts_of_the_same_rank_are_asked_about(engine: Engine, tmp_path: Path) -> None:
    rows = [[*row, f"{float(str(row[2])) * 1.2 + n % 7:.2f}"] for n, row in enumerate(sales())]
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount", "revenue"])
    with pytest.raises(Unclear) as caught:
        understand(raw, engine=engine)
    assert caught.value.facts["candidates"] == [(2, "amount"), (3, "revenue")]
    assert understand(raw, engine=engine, given=caught.value.answer(1))[1].columns["amount"] == 3


def test_what_was_paid_goes_before_the_list_amount(engine: Engine, tmp_path: Path) -> None:
    rows = [[*row, "99.90"] for row in sales()]
    raw = raw_table(tmp_path, rows, headings=["会员号", "日期", "实收金额", "应收金额"])
    assert understand(raw, engine=engine)[1].columns["amount"] == 2


def lines_with_pieces(kind: str) -> list[list[object]]:
    """customer, day, product, pieces, money: the price of a piece, or of the line."""
    chance = random.Random(5)
    rows: list[list[object]] = []
    for row in sales(400):
        product, pieces = chance.randrange(20), chance.choice([1, 1, 1, 2, 3, 6])
        price = (product + 1) * chance.uniform(0.95, 1.05)
        rows.append([row[0], row[1], f"P{product}", pieces, f"{price * (pieces if kind == 'line' else 1):.2f}"])
    return rows


@pytest.mark.parametrize(
    ("heading", "kind", "field"),
    [
        ("sales price", "line", "amount"),
        ("sales price", "unit", "price"),
        ("amount", "line", "amount"),
        ("amount", "unit", "price"),
    ],
)
def test_the_products_say_whether_money_is_by_piece_or_line(
    engine: Engine, tmp_path: Path, heading: str, kind: str, field: str
) -> None:
    raw = raw_table(tmp_path, lines_with_pieces(kind), headings=["customer", "date", "product", "qty", heading])
    _, mapping = understand(raw, engine=engine)
    assert mapping.columns[field] == 4
    assert mapping.amount_is == kind


def test_an_amount_of_small_whole_numbers_beside_a_price_counts_pieces(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(
        tmp_path, lines_with_pieces("line"), headings=["customer", "date", "product", "AMOUNT", "SALES_PRICE"]
    )
    _, mapping = understand(raw, engine=engine)
    assert mapping.columns["quantity"] == 3
    assert mapping.columns["amount"] == 4


def test_an_amount_that_repeats_the_receipts_total_is_not_the_lines(engine: Engine, tmp_path: Path) -> None:
    rows: list[list[object]] = []
    for receipt in range(60):
        pieces = [(1 + receipt % 3, 2.5), (2, 1.0 + receipt % 4), (1, 7.0)]
        total = sum(quantity * price for quantity, price in pieces)
        rows += [[f"K{receipt % 9}", "2024-03-05", f"R{receipt}", n, q, p, total] for n, (q, p) in enumerate(pieces)]
    headings = ["customer", "date", "receipt", "product", "quantity", "unit price", "order total"]
    _, mapping = understand(raw_table(tmp_path, rows, headings=headings), engine=engine)
    assert "amount" not in mapping.columns
    assert mapping.columns["price"] == 5


@pytest.mark.parametrize(
    ("dates", "order"),
    [
        (["31/01/2024", "05/02/2024"], "%d/%m/%Y"),
        (["01/31/2024", "02/05/2024"], "%m/%d/%Y"),
        ([f"{day:02}/03/2024" for day in range(1, 13)], "%d/%m/%Y"),  # nothing above 12: days lie side by side
        ([f"03/{day:02}/2024" for day in range(1, 13)], "%m/%d/%Y"),
        (["5.3.2024 14:30", "25.3.2024 9:05"], "%d.%m.%Y %H:%M"),
        (["2024年3月5日", "2024年12月25日"], "%Y年%m月%d日"),
        (["20240305", "20241225"], "%Y%m%d"),
        (["2024-03-05T14:30:00Z"], "iso"),
        (["5 Mar 2024", "25 Dec 2024"], "%d %b %Y"),
        (["03/25/24 2:30 PM"], "%m/%d/%y %I:%M %p"),
        (["1709649000"], "epoch-seconds"),
        (["1709649000000"], "epoch-milliseconds"),
        (["45356"], "excel"),
    ],
)
def test_the_whole_column_decides_how_dates_are_written(
    engine: Engine, tmp_path: Path, dates: list[str], order: str
) -> None:
    rows = [[row[0], dates[n % len(dates)], row[2]] for n, row in enumerate(sales(60))]
    _, mapping = understand(raw_table(tmp_path, rows, headings=["customer", "date", "amount"]), engine=engine)
    assert mapping.date_format == order


def test_one_late_date_decides_for_a_large_column(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"K{n % 50}", f"{n % 12 + 1:02}/{n % 11 + 1:02}/2024", "1.50"] for n in range(60_000)]
    rows[-3][1] = "03/25/2024"
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount"])
    assert understand(raw, engine=engine)[1].date_format == "%m/%d/%Y"


def test_dates_that_nothing_decides_are_asked_about(engine: Engine, tmp_path: Path) -> None:
    rows = [[row[0], ["03/04/2024", "05/06/2024", "07/08/2024"][n % 3], row[2]] for n, row in enumerate(sales(60))]
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount"])
    with pytest.raises(Unclear, match="day first") as caught:
        understand(raw, engine=engine)
    labels = caught.value.facts["labels"]
    assert isinstance(labels, list)
    chosen = labels.index("day first")
    assert understand(raw, engine=engine, given=caught.value.answer(chosen))[1].date_format == "%d/%m/%Y"


def test_date_and_time_in_two_columns(engine: Engine, tmp_path: Path) -> None:
    rows = [[row[0], row[1], f"{n % 14 + 8}:{n % 60:02}", row[2]] for n, row in enumerate(sales())]
    _, mapping = understand(raw_table(tmp_path, rows, headings=["会员号", "日期", "时间", "金额"]), engine=engine)
    assert (mapping.columns["sold_at"], mapping.columns["time"]) == (1, 2)


def test_a_given_column_overrides_and_must_be_there(engine: Engine, tmp_path: Path) -> None:
    rows = [[*row, "1.00"] for row in sales()]
    raw = raw_table(tmp_path, rows, headings=["customer", "date", "amount", "other"])
    given = FileMapping(columns={"amount": 0}, headings=("Other",))
    assert understand(raw, engine=engine, given=given)[1].columns["amount"] == 3
    with pytest.raises(UnknownColumn, match='no column "price paid"'):
        understand(raw, engine=engine, given=replace(given, headings=("price paid",)))
    with pytest.raises(UnknownColumn, match="column 9"):
        understand(raw, engine=engine, given=FileMapping(columns={"amount": 8}, headings=()))


def test_receipts_and_products_without_customers_are_baskets(engine: Engine, tmp_path: Path) -> None:
    rows = [[n // 3, f"P{n % 7}"] for n in range(90)]
    shape, mapping = understand(raw_table(tmp_path, rows, headings=["receipt", "product"]), engine=engine)
    assert shape is Shape.BASKETS
    assert dict(mapping.columns) == {"receipt": 0, "product": 1}


@pytest.mark.parametrize(
    ("headings", "row", "looks"),
    [
        (["customerID", "tenure", "MonthlyCharges", "Churn"], lambda n: [f"K{n}", n % 70, n * 1.5, "Yes"], "contract"),
        (["ID", "frequency", "recency", "T"], lambda n: [n, n % 9, n % 7 + 0.5, 38.86], "summary"),
        (["ID", "treatment", "converted", "x1"], lambda n: [n, n % 2, n % 3 // 2, n * 1.1], "test of a promotion"),
        (["Loyalty No", "Year", "Month", "Trips"], lambda n: [n % 50, 2017, n % 12 + 1, n % 5], "monthly activity"),
        (["member id", "name", "email", "city"], lambda n: [n, f"N{n}", f"n{n}@x.example", "York"], "list of members"),
        (["Field", "Type", "Meaning"], lambda n: [f"field {chr(97 + n % 26)}", "text", "words"], "data dictionary"),
        ([f"Q{n}" for n in range(8)], lambda n: [(n * k) % 10 + 1 for k in range(3, 11)], "survey"),
    ],
)  # fmt: skip
def test_other_tables_are_refused_by_name(engine: Engine, tmp_path: Path, headings, row, looks) -> None:  # type: ignore[no-untyped-def]
    raw = raw_table(tmp_path, [row(n) for n in range(1, 120)], headings=headings)
    with pytest.raises(NotSales, match=looks) as caught:
        understand(raw, engine=engine)
    assert caught.value.missing


def test_a_file_with_no_sale_in_it_says_what_is_missing(engine: Engine, tmp_path: Path) -> None:
    raw = raw_table(tmp_path, [[f"K{n % 9}", "red"] for n in range(50)], headings=["customer", "colour"])
    with pytest.raises(NotSales, match=r"when \(a date of the sale\), what was paid"):
        understand(raw, engine=engine)


_ANSWERS = ["Card no", "Answered on", "Quality", "Price", "Service", "Range", "Freshness", "Overall"]


@pytest.mark.parametrize(
    ("headings", "row", "kind"),
    [
        (_ANSWERS, lambda n: [f"C{n}", "2026-01-02", *((n * k) % 5 + 1 for k in (1, 2, 3, 4, 6, 7))], "survey"),
        (
            ["Card no", "Complained on", "About", "Told how many"],
            lambda n: [f"C{n}", f"2026-01-{n % 28 + 1:02}", "Queue", n % 13],
            "complaints",
        ),
        (
            ["Campaign", "Card no", "Group", "Sent on"],
            lambda n: ["spring", f"C{n}", ("offer", "nothing")[n % 2], "2026-05-12"],
            "campaigns",
        ),
    ],
)
def test_cards_days_and_numbers_make_no_sale(engine: Engine, tmp_path: Path, headings, row, kind) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NotSales) as caught:
        understand(raw_table(tmp_path, [row(n) for n in range(1, 90)], headings=headings), engine=engine)
    assert caught.value.kind == kind


def test_a_list_of_cards_with_the_day_of_joining_is_a_list_of_members(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"C{n:05}", f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}"] for n in range(80)]
    with pytest.raises(NotSales, match="list of members"):
        understand(raw_table(tmp_path, rows, headings=["Card no", "Joined on"]), engine=engine)


def test_a_receipt_may_be_numbered_by_its_day_and_the_product_column_may_hold_the_name(
    engine: Engine, tmp_path: Path
) -> None:
    rows = [[*row, f"202407{n % 28 + 1:02}0300{n % 60:02}", n % 7, f"Thing {n % 7}"] for n, row in enumerate(sales())]
    headings = ["会员号", "日期", "金额", "小票号", "Product code", "Product"]
    _, mapping = understand(raw_table(tmp_path, rows, headings=headings), engine=engine)
    assert (mapping.columns["receipt"], mapping.columns["product"], mapping.columns["product_name"]) == (3, 4, 5)


def test_a_discount_that_is_a_share_of_the_price_is_not_taken_for_money(engine: Engine, tmp_path: Path) -> None:
    rows = [[*row, ["0.15", "0", "0.3"][n % 3]] for n, row in enumerate(sales())]
    _, mapping = understand(
        raw_table(tmp_path, rows, headings=["customer", "date", "amount", "discount"]), engine=engine
    )
    assert "discount" not in mapping.columns
