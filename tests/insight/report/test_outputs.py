"""Files beside the page: safe in a spreadsheet, whole, and the same words as the page."""

import csv
import io
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.report import cast, chapters

from regulars.history.engine import Engine
from regulars.insight.findings import ActionList
from regulars.insight.reasons import REASONS
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.outputs import write_csv, write_list, write_outputs, write_refused
from regulars.insight.report.sentences.reasons import reason, worded_sql
from regulars.insight.report.summary import summary_of, write_summary
from regulars.insight.report.words import Words

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\n=1", "\N{FULLWIDTH EQUALS SIGN}1", "\x00=1"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(memory="1GB", threads=1) as one:
        yield one


def rows_of(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))


def test_formulas_are_made_harmless_and_numbers_stay_numbers(engine: Engine, tmp_path: Path) -> None:
    given_table = pa.table({"=heading": FORMULAS, "spend_minor": range(-5, 5), "plain": ["tea -5 = @home"] * 10})
    engine.register("given_cells", given_table)
    write_csv("SELECT * FROM given_cells", engine, tmp_path / "cells.csv")
    found = rows_of(tmp_path / "cells.csv")
    assert [row["spend_minor"] for row in found] == [str(number) for number in range(-5, 5)]
    assert {row["plain"] for row in found} == {"tea -5 = @home"}
    assert [row["=heading"] for row in found] == ["'" + text for text in FORMULAS]


