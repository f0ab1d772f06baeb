"""Letters are found by themselves, also in files too short or too long for statistics."""

from pathlib import Path

import pytest

from regulars.basics.progress import silent
from regulars.history.delimited import read_delimited
from regulars.history.encodings import Utf8Stream, encoding_of
from regulars.history.engine import Engine

ENGINE = Engine(threads=1)
CYRILLIC = "имя,дата,сумма\nИванов,2024-01-01,5\nБулгаков,2024-01-02,7\n"  # noqa: RUF001
SIMPLIFIED = "会员号,日期,金额,商品\nA1,2024-01-03,12.50,纯牛奶\nA2,2024-01-04,8.00,苹果（红富士）\n"
TRADITIONAL = "會員,日期,金額,門市,商品\nA1,2024-01-03,125,臺北店,鮮奶\nA2,2024-01-04,80,新竹店,蘋果\n"
WESTERN = "Kunde,Datum,Betrag,Artikel\nMüller,2024-01-03,12.50,Käse\nGroß,2024-01-04,8.00,Äpfel – süß\n"


@pytest.mark.parametrize(
    ("text", "written", "found"),
    [
        (SIMPLIFIED, "gb18030", "gb18030"),
        (SIMPLIFIED.split("\n")[0] + "\n1,2,3,4\n", "gb18030", "gb18030"),
        (TRADITIONAL, "cp950", "cp950"),
        (TRADITIONAL.split("\n")[0] + "\n1,2,3,4,5\n", "cp950", "cp950"),
        (WESTERN, "cp1252", "cp1252"),
        (WESTERN.replace("–", "-"), "latin-1", "cp1252"),
        (SIMPLIFIED, "utf-8", "utf-8"),
        (SIMPLIFIED, "utf-8-sig", "utf-8"),
        (SIMPLIFIED, "utf-16", "utf-16-le"),
        (TRADITIONAL, "utf-16-be", "utf-16-be"),
        (WESTERN, "utf-16-le", "utf-16-le"),
        (CYRILLIC * 5, "cp1251", "cp1251"),
    ],
)
def test_encodings_are_found_and_every_letter_arrives(text: str, written: str, found: str, tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(text.encode(written))
    table = read_delimited(path, "sales.csv", tmp_path / "split", progress=silent, block_bytes=7)
    assert table.encoding == found
    lines = text.splitlines()
    assert table.headings == tuple(lines[0].split(","))
    rows = ENGINE.connection.sql(f"SELECT * EXCLUDE line FROM ({table.query}) ORDER BY line").fetchall()
    assert rows == [tuple(line.split(",")) for line in lines[1:]]


def test_a_mark_before_latin_1_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\xef\xbb\xbf" + WESTERN.encode("cp1252"))
    table = read_delimited(path, "sales.csv", tmp_path / "split", progress=silent)
    assert (table.encoding, table.headings) == ("cp1252", ("Kunde", "Datum", "Betrag", "Artikel"))


def test_letters_that_come_late_decide_then() -> None:
    stream = Utf8Stream(encoding_of([b"a,b\n1,2\n" * 100]))
    assert stream.encoding is None
    assert stream.feed(b"1,2\n" * 10) == b"1,2\n" * 10
    assert stream.feed("3,纯牛奶\n4,会员\n".encode("gb18030")).decode() == "3,纯牛奶\n4,会员\n"
    assert stream.encoding == "gb18030"


def test_a_letter_torn_apart_does_not_mislead() -> None:
    stream = Utf8Stream(None)
    text = "1,2\n3,牛奶\n".encode()
    torn = text.index("牛".encode()) + 1
    assert stream.feed(text[:torn]) + stream.feed(text[torn:], final=True) == text
    assert stream.encoding == "utf-8"


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_marks_within_the_text_are_dropped_also_when_torn(size: int) -> None:
    stream, text = Utf8Stream("utf-8"), "\ufeffa,会\ufeff\ufeff员,\uf900b\n\ufeffc".encode()
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    got = b"".join(stream.feed(piece, final=number == len(pieces)) for number, piece in enumerate(pieces, 1))
    assert got.decode() == "a,会员,\uf900b\nc"


def test_a_few_broken_bytes_cost_only_their_rows(tmp_path: Path) -> None:
    rows = [f"会员{number},2024-01-01,{number}" for number in range(50)]
    raw = "\n".join(["会员号,日期,金额", *rows]).encode().split(b"\n")
    raw[20] = b"\xff\xfe\xba,2024-01-01,7"
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\n".join(raw))
    table = read_delimited(path, "sales.csv", tmp_path / "split", progress=silent)
    assert (table.rows, table.refused_rows, table.encoding) == (49, 1, "utf-8")
    assert ENGINE.connection.sql(f"SELECT line, reason, row FROM '{table.refused}'").fetchall() == [
        (21, "bad-encoding", "\\xff\\xfe\\xba,2024-01-01,7")
    ]


def test_broken_bytes_in_gb18030_cost_only_their_rows(tmp_path: Path) -> None:
    raw = ("会员号,日期,金额\n" + "会员,2024-01-01,5\n" * 30).encode("gb18030").split(b"\n")
    raw[9] = b"\xff\xff,2024-01-01,7"
    path = tmp_path / "sales.csv"
    path.write_bytes(b"\n".join(raw))
    table = read_delimited(path, "sales.csv", tmp_path / "split", progress=silent, block_bytes=33)
    assert (table.rows, table.refused_rows, table.encoding) == (29, 1, "gb18030")


def test_zero_bytes_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "sales.csv"
    path.write_bytes(b"customer,date,amount\n" + b"C1\x00\x00,2024-01-01,5\n" * 9 + b"C2,2024-01-02,\x006\n")
    table = read_delimited(path, "sales.csv", tmp_path / "split", progress=silent)
    assert table.rows == 10
    assert ENGINE.connection.sql(f"SELECT DISTINCT c0, c2 FROM ({table.query}) ORDER BY 1").fetchall() == [
        ("C1", "5"),
        ("C2", "6"),
    ]
