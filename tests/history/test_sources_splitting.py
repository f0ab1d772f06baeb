"""The two splitters agree, and no line is ever lost or invented."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from regulars.basics.progress import silent
from regulars.history.blocks import split_fast
from regulars.history.careful import CarefulSplitter
from regulars.history.delimited import read_delimited
from regulars.history.dialect import Dialect
from regulars.history.engine import Engine
from regulars.history.moves import RawTable
from regulars.history.sieve import split_sieved
from regulars.history.splitting import Cut, Marks, fields

COMMA = Marks(",")
ENGINE = Engine(threads=1)


def rows_of(table: RawTable, engine: Engine) -> list[tuple[Any, ...]]:
    return engine.connection.sql(f"SELECT * FROM ({table.query}) ORDER BY line").fetchall()


def refused_of(table: RawTable, engine: Engine) -> list[tuple[Any, ...]]:
    if table.refused is None:
        return []
    return engine.connection.sql(f"SELECT line, reason, row FROM '{table.refused}' ORDER BY line").fetchall()


def read(content: bytes, folder: Path, engine: Engine, block_bytes: int = 1 << 20) -> tuple[RawTable, Any, Any]:
    path = folder / "dirty.csv"
    path.write_bytes(content)
    table = read_delimited(path, "dirty.csv", folder / "split", progress=silent, block_bytes=block_bytes)
    rows, refused = rows_of(table, engine), refused_of(table, engine)
    assert (len(rows), len(refused)) == (table.rows, table.refused_rows)
    return table, rows, refused


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b,c", ["a", "b", "c"]),
        (",,", ["", "", ""]),
        ('"a,b","c ""d""",e', ["a,b", 'c "d"', "e"]),
        ('"",""', ["", ""]),
        ('12" monitor,5', ['12" monitor', "5"]),
        ('a, "b, c" ,d', ["a", "b, c", "d"]),
        ('"open,1', Cut.OPEN),
        ('"a "b" c",1', Cut.MALFORMED),
    ],
)
def test_fields_by_the_rules_of_quoting(text: str, expected: list[str] | Cut) -> None:
    assert fields(text, COMMA) == expected


def test_stray_quotes_are_forgiven_when_asked() -> None:
    assert fields('"12" monitor",5', COMMA, lenient=True) == ['12" monitor', "5"]
    assert fields('x,"open,1', COMMA, literal=True) == ["x", '"open', "1"]
    assert fields(r'"a \"b\" c",1', Marks(",", escape=True)) == ['a "b" c', "1"]


soup = st.lists(
    st.sampled_from([",", ",", '"', '"', "\n", "\n", "\r\n", "a", "1", " ", "ä", '""', '","', '"\n"', "\r", "1,2,3\n"]),
    max_size=60,
).map("".join)


@settings(deadline=None, max_examples=400)
@given(soup)
@example('a,"b\nc",d\n\n"e",f,g\n')
@example('"a,1,2\n3,4,5\n6,7,8\n9,10",11,12\n')
def test_what_the_fast_splitter_accepts_the_careful_one_reads_the_same(text: str) -> None:
    block = text.encode() + b"\n"
    dialect = Dialect(COMMA, width=3, usual=3, least=3, skip_lines=0, headings=None)
    fast = split_fast(block, dialect, first_line=7)
    if fast is None:
        return
    taken = block[: fast.consumed]
    careful = CarefulSplitter("soup.csv", dialect).split(taken, 7, final=True)
    assert careful.refused == []
    assert careful.lines.tolist() == fast.lines.tolist()
    assert [column.to_pylist() for column in careful.columns] == [column.to_pylist() for column in fast.columns]
    assert careful.newlines == fast.newlines == taken.count(b"\n")


@settings(deadline=None, max_examples=300)
@given(soup, st.integers(1, 40))
def test_every_line_that_is_not_blank_is_in_exactly_one_row_or_refusal(text: str, cut: int) -> None:
    dialect = Dialect(COMMA, width=3, usual=3, least=3, skip_lines=0, headings=None)
    splitter = CarefulSplitter("soup.csv", dialect)
    block = (text + "\n").encode()
    whole = splitter.split(block, 1, final=True)
    assert (whole.consumed, whole.newlines) == (len(block), block.count(b"\n"))
    begins = sorted([*whole.lines.tolist(), *(int(str(row["line"])) for row in whole.refused)])
    assert len(begins) == len(set(begins))
    lines = text.split("\n")
    blank = {number for number, line in enumerate(lines, 1) if not line.strip(" \r\x1a")}
    # A line that begins no record is blank or the rest of a quoted field: then the record before holds a line end.
    kept = [cell for column in whole.columns for cell in column.to_pylist()]
    within = sum(str(row["row"]).count("\n") for row in whole.refused) + sum((cell or "").count("\n") for cell in kept)
    assert len(lines) - len(blank) <= len(begins) + within
    # In two pieces it is the same.
    first = splitter.split(block[:cut], 1, final=False)
    second = splitter.split(block[first.consumed :], 1 + first.newlines, final=True)
    assert first.lines.tolist() + second.lines.tolist() == whole.lines.tolist()
    assert first.refused + second.refused == whole.refused


