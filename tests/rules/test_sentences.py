"""Every rule reads as one sentence, in both languages, from its data; nothing that matters is left out."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from tests.rules.earning_made import TEN, rules

from regulars.rules.conditions import Conditions, Hours, Least, What, When, Where, Who
from regulars.rules.earning.rule import (
    BIRTHDAY,
    ENROLMENT,
    TENURE_MONTH,
    Basis,
    Combine,
    EarnRule,
    Fixed,
    Multiplier,
    Pending,
    PerAmount,
    PerItem,
    PerPiece,
    PerTenureMonth,
    RateStep,
    RateSteps,
    Reach,
    Step,
    Steps,
)
from regulars.rules.limits import Every, Limit, NearEnd, Of, Per
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import At, Round
from regulars.rules.sentences.earning import earning
from regulars.rules.sentences.phrases import PHRASES
from regulars.rules.sentences.reasons import because
from regulars.rules.sentences.words import Language, Words

CODES = {
    "unit": {"points": "Points"},
    "item": {"tea": "tea", "cup": "cup", "milk": "milk"},
    "category": {"food": "food", "food/dairy": "dairy", "home": "home"},
    "brand": {"b-1": "Acme"},
    "store": {"str_1": "Quay"},
    "merchant": {"mrc_1": "Market"},
    "tier": {"status/gold": "Gold"},
    "segment": {"seg-1": "regulars"},
    "event": {"stay-completed": "a stay"},
}
CHINESE = {
    "unit": {"points": "Points"},
    "item": {"tea": "茶", "cup": "杯子", "milk": "牛奶"},
    "category": {"food": "食品", "food/dairy": "乳制品", "home": "家居"},
    "brand": {"b-1": "宏图"},
    "store": {"str_1": "码头店"},
    "merchant": {"mrc_1": "集市"},
    "tier": {"status/gold": "黄金"},
    "segment": {"seg-1": "常客"},
    "event": {"stay-completed": "入住"},
    "group": {"best": "最优"},
}
EN = Words(Language.ENGLISH, CODES)
ZH = Words(Language.CHINESE, CHINESE)
WEEKEND_NIGHTS = When(weekdays=(6, 7), hours=(Hours(22 * 60, 2 * 60),))
GOLD = Multiplier(2000, Conditions(who=Who(tiers=("status/gold",))))


@pytest.mark.parametrize(
    ("rule", "english", "chinese"),
    [
        (
            EarnRule("points", TEN, currency="CNY", not_paid_with=()),
            "Members earn 1 point for every CNY 10.00 spent; in CNY only.",
            "会员每消费10.00元得1积分；限CNY。",
        ),
        (
            EarnRule(
                "points",
                PerAmount(5, 1000, full_steps=True),
                what=What(categories=("food",), not_marks=("gift-card", "tobacco")),
                multipliers=(GOLD,),
                conditions=Conditions(when=WEEKEND_NIGHTS, least=Least(purchase=2000)),
                validity="12M@month",
            ),
            "Members earn 5 points for every full 10.00 spent on food (but not gift cards or tobacco); in any"
            " currency; not counting what is paid with points; on Saturdays and Sundays; from 22:00 to 02:00;"
            " from a bill of 20.00; twice as many for Gold members; good for 12 months (to the end of the month).",
            "会员购买食品（不含礼品卡或烟草）每满10.00得5积分；不限币种；以积分支付的部分除外；限周六和周日；22:00至02:00；账单满20.00；"
            "限黄金会员为2倍；有效期12个月（至当月月底）。",
        ),
        (
            EarnRule("points", Fixed(100), occasions=(BIRTHDAY,)),
            "Members earn 100 points on their birthday.",
            "会员生日当天得100积分。",
        ),
        (
            EarnRule("points", Fixed(1), occasions=(TENURE_MONTH,)),
            "Members earn 1 point for each month of membership.",
            "会员会龄每满一个月得1积分。",
        ),
        (
            EarnRule("points", Steps((Step(10_000, 50), Step(20_000, 120))), limits=(Limit(1, every=Every.DAY),)),
            "Members earn 50 points from 100.00 and 120 points from 200.00 with a purchase; only the highest step"
            " counts; in any currency; not counting what is paid with points; at most once for each member a day.",
            "会员每次消费时满100.00得50积分和满200.00得120积分；仅计最高一档；不限币种；以积分支付的部分除外；每位会员每天最多1次。",
        ),
    ],
)
def test_a_rule_reads_as_one_sentence(rule: EarnRule, english: str, chinese: str) -> None:
    assert earning(rule, EN) == english
    assert earning(rule, ZH) == chinese


BASE = EarnRule("points", TEN)
BUDGET = Limit(5000, Of.UNITS, Per.ALL)
CHANGES: list[dict[str, Any]] = [
    {"award": PerAmount(2, 1000)},
    {"award": PerAmount(1, 500)},
    {"award": PerAmount(1, 1000, full_steps=True)},
    {"award": PerPiece(1)},
    {"award": PerPiece(1, 3)},
    {"award": PerItem({"tea": 5})},
    {"award": PerItem({"tea": 5, "cup": 3})},
    {"award": Fixed(5), "cool_down": "1D"},
    {"award": Fixed(5), "cool_down": "7D"},
    {"award": Fixed(5), "occasions": (ENROLMENT,)},
    {"award": Steps((Step(1000, 5), Step(2000, 9)))},
    {"award": Steps((Step(1000, 5), Step(2000, 9)), Reach.SLICES)},
    {"award": RateSteps((RateStep(0, 1), RateStep(2000, 2)), 1000)},
    {"award": RateSteps((RateStep(0, 1), RateStep(2000, 2)), 1000, Reach.SLICES)},
    {"award": PerTenureMonth(1), "cool_down": "1D"},
    {"award": PerTenureMonth(1, 12), "cool_down": "1D"},
    {"occasions": ("purchase", "stay-completed")},
    {"currency": "EUR"},
    *({"basis": basis} for basis in Basis if basis != Basis.PAID),
    {"not_paid_with": ()},
    {"not_paid_with": ("points", "value")},
    {"multipliers": (Multiplier(3000),)},
    {"multipliers": (GOLD,)},
    {"multipliers": (GOLD, Multiplier(3000))},
    {"multipliers": (GOLD, Multiplier(3000)), "combine": Combine.HIGHEST},
    *({"round": how, "round_at": at} for how in Round for at in At if (how, at) != (Round.DOWN, At.PURCHASE)),
    *({"round_at": At.PERIOD, "carried_over": every} for every in Every if every != Every.MONTH),
    {"group": "best"},
    {"priority": 3},
    {"most": 50},
    {"worth": 1000},
    {"validity": "1Y"},
    {"expires_on": date(2027, 1, 31)},
    {"pending": Pending(after="14D")},
    {"pending": Pending(on_event="stay-completed", deadline="60D")},
    {"pending": Pending(on_event="stay-completed", deadline="30D")},
    {"funder": "acme"},
    {"kept_on_return": True},
    *({"limits": (Limit(5, of, per),)} for of in (Of.USES, Of.UNITS) for per in Per),
    *({"limits": (Limit(1, every=every),)} for every in Every if every != Every.EVER),
    {"limits": (Limit(1, sliding="30D"),)},
    {"limits": (replace(BUDGET, near_end=NearEnd.REFUSE),)},
    {"limits": (replace(BUDGET, shared="spring"),)},
    {"limits": (Limit(1, also_by=("phone",)),)},
    {"limits": (Limit(1, every=Every.DAY, zone="Asia/Shanghai"),)},
    {"limits": (replace(BUDGET, of=Of.MONEY),), "worth": 1000},
    *({"what": what} for what in (
        What(items=("tea",)), What(categories=("food",)), What(brands=("b-1",)), What(marks=("alcohol",)),
        What(not_items=("tea",)), What(not_categories=("food",)), What(not_brands=("b-1",)),
        What(not_marks=("alcohol",)), What(items=("tea", "cup")), What(items=("tea",), not_marks=("alcohol",)),
    )),
    *({"conditions": Conditions(when=when)} for when in (
        When(begins_on=date(2026, 5, 1)), When(ends_on=date(2026, 5, 1)), When(date(2026, 5, 1), date(2026, 6, 1)),
        When(weekdays=(1,)), When(weekdays=(1, 2)), When(days_of_month=(1, 15)), When(hours=(Hours(540, 600),)),
        When(hours=(Hours(540, 600), Hours(900, 960))), When(except_on=(date(2026, 12, 25),)), When(store_local=True),
    )),
    *({"conditions": Conditions(where=where)} for where in (
        Where(merchants=("mrc_1",)), Where(stores=("str_1",)), Where(channels=("web",)), Where(tenders=("card",)),
    )),
    *({"conditions": Conditions(who=who)} for who in (
        Who(anyone=True), Who(tiers=("status/gold",)), Who(segments=("seg-1",)), Who(not_segments=("seg-1",)),
        Who(tags=("vegan",)), Who(enrolled_in="spring"), Who(first_purchase=True), Who(birthday_within=0),
        Who(birthday_within=3), Who(joined_within=30),
    )),
    *({"conditions": Conditions(least=least)} for least in (
        Least(amount=5000), Least(quantity=3000), Least(purchase=5000), Least(purchase=5000, kept_on_return=True),
    )),
]  # fmt: skip


@pytest.mark.parametrize("words", [EN, ZH], ids=["english", "chinese"])
def test_no_two_rules_read_alike(words: Words) -> None:
    """Whatever is changed in a rule can be read in its sentence."""
    said = [earning(replace(BASE, **change), words) for change in ({}, *CHANGES)]
    twice = {text for text in said if said.count(text) > 1}
    assert twice == set()


@given(rules())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_every_rule_made_by_chance_reads_in_both_languages(rule: EarnRule) -> None:
    english, chinese = earning(rule, EN), earning(rule, ZH)
    assert english.endswith(".")
    assert chinese.endswith("。")
    assert not re.search(r"  |\.\.|; ;|\{|None", english)
    assert not re.search(r"[a-zA-Z{]| {2}|；；", chinese), chinese
    assert earning(rule, EN) == english


@pytest.mark.parametrize("why", Why)
def test_every_reason_is_said_in_both_languages(why: Why) -> None:
    facts: dict[str, str | int] = {"of": "quantity", "missing": 1500, "within": "7D", "by": "甲", "with": "乙"}
    english, chinese = because(Reason(why, facts), EN), because(Reason(why, facts), ZH)
    assert english
    assert not re.search(r"[a-zA-Z{]", chinese)
    assert ("1.5" in english) == (why == Why.BELOW_MINIMUM)


def test_what_has_no_name_is_said_as_its_code() -> None:
    rule = EarnRule("xp", TEN, what=What(items=("sku-17",)))
    assert earning(rule, Words()).startswith("Members earn 1 xp for every 10.00 spent on sku-17")


def test_both_languages_of_a_phrase_take_the_same_parts() -> None:
    """A part may be left out where the other language needs it not: number words, months by name."""
    parts = {name: [set(re.findall(r"{(\w+)}", text)) for text in both] for name, both in PHRASES.items()}
    free = {"day", "window calendar months"}
    assert {name for name, (one, two) in parts.items() if one != two} <= free