@settings(max_examples=60, deadline=None)
@given(names=st.lists(st.text(max_size=8), min_size=1, max_size=8))
def test_no_cell_begins_a_formula_and_no_name_is_lost(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    path = tmp_path_factory.mktemp("cells") / "names.csv"
    engine.register("given_names", pa.table({"n": range(len(names)), "name": names}))
    write_csv("SELECT * FROM given_names ORDER BY n", engine, path)
    found = [row["name"] for row in rows_of(path)]
    for name, cell in zip(names, found, strict=True):
        assert cell in {name, "'" + name}
        assert not cell.lstrip(" \t\r\n\x0b\x0c\x00").startswith(("=", "+", "-", "@"))
        assert not cell.startswith(("\t", "\r"))


def customers() -> pa.Table:
    return pa.table(
        {
            "customer": ["=cmd()", cast.CHINESE, cast.EMOJI],
            "spend_minor": [-500, 12_345_678_901_234, 0],
            "top_categories": [["=tea"], [], None],
        }
    )


def test_customers_and_lists_are_written_beside_the_page(engine: Engine, tmp_path: Path) -> None:
    findings = cast.tea_chain()
    write_outputs(findings, engine.register("given_customers", customers()), engine, tmp_path, lang="en")
    parquet = pq.read_table(tmp_path / "customers.parquet")
    assert set(parquet["customer"].to_pylist()) == set(customers()["customer"].to_pylist())
    found = {row["customer"]: row for row in rows_of(tmp_path / "customers.csv")}
    assert found["'=cmd()"]["spend_minor"] == "-500"
    assert found[cast.CHINESE]["spend_minor"] == "12345678901234"
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == sorted(f"{n}.csv" for n in findings.lists)
    first = rows_of(tmp_path / "lists" / "slipping.csv")[0]
    assert first["customer"] == "C1000"
    assert first["at_stake"] == "2000.00"
    assert first["stage"] == "Decline"
    assert first["last_on"] == "2024-12-01"
    assert first["reason_1"] == "silent for 41 days, usually 24"
    assert first["reason_3"] == "spent CN¥0.99 in the last 365 days"


def test_without_customers_there_are_no_customer_files(engine: Engine, tmp_path: Path) -> None:
    write_outputs(cast.baskets_only(), None, engine, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_lists_speak_the_readers_language_and_keep_their_order(engine: Engine, tmp_path: Path) -> None:
    chinese = Words("zh", Numbers("zh", "CNY", 2))
    chosen = chapters.lists()["slipping"]
    shuffled = replace(chosen, table=chosen.table.take(pa.array(range(chosen.table.num_rows)[::-1])))
    write_list(shuffled.table, chinese, engine, tmp_path / "slipping.csv")
    found = rows_of(tmp_path / "slipping.csv")
    assert [int(row["rank"]) for row in found] == list(range(1, chosen.table.num_rows + 1))
    assert found[0]["reason_1"] == "已 41 天没来，平常间隔 24 天"
    assert found[0]["stage"] == "衰退"


def test_an_empty_list_is_a_heading(engine: Engine, tmp_path: Path) -> None:
    chosen = chapters.lists()["best"]
    empty = ActionList("best", chosen.table.slice(0, 0), 0, 0)
    write_list(empty.table, Words("en", Numbers("en", "XXX", 2)), engine, tmp_path / "best.csv")
    assert rows_of(tmp_path / "best.csv") == []
    assert (tmp_path / "best.csv").read_text(encoding="utf-8-sig").startswith("rank,customer,")


@st.composite
def codes(draw: st.DrawFn) -> str:
    kind = draw(st.sampled_from(sorted(REASONS)))
    largest = 10**15 if any(name.endswith("_minor") for name in REASONS[kind]) else 40_000
    return ":".join([kind, *(str(draw(st.integers(-largest, largest))) for _ in REASONS[kind])])


def no_negative_percent(code: str) -> bool:
    return not code.startswith("rare:-")


@settings(max_examples=25, deadline=None)
@given(
    some=st.lists(
        codes().filter(no_negative_percent) | st.sampled_from(["", "silent", "silent:a:b", "new:1"]), max_size=30
    ),
    currency=st.sampled_from([("USD", 2), ("JPY", 0), ("KWD", 3), ("XXX", 2)]),
    lang=st.sampled_from(["en", "zh"]),
)
def test_the_database_words_reasons_as_the_page_does(
    engine: Engine, some: Sequence[str], currency: tuple[str, int], lang: str
) -> None:
    words = Words(lang, Numbers(lang, *currency))
    listed = [code for code in some if _percent_shown_alike(code)]
    engine.register("given_codes", pa.table({"n": range(len(listed)), "code": pa.array(listed, pa.string())}))
    query = f"SELECT {worded_sql('code', words)} FROM given_codes ORDER BY n"
    worded = [said for (said,) in engine.connection.execute(query).fetchall()]
    assert worded == [reason(code, words).plain for code in listed]


def test_where_nobody_has_a_third_reason_there_is_none(engine: Engine) -> None:
    engine.connection.execute("CREATE OR REPLACE TABLE no_reasons AS SELECT NULL::VARCHAR AS code FROM range(3)")
    query = f"SELECT {worded_sql('code', Words('en', Numbers('en', 'USD', 2)))} FROM no_reasons"
    assert engine.connection.execute(query).fetchall() == [(None,)] * 3


def _percent_shown_alike(code: str) -> bool:
    """A share is between 0 and 100 percent, and whole."""
    kind, *numbers = code.split(":")
    named = zip(REASONS.get(kind, ()), numbers, strict=False)
    shares = (number for name, number in named if name.endswith("_percent") and number.lstrip("-").isdigit())
    return all(0 <= int(number) <= 99 for number in shares)


def test_refused_rows_go_by_file_and_line(engine: Engine, tmp_path: Path) -> None:
    refused = pa.table(
        {
            "file": ["b.csv", "a.csv", "a.csv"],
            "line": pa.array([1, 10, 9], pa.int64()),
            "column": ["金额", None, "date"],
            "reason": ["no-amount", "duplicate", "bad-date"],
            "value": ["=1", None, "32.13."],
            "row": ["x,=1", '@a,"b', "\tq"],
        }
    )
    write_refused(engine.register("given_refused", refused), engine, tmp_path)
    found = rows_of(tmp_path / "refused.csv")
    assert [(row["file"], row["line"]) for row in found] == [("a.csv", "9"), ("a.csv", "10"), ("b.csv", "1")]
    assert (found[2]["value"], found[1]["row"], found[0]["row"]) == ("'=1", "'@a,\"b", "'\tq")


def test_the_summary_has_what_programs_rely_on(tmp_path: Path) -> None:
    path = write_summary(cast.tea_chain(), tmp_path)
    summary = json.loads(path.read_text(encoding="utf-8"))
    assert summary["rows"] == {"read": 1_012_345, "kept": 1_002_005, "refused": 10_340}
    assert summary["customers"] == 20_200
    assert summary["concentration"]["top_2_5_percent_share"] == pytest.approx(0.025**0.35, abs=0.01)
    assert summary["models"]["BGNBD"]["parameters"]["alpha"] == 4.414
    assert summary["models"]["BGNBD"]["log_likelihood"] == -81_234.5
    assert summary["models"]["BGNBD"]["holdout"]["coverage_90"] == 0.902
    assert summary["classes"]["vip"]["customers"] == 505
    assert summary["stages"]["lost"]["customers"] == 6_464
    assert summary["lists"]["slipping"]["customers"] == 2_222
    assert summary["run"] == {"id": "20241231-4f2a9c", "cut_off": "2024-12-31", "version": "0.1.0"}
    assert len(summary["pairs"]["top"]) <= 50


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_the_summary_has_no_number_that_json_lacks(bad: float) -> None:
    whole = cast.tea_chain()
    assert whole.concentration is not None
    broken = replace(whole, concentration=replace(whole.concentration, gini=bad))
    summary = summary_of(broken)
    assert summary["concentration"]["gini"] is None
    json.dumps(summary, allow_nan=False)


def test_the_summary_of_little_says_what_is_missing() -> None:
    summary: dict[str, Any] = summary_of(cast.baskets_only())
    assert summary["customers"] == 0
    assert (summary["concentration"], summary["classes"], summary["models"]) == (None, None, {})
    assert summary["unsaid"]["future"] == "no-customers"
    assert summary["pairs"]["baskets"] == 412_000


def test_a_model_that_is_not_used_gives_no_expectation() -> None:
    summary = summary_of(cast.hostile())
    assert summary["future"]["expected_spend_minor"] is None
    assert summary["future"]["by_class"] is None
    assert summary["models"]["ParetoNBD"]["why_not"] == "degenerate"
