"""Running again with a corrected mapping reads the file again; without one it is there already."""

from collections.abc import Mapping
from pathlib import Path

from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.mapping_file import read_mappings, write_mappings
from regulars.history.moves import FileMapping
from regulars.history.read import Reading, look, open_files, take_in


def run(folder: Path, given: Mapping[str, FileMapping]) -> Reading:
    work = folder / "work"
    with Engine(threads=1, scratch=work / "scratch") as engine, Lake(folder / "lake") as lake:
        opened = open_files([folder / "sales.csv"], lake=lake, engine=engine, work=work, given=given)
        return take_in(look(opened, engine=engine, given=given), lake=lake, engine=engine, work=work)


def customers(folder: Path) -> list[str]:
    with Engine(threads=1) as engine, Lake(folder / "lake") as lake:
        return sorted(row["customer"] for row in engine.rows(lake.lines(engine).select("customer").distinct()))


def test_a_corrected_mapping_is_heeded_in_the_same_lake(tmp_path: Path) -> None:
    rows = [f"{n % 4 + 1},w{n % 3},2024-03-{n % 28 + 1:02},{n + 1}.50" for n in range(60)]
    (tmp_path / "sales.csv").write_text("card,who,date,amount\n" + "\n".join(rows))
    written = tmp_path / "mapping.toml"
    write_mappings(written, run(tmp_path, {}).mappings)
    assert customers(tmp_path) == ["1", "2", "3", "4"]
    assert run(tmp_path, {}).already == ["sales.csv"]

    unchanged = run(tmp_path, read_mappings(written))
    assert [one.already for one in unchanged.added] == [True]

    written.write_text(written.read_text().replace('customer = "card"', 'customer = "who"'))
    corrected = run(tmp_path, read_mappings(written))
    assert [one.already for one in corrected.added] == [False]
    assert customers(tmp_path) == ["w0", "w1", "w2"]
