"""Promotions and coupons: what they take off a bill, which stand together, and that nothing depends on an order."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.rules.bills_made import ANYONE, AT, bill, least, many_offers, occasions, offered, policies

from regulars.rules.conditions import Conditions, What, When, Who
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, Line, Occasion
from regulars.rules.pricing import (
    AmountOff,
    Applied,
    Basis,
    Benefit,
    BonusPoints,
    Bundle,
    Cap,
    CheapestFree,
    Choice,
    FixedPrice,
    Gift,
    GiftDue,
    NForM,
    Offered,
    OnReturn,
    Part,
    Percent,
    Points,
    Policy,
    Typed,
    price,
    priced_again,
)
from regulars.rules.pricing.bills import Bill
from regulars.rules.pricing.choosing import STEPS, Search
from regulars.rules.pricing.giving import Given, give
from regulars.rules.pricing.standing import in_order, in_the_way
from regulars.rules.reasons import Why
from regulars.rules.rounding import At

TEA, JAM = What(items=("tea",)), What(items=("jam",))
BASKET = (("tea", 3, 900), ("jam", 2, 500), ("bun", 1, 101))


@pytest.mark.parametrize(
    ("case", "benefit", "more", "discounts"),
    [
        ("a tenth of the whole, rounded once", Percent(100), {}, {1: 90, 2: 50, 3: 10}),
        ("a third on each line", Percent(333, round_at=At.LINE), {}, {1: 299, 2: 166, 3: 33}),
        ("of chosen goods", Percent(200), {"what": TEA}, {1: 180}),
        ("never more than it may", Percent(500), {"most": 100}, {1: 60, 2: 33, 3: 7}),
        ("never more on a line", Percent(500), {"most_per_line": 100}, {1: 100, 2: 100, 3: 50}),
        ("an amount, shared", AmountOff(150), {}, {1: 90, 2: 50, 3: 10}),
        ("an amount above the bill", AmountOff(9999), {}, {1: 900, 2: 500, 3: 101}),
        ("an amount for each 500", AmountOff(10, for_each=500), {"what": TEA}, {1: 10}),
        ("an amount for each 400, twice", AmountOff(10, for_each=400), {"what": TEA}, {1: 20}),
        ("the same, once at most", AmountOff(10, for_each=400), {"what": TEA, "times": 1}, {1: 10}),
        ("an amount a piece", AmountOff(50, per_piece=True), {"what": JAM}, {2: 100}),
        ("member prices", FixedPrice(prices={"tea": 240, "jam": 900}), {}, {1: 180}),
        ("one price for all", FixedPrice(each=100), {}, {1: 600, 2: 300, 3: 1}),
        ("three for two", NForM(3, 2), {"what": TEA}, {1: 300}),
        ("three for two, mixed: two groups", NForM(3, 2), {}, {1: 300, 3: 101}),
        ("three for two, once", NForM(3, 2), {"times": 1}, {1: 300}),
        ("the second at half price", NForM(2, 1, permille=500), {"what": JAM}, {2: 125}),
        ("the cheapest of three is free", CheapestFree(3), {"times": 1}, {3: 101}),
        ("the two cheapest of six", CheapestFree(3), {}, {2: 250, 3: 101}),
        ("tea and a bun for 350", Bundle((Part(TEA), Part(What(items=("bun",)))), 350), {}, {1: 38, 3: 13}),
        ("two teas and a jam for 700", Bundle((Part(TEA, 2), Part(JAM)), 700), {}, {1: 106, 2: 44}),
        ("a bun for free", Gift("bun"), {}, {3: 101}),
    ],
)  # fmt: skip
def test_benefits(case: str, benefit: Benefit, more: dict[str, object], discounts: dict[int, int]) -> None:
    found = price(bill(*BASKET), None, [offered("one", benefit, **more)])
    assert {number: part for one in found.applied for number, part in one.discounts} == discounts, case
    assert found.discount == sum(discounts.values())


def test_gifts_that_are_not_on_the_bill_and_points_are_handed_on() -> None:
    asked = [offered("mug", Gift("mug", 2)), offered("bonus", BonusPoints("points", 5, per=300), what=TEA)]
    found = price(bill(*BASKET), None, [*asked, offered("off", AmountOff(1), what=TEA)])
    assert {one.offered.code: one.effects for one in found.applied} == {
        "off": (),
        "mug": (GiftDue("mug", 2),),
        "bonus": (Points("points", 10),),  # of 899 that are paid, not of 900
    }


def test_goods_by_weight_are_one_piece_and_have_a_price_by_weight() -> None:
    cheese = Line(1, "cheese", 1500, quantity=1250)
    weighed = Occasion(AT, lines=(cheese, replace(cheese, number=2, quantity=750, amount=900)))
    assert price(weighed, None, [offered("one", NForM(2, 1))]).discount == 900
    assert price(weighed, None, [offered("one", FixedPrice(each=1000))]).discount == 1500 - 1250 + 900 - 750


def test_a_piece_counts_in_one_deal_only() -> None:
    both = [offered("a", NForM(3, 2), what=TEA), offered("b", NForM(2, 1), what=TEA)]
    assert price(bill(("tea", 3, 900)), None, both).discount == 300
    assert price(bill(("tea", 5, 1500)), None, both).discount == 600
    reasons = price(bill(("tea", 3, 900)), None, both).not_applied
    assert [one.reason.why for one in reasons] == [Why.BELOW_MINIMUM]


def test_sem_30_percent_on_the_original_or_on_the_running_price() -> None:
    first = offered("first", AmountOff(500), priority=1)
    assert price(bill(("tea", 1, 1000)), None, [first, offered("then", Percent(100))]).discount == 550
    original = offered("then", Percent(100), basis=Basis.ORIGINAL)
    assert price(bill(("tea", 1, 1000)), None, [first, original]).discount == 600


def test_sem_30_groups_say_what_combines_and_the_reason_says_what_did_not() -> None:
    summer, loyal = offered("summer", Percent(200), group="sale"), offered("loyal", Percent(100), group="sale")
    alone = offered("alone", AmountOff(50), combines_with=("gifts",))
    found = price(bill(*BASKET), None, [summer, loyal, alone])
    assert [one.offered.code for one in found.applied] == ["summer"]
    told = {one.code: (one.reason.why, dict(one.reason.facts)) for one in found.not_applied}
    assert told == {
        "loyal": (Why.OUTRANKED, {"by": "summer"}),
        "alone": (Why.DOES_NOT_COMBINE, {"with": "summer"}),
    }


@pytest.mark.parametrize(
    ("choice", "taken"), [(Choice.CUSTOMER, ["b", "c"]), (Choice.HOUSE, ["a"]), (Choice.PRIORITY, ["a"])]
)
def test_sem_30_best_for_the_customer_or_for_the_house(choice: Choice, taken: list[str]) -> None:
    """One offer of 40 stands alone, two of 30 stand beside each other."""
    asked = [
        offered("a", AmountOff(40), priority=1, combines_with=()),
        offered("b", AmountOff(30), group="small"),
        offered("c", AmountOff(30)),
    ]
    found = price(bill(("tea", 1, 1000)), None, asked, Policy(choice))
    assert [one.offered.code for one in found.applied] == taken


def test_sem_30_caps_of_the_bill_a_line_and_a_category() -> None:
    asked = [offered("a", Percent(500)), offered("b", AmountOff(300, per_piece=True), what=TEA)]
    assert price(bill(*BASKET), None, asked, Policy(caps=(Cap(permille=200),))).discount == 1501 * 200 // 1000
    per_line = price(bill(*BASKET), None, asked, Policy(caps=(Cap(amount=60, per_line=True),)))
    assert [line.discount for line in per_line.lines] == [60, 60, 50]
    tea = price(bill(*BASKET), None, asked, Policy(caps=(Cap(TEA, amount=7),)))
    assert [line.discount for line in tea.lines] == [7, 250, 50]


def test_sem_30_why_something_was_not_applied_has_its_numbers() -> None:
    asked = [
        offered("small", Percent(100), conditions=least(purchase=2000)),
        offered("members", Percent(100), conditions=Conditions()),
        offered("other", Percent(100), what=What(items=("wine",))),
        offered("dollars", Percent(100), currency="USD"),
        offered("poor", Percent(100), left=10, cuts=False),
        offered("four", NForM(4, 3), what=TEA),
    ]
    told = {one.code: (one.reason.why, dict(one.reason.facts)) for one in price(bill(*BASKET), None, asked).not_applied}
    assert told == {
        "small": (Why.BELOW_MINIMUM, {"of": "purchase", "required": 2000, "reached": 1501, "missing": 499}),
        "members": (Why.NO_MEMBER, {}),
        "other": (Why.NO_SUCH_ITEMS, {}),
        "dollars": (Why.OTHER_CURRENCY, {"currency": "USD"}),
        "poor": (Why.BUDGET_SPENT, {"required": 150, "available": 10}),
        "four": (Why.BELOW_MINIMUM, {"of": "pieces", "required": 4, "reached": 3, "missing": 1}),
    }


def test_sem_32_near_its_budgets_end_an_offer_is_cut_or_refused_by_setting() -> None:
    assert price(bill(*BASKET), None, [offered("a", Percent(100), left=70)]).discount == 70
    assert price(bill(*BASKET), None, [offered("a", Percent(100), left=70, cuts=False)]).discount == 0
    assert price(bill(*BASKET), None, [offered("a", Percent(100), left=0)]).discount == 0


def test_coupons_of_a_series_stand_together_as_often_as_it_says() -> None:
    one, two = (offered("ten", AmountOff(100), reference=each, typed=True) for each in ("1", "2"))
    found = price(bill(*BASKET), None, [two, one])
    assert ([each.offered.reference for each in found.applied], found.discount) == (["1"], 100)
    assert (found.not_applied[0].reference, found.not_applied[0].reason.why) == ("2", Why.LIMIT_REACHED)
    twice = [offered("ten", AmountOff(100), reference=each, typed=True, together=2, group="g") for each in "12"]
    assert price(bill(*BASKET), None, twice).discount == 200


def test_all_or_nothing_takes_every_code_or_none_and_says_whose_fault_it_is() -> None:
    good, bad = (
        offered("good", AmountOff(100), typed=True),
        offered("bad", Percent(100), typed=True, what=What(items=("x",))),
    )
    promotion = offered("promotion", AmountOff(5))
    every = Policy(typed=Typed.ALL_OR_NOTHING)
    found = price(bill(*BASKET), None, [good, bad, promotion], every)
    assert found.discount == 5
    told = {one.code: (one.reason.why, dict(one.reason.facts)) for one in found.not_applied}
    assert told == {"good": (Why.ALL_OR_NOTHING, {"with": "bad"}), "bad": (Why.NO_SUCH_ITEMS, {})}
    assert price(bill(*BASKET), None, [good, promotion], every).discount == 105
    assert price(bill(*BASKET), None, [good, bad, promotion]).discount == 105
    # A code stands although a promotion would take more off without it.
    rival = offered("rival", AmountOff(400), combines_with=())
    assert price(bill(*BASKET), None, [good, rival], every).discount == 100


@settings(max_examples=150, deadline=None)
@given(occasions, many_offers, policies, st.randoms(use_true_random=False))
def test_sem_30_the_order_of_codes_and_of_lines_changes_nothing(
    occasion: Occasion, asked: list[Offered], policy: Policy, chance: Random
) -> None:
    found = price(occasion, None, asked, policy)
    other, scanned = asked.copy(), list(occasion.lines)
    chance.shuffle(other)
    chance.shuffle(scanned)
    numbers = {line.number: place for place, line in enumerate(scanned, 1)}
    again = price(
        replace(occasion, lines=tuple(replace(line, number=numbers[line.number]) for line in scanned)),
        None,
        other,
        policy,
    )
    assert told(again.applied) == told(found.applied)
    assert again.not_applied == found.not_applied
    assert contents(again.lines) == contents(found.lines)


def told(applied: tuple[Applied, ...]) -> list[tuple[str, int, object]]:
    return [(one.offered.code, one.discount, one.effects) for one in applied]


def contents(lines: tuple[Line, ...]) -> list[tuple[object, ...]]:
    return sorted((line.item, line.amount, line.quantity, line.discount, line.tax) for line in lines)


@settings(max_examples=150, deadline=None)
@given(occasions, many_offers, policies)
def test_sem_30_discounts_add_up_and_no_line_falls_below_nothing(
    occasion: Occasion, asked: list[Offered], policy: Policy
) -> None:
    found = price(occasion, None, asked, policy)
    by_line = {line.number: 0 for line in occasion.lines}
    for one in found.applied:
        assert one.discounts or one.effects
        for number, part in one.discounts:
            assert part > 0
            by_line[number] += part
        assert one.offered.left is None or one.discount <= one.offered.left
        assert one.offered.offer.most is None or one.discount <= one.offered.offer.most
    for before, after in zip(occasion.lines, found.lines, strict=True):
        assert after.discount == before.discount + by_line[before.number]
        assert 0 <= after.paid <= before.paid
        assert before.paid == 0 or abs(after.tax * before.paid - before.tax * after.paid) <= before.paid
    for cap in policy.caps:
        fits = [n for n, line in enumerate(occasion.lines) if cap.what.fits(line)]
        off = sum(by_line[occasion.lines[n].number] for n in fits)
        assert cap.permille is None or off * 1000 <= cap.permille * sum(occasion.lines[n].paid for n in fits)
    codes = [one.offered.code for one in found.applied] + [one.code for one in found.not_applied]
    assert sorted(codes) == sorted(one.code for one in asked)


@settings(max_examples=200, deadline=None)
@given(occasions, many_offers, policies.filter(lambda policy: policy.choice == Choice.CUSTOMER))
def test_sem_30_best_for_the_customer_is_as_good_as_the_best_of_all_sets(
    occasion: Occasion, asked: list[Offered], policy: Policy
) -> None:
    policy = replace(policy, typed=Typed.SKIP)
    found = price(occasion, None, asked, policy)
    assert found.exact
    mine = worth(occasion, [one.offered for one in found.applied], policy)
    sets = (some for count in range(len(asked) + 1) for some in combinations(in_order(asked), count))
    assert mine == max(value for some in sets if (value := worth(occasion, list(some), policy)) is not None)


def test_sem_30_the_best_is_found_where_a_limit_by_line_moves_what_a_deal_takes_off() -> None:
    """Of two deals the one whose free pieces lie on two lines is worth more, since each line has its limit."""
    groups = offered("groups", NForM(2, 1), most_per_line=50)
    cheapest = offered("cheapest", CheapestFree(2), most_per_line=45, priority=-1)
    found = price(bill(("a", 1, 6), ("b", 1, 45), ("c", 3, 135)), None, [groups, cheapest])
    assert ([one.offered.code for one in found.applied], found.discount) == (["cheapest"], 51)


def worth(occasion: Occasion, taken: list[Offered], policy: Policy) -> int | None:
    """What exactly these are worth together, each at its turn; None where they cannot all apply."""
    left, total = Bill.of(occasion, policy), 0
    for place, one in enumerate(in_order(taken)):
        result = give(one, left)
        if in_the_way(one, in_order(taken)[:place]) is not None or not isinstance(result, Given):
            return None
        total += result.worth
    return total


def test_where_very_many_offers_bear_on_each_other_the_answer_says_that_it_may_not_be_the_best() -> None:
    lines = [(f"item{n}", 1, 1000 + 7 * n) for n in range(8)]
    asked = [
        offered(f"o{n:02}", Percent(30 + n), most=200 + n, conditions=least(amount=900 * (n % 9)), priority=n % 3)
        for n in range(26)
    ]
    found = price(bill(*lines), None, asked)
    assert not found.exact
    in_turn = price(bill(*lines), None, asked, Policy(Choice.PRIORITY))
    assert found.discount >= in_turn.discount
    assert price(bill(*lines), None, asked[::-1]) == found


def test_a_family_of_twelve_is_searched_to_its_end() -> None:
    asked = [offered(f"o{n:02}", Percent(50), what=TEA) for n in range(12)]
    search = Search(in_order(asked), Choice.CUSTOMER, False)
    found = search.run(Bill.of(bill(*BASKET), Policy()))
    assert found is not None
    assert found.exact
    assert search.steps <= STEPS == 2 ** (12 + 1)


def test_offers_on_other_lines_are_searched_apart() -> None:
    """Forty member prices, each on its own item, are forty small questions."""
    lines = [(f"item{n}", 1, 1000) for n in range(40)]
    asked = [offered(f"o{n:02}", FixedPrice(each=900), what=What(items=(f"item{n}",))) for n in range(40)]
    found = price(bill(*lines), None, asked)
    assert (found.exact, found.discount) == (True, 4000)


def test_s20_member_prices_in_rounds_of_two_weeks() -> None:
    """20 % off chosen goods, this fortnight for members; the next has other goods."""
    rounds = [
        offered(f"round-{n}", Percent(200), what=what, conditions=Conditions(When(begins, ends), who=Who()))
        for n, what, begins, ends in (
            (1, TEA, date(2026, 5, 4), date(2026, 5, 17)),
            (2, JAM, date(2026, 5, 18), date(2026, 5, 31)),
        )
    ]
    today = bill(*BASKET)
    assert price(today, MemberFacts(), rounds).discount == 180
    assert price(today, None, rounds).discount == 0
    last = replace(today, at=datetime(2026, 5, 17, 22, 59, tzinfo=UTC), zone="Europe/London")
    assert price(last, MemberFacts(), rounds).discount == 180
    later = replace(last, at=datetime(2026, 5, 17, 23, 0, tzinfo=UTC))  # midnight in London
    assert price(later, MemberFacts(), rounds).discount == 100


def test_after_a_return_what_is_kept_keeps_its_part_or_is_checked_again() -> None:
    bought = bill(("tea", 3, 900), ("jam", 1, 250))
    found = price(bought, None, [offered("three", NForM(3, 2), what=TEA), offered("jam", AmountOff(50), what=JAM)])
    one_back = {1: 2 * PIECE, 2: PIECE}
    kept = priced_again(bought, found, one_back)
    assert ([line.paid for line in kept.lines], kept.refund, kept.fallen) == ([400, 200], 200, ())
    again = priced_again(bought, found, one_back, OnReturn.CHECKED_AGAIN)
    assert ([line.paid for line in again.lines], again.refund, again.short) == ([600, 200], 0, 0)
    assert [(one.code, one.reason.why) for one in again.fallen] == [("three", Why.BELOW_MINIMUM)]
    all_back = priced_again(bought, found, {}, OnReturn.CHECKED_AGAIN)
    assert (all_back.lines, all_back.refund) == ((), 800)


def test_sem_13_a_minimum_is_checked_on_what_remains_unless_it_stays_reached() -> None:
    bought = bill(("tea", 1, 3000), ("jam", 1, 2000))
    for stays, short in ((False, 0), (True, 0)):
        conditions = replace(ANYONE, least=replace(least(purchase=5000).least, kept_on_return=stays))
        found = price(bought, None, [offered("spend-50", AmountOff(1000), conditions=conditions)])
        again = priced_again(bought, found, {1: PIECE}, OnReturn.CHECKED_AGAIN)
        assert (again.refund, again.short) == ((2000, short) if stays else (1000, short))


@settings(max_examples=100, deadline=None)
@given(occasions, many_offers, policies, st.data())
def test_sem_12_many_small_returns_come_to_the_same_as_one(
    occasion: Occasion, asked: list[Offered], policy: Policy, data: st.DataObject
) -> None:
    """Refunds only grow as more comes back, and all of it back is all that was paid back."""
    found = price(occasion, None, asked, policy)
    paid = sum(line.paid for line in found.lines)
    kept = {line.number: line.quantity for line in occasion.lines}
    refunds = [priced_again(occasion, found, kept).refund]
    while any(kept.values()):
        number = data.draw(st.sampled_from([n for n, quantity in kept.items() if quantity]))
        kept[number] -= PIECE
        refunds.append(priced_again(occasion, found, kept).refund)
    assert refunds == sorted(refunds)
    assert (refunds[0], refunds[-1]) == (0, paid)
    again = priced_again(occasion, found, kept, OnReturn.CHECKED_AGAIN, policy)
    assert (again.refund, again.short) == (paid, 0)
