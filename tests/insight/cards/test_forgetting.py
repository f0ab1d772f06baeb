"""Old runs make room; none that is in use, that scores name, that somebody keeps, or that is the last usable one."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.insight.cards.test_cards import content

from regulars.insight.cards import CardContent, NoSuchRun, forget, list_runs, read_run, save_run, used


@pytest.fixture(scope="module")
def one() -> CardContent:
    return content()


def kept(folder: Path, one: CardContent, count: int, **changes: Any) -> list[str]:
    """Runs of so many tables, one after the other."""
    tables = [replace(one, sources=[("c.csv", f"sha{n}{changes}")], **changes) for n in range(count)]
    return [save_run(folder, table).id for table in tables]


def ids(folder: Path) -> list[str]:
    return [run.id for run in list_runs(folder)]


def test_the_newest_of_each_question_stay(one: CardContent, tmp_path: Path) -> None:
    leave, rise = kept(tmp_path, one, 5), kept(tmp_path, one, 2, target="more = yes")
    assert forget(tmp_path, newest=5) == []
    assert forget(tmp_path, newest=2) == [leave[2], leave[1], leave[0]]
    assert ids(tmp_path) == [*leave[3:], *rise]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*leave[3:], *rise])


def test_what_somebody_keeps_or_has_just_learned_stays(one: CardContent, tmp_path: Path) -> None:
    runs = kept(tmp_path, one, 5)
    (tmp_path / runs[0] / "keep").touch()
    (tmp_path / runs[1]).rename(tmp_path / "of-march")
    (tmp_path / runs[2] / ".run.json.new").write_text("{", encoding="utf-8")  # a write that broke off is ours
    assert forget(tmp_path, named=[runs[3]], newest=1) == [runs[2]]
    assert (tmp_path / "of-march" / "run.json").exists()
    assert ids(tmp_path) == [runs[0], runs[1], runs[3], runs[4]]
    assert save_run(tmp_path, replace(one, sources=[("c.csv", "later")])).plain["number"] == 6


def test_a_run_that_scores_stays_and_one_that_refused_goes(one: CardContent, tmp_path: Path) -> None:
    runs = kept(tmp_path, one, 4)
    with used(tmp_path, runs[0][:6]) as run:
        assert run.id == runs[0]
    with pytest.raises(ValueError, match="no table"), used(tmp_path, runs[1]):
        raise ValueError("no table")
    with used(tmp_path, runs[2]):
        assert forget(tmp_path, newest=1) == [runs[1]]
    assert ids(tmp_path) == [runs[0], runs[2], runs[3]]
    assert forget(tmp_path, newest=1) == []
    with pytest.raises(NoSuchRun), used(tmp_path, runs[1]):
        pass


def test_the_last_usable_run_stays_however_old(one: CardContent, tmp_path: Path) -> None:
    runs = kept(tmp_path, one, 5)
    for run in runs[2:]:
        path = tmp_path / run / "run.json"
        plain = json.loads(path.read_text(encoding="utf-8"))
        plain["card"]["model"]["usable"] = False
        path.write_text(json.dumps(plain), encoding="utf-8")
    assert read_run(tmp_path, runs[1]).card["model"]["usable"]
    assert forget(tmp_path, newest=2) == [runs[2], runs[0]]
    assert ids(tmp_path) == [runs[1], *runs[3:]]
