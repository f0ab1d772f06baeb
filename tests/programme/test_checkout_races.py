"""Many tills at one member, one budget, one document: nothing is spent twice, and each is told."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from tests.ledger.conftest import TILL, available, earn
from tests.ledger.machine import books_add_up
from tests.ledger.test_races import TILLS, at_once
from tests.members.shop import ANN, AT, OURS, enrol

from regulars.ledger import services as ledger
from regulars.ledger.errors import NotEnough
from regulars.programme.checkout import booking, ending, returning
from regulars.programme.checkout.moves import LineBack, NewPurchase, NewReturn, Outcome, PointsWanted
from regulars.programme.models import Counter
from regulars.programme.services.terms import publish
from regulars.rules.occasion import PIECE, Line
from regulars.sales.errors import SaleState, WrongReturn
from regulars.sales.models import Sale
from regulars.sales.moves import Place, SoldLine

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def member() -> UUID:
    ledger.define_unit("points", "Points", actor=ANN, at=AT)
    return enrol()


def promise(kind: str, document: dict[str, Any]) -> None:
    publish(kind, kind, document, organisation=OURS, actor=ANN, at=AT)


def bill(member: UUID, document: str, amount: int = 1000, **more: Any) -> NewPurchase:
    lines = (SoldLine(Line(1, "tea", amount, quantity=4 * PIECE)),)
    return NewPurchase(Place(OURS, "till", document), "EUR", lines, AT, True, member, member, **more)


def buy(wanted: NewPurchase) -> Callable[[], object]:
    return lambda: booking.check_out([wanted], actor=TILL, at=AT)[0]


def test_sem_24_64_tills_pay_with_what_points_there_are_and_no_more(member: UUID) -> None:
    promise("points-payment", {"unit": "points", "currency": "EUR", "points": 1, "worth": 10})
    ledger.post([earn(member, 100)], actor=TILL, at=AT)
    told = at_once([buy(bill(member, str(n), points=(PointsWanted("points", 10),))) for n in range(TILLS)])
    done = [one for one in told if isinstance(one, Outcome)]
    refused = [one for one in told if isinstance(one, NotEnough)]
    assert (len(done), len(done) + len(refused)) == (10, TILLS), [one for one in told if one not in done + refused][:1]
    assert (available(member, AT), Sale.objects.count()) == (0, 10)
    books_add_up()


def test_sem_32_64_tills_share_one_budget_and_the_last_gets_what_is_left(member: UUID) -> None:
    award = {"type": "per-amount", "units": 3, "per": 1000}
    limit = {"most": 100, "of": "units", "per": "all"}
    promise("earn", {"unit": "points", "currency": "EUR", "award": award, "limits": [limit]})
    people = [enrol() for _ in range(8)]
    told = at_once([buy(bill(people[n % 8], str(n))) for n in range(TILLS)])
    assert all(isinstance(one, Outcome) for one in told), told
    given = [sum(e["amount"] for e in one.told["effects"]) for one in told if isinstance(one, Outcome)]
    assert (sum(given), sorted(set(given))) == (100, [0, 1, 3])
    whys = [n["why"] for one in told if isinstance(one, Outcome) for n in one.told["not_applied"]]
    assert (len(whys), set(whys)) == (TILLS - 34, {"budget-spent"})
    assert (Counter.objects.get(of="units").used, sum(available(one, AT) for one in people)) == (100, 100)


def test_sem_27_the_same_document_from_64_tills_at_once_is_one_purchase(member: UUID) -> None:
    promise("earn", {"unit": "points", "currency": "EUR", "award": {"type": "per-amount", "units": 1, "per": 100}})
    told = at_once([buy(bill(member, "118"))] * TILLS)
    assert len({one.id for one in told if isinstance(one, Outcome)}) == 1
    assert [isinstance(one, Outcome) and one.replayed for one in told].count(False) == 1
    assert (available(member, AT), Sale.objects.count()) == (10, 1)


def test_a_reserved_bill_is_ended_once_by_many(member: UUID) -> None:
    promise("points-payment", {"unit": "points", "currency": "EUR", "points": 1, "worth": 10})
    ledger.post([earn(member, 100)], actor=TILL, at=AT)
    later = AT + timedelta(minutes=9)
    held = booking.check_out(
        [bill(member, "1", points=(PointsWanted("points", 40),), lapses_at=later)], actor=TILL, at=AT
    )[0]
    ends: list[Callable[[], object]] = [
        lambda: ending.complete(held.id, actor=TILL, at=AT),
        lambda: ending.cancel(held.id, actor=TILL, at=AT),
    ]
    told = at_once([_refusing(SaleState, end) for end in ends * 8])
    assert [isinstance(one, Outcome) for one in told].count(True) == 1
    assert available(member, AT) in (60, 100)
    books_add_up()


def test_of_four_pieces_64_tills_take_back_four(member: UUID) -> None:
    promise("earn", {"unit": "points", "currency": "EUR", "award": {"type": "per-amount", "units": 1, "per": 100}})
    bought = booking.check_out([bill(member, "1")], actor=TILL, at=AT)[0]

    def back(number: int) -> object:
        wanted = NewReturn(bought.id, Place(OURS, "till", f"back {number}"), AT, True, (LineBack(1, PIECE),))
        return returning.take_back(wanted, actor=TILL, at=AT)

    told = at_once([_refusing(WrongReturn, lambda n=n: back(n)) for n in range(TILLS)])  # type: ignore[misc]
    done = [one for one in told if isinstance(one, Outcome)]
    assert (len(done), sum(one.told["refund"] for one in done), available(member, AT)) == (4, 1000, 0)


def test_returns_and_purchases_that_share_a_budget_and_an_account_do_not_stand_in_each_others_way(member: UUID) -> None:
    award, limit = {"type": "per-amount", "units": 1, "per": 100}, {"most": 10_000, "of": "units", "per": "all"}
    promise("earn", {"unit": "points", "currency": "EUR", "award": award, "limits": [limit]})
    bought = [booking.check_out([bill(member, f"a{n}")], actor=TILL, at=AT)[0] for n in range(16)]

    def back(number: int) -> object:
        wanted = NewReturn(bought[number].id, Place(OURS, "till", f"back {number}"), AT, True)
        return returning.take_back(wanted, actor=TILL, at=AT)

    deeds = [deed for n in range(16) for deed in (lambda n=n: back(n), buy(bill(member, f"b{n}")))]
    told = at_once(deeds)
    assert all(isinstance(one, Outcome) for one in told), told
    assert (Counter.objects.get(of="units").used, available(member, AT)) == (160, 160)
    books_add_up()


def test_one_of_64_first_purchases_is_the_first(member: UUID) -> None:
    first = {"least": {"purchase": 100}, "who": {"first_purchase": True}}
    promise("earn", {"unit": "points", "award": {"type": "fixed", "units": 500}, "conditions": first})
    told = at_once([buy(bill(member, str(n))) for n in range(TILLS)])
    assert all(isinstance(one, Outcome) for one in told), told
    assert available(member, AT) == 500


def _refusing(kind: type[Exception], deed: Callable[[], object]) -> Callable[[], object]:
    """A refusal of this kind is an answer."""

    def tried() -> object:
        try:
            with transaction.atomic():
                return deed()
        except kind as refusal:
            return refusal

    return tried
