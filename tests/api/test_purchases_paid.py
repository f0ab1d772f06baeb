"""Coupons, promotions, stored value and levels at the checkout, and what a return does to each."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.basics.ids import typed
from regulars.ledger.services import define_unit, freeze, unfreeze
from regulars.ledger.words import Level, UnitKind
from regulars.programme.checkout.ending import lapse_due
from regulars.programme.coupons.moves import Gift
from regulars.programme.models import Counter
from regulars.programme.services.coupons_issuing import issue
from tests.api.pages import run_page
from tests.api.shop import ANN, BEGUN, PER_TEN, POINTS, Shop, line, now, open_shop, owner, promise
from tests.api.world import Till, World
from tests.ledger.machine import books_add_up

ANYONE = {"who": {"anyone": True}}


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", PER_TEN)
    return found


def value_units() -> list[str]:
    for code, kind in (("GBP-value", UnitKind.PAID), ("GBP-bonus", UnitKind.BONUS)):
        define_unit(code, code, kind=kind, currency="GBP", scale=2, zone="Europe/London", actor=ANN, at=BEGUN)
    return ["GBP-bonus", "GBP-value"]


def kinds(told: dict[str, Any]) -> dict[str, int]:
    return {one["kind"]: one["amount"] for one in told["effects"]}


def coupon(shop: Shop, code: str = "spring", *, to: str | None = None, **more: Any) -> str:
    offer = {"benefit": {"type": "percent", "permille": 100}, "conditions": ANYONE}
    promise(shop.world, "coupon-series", code, {"name": "Spring", "offer": offer, **more})
    gifts = [Gift(owner(to))] if to else []
    made = issue(code, 0 if to else 1, to=gifts, organisation=shop.world.organisation, actor=ANN, at=now())
    assert made.coupons[0].code is not None
    return made.coupons[0].code


def test_a_member_price_and_a_coupon_stand_on_the_bill_line_by_line(shop: Shop) -> None:
    offer = {"benefit": {"type": "percent", "permille": 200}, "what": {"items": ["jam"]}}
    promise(shop.world, "promotion", "member-price", {"name": "Jam week", "offer": offer})
    code = coupon(shop)
    done = shop.buy(line(2000), line(1000, "jam"), coupons=[code])
    assert [(one["paid"], [part["code"] for part in one["offers"]]) for one in done["lines"]] == [
        (1800, ["spring"]), (720, ["member-price", "spring"]),
    ]  # fmt: skip
    assert (done["discount"], done["due"], kinds(done)["earn"]) == (480, 2520, 2)
    anonymous = shop.buy(line(1000, "jam"), member=None)
    assert anonymous["due"] == 1000


def test_a_code_that_gives_nothing_says_why_and_the_bill_goes_on(shop: Shop) -> None:
    code = coupon(shop)
    shop.buy(line(2000), coupons=[code])
    done = shop.buy(line(2000), coupons=[code, "NOSUCHCODE"])
    assert sorted(one["why"] for one in done["not_applied"]) == ["unknown-code", "used"]
    assert done["due"] == 2000


def test_sem_26_a_reserved_bill_holds_its_coupon_until_it_ends(shop: Shop) -> None:
    code = coupon(shop)
    held = shop.buy(line(2000), coupons=[code], hold_seconds=60)
    assert shop.buy(line(2000), coupons=[code])["not_applied"][0]["why"] == "reserved"
    shop.till.done(f"/purchases/{held['id']}/cancel", {})
    again = shop.buy(line(2000), coupons=[code], hold_seconds=60)
    assert again["discount"] == 200
    assert lapse_due(actor=ANN, at=now() + timedelta(seconds=61)) == 1
    assert shop.till.get(f"/purchases/{again['id']}").json()["state"] == "cancelled"
    assert shop.buy(line(2000), coupons=[code])["discount"] == 200


def test_a_coupon_is_good_again_when_all_it_took_something_off_came_back(shop: Shop) -> None:
    code = coupon(shop, restored_on_return=True)
    bought = shop.buy(line(2000), line(1000, "jam"), coupons=[code])
    assert shop.back(bought, {"number": 1})["restored"] == []
    assert shop.buy(line(2000), coupons=[code])["discount"] == 0
    last = shop.back(bought)
    assert (len(last["restored"]), last["refund"]) == (1, 900)
    assert shop.buy(line(2000), coupons=[code])["discount"] == 200


def test_sem_26_a_coupon_of_points_that_nobody_can_get_is_not_used_up(shop: Shop) -> None:
    offer = {"benefit": {"type": "points", "unit": "points", "amount": 50}, "conditions": ANYONE}
    code = coupon(shop, "bonus", offer=offer)
    nobody = shop.buy(line(1000), member=None, coupons=[code])
    freeze(owner(shop.member), Level.EARN, reason="looked into", actor=ANN, at=now())
    frozen = shop.buy(line(1000), coupons=[code])
    unfreeze(owner(shop.member), Level.EARN, actor=ANN, at=now())
    assert [one["not_applied"][0]["why"] for one in (nobody, frozen)] == ["no-member", "frozen"]
    assert kinds(shop.buy(line(1000), coupons=[code])) == {"points": 50, "earn": 1}


def test_sem_41_value_is_sold_paid_with_and_goes_back_to_where_it_came_from(shop: Shop) -> None:
    units = value_units()
    onto = {"member": shop.member, "unit": "GBP-value"}
    sold = shop.buy(line(5000, "gift card", marks=["gift-card"], loads=onto))
    assert (kinds(sold)["load"], shop.points("GBP-value")) == (5000, (5000, 0, 0))
    bought = shop.buy(line(2000), line(1000, "jam"), value=[{"units": units, "amount": 1500}])
    assert (bought["paid_with_value"], bought["due"], shop.points("GBP-value")) == (1500, 1500, (3500, 0, 0))
    back = shop.back(bought, {"number": 1})
    assert (kinds(back)["pay-value"], back["refund"], shop.points("GBP-value")) == (1000, 1000, (4500, 0, 0))


def test_sem_41_value_buys_no_value(shop: Shop) -> None:
    units = value_units()
    onto = {"member": shop.member, "unit": "GBP-value"}
    shop.buy(line(5000, "gift card", loads=onto))
    asked = shop.asked(line(1000, "gift card", loads=onto), line(300), value=[{"units": units}])
    done = shop.till.done("/purchases", asked)
    assert (done["paid_with_value"], done["due"]) == (300, 1000)


@pytest.mark.parametrize(
    ("unit", "currency", "code"),
    [
        ("points", "GBP", "wrong-load"),
        ("GBP-bonus", "GBP", "wrong-load"),
        ("GBP-value", "EUR", "wrong-currency"),
        ("no-unit", "GBP", "unit-unknown"),
    ],
)
def test_sem_42_only_paid_value_is_sold_and_for_money_of_its_own_currency(
    shop: Shop, unit: str, currency: str, code: str
) -> None:
    value_units()
    asked = shop.asked(line(1000, loads={"member": shop.member, "unit": unit}), currency=currency)
    assert shop.till.post("/purchases", asked).json()["code"] == code


def test_sem_17_a_gift_card_that_is_brought_back_is_refunded_as_far_as_it_is_unspent(shop: Shop) -> None:
    units = value_units()
    onto = {"member": shop.member, "unit": "GBP-value"}
    sold = shop.buy(line(5000, "gift card", loads=onto))
    shop.buy(line(1200), value=[{"units": units}])
    back = shop.back(sold)
    assert (kinds(back)["load"], back["refund"], shop.points("GBP-value")) == (3800, 3800, (0, 0, 0))


def test_sem_17_a_gift_card_that_is_spent_is_brought_back_for_nothing_and_the_goods_beside_it_for_their_price(
    shop: Shop,
) -> None:
    units = value_units()
    sold = shop.buy(line(5000, "gift card", loads={"member": shop.member, "unit": "GBP-value"}), line(700))
    shop.buy(line(6000), value=[{"units": units}])
    back = shop.back(sold)
    assert (kinds(back)["load"], back["refund"], shop.points("GBP-value")) == (0, 700, (0, 0, 0))


def test_several_cards_pay_one_bill(shop: Shop) -> None:
    units = value_units()
    other = shop.till.done("/members", {})["id"]
    for member, amount in ((shop.member, 1000), (other, 700)):
        shop.buy(line(amount, "gift card", loads={"member": member, "unit": "GBP-value"}))
    done = shop.buy(line(2000), value=[{"units": units}, {"member": other, "units": units}])
    assert (done["paid_with_value"], done["due"]) == (1700, 300)
    assert [one["money"] for one in done["effects"] if one["kind"] == "pay-value"] == [1000, 700]


def test_sem_42_value_of_another_currency_is_refused(shop: Shop) -> None:
    value_units()
    asked = shop.asked(line(1000), currency="EUR", value=[{"units": ["GBP-value"]}])
    assert shop.till.post("/purchases", asked).json()["code"] == "wrong-currency"


LADDER = {
    "levels": [{"code": "basic"}, {"code": "gold", "reach": [{"spend": 100_000}]}],
    "zone": "Europe/London",
    "on_return": "take-back",
}


def test_a_level_is_reached_at_once_and_its_multiplier_holds_from_the_next_bill_on(shop: Shop) -> None:
    promise(shop.world, "ladder", "club", LADDER)
    double = {
        **PER_TEN, "multipliers": [{"permille": 2000, "conditions": {"who": {"tiers": ["club/gold"]}}}],
    }  # fmt: skip
    promise(shop.world, "earn", "one-for-ten", double, begins_at=now() - timedelta(seconds=5))
    first, second = shop.buy(line(100_000)), shop.buy(line(1000))
    assert (kinds(first)["earn"], kinds(second)["earn"]) == (100, 2)
    back = shop.back(first, {"number": 1})
    assert back["effects"][0]["amount"] == 100
    assert shop.back(second)["effects"][0]["amount"] == 2  # by the level of then, though it is lost


def test_erasure_takes_what_rules_knew_and_leaves_the_purchase(shop: Shop) -> None:
    bought = shop.buy(line(2000))
    administrator = type(shop.till)(shop.world.key("administrator"))
    exported = administrator.get(f"/members/{shop.member}/export").json()
    assert exported["rooms"]["programme"]["checkout"]["purchases"][0]["id"] == bought["id"]
    administrator.done(f"/members/{shop.member}/erase", {"reason": "asked"})
    back = shop.back(bought)
    assert (back["refund"], [one["amount"] for one in back["effects"]], back["balances"]) == (2000, [0], [])


@pytest.mark.parametrize(
    ("mixed", "value", "money"), [("proportion", 500, 500), ("value-first", 1000, 0), ("money-first", 0, 1000)]
)
def test_sem_18_the_order_of_money_and_value_in_a_refund_is_a_setting(
    shop: Shop, mixed: str, value: int, money: int
) -> None:
    units = value_units()
    promise(shop.world, "return-policy", "default", {"mixed": mixed})
    shop.buy(line(5000, "gift card", loads={"member": shop.member, "unit": "GBP-value"}))
    bought = shop.buy(line(1000), line(1000, "jam"), value=[{"units": units, "amount": 1000}])
    first = shop.back(bought, {"number": 1})
    assert (kinds(first).get("pay-value", 0), first["refund"]) == (value, money)
    last = shop.back(bought)
    assert (kinds(last).get("pay-value", 0), last["refund"]) == (1000 - value, 1000 - money)
    assert shop.points("GBP-value") == (5000, 0, 0)


@pytest.mark.parametrize(
    ("spent", "owed", "refund"), [("owed", 90, 100_000), ("charged", 0, 99_100), ("forgiven", 0, 100_000)]
)
def test_sem_14_what_happens_to_spent_points_is_a_setting(shop: Shop, spent: str, owed: int, refund: int) -> None:
    promise(shop.world, "return-policy", "default", {"spent": spent})
    promise(shop.world, "points-payment", "points", POINTS)
    bought = shop.buy(line(100_000))
    shop.buy(line(900), points=[{"unit": "points", "points": 90}])
    back = shop.back(bought)
    assert (back["refund"], shop.points()) == (refund, (0, 0, owed))


@pytest.mark.parametrize(("spent", "refund"), [("charged", 9995), ("forgiven", 10_000)])
def test_sem_12_what_spent_points_cost_is_the_same_in_one_return_and_in_ten(
    shop: Shop, spent: str, refund: int
) -> None:
    promise(shop.world, "return-policy", "default", {"spent": spent})
    promise(shop.world, "points-payment", "points", {**POINTS, "points": 10, "worth": 5})
    for quantity in ("10", "1"):
        bought = shop.buy(line(10_000, quantity="10"))
        shop.buy(line(100), points=[{"unit": "points", "points": 10}])
        told = [shop.back(bought, {"number": 1, "quantity": quantity}) for _ in range(10 // int(quantity))]
        assert (sum(back["refund"] for back in told), shop.points()) == (refund, (0, 0, 0))


def test_sem_36_who_is_kept_from_earning_buys_all_the_same(shop: Shop) -> None:
    bought = shop.buy(line(5000))
    freeze(owner(shop.member), Level.EARN, reason="fraud", actor=ANN, at=now())
    done = shop.buy(line(5000))
    assert (done["state"], done["effects"], [one["why"] for one in done["not_applied"]]) == ("complete", [], ["frozen"])
    assert shop.back(bought)["effects"][0]["amount"] == 5
    assert shop.points() == (0, 0, 0)


def test_sem_36_a_reserved_bill_of_who_was_frozen_meanwhile_is_completed_and_earns_nothing(shop: Shop) -> None:
    budget = {**PER_TEN, "limits": [{"most": 1000, "of": "units", "per": "all"}]}
    promise(shop.world, "earn", "one-for-ten", budget, begins_at=now() - timedelta(seconds=5))
    held = shop.buy(line(5000), hold_seconds=600)
    freeze(owner(shop.member), Level.EARN, reason="fraud", actor=ANN, at=now())
    done = shop.till.done(f"/purchases/{held['id']}/complete")
    assert (done["state"], done["effects"], [one["why"] for one in done["not_applied"]]) == ("complete", [], ["frozen"])
    assert (Counter.objects.get().used, shop.points(), shop.back(done)["refund"]) == (0, (0, 0, 0), 5000)


def test_what_was_paid_with_an_erased_persons_points_is_paid_to_nobody(shop: Shop) -> None:
    promise(shop.world, "points-payment", "points", POINTS)
    shop.buy(line(100_000))
    bought = shop.buy(line(2000, quantity="2"), points=[{"unit": "points", "points": 100}])
    office = Till(shop.world.key("administrator"))
    office.done(f"/members/{shop.member}/erase", {"reason": "asked"})
    back = shop.back(bought, {"number": 1, "quantity": "1"})
    assert (back["amount"], back["refund"], kinds(back)) == (1000, 500, {"earn": 0, "pay-points": 0})
    books_add_up()


@pytest.mark.parametrize("points", [None, 50])
def test_a_reserved_bill_is_completed_for_whoever_the_member_is_by_then(shop: Shop, points: int | None) -> None:
    promise(shop.world, "points-payment", "points", POINTS)
    shop.buy(line(100_000))
    paying = {"points": [{"unit": "points", "points": points}]} if points else {}
    held = shop.buy(line(5000), hold_seconds=600, **paying)
    office = Till(shop.world.key("administrator"))
    other = shop.till.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    merged = office.post("/merges", {"survivor": other, "other": shop.member, "reason": "one person"})
    assert (merged.status_code, merged.json().get("code")) == ((409, "open-holds") if points else (201, None))
    done = shop.till.done(f"/purchases/{held['id']}/complete")
    assert (done["state"], done["balances"][0]["available"]) == ("complete", 54 if points else 105)
    back = shop.back(done)
    assert (back["refund"], back["balances"][0]["available"]) == (4500 if points else 5000, 100)


def test_a_reserved_bill_of_who_was_erased_meanwhile_earns_nobody_anything(shop: Shop) -> None:
    held = shop.buy(line(5000), hold_seconds=600)
    office = Till(shop.world.key("administrator"))
    office.done(f"/members/{shop.member}/erase", {"reason": "asked"})
    assert shop.till.done(f"/purchases/{held['id']}/complete")["state"] == "complete"
    books_add_up()


def test_what_comes_back_has_happened(shop: Shop) -> None:
    bought = shop.buy(line(5000))
    for moment in ("2001-01-01T00:00:00Z", "2999-01-01T00:00:00Z"):
        said = {"source": "till-4", "external_id": moment, "effective_at": moment}
        assert shop.till.post(f"/purchases/{bought['id']}/returns", said).json()["code"] == "wrong-return"


def test_the_page_runs_as_it_is_written(shop: Shop) -> None:
    shop.buy(line(20_000))
    office = Shop(shop.world, Till(shop.world.key("administrator")), shop.member)
    run_page("paying.md", office, {"member": shop.member, "merchant": typed("mrc", shop.world.merchant)})
