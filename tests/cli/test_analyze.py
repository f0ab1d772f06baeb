"""`regulars analyze` as a person or a program uses it."""

import csv
import json
import os
import pty
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shops import write_sales
from typer.testing import CliRunner, Result

from regulars.cli import app


def regulars(*words: object) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    write_sales(folder / "sales.csv")
    result = regulars("analyze", folder / "sales.csv", "--out", folder / "report")
    assert result.exit_code == 0, result.output
    return folder / "report"


def test_one_file_becomes_a_report_with_all_that_belongs_to_it(report: Path) -> None:
    there = {
        str(path.relative_to(report)) for path in report.rglob("*") if "lake" not in path.relative_to(report).parts
    }
    lists = {f"lists/{name}.csv" for name in ("best", "rising", "slipping", "lost", "one_time", "due")}
    expected = {
        "index.html",
        "summary.json",
        "mapping.toml",
        "refused.csv",
        "customers.csv",
        "customers.parquet",
        "lists",
    }
    told = summary(report)
    boxes = {f"lists/box_{row['box']}.csv" for row in told["myths"]["boxes"]}
    assert boxes
    assert there == expected | lists | boxes
    assert told["rows"]["read"] == told["rows"]["kept"] + told["rows"]["refused"] > 0
    assert told["customers"] == 60
    assert sum(stage["customers"] for name, stage in told["stages"].items() if name != "rule") == 60


def test_those_who_stopped_half_way_are_named(report: Path) -> None:
    with (report / "customers.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    named = {row["customer"] for row in rows if row["stage"] in {"decline", "lost"}}
    left = {f"C{person:04}" for person in range(0, 60, 3)}
    assert len(named & left) >= 0.8 * len(left)
    assert len(named & left) >= 0.7 * len(named)


def test_the_next_month_is_added_and_the_same_file_changes_nothing(tmp_path: Path) -> None:
    write_sales(tmp_path / "jan.csv", days=120, people=20)
    write_sales(tmp_path / "may.csv", first=date(2025, 5, 1), days=90, people=20, seed=5)
    lake = tmp_path / "lake"
    assert regulars("analyze", tmp_path / "jan.csv", "--lake", lake, "--out", tmp_path / "a").exit_code == 0
    assert regulars("analyze", tmp_path / "may.csv", "--lake", lake, "--out", tmp_path / "b").exit_code == 0
    assert summary(tmp_path / "b")["rows"]["kept"] > summary(tmp_path / "a")["rows"]["kept"]
    assert regulars("analyze", tmp_path / "jan.csv", "--lake", lake, "--out", tmp_path / "c").exit_code == 0
    assert summary(tmp_path / "c")["run"] == summary(tmp_path / "b")["run"]

    assert regulars("history", "forget", "may.csv", "--lake", lake).exit_code == 0
    assert regulars("analyze", "--lake", lake, "--out", tmp_path / "d").exit_code == 0
    assert summary(tmp_path / "d")["headline"] == summary(tmp_path / "a")["headline"]
    files = json.loads(regulars("history", "files", "--lake", lake, "--json").stdout)
    assert [entry["name"] for entry in files] == ["jan.csv"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (
            "customerID,tenure,Contract,MonthlyCharges,Churn\n1,3,Month-to-month,20.5,No\n2,40,One year,70.1,Yes\n",
            "not-sales",
        ),
        ("day,product,amount\n2025-01-01,a,3.5\n2025-01-02,b,2.5\n", "not-sales"),
        ("", "no-sales-file"),
        ("card,when,paid\nc1,2025-01-05,3.50\n", None),
    ],
    ids=["contracts", "nobody", "empty", "one row"],
)
def test_a_file_is_read_or_refused_in_words(tmp_path: Path, content: str, code: str | None) -> None:
    (tmp_path / "file.csv").write_text(content, encoding="utf-8")
    result = regulars("analyze", tmp_path / "file.csv", "--out", tmp_path / "report", "--json")
    if code is None:
        assert result.exit_code == 0, result.output
        return
    assert result.exit_code == 2
    refusal = json.loads(result.stderr)
    assert refusal["code"] == code
    assert "file.csv" in refusal["message"] or code == "no-sales-file"


TWO_IDS = "id_a,id_b,date,amount\n" + "".join(
    f"{n % 7 + 100},{n % 5 + 900},2025-{n % 12 + 1:02}-{n % 28 + 1:02},{n % 9 + 1}.50\n" for n in range(200)
)


