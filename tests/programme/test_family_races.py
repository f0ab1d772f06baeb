"""A household whose members spend at the same time: not a unit more than there is, and not one refused while it is
there."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from tests.ledger.conftest import TILL, available, earn
from tests.ledger.machine import books_add_up
from tests.ledger.test_races import at_once
from tests.members.shop import ANN, AT, OURS, enrol
from tests.programme.test_checkout_races import bill, promise

from regulars.ledger import services as ledger
from regulars.ledger.errors import NotEnough
from regulars.members.services.groups import make_household
from regulars.programme.checkout import booking, ending, returning
from regulars.programme.checkout.moves import LineBack, NewReturn, Outcome, PointsWanted
from regulars.programme.moves_rewards import NewRedemption, Redeemed
from regulars.programme.services.rewards import cancel, redeem
from regulars.rules.occasion import PIECE
from regulars.sales.models import Sale
from regulars.sales.moves import Place

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
DEEDS = 24


@pytest.fixture
def people() -> list[UUID]:
    """Three of one household with 40, 30 and 30."""
    ledger.define_unit("points", "Points", actor=ANN, at=AT)
    promise("points-payment", {"unit": "points", "currency": "EUR", "points": 1, "worth": 10})
    members = [enrol() for _ in range(3)]
    make_household(members, organisation=OURS, actor=ANN, at=AT)
    ledger.post([earn(one, 30 + 10 * (one == members[0])) for one in members], actor=TILL, at=AT)
    return members


def buy(member: UUID, number: int, *, family: bool = True) -> Callable[[], object]:
    wanted = bill(member, f"{number}", points=(PointsWanted("points", 10, family),))
    return lambda: booking.check_out([wanted], actor=TILL, at=AT)[0]


def ask(member: UUID, number: int) -> Callable[[], object]:
    wanted = NewRedemption(member, "reward", source="desk", external_id=f"{number}", family=True)
    return lambda: redeem(wanted, organisation=OURS, actor=TILL, at=AT)


@pytest.mark.parametrize("order", ["own-first", "proportional"])
def test_bills_and_rewards_at_once_take_all_there_is_and_no_more(people: list[UUID], order: str) -> None:
    promise("family", {"unit": "points", "order": order})
    promise("reward", {"name": "Mug", "prices": [{"unit": "points", "amount": 10}]})
    deeds = [(buy, ask)[number % 4 == 3](people[number % 3], number) for number in range(DEEDS)]
    told = at_once(deeds)
    done = [one for one in told if isinstance(one, Outcome | Redeemed)]
    refused = [one for one in told if isinstance(one, NotEnough)]
    assert (len(done), len(done) + len(refused)) == (10, DEEDS), [one for one in told if one not in done + refused][:1]
    assert [available(one, AT) for one in people] == [0, 0, 0]
    assert {one.facts["available"] for one in refused} == {0}
    books_add_up()


def test_who_spends_their_own_meanwhile_is_no_reason_to_refuse(
    people: list[UUID], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lock of the household does not keep anybody from their own units: all is decided anew."""
    promise("family", {"unit": "points"})
    ada, bo = people[0], min(people[1:])  # who pays second
    own, move = [buy(bo, 99, family=False)], booking._move
    told: list[object] = []

    def late(*asked: Any) -> Any:
        if own:  # after all was read, and before anything is locked
            told.extend(at_once([own.pop()]))
        return move(*asked)

    monkeypatch.setattr(booking, "_move", late)
    wanted = bill(ada, "1", points=(PointsWanted("points", 70, True),))
    done = booking.check_out([wanted], actor=TILL, at=AT)[0]
    assert isinstance(told[0], Outcome)
    assert [one["amount"] for one in done.told["effects"]] == [40, 20, 10]
    assert (sum(available(one, AT) for one in people), Sale.objects.count()) == (20, 2)
    books_add_up()


def test_what_is_bought_ended_and_brought_back_at_once_waits_in_one_order(people: list[UUID]) -> None:
    """Accounts of a whole household are locked together, whoever's part moves first; and none is looked at before."""
    promise("family", {"unit": "points", "order": "proportional"})  # all pay for each, who buys first
    promise("earn", {"unit": "points", "currency": "EUR", "award": {"type": "per-amount", "units": 1, "per": 100}})
    promise("reward", {"name": "Mug", "prices": [{"unit": "points", "amount": 8}]})
    ledger.post([earn(one, 200) for one in people], actor=TILL, at=AT)

    def bought(number: int, points: int, **more: Any) -> UUID:
        wanted = bill(people[number % 3], f"before {number}", points=(PointsWanted("points", points, True),), **more)
        return booking.check_out([wanted], actor=TILL, at=AT)[0].id

    sales = [bought(number, 90) for number in range(3)]
    held = [bought(number, 35, lapses_at=AT + timedelta(minutes=9)) for number in range(3, 9)]
    mugs = [redeem(NewRedemption(one, "reward", family=True), organisation=OURS, actor=TILL, at=AT) for one in people]
    deeds: list[Callable[[], object]] = [buy(people[number % 3], number) for number in range(8)]
    for number, sale in enumerate(sales * 2):
        wanted = NewReturn(sale, Place(OURS, "till", f"back {number}"), AT, True, (LineBack(1, PIECE),))
        deeds.append(partial(returning.take_back, wanted, actor=TILL, at=AT))
    for number, sale in enumerate(held):
        deeds.append(partial((ending.complete, ending.cancel)[number % 2], sale, actor=TILL, at=AT))
    for mug in mugs:
        deeds.append(partial(cancel, mug.id, organisation=OURS, reason="broken", actor=TILL, at=AT))
    told = at_once([deeds[number * 7 % len(deeds)] for number in range(len(deeds))])
    assert [one for one in told if not isinstance(one, Outcome | Redeemed)] == []
    books_add_up()
