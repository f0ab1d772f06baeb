"""S12: a person known by several keys is recognised as one at every touch point; two records become one and two again
without loss. Through the API, as a till, a web shop and the counter have it."""

from typing import Any

import pytest
from tests.api.world import Till, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return make_world()


def points(till: Till, member: str) -> int:
    items = till.get(f"/members/{member}/balances").json()["items"]
    return sum(one["available"] for one in items)


def test_one_face_at_every_touch_point(world: World) -> None:
    counter = Till(world.key("administrator"))
    till = Till(world.key("till", merchant=world.merchant))
    shop = Till(world.key("till", merchant=world.other))
    counter.done("/units", {"code": "points", "name": "Points"})
    blue = {"programme": "riverside", "name": "Blue", "prefix": "6270", "serial_digits": 8}
    numbers = counter.done("/card-ranges", blue)["id"]

    def earned(by: Till, member: str, amount: int, **more: Any) -> Any:
        body = {"kind": "earn", "member": member, "unit": "points", "amount": amount, **more}
        return by.done("/transfers", body)

    # At the till she takes a card; in the web shop she opens an account with her mail address.
    at_till = till.done("/members", {"facts": {"given_name": "Ada"}, "source": "till-4"})["id"]
    card = till.done(f"/members/{at_till}/cards", {"range": numbers})
    phone = {"kind": "phone", "value": "+44 7400 123456"}
    till.done(f"/members/{at_till}/identifiers", {"identifiers": [phone]})
    mail = {"kind": "email", "value": "ada@example.com"}
    account = {"kind": "external", "value": "C-1001", "source": "web-shop"}
    in_shop = shop.done("/members", {"identifiers": [mail, account], "source": "web-shop"})["id"]
    earned(till, at_till, 100)
    earned(shop, in_shop, 40)

    # The counter sees that both are her.
    counter.done("/merges", {"survivor": at_till, "other": in_shop, "reason": "said so, showed the mail"})
    keys = [phone, mail, account, {"kind": "card", "value": card["number"]}]
    everywhere = [till, shop, counter]
    found = [by.look("/members/recognise", shown).json() for by in everywhere for shown in keys]
    assert {one["member"] for one in found} == {at_till}
    assert {by.get(f"/members/{in_shop}").json()["id"] for by in everywhere} == {at_till}
    assert points(till, at_till) == points(shop, in_shop) == 140

    # She buys in the web shop with the old account; then it turns out that it is her daughter's.
    shown = shop.look("/members/recognise", account).json()["shown"]
    earned(shop, at_till, 10, shown=shown)
    counter.done(f"/members/{in_shop}/unmerge", {"reason": "the daughter's"})
    assert (points(till, at_till), points(shop, in_shop)) == (100, 50)
    owners = {one["kind"]: till.look("/members/recognise", one).json()["member"] for one in keys}
    assert owners == {"phone": at_till, "card": at_till, "email": in_shop, "external": in_shop}
    assert {one["kind"] for one in till.get(f"/members/{in_shop}/identifiers").json()["items"]} == {"email", "external"}
