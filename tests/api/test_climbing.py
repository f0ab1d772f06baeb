"""Tiers, benefits and rewards through the API."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from tests.api.pages import run_page
from tests.api.shop import ANN, Shop, later, line, now, open_shop, promise
from tests.api.world import Till, World

pytestmark = pytest.mark.django_db
PER_POUND = {"unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 1, "per": 100}}
LEVELS = [
    {"code": "blue"},
    {"code": "silver", "reach": [{"points": 100}]},
    {"code": "gold", "reach": [{"points": 300}, {"purchases": 3}]},
]


@pytest.fixture
def shop(world: World) -> Shop:
    made = open_shop(world)
    promise(world, "earn", "base", PER_POUND)
    promise(world, "ladder", "club", {"levels": LEVELS, "window": {"kind": "rolling"}, "zone": "Europe/London"})
    promise(world, "benefit", "lounge", {"ladder": "club", "levels": {"silver": 2, "gold": None}, "name": "Lounge"})
    return made


def tier(shop: Shop) -> dict[str, Any]:
    (one,) = shop.till.get(f"/members/{shop.member}/tiers").json()["items"]
    assert isinstance(one, dict)
    return one


def benefits(shop: Shop, **where: str) -> list[dict[str, Any]]:
    found = shop.till.get(f"/members/{shop.member}/benefits", **where).json()["items"]
    assert isinstance(found, list)
    return found


def lounge(shop: Shop, **more: Any) -> Any:
    body = {"merchant": typed("mrc", shop.world.merchant), **more}
    return shop.till.post(f"/members/{shop.member}/benefits/lounge/uses", body)


def test_sem_20_a_purchase_raises_at_once_and_says_what_is_missing_next(shop: Shop) -> None:
    assert (tier(shop)["held"]["level"], tier(shop)["rise"][0]["alternatives"]) == ("blue", [{"points": 100}])
    shop.buy(line(12_000))
    told = tier(shop)
    assert (told["held"]["level"], told["held"]["because"]) == ("silver", "reached")
    assert told["rise"] == [{"level": "gold", "by": None, "alternatives": [{"points": 180}, {"purchases": 2}]}]
    assert (told["projected"]["level"], told["stay"]["level"]) == ("blue", "silver")
    (ladder,) = shop.till.get("/ladders").json()["items"]
    assert [one["members"] for one in ladder["levels"]] == [None, 1, 0]


def test_sem_19_spending_does_not_demote(shop: Shop) -> None:
    shop.buy(line(12_000))
    spend = {"kind": "spend", "member": shop.member, "unit": "points", "amount": 120}
    shop.till.done("/transfers", {**spend, "merchant": typed("mrc", shop.world.merchant)})
    assert (tier(shop)["held"]["level"], shop.points()[0]) == ("silver", 0)


def test_sem_39_a_late_purchase_raises_from_its_own_day(shop: Shop) -> None:
    then = now() - timedelta(days=20)
    shop.buy(line(12_000), effective_at=then.isoformat())
    assert tier(shop)["held"]["since"][:16] == then.isoformat()[:16]
    before = shop.till.get(f"/members/{shop.member}/tiers/then", as_of=(then - timedelta(days=1)).isoformat()).json()
    after = shop.till.get(f"/members/{shop.member}/tiers/then", as_of=(then + timedelta(days=1)).isoformat()).json()
    assert (before["levels"], after["levels"]) == ({"club": "blue"}, {"club": "silver"})


def test_sem_22_a_return_counts_back_and_the_level_stays_until_review(shop: Shop) -> None:
    bought = shop.buy(line(12_000))
    shop.back(bought, {"number": 1})
    told = tier(shop)
    assert (told["held"]["level"], told["stay"]["alternatives"]) == ("silver", [{"points": 100}])


def test_a_desk_sees_benefits_and_uses_them_up(shop: Shop) -> None:
    assert (benefits(shop), lounge(shop).json()["code"]) == ([], "no-such-benefit")
    shop.buy(line(12_000))
    (seen,) = benefits(shop)
    assert (seen["benefit"], seen["most"], seen["left"]) == ("lounge", 2, 2)
    used = lounge(shop, source="desk", external_id="1").json()
    again = lounge(shop, source="desk", external_id="1").json()
    assert (used["left"], again["id"], again["replayed"]) == (1, used["id"], True)
    refused = lounge(shop, count=2)
    assert (refused.status_code, refused.json()["code"]) == (422, "benefit-used-up")
    assert (refused.json()["available"], refused.json()["missing"]) == (1, 1)
    back = shop.till.done(f"/benefit-uses/{used['id']}/give-back", {"reason": "closed"})
    assert (back["given_back"], benefits(shop)[0]["left"]) == (1, 2)
    twice = shop.till.post(f"/benefit-uses/{used['id']}/give-back", {"reason": "closed"})
    assert twice.json()["code"] == "benefit-used-up"
    assert [one["count"] for one in shop.till.get(f"/members/{shop.member}/benefit-uses").json()["items"]] == [1]


def test_sem_23_falling_and_rising_again_brings_nothing_twice(shop: Shop, administrator: Till) -> None:
    shop.buy(line(12_000))
    assert lounge(shop, count=2).status_code == 201
    give = {"ladder": "club", "reason": "a test"}
    administrator.done(f"/members/{shop.member}/tiers", {**give, "level": "blue", "afresh": True})
    assert benefits(shop) == []
    administrator.done(f"/members/{shop.member}/tiers", {**give, "level": "silver"})
    assert [one["left"] for one in benefits(shop)] == [0]
    shop.buy(line(31_000))
    assert [(one["level"], one["left"]) for one in benefits(shop)] == [("gold", None)]


def test_a_benefit_of_one_place_is_given_there(shop: Shop) -> None:
    here, elsewhere = typed("mrc", shop.world.merchant), typed("mrc", shop.world.other)
    spa = {"ladder": "club", "levels": {"silver": None}, "where": {"merchants": [elsewhere]}}
    promise(shop.world, "benefit", "spa", spa)
    shop.buy(line(12_000))
    assert [one["benefit"] for one in benefits(shop, merchant=here)] == ["lounge"]
    assert [one["benefit"] for one in benefits(shop, merchant=elsewhere)] == ["lounge", "spa"]
    spa_here = shop.till.post(f"/members/{shop.member}/benefits/spa/uses", {"merchant": here})
    assert spa_here.json()["code"] == "no-such-benefit"


def test_levels_matched_bought_and_ended(shop: Shop, administrator: Till) -> None:
    ends = later(days=90)
    match = {"ladder": "club", "level": "gold", "way": "matched", "ends_at": ends, "reason": "card shown"}
    told = administrator.done(
        f"/members/{shop.member}/tiers", {**match, "partner": "Skyways", "challenge": [{"points": 50}]}
    )
    assert (told["items"][0]["held"]["level"], told["items"][0]["held"]["because"]) == ("gold", "matched")
    shop.buy(line(6_000))
    assert tier(shop)["held"]["because"] == "challenge"
    other = shop.till.done("/members", {"facts": {"given_name": "Bea"}})["id"]
    body = {"ladder": "club", "level": "silver", "ends_at": ends, "source": "shop", "external_id": "9"}
    for _ in range(2):
        bought = shop.till.done(f"/members/{other}/tiers/bought", body)
    history = shop.till.get(f"/members/{other}/tiers/history").json()
    assert (bought["items"][0]["held"]["level"], len(history["given"])) == ("silver", 1)
    ended = administrator.done(f"/given-levels/{history['given'][0]['id']}/end", {"reason": "refunded"})
    assert ended["items"][0]["held"]["level"] == "blue"
    refused = shop.till.post(f"/members/{other}/tiers", match)
    assert refused.json()["code"] == "not-allowed"


def test_rewards_are_listed_for_a_member_redeemed_and_given_back(shop: Shop) -> None:
    prices = [
        {"code": "silver", "unit": "points", "amount": 40, "who": {"tiers": ["club/silver"]}},
        {"unit": "points", "amount": 60},
    ]
    promise(shop.world, "reward", "mug", {"name": "Mug", "prices": prices, "stock": 2, "fulfilled_later": True})
    shop.buy(line(12_000))
    (seen,) = shop.till.get(f"/members/{shop.member}/rewards").json()["items"]
    assert ([one["code"] for one in seen["prices"]], seen["affordable"], seen["left"]) == (
        ["silver", "standard"],
        True,
        2,
    )
    here = {"merchant": typed("mrc", shop.world.merchant)}
    asked = {"reward": "mug", "source": "desk", "external_id": "1", **here}
    done = shop.till.done(f"/members/{shop.member}/redemptions", asked)
    again = shop.till.done(f"/members/{shop.member}/redemptions", asked)
    assert (done["state"], done["amount"], again["id"], again["replayed"]) == ("reserved", 40, done["id"], True)
    assert shop.points()[0] == 80
    assert shop.till.done(f"/redemptions/{done['id']}/fulfil")["state"] == "fulfilled"
    (listed,) = shop.till.get("/rewards").json()["items"]
    assert listed["left"] == 1
    back = shop.till.done(f"/redemptions/{done['id']}/cancel", {"reason": "broken"})
    assert (back["state"], shop.points()[0]) == ("cancelled", 120)
    closed = shop.till.post(f"/redemptions/{done['id']}/fulfil")
    assert (closed.status_code, closed.json()["code"]) == (409, "redemption-closed")
    items = shop.till.get(f"/members/{shop.member}/redemptions").json()["items"]
    assert [one["state"] for one in items] == ["cancelled"]


def test_a_dry_run_of_a_redemption_keeps_nothing(shop: Shop) -> None:
    promise(shop.world, "reward", "mug", {"name": "Mug", "prices": [{"unit": "points", "amount": 60}], "stock": 1})
    shop.buy(line(12_000))
    asked = {"reward": "mug", "merchant": typed("mrc", shop.world.merchant)}
    tried = shop.till.done(f"/members/{shop.member}/redemptions?dry_run=true", asked)
    assert (tried["state"], shop.points()[0]) == ("fulfilled", 120)
    assert shop.till.get("/rewards").json()["items"][0]["left"] == 1


def test_others_redemptions_and_uses_read_like_none(shop: Shop, world: World) -> None:
    promise(shop.world, "reward", "mug", {"name": "Mug", "prices": [{"unit": "points", "amount": 60}]})
    shop.buy(line(12_000))
    here = {"merchant": typed("mrc", shop.world.merchant)}
    mine = shop.till.done(f"/members/{shop.member}/redemptions", {"reward": "mug", **here})["id"]
    use = lounge(shop).json()["id"]
    for key in (world.key("till", merchant=world.other), world.key("till", foreign=True)):
        other = Till(key)
        for path, code in (
            (f"/redemptions/{mine}/cancel", "unknown-reward"),
            (f"/benefit-uses/{use}/give-back", "unknown-use"),
        ):
            refused = other.post(path, {"reason": "no"})
            assert (refused.status_code, refused.json()["code"]) == (404, code)
    bakery = Till(world.key("till", merchant=world.other))
    assert bakery.get(f"/members/{shop.member}/redemptions").json()["items"] == []


def test_every_look_and_every_deed_is_in_the_trail(shop: Shop) -> None:
    shop.buy(line(12_000))
    tier(shop)
    benefits(shop)
    lounge(shop)
    about = Entry.objects.filter(subject=shop.member)
    parts = {one.after.get("part") for one in about.filter(what="members.read")}
    assert {"tiers", "benefits"} <= parts
    assert about.filter(what="tiers.change", after__level="silver").count() == 1
    assert about.filter(what="benefits.use").count() == 1
    assert ANN.name not in {one.actor_name for one in about}


@pytest.mark.parametrize("page", ["tiers.md", "rewards.md"])
def test_the_pages_run_as_they_are_written(world: World, page: str) -> None:
    made = open_shop(world)
    promise(world, "earn", "base", {"unit": "points", "award": {"type": "per-amount", "units": 1, "per": 1000}})
    if page == "rewards.md":
        levels = [{"code": "member"}, {"code": "gold", "reach": [{"points": 300}]}]
        promise(world, "ladder", "status", {"levels": levels})
    administrator = Shop(world, Till(world.key("administrator")), made.member)
    run_page(page, administrator, {"member": made.member, "merchant": typed("mrc", world.merchant)})
