"""A customer who asked to be forgotten: the totals stay, the name leaves the lake, also from files added later."""

import stat
from pathlib import Path

import pyarrow.parquet as pq
from tests.history.staged import line, receipt, staged

from regulars.history import erased
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.moves import Staged


def file(folder: Path, name: str, day: str) -> Staged:
    return staged(
        folder, name, [*receipt("1", line("0171 555-0199", day=day), line("bob", day=day)), line("bob", day=day)]
    )


def who(lake: Lake) -> tuple[list[str | None], int]:
    with Engine(memory="300MB", threads=1) as engine:
        rows = engine.arrow(lake.lines(engine).select("customer", "amount_minor")).to_pylist()
    lake.close()
    return sorted((row["customer"] for row in rows), key=str), sum(row["amount_minor"] for row in rows)


def words_in(folder: Path) -> str:
    return "".join(str(pq.read_table(path).to_pylist()) for path in folder.rglob("*.parquet"))


def test_lines_stay_and_the_name_goes_also_from_what_comes_later(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", memory="300MB", threads=1)
    lake.add(file(tmp_path, "may.csv", "2024-05-01"))
    before = who(lake)
    codes = erased.make_key(lake.folder).of(["+49 171 5550199", "0171 5550199"])
    assert lake.erase(codes) == 1
    names, total = who(lake)
    assert sorted(map(str, names)) == ["None", "bob", "bob"]
    assert total == before[1]
    assert "0199" not in words_in(lake.folder)
    lake.add(file(tmp_path, "june.csv", "2024-06-01"))
    assert sorted(map(str, who(lake)[0])) == ["None", "None", "bob", "bob", "bob", "bob"]
    assert lake.erase(codes) == 0
    assert "0199" not in words_in(lake.folder)
    totals = lake.totals()
    assert totals.rows_read == totals.rows_kept + totals.rows_refused == 6


def test_a_line_of_theirs_in_two_files_is_still_a_duplicate(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", memory="300MB", threads=1)
    lake.add(file(tmp_path, "may.csv", "2024-05-01"))
    before = who(lake)[1]
    lake.erase(erased.make_key(lake.folder).of(["0171 5550199"]))
    (tmp_path / "again").mkdir()
    again = staged(
        tmp_path / "again",
        "may again.csv",
        [
            *receipt("1", line("0171 555-0199", day="2024-05-01"), line("bob", day="2024-05-01")),
            line("bob", day="2024-05-01"),
            line("eve", day="2024-05-02", amount=0),
        ],
    )
    lake.add(again)
    assert who(lake)[1] == before


def test_the_list_names_nobody_and_its_key_is_the_owners(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake", memory="300MB", threads=1)
    lake.erase(erased.make_key(lake.folder).of(["ann@example.com"]))
    text = (lake.folder / erased.LIST).read_text(encoding="utf-8")
    assert "ann" not in text
    assert stat.S_IMODE((lake.folder / erased.KEY).stat().st_mode) == 0o600
    assert Lake(lake.folder).totals().files == 0
