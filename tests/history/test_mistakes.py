"""Mappings that are wrong, and files whose every row is: the mistake is named, and nothing gets into the history."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.history.raw import fetch, judge, raw_table

from regulars.history.columns import understand
from regulars.history.engine import Engine
from regulars.history.mapping_file import read_mappings
from regulars.history.moves import FileMapping, RawTable
from regulars.history.refusals import BadMapping, NothingKept, NotSales

HEADINGS = ["household_key", "DAY", "amount"]


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with Engine(threads=1) as opened:
        yield opened


def given(folder: Path, text: str) -> FileMapping:
    path = folder / "mapping.toml"
    path.write_text(f'["*"]\n{text}\n', encoding="utf-8")
    return read_mappings(path)["*"]


def numbered_days(folder: Path) -> RawTable:
    return raw_table(folder, [[n % 7 + 1, n % 90 + 1, f"{n}.50"] for n in range(200)], headings=HEADINGS)


def dated(folder: Path) -> RawTable:
    rows = [[n % 7 + 1, f"2024-03-{n % 28 + 1:02}", f"{n}.50"] for n in range(60)]
    return raw_table(folder, rows, headings=["customer", "date", "amount"])


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('date_format = "%Q"', "date_format"),
        ('date_format = "%Y-%m-%d %"', "date_format"),
        ('date_format = "dd/mm/yyyy"', "date_format"),
        ('date_format = "days since 2024-02-31"', "date_format"),
        ('time_format = ["%Q"]', "time_format"),
    ],
)
def test_what_no_engine_can_read_is_refused_with_its_key(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(BadMapping, match=f"line 2: {key}"):
        given(tmp_path, text)


def test_one_column_cannot_be_who_and_when(engine: Engine, tmp_path: Path) -> None:
    mapping = given(tmp_path, 'customer = "date"\nsold_at = "date"')
    with pytest.raises(BadMapping, match='"date" for customer and for sold_at'):
        understand(dated(tmp_path), engine=engine, given=mapping)


@pytest.mark.parametrize("field", ["sold_at", "amount"])
def test_a_column_somebody_says_is_not_there_is_not_found_after_all(engine: Engine, tmp_path: Path, field: str) -> None:
    with pytest.raises(NotSales):
        understand(dated(tmp_path), engine=engine, given=given(tmp_path, f'{field} = ""'))


def test_a_file_of_which_nothing_is_kept_says_why_and_where(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NothingKept) as caught:
        judge(dated(tmp_path), engine, tmp_path / "work", given(tmp_path, 'date_format = "%d/%m/%Y"'))
    assert caught.value.facts["refused_by_reason"] == {"bad-date": 60}
    assert 'line 2 "date" is "2024-03-01"' in str(caught.value)


def test_days_that_are_only_numbered_are_named_and_can_be_told(engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(NotSales, match=r'"DAY" holds "\d+".*days since'):
        understand(numbered_days(tmp_path), engine=engine)
    told = given(tmp_path, 'sold_at = "DAY"\ndate_format = "days since 2023-12-31"')
    judged = judge(numbered_days(tmp_path), engine, tmp_path / "work", told)
    assert (judged.rows_kept, judged.first_on, judged.last_on) == (200, "2024-01-01", "2024-03-30")
    assert str(fetch(engine, judged.lines, "sold_at")[0][0]) == "2024-01-01 00:00:00"


def test_no_letters_take_nothing_back(engine: Engine, tmp_path: Path) -> None:
    rows = [[f"R{n}", n % 7 + 1, f"2024-03-{n % 28 + 1:02}", f"{n + 1}.50"] for n in range(60)]
    raw = raw_table(tmp_path, rows, headings=["receipt", "customer", "date", "amount"])
    judged = judge(raw, engine, tmp_path / "work", given(tmp_path, 'cancelled_receipts = [""]'))
    assert judged.notes == {}
