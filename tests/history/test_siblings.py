"""Files of one till are understood together; one that is written otherwise is still looked at alone."""

from pathlib import Path

import pytest

from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.history.read import look, open_files
from regulars.history.refusals import Unclear

HEAD = "card,date,amount\n"
JANUARY = HEAD + "".join(f"c{n % 9},0{n % 3 + 1}/0{n % 4 + 4}/2025,{n}.50\n" for n in range(60))
MAY = HEAD + "".join(f"c{n % 9},{n % 25 + 1:02}/05/2025,{n}.50\n" for n in range(60))
AMERICAN = HEAD + "".join(f"c{n % 9},05/{n % 25 + 1:02}/2025,{n}.50\n" for n in range(60))
COMMAS = HEAD.replace(",", ";") + "".join(f"c{n % 9};{n % 25 + 1:02}/05/2025;{n},50\n" for n in range(60))


def formats(folder: Path, files: dict[str, str]) -> dict[str, tuple[str | None, bool]]:
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Engine() as engine:
        opened = open_files([folder], lake=Lake(folder.parent / "lake"), engine=engine, work=folder.parent)
        known = look(opened, engine=engine).known
    return {raw.name: (mapping.date_format, mapping.decimal_comma) for raw, _, mapping in known}


def test_a_month_that_is_a_riddle_alone_is_none_beside_another(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    with pytest.raises(Unclear):
        formats(tmp_path / "in", {"january.csv": JANUARY})
    found = formats(tmp_path / "in", {"january.csv": JANUARY, "may.csv": MAY})
    assert found["january.csv"] == found["may.csv"]
    assert (found["may.csv"][0] or "").startswith("%d/%m/%Y")


def test_one_till_that_writes_otherwise_is_read_otherwise(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    found = formats(
        tmp_path / "in", {"a.csv": MAY, "b.csv": MAY + "c1,31/05/2025,1.00\n", "us.csv": AMERICAN, "de.csv": COMMAS}
    )
    assert (found["a.csv"][0] or "").startswith("%d/%m/%Y")
    assert (found["us.csv"][0] or "").startswith("%m/%d/%Y")
    assert [comma for _, comma in found.values()] == [False, False, True, False]
