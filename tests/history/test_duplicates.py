"""Which lines are duplicates, and which are not."""

from pathlib import Path

import pytest
from tests.history.staged import Line, line, receipt, staged

from regulars.history import duplicates
from regulars.history.engine import Engine
from regulars.history.lake import Added, Lake


def added(tmp_path: Path, *files: list[Line], has_time: bool = False) -> list[Added]:
    lake = Lake(tmp_path / "lake")
    return [lake.add(staged(tmp_path, f"{number}.csv", lines, has_time=has_time)) for number, lines in enumerate(files)]


TEA, BREAD, MILK = line(), line(product="bread", amount=250), line(product="milk", amount=120)
OTHERS = [entry for n in range(30) for entry in receipt(f"x{n}", line(f"c{n}"), line(f"c{n}", product="jam"))]


@pytest.mark.parametrize(
    ("what", "lines", "surplus"),
    [
        ("equal lines of one receipt stay", receipt("1", TEA, TEA, BREAD), 0),
        ("the receipt again, later in the file", [*receipt("1", TEA, BREAD), *OTHERS, *receipt("1", TEA, BREAD)], 2),
        ("part of it again", [*receipt("1", TEA, BREAD), *OTHERS, *receipt("1", BREAD)], 1),
        ("again with equal lines in it", [*receipt("1", TEA, TEA), *OTHERS, *receipt("1", TEA, TEA)], 2),
        ("again with one more: the most counts", [*receipt("1", TEA), *OTHERS, *receipt("1", TEA, TEA)], 1),
        (
            "parted by another till: its equal lines stay",
            [*receipt("1", TEA, BREAD), *OTHERS, *receipt("1", MILK, TEA, line(product="eggs"))],
            0,
        ),
        (
            "parted: one line of three, equal to one before",
            [*receipt("1", TEA, BREAD, MILK), *OTHERS, *receipt("1", TEA)],
            0,
        ),
        ("again with a corrected line: no duplicate", [*receipt("1", TEA), *OTHERS, *receipt("1", MILK)], 0),
        ("same number, another day", [*receipt("1", TEA), *OTHERS, *receipt("1", line(day="2024-01-06"))], 0),
        (
            "same number, another store",
            [*receipt("1", line(store="A")), *OTHERS, *receipt("1", line(store="B"))],
            0,
        ),
        ("a file sorted by product holds no blocks", [*OTHERS[::2], *OTHERS[1::2]], 0),
        ("a file appended to itself", [*OTHERS, *OTHERS], len(OTHERS)),
        ("three times", [*OTHERS, *OTHERS, *OTHERS], 2 * len(OTHERS)),
        (
            "the same line number, side by side",
            receipt("1", {**TEA, "receipt_line": "1"}, {**TEA, "receipt_line": "1"}, {**TEA, "receipt_line": "2"}),
            1,
        ),
        (
            "a line number that always says the same is none",
            receipt("1", {**TEA, "receipt_line": "1"}, {**TEA, "receipt_line": "1"}),
            0,
        ),
        (
            "a line number taken back is a return, not a duplicate",
            receipt(
                "1",
                {**TEA, "receipt_line": "1"},
                {**line(amount=-300), "receipt_line": "1"},
                {**MILK, "receipt_line": "2"},
            ),
            0,
        ),
        ("anonymous lines without receipt", [line(None), *OTHERS, line(None)], 0),
        ("no receipts: somebody who comes twice a day", [TEA, *[line(f"c{n}") for n in range(9)], TEA], 0),
    ],
)
def test_within_a_file(tmp_path: Path, what: str, lines: list[Line], surplus: int) -> None:
    (result,) = added(tmp_path, lines)
    assert (result.duplicates, result.rows_kept) == (surplus, len(lines) - surplus), what


def test_without_receipts_but_with_hours_a_moment_is_a_receipt(tmp_path: Path) -> None:
    bought = [line("ada", at="10:01"), line("ada", "2024-01-05", "bread", at="10:01"), line("bob", at="10:02")]
    (result,) = added(tmp_path, [*bought, line("eve", at="10:03"), *bought], has_time=True)
    assert result.duplicates == 3


