"""Bills and offers for tests of prices: a few by hand, any number by chance."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from regulars.rules.conditions import Conditions, Least, What, Who
from regulars.rules.occasion import PIECE, Line, Occasion
from regulars.rules.pricing import (
    AmountOff,
    Basis,
    Benefit,
    BonusPoints,
    Bundle,
    Cap,
    CheapestFree,
    Choice,
    FixedPrice,
    Gift,
    NForM,
    Offer,
    Offered,
    Part,
    Percent,
    Policy,
    Stacking,
    Typed,
)
from regulars.rules.rounding import At, Round

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANYONE = Conditions(who=Who(anyone=True))


def bill(*lines: tuple[str, int, int], **more: Any) -> Occasion:
    """Lines as item, pieces, amount."""
    made = [Line(n, item, amount, quantity=pieces * PIECE) for n, (item, pieces, amount) in enumerate(lines, 1)]
    return Occasion(AT, currency="GBP", lines=tuple(made), **more)


def offered(code: str, benefit: Benefit, **more: Any) -> Offered:
    stacking = Stacking(**{name: more.pop(name) for name in tuple(more) if name in Stacking.__slots__})
    own = {name: more.pop(name) for name in ("reference", "typed", "left", "cuts") if name in more}
    return Offered(code, 1, Offer(benefit, stacking=stacking, **{"conditions": ANYONE, **more}), **own)


def least(**amounts: Any) -> Conditions:
    return Conditions(who=Who(anyone=True), least=Least(**amounts))


items = st.sampled_from(["tea", "jam", "bun"])
narrow = st.one_of(st.just(What()), items.map(lambda item: What(items=(item,))))
groups = st.sampled_from(["", "", "a", "b"])
lines = st.builds(
    lambda item, pieces, each, tax: (
        Line(0, item, pieces * each + tax, quantity=pieces * PIECE, tax=tax, discount=min(tax, pieces * each))
        if pieces * each >= tax
        else Line(0, item, pieces * each + tax, quantity=pieces * PIECE)
    ),
    items,
    st.integers(1, 4),
    st.integers(0, 400),
    st.integers(0, 9),
)
occasions = st.lists(lines, min_size=1, max_size=4).map(
    lambda found: Occasion(AT, currency="GBP", lines=tuple(_numbered(line, n) for n, line in enumerate(found, 1)))
)
benefits = st.one_of(
    st.builds(Percent, st.integers(1, 1000), st.sampled_from(Round), st.sampled_from([At.LINE, At.PURCHASE])),
    st.builds(AmountOff, st.integers(1, 500), st.one_of(st.none(), st.integers(1, 900)), st.just(False)),
    st.builds(AmountOff, st.integers(1, 200), st.none(), st.just(True)),
    st.builds(FixedPrice, st.one_of(st.none(), st.integers(0, 300)), st.dictionaries(items, st.integers(0, 300))),
    st.builds(lambda pay, more, permille: NForM(pay + more, pay, permille), st.integers(1, 2), st.integers(1, 2),
              st.sampled_from([1000, 500, 333])),
    st.builds(lambda free, more: CheapestFree(free + more, free), st.integers(1, 2), st.integers(1, 2)),
    st.builds(lambda a, b, price: Bundle((Part(What(items=(a,))), Part(What(items=(b,)))), price),
              items, items, st.integers(0, 500)),
    st.builds(Gift, items, st.integers(1, 2), st.integers(0, 50)),
    st.builds(BonusPoints, st.just("points"), st.integers(1, 50), st.one_of(st.none(), st.integers(1, 300)),
              st.integers(0, 900)),
)  # fmt: skip
stackings = st.builds(
    Stacking,
    st.integers(-1, 1),
    groups,
    st.sampled_from([None, None, ("",), ("", "a"), ("b",)]),
    st.sampled_from(Basis),
    st.just(1),
)
conditions = st.sampled_from([ANYONE, ANYONE, least(amount=200), least(purchase=500), least(quantity=2000)])
maybe = st.one_of(st.none(), st.integers(1, 300))
offers = st.builds(
    Offer, benefits, conditions, narrow, stackings, st.just(""), maybe, maybe, st.sampled_from([None, 1])
)
many_offers = st.lists(st.tuples(offers, st.booleans(), maybe, st.booleans()), max_size=5).map(
    lambda found: [
        Offered(f"o{n}", 1, offer, typed=typed, left=left, cuts=cuts)
        for n, (offer, typed, left, cuts) in enumerate(found)
    ]
)
caps = st.builds(Cap, narrow, st.one_of(st.none(), st.integers(0, 1000)), maybe, st.booleans())
policies = st.builds(Policy, st.sampled_from(Choice), st.sampled_from(Typed), st.lists(caps, max_size=2).map(tuple))


def _numbered(line: Line, number: int) -> Line:
    return Line(number, line.item, line.amount, line.quantity, line.discount, line.tax)
