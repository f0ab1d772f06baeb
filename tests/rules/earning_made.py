"""Bills, members and rules for the tests of earning, by hand and by chance."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid5

from hypothesis import strategies as st

from regulars.rules.conditions import Conditions, Least, What
from regulars.rules.earning.earn import earn
from regulars.rules.earning.effects import Earned, Published
from regulars.rules.earning.rule import (
    Award,
    Basis,
    Combine,
    EarnRule,
    Fixed,
    Multiplier,
    PerAmount,
    PerItem,
    PerPiece,
    RateStep,
    RateSteps,
    Reach,
    Step,
    Steps,
)
from regulars.rules.limits import Sum, Whose
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PURCHASE, Line, Occasion, Tender
from regulars.rules.reasons import Why
from regulars.rules.rounding import At, Round

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)  # a Monday
SPACE = UUID("019b76da-a800-7000-8000-0000000000ff")
ADA = Whose("ada", "quay", "market")
PLAIN = MemberFacts(joined_on=date(2025, 1, 31))
TEN = PerAmount(1, 1000)  # a point for each 10.00


@dataclass(frozen=True)
class Version:
    """A rule as the book of terms has it."""

    id: UUID
    code: str
    version: int
    terms: Any


def version(rule: EarnRule, code: str = "base", number: int = 1) -> Version:
    return Version(uuid5(SPACE, f"{code}@{number}"), code, number, rule)


def bill(*amounts: int, **more: Any) -> Occasion:
    """Lines 1, 2 … of single pieces at these prices."""
    lines = tuple(Line(number, f"item-{number}", amount) for number, amount in enumerate(amounts, 1))
    return Occasion(AT, PURCHASE, "GBP", lines, **more)


def earned(
    rules: EarnRule | Iterable[Published],
    occasion: Occasion,
    member: MemberFacts | None = PLAIN,
    used: Mapping[Sum, int] | None = None,
    whose: Whose = ADA,
) -> Earned:
    given = [version(rules)] if isinstance(rules, EarnRule) else rules
    return earn(occasion, member, given, used or {}, whose)


def units(rule: EarnRule, occasion: Occasion, member: MemberFacts | None = PLAIN) -> int:
    return sum(effect.amount for effect in earned(rule, occasion, member).effects)


def why(rule: EarnRule, occasion: Occasion, member: MemberFacts | None = PLAIN) -> Why:
    (refused,) = earned(rule, occasion, member).not_applied
    return refused.reason.why


ITEMS = ("tea", "cup", "milk")
AMOUNTS = st.integers(0, 30_000)


@st.composite
def lines(draw: st.DrawFn, number: int) -> Line:
    amount = draw(AMOUNTS)
    discount = draw(st.integers(0, amount))
    tax = (amount - discount) // 6
    quantity = draw(st.sampled_from([1000, 2000, 3000, 10_000, 1250]))
    return Line(number, draw(st.sampled_from(ITEMS)), amount, quantity, discount, tax, category=draw(CATEGORIES))


CATEGORIES = st.sampled_from(["food", "food/dairy", "home"])


@st.composite
def bills(draw: st.DrawFn) -> Occasion:
    many = draw(st.integers(1, 5))
    made = tuple(draw(lines(number)) for number in range(1, many + 1))
    paid = sum(line.paid for line in made)
    points = draw(st.integers(0, paid))
    return Occasion(AT, PURCHASE, "GBP", made, tenders=(Tender("points", points), Tender("cash", paid - points)))


RISING = st.lists(st.integers(0, 60_000), min_size=1, max_size=4, unique=True).map(sorted)
SMALL = st.integers(1, 20)


@st.composite
def awards(draw: st.DrawFn) -> Award:
    match draw(st.integers(0, 5)):
        case 0:
            return PerAmount(draw(SMALL), draw(st.sampled_from([1, 7, 100, 1000, 999])), draw(st.booleans()))
        case 1:
            return PerPiece(draw(SMALL), draw(st.integers(1, 4)))
        case 2:
            return PerItem({item: draw(SMALL) for item in draw(st.sets(st.sampled_from(ITEMS), min_size=1))})
        case 3:
            return Fixed(draw(SMALL))
        case 4:
            reached = draw(RISING)
            rising = sorted(draw(st.lists(SMALL, min_size=len(reached), max_size=len(reached))))
            return Steps(tuple(map(Step, reached, rising)), draw(st.sampled_from(Reach)))
        case _:
            reached = draw(RISING)
            rising = sorted(draw(st.lists(SMALL, min_size=len(reached), max_size=len(reached))))
            return RateSteps(tuple(map(RateStep, reached, rising)), 1000, draw(st.sampled_from(Reach)))


@st.composite
def rules(draw: st.DrawFn) -> EarnRule:
    award = draw(awards())
    by_line = isinstance(award, PerAmount | PerPiece | PerItem)
    least = Least(amount=draw(st.sampled_from([1, 5000])), kept_on_return=draw(st.booleans()))
    return EarnRule(
        "points",
        award,
        conditions=Conditions(least=least),
        what=draw(st.sampled_from([What(), What(categories=("food",)), What(not_items=("cup",))])),
        basis=draw(st.sampled_from(Basis)),
        multipliers=tuple(Multiplier(permille) for permille in draw(st.lists(st.integers(1, 3000), max_size=2))),
        combine=draw(st.sampled_from(Combine)),
        round=draw(st.sampled_from(Round)),
        round_at=draw(st.sampled_from([At.LINE, At.PURCHASE])) if by_line else At.PURCHASE,
        group=draw(st.sampled_from(["", "", "best"])),
        priority=draw(st.integers(0, 2)),
        most=draw(st.sampled_from([None, 1, 40])),
    )


def published(rules_: Iterable[EarnRule]) -> list[Version]:
    return [version(rule, f"rule-{number}") for number, rule in enumerate(rules_)]


BOOKS = st.lists(rules(), min_size=1, max_size=4).map(published)
