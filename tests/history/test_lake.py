"""The lake: what goes in stays, what is forgotten goes, and nothing else changes."""

import json
from pathlib import Path

import ibis
import pytest
from tests.history.staged import line, receipt, staged

from regulars.history.contract import LINES, REFUSED, ibis_schema
from regulars.history.custody import NotALake
from regulars.history.engine import Engine
from regulars.history.lake import FileChanged, Lake, MixedCurrencies, NotInLake
from regulars.history.manifest import BrokenLake, NewerLake


def kept(lake: Lake) -> list[tuple[str, str, int]]:
    with Engine(memory="500MB", threads=1) as engine:
        lines = lake.lines(engine)
        rows = engine.rows(lines.select("customer", "product", "amount_minor"))
    return sorted((row["customer"], row["product"], row["amount_minor"]) for row in rows)


def test_a_new_month_is_appended_and_stands_in_its_own_folder(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    january = lake.add(staged(tmp_path, "jan.csv", [line(day="2024-01-05"), line(day="2024-01-06")], refused=1))
    february = lake.add(staged(tmp_path, "feb.csv", [line(day="2024-02-05")]))

    assert (january.rows_kept, february.rows_kept, january.already) == (2, 1, False)
    assert len(kept(lake)) == 3
    assert [(entry.name, entry.rows_read, entry.rows_kept, entry.rows_refused) for entry in lake.files()] == [
        ("jan.csv", 3, 2, 1),
        ("feb.csv", 1, 1, 0),
    ]
    found = sorted(str(path.relative_to(lake.folder)) for path in lake.folder.rglob("*.parquet"))
    assert found == ["lines/month=2024-01/1-1.parquet", "lines/month=2024-02/2-2.parquet", "refused/1-1.parquet"]
    assert (lake.totals().first_on, lake.totals().last_on, lake.totals().rows_refused) == (
        "2024-01-05",
        "2024-02-05",
        1,
    )


def test_the_lines_are_as_the_contract_says(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()], refused=1))
    with Engine() as engine:
        lines, refused = lake.lines(engine), lake.refused(engine)
        assert lines.schema() == ibis.schema(ibis_schema(LINES) | {"returned": "boolean", "returned_on": "date"})
        assert refused.schema() == ibis.schema(ibis_schema(REFUSED))
        assert engine.rows(refused)[0]["reason"] == "bad-date"


