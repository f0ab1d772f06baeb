"""Which return takes back what of which sale."""

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.staged import Line, line, receipt, staged

from regulars.history.engine import Engine
from regulars.history.lake import Lake

Pair = tuple[int, int, str]


def matched(home: Path, lines: list[Line]) -> tuple[list[Pair], list[int]]:
    """Pairs (line of the return, line of the sale, quantity) and lines that came back whole; the first line is 2."""
    with Lake(home / "lake", memory="300MB", threads=1) as lake, Engine(memory="300MB", threads=1) as engine:
        lake.add(staged(home, "a.csv", lines, has_time=True))
        table = lake.lines(engine)
        whole = [row["line"] for row in engine.rows(table.filter(table.returned).select("line").order_by("line"))]
        pairs = [
            (row["return_line"], row["sale_line"], f"{row['quantity'].normalize():f}")
            for row in engine.rows(lake.returned_pairs(engine).order_by("return_line", "sale_line"))
        ]
    return pairs, whole


def sale(day: int, quantity: object = 1, amount: int = 300, **more: Any) -> Line:
    return line(day=f"2024-01-{day:02d}", quantity=quantity, amount=amount, **more)


def back(day: int, quantity: int = -1, amount: int = -300, **more: Any) -> Line:
    return line(day=f"2024-01-{day:02d}", quantity=quantity, amount=amount, kind="return", **more)


@pytest.mark.parametrize(
    ("what", "lines", "pairs", "whole"),
    [
        ("the line mirrored", [sale(1), back(2)], [(3, 2, "1")], [2]),
        ("at the same moment", [back(1), sale(1)], [(2, 3, "1")], [3]),
        ("never of a later sale", [back(1), sale(2)], [], []),
        ("nor of another product", [sale(1), back(2, product="jam")], [], []),
        ("nor of another customer", [sale(1), back(2, customer="bob")], [], []),
        ("the last one sold, of several alike", [sale(1), sale(2), back(3)], [(4, 3, "1")], [3]),
        ("each sale once", [sale(1), back(2), back(3)], [(3, 2, "1")], [2]),
        ("a return before any sale takes nothing from a later return", [back(1), sale(2), back(3)], [(4, 3, "1")], [3]),
        (
            "the store it was bought in",
            [sale(1, store="A"), sale(2, store="B"), back(3, store="A")],
            [(4, 2, "1")],
            [2],
        ),
        (
            "the receipt that it names",
            [*receipt("100", sale(1)), *receipt("101", sale(2)), *receipt("C100", back(3))],
            [(4, 2, "1")],
            [2],
        ),
        ("the price that was paid", [sale(1, amount=250), sale(2), back(3, amount=-250)], [(4, 2, "1")], [2]),
        ("a part of a line", [sale(1, 10, 3000), back(2, -4, -1200)], [(3, 2, "4")], []),
        (
            "in several parts until it is all back",
            [sale(1, 10, 3000), back(2, -4, -1200), back(3, -6, -1800)],
            [(3, 2, "4"), (4, 2, "6")],
            [2],
        ),
        (
            "across two sales, the first first",
            [sale(1, 2, 600), sale(2, 2, 600), back(3, -3, -900)],
            [(4, 2, "2"), (4, 3, "1")],
            [2],
        ),
        ("more than was sold: what there is", [sale(1, 2, 600), back(2, -5, -1500)], [(3, 2, "2")], [2]),
        ("the goods, but not the money", [sale(1), back(2, amount=-100)], [(3, 2, "1")], []),
        (
            "thirds do not add up to the cent",
            [sale(1, 3, 1000), *[back(2, amount=-333)] * 3],
            [(3, 2, "1"), (4, 2, "1"), (5, 2, "1")],
            [2],
        ),
        (
            "anonymous, with its receipt",
            [*receipt("7", sale(1, customer=None)), *receipt("C7", back(2, customer=None))],
            [(3, 2, "1")],
            [2],
        ),
        ("anonymous, without", [sale(1, customer=None), back(2, customer=None)], [], []),
        (
            "without quantities a line is a piece",
            [sale(1, None), line(day="2024-01-02", quantity=None, amount=-300)],
            [(3, 2, "1")],
            [2],
        ),
    ],
)
def test_a_return_finds_its_sale(
    tmp_path: Path, what: str, lines: list[Line], pairs: list[Pair], whole: list[int]
) -> None:
    assert matched(tmp_path, lines) == (pairs, whole), what


EVENT = st.tuples(
    st.integers(1, 9), st.sampled_from([-3, -2, -1, 1, 2, 3]), st.sampled_from(["A", "B"]), st.sampled_from([100, 101])
)


@pytest.mark.slow
@settings(deadline=None, max_examples=20)
@given(st.lists(EVENT, min_size=2, max_size=14))
def test_no_piece_comes_back_twice_or_before_it_was_sold_and_none_is_forgotten(
    events: list[tuple[int, int, str, int]],
) -> None:
    lines = [
        line(day=f"2024-01-0{day}", quantity=n, amount=n * price, store=store, receipt=str(at))
        for at, (day, n, store, price) in enumerate(events)
    ]
    with tempfile.TemporaryDirectory() as folder:
        pairs, whole = matched(Path(folder), lines)
    left = {at: abs(n) for at, (_, n, _, _) in enumerate(events)}
    for returned, sold, quantity in pairs:
        (day_back, n_back, _, _), (day_sold, n_sold, _, _) = events[returned - 2], events[sold - 2]
        assert n_back < 0 < n_sold
        assert day_sold <= day_back
        left[returned - 2] -= int(quantity)
        left[sold - 2] -= int(quantity)
    assert min(left.values()) >= 0
    assert all(left[at - 2] == 0 for at in whole)
    for at, (day, n, _, _) in enumerate(events):
        if n < 0 and left[at]:
            assert not any(left[s] for s, (d, m, _, _) in enumerate(events) if m > 0 and d <= day), "a match was missed"
