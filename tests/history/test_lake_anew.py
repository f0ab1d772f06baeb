"""A file understood better than before takes its own place, in one step."""

from dataclasses import replace
from pathlib import Path

import pytest
from tests.history.staged import line, receipt, staged
from tests.history.test_lake import kept

from regulars.history.change import Change
from regulars.history.lake import Lake, MixedCurrencies
from regulars.history.moves import FileMapping, Staged

BETTER = FileMapping(columns={"customer": 0}, headings=("who",), currency="EUR")


def judged_again(folder: Path, first: Staged, customer: str) -> Staged:
    """The same file with another column taken for the customer."""
    again = staged(folder / "again", first.name, [line(customer)])
    return replace(again, sha256=first.sha256, mapping=BETTER)


def test_the_same_file_understood_anew_replaces_itself(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    first = staged(tmp_path, "jan.csv", [line("card 1")])
    lake.add(first)
    better = judged_again(tmp_path, first, "ada")
    assert lake.add(better).already
    assert kept(lake) == [("card 1", "tea", 300)]
    assert not lake.add(better, anew=True).already
    assert kept(lake) == [("ada", "tea", 300)]
    assert [entry.number for entry in lake.files()] == [2]
    assert lake.add(better, anew=True).already
    assert lake.generation == 2


def test_a_currency_that_was_wrong_can_be_mended(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    first = staged(tmp_path, "jan.csv", [line()], currency="USD")
    lake.add(first)
    lake.add(replace(first, mapping=BETTER), anew=True)
    assert lake.currency == "EUR"
    lake.add(staged(tmp_path, "feb.csv", [line(day="2024-02-05")]))
    with pytest.raises(MixedCurrencies):
        lake.add(first, anew=True)
    assert lake.currency == "EUR"


def test_what_it_had_displaced_comes_back_and_goes_again(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    bought = receipt("7", line("ada"))
    first = staged(tmp_path, "jan.csv", bought)
    lake.add(first)
    lake.add(staged(tmp_path, "more.csv", [*bought, *receipt("8", line("bob", product="jam"))]))
    lake.add(replace(first, mapping=BETTER), anew=True)
    assert kept(lake) == [("ada", "tea", 300), ("bob", "jam", 300)]
    lake.forget("more.csv")
    assert kept(lake) == [("ada", "tea", 300)]


def test_stopped_half_way_the_lake_is_as_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    first = staged(tmp_path, "jan.csv", [line("card 1")])
    lake.add(first)

    def broken(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Change, "add", broken)
    with pytest.raises(KeyboardInterrupt):
        lake.add(judged_again(tmp_path, first, "ada"), anew=True)
    assert kept(Lake(tmp_path / "lake")) == [("card 1", "tea", 300)]
