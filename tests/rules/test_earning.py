"""What purchases and events earn: each award, what counts for it, how it grows, is rounded, capped and ranked."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import permutations
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.earning_made import (
    ADA,
    AT,
    BOOKS,
    PLAIN,
    TEN,
    Version,
    bill,
    bills,
    earned,
    units,
    version,
    why,
)

from regulars.rules.conditions import Conditions, Hours, Least, What, When, Where, Who
from regulars.rules.earning.earn import needed
from regulars.rules.earning.effects import of_plain, plain
from regulars.rules.earning.rule import (
    BIRTHDAY,
    TENURE_MONTH,
    Award,
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
from regulars.rules.limits import Every, Limit, NearEnd, Of, Per, Sum, Whose
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion, Tender
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import At, Round

GOLD = replace(PLAIN, tiers={"status": "gold"}, segments=frozenset({"families"}))
MINIMUM = Conditions(least=Least(purchase=1))


def with_award(award: Award) -> EarnRule:
    return EarnRule("points", award, conditions=MINIMUM)


@pytest.mark.parametrize(
    ("award", "occasion", "expected"),
    [
        (TEN, bill(1999), 1),
        (TEN, bill(999, 999), 1),
        (PerAmount(5, 1000), bill(1500), 7),
        (PerAmount(5, 1000, full_steps=True), bill(1999), 5),
        (PerPiece(3), Occasion(AT, lines=(Line(1, "tea", 500, 4000), Line(2, "ham", 900, 1250))), 15),
        (PerPiece(3, pieces=2), bill(1, 1, 1), 3),
        (PerItem({"item-2": 50, "item-3": 7}), bill(100, 100, 100), 57),
        (Fixed(25), bill(1), 25),
        (Steps((Step(10_000, 50), Step(20_000, 120))), bill(9_999), 0),
        (Steps((Step(10_000, 50), Step(20_000, 120))), bill(10_000), 50),
        (Steps((Step(10_000, 50), Step(20_000, 120))), bill(25_000), 120),
        (Steps((Step(10_000, 50), Step(20_000, 120)), Reach.SLICES), bill(25_000), 170),
        (RateSteps((RateStep(0, 1), RateStep(10_000, 2)), 1000), bill(15_000), 30),
        (RateSteps((RateStep(0, 1), RateStep(10_000, 2)), 1000, Reach.SLICES), bill(15_000), 20),
        (RateSteps((RateStep(5000, 1),), 1000, Reach.SLICES), bill(4_000), 0),
        (PerTenureMonth(2), bill(1), 30),
        (PerTenureMonth(2, most_months=12), bill(1), 24),
    ],
)
def test_each_award_gives_what_it_says(award: Award, occasion: Occasion, expected: int) -> None:
    assert units(with_award(award), occasion) == expected


@pytest.mark.parametrize(
    ("basis", "expected"), [(Basis.PAID, 96), (Basis.PAID_NET, 80), (Basis.LISTED, 120), (Basis.LISTED_NET, 100)]
)
def test_the_basis_is_before_or_after_discount_and_tax(basis: Basis, expected: int) -> None:
    line = Line(1, "tea", 12_000, discount=2_400, tax=1_600)
    rule = EarnRule("points", PerAmount(1, 100), basis=basis)
    assert units(rule, Occasion(AT, lines=(line,))) == expected


def test_what_is_paid_with_points_earns_nothing_and_other_tenders_as_the_rule_says() -> None:
    tenders = (Tender("points", 3000), Tender("value:bonus", 1000), Tender("card:visa-8812", 6000))
    occasion = bill(5000, 5000, tenders=tenders)
    assert units(EarnRule("points", TEN), occasion) == 7
    assert units(EarnRule("points", TEN, not_paid_with=("points", "value:bonus")), occasion) == 6
    assert units(EarnRule("points", TEN, not_paid_with=()), occasion) == 10
    assert units(EarnRule("points", TEN, not_paid_with=("points", "value", "card")), occasion) == 0
    listed = Occasion(AT, lines=(Line(1, "tea", 10_000, discount=5_000),), tenders=(Tender("points", 2_500),))
    assert units(EarnRule("points", TEN, basis=Basis.LISTED), listed) == 5, "half was paid with points"


def test_marked_goods_are_left_out() -> None:
    lines = (
        Line(1, "tea", 4000),
        Line(2, "card", 5000, marks=("gift-card",)),
        Line(3, "pipe", 900, marks=("tobacco",)),
    )
    rule = EarnRule("points", TEN, what=What(not_marks=("gift-card", "tobacco")))
    (effect,) = earned(rule, Occasion(AT, lines=lines)).effects
    assert (effect.amount, effect.lines) == (4, {1: 4})
    assert why(rule, Occasion(AT, lines=lines[1:])) == Why.NO_SUCH_ITEMS


@pytest.mark.parametrize(
    ("conditions", "occasion", "reason"),
    [
        (Conditions(when=When(weekdays=(2,))), bill(5000), Why.OTHER_DAY),
        (Conditions(when=When(hours=(Hours(17 * 60, 19 * 60),))), bill(5000), Why.OTHER_HOUR),
        (Conditions(where=Where(stores=("hill",))), bill(5000, store="quay"), Why.OTHER_PLACE),
        (Conditions(where=Where(channels=("web",))), bill(5000, channel="till"), Why.OTHER_CHANNEL),
        (Conditions(where=Where(tenders=("card:co-brand",))), bill(5000), Why.OTHER_TENDER),
        (Conditions(who=Who(tiers=("status/gold",))), bill(5000), Why.OTHER_TIER),
        (Conditions(least=Least(amount=5001)), bill(5000), Why.BELOW_MINIMUM),
    ],
)
def test_a_rule_that_does_not_hold_says_why(conditions: Conditions, occasion: Occasion, reason: Why) -> None:
    assert why(EarnRule("points", TEN, conditions=conditions), occasion) == reason


def test_other_reasons_are_said_too() -> None:
    assert why(EarnRule("points", TEN), bill(5000), None) == Why.NO_MEMBER
    assert why(EarnRule("points", TEN, currency="EUR"), bill(5000)) == Why.OTHER_CURRENCY
    assert why(EarnRule("points", TEN, occasions=(BIRTHDAY,)), bill(5000)) == Why.OTHER_OCCASION
    assert why(EarnRule("points", TEN), bill(999)) == Why.NOTHING_LEFT
    assert why(EarnRule("points", TEN, expires_on=date(2026, 5, 3)), bill(5000)) == Why.TOO_LATE


DOUBLE_GOLD = Multiplier(2000, Conditions(who=Who(tiers=("status/gold",))))
MONDAY = Multiplier(1500, Conditions(when=When(weekdays=(1,))))
BIG = Multiplier(3000, Conditions(least=Least(purchase=20_000)))


@pytest.mark.parametrize(
    ("combine", "member", "expected"),
    [
        (Combine.MULTIPLY, PLAIN, 16),
        (Combine.MULTIPLY, GOLD, 33),
        (Combine.HIGHEST, PLAIN, 16),
        (Combine.HIGHEST, GOLD, 22),
    ],
)
def test_multipliers_multiply_or_the_highest_counts(combine: Combine, member: MemberFacts, expected: int) -> None:
    for multipliers in permutations((DOUBLE_GOLD, MONDAY, BIG)):
        rule = EarnRule("points", TEN, multipliers=multipliers, combine=combine)
        assert units(rule, bill(11_000), member) == expected


def test_sem_10_rounding_happens_once_at_the_place_the_rule_names() -> None:
    nines = bill(999, 999, 999)
    by = {at: EarnRule("points", TEN, round_at=at) for at in (At.LINE, At.PURCHASE)}
    assert [units(by[at], nines) for at in (At.LINE, At.PURCHASE)] == [0, 2]
    for how, expected in ((Round.DOWN, 1), (Round.HALF_UP, 2), (Round.UP, 2)):
        assert units(EarnRule("points", TEN, round=how), bill(1500)) == expected
    tripled = EarnRule("points", TEN, multipliers=(Multiplier(3000),))
    assert units(tripled, bill(1500)) == 4, "multiplied before it is rounded, not after"


def test_sem_10_parts_on_lines_add_up_to_the_whole_by_the_largest_remainder() -> None:
    (effect,) = earned(EarnRule("points", PerAmount(1, 100)), bill(333, 333, 334)).effects
    assert (effect.amount, effect.lines) == (10, {1: 3, 2: 3, 3: 4})
    (cut,) = earned(EarnRule("points", PerAmount(1, 100), most=5), bill(300, 300, 400)).effects
    assert (cut.amount, cut.lines, cut.allowance, cut.wanted) == (5, {1: 2, 2: 1, 3: 2}, 5, 10)


def over(rule: EarnRule, *amounts: int) -> list[int]:
    """What each of several purchases earns, each seeing what those before it took."""
    used: dict[Sum, int] = {}
    found = []
    for amount in amounts:
        told = earned(rule, bill(amount), used=used)
        found.append(sum(effect.amount for effect in told.effects))
        for effect in told.effects:
            for take in effect.takes:
                used[take.sum] = used.get(take.sum, 0) + take.amount
    return found


def test_sem_10_over_a_period_fractions_are_carried_and_nothing_is_lost() -> None:
    rule = EarnRule("points", TEN, round_at=At.PERIOD)
    assert over(rule, 400, 400, 400, 9_800) == [0, 0, 1, 10]
    assert over(replace(rule, multipliers=(Multiplier(1500),)), 500, 500, 500) == [0, 1, 1]
    assert over(EarnRule("points", PerAmount(5, 1000, full_steps=True), round_at=At.PERIOD), 999, 1, 999) == [0, 5, 0]


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=8), st.sampled_from([1, 3, 7]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_sem_10_a_period_gives_what_one_purchase_of_it_all_would(amounts: list[int], rate: int) -> None:
    rule = EarnRule("points", PerAmount(rate, 1000), round_at=At.PERIOD)
    assert sum(over(rule, *amounts)) == sum(amounts) * rate // 1000


def of(*, most: int, **more: object) -> Limit:
    return Limit(most, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limit", "used", "expected"),
    [
        (of(most=8, of=Of.UNITS), 0, 8),
        (of(most=8, of=Of.UNITS), 5, 3),
        (of(most=8, of=Of.UNITS), 8, Why.LIMIT_REACHED),
        (of(most=8, of=Of.UNITS, near_end=NearEnd.REFUSE), 5, Why.LIMIT_REACHED),
        (of(most=2), 1, 10),
        (of(most=2), 2, Why.LIMIT_REACHED),
        (of(most=8, of=Of.UNITS, per=Per.ALL), 8, Why.BUDGET_SPENT),
        (of(most=8, of=Of.UNITS, per=Per.STORE), 5, 3),
        (of(most=100, of=Of.MONEY, per=Per.ALL), 45, 5),
        (of(most=100, of=Of.MONEY, per=Per.ALL), 91, Why.BUDGET_SPENT),
    ],
)
def test_sem_32_limits_cut_or_refuse(limit: Limit, used: int, expected: int | Why) -> None:
    rule = EarnRule("points", TEN, limits=(limit,), worth=10_000)
    asked = needed(bill(10_000), PLAIN, [version(rule)], ADA)
    told = earned(rule, bill(10_000), used=dict.fromkeys(asked, used))
    found = told.effects[0].amount if told.effects else told.not_applied[0].reason.why
    assert found == expected


def test_sem_32_what_is_taken_of_budgets_is_what_was_given() -> None:
    limits = (
        Limit(100, Of.UNITS, Per.ALL),
        Limit(3, Of.USES, every=Every.MONTH),
        Limit(9_000, Of.MONEY, Per.ALL, shared="spring"),
    )
    rule = EarnRule("points", TEN, limits=limits, worth=10_001, most=7)
    (effect,) = earned(rule, bill(10_000)).effects
    assert {(take.sum.code, take.sum.of, take.sum.period): take.amount for take in effect.takes} == {
        ("earn/base", Of.UNITS, ""): 7,
        ("earn/base", Of.USES, "2026-05"): 1,
        ("shared/spring", Of.MONEY, ""): 71,
    }


def test_two_rules_of_one_budget_share_it_in_their_turn() -> None:
    limit = Limit(12, Of.UNITS, Per.ALL, shared="spring")
    rules = [version(EarnRule("points", TEN, limits=(limit,), priority=n), f"rule-{n}") for n in (1, 2)]
    told = earned(rules, bill(10_000))
    assert [(effect.code, effect.amount) for effect in told.effects] == [("rule-2", 10), ("rule-1", 2)]


def test_sem_33_a_cap_a_month_is_reckoned_in_the_programmes_zone_or_in_the_rules_own() -> None:
    late = replace(bill(10_000), at=datetime(2026, 5, 31, 22, 0, tzinfo=ZoneInfo("UTC")), zone="Asia/Shanghai")
    for zone, period in (("", "2026-06"), ("UTC", "2026-05")):
        rule = EarnRule("points", TEN, limits=(Limit(5, Of.UNITS, every=Every.MONTH, zone=zone),))
        assert {one.period for one in needed(late, PLAIN, [version(rule)], ADA)} == {period}


def test_sem_33_a_cool_down_slides() -> None:
    rule = EarnRule("points", Fixed(5), cool_down="1D")
    (key,) = needed(bill(1), PLAIN, [version(rule)], ADA)
    assert key.since == AT - timedelta(days=1)
    told = earned(rule, bill(1), used={key: 1})
    assert told.not_applied[0].reason == Reason(Why.COOLING_OFF, {"within": "1D"})


def test_of_a_group_the_first_that_gives_is_the_only_one() -> None:
    first = EarnRule("points", Fixed(500), conditions=Conditions(least=Least(purchase=9_000)), group="best", priority=2)
    second = EarnRule("points", TEN, group="best", priority=1)
    beside = EarnRule("stars", TEN)
    book = [version(beside, "a"), version(second, "b"), version(first, "c")]
    large, small = earned(book, bill(10_000)), earned(book, bill(5_000))
    assert [(effect.code, effect.amount) for effect in large.effects] == [("c", 500), ("a", 10)]
    assert large.not_applied[0].reason == Reason(Why.OUTRANKED, {"by": "c"})
    assert [(effect.code, effect.amount) for effect in small.effects] == [("b", 5), ("a", 5)]
    assert large.total("points") == 500


def test_events_give_a_fixed_number_or_by_their_amount() -> None:
    stay = Occasion(AT, "stay-completed", "GBP", amount=25_000)
    assert units(EarnRule("points", Fixed(100), occasions=("stay-completed",)), stay) == 100
    by_amount = EarnRule("points", TEN, occasions=("stay-completed", "purchase"))
    assert units(by_amount, stay) == 25
    least = replace(by_amount, conditions=Conditions(least=Least(amount=25_001)))
    assert why(least, stay) == Why.BELOW_MINIMUM
    assert units(EarnRule("points", Fixed(1), occasions=(TENURE_MONTH,)), Occasion(AT, TENURE_MONTH)) == 1


def test_sem_01_what_is_pending_keeps_its_length_and_counts_toward_caps() -> None:
    rule = EarnRule(
        "points",
        TEN,
        pending=Pending(on_event="stay-completed", deadline="60D"),
        validity="12M@month",
        limits=(Limit(8, Of.UNITS),),
    )
    (effect,) = earned(rule, bill(10_000)).effects
    assert effect.pending
    assert (effect.activates_at, effect.on_event) == (None, "stay-completed")
    assert effect.cancels_at == AT + timedelta(days=60)
    assert (effect.validity, effect.expires_at) == ("12M@month", None), "a length, not a date"
    assert [take.amount for take in effect.takes] == [8], "counted although it cannot be spent yet"
    (later,) = earned(replace(rule, pending=Pending(after="14D")), bill(10_000)).effects
    assert later.activates_at == AT + timedelta(days=14)


def test_units_may_last_until_the_end_of_a_day_in_the_programmes_zone() -> None:
    rule = EarnRule("points", TEN, expires_on=date(2026, 12, 31))
    (effect,) = earned(rule, bill(10_000, zone="Asia/Shanghai")).effects
    assert effect.expires_at == datetime(2026, 12, 31, 16, tzinfo=ZoneInfo("UTC"))


def test_who_shows_no_card_has_no_limits_of_a_member() -> None:
    rule = EarnRule("points", TEN, conditions=Conditions(who=Who(anyone=True)), limits=(Limit(1, Of.UNITS),))
    told = earned(rule, bill(10_000), None, whose=Whose(store="quay"))
    assert [(effect.amount, effect.takes) for effect in told.effects] == [(10, ())]


@pytest.mark.parametrize(
    "wrong",
    [
        {"award": PerAmount(0, 1)},
        {"award": PerAmount(1, 0)},
        {"award": PerItem({})},
        {"award": Fixed(5)},
        {"award": PerTenureMonth(5)},
        {"award": Steps((Step(0, 1), Step(100, 2)))},
        {"award": Steps(())},
        {"award": Steps((Step(5, 1), Step(5, 2)))},
        {"award": RateSteps((RateStep(0, 1),), 0)},
        {"award": PerTenureMonth(1, 0)},
        {"award": Steps((Step(5, 1),)), "round_at": At.LINE},
        {"award": Steps((Step(5, 1),)), "round_at": At.PERIOD},
        {"award": TEN, "round_at": At.PERIOD, "most": 5},
        {"award": TEN, "round_at": At.PERIOD, "limits": (Limit(5, Of.UNITS),)},
        {"award": TEN, "limits": (Limit(5, Of.MONEY),)},
        {"award": TEN, "unit": ""},
        {"award": TEN, "occasions": ()},
        {"award": TEN, "most": 0},
        {"award": TEN, "validity": "12M", "expires_on": date(2027, 1, 1)},
        {"award": TEN, "validity": "soon"},
        {"award": TEN, "cool_down": "often"},
    ],
)
def test_a_rule_that_would_surprise_is_refused_when_it_is_made(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        EarnRule(**({"unit": "points"} | wrong))  # type: ignore[arg-type]


@given(BOOKS, bills(), st.randoms())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_the_order_of_rules_and_lines_changes_nothing(book: list[Version], occasion: Occasion, chance: object) -> None:
    shuffle = chance.shuffle  # type: ignore[attr-defined]
    lines = list(occasion.lines)
    straight = earned(book, occasion)
    shuffle(book)
    shuffle(lines)
    assert earned(book, replace(occasion, lines=tuple(lines))) == straight


@given(BOOKS, bills())
@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
def test_effects_add_up_stay_within_caps_and_are_kept_without_loss(book: list[Version], occasion: Occasion) -> None:
    told = earned(book, occasion)
    by_id: dict[UUID, Version] = {one.id: one for one in book}
    for effect in told.effects:
        rule: EarnRule = by_id[effect.id].terms
        assert sum(effect.lines.values()) == effect.amount > 0
        assert set(effect.lines) <= {line.number for line in rule.what.of(occasion.lines)}
        assert rule.most is None or effect.amount <= rule.most
        assert of_plain(plain(effect)) == effect
    assert len(told.effects) + len(told.not_applied) == len(book)
    groups = [by_id[effect.id].terms.group for effect in told.effects]
    assert groups.count("best") <= 1
