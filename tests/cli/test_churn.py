"""`regulars churn` and `regulars score` as an analyst would use them first."""

import csv
import json
import random
from pathlib import Path
from typing import Any

import pytest
from tests.insight.tables.planted import rows, written
from typer.testing import CliRunner, Result

from regulars.cli import app

TELCO = Path(__file__).resolve().parents[3] / "shared" / "data" / "telco" / "Telco-Customer-Churn.csv"
QUICK = ("--families", "logistic")


def regulars(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("churn")
    written(folder / "customers.csv", rows())
    result = regulars("churn", folder / "customers.csv", "--out", folder / "out", *QUICK)
    assert result.exit_code == 0, result.output
    return folder


def test_a_table_becomes_a_page_scores_a_list_and_a_model(done: Path) -> None:
    out = done / "out"
    told = summary(out)
    assert told["target"]["column"] == "churn"
    assert told["target"]["leavers"] == ["Yes"]
    assert told["checked"] == "cross_validation"
    assert told["usable"]
    assert (out / "model" / told["run"] / "card.html").exists()
    scores = listed(out / "scores.csv")
    assert len(scores) == 600
    assert all(0 < float(row["probability"]) < 1 for row in scores)
    assert {row["customer"] for row in scores} == {f"K{n:05}" for n in range(600)}
    assert any("contract is month: more likely to leave" in row["reason_1"] for row in scores)
    assert "days ago" in "".join(row["reason_1"] + row["reason_2"] for row in scores)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert "not checked on a later period" in page
    assert "<script" not in page
    assert "IF contract is month" in (out / "rules.txt").read_text(encoding="utf-8")


def test_the_retention_list_is_by_expected_loss_of_those_still_here(done: Path) -> None:
    kept = listed(done / "out" / "retention.csv")
    left = {row["customer_id"] for row in listed(done / "customers.csv") if row["churn"] == "Yes"}
    assert {row["customer"] for row in kept} & left == set()
    assert len(kept) == -(-3 * (600 - len(left)) // 10)
    losses = [float(row["expected_loss"]) for row in kept]
    assert losses == sorted(losses, reverse=True)
    for row in kept[:20]:
        assert float(row["expected_loss"]) == pytest.approx(float(row["probability"]) * float(row["value"]), abs=0.006)
    assert summary(done / "out")["retention"]["value_column"] == "monthly_fee"


def test_a_kept_run_scores_the_same_table_to_the_last_bit_whatever_the_order(done: Path, tmp_path: Path) -> None:
    run = summary(done / "out")["run"]
    table = listed(done / "customers.csv")
    random.Random(3).shuffle(table)
    mixed = [{name: row[name] for name in reversed(row) if name != "churn"} for row in table]
    written(tmp_path / "mixed.csv", mixed)
    words = ("score", "--run", run[:6], "--runs", done / "out" / "model", tmp_path / "mixed.csv")
    result = regulars(*words, "--out", tmp_path / "again.csv", "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["missing"] == []
    first = {row["customer"]: row["probability"] for row in listed(done / "out" / "scores.csv")}
    assert {row["customer"]: row["probability"] for row in listed(tmp_path / "again.csv")} == first


def test_missing_columns_new_levels_and_what_cannot_be_read_are_told_and_scored(done: Path, tmp_path: Path) -> None:
    table = [{"customer_id": f"N{n}", "contract": "by the hour", "joined_on": "unknown day"} for n in range(8)]
    written(tmp_path / "new.csv", table)
    run = summary(done / "out")["run"]
    words = ("score", "--run", run, "--runs", done / "out" / "model", tmp_path / "new.csv", "--out", tmp_path / "s.csv")
    told = json.loads(regulars(*words, "--json").stdout)
    assert told["new_levels"] == {"contract": ["by the hour"]}
    assert told["unread"] == {"joined_on": 8}
    assert all(0 < float(row["probability"]) < 1 for row in listed(tmp_path / "s.csv"))
    written(tmp_path / "else.csv", [{"a": str(n), "b": "x"} for n in range(8)])
    refused = regulars("score", "--run", run, "--runs", done / "out" / "model", tmp_path / "else.csv", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (2, "other-columns")
    refused = regulars("score", "--run", "nothing", "--runs", done / "out" / "model", tmp_path / "new.csv", "--json")
    assert (refused.exit_code, json.loads(refused.stderr)["code"]) == (2, "no-such-run")
    shown = json.loads(regulars("score", "--list", "--runs", done / "out" / "model", "--json").stdout)
    assert [entry["run"] for entry in shown] == [run]


def test_the_same_question_is_the_same_run_and_new_data_shows_its_drift(done: Path, tmp_path: Path) -> None:
    table = listed(done / "customers.csv")
    written(tmp_path / "customers.csv", table)
    out = tmp_path / "out"
    assert regulars("churn", tmp_path / "customers.csv", "--out", out, *QUICK).exit_code == 0
    first = summary(out)["run"]
    assert first == summary(done / "out")["run"]
    dearer = [row | {"monthly_fee": "250.00", "contract": "month"} if n % 2 else row for n, row in enumerate(table)]
    written(tmp_path / "customers.csv", dearer)
    assert regulars("churn", tmp_path / "customers.csv", "--out", out, *QUICK).exit_code == 0
    second = summary(out)["run"]
    assert second != first
    card = json.loads((out / "model" / second / "card.json").read_text(encoding="utf-8"))
    assert card["drift"]["since"] == first
    verdicts = {row["column"]: row["verdict"] for row in card["drift"]["columns"]}
    assert verdicts["contract"] == "changed"
    assert verdicts["colour"] == "steady"


def test_a_shuffled_target_is_not_usable_and_no_score_is_written(tmp_path: Path) -> None:
    written(tmp_path / "c.csv", rows())
    out = tmp_path / "out"
    assert regulars("churn", tmp_path / "c.csv", "--out", out, *QUICK).exit_code == 0
    assert (out / "scores.csv").exists()
    written(tmp_path / "c.csv", rows(told=False))
    result = regulars("churn", tmp_path / "c.csv", "--out", out, *QUICK)
    assert result.exit_code == 0, result.output
    told = summary(out)
    assert not told["usable"]
    assert "Not usable" in result.output
    assert "Not usable" in (out / "index.html").read_text(encoding="utf-8")
    for name in ("scores.csv", "scores.parquet", "retention.csv"):
        assert not (out / name).exists()
    words = ("score", "--run", told["run"], "--runs", out / "model", tmp_path / "c.csv", "--json")
    assert json.loads(regulars(*words).stderr)["code"] == "run-not-usable"


def test_columns_that_give_the_answer_away_are_left_out_and_named(tmp_path: Path) -> None:
    table = [
        row
        | {
            "final_bill": "3.5" if row["churn"] == "Yes" else "0.0",
            "churn_reason": "price" if row["churn"] == "Yes" else "",
        }
        for row in rows()
    ]
    for n, row in enumerate(table):
        row["final_bill"] = f"{float(row['final_bill']) + n % 3:.1f}"
    written(tmp_path / "c.csv", table)
    result = regulars("churn", tmp_path / "c.csv", "--target", "churn", "--out", tmp_path / "out", *QUICK)
    assert result.exit_code == 0, result.output
    told = summary(tmp_path / "out")
    decided = {entry["subject"]: entry["code"] for entry in told["decisions"]}
    assert decided["final_bill"] == "gives-away"
    assert decided["churn_reason"] == "names-leaving"
    assert told["measured"]["cross_validation"]["auc"] < 0.95
    assert "final_bill" in result.output


def test_a_chinese_table_is_read_and_told_in_chinese(tmp_path: Path) -> None:
    names = {"customer_id": "客户编号", "sex": "性别", "age": "年龄", "contract": "合约", "joined_on": "入网日期"}
    names |= {"monthly_fee": "月租费", "colour": "颜色", "churn": "是否流失"}
    table = [{names[name]: cell for name, cell in row.items()} for row in rows(answers=("否", "是"))]
    written(tmp_path / "客户.csv", table, encoding="gb18030")
    result = regulars("churn", tmp_path / "客户.csv", "--out", tmp_path / "out", "--lang", "zh", *QUICK)
    assert result.exit_code == 0, result.output
    told = summary(tmp_path / "out")
    assert told["target"]["leavers"] == ["是"]
    assert told["retention"]["value_column"] == "月租费"
    assert "更可能离开" in listed(tmp_path / "out" / "scores.csv")[0]["reason_1"]
    card = json.loads((tmp_path / "out" / "model" / told["run"] / "card.json").read_text(encoding="utf-8"))
    assert {group["role"] for group in card["fairness"]} == {"age", "sex"}
    page = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert 'lang="zh-Hans"' in page


@pytest.mark.parametrize(
    ("change", "words", "code", "named"),
    [
        (lambda row: row | {"left": row["churn"]}, (), "unclear-target", "'left'"),
        (lambda row: {k: v for k, v in row.items() if k != "churn"}, (), "unclear-target", "contract"),
        (lambda row: row | {"churn": row["churn"] + "!"}, ("--target", "churn"), "unclear-levels", "'Yes!'"),
        (lambda row: row, ("--target", "nothing"), "no-such-column", "customer_id"),
        (lambda row: row, ("--target", "churn", "--leavers", "maybe"), "unclear-levels", "'Yes'"),
        (lambda row: row, ("--top", "0%"), "wrong-setting", "--top"),
        (lambda row: row, ("--families", "forest"), "wrong-setting", "forest"),
        (lambda row: row, ("--status", "contract"), "wrong-setting", "--normal"),
    ],
    ids=["targets", "no target", "strange levels", "no column", "no level", "no share", "no family", "half a filter"],
)  # fmt: skip
def test_what_is_unclear_is_refused_in_words(tmp_path: Path, change: Any, words: Any, code: str, named: str) -> None:
    written(tmp_path / "c.csv", [change(row) for row in rows(120)])
    result = regulars("churn", tmp_path / "c.csv", "--out", tmp_path / "out", "--json", *words)
    assert result.exit_code == 2
    refusal = json.loads(result.stderr)
    assert refusal["code"] == code
    assert named in refusal["message"]


def test_the_leaver_can_be_named(tmp_path: Path) -> None:
    written(tmp_path / "c.csv", rows(answers=("B", "A")))
    words = ("--target", "churn", "--leavers", "A", "--out", tmp_path / "out")
    result = regulars("churn", tmp_path / "c.csv", *words, *QUICK)
    assert result.exit_code == 0, result.output
    assert summary(tmp_path / "out")["target"]["stayers"] == ["B"]


def test_only_leaving_of_the_wanted_kind_counts_and_only_normal_customers_of_value(tmp_path: Path) -> None:
    table = rows(1500, seed=4)
    for n, row in enumerate(table):
        row["why"] = ("competitor", "price", "bad debt", "upgrade to gold", "")[n % 5] if row["churn"] == "Yes" else ""
        row["line_status"] = "frozen" if n % 11 == 0 else "normal"
    table[3]["age"] = "999"
    written(tmp_path / "c.csv", table)
    result = regulars(
        "churn", tmp_path / "c.csv", "--target", "churn", "--reason", "why", "--status", "line_status", "--normal",
        "normal", "--value-min", "20", "--out", tmp_path / "out", *QUICK,
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    told = summary(tmp_path / "out")
    looked_at = [
        row
        for row in table
        if row["line_status"] == "normal" and row["monthly_fee"] and float(row["monthly_fee"]) >= 20
    ]
    gone = [row for row in looked_at if row["churn"] == "Yes"]
    counts = {(entry["code"], entry["subject"]): entry["count"] for entry in told["decisions"]}
    assert told["customers"] == len(looked_at)
    assert told["left"] == sum(row["why"] in ("competitor", "price") for row in gone)
    assert counts["left-otherwise", "involuntary"] == sum(row["why"] == "bad debt" for row in gone)
    assert counts["left-otherwise", "internal-up"] == sum(row["why"].startswith("upgrade") for row in gone)
    assert counts["reason-unknown", "why"] == sum(not row["why"] for row in gone)
    assert counts["not-normal", "line_status"] == sum(row["line_status"] != "normal" for row in table)
    assert counts["out-of-range", "age"] == 1
    table[0]["why"] = table[1]["why"] = "x1"
    table[0]["churn"] = table[1]["churn"] = "Yes"
    written(tmp_path / "c.csv", table)
    words = ("churn", tmp_path / "c.csv", "--target", "churn", "--reason", "why", "--out", tmp_path / "o", *QUICK)
    refused = regulars(*words, "--json")
    assert "'x1'" in json.loads(refused.stderr)["message"]
    (tmp_path / "kinds.toml").write_text('"x1" = "external"\n', encoding="utf-8")
    assert regulars(*words, "--kinds", tmp_path / "kinds.toml").exit_code == 0


@pytest.mark.slow
def test_the_published_contract_table_as_it_came(tmp_path: Path) -> None:
    if not TELCO.exists():
        pytest.skip(f"the real table is not here: {TELCO}")
    result = regulars("churn", TELCO, "--out", tmp_path / "out", *QUICK)
    assert result.exit_code == 0, result.output
    told = summary(tmp_path / "out")
    assert (told["rows"], told["left"]) == (7043, 1869)
    found = told["measured"]["cross_validation"]
    assert found["auc"] > 0.84
    assert found["brier"] < 0.137
    assert "Contract is Month-to-month AND" in told["rules"][0]
    assert told["retention"]["value_column"] == "MonthlyCharges"
    assert len(listed(tmp_path / "out" / "scores.csv")) == 7043
