"""`regulars offers` as a person uses it."""

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.cli.shops import write_sales
from typer.testing import CliRunner, Result

from regulars.cli import app
from regulars.insight.offers.codes import read_code, read_key
from regulars.insight.offers.rules_file import example


def regulars(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake, and lists of two products for everybody."""
    folder = tmp_path_factory.mktemp("shop")
    write_sales(folder / "sales.csv")
    assert regulars("history", "add", folder / "sales.csv", "--lake", folder / "lake").exit_code == 0
    rows = [
        {"customer": f"C{person:04}", "rank": rank, "product": product, "score": 1.0, "reason": "habit"}
        for person in range(60)
        for rank, product in enumerate(("coffee", "cheese", "bread"), 1)
    ]
    pq.write_table(pa.Table.from_pylist([row | {"reason_product": None} for row in rows]), folder / "lists.parquet")
    return folder


RULES = """
goal = "margin"
[qualify]
weekly_spend_min = 1.50
[discount]
list_share_max = 1.0
[ladder.unknown]
any = 20
[response]
odds_per_10_percent = 2.0
[margin]
unknown = 0.6
[budget]
ours = 5.00
"""


@pytest.fixture(scope="module")
def told(shop: Path) -> dict[str, Any]:
    (shop / "rules.toml").write_text(RULES)
    asked = ["--lake", shop / "lake", "--lists", shop / "lists.parquet", "--rules", shop / "rules.toml"]
    result = regulars("offers", *asked, "--out", shop / "out", "--name", "Corner Shop", "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_it_writes_lists_and_bill_and_says_so(shop: Path, told: dict[str, Any]) -> None:
    names = {Path(path).name for path in told["files"]}
    assert {"offers.html", "offers.pdf", "offers.json", "offers.csv", "bill.csv", "why_not.csv"} == names
    assert told["customers"] == 60
    assert 0 < told["sheets"] == told["listed"] <= 60
    (ours,) = told["bill"]
    assert 0 < ours["reserved_minor"] <= ours["budget_minor"] == 500
    assert sum(row["rows"] for row in told["why_not"]) + told["offers"] == 180
    lists = json.loads((shop / "out" / "offers.json").read_text("utf-8"))["lists"]
    key = read_key(shop / "out" / "offers.key")
    assert [read_code(one["code"], key=key).number for one in lists] == list(range(1, len(lists) + 1))


def test_the_key_stays_the_same(shop: Path, told: dict[str, Any]) -> None:
    before = (shop / "out" / "offers.json").read_bytes()
    asked = ["--lake", shop / "lake", "--lists", shop / "lists.parquet", "--rules", shop / "rules.toml"]
    again = regulars("offers", *asked, "--out", shop / "out", "--name", "Corner Shop", "--format", "json")
    assert again.exit_code == 0, again.output
    assert (shop / "out" / "offers.json").read_bytes() == before
    assert "get a list" in again.output


def test_the_example_is_printed() -> None:
    assert regulars("offers", "--example").stdout == example()


def test_refusals_have_status_2(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("goal = 'fame'")
    bad = regulars("offers", "--lake", shop / "lake", "--rules", tmp_path / "bad.toml", "--out", tmp_path, "--json")
    assert bad.exit_code == 2
    assert json.loads(bad.stderr)["code"] == "offer-rules-wrong"
    assert regulars("offers", "--lake", tmp_path / "none").exit_code == 2
    missing = regulars("offers", "--lake", shop / "lake", "--lists", tmp_path / "no.parquet", "--out", tmp_path)
    assert missing.exit_code == 2
    assert "no-lists" in missing.output