@settings(deadline=None, max_examples=400)
@given(soup, st.booleans(), st.sampled_from([2, 3]))
def test_sieving_a_block_changes_nothing(text: str, final: bool, least: int) -> None:
    block = ("1,2,3\n" * 3 + text + "\n1,2,3\n" * 3).encode()
    splitter = CarefulSplitter("soup.csv", Dialect(COMMA, width=3, usual=3, least=least, skip_lines=0, headings=None))
    sieved = split_sieved(block, splitter, 5, final=final)
    if sieved is None:
        return
    careful = splitter.split(block, 5, final=final)
    assert sieved.lines.tolist() == careful.lines.tolist()
    assert [column.to_pylist() for column in sieved.columns] == [column.to_pylist() for column in careful.columns]
    assert sieved.refused == careful.refused
    assert (sieved.consumed, sieved.newlines) == (careful.consumed, careful.newlines)


cell = st.text(alphabet=st.sampled_from('ab1é会員 ,;"\n|'), max_size=8)
good = st.tuples(st.just("good"), st.lists(cell, min_size=4, max_size=4))
dirt = st.sampled_from(
    [
        ("blank", b""),
        ("blank", b"   "),
        ("short", b"x"),
        ("long", b"1,2,3,4,5,6"),
        ("bytes", b"caf\xe9 \xff,1,2,3"),
        ("open", b'"opened" and not'),
    ]
)


def written(row: Sequence[str]) -> bytes:
    quoted = (
        f'"{text.replace(chr(34), chr(34) * 2)}"' if set(text) & set(',"\n') or text != text.strip() else text
        for text in row
    )
    return ",".join(quoted).encode()


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.one_of(good, good, good, dirt), max_size=25), st.sampled_from([b"\n", b"\r\n"]), st.integers(200, 2000)
)
def test_any_mixture_of_dirt_loses_nothing_and_invents_nothing(
    records: list[tuple[str, Any]], end: bytes, block_bytes: int
) -> None:
    begin = [["Café 1", "2024-01-01", "3", "9.50"]] * 60  # enough for its look to be plain
    content = b"customer,date,quantity,amount" + end + end.join(map(written, begin)) + end
    line, expected, refused_lines = 62, [], []
    for kind, record in records:
        raw = written(record) if kind == "good" else record
        if kind == "good" and raw.strip():
            expected.append((line, *record))
        elif kind != "blank":
            refused_lines.append(line)
        content += raw + end
        line += raw.count(b"\n") + 1
    with TemporaryDirectory() as folder:
        table, rows, refused = read(content, Path(folder), ENGINE, block_bytes)
    assert table.headings == ("customer", "date", "quantity", "amount")
    assert rows[60:] == expected
    assert [line for line, _, _ in refused] == refused_lines


@pytest.mark.parametrize("block_bytes", [64, 1 << 20])
def test_a_quote_that_never_closes_takes_nothing_with_it(tmp_path: Path, block_bytes: int) -> None:
    rows = [f"C{number},2024-01-01,{number},9.50" for number in range(300)]
    rows[10] = '"C10,2024-01-01,10,9.50'  # the quote is kept as written
    rows[20] = '"C20,2024-01-01'
    rows[30] = 'C30,2024-01-01,30,"9.50'
    rows[40] = 'C40,"12" monitor",40,9.50'
    rows[50] = 'C50,"two\nlines, and ""quotes""",50,9.50'
    content = "\n".join(["customer,product,quantity,amount", *rows]).encode()
    table, kept, refused = read(content, tmp_path, ENGINE, block_bytes)
    assert table.rows == 299
    assert [(line, reason) for line, reason, _ in refused] == [(22, "unclosed-quote")]
    by_line = {row[0]: row[1:] for row in kept}
    assert by_line[12][0] == '"C10'
    assert by_line[32] == ("C30", "2024-01-01", "30", '"9.50')
    assert by_line[42][1] == '12" monitor'
    assert by_line[52] == ("C50", 'two\nlines, and "quotes"', "50", "9.50")
    assert by_line[54][0] == "C51"  # the line after the one that had two
