"""What stays of what was earned when parts come back: by the terms of then, cumulative, never more than was given."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.rules.earning_made import AT, BOOKS, PLAIN, TEN, Version, bill, bills, earned, version

from regulars.rules.conditions import Conditions, Least, Who
from regulars.rules.earning.effects import Effect, Held
from regulars.rules.earning.returning import held_after, sums_to_return
from regulars.rules.earning.rule import EarnRule, Fixed, Multiplier, PerAmount, Step, Steps
from regulars.rules.limits import Limit, Of, Per, Sum
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion, Tender
from regulars.rules.returns import remaining
from regulars.rules.rounding import At, Round


def after(
    book: list[Version],
    effect: Effect,
    occasion: Occasion,
    *backs: dict[int, int],
    member: MemberFacts | None = PLAIN,
    used: dict[Sum, int] | None = None,
) -> list[Held]:
    """What is held after each return; `backs` say how much of each line has come back by then, all in all."""
    by_id: dict[UUID, Version] = {one.id: one for one in book}
    paid_with = {"points": {line.number: _points(occasion, line) for line in occasion.lines}}
    left, held, found = occasion, effect.amount, []
    for back in backs:
        now = remaining(occasion, back, paid_with)
        told = held_after(effect, by_id.__getitem__, member, before=left, now=now, held=held, used=used)
        found.append(told)
        left, held = now, told.amount
        for one in told.freed if used else ():
            key = next(take.sum for take in effect.takes if (take.sum.code, take.sum.of) == (one.code, one.of))
            assert used is not None
            used[key] -= one.amount
    return found


def _points(occasion: Occasion, line: Line) -> int:
    return occasion.paid_by("points") * line.paid // occasion.paid if occasion.paid else 0


def amounts(found: list[Held]) -> list[int]:
    return [one.amount for one in found]


def only(book: list[Version], occasion: Occasion, member: MemberFacts | None = PLAIN) -> Effect:
    (effect,) = earned(book, occasion, member).effects
    return effect


def whole(occasion: Occasion) -> dict[int, int]:
    return {line.number: line.quantity for line in occasion.lines}


def test_sem_11_clawback_is_by_the_version_that_gave_whatever_holds_today() -> None:
    then = version(EarnRule("points", PerAmount(2, 1000)), number=1)
    today = version(EarnRule("points", PerAmount(1, 5000)), number=2)
    effect = only([then], bill(10_000, 10_000))
    assert effect.version == 1
    assert amounts(after([then, today], effect, bill(10_000, 10_000), {1: 1000}, {1: 1000, 2: 1000})) == [20, 0]


def test_sem_11_clawback_is_by_the_facts_of_then() -> None:
    double = Multiplier(2000, Conditions(who=Who(tiers=("status/gold",))))
    book = [version(EarnRule("points", TEN, multipliers=(double,)))]
    gold = replace(PLAIN, tiers={"status": "gold"})
    effect = only(book, bill(10_000, 10_000), gold)
    assert effect.amount == 40
    assert amounts(after(book, effect, bill(10_000, 10_000), {1: 1000}, member=gold)) == [20]


def test_sem_12_partial_returns_are_cumulative() -> None:
    ten_cups = Occasion(AT, lines=(Line(1, "cup", 1000, 10_000),))
    book = [version(EarnRule("points", TEN))]
    effect = only(book, ten_cups)
    assert effect.amount == 1
    one_by_one = after(book, effect, ten_cups, *({1: n * 1000} for n in range(1, 11)))
    assert amounts(one_by_one) == [0] * 10, "the first cup takes the point back; ten floors of a tenth would take none"


@given(BOOKS, bills(), st.data())
@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
def test_sem_12_whatever_the_order_a_return_holds_what_remains_earns(
    book: list[Version], occasion: Occasion, data: st.DataObject
) -> None:
    for effect in earned(book, occasion).effects:
        backs: list[dict[int, int]] = []
        back = dict.fromkeys(whole(occasion), 0)
        for _ in range(data.draw(st.integers(1, 3))):
            line = data.draw(st.sampled_from(occasion.lines))
            more = data.draw(st.integers(0, line.quantity - back[line.number]))
            back = back | {line.number: back[line.number] + more}
            backs.append(back)
        steps = amounts(after(book, effect, occasion, *backs))
        at_once = amounts(after(book, effect, occasion, backs[-1]))[0]
        assert effect.amount >= steps[0]
        assert steps == sorted(steps, reverse=True), "a return never gives"
        assert steps[-1] <= at_once
        if not _falls_and_rises(book, effect):
            assert steps[-1] == at_once
        again = after(book, effect, occasion, *backs, backs[-1])
        assert again[-1] == Held(steps[-1]), "the same return told again takes nothing more"


def _falls_and_rises(book: list[Version], effect: Effect) -> bool:
    """Where a rule of the group takes over it may, on less, give less than on still less: then the lowest stays."""
    return bool(effect.after)


@given(BOOKS, bills())
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_sem_12_when_all_comes_back_nothing_stays(book: list[Version], occasion: Occasion) -> None:
    for effect in earned(book, occasion).effects:
        assert amounts(after(book, effect, occasion, whole(occasion))) == [0]


def test_sem_13_a_minimum_is_looked_at_again_on_what_remains() -> None:
    fifty = bill(4_900, 100)
    bonus = EarnRule("points", Fixed(200), conditions=Conditions(least=Least(purchase=5_000)))
    kept = replace(bonus, conditions=Conditions(least=Least(purchase=5_000, kept_on_return=True)))
    for rule, expected in ((bonus, 0), (kept, 200), (replace(bonus, kept_on_return=True), 200)):
        book = [version(rule)]
        effect = only(book, fifty)
        assert amounts(after(book, effect, fifty, {2: 1000})) == [expected]
    book = [version(kept)]
    assert amounts(after(book, only(book, fifty), fifty, whole(fifty))) == [0], "but not when nothing remains"


def test_sem_13_steps_fall_back_to_the_step_that_is_still_reached() -> None:
    book = [version(EarnRule("points", Steps((Step(10_000, 50), Step(20_000, 120)))))]
    occasion = bill(12_000, 9_000)
    assert amounts(after(book, only(book, occasion), occasion, {2: 1000}, {1: 1, 2: 1000})) == [50, 50]


def test_sem_13_where_the_first_of_a_group_falls_away_the_next_counts() -> None:
    large = EarnRule("points", Fixed(500), conditions=Conditions(least=Least(purchase=9_000)), group="best", priority=2)
    small = EarnRule("points", TEN, group="best", priority=1)
    book = [version(large, "large"), version(small, "small")]
    occasion = bill(6_000, 4_000)
    assert amounts(after(book, only(book, occasion), occasion, {2: 1000})) == [6]


def test_a_cap_that_left_less_goes_on_leaving_less_and_gives_back_what_is_freed() -> None:
    limits = (Limit(7, Of.UNITS, Per.ALL), Limit(1, Of.USES), Limit(1000, Of.MONEY, Per.ALL, shared="spring"))
    book = [version(EarnRule("points", TEN, limits=limits, worth=1_500))]
    occasion = bill(5_000, 5_000)
    effect = only(book, occasion)
    assert (effect.amount, effect.allowance) == (7, 7)
    first, second = after(book, effect, occasion, {1: 400}, {1: 1000})
    assert first == Held(7), "eight are still earned, of which seven were left"
    assert second.amount == 5
    assert [(one.code, one.of, one.amount) for one in second.freed] == [
        ("earn/base", Of.UNITS, 2),
        ("shared/spring", Of.MONEY, 3),
    ]
    (gone,) = after(book, effect, occasion, whole(occasion))
    assert [(one.of, one.amount) for one in gone.freed] == [(Of.UNITS, 7), (Of.USES, 1), (Of.MONEY, 11)]


def test_what_was_paid_with_points_earns_nothing_of_what_remains_either() -> None:
    occasion = bill(5_000, 5_000, tenders=(Tender("points", 4_000), Tender("cash", 6_000)))
    book = [version(EarnRule("points", TEN))]
    effect = only(book, occasion)
    assert amounts(after(book, effect, occasion, {1: 1000}, whole(occasion))) == [3, 0]


def test_rounding_up_takes_back_only_with_the_last() -> None:
    occasion = Occasion(AT, lines=(Line(1, "cup", 1100, 2000),))
    book = [version(EarnRule("points", TEN, round=Round.UP))]
    assert amounts(after(book, only(book, occasion), occasion, {1: 1000}, {1: 2000})) == [1, 0]


PERIOD = [version(EarnRule("points", TEN, round_at=At.PERIOD))]


class Month:
    """Purchases and returns of one member in a month, with what is carried."""

    def __init__(self) -> None:
        self.used: dict[Sum, int] = {}
        self.bought: list[tuple[Occasion, Effect | None, int]] = []

    def buy(self, amount: int) -> None:
        occasion = bill(amount)
        effects = earned(PERIOD, occasion, used=self.used).effects
        for take in effects[0].takes:
            self.used[take.sum] = self.used.get(take.sum, 0) + take.amount
        self.bought.append((occasion, effects[0], effects[0].amount))

    def bring_back(self, place: int) -> None:
        occasion, effect, held = self.bought[place]
        if effect is None:
            return
        assert sums_to_return([effect]) <= self.used.keys()
        gone = replace(occasion, lines=())
        told = held_after(effect, lambda _: PERIOD[0], PLAIN, before=occasion, now=gone, held=held, used=self.used)
        assert 0 <= told.amount <= held
        for one in told.freed:
            key = next(key for key in self.used if (key.code, key.of) == (one.code, one.of))
            self.used[key] -= one.amount
        self.bought[place] = (gone, None, told.amount)

    @property
    def net(self) -> int:
        return sum(occasion.paid for occasion, _, _ in self.bought)

    @property
    def held(self) -> int:
        return sum(held for _, _, held in self.bought)


def test_sem_12_fractions_of_what_came_back_cannot_be_farmed() -> None:
    month = Month()
    for _ in range(5):
        month.buy(900)  # fills up nine tenths …
        month.buy(100)  # … and this one brings the point
        month.bring_back(len(month.bought) - 2)
    assert month.net == 500
    assert month.held <= 1, (
        "the first point stays where it was spent for; no further one comes before it is made up for"
    )


@given(st.lists(st.one_of(st.integers(1, 3000), st.integers(-8, -1)), max_size=16))
@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
def test_sem_12_over_a_period_what_is_still_to_come_makes_up_for_what_stayed(deeds: list[int]) -> None:
    month = Month()
    for deed in deeds:
        if deed > 0:
            month.buy(deed)
        elif month.bought:
            month.bring_back(deed % len(month.bought))
        assert all(amount >= 0 for amount in month.used.values())
    month.buy(100_000)
    assert month.held == month.net // 1000


@pytest.mark.parametrize("amount", [0, 3])
def test_what_is_left_never_rises(amount: int) -> None:
    book = [version(EarnRule("points", TEN))]
    effect = only(book, bill(10_000))
    told = held_after(effect, lambda _: book[0], PLAIN, before=bill(9_000), now=bill(9_000), held=amount)
    assert told == Held(amount)
