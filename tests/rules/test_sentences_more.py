"""Promotions, coupons, paying with points, ladders, benefits and rewards read as sentences, and no two read alike."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.rules.test_sentences import EN, ZH

from regulars.rules.benefits import Benefit, Often
from regulars.rules.conditions import Conditions, Least, What, When, Where, Who
from regulars.rules.limits import Limit, Of, Per
from regulars.rules.paying import PointsPayment
from regulars.rules.pricing import (
    AmountOff,
    BonusPoints,
    Bundle,
    CheapestFree,
    FixedPrice,
    Gift,
    NForM,
    Offer,
    Percent,
)
from regulars.rules.pricing.offers import Basis, Part, Stacking
from regulars.rules.rewards import Price, Reward
from regulars.rules.rounding import At, Round
from regulars.rules.sentences.levels import benefit, ladder, reward
from regulars.rules.sentences.offers import paying, promotion, series
from regulars.rules.sentences.words import Words
from regulars.rules.tiers.ladder import (
    Falls,
    Ladder,
    Level,
    OnMerge,
    OnReturn,
    Reviews,
    Window,
    Windows,
)

TEA, CUPS = What(items=("tea",)), What(items=("cup",))
FIFTH = Offer(Percent(200), what=TEA)
OFFERS = [
    FIFTH,
    *(
        Offer(one, what=TEA, currency="CNY")
        for one in (
            Percent(250),
            Percent(200, Round.HALF_UP),
            Percent(200, round_at=At.LINE),
            AmountOff(500),
            AmountOff(500, per_piece=True),
            AmountOff(500, for_each=5000),
            FixedPrice(450),
            FixedPrice(prices={"tea": 400}),
            FixedPrice(450, {"cup": 300}),
            NForM(3, 2),
            NForM(2, 1, 500),
            CheapestFree(3),
            CheapestFree(3, 2),
            Bundle((Part(TEA), Part(CUPS, 2)), 1500),
            Gift("cup"),
            Gift("cup", 2),
            BonusPoints("points", 50),
            BonusPoints("points", 5, per=1000),
        )
    ),
    replace(FIFTH, what=What()),
    replace(FIFTH, what=CUPS),
    replace(FIFTH, currency="CNY"),
    replace(FIFTH, most=1000),
    replace(FIFTH, most_per_line=1000),
    replace(FIFTH, times=2),
    *(
        replace(FIFTH, stacking=stacking)
        for stacking in (
            Stacking(5),
            Stacking(group="best"),
            Stacking(combines_with=()),
            Stacking(combines_with=("best",)),
            Stacking(combines_with=("best", "")),
            Stacking(basis=Basis.ORIGINAL),
            Stacking(together=3),
        )
    ),
    replace(FIFTH, conditions=Conditions(when=When(weekdays=(2,)), least=Least(purchase=3000))),
    replace(FIFTH, conditions=Conditions(who=Who(tiers=("status/gold",)))),
    replace(FIFTH, conditions=Conditions(who=Who(anyone=True))),
    replace(FIFTH, conditions=Conditions(who=Who(anyone=True, tiers=("status/gold",)))),
]
LEVELS = (Level("member", "Member"), Level("gold", "黄金", ({"points": 1000}, {"purchases": 12, "spend": 50_000})))
LADDER = Ladder(LEVELS)
ROLLING = Window(Windows.ROLLING)
GOLDS: list[dict[str, Any]] = [
    {"reach": ()},
    {"keep": ({"points": 800},)},
    {"lifetime": ({"points": 9000},)},
    {"lifetime_years": 10},
    {"never_drops": True},
    {"name": "金卡"},
]
LADDERS = [
    LADDER,
    *(replace(LADDER, levels=(LEVELS[0], replace(LEVELS[1], **change))) for change in GOLDS),
    *(
        replace(LADDER, **change)
        for change in (
            {"name": "会员等级"},
            {"window": Window(months=6)},
            {"window": Window(begins_month=4)},
            {"window": Window(Windows.ANNIVERSARY)},
            {"window": Window(Windows.TIER_START)},
            {"window": ROLLING},
            {"window": replace(ROLLING, months=24)},
            {"window": ROLLING, "review": Reviews.DAILY},
            {"window": ROLLING, "valid_for": "12M@month"},
            {"falls": Falls.FULL},
            {"grace": "3M"},
            {"on_return": OnReturn.TAKE_BACK},
            {"on_merge": OnMerge.RECOMPUTED},
        )
    ),
]
LOUNGE = Benefit("status", {"gold": 2}, "贵宾室")
LOUNGES: list[dict[str, Any]] = [
    {"levels": {"gold": 1}},
    {"levels": {"gold": None}},
    {"name": "升舱"},
    *({"every": every} for every in Often if every != Often.PERIOD),
    {"where": Where(stores=("str_1",))},
    {"coupons": "spring"},
]
BENEFITS = [LOUNGE, *(replace(LOUNGE, **change) for change in LOUNGES)]
MUG = Reward("马克杯", (Price(unit="points", amount=500),))
REWARDS = [
    MUG,
    *(
        replace(MUG, **change)
        for change in (
            {"name": "茶壶"},
            {"prices": (Price(unit="points", amount=400),)},
            {"prices": (Price(money=900, currency="CNY"),)},
            {"prices": (Price(unit="points", amount=400, money=900, currency="CNY"),)},
            {"prices": (Price("gold", "points", 300, who=Who(tiers=("status/gold",))), *MUG.prices)},
            {"stock": 50},
            {"limits": (Limit(1),)},
            {"fulfilled_later": True},
            {"merchant": "mrc_1"},
            {"funder": "总部"},
            {"conditions": Conditions(when=When(weekdays=(7,)))},
        )
    ),
]
PAY = PointsPayment("points", "CNY", 10, 100)
PAYMENTS = [
    PAY,
    *(
        replace(PAY, **change)
        for change in (
            {"points": 20},
            {"worth": 50},
            {"least": 100},
            {"step": 10},
            {"most": 1000},
            {"most_permille": 500},
            {"what": TEA},
            {"conditions": Conditions(where=Where(stores=("str_1",)))},
        )
    ),
]
NO_CODE: dict[str, Any] = {"life": "", "uses": 1, "transferable": True, "restored": False, "restored_for": ""}
SERIES = [
    NO_CODE,
    *(NO_CODE | change for change in (
        {"life": "30D@day"}, {"uses": 3}, {"transferable": False}, {"restored": True},
        {"restored": True, "restored_for": "7D"},
    )),
]  # fmt: skip
ALL: list[tuple[str, list[Any], Callable[[Any, Words], str]]] = [
    ("promotions", OFFERS, lambda one, words: promotion("春茶", one, (), words)),
    ("series", SERIES, lambda one, words: series("春茶", FIFTH, (), words, **one)),
    ("ladders", LADDERS, ladder),
    ("benefits", BENEFITS, lambda one, words: benefit(one, "lounge", words)),
    ("rewards", REWARDS, reward),
    ("payments", PAYMENTS, paying),
]


@pytest.mark.parametrize("words", [EN, ZH], ids=["english", "chinese"])
@pytest.mark.parametrize(("made", "say"), [one[1:] for one in ALL], ids=[one[0] for one in ALL])
def test_no_two_terms_read_alike(made: list[Any], say: Callable[[Any, Words], str], words: Words) -> None:
    said = [say(one, words) for one in made]
    assert {text for text in said if said.count(text) > 1} == set()
    for text in said:
        assert text.endswith(words.say("stop"))
        assert not re.search(r"\{|None|; ;|；；|  ", text), text
        if words is ZH:
            assert not re.search(r"[a-z]", text.replace("spring", "")), text


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (
            promotion("Tea time", replace(FIFTH, most=1000, conditions=Conditions(when=When(weekdays=(2,)))), (), EN),
            "Tea time: 20% off tea; in any currency; for members; on Tuesdays; at most 10.00 off a purchase.",
        ),
        (
            promotion("茶点", Offer(NForM(3, 2), what=TEA), (Limit(100, per=Per.ALL),), ZH),
            "茶点：茶每3件付2件的价；限会员；全体合计最多100次。",
        ),
        (
            series("Spring", FIFTH, (Limit(50_000, Of.MONEY, Per.ALL),), EN, **(NO_CODE | {"life": "30D"})),
            "Spring: 20% off tea; for a code; in any currency; for members;"
            " at most 500.00 for all together (less is left: that much); good for 30 days from being given.",
        ),
        (
            paying(replace(PAY, least=100, most_permille=500), EN),
            "10 points pay CNY 1.00; from 100 points on; for at most 50% of the bill.",
        ),
        (
            ladder(replace(LADDER, grace="3M", name="Status"), EN),
            "Status: 黄金 from 1,000 points or 12 purchases and 500.00 spent; in each calendar year;"
            " one step down at a time; with 3 months of grace.",
        ),
        (benefit(LOUNGE, "lounge", ZH), "贵宾室：黄金每个评定周期2次。"),
        (
            reward(replace(MUG, stock=50, limits=(Limit(1),)), EN),
            "马克杯 for 500 points; 50 of them in all; at most once for each member.",
        ),
    ],
)
def test_terms_read_as_sentences(said: str, expected: str) -> None:
    assert said == expected
