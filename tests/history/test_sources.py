"""Files and folders, told apart by what is in them; spreadsheets; Parquet; the real data sets."""

import errno
import gzip
import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlwt

from regulars.history.engine import Engine
from regulars.history.moves import NotRead, RawTable
from regulars.history.sources import NoRoom, NoSuchFile, raw_tables

ENGINE = Engine(threads=1)
NAMES_NO_ZONE = datetime.fromisoformat("2024-01-03T09:30")  # as spreadsheets keep time
SALES = b"customer,date,amount\n" + b"C1,2024-01-01,5\nC2,2024-01-02,7\n" * 5


def read(*paths: Path, work: Path) -> list[RawTable | NotRead]:
    return list(raw_tables(paths, engine=ENGINE, work=work))


def rows_of(table: RawTable | NotRead) -> list[tuple[Any, ...]]:
    assert isinstance(table, RawTable), table
    return ENGINE.connection.sql(f"SELECT * FROM ({table.query}) ORDER BY line").fetchall()


@pytest.mark.parametrize(
    ("content", "looks_like"),
    [
        (b'{"a": 1}', "JSON"),
        (b'[{"a": 1},\n {"a": 2}]', "JSON"),
        (b'{"a": 1}\n{"a": 2}\n', "JSON"),
        (b"<?xml version='1.0'?><a/>", "XML"),
        (b"\n<!DOCTYPE html><html><table>", "HTML"),
        (b"<html><table><tr><td>1</td></tr>", "HTML"),
        (b"%PDF-1.4", "PDF"),
        (b"\x89PNG\r\n\x1a\n\x00", "PNG"),
        (b"\x7fELF\x02\x01\x01\x00", "program"),
        (b"MZ\x90\x00\x03\x00\x00\x00", "program"),
        (b"SQLite format 3\x00\x10", "SQLite"),
        (bytes(range(256)) * 40, "binary"),
    ],
)
def test_what_is_no_table_is_left_and_named(content: bytes, looks_like: str, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(content)
    (only,) = read(path, work=tmp_path / "work")
    assert isinstance(only, NotRead)
    assert only.code == "not-a-table"
    assert looks_like in only.why


@pytest.mark.parametrize(
    "content",
    [
        b"MZ,date,amount\nM1,2024-01-01,5\n",
        b"[id],[date],[amount]\n1,2024-01-01,5\n2,2024-01-02,5\n",
        b"{7F3A},2024-01-01,5\n{7F3B},2024-01-02,6\n",
        b"BM,ORC,date\n1,2,2024-01-01\n",
        b"ORC,date\n1,2024-01-01\n",
    ],
)
def test_text_that_begins_like_something_else_is_read(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sales.pdf"
    path.write_bytes(content)
    (only,) = read(path, work=tmp_path / "work")
    assert isinstance(only, RawTable), only


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "utf-32", "gb18030"])
def test_text_in_any_letters_is_text(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "sales"
    path.write_bytes("会员号,日期,金额\nA1,2024-01-01,5\nA2,2024-01-02,5\n".encode(encoding))
    (only,) = read(path, work=tmp_path / "work")
    assert isinstance(only, RawTable)
    assert (only.headings, only.rows) == (("会员号", "日期", "金额"), 2)


@pytest.mark.parametrize("content", [b"", b"\n\n \r\n", b"\xef\xbb\xbf", b"customer,date,amount\n"])
def test_nothing_in_it(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(content)
    (only,) = read(path, work=tmp_path / "work")
    assert isinstance(only, NotRead)
    assert only.code == "empty"


def test_a_path_that_leads_nowhere_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_bytes(SALES)
    with pytest.raises(NoSuchFile, match="march") as refused:
        next(raw_tables([tmp_path / "sales.csv", tmp_path / "march.csv"], engine=ENGINE, work=tmp_path / "work"))
    assert refused.value.code == "no-such-file"


def test_folders_are_read_in_order_each_file_once_and_rubbish_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    (folder / ".git").mkdir()
    for name in ("b/2.csv", "b/1.csv", "a.csv", ".DS_Store", "._a.csv", "Thumbs.db", "~$a.xlsx", ".git/x.csv"):
        (folder / name).write_bytes(SALES)
    os.symlink(folder, folder / "circle")
    os.symlink(folder / "nowhere", folder / "dangling.csv")
    os.mkfifo(folder / "pipe.csv")  # opening it would wait for ever
    found = read(folder, folder / "a.csv", work=tmp_path / "work")
    assert [one.name for one in found if isinstance(one, RawTable)] == ["a.csv", "b/1.csv", "b/2.csv"]
    assert {one.code for one in found if isinstance(one, NotRead)} == {"rubbish"}
    assert len(found) == 3 + 7


def test_files_of_one_name_keep_apart(tmp_path: Path) -> None:
    for folder in ("x", "y"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "sales.csv").write_bytes(SALES)
    found = read(tmp_path / "x/sales.csv", tmp_path / "y", work=tmp_path / "work")
    assert len({one.name for one in found}) == 2
    assert all(one.name.endswith("/sales.csv") for one in found)


def test_a_full_disk_is_said_and_no_file_is_blamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> RawTable:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "sales.csv").write_bytes(SALES)
    monkeypatch.setattr("regulars.history.sources.read_delimited", full)
    with pytest.raises(NoRoom, match="No room left") as refused:
        read(tmp_path / "sales.csv", work=tmp_path / "work")
    assert refused.value.code == "no-room"
    monkeypatch.setattr("regulars.history.archives.Unpacker._unpack", full)
    (tmp_path / "sales.csv.gz").write_bytes(gzip.compress(SALES))
    with pytest.raises(NoRoom):
        read(tmp_path / "sales.csv.gz", work=tmp_path / "work")


def test_an_empty_folder_says_so(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (only,) = read(tmp_path / "in", work=tmp_path / "work")
    assert isinstance(only, NotRead)
    assert only.code == "empty"


def test_progress_reaches_the_whole(tmp_path: Path) -> None:
    (tmp_path / "sales.csv").write_bytes(SALES)
    heard: list[tuple[str, int, int]] = []
    list(
        raw_tables(
            [tmp_path / "sales.csv"],
            engine=ENGINE,
            work=tmp_path / "work",
            progress=lambda what, done, total: heard.append((what, done, total)),
        )
    )
    assert heard[-1] == ("reading sales.csv", len(SALES), len(SALES))


def workbook(path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Sales of January"])
    sheet.append([])
    sheet.append(["card", "sold", "pieces", "amount", "code", "paid"])
    sheet.append(["A1", NAMES_NO_ZONE, 2, 12.5, 4710, True])
    sheet.append([None, None, None, None, None, None])
    sheet.append(["A2", date(2024, 1, 4), 1, 8, "X9", False])
    book.create_sheet("Nothing")
    other = book.create_sheet("February")
    for row in (["card", "amount"], ["A1", 3], ["A2", 4]):
        other.append(row)
    book.save(path)


def test_excel_keeps_types_and_every_sheet_is_a_table(tmp_path: Path) -> None:
    workbook(tmp_path / "shop.xlsx")
    first, second = read(tmp_path / "shop.xlsx", work=tmp_path / "work")
    assert isinstance(first, RawTable)
    assert isinstance(second, RawTable)
    assert (first.name, second.name) == ("shop.xlsx/Sheet", "shop.xlsx/February")
    assert (first.typed, first.delimiter, first.rows) == (True, None, 2)
    assert first.headings == ("card", "sold", "pieces", "amount", "code", "paid")
    assert rows_of(first) == [
        (4, "A1", NAMES_NO_ZONE, 2, 12.5, "4710", True),
        (6, "A2", datetime.combine(date(2024, 1, 4), time(0)), 1, 8.0, "X9", False),
    ]
    assert first.sha256 != second.sha256
    assert rows_of(second) == [(2, "A1", 3), (3, "A2", 4)]


def test_old_excel_too_without_heading_and_not_in_the_corner(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("one")
    for row, (card, amount) in enumerate([("A1", 5.0), ("A2", 6.5), ("A1", 7.25)], start=3):
        sheet.write(row, 2, card)
        sheet.write(row, 3, amount)
    book.save(str(tmp_path / "shop.xls"))
    (only,) = read(tmp_path / "shop.xls", work=tmp_path / "work")
    assert isinstance(only, RawTable)
    assert (only.name, only.headings) == ("shop.xls", None)
    assert rows_of(only) == [(4, "A1", 5.0), (5, "A2", 6.5), (6, "A1", 7.25)]


def test_a_cell_in_the_last_corner_does_not_fill_the_memory(tmp_path: Path) -> None:
    workbook(tmp_path / "shop.xlsx")
    book = openpyxl.load_workbook(tmp_path / "shop.xlsx")
    book.worksheets[0].cell(1_048_576, 16_384).value = 1
    book.save(tmp_path / "shop.xlsx")
    (only,) = read(tmp_path / "shop.xlsx", work=tmp_path / "work")
    assert isinstance(only, NotRead)
    assert (only.code, "very far out" in only.why) == ("not-a-table", True)


def test_a_sheet_may_be_wide_or_begin_late(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for column in range(1, 301):
        sheet.cell(2_000, column).value = f"c{column}"
        sheet.cell(2_001, column).value = column
    book.save(tmp_path / "wide.xlsx")
    (only,) = read(tmp_path / "wide.xlsx", work=tmp_path / "work")
    assert isinstance(only, RawTable)
    assert (only.width, only.rows, only.headings and only.headings[299]) == (300, 1, "c300")
    assert rows_of(only)[0][:3] == (2_001, 1, 2)


def test_a_broken_workbook_is_left(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    (only,) = read(tmp_path / "old.xls", work=tmp_path / "work")
    assert isinstance(only, NotRead)
    assert only.code == "not-a-table"


def test_parquet_is_read_where_it_lies(tmp_path: Path) -> None:
    table = pa.table({"line": ["a", "b", "c"], "Date": [1, 2, 3], "date": [b"x", b"y", None]})
    pq.write_table(table, tmp_path / "it's.parquet", row_group_size=2)
    (only,) = read(tmp_path / "it's.parquet", work=tmp_path / "work")
    assert isinstance(only, RawTable)
    assert (only.headings, only.rows, only.typed) == (("line", "Date", "date"), 3, True)
    assert rows_of(only) == [(1, "a", 1, "x"), (2, "b", 2, "y"), (3, "c", 3, None)]
    assert not (tmp_path / "work").exists()


def test_parquet_with_lists_without_rows_or_cut_short_is_left(tmp_path: Path) -> None:
    pq.write_table(pa.table({"items": [["a"], ["b"]]}), tmp_path / "1.parquet")
    pq.write_table(pa.table({"a": pa.array([], pa.int64())}), tmp_path / "2.parquet")
    (tmp_path / "3.parquet").write_bytes((tmp_path / "1.parquet").read_bytes()[:50])
    found = read(tmp_path, work=tmp_path.parent / "work")
    assert [one.code for one in found if isinstance(one, NotRead)] == ["nested", "empty", "damaged"]


@pytest.mark.slow
def test_the_real_data_sets(shared_data: Path, tmp_path: Path) -> None:
    found = {one.name: one for one in read(shared_data, work=tmp_path)}
    sizes = {name: (one.rows, one.refused_rows, one.width) for name, one in found.items() if isinstance(one, RawTable)}
    sizes.pop("INDEX.md", None)
    assert sizes == {
        "airline_loyalty/airline_loyalty.zip/Airline Loyalty Data Dictionary.csv": (26, 0, 3),
        "airline_loyalty/airline_loyalty.zip/Customer Flight Activity.csv": (405_624, 0, 10),
        "airline_loyalty/airline_loyalty.zip/Customer Loyalty History.csv": (16_737, 0, 16),
        "cdnow/CDNOW_master.txt": (69_659, 0, 4),
        "cdnow/CDNOW_sample.txt": (6_919, 0, 5),
        "cdnow/cdnow_customers_summary.csv": (2_357, 0, 4),
        "cdnow/cdnow_customers_summary_with_transactions.csv": (2_357, 0, 5),
        "groceries/groceries.basket": (9_835, 0, 1),
        "mobile_survey/mobi.csv": (250, 0, 24),
        "online_retail/online_retail_2009_2011_tidy.parquet": (1_044_847, 0, 8),
        "promotion_test/Test.csv": (41_650, 0, 10),
        "promotion_test/training.csv": (84_534, 0, 10),
        "tafeng/ta_feng.csv.zip/ta_feng_all_months_merged.csv": (817_741, 0, 9),
        "telco/Telco-Customer-Churn.csv": (7_043, 0, 21),
    }
    left_out = [one for one in found.values() if isinstance(one, NotRead)]
    assert sorted(one.why for one in left_out if one.code != "rubbish") == ["looks like JSON"] * 7
    assert sum(one.code == "rubbish" for one in left_out) == 3


def test_links_in_a_circle_are_named_and_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / "a.csv").write_text("customer,date,amount\n1,2024-01-13,5.50\n")
    (folder / "x").symlink_to(folder / "y")
    (folder / "y").symlink_to(folder / "x")
    found = read(folder, work=tmp_path / "work")
    assert [(one.name, getattr(one, "code", "read")) for one in found] == [
        ("a.csv", "read"), ("x", "rubbish"), ("y", "rubbish"),
    ]  # fmt: skip


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_given_by_name_is_refused_by_name(tmp_path: Path, device: str) -> None:
    with pytest.raises(NoSuchFile, match=device):
        read(Path(device), work=tmp_path / "work")


def test_a_sheet_saved_with_empty_columns_in_it_has_its_heading(tmp_path: Path) -> None:
    path = tmp_path / "sparse.csv"
    path.write_text(",customer,,date,amount,,\n" + ",C1,,2024-01-13,5.50,,\n" * 20)
    (table,) = read(path, work=tmp_path / "work")
    assert isinstance(table, RawTable)
    assert table.headings is not None
    assert table.headings[1:5] == ("customer", "column 3", "date", "amount")
    assert table.rows == 20


def test_a_name_that_is_no_letters_is_shown_and_read(tmp_path: Path) -> None:
    folder = tmp_path / "given"
    folder.mkdir()
    (folder / os.fsdecode(b"m\xe4rz.csv")).write_bytes(SALES)
    (folder / "a\nb \U0001f4a5 'x'.csv").write_bytes(SALES.replace(b"C1", b"C9"))
    pq.write_table(pa.table({"customer": [1]}), tmp_path / "plain.parquet")
    (tmp_path / "plain.parquet").rename(folder / os.fsdecode(b"m\xe4rz.parquet"))
    read_in, shown, left_out = read(folder, work=tmp_path / "work")
    assert rows_of(read_in)[0][1] == "C9"
    assert (shown.name, left_out.name) == (r"m\xe4rz.csv", r"m\xe4rz.parquet")
    assert rows_of(shown)[0][1] == "C1"
    assert isinstance(left_out, NotRead)


def test_a_disk_that_cannot_be_read_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("regulars.history.sources.kind_of", broken)
    (tmp_path / "a.csv").write_bytes(SALES)
    with pytest.raises(NoSuchFile, match=r"a\.csv could not be read: .*Input/output error"):
        read(tmp_path / "a.csv", work=tmp_path / "work")