def test_an_empty_lake_has_no_lines_but_all_columns(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    assert kept(lake) == []
    with Engine() as engine:
        assert "returned" in lake.lines(engine).columns
        assert engine.rows(lake.refused(engine)) == []


def test_the_same_content_twice_changes_nothing_also_under_another_name(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lines = [line(), line(product="bread")]
    lake.add(staged(tmp_path, "jan.csv", lines))
    before = (lake.folder / "manifest.json").read_bytes()

    again = lake.add(staged(tmp_path, "copy of jan.csv", lines))

    assert (again.already, again.number, again.rows_kept) == (True, 1, 2)
    assert (lake.folder / "manifest.json").read_bytes() == before


def test_the_same_name_with_other_content_is_asked_about_only_where_days_meet(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "export.csv", [line(day="2024-01-05")]))
    lake.add(staged(tmp_path, "export.csv", [line(day="2024-02-05")]))
    with pytest.raises(FileChanged, match=r"forget it first"):
        lake.add(staged(tmp_path, "export.csv", [line(day="2024-02-05", amount=299)]))
    with pytest.raises(NotInLake, match=r"say the number \(1, 2\)"):
        lake.forget("export.csv")
    assert lake.forget(2).name == "export.csv"


def test_forgetting_by_name_number_or_checksum(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    files = [staged(tmp_path, f"tills/{month}.csv", [line(day=f"2024-0{month}-01")]) for month in (1, 2, 3)]
    for file in files:
        lake.add(file)
    lake.forget("1.csv")
    lake.forget("2")
    lake.forget(files[2].sha256[:8])
    assert (kept(lake), lake.files()) == ([], ())
    with pytest.raises(NotInLake, match="no file at all"):
        lake.forget("1.csv")
    assert lake.add(files[0]).number == 4, "numbers are never used again"


def test_what_is_forgotten_leaves_the_disk_once_nobody_reads_it(tmp_path: Path) -> None:
    lake, reader = Lake(tmp_path / "lake"), Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    with Engine() as engine:
        lines = reader.lines(engine)
        lake.forget("jan.csv")
        assert engine.row(lines.agg(n=lines.count()))["n"] == 1
        assert list(lake.folder.rglob("*.parquet"))
    reader.close()
    lake.add(staged(tmp_path, "feb.csv", [line(day="2024-02-01")]))
    assert [path.parent.name for path in lake.folder.rglob("*.parquet")] == ["month=2024-02"]


def test_two_currencies_do_not_add_up(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "a.csv", [line()], currency="XXX"))
    lake.add(staged(tmp_path, "b.csv", [line(amount=1)], currency="EUR"))
    assert lake.currency == "EUR"
    with pytest.raises(MixedCurrencies, match="in CNY, the lake in EUR"):
        lake.add(staged(tmp_path, "c.csv", [line(amount=2)], currency="CNY"))


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("{", BrokenLake),
        ("[]", BrokenLake),
        ('{"format": "something", "version": 1}', BrokenLake),
        ('{"format": "regulars-lake", "version": 1, "files": [{}], "generation": 1, "next_file": 2}', BrokenLake),
        ('{"format": "regulars-lake", "version": 2}', NewerLake),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_refused(tmp_path: Path, content: str, error: type[Exception]) -> None:
    Lake(tmp_path / "lake")
    (tmp_path / "lake" / "manifest.json").write_text(content)
    with pytest.raises(error):
        Lake(tmp_path / "lake")


def test_a_part_that_was_lost_or_cut_short_is_missed(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    (part,) = lake.folder.rglob("*.parquet")
    part.write_bytes(part.read_bytes()[:-1])
    with pytest.raises(BrokenLake, match="bytes instead of"):
        Lake(lake.folder)
    part.unlink()
    with pytest.raises(BrokenLake, match="is missing"):
        Lake(lake.folder)


def test_counts_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    path = lake.folder / "manifest.json"
    found = json.loads(path.read_text())
    found["files"][0]["rows_read"] += 1
    path.write_text(json.dumps(found))
    with pytest.raises(BrokenLake, match="do not add up"):
        Lake(lake.folder)


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(NotALake, match=r"letter\.txt"):
        Lake(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_parts_without_a_manifest_are_never_swept(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", [line()]))
    (lake.folder / "manifest.json").unlink()
    with pytest.raises(NotALake, match=r"no manifest\.json"):
        Lake(lake.folder)
    assert len(list(lake.folder.rglob("*.parquet"))) == 1


def test_hundreds_of_months_in_one_file(tmp_path: Path) -> None:
    lines = [line(day=f"{year}-{month:02d}-01") for year in range(1990, 2000) for month in range(1, 13)]
    lake = Lake(tmp_path / "lake", memory="500MB")
    lake.add(staged(tmp_path, "old.csv", lines))
    assert len(kept(lake)) == 120
    assert len(lake.files()[0].parts) == 120


def test_amounts_and_moments_come_out_as_they_went_in(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    given = receipt("17", line(at="23:59", quantity="1.250", amount=2**40, store="Öl & Co's", discount_minor=5))
    lake.add(staged(tmp_path, "it's.csv", given))
    with Engine() as engine:
        row = engine.row(lake.lines(engine))
    assert (str(row["sold_at"]), str(row["quantity"]), row["amount_minor"]) == ("2024-01-05 23:59:00", "1.250", 2**40)
    assert (row["store"], row["receipt"], row["discount_minor"], row["file"], row["line"]) == (
        "Öl & Co's",
        "17",
        5,
        1,
        2,
    )
