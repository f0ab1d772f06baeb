"""Pictures: what they draw is what the numbers say."""

import re
from dataclasses import replace
from datetime import date
from typing import cast
from xml.etree import ElementTree

import pyarrow as pa
import pytest
from tests.insight.report import chapters
from tests.insight.report.cast import tea_chain

from regulars.insight.report.numbers import Numbers
from regulars.insight.report.pictures.flow import Link, alluvial, links
from regulars.insight.report.pictures.months import round_ticks
from regulars.insight.report.pictures.network import Arc, in_groups, network
from regulars.insight.report.pictures.vega import apart, axis, drawn, values
from regulars.insight.report.sentences.classes import movement
from regulars.insight.report.sentences.cohorts import by_month, surely_new, triangle
from regulars.insight.report.sentences.first import telling
from regulars.insight.report.sentences.pairs import chapter as pairs_chapter
from regulars.insight.report.words import Words

WORDS = Words("en", Numbers("en", "CNY", 2))
JULY, AUGUST = date(2024, 7, 1), date(2024, 8, 1)


def moved(month: date, source: str, target: str, customers: int) -> dict[str, object]:
    return {"month": month, "from_class": source, "to_class": target, "customers": customers}


FLOW = [
    moved(JULY, "vip", "vip", 10),
    moved(JULY, "ordinary", "vip", 2),
    moved(AUGUST, "vip", "ordinary", 3),
    moved(AUGUST, "vip", "vip", 9),
    moved(AUGUST, "ordinary", "ordinary", 5_000),
    moved(AUGUST, "prospect", "ordinary", 70),
]


@pytest.mark.parametrize(
    ("source", "target", "way", "shown"),
    [
        ("ordinary", "vip", "up", True),
        ("vip", "important", "down", True),
        ("vip", "vip", "stay", True),
        ("ordinary", "ordinary", "stay", False),
        ("prospect", "ordinary", "new", False),
    ],
)
def test_which_ribbons_are_drawn(source: str, target: str, way: str, shown: bool) -> None:
    link = Link(0, source, target, 1)
    assert (link.way, link.drawn) == (way, shown)


def test_movement_in_words() -> None:
    assert movement(FLOW, WORDS) == (
        "In the last month 0 customers moved up and 3 moved down; over 2 months 2 up and 3 down."
    )
    assert movement([], WORDS) is None


def test_ribbons_are_as_thick_as_their_customers() -> None:
    picture = str(alluvial(FLOW, {"vip": "VIP"}, WORDS, "label")).split("</svg>")[0]
    thick: dict[str, list[float]] = {}
    for way, top, bottom in re.findall(r'class="(up|down|stay)" d="M[\d.]+ ([\d.]+)C.*? ([\d.]+)Z"', picture):
        thick.setdefault(way, []).append(float(bottom) - float(top))
    assert thick["stay"] == pytest.approx([thick["up"][0] * 5, thick["down"][0] * 3], rel=0.02)
    assert picture.count("<path") == 4
    assert len(links(FLOW, [JULY, AUGUST])) == 6


@pytest.mark.parametrize("rows", [[], [moved(JULY, "vip", "vip", 0)], [moved(JULY, "ordinary", "ordinary", 7)]])
def test_where_nobody_moved_there_is_no_picture(rows: list[dict[str, object]]) -> None:
    assert alluvial(rows, {}, WORDS, "label") == ""


def test_a_drawing_becomes_part_of_the_page() -> None:
    both = {"x": axis("a", "first"), "y": axis("b", "second", domain=[0, 1])}
    spec = {
        "data": values([{"a": 1, "b": 0.5}, {"a": 2, "b": 1}]),
        "mark": {"type": "line", "clip": True},
        "encoding": both,
    }
    once_more = [drawn(lambda width: spec, name="test", label='A "label" <b>') for _ in range(2)]
    assert once_more[0] == once_more[1]
    wide, narrow = re.findall(r"<svg.*?</svg>", str(once_more[0]), re.DOTALL)
    for picture, kind in ((wide, "wide"), (narrow, "narrow")):
        root = ElementTree.fromstring(picture)
        assert root.get("aria-label") == 'A "label" <b>'
        identities = {element.get("id") for element in root.iter() if element.get("id")}
        assert identities
        assert all(identity and identity.startswith(f"test-{kind}-") for identity in identities)
        assert set(re.findall(r"url\(#([^)]+)\)", picture)) <= identities
        assert "font-family" not in picture
    assert ">first<" in wide


def test_labels_are_pushed_apart_in_their_order() -> None:
    assert apart([3.0, 3.0, 0.0], 1.0) == [3.0, 4.0, 0.0]


