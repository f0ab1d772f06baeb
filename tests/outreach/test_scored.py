"""Conditions on what the present run of scores found, beside the same in plain Python."""

from math import ceil
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.members.shop import AT, OURS, enrol
from tests.outreach.people_made import ASKED

from regulars.outreach.audiences.reading import read
from regulars.outreach.errors import WrongAudience
from regulars.outreach.selectors import everybody, said, why
from regulars.rules.sentences.words import Language
from regulars.scorebook.models import Run, Score

# class, stage, reasons, chance to leave, worth, chance to buy; in the order of what they spent
SCORES = (
    ("vip", "stability", None, 0.02, 90_000, 0.9),
    ("important", "decline", ["returns", "breadth"], 0.45, 20_000, 0.5),
    ("ordinary", "decline", ["silent"], 0.6, 4_000, None),
    ("ordinary", "lost", None, None, None, None),
    ("ordinary", "acquaintance", None, 0.3, 1_000, 0.2),
)
ASK: tuple[tuple[dict[str, Any], list[int], str], ...] = (
    ({"classes": ["vip", "important"]}, [0, 1], "are in the class VIP or important"),
    ({"stages": ["decline"]}, [1, 2], "stand in the stage decline"),
    ({"reasons": ["returns", "silent"]}, [1, 2], "are in decline because of goods brought back or silence"),
    ({"leave_percent_at_least": 45}, [1, 2], "leave with a chance of at least 45%"),
    ({"leave_percent_at_least": 3, "leave_percent_at_most": 30}, [4], "leave with a chance of from 3% to 30%"),
    ({"worth_at_least": 20_000, "currency": "EUR"}, [0, 1], "will be worth at least EUR 200.00"),
    ({"worth_at_least": 1, "currency": "GBP"}, [], "will be worth at least GBP 0.01"),
    ({"best_percent_to": 20.0}, [0], "are among the best 20% by spend"),
    ({"best_percent_to": 50.0}, [0, 1, 2], "are among the best 50% by spend"),
    ({"best_percent_from": 50, "best_percent_to": 90}, [3, 4],
     "are among the best 90% by spend, but not among the best 50%"),
    ({"best_percent_from": 50}, [3, 4], "are not among the best 50% by spend"),
    ({"buys_percent_at_least": 50}, [0, 1], "buy something due within a fortnight with a chance of at least 50%"),
    ({"stages": ["decline"], "classes": ["ordinary"]}, [2],
     "are in the class ordinary, and stand in the stage decline"),
)  # fmt: skip


@pytest.fixture
def people(db: None) -> list[UUID]:
    """An earlier run says the opposite of everybody, and somebody has no scores."""
    found = [enrol() for _ in SCORES]
    enrol()
    earlier, present = uuid4(), uuid4()
    for number, now in ((earlier, False), (present, True)):
        Run.objects.create(id=number, organisation=OURS, state="done", present=now, cut_off=AT.date(), currency="EUR",
                           actor="x", made_at=AT, members=len(SCORES))  # fmt: skip
    for run, rows in ((earlier, SCORES[::-1]), (present, SCORES)):
        for place, (member, row) in enumerate(zip(found, rows, strict=True), 1):
            value_class, stage, reasons, leave, worth, buys = row
            Score.objects.create(run=run, member=member, visits=3, spend_minor=100 - place, spend_365_minor=0,
                                 value_class=value_class, stage=stage, decline_because=reasons, leave_chance=leave,
                                 lifetime_minor=worth, buy_chance=buys, spend_place=place)  # fmt: skip
    return found


def test_what_the_present_run_found_is_asked(people: list[UUID]) -> None:
    for asked, expected, sentence in ASK:
        document = {"type": "scored", **asked}
        tree = read(document)
        inside = set(everybody(tree, ASKED))
        assert inside == {people[place] for place in expected}, asked
        assert set(everybody(read({"not": document}), ASKED)) >= set(people) - inside
        for one in people:
            assert why(tree, ASKED, one).inside == (one in inside)
        assert said(document, OURS, language=Language.ENGLISH) == f"Members who {sentence}."
        assert "scored" not in said(document, OURS, language=Language.CHINESE)


@pytest.mark.parametrize("percent", [2.5, 10.0, 33.3, 66.7, 100.0])
def test_a_cut_and_what_is_left_of_it_are_everybody_once(people: list[UUID], percent: float) -> None:
    best = everybody(read({"type": "scored", "best_percent_to": percent}), ASKED)
    assert sorted(best) == sorted(people[: ceil(len(people) * percent / 100)])
    if percent < 100:
        rest = everybody(read({"type": "scored", "best_percent_from": percent}), ASKED)
        assert sorted([*best, *rest]) == sorted(people)


@pytest.mark.parametrize("asked", [{}, {"classes": ["gold"]}, {"worth_at_least": 5}, {"leave_percent_at_least": 101}])
def test_what_says_nothing_or_nonsense_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(WrongAudience):
        read({"type": "scored", **asked})
