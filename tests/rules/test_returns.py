"""What remains of a bill, paying with points, parts that add up."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PIECE, Line, Occasion, Tender
from regulars.rules.paying import PointsPayment, most_points, pay_points, pay_value
from regulars.rules.reasons import Why
from regulars.rules.returns import brought_back, left_of, remaining
from regulars.rules.rounding import shared

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@st.composite
def lines(draw: st.DrawFn, number: int = 1) -> Line:
    amount = draw(st.integers(0, 5000))
    discount = draw(st.integers(0, amount))
    tax = draw(st.integers(0, amount - discount))
    return Line(number, f"item{number}", amount, draw(st.integers(1, 5)) * PIECE, discount, tax)


@st.composite
def bills(draw: st.DrawFn) -> Occasion:
    count = draw(st.integers(1, 4))
    return Occasion(AT, currency="EUR", lines=tuple(draw(lines(number + 1)) for number in range(count)))


@given(whole=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
@settings(max_examples=100)
def test_sem_10_parts_by_largest_remainder_add_up_and_are_in_proportion(whole: int, weights: list[int]) -> None:
    parts = shared(whole, weights)
    assert sum(parts) == whole
    total = sum(weights)
    if total:
        assert all(abs(part * total - whole * weight) < total for part, weight in zip(parts, weights, strict=True))


@given(line=lines(), data=st.data())
@settings(max_examples=100)
def test_sem_12_what_is_left_of_a_line_never_grows_and_ends_at_nothing(line: Line, data: st.DataObject) -> None:
    steps = data.draw(st.lists(st.integers(1, line.quantity), max_size=6))
    back, before = 0, line
    for step in steps:
        back = min(line.quantity, back + step)
        left = left_of(line, back)
        if left is None:
            assert back == line.quantity
            return
        assert left.quantity == line.quantity - back > 0
        assert left.paid <= before.paid
        assert left.discount <= before.discount
        assert left.tax <= before.tax
        before = left


@given(bill=bills(), data=st.data())
@settings(max_examples=100)
def test_sem_15_parts_given_back_over_any_returns_are_the_part_that_was_paid(
    bill: Occasion, data: st.DataObject
) -> None:
    parts = {line.number: data.draw(st.integers(0, line.paid)) for line in bill.lines}
    before = {line.number: 0 for line in bill.lines}
    given_back = 0
    for _ in range(5):
        now = {line.number: data.draw(st.integers(before[line.number], line.quantity)) for line in bill.lines}
        step = brought_back(parts, bill.lines, before, now)
        assert step >= 0
        given_back += step
        before = now
    whole = {line.number: line.quantity for line in bill.lines}
    assert given_back + brought_back(parts, bill.lines, before, whole) == sum(parts.values())


def test_what_was_paid_with_points_shrinks_with_its_lines() -> None:
    bill = Occasion(
        AT, currency="EUR", lines=(Line(1, "a", 1000, 2 * PIECE), Line(2, "b", 500)), tenders=(Tender("points", 600),)
    )
    left = remaining(bill, {1: PIECE, 2: PIECE}, {"points": {1: 400, 2: 200}})
    assert ([line.paid for line in left.lines], left.tenders) == ([500], (Tender("points", 200),))


TERMS = PointsPayment("points", "CNY", points=1, worth=10, step=5)


def test_points_pay_no_more_than_the_bill_nor_than_there_are() -> None:
    bill = Occasion(AT, currency="CNY", lines=(Line(1, "a", 999), Line(2, "b", 500)))
    assert most_points(TERMS, bill, MemberFacts(), 10_000) == (145, None)
    assert most_points(TERMS, bill, MemberFacts(), 23) == (20, None)
    points, why = most_points(TERMS, bill, MemberFacts(), 4)
    assert (points, why and why.why) == (0, Why.BELOW_MINIMUM)
    points, why = most_points(TERMS, bill, None, 100)
    assert (points, why and why.why) == (0, Why.NO_MEMBER)


@given(
    bill=bills(), points=st.integers(1, 4000), worth=st.integers(1, 30), per=st.integers(1, 70), step=st.integers(1, 9)
)
@settings(max_examples=100)
def test_points_and_value_laid_on_lines_add_up_and_fit(
    bill: Occasion, points: int, worth: int, per: int, step: int
) -> None:
    terms = PointsPayment("points", "EUR", points=per, worth=worth, step=step)
    most, _ = most_points(terms, bill, MemberFacts(), points)
    if not most:
        return
    assert terms.money(most) > terms.money(most - step)  # none of them for nothing
    part = pay_points(terms, bill, most)
    paid = {line.number: line.paid for line in bill.lines}
    assert (sum(part.lines.values()), sum(part.taken.values())) == (terms.money(most), most)
    assert all(amount <= paid[number] for number, amount in part.lines.items())
    rest = [replace(one, amount=one.paid - part.lines.get(one.number, 0), discount=0, tax=0) for one in bill.lines]
    left = replace(bill, lines=tuple(one for one in rest if one.amount))
    if left.lines:
        value = pay_value("EUR", left.paid, left)
        assert all(part.lines.get(number, 0) + value.lines.get(number, 0) == paid[number] for number in paid)
