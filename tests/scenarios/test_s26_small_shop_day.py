"""S26, small-shop day of a credit card: offers paid by or shared with merchants. Members enrol, spend at a listed small
merchant on the day, and get cash back as credit; merchants and budget settle correctly."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.api.pages import run_page
from tests.api.shop import ANN, BEGUN, Shop, line, now, open_shop, promise
from tests.api.test_books import close_days
from tests.api.world import Till, World, make_world

from regulars.basics.ids import typed
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.programme.errors import WrongTerms

TODAY = now().astimezone(ZoneInfo("Europe/London")).date()
# The day itself, with one on either side: a run may go past midnight.
FIRST, LAST = ((TODAY + timedelta(days=days)).isoformat() for days in (-1, 1))


@pytest.fixture
def shop(db: None) -> Shop:
    """A card of one organisation: 10 % cash back at the bakery, half of it paid by the bakery and half by the bank."""
    found = open_shop(make_world(alone=True))
    define_unit(
        "GBP-bonus",
        "Cash back",
        kind=UnitKind.BONUS,
        scale=2,
        currency="GBP",
        zone="Europe/London",
        actor=ANN,
        at=BEGUN,
    )
    promise(found.world, "offer", "small-shop-day", {"name": "Small-shop day", "ends_on": LAST})
    promise(found.world, "earn", "by-the-merchant", rule(found.world, "merchant"))
    promise(found.world, "earn", "by-the-bank", rule(found.world, "bank"))
    return found


def rule(world: World, funder: str, **more: Any) -> dict[str, Any]:
    return {
        "unit": "GBP-bonus", "currency": "GBP", "award": {"type": "per-amount", "units": 5, "per": 100},
        "conditions": {
            "when": {"begins_on": FIRST, "ends_on": LAST}, "where": {"merchants": [typed("mrc", world.other)]},
            "who": {"enrolled_in": "small-shop-day"},
        },
        "limits": [{"most": 500, "of": "units"}, {"most": 800, "of": "units", "per": "all"}],
        "funder": funder,
    } | more  # fmt: skip


def enrol(shop: Shop) -> None:
    shop.till.done(f"/members/{shop.member}/enrolments", {"kind": "offer", "code": "small-shop-day"})


def at_the_bakery(shop: Shop, amount: int, **more: Any) -> dict[str, Any]:
    return shop.buy(line(amount, "bread"), merchant=typed("mrc", shop.world.other), **more)


def credit(shop: Shop) -> int:
    return shop.points("GBP-bonus")[0]


def amounts(statement: dict[str, Any], which: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in statement["lines"]:
        if one["line"] == which:
            found[one["counterparty"]] = found.get(one["counterparty"], 0) + one["amount"]
    return found


def test_who_has_enrolled_gets_cash_back_at_a_listed_merchant_on_the_day(shop: Shop) -> None:
    before = at_the_bakery(shop, 2000)
    assert [one["why"] for one in before["not_applied"]] == ["not-enrolled", "not-enrolled"]
    enrol(shop)
    done = at_the_bakery(shop, 2000)
    assert {one["code"]: one["amount"] for one in done["effects"]} == {"by-the-merchant": 100, "by-the-bank": 100}
    elsewhere = shop.buy(line(2000))
    assert {one["why"] for one in elsewhere["not_applied"]} == {"other-place"}
    yesterday = at_the_bakery(shop, 2000, effective_at=(now() - timedelta(days=3)).isoformat())
    assert yesterday["effects"] == []
    assert credit(shop) == 200


def test_members_and_the_budget_have_a_cap_and_returns_free_it(shop: Shop) -> None:
    enrol(shop)
    first = at_the_bakery(shop, 20_000)
    assert [one["amount"] for one in first["effects"]] == [500, 500]
    assert at_the_bakery(shop, 1000)["not_applied"][0]["why"] == "limit-reached"
    other = Shop(shop.world, shop.till, shop.till.done("/members", {"facts": {"given_name": "Bo"}})["id"], 100)
    enrol(other)
    assert [one["amount"] for one in at_the_bakery(other, 8000)["effects"]] == [300, 300]
    assert at_the_bakery(other, 1000)["not_applied"][0]["why"] == "budget-spent"
    back = shop.back(first, merchant=typed("mrc", shop.world.other))
    assert sum(one["amount"] for one in back["effects"]) == 1000
    assert [one["amount"] for one in at_the_bakery(other, 2000)["effects"]] == [100, 100]


def test_merchants_settle_what_they_fund_and_what_they_took(shop: Shop) -> None:
    """Given 200: 100 by the bakery, 100 by the bank. 150 are spent at the market, which is owed them: the older lot
    first. What is left ties to the member's credit."""
    enrol(shop)
    bought = at_the_bakery(shop, 2400)
    shop.back(bought, merchant=typed("mrc", shop.world.other), lines=[{"number": 1, "quantity": "0.5"}])
    at_the_bakery(shop, 800)
    assert credit(shop) == 200
    paid = shop.buy(line(150), value=[{"units": ["GBP-bonus"]}])
    assert (paid["paid_with_value"], credit(shop)) == (150, 50)
    close_days()
    boss = Till(shop.world.key("administrator"))
    today = {"first_on": FIRST, "last_on": LAST}
    market, bakery = typed("mrc", shop.world.merchant), typed("mrc", shop.world.other)
    told = {one["merchant"]: one for one in boss.get("/units/GBP-bonus/statements", **today).json()["items"]}
    issued, took = amounts(told[bakery], "issued"), amounts(told[market], "redeemed")
    assert issued == {bakery: 100, "bank": 100}
    assert (sum(took.values()), set(took) <= {bakery, "bank"}, told[market]["due"]) == (150, True, 150)
    assert (amounts(told[bakery], "redeemed-elsewhere"), told[bakery]["due"]) == ({market: took[bakery]}, -took[bakery])
    assert sum(issued.values()) - sum(took.values()) == credit(shop)


def test_a_rule_names_an_offer_that_is_there(shop: Shop) -> None:
    wrong = {"conditions": {"who": {"enrolled_in": "no-such-day"}}}
    with pytest.raises(WrongTerms):
        promise(shop.world, "earn", "wrong", rule(shop.world, "bank", **wrong))


def test_the_page_on_cash_back_runs(shop: Shop) -> None:
    shop.till = Till(shop.world.key("administrator"))
    run_page("cash-back.md", shop, {"member": shop.member, "bakery": typed("mrc", shop.world.other)})
