"""How a file is written is found from its first rows."""

from pathlib import Path

import pytest

from regulars.basics.progress import silent
from regulars.history.delimited import read_delimited
from regulars.history.dialect import dialect_of
from regulars.history.engine import Engine
from regulars.history.moves import RawTable
from regulars.history.table_top import unique_names

ENGINE = Engine(threads=1)
HEADING = ("customer", "sold at", "product", "amount")
ROWS = [(f"C{n}", f"2024-01-{n % 28 + 1:02d} 10:{n % 60:02d}:00", f"item {n % 7}", f"{n}.50") for n in range(40)]


def read(content: bytes, folder: Path, block_bytes: int = 500) -> tuple[RawTable, list[tuple[object, ...]]]:
    path = folder / "sales.csv"
    path.write_bytes(content)
    table = read_delimited(path, "sales.csv", folder / "split", progress=silent, block_bytes=block_bytes)
    return table, ENGINE.connection.sql(f"SELECT * FROM ({table.query}) ORDER BY line").fetchall()


@pytest.mark.parametrize("sign", list(",;\t|^~#!*§\x01\x1f"))
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends(sign: str, end: str, tmp_path: Path) -> None:
    table, rows = read(end.join(map(sign.join, [HEADING, *ROWS])).encode(), tmp_path)
    assert (table.delimiter, table.headings, table.refused_rows) == (sign, HEADING, 0)
    assert rows == [(line, *row) for line, row in enumerate(ROWS, 2)]


@pytest.mark.parametrize("block_bytes", [1, 2, 3, 50])
def test_returns_and_newlines_may_be_torn_apart(block_bytes: int, tmp_path: Path) -> None:
    table, rows = read(b"customer,amount\rC1,5\rC2,6\r\nC3,7\rC4,8\r", tmp_path, block_bytes)
    assert rows == [(2, "C1", "5"), (3, "C2", "6"), (4, "C3", "7"), (5, "C4", "8")]
    assert table.refused_rows == 0


def test_a_colon_as_delimiter_where_no_times_stand(tmp_path: Path) -> None:
    table, rows = read(b"customer:date:amount\n" + b"C1:20240101:5\nC2:20240102:7\n" * 5, tmp_path)
    assert (table.delimiter, table.width, len(rows)) == (":", 3, 10)


def test_decimal_commas_do_not_split(tmp_path: Path) -> None:
    content = "Kunde;Datum;Menge;Betrag\n" + "".join(f"K{n};01.02.2024;{n},5;{n},99\n" for n in range(20))
    table, rows = read(content.encode(), tmp_path)
    assert (table.delimiter, rows[3]) == (";", (5, "K3", "01.02.2024", "3,5", "3,99"))


def test_white_space_columns(tmp_path: Path) -> None:
    content = "  id    date   amount\n" + "".join(f" {n:05d} 19970101 {n:8.2f}  \n" for n in range(50))
    table, rows = read(content.encode(), tmp_path)
    assert (table.delimiter, table.headings) == (" ", ("id", "date", "amount"))
    assert rows[7] == (9, "00007", "19970101", "7.00")


def test_without_heading_the_first_row_is_data(tmp_path: Path) -> None:
    table, rows = read("\n".join(map(",".join, ROWS)).encode(), tmp_path)
    assert (table.headings, len(rows), rows[0][0]) == (None, 40, 1)


def test_titles_above_and_totals_below(tmp_path: Path) -> None:
    report = ["Sales report, January", "Store: Main street", "", ",".join(HEADING), *map(",".join, ROWS), "Total", ""]
    table, rows = read("\n".join(report).encode(), tmp_path)
    assert (table.headings, table.rows, rows[0][0], rows[-1][0]) == (HEADING, 40, 5, 44)
    assert ENGINE.connection.sql(f"SELECT line, reason, row FROM '{table.refused}'").fetchall() == [
        (45, "totals-line", "Total")
    ]


def test_titles_padded_to_the_width_as_spreadsheets_export_them(tmp_path: Path) -> None:
    report = ["Sales report,,,", ",,,", ",".join(HEADING), *map(",".join, ROWS)]
    table, rows = read("\n".join(report).encode(), tmp_path)
    assert (table.headings, len(rows), rows[0]) == (HEADING, 40, (4, *ROWS[0]))


def test_the_separator_line_of_excel_is_obeyed(tmp_path: Path) -> None:
    table, rows = read("\n".join(["sep=;", *map(";".join, [HEADING, *ROWS])]).encode(), tmp_path)
    assert (table.delimiter, table.headings, rows[0][0]) == (";", HEADING, 3)


def test_a_heading_over_two_lines(tmp_path: Path) -> None:
    table, rows = read(b'customer,"amount\npaid",date\n' + b"C1,5,2024-01-01\nC2,7,2024-01-02\n" * 9, tmp_path)
    assert (table.headings, rows[0][0], len(rows)) == (("customer", "amount paid", "date"), 3, 18)


