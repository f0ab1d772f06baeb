"""S65, a hot-pot chain: the person at the table may put things right on the spot. Each role has an amount it may give
(points, coupon, stored value) with a reason; all of it is booked and reported."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.api.pages import run_page
from tests.api.shop import ANN, BEGUN, Shop, open_shop, promise
from tests.api.world import Till, World

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.services.keys import create_key
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.basics.ids import typed
from regulars.ledger.models import Account, Transfer
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind

NOW = datetime.now(UTC)
CLERK = {
    "units": {"points": {"per_deed": 200, "per_day": 500}, "GBP-bonus": {"per_deed": 1000, "per_day": 3000}},
    "coupons": {"dessert": {"per_deed": 1, "per_day": 2}},
    "reasons": ["long-wait", "wrong-dish"],
    "validity": {"points": "12M@month"},
}
MANAGER = {
    "units": {"points": {"per_deed": 1000, "per_day": 5000}}, "reasons": ["long-wait", "complaint"], "over": "ask",
}  # fmt: skip
DESSERT = {"name": "A dessert", "offer": {"benefit": {"type": "percent", "permille": 1000}}, "life": "30D"}


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    define_unit("GBP-bonus", "Bonus", kind=UnitKind.BONUS, scale=2, currency="GBP", actor=ANN, at=BEGUN)
    promise(world, "coupon-series", "dessert", DESSERT)
    promise(world, "goodwill", "clerk", CLERK)
    promise(world, "goodwill", "support", MANAGER)
    return found


def clerk(world: World, merchant: UUID | None = None) -> Till:
    return Till(world.key("clerk", merchant=merchant or world.merchant))


def given(shop: Shop, key: Till, **more: Any) -> Any:
    asked = {"unit": "points", "amount": 200, "reason": "long-wait"} | more
    return key.post(f"/members/{shop.member}/goodwill", {name: one for name, one in asked.items() if one is not None})


def test_points_value_and_coupons_are_given_on_the_spot_and_booked_as_the_houses_goodwill(shop: Shop) -> None:
    key = clerk(shop.world)
    points = given(shop, key, note="An hour for a table.").json()
    assert (points["state"], points["role"], points["person"][:4]) == ("given", "clerk", "key_")
    value = given(shop, key, unit="GBP-bonus", amount=1000, reason="wrong-dish").json()
    coupon = given(shop, key, unit=None, coupon="dessert", amount=1).json()
    assert len(coupon["coupons"][0]["code"]) > 8
    row = Transfer.objects.get(reason="long-wait")
    assert (row.kind, row.amount, row.funder, row.merchant) == (
        "earn",
        200,
        "goodwill",
        typed("mrc", shop.world.merchant),
    )
    assert {row.scope for row in Account.objects.filter(role="issued")} == {"goodwill"}
    assert (shop.points(), shop.points("GBP-bonus")) == ((200, 0, 0), (1000, 0, 0))
    assert (points["transfer"], value["coupons"]) == (typed("txn", row.id), [])
    lot = shop.till.get(f"/members/{shop.member}/lots").json()["items"]
    assert next(one["expires_at"] for one in lot if one["unit"] == "points") is not None


def test_more_than_the_role_may_is_refused_with_the_numbers(shop: Shop) -> None:
    key = clerk(shop.world)
    much = given(shop, key, amount=201)
    assert (much.status_code, much.json()["code"]) == (422, "goodwill-refused")
    numbers = {"required": 201, "available": 200, "missing": 1, "per_deed": 200, "per_day": 500, "given_today": 0}
    assert {name: much.json()[name] for name in numbers} == numbers
    assert [given(shop, key).status_code for _ in range(3)] == [201, 201, 422]
    assert given(shop, key, amount=100).status_code == 201
    assert given(shop, key, amount=1).json()["given_today"] == 500
    assert shop.points() == (500, 0, 0)
    wrong = given(shop, key, reason="complaint").json()
    assert (wrong["code"], wrong["reasons"]) == ("goodwill-refused", ["long-wait", "wrong-dish"])
    assert given(shop, Till(shop.world.key("till")), amount=1).json()["code"] == "goodwill-refused"
    assert given(shop, Till(shop.world.key("analyst")), amount=1).status_code == 403


def test_each_person_has_their_own_day_and_what_is_left_can_be_asked(shop: Shop) -> None:
    one, two = clerk(shop.world), clerk(shop.world)
    given(shop, one)
    left = [
        {(row["unit"], row["coupon"]): row["left_today"] for row in key.get("/goodwill/allowances").json()["items"]}
        for key in (one, two)
    ]
    assert left[0] == {("points", ""): 300, ("GBP-bonus", ""): 3000, ("", "dessert"): 2}
    assert left[1][("points", "")] == 500


def test_a_shared_key_gives_for_the_person_who_is_named_in_their_role(shop: Shop) -> None:
    key, world = clerk(shop.world), shop.world
    ann = hire("ann@example.com", name="Ann", by=gate.HOUSE, actor=ANN, at=NOW)
    nobody = given(shop, key, staff=typed("stf", ann))
    assert nobody.json()["code"] == "goodwill-refused"
    place = Place(world.organisation, world.merchant)
    assign("support", place, staff=ann, by=gate.HOUSE, actor=ANN, at=NOW)
    done = given(shop, key, amount=900, staff=typed("stf", ann)).json()
    assert (done["role"], done["person"], done["state"]) == ("support", typed("stf", ann), "given")


def test_above_the_limit_a_second_person_is_asked_where_the_role_says_so(shop: Shop) -> None:
    world = shop.world
    ann, bo = (hire(f"{n}@example.com", name=n, by=gate.HOUSE, actor=ANN, at=NOW) for n in ("ann", "bo"))
    keys = []
    for person, role in ((ann, "support"), (bo, "administrator")):
        assign(role, Place(world.organisation), staff=person, by=gate.HOUSE, actor=ANN, at=NOW)
        made = create_key("own", role, Place(world.organisation), owner=person, by=gate.HOUSE, actor=ANN, at=NOW)
        keys.append(Till(made.text))
    asked = given(shop, keys[0], amount=3000, reason="complaint").json()
    assert (asked["state"], asked["transfer"], shop.points()) == ("asked", None, (0, 0, 0))
    assert keys[0].post(f"/adjustments/{asked['adjustment']}/approve").status_code in (403, 409, 422)
    assert keys[1].post(f"/adjustments/{asked['adjustment']}/approve").json()["state"] == "posted"
    assert shop.points() == (3000, 0, 0)
    [total] = keys[1].get("/goodwill", role="support").json()["items"]
    assert (total["state"], total["amount"], total["person"]) == ("given", 3000, typed("stf", ann))


def test_what_was_given_is_reported_by_role_person_reason_and_day(shop: Shop) -> None:
    one, two = clerk(shop.world), clerk(shop.world, shop.world.other)
    people = [given(shop, key, amount=amount).json()["person"] for key, amount in ((one, 50), (one, 70), (two, 30))]
    given(shop, one, reason="wrong-dish", unit=None, coupon="dessert", amount=1)
    boss = Till(shop.world.key("administrator"))
    rows = boss.get("/goodwill").json()["items"]
    assert sum(row["amount"] for row in rows if row["unit"] == "points") == 150
    [his] = boss.get("/goodwill", person=people[0], reason="long-wait").json()["items"]
    assert (his["deeds"], his["amount"]) == (2, 120)
    assert [row["coupon"] for row in boss.get("/goodwill", reason="wrong-dish").json()["items"]] == ["dessert"]
    assert boss.get("/goodwill", last_on="2026-01-01").json()["items"] == []
    there = Till(shop.world.key("auditor", merchant=shop.world.other))
    assert [row["amount"] for row in there.get("/goodwill").json()["items"]] == [30]
    assert one.get("/goodwill").status_code == 403


def test_the_same_deed_told_twice_is_given_once(shop: Shop) -> None:
    key, said = clerk(shop.world), {"source": "table-9", "external_id": "sorry-1"}
    first = given(shop, key, **said).json()
    again = given(shop, key, **said).json()
    assert again == first | {"replayed": True}
    assert given(shop, key, amount=100, **said).json()["code"] == "business-key-reused"
    assert shop.points() == (200, 0, 0)


def test_terms_of_goodwill_name_what_is_there(shop: Shop) -> None:
    from regulars.programme.errors import WrongTerms

    for wrong in (
        {"units": {"miles": {"per_deed": 1, "per_day": 1}}, "reasons": ["a"]},
        {"coupons": {"none": {"per_deed": 1, "per_day": 1}}, "reasons": ["a"]},
        {"units": {"points": {"per_deed": 2, "per_day": 1}}, "reasons": ["a"]},
        {"units": {"points": {"per_deed": 1, "per_day": 1}}, "reasons": []},
    ):
        with pytest.raises(WrongTerms):
            promise(shop.world, "goodwill", "cook", wrong)


def test_the_page_on_goodwill_runs(shop: Shop) -> None:
    shop.till = Till(shop.world.key("administrator"))
    run_page("goodwill.md", shop, {"member": shop.member, "merchant": typed("mrc", shop.world.merchant)})
