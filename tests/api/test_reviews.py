"""Bills that come very late wait for a person: nothing is booked before, nothing is lost, nothing is done twice."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.api.shop import PER_TEN, Shop, line, now, open_shop, promise
from tests.api.test_purchases_paid import value_units
from tests.api.world import Till, World

OLD = "2026-02-03T12:00:00Z"


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "base", PER_TEN)
    tenfold = {**PER_TEN, "award": {"type": "per-amount", "units": 10, "per": 1000}}
    promise(world, "earn", "base", tenfold, begins_at=datetime(2026, 3, 1, tzinfo=UTC))
    promise(world, "late-policy", "default", {"review_after": "30D"})
    return found


@pytest.fixture
def office(world: World) -> Till:
    return Till(world.key("administrator"))


def test_sem_39_a_very_late_bill_is_looked_at_by_a_person_first(shop: Shop, office: Till) -> None:
    asked = shop.asked(line(5000), effective_at=OLD)
    told = shop.till.done("/purchases", asked)
    assert (told["state"], told["effects"], shop.points()) == ("review", [], (0, 0, 0))
    assert shop.till.done("/purchases", asked)["replayed"]
    [waits] = office.get("/purchase-reviews").json()["items"]
    assert (waits["purchase"]["id"], waits["effective_at"]) == (told["id"], OLD)
    done = office.done(f"/purchase-reviews/{told['id']}/accept")
    assert (done["state"], done["effects"][0]["amount"], shop.points()) == ("complete", 5, (5, 0, 0))
    assert office.get("/purchase-reviews").json()["items"] == []
    again = shop.till.done("/purchases", asked)
    assert (again["id"], again["state"], again["replayed"]) == (told["id"], "complete", True)
    assert office.post(f"/purchase-reviews/{told['id']}/accept").json()["code"] == "sale-state"
    assert shop.back(done)["effects"][0]["amount"] == 5


def test_a_very_late_bill_waits_though_it_is_to_be_reserved(shop: Shop, office: Till) -> None:
    told = shop.till.done("/purchases", shop.asked(line(5000), effective_at=OLD, hold_seconds=60))
    assert (told["state"], told["lapses_at"]) == ("review", None)
    assert shop.till.post(f"/purchases/{told['id']}/complete").json()["code"] == "sale-unknown"
    assert office.done(f"/purchase-reviews/{told['id']}/accept")["state"] == "complete"


def test_a_bill_of_yesterday_is_booked_at_once(shop: Shop) -> None:
    done = shop.buy(line(1000), effective_at=(now() - timedelta(days=1)).isoformat())
    assert (done["state"], shop.points()) == ("complete", (10, 0, 0))


def test_a_late_bill_that_is_refused_stays_so(shop: Shop, office: Till) -> None:
    asked = shop.asked(line(5000), effective_at=OLD)
    told = shop.till.done("/purchases", asked)
    refused = office.done(f"/purchase-reviews/{told['id']}/refuse", {"reason": "no such receipt"})
    assert (refused["state"], shop.till.done("/purchases", asked)["state"]) == ("refused", "refused")
    back = shop.till.post(f"/purchases/{told['id']}/returns", {"source": "till-4", "external_id": "b"})
    assert back.json()["code"] == "sale-unknown"


def test_of_an_evening_only_what_is_too_late_waits(shop: Shop) -> None:
    bills = [shop.asked(line(1000), effective_at=OLD), shop.asked(line(1000))]
    told = shop.till.done("/purchases/batch", {"purchases": bills})["items"]
    assert [one["state"] for one in told] == ["review", "complete"]


def test_who_was_merged_meanwhile_gets_it(shop: Shop, office: Till) -> None:
    told = shop.till.done("/purchases", shop.asked(line(5000), effective_at=OLD))
    other = shop.till.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    office.done("/merges", {"survivor": other, "other": shop.member, "reason": "one person"})
    done = office.done(f"/purchase-reviews/{told['id']}/accept")
    assert (done["member"], done["balances"][0]["available"]) == (other, 5)


def test_value_of_who_was_merged_meanwhile_pays_and_is_loaded(shop: Shop, office: Till) -> None:
    units = value_units()
    load = {"member": shop.member, "unit": "GBP-value"}
    sold = shop.till.done("/purchases", shop.asked(line(5000, "card", loads=load), effective_at=OLD))
    paid = shop.till.done(
        "/purchases",
        shop.asked(line(700), value=[{"units": units, "amount": 700}], effective_at="2026-02-04T12:00:00Z"),
    )
    other = shop.till.done("/members", {"facts": {"given_name": "Ada"}})["id"]
    office.done("/merges", {"survivor": other, "other": shop.member, "reason": "one person"})
    for one in (sold, paid):
        done = office.done(f"/purchase-reviews/{one['id']}/accept")
    assert (done["paid_with_value"], done["due"]) == (700, 0)
    balances = shop.till.get(f"/members/{other}/balances").json()["items"]
    assert {one["unit"]: one["available"] for one in balances}["GBP-value"] == 4300


def test_an_erased_persons_late_bill_is_gone(shop: Shop, office: Till) -> None:
    told = shop.till.done("/purchases", shop.asked(line(5000), effective_at=OLD))
    office.done(f"/members/{shop.member}/erase", {"reason": "asked"})
    assert office.get("/purchase-reviews").json()["items"] == []
    assert office.post(f"/purchase-reviews/{told['id']}/accept").json()["code"] == "sale-state"


def test_a_till_decides_nothing_and_others_see_nothing(shop: Shop, world: World) -> None:
    told = shop.till.done("/purchases", shop.asked(line(5000), effective_at=OLD))
    assert shop.till.post(f"/purchase-reviews/{told['id']}/accept").json()["code"] == "not-allowed"
    foreign = Till(world.key("administrator", foreign=True))
    assert foreign.post(f"/purchase-reviews/{told['id']}/accept").json()["code"] == "sale-unknown"
    other = Till(world.key("till", merchant=world.other))
    assert other.get(f"/purchases/{told['id']}").json()["code"] == "sale-unknown"
