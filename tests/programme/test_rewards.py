"""Rewards: who pays what, what is counted, and that everything comes back."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from tests.programme.climbers import BEGAN, day, flew, ladder, member
from tests.programme.conftest import ANN, HOME
from tests.statements import counted

from regulars.basics.errors import RegularsError
from regulars.journal.errors import KeyReused
from regulars.ledger import services as ledger
from regulars.ledger.errors import NotEnough
from regulars.ledger.models import Account, Transfer
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.selectors import balances, lots
from regulars.ledger.words import Kind, Role
from regulars.members.merging import merge, unmerge
from regulars.programme import locks
from regulars.programme.book import book
from regulars.programme.errors import RedemptionClosed, RewardGone, RewardRefused, UnknownReward, WrongTerms
from regulars.programme.models import Redemption
from regulars.programme.moves_rewards import NewRedemption, Redeemed
from regulars.programme.selectors.rewards import catalogue, offered_to
from regulars.programme.services.rewards import cancel, fulfil, lapse_due, redeem
from regulars.programme.services.terms import publish

pytestmark = pytest.mark.django_db
NOW = day(2025, 6, 2, 12)
MUG: dict[str, Any] = {"name": "Mug", "prices": [{"unit": "points", "amount": 100}]}


@pytest.fixture(autouse=True)
def _points(db: None) -> None:
    ledger.define_unit("points", "Points", actor=ANN, at=BEGAN)


def reward(code: str = "mug", **more: Any) -> None:
    publish("reward", code, MUG | more, organisation=HOME, begins_at=BEGAN, moving_in=True, actor=ANN, at=NOW)


def rich(points: int = 1000) -> UUID:
    who = member()
    issued = House(Role.ISSUED)
    ledger.post([Posting(Kind.EARN, "points", points, issued, Holder(who))], actor=ANN, at=day(2025, 1))
    return who


def ask(who: UUID, code: str = "mug", **more: Any) -> Redeemed:
    return redeem(NewRedemption(who, code, **more), organisation=HOME, actor=ANN, at=NOW)


def free(who: UUID) -> int:
    return next(one.available for one in balances(who, at=NOW) if one.unit == "points")


def left(code: str = "mug") -> int | None:
    return next(left for one, left in catalogue(book(HOME), organisation=HOME, at=NOW) if one.code == code)


def test_paid_at_once_and_given_back_whole() -> None:
    reward(stock=3, limits=[{"most": 2}])
    ada = rich(250)
    done = ask(ada, count=2)
    assert (done.state, done.amount, free(ada), left()) == ("fulfilled", 200, 50, 1)
    with pytest.raises(RewardRefused) as refused:
        ask(ada)
    assert refused.value.facts["why"] == "limit-reached"
    back = cancel(done.id, organisation=HOME, reason="broken", actor=ANN, at=NOW)
    assert (back.state, free(ada), left()) == ("cancelled", 250, 3)
    assert sum(lot.remaining for lot in lots(ada, at=NOW)) == 250
    with pytest.raises(RedemptionClosed):
        cancel(done.id, organisation=HOME, reason="again", actor=ANN, at=NOW)


def test_held_until_it_is_handed_over() -> None:
    reward(fulfilled_later=True, stock=1)
    ada = rich(250)
    waiting = ask(ada)
    assert (waiting.state, waiting.lapses_at, free(ada), left()) == ("reserved", day(2025, 6, 16, 12), 150, 0)
    done = fulfil(waiting.id, organisation=HOME, actor=ANN, at=day(2025, 6, 3))
    assert (done.state, done.transfer is not None, free(ada)) == ("fulfilled", True, 150)
    with pytest.raises(RedemptionClosed):
        fulfil(waiting.id, organisation=HOME, actor=ANN, at=day(2025, 6, 4))
    cancel(waiting.id, organisation=HOME, reason="brought back", actor=ANN, at=day(2025, 6, 5))
    assert (free(ada), left()) == (250, 1)


@pytest.mark.parametrize("lapsed_first", [True, False], ids=["by the ledger's job", "by our own"])
def test_what_nobody_comes_for_is_given_back(lapsed_first: bool) -> None:
    reward(fulfilled_later=True, stock=1)
    ada = rich(250)
    waiting = ask(ada)
    after = day(2025, 6, 17)
    with pytest.raises(RedemptionClosed):
        fulfil(waiting.id, organisation=HOME, actor=ANN, at=after)
    if lapsed_first:
        ledger.lapse_due(actor=ANN, at=after)
    assert [lapse_due(actor=ANN, at=after) for _ in range(2)] == [1, 0]
    row = Redemption.objects.get(id=waiting.id)
    assert (row.state, row.reason, free(ada), left()) == ("cancelled", "lapsed", 250, 1)


def test_a_price_for_a_tier_and_a_price_partly_in_money() -> None:
    ladder()
    prices = [
        {"code": "gold", "unit": "points", "amount": 60, "who": {"tiers": ["miles/gold"]}},
        {"unit": "points", "amount": 100},
        {"code": "mixed", "unit": "points", "amount": 20, "money": 300, "currency": "GBP"},
    ]
    reward(prices=prices)
    ada, bea = rich(), rich()
    flew(bea, day(2025, 3), 250)
    assert [(ask(one).price, ask(one).amount) for one in (ada, bea)] == [("standard", 100), ("gold", 60)]
    mixed = ask(ada, price="mixed", count=2)
    assert (mixed.amount, mixed.money, mixed.currency) == (40, 600, "GBP")
    with pytest.raises(RewardRefused) as refused:
        ask(ada, price="gold")
    assert refused.value.facts["why"] == "other-tier"
    with pytest.raises(RewardRefused):
        ask(ada, price="none")


def test_who_has_not_enough_is_told_how_much_is_missing_and_nothing_is_taken() -> None:
    reward(stock=1)
    ada = rich(30)
    with pytest.raises(NotEnough) as refused:
        ask(ada)
    assert refused.value.facts["missing"] == 70
    assert (left(), free(ada), Redemption.objects.count()) == (1, 30, 0)
    (seen,) = offered_to(ada, organisation=HOME, terms=book(HOME), at=NOW)
    assert (seen.missing, seen.is_affordable, seen.left) == (70, False, 1)


def test_the_catalogue_says_why_something_cannot_be_had() -> None:
    reward("none", stock=0)
    reward("later", conditions={"when": {"begins_on": "2025-07-01"}})
    reward("red", conditions={"who": {"tags": ["red"]}})
    reward()
    seen = {one.code: one for one in offered_to(rich(), organisation=HOME, terms=book(HOME), at=NOW)}
    whys = {code: one.why_not.why.value if one.why_not else "" for code, one in seen.items()}
    assert whys == {"none": "budget-spent", "later": "too-early", "red": "other-segment", "mug": ""}
    assert [code for code, one in seen.items() if one.is_affordable] == ["mug"]


def test_a_longer_catalogue_costs_no_more_queries() -> None:
    ada = rich()
    costs = []
    for many in (1, 12):
        for place in range(many):
            reward(f"mug-{many}-{place}", stock=5, limits=[{"most": 2}])
        terms = book(HOME)
        with counted() as seen:
            offered_to(ada, organisation=HOME, terms=terms, at=NOW)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 8


def test_sem_27_the_same_document_is_redeemed_once() -> None:
    reward()
    ada = rich()
    first = ask(ada, source="till-4", external_id="17")
    again = ask(ada, source="till-4", external_id="17")
    assert (again.id, again.replayed, free(ada)) == (first.id, True, 900)
    with pytest.raises(KeyReused):
        ask(ada, source="till-4", external_id="17", count=2)


def test_an_unknown_reward_and_a_foreign_redemption_read_alike() -> None:
    with pytest.raises(UnknownReward):
        ask(rich())
    reward(fulfilled_later=True)
    mine = ask(rich())
    for verb in (fulfil, cancel):
        more = {"reason": ""} if verb is cancel else {}
        with pytest.raises(UnknownReward):
            verb(mine.id, organisation=UUID(int=5), actor=ANN, at=NOW, **more)


@pytest.mark.parametrize(
    "wrong",
    [
        {"prices": []},
        {"prices": [{"unit": "nothing", "amount": 5}]},
        {"prices": [{"unit": "points"}]},
        {"prices": [{"money": 5}]},
        {"stock": -1},
        {"kept_for": "soon"},
        {"conditions": {"who": {"tiers": ["miles/diamond"]}}},
    ],
)
def test_a_reward_that_cannot_be_is_refused_when_it_is_published(wrong: dict[str, Any]) -> None:
    with pytest.raises(WrongTerms):
        reward(**wrong)


def test_a_partners_award_is_booked_to_the_partner() -> None:
    reward(merchant="mrc_01kdvdna00e008000000000001", funder="alliance")
    done = ask(rich())
    assert done.transfer is not None
    row = Transfer.objects.get(id=done.transfer)
    assert (row.merchant, row.funder) == ("mrc_01kdvdna00e008000000000001", "alliance")
    assert Account.objects.get(id=row.taker).scope == row.merchant


def test_sem_35_limits_of_two_who_become_one_are_taken_together_and_redemptions_go_over() -> None:
    reward(limits=[{"most": 2}])
    ada, eda = rich(), rich()
    ask(ada)
    ask(eda)
    merge(ada, eda, organisation=HOME, reason="the same", actor=ANN, at=NOW)
    with pytest.raises(RewardRefused):
        ask(ada)
    assert Redemption.objects.filter(member=ada).count() == 2
    unmerge(eda, organisation=HOME, reason="not the same", actor=ANN, at=NOW)
    assert Redemption.objects.filter(member=eda).count() == 1
    assert ask(eda).state == "fulfilled"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("locked", [True, False], ids=["with the lock", "without it more go than there are"])
def test_sem_24_the_last_ones_under_64_threads(locked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    reward(stock=5)
    people = [rich() for _ in range(64)]
    if not locked:
        monkeypatch.setattr(locks, "LOCK", "")

    def try_one(who: UUID) -> str:
        try:
            return ask(who).state
        except RegularsError as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(64) as pool:
        told = Counter(pool.map(try_one, people))
    if locked:
        assert told == {"fulfilled": 5, RewardGone.code: 59}
        assert sum(1000 - free(who) for who in people) == 500
        assert left() == 0
    else:
        assert told["fulfilled"] > 5
