"""Members bring members: the code, the first purchase that counts, what comes back, and who cannot bring whom."""

from datetime import timedelta
from typing import Any

import pytest

from regulars.ledger.services import freeze, unfreeze
from regulars.ledger.words import Level
from regulars.programme.book import book
from regulars.programme.following.booking import undo
from regulars.programme.following.moves import CameBack
from regulars.programme.models import Coupon
from regulars.rules.occasion import Occasion
from regulars.sales.models import Sale
from tests.api.pages import run_page
from tests.api.shop import ANN, Shop, line, now, open_shop, owner, promise
from tests.api.world import Till, World

BRING = {
    "to_friend": {"unit": "points", "amount": 100}, "to_referrer": {"unit": "points", "amount": 200},
    "conditions": {"least": {"purchase": 1000}},
}  # fmt: skip


@pytest.fixture
def shop(world: World) -> Shop:
    found = open_shop(world)
    promise(world, "referral", "bring", BRING)
    return found


def join(shop: Shop, name: str, **more: Any) -> str:
    return str(shop.till.done("/members", {"facts": {"given_name": name}, **more})["id"])


def code(shop: Shop, member: str | None = None) -> str:
    return str(shop.till.done(f"/members/{member or shop.member}/referral-code")["code"])


def said(shop: Shop, friend: str, text: str, programme: str = "bring") -> Any:
    return shop.till.post(f"/members/{friend}/referral", {"code": text, "programme": programme})


def brought(shop: Shop, name: str = "Bo") -> str:
    friend = join(shop, name)
    assert said(shop, friend, code(shop)).status_code == 201
    return friend


def points(shop: Shop, member: str) -> tuple[int, int, int]:
    return Shop(shop.world, shop.till, member).points()


def test_both_get_their_points_after_the_first_purchase_that_counts(shop: Shop) -> None:
    friend = brought(shop)
    assert shop.buy(line(999), member=friend)["effects"] == []
    done = shop.buy(line(1000), member=friend)
    [effect] = done["effects"]
    assert (effect["kind"], effect["code"], effect["amount"]) == ("referral", "bring", 100)
    assert done["balances"] == [{"unit": "points", "available": 100, "pending": 0, "owed": 0}]
    assert shop.buy(line(5000), member=friend)["effects"] == []
    assert (points(shop, friend), shop.points()) == ((100, 0, 0), (200, 0, 0))
    [told] = shop.till.get(f"/members/{shop.member}/referrals").json()["items"]
    assert (told["friend"], told["state"], told["purchase"]) == (friend, "rewarded", done["id"])


def test_what_a_frozen_referrer_does_not_get_takes_nothing_of_their_limit(shop: Shop) -> None:
    promise(shop.world, "referral", "bring", BRING | {"limits": [{"most": 1}]}, begins_at=now() - timedelta(seconds=5))
    frozen, after = brought(shop), brought(shop, "Cy")
    freeze(owner(shop.member), Level.EARN, reason="looked into", actor=ANN, at=now())
    shop.buy(line(1000), member=frozen)
    assert (points(shop, frozen), shop.points()) == ((100, 0, 0), (0, 0, 0))
    unfreeze(owner(shop.member), Level.EARN, actor=ANN, at=now())
    shop.buy(line(1000), member=after)
    assert shop.points() == (200, 0, 0)


def test_a_return_in_time_takes_both_back_and_the_next_purchase_counts(shop: Shop) -> None:
    friend = brought(shop)
    bought = shop.buy(line(800), line(700, "jam"), member=friend)
    back = shop.back(bought, {"number": 2})
    assert [(one["kind"], one["amount"]) for one in back["effects"]] == [("referral", 100)]
    assert (points(shop, friend), shop.points()) == ((0, 0, 0), (0, 0, 0))
    shop.buy(line(1000), member=friend)
    assert (points(shop, friend), shop.points()) == ((100, 0, 0), (200, 0, 0))


def test_what_comes_back_too_late_takes_nothing_back(shop: Shop) -> None:
    promise(shop.world, "referral", "soon", BRING | {"taken_back_within": "1H"})
    friend = join(shop, "Bo")
    said(shop, friend, code(shop), "soon")
    bought = shop.buy(line(1000), member=friend)
    sale = Sale.objects.get()
    late = CameBack(sale.id, sale.effective_at, sale.effective_at + timedelta(hours=2), Occasion(now()), None)
    terms = book(shop.world.organisation)
    assert undo(late, terms=terms, organisation=shop.world.organisation, actor=ANN, at=now()) == []
    assert (points(shop, friend), bought["state"]) == ((100, 0, 0), "complete")


def test_who_was_erased_gets_no_code_brings_nobody_and_opts_into_nothing(shop: Shop, world: World) -> None:
    promise(world, "offer", "early", {"name": "Early"})
    text = code(shop)
    gone = join(shop, "Bo")
    Till(world.key("administrator")).done(f"/members/{gone}/erase", {"reason": "asked"})
    enrolment = {"kind": "offer", "code": "early"}
    answers = [
        shop.till.post(f"/members/{gone}/referral-code"),
        said(shop, gone, text),
        shop.till.post(f"/members/{gone}/enrolments", enrolment),
    ]
    assert [one.json()["code"] for one in answers] == ["member-closed"] * 3


