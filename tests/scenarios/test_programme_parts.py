"""The part that the programme has in larger scenarios: S23, S24, S27. S30's is with the coupons."""

from typing import Any

import pytest
from tests.api.shop import ANN, BEGUN, PER_TEN, Shop, line, now, open_shop, owner, promise
from tests.api.world import Till, World

from regulars.basics.ids import typed
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.members.moves import NewMark
from regulars.members.services.extras import mark


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


def kinds(told: dict[str, Any]) -> dict[str, int]:
    return {one["kind"]: one["amount"] for one in told["effects"]}


def test_s23_a_card_of_stored_value_and_points_is_good_at_every_merchant_and_survives_its_loss(
    shop: Shop, world: World
) -> None:
    promise(world, "earn", "base", PER_TEN)
    define_unit("GBP-value", "Value", kind=UnitKind.PAID, currency="GBP", scale=2, zone="UTC", actor=ANN, at=BEGUN)
    office = Till(world.key("administrator"))
    made = office.done("/card-ranges", {"prefix": "6012", "name": "Site", "programme": "site", "serial_digits": 6})
    card = office.done(f"/card-ranges/{made['id']}/cards", {"count": 1})["items"][0]
    shown = {"kind": "card", "value": card["number"]}
    onto = {"identifier": shown, "unit": "GBP-value"}
    shop.buy(line(10_000, "top-up", loads=onto, marks=["gift-card"]), member=None)
    bakery = {"merchant": typed("mrc", world.other), "identifier": shown}
    paid = shop.buy(line(3000, "cake"), member=None, value=[{"units": ["GBP-value"]}], **bakery)
    assert (paid["paid_with_value"], paid["due"], kinds(paid)["earn"]) == (3000, 0, 3)

    new = office.done(f"/cards/{card['id']}/replace", {"why": "lost", "reason": "train"})
    lost = shop.till.post("/purchases", shop.asked(line(500), member=None, **bakery))
    assert lost.json()["code"] == "card-not-usable"
    bakery["identifier"] = {"kind": "card", "value": new["number"]}
    again = shop.buy(line(500), member=None, value=[{"units": ["GBP-value"]}], **bakery)
    assert (again["paid_with_value"], again["member"]) == (500, paid["member"])
    forged = {"kind": "card", "value": f"{int(new['number']) + 10}"}
    asked = shop.asked(line(500), member=None, identifier=forged)
    assert shop.till.post("/purchases", asked).json()["code"] == "unknown-identifier"


def test_s24_members_who_book_directly_have_the_low_price_through_every_channel_of_our_own(shop: Shop) -> None:
    offer = {
        "benefit": {"type": "percent", "permille": 80}, "what": {"categories": ["rooms"]},
        "conditions": {"where": {"channels": ["web", "app", "phone", "desk"]}},
    }  # fmt: skip
    promise(shop.world, "promotion", "member-rate", {"name": "Member rate", "offer": offer})
    night = line(10_000, "night", category="rooms/double")
    for channel in ("web", "app", "phone", "desk"):
        assert shop.buy(night, channel=channel)["due"] == 9200
    agent = shop.buy(night, channel="agent")
    assert (agent["due"], agent["not_applied"][0]["why"]) == (10_000, "other-channel")
    assert shop.buy(night, channel="web", member=None)["due"] == 10_000


def test_s27_a_co_branded_card_earns_more_and_a_club_inside_the_club_has_its_own_points(shop: Shop) -> None:
    define_unit("corks", "Corks", zone="UTC", actor=ANN, at=BEGUN)
    promise(shop.world, "earn", "base", PER_TEN)
    card = {"where": {"tenders": ["card:co-brand"]}}
    extra = {"unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 2, "per": 1000}}
    promise(shop.world, "earn", "co-brand", {**extra, "conditions": card, "funder": "bank"})
    wine = {
        "unit": "corks", "award": {"type": "per-piece", "units": 1}, "what": {"categories": ["drinks/wine"]},
        "conditions": {"who": {"segments": ["wine-club"]}},
    }  # fmt: skip
    promise(shop.world, "earn", "wine-club", wine)
    bottles = line(6000, "rioja", quantity="3", category="drinks/wine/red")
    first = shop.buy(bottles, tenders=[{"kind": "card:other", "amount": 6000}])
    assert {one["code"]: one["amount"] for one in first["effects"]} == {"base": 6}
    marks = [NewMark(owner(shop.member), True)]
    home = shop.world.organisation
    mark("wine-club", marks, run="run-1", as_of=now(), organisation=home, whole=True, actor=ANN, at=now())
    second = shop.buy(bottles, tenders=[{"kind": "card:co-brand", "amount": 6000}])
    assert {one["code"]: one["amount"] for one in second["effects"]} == {"base": 6, "co-brand": 12, "wine-club": 3}
    assert (shop.points(), shop.points("corks")) == ((24, 0, 0), (3, 0, 0))
