"""`regulars score` with a model that `regulars analyze` kept: the same sales, later ones, and what is no sales."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tests.insight.churn.given import given_shop
from tests.insight.tables.planted import rows, written
from typer.testing import CliRunner, Result

from regulars.cli import app

CUSTOMERS, EARLIER = 900, date(2024, 10, 31)


def regulars(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def refused(*words: object) -> Mapping[str, Any]:
    result = regulars(*words, "--json")
    assert result.exit_code == 2, result.output
    refusal: dict[str, Any] = json.loads(result.stderr)
    return refusal


def write_sales(path: Path, *, until: date, discount: bool = True, customers: int | None = None) -> None:
    """Sales of which half is by people who come for the discount and leave soon."""
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["card", "date", "amount", *(["discount"] if discount else [])])
        for row in given_shop(CUSTOMERS, seed=3).lines.to_pylist():
            if row["sold_at"] <= until and (customers is None or int(row["customer"][1:]) < customers):
                off = [f"{row['discount_minor'] / 100:.2f}"] if discount else []
                writer.writerow([row["customer"], row["sold_at"], f"{row['amount_minor'] / 100:.2f}", *off])


@dataclass(frozen=True)
class Shop:
    folder: Path
    first: str  # run of the first analysis
    second: str  # of the one two months later, into the same folder
    scored: dict[str, float]  # customer → probability, as the first analysis had it

    @property
    def models(self) -> Path:
        return self.folder / "report" / "models"

    def card(self, run: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.models / run / "card.json").read_text(encoding="utf-8"))
        return found


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    folder = tmp_path_factory.mktemp("lines")
    runs = []
    scored: dict[str, float] = {}
    for name, until in (("sales.csv", EARLIER), ("all.csv", date(2024, 12, 31))):
        write_sales(folder / name, until=until)
        words = ("--lake", folder / f"lake-{name}", "--out", folder / "report")
        result = regulars("analyze", folder / name, *words, "--json")
        assert result.exit_code == 0, result.output
        runs.append(json.loads(result.stdout)["churn"]["run"])
        scored = scored or probabilities(folder / "report" / "customers.parquet")
    return Shop(folder, runs[0], runs[1], scored)


def probabilities(path: Path) -> dict[str, float]:
    query = f"SELECT customer, leave_probability FROM '{path}' WHERE leave_probability IS NOT NULL"
    return dict(duckdb.connect().execute(query).fetchall())


@pytest.mark.slow
@pytest.mark.parametrize("source", ["lake", "files"])
def test_the_same_sales_get_the_same_probabilities_to_the_last_digit(shop: Shop, tmp_path: Path, source: str) -> None:
    given = ("--lake", shop.folder / "lake-sales.csv") if source == "lake" else (shop.folder / "sales.csv",)
    out = tmp_path / "scores.parquet"
    result = regulars("score", "--run", shop.models / shop.first, *given, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["cut_off"] == told["learned_until"] == str(EARLIER)
    assert (told["missing"], told["new_levels"]) == ([], {})
    assert told["scored"] == len(shop.scored) > 100
    assert probabilities(out) == shop.scored


@pytest.mark.slow
def test_later_sales_are_scored_and_the_file_says_by_what(shop: Shop, tmp_path: Path) -> None:
    out = tmp_path / "scores.csv"
    words = ("--runs", shop.models, shop.folder / "all.csv", "--out", out)
    result = regulars("score", "--run", shop.first[:6], *words)
    assert result.exit_code == 0, result.output
    assert "as of 2024-12-31" in result.output
    found = listed(out)
    model = shop.card(shop.first)["model"]["family"]
    assert {(row["run"], row["data_until"], row["model"]) for row in found} == {(shop.first, "2024-12-31", model)}
    losses = [float(row["expected_loss"]) for row in found]
    assert losses == sorted(losses, reverse=True)
    for row in found[:50]:
        expected = float(row["leave_probability"]) * float(row["value"])
        assert float(row["expected_loss"]) == pytest.approx(expected, abs=0.006)
    said = [row["reason_1"] for row in found if row["reason_1"]]
    assert len(said) > len(found) / 2
    assert not any(":" in reason for reason in said), "in words, not in codes"
    chinese = tmp_path / "zh.csv"
    assert regulars("score", "--run", shop.first, *words[:3], "--out", chinese, "--lang", "zh").exit_code == 0
    assert any("天" in row["reason_1"] for row in listed(chinese))


@pytest.mark.slow
def test_what_the_model_needs_and_the_sales_lack_is_said_by_name(shop: Shop, tmp_path: Path) -> None:
    write_sales(tmp_path / "plain.csv", until=EARLIER, discount=False)
    words = ("--run", shop.models / shop.first, tmp_path / "plain.csv", "--out", tmp_path / "s.csv")
    assert "discount_share" in {entry["column"] for entry in shop.card(shop.first)["screening"] if entry["kept"]}
    result = regulars("score", *words)
    assert result.exit_code == 0, result.output
    assert "share of discounts (discount_share)" in result.output
    assert json.loads(regulars("score", *words, "--json").stdout)["missing"] == ["discount_share"]


@pytest.mark.slow
def test_few_customers_are_scored_with_the_rhythm_of_the_run(shop: Shop, tmp_path: Path) -> None:
    write_sales(tmp_path / "few.csv", until=EARLIER, customers=40)
    words = ("--run", shop.models / shop.first, tmp_path / "few.csv", "--out", tmp_path / "few.parquet")
    told = json.loads(regulars("score", *words, "--json").stdout)
    assert told["rhythm_of_run"]
    found = probabilities(tmp_path / "few.parquet")
    assert found
    assert found == {name: shop.scored[name] for name in found}


@pytest.mark.slow
def test_the_card_says_all_that_is_known_and_what_changed(shop: Shop) -> None:
    assert shop.first != shop.second
    first, second = shop.card(shop.first), shop.card(shop.second)
    assert first["drift"] is None
    assert second["drift"]["since"] == shop.first
    verdicts = {row["column"]: row["verdict"] for row in second["drift"]["columns"]}
    assert {"score", "recency_days", "p_alive", "discount_share"} <= verdicts.keys()
    assert second["drift"]["later_rate_then"] == first["model"]["shift"]["later_rate"]
    assert [source["name"] for source in second["data"]["sources"]] == ["all.csv"]
    assert {"days-since-last", "own-rhythm", "repeat-buying", "base-rate"} <= second["measured"].keys()
    assert set(second["measured"]["repeat-buying"]) == {"in_sample", "cross_validation", "later"}
    assert second["model"]["checked"] == "later"
    assert len(second["data"]["judged_at"]) == len(second["data"]["cut_offs"])
    assert second["calibration"]
    assert second["rules"]
    assert second["screening"]
    run = json.loads((shop.models / shop.second / "run.json").read_text(encoding="utf-8"))
    assert run["reads"] == "lines"
    held = {path.name for path in shop.models.rglob("*") if path.is_file()}
    assert {"run.json", "card.json", "card.html"} <= held <= {"run.json", "card.json", "card.html", "keep"}
    page = (shop.models / shop.second / "card.html").read_text(encoding="utf-8")
    assert "share of discounts" in page
    assert "BG/NBD" in page
    assert shop.first in page
    chapter = (shop.folder / "report" / "index.html").read_text(encoding="utf-8")
    assert f'href="models/{shop.second}/card.html"' in chapter
    assert "In the run before" in chapter


@pytest.mark.slow
def test_tables_and_lines_are_not_taken_for_each_other(shop: Shop, tmp_path: Path) -> None:
    written(tmp_path / "customers.csv", rows(500))
    of_lines = ("score", "--run", shop.models / shop.first, "--out", tmp_path / "s.csv")
    refusal = refused(*of_lines, tmp_path / "customers.csv")
    assert refusal["code"] == "other-data"
    assert "customers.csv" in refusal["message"]
    assert refused(*of_lines)["code"] == "wrong-setting"
    assert refused(*of_lines, shop.folder / "all.csv", "--id", "card")["code"] == "wrong-setting"
    assert refused(*of_lines, "--lake", tmp_path / "none")["code"] == "no-history"
    learned = regulars("churn", tmp_path / "customers.csv", "--out", tmp_path / "churn", "--families", "logistic")
    assert learned.exit_code == 0, learned.output
    run = json.loads((tmp_path / "churn" / "summary.json").read_text(encoding="utf-8"))["run"]
    of_table = ("score", "--run", tmp_path / "churn" / "model" / run, "--out", tmp_path / "s.csv")
    refusal = refused(*of_table, shop.folder / "sales.csv")
    assert refusal["code"] == "other-data"
    assert "sales.csv holds sales lines" in refusal["message"]
    assert refused(*of_table, "--lake", shop.folder / "lake-all.csv")["code"] == "other-data"


@pytest.mark.slow
def test_sales_in_another_currency_and_a_damaged_run_are_refused(shop: Shop, tmp_path: Path) -> None:
    whole = json.loads((shop.models / shop.first / "run.json").read_text(encoding="utf-8"))
    for name, change, code in (
        ("yen", {"currency": "JPY"}, "other-data"),
        ("blind", {"windows": None}, "not-a-run"),
        ("deaf", {"known": {"rhythm": {}, "buying": None}}, "not-a-run"),
    ):
        folder = tmp_path / name
        folder.mkdir()
        text = json.dumps(whole | {"reading": whole["reading"] | change})
        (folder / "run.json").write_text(text, encoding="utf-8")
        refusal = refused("score", "--run", folder, "--lake", shop.folder / "lake-all.csv", "--out", tmp_path / "s.csv")
        assert refusal["code"] == code
    not_usable = whole["card"] | {"model": whole["card"]["model"] | {"usable": False}}
    (tmp_path / "yen" / "run.json").write_text(json.dumps(whole | {"card": not_usable}), encoding="utf-8")
    words = ("score", "--run", tmp_path / "yen", "--lake", shop.folder / "lake-all.csv", "--out", tmp_path / "s.csv")
    assert refused(*words)["code"] == "run-not-usable"


def test_a_run_that_cannot_be_read_stops_an_analysis_before_it_begins(tmp_path: Path) -> None:
    run = tmp_path / "report" / "models" / "abc" / "run.json"
    run.parent.mkdir(parents=True)
    run.write_text("{", encoding="utf-8")
    (tmp_path / "sales.csv").write_text("card,when,paid\nc1,2025-01-05,3.50\n", encoding="utf-8")
    refusal = refused("analyze", tmp_path / "sales.csv", "--out", tmp_path / "report")
    assert refusal["code"] == "not-a-run"
    assert str(run) in refusal["message"]