@pytest.mark.parametrize("highest", [0.3, 1, 7, 44, 99, 1_000, 123_456, 9.9e13])
def test_round_ticks_reach_up(highest: float) -> None:
    ticks = round_ticks(highest)
    assert 2 <= len(ticks) <= 6
    assert ticks[0] == 0
    assert highest * 0.6 < ticks[-1] <= highest


def test_money_by_month_adds_up_to_that_of_the_cohorts() -> None:
    found = chapters.cohorts(date(2024, 12, 31), 20_000)
    months = by_month(found)
    assert sum(map(sum, months.values())) == sum(row["spend_minor"] for row in found.revenue.to_pylist())
    first, *_, last = sorted(months)
    assert (first, last) == (date(2023, 7, 1), date(2024, 12, 1))
    assert months[first][1] == 0


def test_the_triangle_has_a_row_a_cohort_and_no_future() -> None:
    shown = triangle(chapters.cohorts(date(2024, 12, 31), 20_000), WORDS)
    assert shown is not None
    rows = shown["rows"]
    assert isinstance(rows, list)
    assert [sum(cell is not None for cell in row["cells"]) for row in rows] == [
        12,
        11,
        10,
        9,
        8,
        7,
        6,
        5,
        4,
        3,
        2,
        1,
        0,
    ]


ARCS = [
    Arc("beer", "crisps", 900, 2.0, "2.0 ×"),
    Arc("tea", "biscuits", 100, 5.0, "5.0 ×"),
    Arc("beer", "peanuts", 400, 3.0, "3.0 ×"),
]


def test_what_hangs_together_stands_together() -> None:
    assert in_groups(ARCS) == ["beer", "crisps", "peanuts", "tea", "biscuits"]


def test_arcs_are_thicker_for_more_baskets_and_say_how_far_beyond_chance() -> None:
    wide, narrow = re.findall(r"<svg.*?</svg>", str(network(ARCS, {"beer": "Beer <b>"}, "a label")), re.DOTALL)
    for picture in (wide, narrow):
        root = ElementTree.fromstring(picture)
        arcs = {str(path[0].text): float(path.get("stroke-width", "0")) for path in root.iter("path")}
        assert list(arcs) == ["Beer <b> – crisps: 2.0 ×", "tea – biscuits: 5.0 ×", "Beer <b> – peanuts: 3.0 ×"]
        assert arcs["Beer <b> – crisps: 2.0 ×"] > arcs["Beer <b> – peanuts: 3.0 ×"] > arcs["tea – biscuits: 5.0 ×"]
        assert len(list(root.iter("circle"))) == 5
        right = float(root.get("viewBox", "").split()[2])
        assert all(0 < float(text.get("x", "0")) < right for text in root.iter("text"))


@pytest.mark.parametrize(("pairs_known", "pictures"), [(2, 0), (3, 1), (10, 1)])
def test_three_pairs_make_a_picture(pairs_known: int, pictures: int) -> None:
    found = chapters.pairs()
    rows = [
        row | {"level": "product", "significant": at < pairs_known} for at, row in enumerate(found.table.to_pylist())
    ]
    few = replace(tea_chain(), pairs=replace(found, table=pa.Table.from_pylist(rows)))
    shown = pairs_chapter(few, WORDS).shown["pictures"]
    assert isinstance(shown, list)
    assert len(shown) == pictures


def test_too_few_pairs_of_either_level_are_drawn_together() -> None:
    found = chapters.pairs()
    rows = [
        row | {"level": ("product", "category")[at % 2], "significant": at < 4}
        for at, row in enumerate(found.table.to_pylist())
    ]
    mixed = replace(tea_chain(), pairs=replace(found, table=pa.Table.from_pylist(rows)))
    ((title, picture),) = cast("list[tuple[str, str]]", pairs_chapter(mixed, WORDS).shown["pictures"])
    assert title == "Products and categories"
    assert picture.count("<path") == 2 * 4


def test_a_sentence_takes_the_strongest_pair_that_is_twice_as_often() -> None:
    rows = [{"times_expected": 1.3}, {"times_expected": 2.0}, {"times_expected": 9.0}]
    assert telling(rows) == rows[1]
    assert telling(rows[:1]) == rows[0]


def test_what_comes_back_is_counted_among_the_surely_new() -> None:
    found = chapters.cohorts(date(2024, 12, 31), 20_000)
    assert min(surely_new(found)) == date(2023, 10, 1)
    shown = triangle(found, WORDS)
    assert shown is not None
    assert shown["some_old"] is False
    assert triangle(chapters.cohorts(date(2024, 12, 31), 20_000, 6), WORDS)["some_old"] is True  # type: ignore[index]
