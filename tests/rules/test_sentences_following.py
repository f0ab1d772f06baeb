"""Referrals, challenges, offers and what a house settles read as sentences, and no two read alike."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.rules.test_sentences import EN, ZH

from regulars.rules.challenges import ChallengeTerms, Counting, Goal
from regulars.rules.conditions import Conditions, Least, What, When, Who
from regulars.rules.goodwill import Allowance, GoodwillTerms, Over
from regulars.rules.limits import Every, Limit, Of, Per
from regulars.rules.opting import OfferTerms
from regulars.rules.pricing import Policy
from regulars.rules.pricing.offers import Cap, Choice, Typed
from regulars.rules.prizes import Prize
from regulars.rules.referrals import ReferralTerms
from regulars.rules.resets import ResetTerms
from regulars.rules.returns import Mixed, ReturnPolicy, Spent
from regulars.rules.sentences import following, house
from regulars.rules.sentences.words import Words

GOLD, TEA = Conditions(who=Who(tiers=("status/gold",))), What(items=("tea",))
FIFTY = Prize(50, "points")
PRIZES = [
    FIFTY, Prize(1, coupon="春茶"), Prize(2, coupon="春茶"), replace(FIFTY, amount=60), replace(FIFTY, wait="14D"),
    replace(FIFTY, validity="14D"), replace(FIFTY, funder="总部"),
]  # fmt: skip
BRING = ReferralTerms(FIFTY, FIFTY)
REFERRALS = [
    BRING,
    *(replace(BRING, to_friend=one) for one in (None, *PRIZES[1:])),
    *(replace(BRING, to_referrer=one) for one in (None, *PRIZES[1:])),
    *(replace(BRING, conditions=one) for one in (
        GOLD, Conditions(least=Least(purchase=1000)), Conditions(when=When(weekdays=(1,))),
    )),
    replace(BRING, what=TEA), replace(BRING, taken_back_within=""), replace(BRING, taken_back_within="60D"),
    replace(BRING, same_household=True), *(replace(BRING, joined_within=days) for days in (0, 1, 30)),
    *(replace(BRING, limits=(one,)) for one in (
        Limit(10), Limit(10, every=Every.YEAR), Limit(10, Of.UNITS), Limit(10, per=Per.ALL),
    )),
]  # fmt: skip
THREE = ChallengeTerms(Goal(Counting.TIMES, 3), FIFTY, "挑战", length="30D")
CHALLENGES = [
    THREE,
    *(replace(THREE, goal=Goal(count, 3)) for count in Counting if count != Counting.TIMES),
    *(replace(THREE, goal=Goal(count, 1)) for count in Counting),
    *(replace(THREE, length="", every=every) for every in Every if every != Every.EVER),
    *(replace(THREE, prize=one) for one in PRIZES[1:]),
    replace(THREE, length="60D"), replace(THREE, length="", ends_on=date(2026, 6, 1)), replace(THREE, name=""),
    replace(THREE, length="", begins_on=date(2026, 5, 1), ends_on=date(2026, 6, 1)),
    replace(THREE, occasions=("stay-completed",)), replace(THREE, conditions=GOLD), replace(THREE, what=TEA),
    replace(THREE, goal=Goal(Counting.AMOUNT, 3), occasions=("stay-completed",)),
]  # fmt: skip
OFFERS = [
    OfferTerms("冬日"), OfferTerms("夏日"), OfferTerms("冬日", GOLD), OfferTerms("冬日", places=1),
    OfferTerms("冬日", places=500), OfferTerms("冬日", ends_on=date(2026, 12, 31)),
]  # fmt: skip
PER = Allowance(20, 50)
MAY = GoodwillTerms({"points": PER}, reasons=("迟到",))
BOTH = replace(MAY, coupons={"春茶": PER})
GOODWILL = [
    MAY, BOTH, replace(MAY, over=Over.ASK), replace(BOTH, over=Over.ASK), replace(MAY, reasons=("迟到", "上错菜")),
    replace(MAY, validity={"points": "12M"}), replace(MAY, units={"points": Allowance(10, 50)}),
    replace(MAY, units={"points": Allowance(20, 60)}), replace(BOTH, coupons={"春茶": Allowance(1, 2)}),
]  # fmt: skip
ZERO = ResetTerms("stay-completed", "points")
HALF = Cap(permille=500)
POLICIES = [
    *(Policy(choice, typed) for choice in Choice for typed in Typed),
    *(Policy(caps=(one,)) for one in (
        HALF, Cap(amount=500), replace(HALF, amount=500), replace(HALF, per_line=True), replace(HALF, what=TEA),
    )),
    Policy(caps=(HALF, Cap(amount=500))),
]  # fmt: skip
ALL: dict[str, tuple[list[Any], Callable[[Any, Words], str]]] = {
    "referrals": (REFERRALS, following.referral),
    "challenges": (CHALLENGES, following.challenge),
    "offers": (OFFERS, lambda one, words: following.offer(one, "winter", words)),
    "goodwill": (GOODWILL, lambda one, words: house.goodwill(one, "店员", words)),
    "resets": ([ZERO, replace(ZERO, event="birthday"), replace(ZERO, appeal_within="7D")], house.reset),
    "returns": ([ReturnPolicy(spent, mixed) for spent in Spent for mixed in Mixed], house.returns),
    "policies": (POLICIES, house.policy),
}


@pytest.mark.parametrize("words", [EN, ZH], ids=["english", "chinese"])
@pytest.mark.parametrize("name", ALL)
def test_no_two_terms_read_alike(name: str, words: Words) -> None:
    made, say = ALL[name]
    said = [say(one, words) for one in made]
    assert {text for text in said if said.count(text) > 1} == set()
    for text in said:
        assert text.endswith(words.say("stop"))
        assert not re.search(r"\{|None|; ;|；；|  ", text), text
        assert words is EN or not re.search(r"[a-zA-Z]", text), text


def test_a_limit_of_a_referral_is_said_as_it_is_kept() -> None:
    """A prize is given whole or not at all; in money it costs nothing that would be counted."""
    units = following.referral(replace(BRING, limits=(Limit(120, Of.UNITS),)), EN)
    assert "for who brings friends at most 120 points for each member (less than that is left: nothing)" in units
    assert following.referral(replace(BRING, limits=(Limit(1, Of.MONEY),)), EN) == following.referral(BRING, EN)


def test_amounts_without_a_currency_are_said_without_one() -> None:
    terms = ChallengeTerms(Goal(Counting.AMOUNT, 50_000), FIFTY, length="30D")
    assert following.challenge(terms, replace(EN, currency="GBP")) == (
        "Who opts in gets 50 points once for spending 500.00 in all; within 30 days of opting in; in any currency."
    )
