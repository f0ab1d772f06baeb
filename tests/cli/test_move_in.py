"""`regulars move-in`: the page's own example runs as it is written, and what files can be like."""

import csv
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.api.world import World, make_world
from tests.members.shop import ANN, AT
from tests.programme.test_moving_in import LEVELS, OFFER, has
from typer.testing import CliRunner

from regulars.access import gate
from regulars.basics.ids import typed
from regulars.cli import app
from regulars.journal.moves import Actor
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.members.moves import NewIdentifier, NewMember, Presented
from regulars.members.selectors import recognise
from regulars.members.services import people
from regulars.programme.models import MoveIn, MoveInRow
from regulars.programme.services.terms import publish

PAGE = Path(__file__).resolve().parents[2] / "docs" / "moving-in.md"
FENCED = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, db: None, tmp_path: Path) -> World:
    """A programme to move into, with members 7 and 8; the tests' own database stands in for that of the data folder."""

    @contextmanager
    def here(name: str, data: Path | None) -> Iterator[dict[str, Any]]:
        yield {"by": gate.HOUSE, "actor": Actor.job(f"regulars {name}"), "at": AT}

    monkeypatch.setattr(sys.modules["regulars.cli.moving"], "doing", here)
    monkeypatch.chdir(tmp_path)
    world = make_world(alone=True)
    define_unit("points", "Points", zone="Europe/London", actor=ANN, at=AT)
    define_unit("miles", "Miles", actor=ANN, at=AT)
    define_unit("value", "Value", kind=UnitKind.PAID, currency="GBP", scale=2, actor=ANN, at=AT)
    for kind, code, document in (
        ("ladder", "club", {"levels": LEVELS}),
        ("coupon-series", "welcome", {"name": "Welcome", "offer": OFFER}),
    ):
        begins_at = AT - timedelta(days=900)
        publish(
            kind, code, document, organisation=world.organisation, begins_at=begins_at, moving_in=True, actor=ANN, at=AT
        )
    members = [
        NewMember(world.organisation, "import", AT, identifiers=[NewIdentifier("external", number, "club")])
        for number in ("7", "8")
    ]
    people.enrol(members, actor=ANN, at=AT)
    return world


def run(line: str, status: int) -> str:
    words = shlex.split(line)
    assert words.pop(0) == "regulars"
    done = CliRunner().invoke(app, words)
    assert done.exit_code == status, done.output
    return done.stdout


def told(line: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(f"regulars move-in {line} --json", status))
    return found


def squeezed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines() if line.strip()]


def member(world: World, number: str, source: str = "club") -> Any:
    found = recognise(Presented("external", number, source), organisation=world.organisation)
    return found and found.member


def test_the_example_of_the_page_runs_as_it_is_written(world: World, tmp_path: Path) -> None:
    blocks = FENCED.findall(PAGE.read_text(encoding="utf-8"))
    for words, text in blocks:
        if " " in words:
            (tmp_path / words.split()[1]).write_text(text, encoding="utf-8")
    tried, done, again, back = (line for words, text in blocks if words == "sh" for line in text.splitlines())
    (shown,) = (text for words, text in blocks if not words)
    answer = squeezed(run(tried, 1))
    assert answer[1:] == squeezed(shown)
    assert not MoveIn.objects.exists()
    assert squeezed(run(done, 1))[1:-1] == answer[1:-2]
    assert squeezed(run(done, 1))[1:-1] == answer[1:-2], "nothing moves in twice"
    assert squeezed(run(again, 1))[:-1] == answer[1:-2]
    with (tmp_path / "refused.csv").open(encoding="utf-8", newline="") as file:
        assert list(csv.reader(file))[1:] == [["lots.csv", "5", "", "unknown-member"]]
    seven = member(world, "7")
    assert (has(seven).available, has(seven, "value").available) == (500, 2500)
    assert member(world, "5500-0001") == seven
    taken_back = run(back, 0)
    assert "lot amount kept: 0" in taken_back
    assert has(seven).available == 0


