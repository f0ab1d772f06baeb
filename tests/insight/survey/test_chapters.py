"""The chapters on surveys, complaints and beliefs, and the commands, through the door."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from typer.testing import CliRunner

from regulars.cli import app
from regulars.history.engine import Engine
from regulars.insight.complaints import complaints_of
from regulars.insight.facts import facts
from regulars.insight.myths import myths_of
from regulars.insight.report.alone import chapter_page
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences import complaints, myths, survey
from regulars.insight.report.words import Words
from regulars.insight.survey import survey_of
from regulars.sample.truth import Truth


@pytest.fixture(scope="module")
def findings(voices: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder, truth = voices
    work = tmp_path_factory.mktemp("work")
    visits = truth.visits.rename_columns(["customer", "sold_at"])
    with Engine() as engine:
        lines = engine.register(
            "sold", visits.append_column("amount_minor", pa.array([1000] * len(visits), pa.int64()))
        )
        known = engine.keep("known_facts", facts(lines, cut_off=truth.last_on))
        said = survey_of(folder / "survey.csv", lines, engine, truth.last_on, work=work)
        cost = complaints_of(folder / "complaints.csv", lines, engine, truth.last_on, work=work)
        beliefs = myths_of(lines, known, engine, truth.last_on, attitude=said.attitude)
    return SimpleNamespace(survey=said, complaints=cost, myths=beliefs, unsaid={})


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_chapters_are_whole_pages_in_both_languages(findings: Any, lang: str) -> None:
    words = Words(lang, Numbers(lang, "USD", 2))
    for room in (survey, complaints, myths):
        page = chapter_page(room.chapter(findings, words), words)
        assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org/", "")
        assert "<script" not in page
        assert "{" not in page.split("</style>")[1]
        assert "nan" not in page.split("</style>")[1].split()


@pytest.mark.slow
def test_attitude_is_never_told_without_behaviour(findings: Any) -> None:
    words = Words("en", Numbers("en", "USD", 2))
    says = [sentence.plain for sentence in survey.chapter(findings, words).says]
    assert any(sentence.startswith("Being content is not yet being loyal") for sentence in says)
    silent = SimpleNamespace(survey=None, unsaid={})
    assert survey.chapter(silent, words).unsaid is not None  # type: ignore[arg-type]


@pytest.mark.slow
def test_the_assumption_is_called_one(findings: Any) -> None:
    words = Words("en", Numbers("en", "USD", 2))
    says = [sentence.plain for sentence in complaints.chapter(findings, words).says]
    assert any("is an assumption" in sentence for sentence in says)


def test_the_command_writes_a_page_and_figures(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("Overall,Quality,Recommend\n" + "5,4,10\n4,4,8\n3,2,5\n" * 20)
    out = tmp_path / "out"
    answer = CliRunner().invoke(app, ["survey", str(file), "--out", str(out), "--json", "--weights", "quality=1"])
    assert answer.exit_code == 0, answer.output
    found = json.loads((out / "survey.json").read_text())
    assert found["respondents"] == 60
    assert found["weighted"]["value"] == pytest.approx(10 / 3)
    assert found["nps"]["score"]["value"] == pytest.approx(0.0)
    assert (out / "survey.html").exists()


def test_the_command_refuses_in_one_object(tmp_path: Path) -> None:
    file = tmp_path / "answers.csv"
    file.write_text("Overall,Quality\n" + "5,4\n4,4\n3,2\n" * 20)
    answer = CliRunner().invoke(app, ["survey", str(file), "--out", str(tmp_path), "--json", "--factor", "joy=Overall"])
    assert answer.exit_code == 2
    assert "wrong-survey" in answer.output + (answer.stderr or "")