def test_without_receipts_and_hours_a_run_that_comes_again_is_a_second_arrival(tmp_path: Path) -> None:
    days = [line(f"c{n}", product=p) for n in range(20) for p in ("tea", "tea", "jam")]
    (result,) = added(tmp_path, [*days, *days])
    assert (result.duplicates, result.rows_kept) == (60, 60)


@pytest.mark.parametrize(
    ("what", "first", "second", "surplus"),
    [
        ("the border of two months", receipt("1", TEA, TEA), [*receipt("1", TEA, TEA), *receipt("2", MILK)], 2),
        ("the second has more of it", receipt("1", TEA), receipt("1", TEA, TEA), 1),
        ("other days", receipt("1", TEA), receipt("1", line(day="2024-01-06")), 0),
        ("anonymous without receipt", [line(None)], [line(None), MILK], 0),
        ("anonymous with receipt", receipt("1", line(None)), [*receipt("1", line(None)), MILK], 1),
        ("the second does not know categories", receipt("1", {**TEA, "category": "hot"}), receipt("1", TEA), 1),
        (
            "line numbers",
            receipt("1", {**TEA, "receipt_line": "1"}, {**TEA, "receipt_line": "2"}),
            receipt("1", {**TEA, "receipt_line": "2"}, {**TEA, "receipt_line": "3"}),
            1,
        ),
        ("stores that differ", receipt("1", {**TEA, "store": "A"}), receipt("1", {**TEA, "store": "B"}), 0),
    ],
)
def test_across_files(tmp_path: Path, what: str, first: list[Line], second: list[Line], surplus: int) -> None:
    results = added(tmp_path, first, second)
    assert [result.duplicates for result in results] == [0, surplus], what


def test_what_was_set_aside_comes_back_with_its_counts(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    lake.add(staged(tmp_path, "jan.csv", receipt("1", TEA, BREAD)))
    lake.add(staged(tmp_path, "feb.csv", [*receipt("1", TEA, BREAD), *receipt("2", line(day="2024-02-01"))]))
    (_, february) = lake.files()
    assert (february.rows_kept, february.set_aside, dict(february.refused_by_reason)) == (1, 2, {"duplicate": 2})
    with Engine() as engine:
        shown = engine.rows(lake.refused(engine).order_by("line"))
    assert [(row["file"], row["line"], row["reason"], row["value"]) for row in shown] == [
        ("feb.csv", 2, "duplicate", "1"),
        ("feb.csv", 3, "duplicate", "1"),
    ]

    lake.forget("jan.csv")

    (february,) = Lake(lake.folder).files()
    assert (february.rows_read, february.rows_kept, dict(february.refused_by_reason)) == (3, 3, {})
    with Engine() as engine:
        assert len(engine.rows(lake.lines(engine))) == 3
        assert engine.rows(lake.refused(engine)) == []


def test_what_two_others_brought_comes_back_only_when_both_are_gone(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    for number in range(3):
        lake.add(staged(tmp_path, f"{number}.csv", [*receipt("1", TEA), *receipt(f"own {number}", MILK)]))
    assert [entry.rows_kept for entry in lake.files()] == [2, 1, 1]
    lake.forget("0.csv")
    assert [entry.rows_kept for entry in lake.files()] == [2, 1]
    lake.forget("1.csv")
    assert [entry.rows_kept for entry in lake.files()] == [2]


def test_slices_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(duplicates, "_ROWS_AT_ONCE", 7)
    first, second = added(tmp_path, [*OTHERS, *OTHERS], [*OTHERS, *receipt("1", TEA)])
    assert (first.duplicates, second.duplicates, second.rows_kept) == (60, 60, 1)


def test_equal_lines_of_a_real_file_all_stay(tmp_path: Path, shared_data: Path) -> None:
    """CDNOW has 255 lines that are written elsewhere in the file as well: bought twice that day, not sent twice."""
    text = (shared_data / "cdnow" / "CDNOW_master.txt").read_text()
    rows = [row.split() for row in text.splitlines()[1:]]
    lines = [
        line(c, f"{d[:4]}-{d[4:6]}-{d[6:]}", "cd", int(m.replace(".", "")), quantity=q, kind="sale")
        for c, d, q, m in rows
    ]
    assert len(rows) - len({tuple(row) for row in rows}) == 255
    (once,) = added(tmp_path, lines)
    assert (once.duplicates, once.rows_kept) == (0, 69_659)