def test_what_is_unclear_is_asked_and_without_a_terminal_never_waited_for(tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text(TWO_IDS, encoding="utf-8")
    words = ["analyze", str(tmp_path / "two.csv"), "--out", str(tmp_path / "report")]
    result = regulars(*words, "--json")
    assert result.exit_code == 2
    question = json.loads(result.stderr)
    assert (question["code"], question["field"]) == ("unclear-column", "customer")
    assert {heading for _, heading in question["candidates"]} == {"id_a", "id_b"}
    assert len(question["examples"]) == 3

    assert in_a_terminal(words, answer="2\n") == 0
    assert summary(tmp_path / "report")["customers"] == 5
    mapping = (tmp_path / "report" / "mapping.toml").read_text(encoding="utf-8")
    assert 'customer = "id_b"' in mapping


def in_a_terminal(words: list[str], *, answer: str) -> int:
    """Runs the command with a terminal before it, types the answer, and gives back the exit status."""
    here, there = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "regulars", *words], stdin=there, stdout=there, stderr=there, close_fds=True
    ) as process:
        os.close(there)
        os.write(here, answer.encode())
        try:
            while os.read(here, 65536):
                pass
        except OSError:
            pass  # the other end was closed: the command has ended
        status = process.wait(60)
    os.close(here)
    return status


def test_an_edited_mapping_is_obeyed(tmp_path: Path) -> None:
    (tmp_path / "two.csv").write_text(TWO_IDS, encoding="utf-8")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text('["*"]\ncustomer = "id_a"\nsold_at = "date"\namount = "amount"\n', encoding="utf-8")
    result = regulars("analyze", tmp_path / "two.csv", "--mapping", mapping, "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    assert summary(tmp_path / "report")["customers"] == 7


def test_baskets_without_customers_get_the_basket_chapter_only(tmp_path: Path) -> None:
    baskets = ["milk,bread", "milk,bread,eggs", "eggs", "milk,bread,eggs,tea,jam", "tea,jam,figs,milk,oil,rice"]
    (tmp_path / "b.basket").write_text("\n".join(baskets * 30) + "\n", encoding="utf-8")
    result = regulars("analyze", tmp_path / "b.basket", "--out", tmp_path / "report")
    assert result.exit_code == 0, result.output
    told = summary(tmp_path / "report")
    assert told["customers"] == 0
    assert told["pairs"]["baskets"] == 150
    assert told["headline"] is None


def test_known_people_who_never_bought_are_prospects(tmp_path: Path) -> None:
    write_sales(tmp_path / "sales.csv", people=20)
    (tmp_path / "members.csv").write_text(
        "member_no,name\n" + "".join(f"C{n:04},Person {n}\n" for n in range(25)), encoding="utf-8"
    )
    words = ("analyze", tmp_path / "sales.csv", "--members", tmp_path / "members.csv", "--out", tmp_path / "r")
    assert regulars(*words).exit_code == 0
    assert summary(tmp_path / "r")["classes"]["prospect"]["customers"] == 5


def test_a_name_that_is_a_formula_or_a_script_stays_a_name(tmp_path: Path) -> None:
    rows = "".join(
        f'"=HYPERLINK(""x"")",2025-{m:02}-0{d},5.00\n<script>x</script>,2025-{m:02}-1{d},4.00\n'
        for m in range(1, 13)
        for d in (1, 2)
    )
    (tmp_path / "sales.csv").write_text("customer,date,amount\n" + rows, encoding="utf-8")
    assert regulars("analyze", tmp_path / "sales.csv", "--out", tmp_path / "r").exit_code == 0
    text = (tmp_path / "r" / "customers.csv").read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK" in text
    assert "\n=HYPERLINK" not in text
    assert '\n"=HYPERLINK' not in text
    assert "<script>x" not in (tmp_path / "r" / "index.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_killed_at_any_instant_and_run_again_it_comes_out_the_same(tmp_path: Path) -> None:
    rows = sum(write_sales(tmp_path / f"till{n}.csv", people=40, seed=n) for n in range(3))
    words = [sys.executable, "-m", "regulars", "analyze", *(str(tmp_path / f"till{n}.csv") for n in range(3))]
    words += ["--out", str(tmp_path / "r"), "--json"]
    for wait in (0.9, 1.6, 2.4):
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(wait)
            process.send_signal(signal.SIGKILL)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    told = summary(tmp_path / "r")["rows"]
    assert told["read"] == rows
    assert told["kept"] + told["refused"] == rows
    assert [path for path in (tmp_path / "r").iterdir() if path.name.startswith(".work-")] == []


def test_wrong_settings_are_refused_before_anything_is_read(tmp_path: Path) -> None:
    result = regulars("analyze", tmp_path / "none.csv", "--classes", "5,2", "--out", tmp_path / "r", "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "wrong-setting")
    result = regulars("analyze", tmp_path / "none.csv", "--out", tmp_path / "r", "--json")
    assert (result.exit_code, json.loads(result.stderr)["code"]) == (2, "no-such-file")
    assert regulars("history", "files", "--lake", tmp_path / "nothing").exit_code == 2
    assert not (tmp_path / "nothing").exists()
