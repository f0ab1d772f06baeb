"""A household whose members spend at the same time: not a unit more than there is, and not one refused while it is
there."""

from collections.abc import Callable
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
from regulars.programme.checkout import booking
from regulars.programme.checkout.moves import Outcome, PointsWanted
from regulars.programme.moves_rewards import NewRedemption, Redeemed
from regulars.programme.services.rewards import redeem
from regulars.sales.models import Sale

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
