"""The commands, on an installation of their own tests: import, undo, duplicates, export, erase."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.api.world import World, make_world
from tests.members.shop import AT
from tests.members.test_deeds import own_place
from typer.testing import CliRunner

from regulars.access import gate
from regulars.basics.ids import typed
from regulars.cli import app
from regulars.journal.moves import Actor
from regulars.members.models import Import, Member
from regulars.members.moves import Presented
from regulars.members.selectors import recognise

__all__ = ("own_place",)
LIST = (
    "id,first name,last name,mobile,city\n1,Ann,Lee,0171 5550199,Rye\n2,ann,LEE,0171 5550199,Rye\n3,Bob,Day,12,Hove\n"
)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, db: None) -> World:
    """The tests' own database stands in for that of the data folder."""

    @contextmanager
    def here(name: str, data: Path | None) -> Iterator[dict[str, Any]]:
        yield {"by": gate.HOUSE, "actor": Actor.job(f"regulars {name}"), "at": AT}

    monkeypatch.setattr(sys.modules["regulars.cli.members"], "doing", here)  # the package names its command so too
    return make_world()


def run(*words: str) -> Any:
    done = CliRunner().invoke(app, ["members", *words])
    assert done.exit_code == 0, done.output
    return done


def member_of(world: World) -> str:
    found = recognise(Presented("external", "1", "shop"), organisation=world.organisation)
    assert found is not None
    assert found.member is not None
    return typed("mbr", found.member)


def test_a_list_is_tried_taken_in_told_and_taken_back(world: World, own_place: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text(LIST, encoding="utf-8")
    at = typed("org", world.organisation)
    words = ("import", str(file), "--source", "shop", "--region", "DE", "--at", at, "--column", "mobile=phone")
    assert "Nothing was kept" in run(*words, "--dry-run").output
    assert Member.objects.count() == 0
    told = json.loads(run(*words, "--json").stdout)[0]
    assert (told["rows"], told["created"], told["refused"]) == (3, 1, 2)
    found = json.loads(run("duplicates", "--at", at, "--json").stdout)
    assert found == {"pairs": 0, "exact": 0, "listed": []}
    member = member_of(world)
    files = run("export", member, "--out", str(tmp_path / "ann"), "--at", at).stdout.split()
    assert "Ann" in Path(files[0]).read_text(encoding="utf-8")
    assert all(Path(one).stat().st_mode & 0o077 == 0 for one in files)
    run("undo", told["number"], "--at", at)
    assert (Member.objects.count(), Import.objects.get().undone_at) == (0, AT)


def test_two_are_merged_taken_apart_and_one_is_erased(world: World, own_place: Path, tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_text("id,name\n1,Ann Lee\n2,Annie Lee\n", encoding="utf-8")
    at = typed("org", world.organisation)
    run("import", str(file), "--source", "shop", "--at", at)
    one, two = (typed("mbr", member) for member in Member.objects.order_by("id").values_list("id", flat=True))
    run("merge", one, two, "--reason", "one person", "--at", at)
    again = CliRunner().invoke(app, ["members", "merge", one, two, "--reason", "x", "--at", at])
    assert again.exit_code == 2
    run("unmerge", two, "--reason", "two people", "--at", at)
    told = json.loads(run("erase", one, "--reason", "asked", "--at", at, "--json").stdout)
    assert told["members"]["members"] == 1
    assert sorted(Member.objects.values_list("state", flat=True)) == ["active", "erased"]
    wrong = CliRunner().invoke(app, ["members", "import", str(file), "--source", "s", "--way", "city", "--at", at])
    assert wrong.exit_code == 2
