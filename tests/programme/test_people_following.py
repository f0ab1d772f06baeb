"""What deeds about people do to activities, goodwill, referrals, challenges and resets."""

from typing import Any

import pytest
from tests.api.shop import PER_TEN, Shop, line, open_shop, promise
from tests.api.world import Till, World, make_world

from regulars.programme.models import Goodwill, Referral, ReferralCode

STAY = PER_TEN | {"pending": {"on_event": "stay-completed", "deadline": "60D"}}
BRING = {"to_referrer": {"unit": "points", "amount": 200}}
THREE = {"goal": {"count": "times", "reach": 3}, "prize": {"unit": "points", "amount": 500}, "length": "30D"}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    for kind, document in (
        ("earn", STAY),
        ("referral", BRING),
        ("challenge", THREE),
        ("reset", {"event": "bill-late", "unit": "points"}),
        ("goodwill", {"units": {"points": {"per_deed": 100, "per_day": 100}}, "reasons": ["long-wait"]}),
    ):
        promise(world, kind, "administrator" if kind == "goodwill" else "one", document)
    found.till = Till(world.key("administrator"))
    return found


def did(shop: Shop, name: str, **more: Any) -> Any:
    said = {"source": "app", "external_id": shop.document(), "member": shop.member, "name": name, **more}
    return shop.till.done("/activities", said)


def test_what_is_kept_of_a_member_is_exported_and_what_names_them_goes_with_them(shop: Shop) -> None:
    till, path = shop.till, f"/members/{shop.member}"
    code = till.done(f"{path}/referral-code")["code"]
    friend = till.done("/members", {"facts": {"given_name": "Bo"}})["id"]
    till.done(f"/members/{friend}/referral", {"code": code, "programme": "one"})
    till.done(f"{path}/enrolments", {"kind": "challenge", "code": "one"})
    till.done(f"{path}/goodwill", {"unit": "points", "amount": 50, "reason": "long-wait", "note": "Ada waited."})
    did(shop, "bill-late", said={"bill": "of Ada"})
    rooms = till.get(f"{path}/export").json()["rooms"]
    told = rooms["programme"]
    assert told["following"]["referral_codes"] == [code]
    assert [one["brought"] for one in told["following"]["referrals"]] == [True]
    assert [one["state"] for one in told["following"]["enrolments"]] == ["open"]
    assert [one["amount"] for one in told["following"]["resets"]] == [50]
    assert [one["note"] for one in told["goodwill"]["goodwill"]] == ["Ada waited."]
    assert [one["name"] for one in told["activities"]["activities"]] == ["bill-late"]
    till.done(f"{path}/erase", {"reason": "asked by letter"})
    assert (ReferralCode.objects.count(), Referral.objects.count()) == (0, 1)
    assert (Goodwill.objects.get().note, Goodwill.objects.get().amount) == ("", 50)
    again = till.post(f"/members/{friend}/referral", {"code": code, "programme": "one"})
    assert again.json()["why"] == "unknown-code"
    assert shop.buy(line(1000), member=friend)["state"] == "complete"


def test_sem_35_after_a_merge_an_activity_wakes_what_the_other_waited_for(shop: Shop) -> None:
    other = Shop(shop.world, shop.till, shop.till.done("/members", {"facts": {"given_name": "Bo"}})["id"], 100)
    other.buy(line(10_000))
    shop.till.done("/merges", {"survivor": shop.member, "other": other.member, "reason": "same person"})
    assert shop.points() == (0, 10, 0)
    assert [one["amount"] for one in did(shop, "stay-completed")["activated"]] == [10]
    shop.till.done(f"/members/{other.member}/unmerge", {"reason": "father and son"})
    assert (other.points(), shop.points()) == ((10, 0, 0), (0, 0, 0))
    assert len(shop.till.get(f"/members/{shop.member}/activities").json()["items"]) == 1
    assert len(other.till.get(f"/members/{other.member}/purchases").json()["items"]) == 1