def test_sem_35_who_was_merged_of_two_friends_was_brought_once(shop: Shop, world: World) -> None:
    second = Shop(world, shop.till, join(shop, "Di"))
    one, two = brought(shop), brought(second, "Bob")
    Till(world.key("administrator")).done("/merges", {"survivor": one, "other": two, "reason": "one person"})
    bought = shop.buy(line(1000), member=one)
    assert (points(shop, one), shop.points(), second.points()) == ((100, 0, 0), (200, 0, 0), (0, 0, 0))
    shop.buy(line(1000), member=one)
    assert (points(shop, one), second.points()) == ((100, 0, 0), (0, 0, 0))
    shop.back(bought)
    assert (points(shop, one), shop.points()) == ((0, 0, 0), (0, 0, 0))


def test_a_purchase_in_two_steps_rewards_when_it_is_complete(shop: Shop) -> None:
    friend = brought(shop)
    held = shop.buy(line(1000), member=friend, hold_seconds=600)
    assert (held["effects"], shop.points()) == ([], (0, 0, 0))
    done = shop.till.done(f"/purchases/{held['id']}/complete")
    assert ([one["kind"] for one in done["effects"]], shop.points()) == (["referral"], (200, 0, 0))


def test_nobody_brings_themselves_their_household_or_somebody_who_was_here(shop: Shop) -> None:
    text = code(shop)
    assert said(shop, shop.member, text).json()["why"] == "self"
    first = join(shop, "Bo")
    shop.till.done("/households", {"members": [shop.member, first]})
    assert said(shop, first, text).json()["why"] == "household"
    buyer = join(shop, "Cy")
    shop.buy(line(1), member=buyer)
    assert said(shop, buyer, text).json()["why"] == "has-bought"
    assert said(shop, join(shop, "Di"), "NOSUCH22").json()["why"] == "unknown-code"
    assert said(shop, join(shop, "Di"), text, "none").json()["why"] == "no-programme"


def test_a_friend_is_brought_once(shop: Shop) -> None:
    friend, other = brought(shop), join(shop, "Cy")
    again = said(shop, friend, code(shop))
    assert again.json()["state"] == "claimed"
    assert said(shop, friend, code(shop, other)).json()["why"] == "already-referred"


def test_sem_31_a_new_membership_under_the_same_phone_is_no_new_friend(shop: Shop) -> None:
    phone = {"kind": "phone", "value": "+441134960001"}
    friend = join(shop, "Bo", identifiers=[phone])
    assert said(shop, friend, code(shop)).status_code == 201
    administrator = Till(shop.world.key("administrator"))
    administrator.done(f"/members/{friend}/erase", {"reason": "asked"})
    again = join(shop, "Bo", identifiers=[phone])
    assert said(shop, again, code(shop)).json()["why"] == "already-referred"


def test_what_a_referrer_gets_has_limits_and_coupons_are_handed_out(shop: Shop) -> None:
    series = {"name": "A cake", "offer": {"benefit": {"type": "percent", "permille": 1000}}}
    promise(shop.world, "coupon-series", "cake", series)
    terms = {
        "to_friend": {"coupon": "cake"}, "to_referrer": {"unit": "points", "amount": 200},
        "limits": [{"most": 1, "every": "year"}],
    }  # fmt: skip
    promise(shop.world, "referral", "cake", terms)
    bought = []
    for name in ("Bo", "Cy"):
        friend = join(shop, name)
        said(shop, friend, code(shop), "cake")
        bought.append(shop.buy(line(1000), member=friend))
    assert [one["effects"][0]["item"] for one in bought] == ["cake", "cake"]
    assert (Coupon.objects.filter(state="issued").count(), shop.points()) == (2, (200, 0, 0))
    shop.back(bought[0])
    assert (Coupon.objects.filter(state="issued").count(), shop.points()) == (1, (0, 0, 0))


def test_a_frozen_referrer_holds_up_nobodys_purchase(shop: Shop) -> None:
    friend = brought(shop)
    support = Till(shop.world.key("support"))
    support.done(f"/members/{shop.member}/freezes", {"level": "no-earn", "reason": "looked into"})
    assert shop.buy(line(1000), member=friend)["effects"][0]["amount"] == 100
    assert shop.points() == (0, 0, 0)


def test_codes_go_on_after_a_merge_and_a_friend_who_was_oneself_brings_nothing(shop: Shop) -> None:
    text, friend = code(shop), brought(shop)
    support = Till(shop.world.key("support"))
    support.done("/merges", {"survivor": shop.member, "other": friend, "reason": "same person"})
    assert code(shop) == text
    shop.buy(line(1000))
    assert shop.points() == (0, 0, 0)


def test_the_page_on_referrals_runs(world: World) -> None:
    shop = open_shop(world)
    shop.till = Till(world.key("administrator"))
    run_page("referrals.md", shop, {"member": shop.member, "friend": join(shop, "Bo")})
