"""Rules name whom they count, in the fewest words that do."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pyarrow as pa
import pytest

from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.churn import condition as in_chapter
from regulars.insight.report.sentences.conditions import condition as in_card
from regulars.insight.report.words import Words
from regulars.insight.scoring import Condition, Examples
from regulars.insight.scoring.rules import tree_rules

EN = Words("en", Numbers("en", "USD", 2))
ZH = Words("zh", Numbers("zh", "USD", 2))
SEVEN = ("A", "B", "C", "D", "E", "F", "G")


def of(levels: tuple[str, ...], others: tuple[str, ...] = (), *, unknown: bool = False) -> Condition:
    return Condition("Plan", levels=levels, others=others, unknown=unknown)


@pytest.mark.parametrize(
    ("given", "english", "chinese"),
    [
        (of(("A",), ("B",)), "Plan is A", "Plan 为 A"),
        (of(SEVEN[:2], SEVEN[2:]), "Plan is A or B", "Plan 为 A 或 B"),
        (of(SEVEN[:3], SEVEN[3:]), "Plan is A, B or C", "Plan 为 A、B 或 C"),
        (of(SEVEN[:5], SEVEN), "Plan is A, B or 3 others", "Plan 为 A、B 或其他 3 个值"),
        (of(SEVEN[:3], ("D",)), "Plan is not D", "Plan 不是 D"),
        (of(SEVEN[:4], SEVEN[4:]), "Plan is not E, F or G", "Plan 不是 E、F 或 G"),
        (of(SEVEN[1:], ("A",), unknown=True), "Plan is not A (or not known)", "Plan 不是 A（或未知）"),
        (of(("A", "other"), ("B",)), "Plan is not B", "Plan 不是 B"),
        (of(("other",), ("A", "B")), "Plan is a rarer one", "Plan 为 更少见的值"),
        (Condition("Plan", unknown=True), "Plan is not known", "Plan 未知"),
        (Condition("Plan"), "Plan is known", "Plan 已知"),
    ],
)
def test_levels_are_said_the_shorter_way(given: Condition, english: str, chinese: str) -> None:
    assert (in_card(asdict(given), EN), in_card(asdict(given), ZH)) == (english, chinese)


def test_the_chapter_says_what_the_card_says() -> None:
    given = of(SEVEN[1:], ("A",), unknown=True)
    assert in_chapter(given, EN).plain == "Plan is not A (or not known)"
    assert in_chapter(Condition("visits", low=2.0, unknown=True), EN).plain == "visits so far above 2 (or not known)"
    assert in_chapter(Condition("visits"), EN).plain == "visits so far known"


def test_a_card_of_before_says_its_levels_still() -> None:
    """Kept runs of an older program know no others."""
    plain: Mapping[str, object] = {"column": "Plan", "low": None, "high": None, "levels": ["A", "B"], "unknown": False}
    assert in_card(plain, EN) == "Plan is A or B"


def test_allowed_and_shut_out_are_all_that_was_seen() -> None:
    """A level of its own rate: some rules are of it, the others shut it out."""
    random = np.random.default_rng(3)
    rows = 3000
    plan = random.choice(SEVEN, rows)
    leaves = random.random(rows) < np.where(plan == "D", 0.8, 0.1)
    table = pa.table({"plan": plan, "noise": random.random(rows)})
    examples = Examples(table, leaves, pa.array([f"c{n}" for n in range(rows)]), np.zeros(rows, np.int64))
    rules = tree_rules(examples, None, 5)
    said = [condition for rule in rules for condition in rule.conditions if condition.column == "plan"]
    assert ("D",) in {one.levels for one in said}
    assert rules[0].conditions[0].levels == ("D",)
    for one in said:
        assert set(one.levels) | set(one.others) == set(SEVEN)
        assert not set(one.levels) & set(one.others)
