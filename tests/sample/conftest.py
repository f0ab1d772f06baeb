"""A small chain, and its files read back by nothing but the standard library, openpyxl and pyarrow."""

import csv
import gzip
import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

from regulars.sample.chain import make_chain
from regulars.sample.truth import Truth


@dataclass(frozen=True, slots=True)
class Row:
    """A row of any till, in one spelling."""

    file: str
    day: str  # as written
    receipt: str
    store: str
    card: str
    product: str
    category: str
    brand_kind: str
    quantity: str
    price: str
    amount: str


@dataclass(frozen=True, slots=True)
class Small:
    """The chain: its folder, its truth, its rows."""

    folder: Path
    truth: Truth
    rows: list[Row]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    folder = tmp_path_factory.mktemp("sample") / "chain"
    truth = make_chain(folder, customers=1_000, seed=7)
    return Small(
        folder, truth, [row for read in (_riverside, _stonebridge, _northgate, _corner, _web) for row in read(folder)]
    )


def _riverside(folder: Path) -> Iterator[Row]:
    for path in sorted((folder / "riverside").iterdir()):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                yield Row(
                    f"riverside/{path.name}",
                    row["Date"],
                    row["Receipt no"],
                    row["Store"],
                    row["Card no"],
                    row["Article no"],
                    row["Category"],
                    row["Brand type"],
                    row["Quantity"],
                    row["Unit price"],
                    row["Amount"],
                )


def _stonebridge(folder: Path) -> Iterator[Row]:
    for number, path in enumerate(sorted((folder / "stonebridge").iterdir())):
        text = gzip.decompress(path.read_bytes()).decode("cp1252" if number < 4 else "utf-8-sig")
        for row in csv.DictReader(io.StringIO(text, newline=""), delimiter=";"):
            quantity, price, amount = (row[name].replace(",", ".") for name in ("Quantity", "Price", "Total"))
            yield Row(
                f"stonebridge/{path.name}",
                row["Date"],
                row["Receipt"],
                row["Store"],
                row["Customer no"],
                row["Product code"],
                row["Product group"],
                "store" if row["Brand"].endswith("(own brand)") else "",
                quantity,
                price,
                amount,
            )


def _northgate(folder: Path) -> Iterator[Row]:
    with zipfile.ZipFile(folder / "northgate.zip") as archive:
        for name in archive.namelist():
            if not name.endswith(".txt"):
                continue
            text = archive.read(name).decode("gb18030")
            for row in csv.DictReader(io.StringIO(text, newline=""), delimiter="\t", restval=""):
                yield Row(
                    f"northgate.zip/{name}",
                    row["日期"],
                    row["小票号"],
                    row["门店"],
                    row["会员号"],
                    row["商品编码"],
                    row["类别"],
                    {"自有品牌": "store", "全国品牌": "national"}.get(row["品牌类型"], ""),
                    row["数量"],
                    row["单价"],
                    row["金额"],
                )


def _corner(folder: Path) -> Iterator[Row]:
    sheet = openpyxl.load_workbook(folder / "corner-shop.xlsx", read_only=True).worksheets[0]
    for cells in list(sheet.iter_rows(values_only=True))[1:]:
        receipt, moment, card, product, _, category, _, quantity, price, _, amount = (
            "" if value is None else str(value) for value in cells
        )
        yield Row(
            "corner-shop.xlsx", moment[:10], receipt, "corner", card, product, category, "", quantity, price, amount
        )


def _web(folder: Path) -> Iterator[Row]:
    for row in pq.read_table(folder / "webshop.parquet").to_pylist():
        assert isinstance(row["amount"], Decimal)
        yield Row(
            "webshop.parquet",
            str(row["ordered_at"])[:10],
            row["order_id"],
            row["store"],
            row["member_id"] or "",
            row["sku"],
            row["category"],
            row["brand_kind"] or "",
            str(row["quantity"]),
            str(row["unit_price"]),
            str(row["amount"]),
        )
