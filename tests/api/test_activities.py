"""What members do that is no purchase, through the public door: earned, told twice, late, and what it wakes."""

from typing import Any

import pytest

from regulars.basics.ids import typed
from regulars.sales.models import Event
from tests.api.pages import run_page
from tests.api.shop import PER_TEN, Shop, line, open_shop, promise
from tests.api.world import World

REVIEW = {
    "unit": "points", "occasions": ["review-written"], "award": {"type": "fixed", "units": 50},
    "limits": [{"most": 2, "every": "month"}],
}  # fmt: skip
AFTER_STAY = {
    **PER_TEN, "pending": {"on_event": "stay-completed", "deadline": "60D"},
    "conditions": {"where": {"channels": ["web"]}},
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "earn", "one-for-ten", {**PER_TEN, "conditions": {"where": {"channels": ["till"]}}})
    promise(world, "earn", "review", REVIEW)
    promise(world, "earn", "after-stay", AFTER_STAY)
    return found


def said(shop: Shop, name: str = "review-written", **more: Any) -> dict[str, Any]:
    return {
        "source": "app", "external_id": shop.document(), "merchant": typed("mrc", shop.world.merchant),
        "member": shop.member, "name": name,
    } | more  # fmt: skip


def did(shop: Shop, name: str = "review-written", **more: Any) -> dict[str, Any]:
    answer = shop.till.done("/activities", said(shop, name, **more))
    assert isinstance(answer, dict)
    return answer


def test_an_activity_earns_what_rules_give_for_its_name_within_their_limits(shop: Shop) -> None:
    told = [did(shop) for _ in range(3)]
    assert [sum(one["amount"] for one in each["effects"]) for each in told] == [50, 50, 0]
    assert told[0]["balances"] == [{"unit": "points", "available": 50, "pending": 0, "owed": 0}]
    [why] = told[2]["not_applied"]
    assert (why["code"], why["why"]) == ("review", "limit-reached")
    assert did(shop, "visit")["not_applied"] == []
    assert shop.points() == (100, 0, 0)


def test_many_activities_at_once_see_what_those_before_them_took(shop: Shop) -> None:
    many = [said(shop) for _ in range(4)]
    told = shop.till.done("/activities/batch", {"activities": many})["items"]
    assert [len(one["effects"]) for one in told] == [1, 1, 0, 0]
    again = shop.till.done("/activities/batch", {"activities": [many[3], many[0]]})["items"]
    assert [(one["id"], one["replayed"]) for one in again] == [(told[3]["id"], True), (told[0]["id"], True)]
    assert (Event.objects.count(), shop.points()) == (4, (100, 0, 0))


def test_sem_27_an_activity_told_twice_happened_once(shop: Shop) -> None:
    asked = said(shop, said={"stars": 5, "public": True, "title": "Tea"})
    first = shop.till.done("/activities", asked)
    assert shop.till.done("/activities", asked) == first | {"replayed": True}
    other = shop.till.post("/activities", asked | {"said": {"stars": 4}})
    assert (other.status_code, other.json()["code"]) == (422, "business-key-reused")
    assert shop.points() == (50, 0, 0)


def test_sem_1_what_is_pending_becomes_active_on_its_event(shop: Shop) -> None:
    first, second = (shop.buy(line(10_000), channel="web") for _ in range(2))
    assert shop.points() == (0, 20, 0)
    assert did(shop, "stay-cancelled")["activated"] == []
    told = did(shop, "stay-completed", said={"purchase": second["id"]})
    assert [(one["unit"], one["amount"]) for one in told["activated"]] == [("points", 10)]
    assert shop.points() == (10, 10, 0)
    assert [one["amount"] for one in did(shop, "stay-completed")["activated"]] == [10]
    assert did(shop, "stay-completed")["activated"] == []
    assert (shop.points(), first["state"]) == ((20, 0, 0), "complete")


def test_an_activity_before_the_purchase_wakes_nothing(shop: Shop) -> None:
    shop.buy(line(10_000), channel="web")
    assert did(shop, "stay-completed", effective_at="2026-02-01T10:00:00Z")["activated"] == []
    assert shop.points() == (0, 10, 0)


def test_sem_39_a_late_activity_has_the_rules_of_its_own_day(shop: Shop) -> None:
    late = did(shop, effective_at="2025-12-31T10:00:00Z")
    assert (late["effects"], late["not_applied"]) == ([], [])
    told = did(shop, effective_at="2026-03-01T10:00:00Z")
    assert told["effects"][0]["amount"] == 50
    balances = shop.till.get(f"/members/{shop.member}/balances", as_of="2026-03-02T12:00:00Z").json()["items"]
    assert balances[0]["available"] == 50


def test_purchases_and_activities_are_read_back_page_by_page(shop: Shop) -> None:
    for day in (3, 1, 2):
        shop.buy(line(1000 * day), effective_at=f"2026-03-0{day}T10:00:00Z")
        did(shop, "visit", effective_at=f"2026-03-0{day}T10:00:00Z")
    for what in ("purchases", "activities"):
        path = f"/members/{shop.member}/{what}"
        first = shop.till.get(path, limit=2).json()
        rest = shop.till.get(path, limit=2, cursor=first["next"]).json()
        days = [one["effective_at"][:10] for one in (*first["items"], *rest["items"])]
        assert (days, rest["next"]) == (["2026-03-03", "2026-03-02", "2026-03-01"], None)
    bought = shop.till.get(f"/members/{shop.member}/purchases").json()["items"][0]
    assert (bought["amount"], bought["source"], bought["returned"]) == (3000, "till-4", 0)


def test_a_key_of_one_merchant_sees_only_what_happened_there(shop: Shop, world: World) -> None:
    shop.buy(line(1000))
    did(shop, "visit")
    shop.till.done("/activities", said(shop, "visit", merchant=typed("mrc", world.other)))
    here, there = (type(shop.till)(world.key("till", merchant=one)) for one in (world.merchant, world.other))
    seen = [
        [len(key.get(f"/members/{shop.member}/{what}").json()["items"]) for what in ("purchases", "activities")]
        for key in (here, there, shop.till)
    ]
    assert seen == [[1, 1], [0, 1], [1, 2]]
    foreign = type(shop.till)(world.key("till", foreign=True))
    assert foreign.get(f"/members/{shop.member}/purchases").json()["code"] == "unknown-member"
    assert there.post("/activities", said(shop, "visit")).status_code == 403


def test_what_is_no_activity_is_refused(shop: Shop) -> None:
    for wrong in ({"name": "purchase"}, {"member": None}, {"amount": 5}, {"said": {"a b": 1}}):
        asked = {name: value for name, value in (said(shop) | wrong).items() if value is not None}
        assert shop.till.post("/activities", asked).json()["code"] == "invalid-request"
    ahead = shop.till.post("/activities", said(shop, effective_at="2999-01-01T00:00:00Z"))
    assert ahead.json()["code"] == "wrong-sale"


def test_the_page_on_activities_runs(world: World) -> None:
    shop = open_shop(world)
    run_page("activities.md", shop, {"member": shop.member})