def test_single_quotes_and_backslashes(tmp_path: Path) -> None:
    table, rows = read(b"customer,product,amount\n" + b"'C1','milk, fresh','5'\n" * 9, tmp_path)
    assert rows[0] == (2, "C1", "milk, fresh", "5")
    table, rows = read(b"customer,product,amount\n" + b'"C1","12\\" disc, new","5"\n' * 9, tmp_path)
    assert (rows[0], table.refused_rows) == ((2, "C1", '12" disc, new', "5"), 0)


def test_missing_trailing_fields_are_filled_up_where_that_is_common(tmp_path: Path) -> None:
    lines = ["customer,date,amount,note", *(f"C{n},2024-01-01,{n}" + ",hello" * (n % 2) for n in range(40))]
    table, rows = read("\n".join(lines).encode(), tmp_path)
    assert (table.width, table.refused_rows, len(rows)) == (4, 0, 40)
    assert rows[0][-1] is None
    assert rows[1][-1] == "hello"


def test_a_delimiter_at_the_end_of_every_row_or_only_of_the_heading(tmp_path: Path) -> None:
    table, rows = read(b"customer,date,amount\n" + b"C1,2024-01-01,5,\nC2,2024-01-02,7,\n" * 9, tmp_path)
    assert (table.headings, table.refused_rows, len(rows)) == (("customer", "date", "amount", "column 4"), 0, 18)
    table, rows = read(b"customer,date,amount,\n" + b"C1,2024-01-01,5\nC2,2024-01-02,7\n" * 9, tmp_path)
    assert (table.headings, table.refused_rows, len(rows)) == (("customer", "date", "amount"), 0, 18)


def test_small_baskets_are_baskets_though_most_hold_two(tmp_path: Path) -> None:
    baskets = ["milk,bread", "beer,milk", "milk,beer,soda", "soda,bread", "bread", "beer,bread", "soda,milk"] * 8
    table, rows = read("\n".join(baskets).encode(), tmp_path)
    assert table.ragged
    assert len(rows) == len(baskets)


def test_baskets_one_a_line_are_ragged(tmp_path: Path) -> None:
    baskets = ["milk,bread", "beer", "milk,beer,soda,bread", "soda,bread,milk", "bread"] * 8
    table, rows = read("\n".join(baskets).encode(), tmp_path)
    assert (table.ragged, table.delimiter, table.width, len(rows)) == (True, ",", 1, 40)
    assert rows[2] == (3, "milk,beer,soda,bread")


def test_prose_is_one_column_and_nothing_is_lost(tmp_path: Path) -> None:
    prose = "Dear team,\nplease find below, as agreed, what we talked about; it is late.\n\nKind regards,\nAnna\n"
    table, rows = read(prose.encode(), tmp_path)
    assert (table.width, table.ragged, table.headings) == (1, False, ("Dear team,",))
    assert [line for line, _ in rows] == [2, 4, 5]


@pytest.mark.parametrize(
    "content", [b"customer,date,amount", b"customer,date,amount\r\n", b"\n\ncustomer,date,amount\n\n"]
)
def test_a_heading_alone_has_no_rows(content: bytes, tmp_path: Path) -> None:
    table, rows = read(content, tmp_path)
    assert (rows, table.refused_rows) == ([], 0)


def test_a_line_beyond_all_measure_is_refused_and_the_rest_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.history.delimited.LINE_BYTES_MAX", 10_000)
    lines = ["customer,date,amount", "C1,2024-01-01,5", "x" * 40_000, "C2,2024-01-02,7", "C3,2024-01-03,7"]
    table, rows = read("\n".join(lines).encode(), tmp_path, block_bytes=1000)
    assert [row[:2] for row in rows] == [(2, "C1"), (4, "C2"), (5, "C3")]
    assert ENGINE.connection.sql(f"SELECT line, reason FROM '{table.refused}'").fetchall() == [(3, "line-too-long")]


def test_names_are_made_unique() -> None:
    assert unique_names(["Date", "date", "", "a  b", "date 2"]) == ["Date", "date 2", "column 3", "a b", "date 2 2"]


def test_headings_are_known_by_what_stands_below() -> None:
    assert dialect_of("V1,V2\n1,2\n3,4\n", whole=True).headings == ("V1", "V2")
    assert dialect_of("会员号,2023,2024\nA,1,2\nB,3,4\n", whole=True).headings is None
    assert dialect_of("town,colour\nUlm,red\nBonn,blue\nUlm,blue\n", whole=True).headings == ("town", "colour")
    assert dialect_of("Ulm,red\nBonn,blue\nUlm,red\nBonn,red\n", whole=True).headings is None
