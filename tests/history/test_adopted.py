"""Parts written while a file is judged: the lake takes them over, and holds just what it would have written itself."""

import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.raw import raw_table
from tests.history.staged import Line, line, receipt, staged
from tests.history.test_lake_changes import FILE, content
from tests.history.test_staging import HEADINGS, plain, row

from regulars.history.arrivals import blocks_of
from regulars.history.columns import understand
from regulars.history.contract import LINES
from regulars.history.engine import Engine, quoted
from regulars.history.lake import Lake
from regulars.history.moves import FileMapping, Staged
from regulars.history.parts import MONTHS_AT_ONCE
from regulars.history.staging import stage

NAMES = ", ".join(column.name for column in LINES if column.name != "file")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def judged(
    engine: Engine, folder: Path, rows: list[list[object]], *, number: int | None, given: FileMapping | None = None
) -> Staged:
    raw = raw_table(folder, rows, headings=HEADINGS)
    shape, mapping = understand(raw, engine=engine, given=given)
    return stage(raw, shape, mapping, engine=engine, work=folder / f"work-{number}", number=number)


def lines_of(engine: Engine, file: Staged) -> list[tuple[object, ...]]:
    listed = ", ".join(quoted(path) for path in file.files)
    query = f"SELECT {NAMES} FROM read_parquet([{listed}], hive_partitioning = false) ORDER BY line"
    return engine.connection.execute(query).fetchall()


@pytest.mark.parametrize(
    "more",
    [
        [],
        [row(date="soon"), row(customer=""), row(product="POST"), row(amount="-1.00")],
        [row(date="2042-03-05"), *plain(300)],  # a date far from all others
        [*(row(product="P9", amount="2.08") for _ in range(12)), row(product="P9", amount="2080.00")],
        [row(date="2024-02-29"), row(date="2023-12-31"), row(date="2024-01-01")],
    ],
    ids=["clean", "dirty", "absurd date", "absurd price", "months"],
)
def test_in_parts_or_in_order_a_file_gives_the_same_lines(
    engine: Engine, tmp_path: Path, more: list[list[object]]
) -> None:
    rows = [*plain(), *more]
    in_order, in_parts = (judged(engine, tmp_path, rows, number=number) for number in (None, 7))
    assert lines_of(engine, in_parts) == lines_of(engine, in_order)
    assert sum(part.rows for part in in_parts.parts) == in_parts.rows_kept
    assert {part.month for part in in_parts.parts} == {str(entry[1])[:7] for entry in lines_of(engine, in_order)}
    for name in ("rows_read", "rows_kept", "refused_by_reason", "notes", "first_on", "last_on", "has_time"):
        assert getattr(in_parts, name) == getattr(in_order, name), name
    assert not in_order.parts


def test_a_receipt_s_total_counts_once_in_parts_too(engine: Engine, tmp_path: Path) -> None:
    rows = [row(receipt=f"{n // 3}", product=f"P{n}", amount=f"{n // 3 + 1}.50") for n in range(60)]
    said = FileMapping({}, (), amount_is="receipt", options={"said": ["amount_is"]})
    in_order, in_parts = (judged(engine, tmp_path, rows, number=number, given=said) for number in (None, 7))
    assert in_parts.parts
    assert lines_of(engine, in_parts) == lines_of(engine, in_order)
    assert engine.connection.execute(f"SELECT sum(amount_minor) FROM '{in_order.lines}'").fetchall() == [(22_000,)]


def test_parts_have_the_shape_of_the_lake(engine: Engine, tmp_path: Path) -> None:
    (part,) = judged(engine, tmp_path, plain(), number=7).parts
    query = f"DESCRIBE FROM read_parquet('{part.path}', hive_partitioning = false)"
    described = engine.connection.execute(query).fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [(column.name, column.duckdb) for column in LINES]


def test_a_file_over_many_years_is_left_for_the_lake_to_split(engine: Engine, tmp_path: Path) -> None:
    years = [row(date=f"{2010 + n // 12}-{n % 12 + 1:02}-05", receipt=str(n)) for n in range(MONTHS_AT_ONCE + 1)]
    file = judged(engine, tmp_path, years, number=1)
    assert not file.parts
    assert Lake(tmp_path / "lake").add(file).rows_kept == len(years)


@settings(deadline=None, max_examples=12)
@given(files=st.lists(FILE, min_size=1, max_size=3, unique_by=repr), ready=st.lists(st.integers(0, 4), min_size=3))
def test_taken_over_or_written_anew_the_lake_holds_the_same(files: list[list[Line]], ready: list[int]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        lakes = [Lake(home / name, memory="300MB", threads=1) for name in ("ordered", "parts")]
        for place, lines in enumerate(files):
            name = f"{place}.csv"
            one, other = staged(home, name, lines), staged(home, name, lines, number=ready[place] or None)
            assert lakes[0].add(one) == lakes[1].add(other)
            assert list(blocks_of(other).baskets) == list(blocks_of(one).baskets)
            assert list(blocks_of(other).many_lines) == list(blocks_of(one).many_lines)
        assert content(lakes[0]) == content(lakes[1])
        for lake in lakes:
            lake.forget("0.csv")
        assert content(lakes[0]) == content(lakes[1])


def test_what_was_taken_over_stays_where_it_was(tmp_path: Path) -> None:
    file = staged(tmp_path, "jan.csv", [line(), line(day="2024-02-03")], number=1)
    lake = Lake(tmp_path / "lake")
    lake.add(file)
    before = content(lake)
    lake.close()
    lake.forget("jan.csv")
    assert all(path.exists() for path in file.files)
    assert lake.add(file).number == 2, "its parts say 1: they are written anew"
    assert content(lake) == before
    with Engine(threads=1) as engine:
        assert engine.arrow(lake.lines(engine).select("file").distinct()).to_pylist() == [{"file": 2}]


def test_parts_on_another_disk_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def elsewhere(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", elsewhere)
    lines = receipt("1", line(), line(product="jam"), line(day="2024-03-01"))
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", lines, number=1))
    assert sum(content(lake).values()) == 3