def test_a_mended_file_brings_what_was_missing_and_the_report_ties(world: World, tmp_path: Path) -> None:
    file = tmp_path / "lots.csv"
    head = "Customer ID,Points,Expires\n7,10,31/12/2027\n"
    file.write_text(head + "8,1.5,31/12/2027\n8,4,2027\n", encoding="utf-8")
    words = "lots.csv --name old --source club --same unit=points --dates %d/%m/%Y"
    first = told(words, 1)
    assert [(one["line"], one["column"], one["reason"]) for one in first["first"]] == [
        (3, "Points", "wrong-amount"),
        (4, "Expires", "wrong-date"),
    ]
    file.write_text(head + "8,15,31/12/2027\n8,4,30/11/2027\n", encoding="utf-8")
    found = told(words)
    assert (found["rows"], found["kept"], found["ties"]) == (3, 3, True)
    assert [(line["month"], line["here"]) for line in found["lines"]] == [("2027-11", 4), ("2027-12", 25)]
    file.write_text(head + "8,16,31/12/2027\n8,4,30/11/2027\n", encoding="utf-8")
    assert told(words, 1)["reasons"] == {"row-changed": 1}
    assert has(member(world, "8")).available == 19


def test_chinese_headings_in_the_encoding_of_chinese_tills_and_a_workbook(world: World, tmp_path: Path) -> None:
    text = "会员号,剩余积分,获得日期,有效期至\n7,88,2026年1月5日,2027-05-01\n"
    (tmp_path / "积分.csv").write_bytes(text.encode("gb18030"))
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["会员号", "会员等级", "等级到期日"])
    sheet.append([7, "GOLD", AT.replace(tzinfo=None, hour=0, minute=0) + timedelta(days=300)])
    book.save(tmp_path / "levels.xlsx")
    found = told("积分.csv levels.xlsx --name old --source club --same unit=points --same ladder=club")
    lines = {(line["kind"], line["label"], line["month"]): line["here"] for line in found["lines"]}
    assert lines == {("lot", "points", "2027-05"): 88, ("tier", "club/gold", "2027-02"): 1}
    assert has(member(world, "7"), at=AT + timedelta(days=361)).available == 88, "all of the first of May"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("x.csv --source club", "wrong-move-in-option"),
        ("x.csv --name old", "wrong-move-in-option"),
        ("--name old --dry-run", "wrong-move-in-option"),
        ("oddities=x.csv --name old --source club", "wrong-move-in-option"),
        ("x.csv --name old --source club --same unit", "wrong-move-in-option"),
        ("gone.csv --name old --source club", "no-such-file"),
        ("x.csv --name old --source club", "wrong-move-in"),
        ("cards=x.csv --name old --source club", "wrong-move-in"),
        ("x.csv --name old --source club --column Colour=shade", "wrong-move-in"),
        ("points=y.csv --name old --source club", "wrong-move-in"),
        ("z.jsonl --name old --source club", "wrong-move-in"),
        ("--name old", "unknown-move-in"),
    ],
)
def test_what_cannot_be_understood_is_refused_before_anything_is_written(
    world: World, tmp_path: Path, line: str, code: str
) -> None:
    (tmp_path / "x.csv").write_text("Colour,Size\nred,9\nblue,8\n", encoding="utf-8")
    (tmp_path / "y.csv").write_text("id,points,balance\n7,9,9\n8,8,8\n", encoding="utf-8")
    (tmp_path / "z.jsonl").write_text('[{"id": 7}]\n', encoding="utf-8")
    done = CliRunner().invoke(app, ["move-in", *shlex.split(line), "--json"])
    assert (done.exit_code, json.loads(done.stderr)["code"]) == (2, code)
    assert not MoveIn.objects.exists()


def test_lines_of_json_that_are_none_are_refused_and_the_others_taken(world: World, tmp_path: Path) -> None:
    file = tmp_path / "more.jsonl"
    good = {"kind": "lot", "member": typed("mbr", member(world, "7")), "unit": "Value", "amount": 12.5}
    lines = [json.dumps(good), "", '{"kind": "lot"', '{"kind": ["lot"]}', '{"kind": "debt", "id": "7"}']
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    found = told("more.jsonl --name old --source club", 1)
    assert (found["rows"], found["kept"]) == (4, 1)
    assert {one["line"]: one["reason"] for one in found["first"]} == {3: "not-json", 4: "not-plain", 5: "unknown-kind"}
    assert has(member(world, "7"), "value").available == 1250
    assert MoveInRow.objects.get(state="kept").line == 1


BEFORE = """
import sys
from regulars.cli import app, moving
moving.doing = lambda *_: sys.exit(7)
app(["move-in", "lots.csv", "tiers=levels.csv", "--name", "spring", "--source", "club", "--same", "unit=points"])
"""


def test_files_are_named_before_the_installation_is_open() -> None:
    """In a process of its own, as it is typed: there no room can be asked before the data folder is open."""
    told = subprocess.run([sys.executable, "-c", BEFORE], env=os.environ | {"DJANGO_SETTINGS_MODULE": ""}, check=False)
    assert told.returncode == 7
