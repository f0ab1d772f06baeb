"""The checkout through the public door: a bill in one call, in two steps, twice, late, and brought back."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.basics.ids import new_id, typed
from regulars.sales.models import Sale
from tests.api.shop import PER_TEN, POINTS, Shop, line, now, open_shop, promise
from tests.api.world import Till, World


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", PER_TEN)
    promise(world, "points-payment", "points", POINTS)
    return found


def test_a_bill_earns_and_its_answer_says_by_which_rule(shop: Shop) -> None:
    done = shop.buy(line(2500), line(1200, "jam", discount=200, tax=90))
    assert (done["amount"], done["discount"], done["due"], done["state"]) == (3700, 200, 3500, "complete")
    [effect] = done["effects"]
    assert (effect["kind"], effect["code"], effect["version"], effect["amount"]) == ("earn", "one-for-ten", 1, 3)
    assert sum(part["amount"] for part in effect["lines"]) == 3
    assert done["balances"] == [{"unit": "points", "available": 3, "pending": 0, "owed": 0}]
    assert shop.points() == (3, 0, 0)


def test_nobody_known_may_buy_and_earns_nothing(shop: Shop) -> None:
    done = shop.buy(line(5000), member=None)
    assert (done["member"], done["effects"], done["due"]) == (None, [], 5000)


def test_a_blank_card_earns_from_its_first_purchase_on(shop: Shop) -> None:
    administrator = type(shop.till)(shop.world.key("administrator"))
    made = administrator.done(
        "/card-ranges", {"prefix": "6012", "name": "Blue", "programme": "blue", "serial_digits": 6}
    )
    card = administrator.done(f"/card-ranges/{made['id']}/cards", {"count": 1})["items"][0]
    shown = {"kind": "card", "value": card["number"]}
    first = shop.buy(line(4000), member=None, identifier=shown)
    second = shop.buy(line(1000), member=None, identifier=shown)
    assert first["member"] == second["member"]
    assert second["balances"][0]["available"] == 5


def test_points_pay_a_part_and_that_part_earns_nothing(shop: Shop) -> None:
    shop.buy(line(200_000))
    done = shop.buy(line(2000), line(1000, "jam"), points=[{"unit": "points", "points": 100}])
    assert (done["paid_with_points"], done["due"]) == (1000, 2000)
    paid = next(one for one in done["effects"] if one["kind"] == "pay-points")
    assert [part["amount"] for part in paid["lines"]] == [667, 333]
    assert next(one["amount"] for one in done["effects"] if one["kind"] == "earn") == 2
    assert shop.points() == (102, 0, 0)


def test_more_points_than_there_are_or_may_be_are_refused_with_the_numbers(shop: Shop) -> None:
    shop.buy(line(100_000))
    for points, code in ((101, "not-enough"), (60, "points-refused")):
        answer = shop.till.post("/purchases", shop.asked(line(500), points=[{"unit": "points", "points": points}]))
        assert answer.json()["code"] == code, answer.json()
    assert (answer.json()["most"], Sale.objects.count()) == (50, 1)
    done = shop.buy(line(500), points=[{"unit": "points"}])
    assert (done["paid_with_points"], done["due"]) == (500, 0)


def test_points_that_pay_nothing_are_refused_and_none_are_taken_for_nothing(shop: Shop, world: World) -> None:
    a_hundredth = {**POINTS, "points": 100, "worth": 1}
    promise(world, "points-payment", "points", a_hundredth, begins_at=now() - timedelta(seconds=5))
    shop.buy(line(1_000_000))
    few = shop.till.post("/purchases", shop.asked(line(500), points=[{"unit": "points", "points": 50}])).json()
    assert (few["code"], few["least"]) == ("points-refused", 100)
    done = shop.buy(line(5), points=[{"unit": "points"}])
    assert (done["paid_with_points"], shop.points()) == (5, (500, 0, 0))


def test_points_of_nobody_or_of_a_unit_twice_are_no_request(shop: Shop, world: World) -> None:
    half = {**POINTS, "most_permille": 500}
    promise(world, "points-payment", "points", half, begins_at=now() - timedelta(seconds=5))
    shop.buy(line(100_000))
    for asked in (
        shop.asked(line(500), member=None, points=[{"unit": "points"}]),
        shop.asked(line(500), points=[{"unit": "points"}, {"unit": "points"}]),
    ):
        assert shop.till.post("/purchases", asked).json()["code"] == "invalid-request"


def test_sem_27_the_same_document_is_answered_as_it_was_and_another_under_it_is_refused(shop: Shop) -> None:
    asked = shop.asked(line(2000))
    first = shop.till.done("/purchases", asked)
    again = shop.till.done("/purchases", asked)
    assert again == first | {"replayed": True}
    other = shop.till.post("/purchases", asked | {"lines": [line(2001)]})
    assert (other.status_code, other.json()["code"]) == (422, "business-key-reused")
    assert shop.points() == (2, 0, 0)


def test_a_dry_run_answers_the_same_and_keeps_nothing(shop: Shop) -> None:
    asked = shop.asked(line(2000))
    tried = shop.till.done("/purchases?dry_run=true", asked)
    assert (tried["effects"][0]["amount"], Sale.objects.count(), shop.points()) == (2, 0, (0, 0, 0))
    done = shop.till.done("/purchases", asked)
    assert {**done, "id": ""} == {**tried, "id": ""}


def test_several_bills_of_an_offline_till_come_late_in_any_order_and_twice(shop: Shop) -> None:
    days = [shop.asked(line(1000 * n), effective_at=f"2026-03-0{n}T10:00:00Z") for n in (3, 1, 2)]
    told = shop.till.done("/purchases/batch", {"purchases": days})["items"]
    assert [one["effects"][0]["amount"] for one in told] == [3, 1, 2]
    again = shop.till.done("/purchases/batch", {"purchases": [days[2], days[0], shop.asked(line(9000))]})["items"]
    assert [one["replayed"] for one in again] == [True, True, False]
    assert shop.points() == (15, 0, 0)
    balances = shop.till.get(f"/members/{shop.member}/balances", as_of="2026-03-02T12:00:00Z").json()["items"]
    assert balances[0]["available"] == 3


def test_sem_39_a_late_bill_has_the_rules_of_its_own_day(shop: Shop) -> None:
    double = {**PER_TEN, "award": {"type": "per-amount", "units": 2, "per": 1000}}
    promise(shop.world, "earn", "one-for-ten", double, begins_at=datetime(2026, 4, 1, tzinfo=UTC))
    late, today = shop.buy(line(1000), effective_at="2026-03-31T12:00:00Z"), shop.buy(line(1000))
    assert [(one["effects"][0]["version"], one["effects"][0]["amount"]) for one in (late, today)] == [(1, 1), (2, 2)]
    assert shop.back(late)["effects"][0]["amount"] == 1


@pytest.mark.parametrize("how", ["batch", "reserved"])
def test_only_one_purchase_is_the_first(shop: Shop, how: str) -> None:
    first = {"least": {"purchase": 100}, "who": {"first_purchase": True}}
    welcome = {"unit": "points", "award": {"type": "fixed", "units": 500}, "conditions": first}
    promise(shop.world, "earn", "welcome", welcome)
    if how == "batch":
        shop.till.done("/purchases/batch", {"purchases": [shop.asked(line(100)) for _ in range(3)]})
    else:
        for held in [shop.buy(line(100), hold_seconds=60) for _ in range(3)]:
            shop.till.done(f"/purchases/{held['id']}/complete")
    assert shop.points() == (500, 0, 0)


def test_a_reserved_bill_is_completed_once(shop: Shop) -> None:
    shop.buy(line(100_000))
    held = shop.buy(line(3000), points=[{"unit": "points", "points": 40}], hold_seconds=600)
    assert (held["state"], shop.points()) == ("open", (60, 0, 0))
    done = shop.till.done(f"/purchases/{held['id']}/complete")
    assert (done["state"], done["due"], shop.points()) == ("complete", 2600, (62, 0, 0))
    again = shop.till.post(f"/purchases/{held['id']}/complete")
    assert (again.status_code, again.json()["code"]) == (409, "sale-state")
    assert shop.till.get(f"/purchases/{held['id']}").json()["state"] == "complete"


def test_a_reserved_bill_that_is_given_up_leaves_everything_as_before(shop: Shop) -> None:
    shop.buy(line(100_000))
    held = shop.buy(line(3000), points=[{"unit": "points", "points": 40}], hold_seconds=600)
    done = shop.till.done(f"/purchases/{held['id']}/cancel", {"reason": "left"})
    assert (done["state"], done["balances"][0]["available"], shop.points()) == ("cancelled", 100, (100, 0, 0))
    assert shop.till.post(f"/purchases/{held['id']}/complete").status_code == 409


def test_sem_12_partial_returns_are_cumulative(shop: Shop) -> None:
    bought = shop.buy(line(1000, quantity="10"))
    told = [shop.back(bought, {"number": 1, "quantity": "1"}) for _ in range(10)]
    assert [sum(one["amount"] for one in back["effects"]) for back in told] == [1, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    assert (sum(back["refund"] for back in told), shop.points()) == (1000, (0, 0, 0))
    more = shop.till.post(f"/purchases/{bought['id']}/returns", {"source": "till-4", "external_id": "more"})
    assert more.json()["code"] == "wrong-return"


def test_sem_11_a_return_takes_back_what_was_earned_though_the_rule_has_changed(shop: Shop) -> None:
    bought = shop.buy(line(10_000), line(10_000, "jam"))
    tenfold = {**PER_TEN, "award": {"type": "per-amount", "units": 10, "per": 1000}}
    promise(shop.world, "earn", "one-for-ten", tenfold, begins_at=datetime.now(UTC) - timedelta(seconds=1))
    assert shop.back(bought, {"number": 2})["effects"][0]["amount"] == 10
    assert shop.points() == (10, 0, 0)


def test_sem_13_a_minimum_is_looked_at_again_on_what_remains(shop: Shop) -> None:
    bonus = {
        "unit": "points", "currency": "GBP", "award": {"type": "fixed", "units": 200},
        "conditions": {"least": {"purchase": 5000}},
    }  # fmt: skip
    promise(shop.world, "earn", "spend-50", bonus)
    bought = shop.buy(line(4900), line(100, "pin"))
    assert shop.points() == (205, 0, 0)
    back = shop.back(bought, {"number": 2})
    assert {one["code"]: one["amount"] for one in back["effects"]} == {"one-for-ten": 1, "spend-50": 200}
    assert shop.points() == (4, 0, 0)


def test_sem_15_points_come_back_in_proportion_and_to_the_same_lots(shop: Shop) -> None:
    shop.buy(line(100_000))
    before = shop.till.get(f"/members/{shop.member}/lots").json()["items"]
    bought = shop.buy(line(3000), line(1000, "jam"), points=[{"unit": "points", "points": 100}])
    back = shop.back(bought, {"number": 1})
    given = next(one for one in back["effects"] if one["kind"] == "pay-points")
    assert (given["amount"], given["money"], back["refund"]) == (75, 750, 2250)
    after = shop.till.get(f"/members/{shop.member}/lots").json()["items"]
    assert [lot["id"] for lot in before] == [lot["id"] for lot in after if lot["id"] == before[0]["id"]]
    assert shop.back(bought)["refund"] == 750
    assert shop.points() == (100, 0, 0)


def test_sem_14_what_was_spent_meanwhile_is_owed_and_eaten_by_later_earns(shop: Shop) -> None:
    bought = shop.buy(line(100_000))
    shop.buy(line(900), points=[{"unit": "points", "points": 90}])
    back = shop.back(bought)
    assert (back["effects"][0]["amount"], back["effects"][0]["owed"]) == (100, 90)
    assert shop.points() == (0, 0, 90)
    shop.buy(line(100_000))
    assert shop.points() == (10, 0, 0)


@pytest.mark.parametrize(("points", "left"), [(30, 70), (100, 0)])
def test_what_was_taken_back_by_hand_is_not_asked_for_again_by_a_return(shop: Shop, points: int, left: int) -> None:
    bought = shop.buy(line(100_000))
    earned = shop.till.get(f"/members/{shop.member}/transfers").json()["items"][0]["id"]
    shop.till.done(f"/transfers/{earned}/reversals", {"amount": points, "reason": "mistake"})
    back = shop.back(bought)
    assert (back["effects"][0]["amount"], back["refund"], shop.points()) == (left, 100_000, (0, 0, 0))


def test_sem_16_the_same_return_twice_does_nothing_more(shop: Shop) -> None:
    bought = shop.buy(line(5000))
    said: dict[str, Any] = {"external_id": "back-1"}
    first = shop.back(bought, **said)
    again = shop.back(bought, **said)
    assert again == first | {"replayed": True}
    assert shop.points() == (0, 0, 0)


def test_another_merchants_key_sees_no_such_purchase(shop: Shop, world: World) -> None:
    bought = shop.buy(line(5000))
    other = type(shop.till)(world.key("till", merchant=world.other))
    foreign = type(shop.till)(world.key("till", foreign=True))
    for till in (other, foreign):
        assert till.get(f"/purchases/{bought['id']}").json()["code"] == "sale-unknown"
        answer = till.post(f"/purchases/{bought['id']}/returns", {"source": "t", "external_id": "1"})
        assert answer.json()["code"] == "sale-unknown"


def test_a_bill_that_cannot_be_says_where(shop: Shop) -> None:
    wrong = shop.till.post("/purchases", shop.asked(line(100, discount=101), line(1, quantity="0")))
    assert wrong.status_code == 422
    assert {one["pointer"] for one in wrong.json()["errors"]} == {"/lines/0", "/lines/1"}
    ahead = shop.till.post("/purchases", shop.asked(line(100), effective_at="2999-01-01T00:00:00Z"))
    assert ahead.json()["code"] == "wrong-sale"
    a_minute = shop.till.post(
        "/purchases", shop.asked(line(100), effective_at=(now() + timedelta(minutes=1)).isoformat())
    )
    assert 50 <= a_minute.json()["ahead"] <= 60  # seconds, by which the till's clock is wrong


def test_a_batch_that_is_refused_says_for_whom(shop: Shop) -> None:
    nobody = typed("mbr", new_id(now()))
    bills = [shop.asked(line(100)), shop.asked(line(100), member=nobody)]
    refused = shop.till.post("/purchases/batch", {"purchases": bills})
    assert (refused.status_code, refused.json()["members"]) == (404, [nobody])


def test_a_receipt_leads_to_its_purchase_and_to_what_came_back_of_it(shop: Shop) -> None:
    bought = shop.buy(line(2000, quantity="2"))
    where = {"source": "till-4", "external_id": "doc-1", "merchant": typed("mrc", shop.world.merchant)}
    assert [one["id"] for one in shop.till.get("/purchases", **where).json()["items"]] == [bought["id"]]
    assert shop.till.get("/purchases", **where | {"external_id": "doc-9"}).json() == {"items": []}
    listed = f"/purchases/{bought['id']}/returns"
    assert shop.till.get(listed).json() == {"items": []}
    back = shop.back(bought, {"number": 1, "quantity": "1"})
    assert shop.till.get(listed).json()["items"] == [back | {"replayed": False}]
    assert shop.till.get("/purchases", **where | {"external_id": "doc-2"}).json() == {"items": []}  # the return's own
    other = Till(shop.world.key("till", merchant=shop.world.other))
    assert other.get("/purchases", **where | {"merchant": typed("mrc", shop.world.other)}).json() == {"items": []}
    assert other.get(listed).status_code == 404
