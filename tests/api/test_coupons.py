"""Promotions and coupons over the API, as an office publishes them and tills use them."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from tests.api.pages import run_page
from tests.api.shop import Shop, promise
from tests.api.world import Till, World

TENTH = {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"anyone": True}}}
LINES = [{"item": "tea", "amount": 1000, "tax": 100}, {"item": "jam", "quantity": "2", "amount": 600}]


def publish(office: Till, code: str, document: dict[str, Any], kind: str = "coupon-series") -> dict[str, Any]:
    return dict(office.done("/programme/terms", {"kind": kind, "code": code, "document": document}))


@pytest.fixture
def office(administrator: Till) -> Till:
    publish(administrator, "spring", {"name": "Spring", "offer": TENTH})
    return administrator


@pytest.fixture
def ada(till: Till) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def basket(*codes: str, **more: Any) -> dict[str, Any]:
    return {"currency": "GBP", "lines": LINES, "coupons": list(codes), **more}


def issued(office: Till, count: int = 1, **more: Any) -> list[dict[str, Any]]:
    asked = more or {"count": count}
    return list(office.done("/coupon-series/spring/coupons", asked)["items"])


def test_a_code_is_validated_reserved_and_redeemed(office: Till, till: Till) -> None:
    (one,) = issued(office)
    seen = till.look("/baskets/validate", basket(one["code"])).json()
    assert (seen["discount"], [line["paid"] for line in seen["lines"]]) == (160, [900, 540])
    assert seen["lines"][0]["tax"] == 90
    assert seen["codes"] == [{"code": one["code"], "coupon": one["id"], "series": "spring"}]
    held = till.done("/coupon-reservations", basket(one["code"], hold_seconds=60))
    assert (held["state"], held["discount"]) == ("reserved", 160)
    (effect,) = held["effects"]
    assert (effect["kind"], effect["coupon"], effect["amount"]) == ("discount", one["id"], 160)
    other = till.post("/coupon-redemptions", basket(one["code"]))
    assert (other.status_code, other.json()["code"]) == (422, "coupon-refused")
    assert [each["why"] for each in other.json()["not_applied"]] == ["reserved"]
    done = till.done(f"/coupon-reservations/{held['id']}/redeem")
    assert (done["state"], done["coupons"][0]["state"]) == ("redeemed", "redeemed")
    assert till.get(f"/coupon-reservations/{held['id']}").json() == done
    again = till.post(f"/coupon-reservations/{held['id']}/redeem")
    assert (again.status_code, again.json()["code"]) == (409, "reservation-closed")


def test_a_released_reservation_is_free_again_and_a_dry_run_keeps_nothing(office: Till, till: Till) -> None:
    (one,) = issued(office)
    tried = till.post("/coupon-reservations?dry_run=true", basket(one["code"]))
    assert (tried.status_code, tried.json()["discount"]) == (201, 160)
    held = till.done("/coupon-reservations", basket(one["code"]))
    assert till.done(f"/coupon-reservations/{held['id']}/release")["state"] == "released"
    assert till.done("/coupon-redemptions", basket(one["code"]))["state"] == "redeemed"


def test_a_redemption_is_restored_where_the_series_says_so(administrator: Till, till: Till) -> None:
    terms = {"name": "Back", "offer": TENTH, "restored_on_return": True}
    publish(administrator, "spring", terms)
    (one,) = issued(administrator)
    done = till.done("/coupon-redemptions", basket(one["code"]))
    for _ in range(2):
        told = till.done(f"/coupon-reservations/{done['id']}/restore")
        assert [each["state"] for each in told["coupons"]] == ["restored"]
    assert till.look("/baskets/validate", basket(one["code"])).json()["discount"] == 160


def test_unknown_and_foreign_codes_are_answered_alike(world: World, office: Till, till: Till) -> None:
    abroad = Till(world.key("administrator", foreign=True))
    publish(abroad, "spring", {"name": "Spring", "offer": TENTH})
    (theirs,) = issued(abroad)
    told = [till.post("/coupon-redemptions", basket(code)).json() for code in (theirs["code"], "NO-SUCH-CODE-AT-ALL")]
    assert [one["code"] for one in told] == ["coupon-refused"] * 2
    assert [one["not_applied"][0] | {"coupon": ""} for one in told] == [
        {"code": "", "version": 0, "coupon": "", "why": "unknown-code", "facts": {}}
    ] * 2


def test_a_wallet_shows_what_a_member_was_given_and_looking_is_written_down(office: Till, till: Till, ada: str) -> None:
    (one,) = issued(office, members=[ada], binding="hard", given_for="her birthday 2026")
    assert issued(office, members=[ada], given_for="her birthday 2026") == []
    (mine,) = till.get(f"/members/{ada}/coupons").json()["items"]
    assert (mine["id"], mine["code"], mine["binding"]) == (one["id"], one["code"], "hard")
    assert Entry.objects.filter(what="coupons.wallet", subject=ada).count() == 1
    assert till.post("/coupon-redemptions", basket(one["code"])).status_code == 422
    assert till.done("/coupon-redemptions", basket(one["code"], member=ada))["discount"] == 160
    assert till.get(f"/members/{ada}/coupons").json()["items"] == []
    over = till.get(f"/members/{ada}/coupons", also_over="true").json()["items"]
    assert [each["state"] for each in over] == ["redeemed"]


def test_coupons_are_listed_assigned_and_revoked(office: Till, till: Till, ada: str) -> None:
    made = office.done("/coupon-series/spring/coupons", {"count": 5})
    page = office.get("/coupons", batch=made["batch"], limit=3).json()
    rest = office.get("/coupons", batch=made["batch"], limit=3, cursor=page["next"]).json()
    assert page["items"] + rest["items"] == made["items"]
    one, two = made["items"][:2]
    given = {"items": [{"coupon": one["id"], "member": ada}], "binding": "soft"}
    assert office.done("/coupons/assign", given) == {"coupons": 1}
    assert len(till.get(f"/members/{ada}/coupons").json()["items"]) == 1
    assert office.done("/coupons/revoke", {"coupons": [two["id"]], "reason": "printed twice"}) == {"coupons": 1}
    assert office.done("/coupons/revoke", {"batch": made["batch"], "reason": "recalled"}) == {"coupons": 4}
    unknown = {"coupons": [typed("cpn", UUID(int=1))], "reason": "never was"}
    assert office.post("/coupons/revoke", unknown).json()["code"] == "unknown-coupon"


def test_shared_and_old_codes(office: Till, till: Till) -> None:
    office.done("/coupon-series/spring/shared-codes", {"codes": ["Spring 26"]})
    clash = office.post("/coupon-series/spring/shared-codes", {"codes": ["SPRING26"]})
    assert (clash.status_code, clash.json()["code"]) == (409, "coupon-clash")
    old = office.done("/coupon-series/spring/old-codes", {"codes": [{"code": "XK-99-0001"}]})
    assert [one["code"] for one in old["items"]] == [None]
    for code in ("spring26", "SPRING-26", "xk990001"):
        assert till.done("/coupon-redemptions", basket(code))["discount"] == 160


def test_promotions_come_by_themselves_and_purchases_take_codes_along(office: Till, till: Till) -> None:
    jam = {"name": "Jam", "offer": {**TENTH, "what": {"items": ["jam"]}, "stacking": {"priority": 1}}}
    made = publish(office, "jam", jam, "promotion")
    (one,) = issued(office)
    assert till.look("/baskets/validate", basket()).json()["discount"] == 60
    bought = till.done("/purchases", {**basket(one["code"]), "source": "till-1", "external_id": "1"})
    assert (bought["discount"], bought["due"]) == (60 + 154, 1600 - 214)
    # A purchase answers for itself: its coupons are not released behind its back.
    assert till.get(f"/coupon-reservations/rsv_{bought['id'][4:]}").status_code == 404
    office.done(f"/programme/terms/{made['id']}/retire", {})
    assert till.look("/baskets/validate", basket()).json()["discount"] == 0


def test_the_policy_holds_between_all_offers(office: Till, till: Till) -> None:
    publish(office, "default", {"caps": [{"amount": 25}]}, "pricing-policy")
    (one,) = issued(office)
    assert till.look("/baskets/validate", basket(one["code"])).json()["discount"] == 25


def test_terms_that_are_wrong_are_told_with_their_place(administrator: Till) -> None:
    wrong = {"name": "X", "offer": {"benefit": {"type": "percent", "permille": 5000}}}
    told = administrator.post("/programme/terms", {"kind": "promotion", "code": "x", "document": wrong})
    assert (told.status_code, told.json()["code"]) == (422, "wrong-terms")
    assert [one["pointer"] for one in told.json()["errors"]] == ["/document/offer/benefit/permille"]


def test_only_who_may_issues_and_lists_codes(world: World, office: Till, till: Till) -> None:
    for answer in (
        till.post("/coupon-series/spring/coupons", {"count": 1}),
        till.get("/coupons"),
        Till(world.key("auditor")).get("/coupons"),
        till.post("/coupons/revoke", {"coupons": [typed("cpn", UUID(int=1))], "reason": "x"}),
    ):
        assert answer.status_code == 403
    at_market = Till(world.key("till", merchant=world.merchant))
    elsewhere = Till(world.key("till", merchant=world.other))
    (one,) = issued(office)
    held = at_market.done("/coupon-reservations", basket(one["code"]))
    assert elsewhere.get(f"/coupon-reservations/{held['id']}").status_code == 404
    assert elsewhere.post(f"/coupon-reservations/{held['id']}/release").status_code == 404
    assert at_market.get(f"/coupon-reservations/{held['id']}").status_code == 200


def test_s20_member_prices_on_chosen_goods_in_rounds_of_two_weeks(administrator: Till, till: Till, ada: str) -> None:
    now = timezone.now()
    for item, first in (("tea", now.date()), ("jam", now.date() + timedelta(days=14))):
        when = {"begins_on": first.isoformat(), "ends_on": (first + timedelta(days=13)).isoformat()}
        fifth = {
            "benefit": {"type": "percent", "permille": 200},
            "what": {"items": [item]},
            "conditions": {"when": when},
        }
        publish(administrator, f"round-{item}", {"name": "Members' price", "offer": fifth}, "promotion")
    now = timezone.now()

    def paid(days: int, **more: Any) -> list[int]:
        at = (now + timedelta(days=days)).isoformat()
        told = till.look("/baskets/validate", basket(effective_at=at, **more)).json()
        return [line["paid"] for line in told["lines"]]

    assert paid(0) == [1000, 600], "without a card"
    assert paid(0, member=ada) == [800, 600]
    assert paid(12, member=ada) == [800, 600]
    assert paid(15, member=ada) == [1000, 480]
    assert paid(40, member=ada) == [1000, 600]


def test_s30_coupons_for_quiet_days_with_caps_on_number_budget_and_use_per_member(world: World, till: Till) -> None:
    quiet = {"when": {"weekdays": [2, 3]}}
    limits = [
        {"most": 100, "per": "all"},
        {"most": 250, "of": "money", "per": "all", "every": "month"},
        {"most": 1, "per": "member", "every": "week"},
    ]
    terms = {"name": "Quiet days", "offer": {**TENTH, "conditions": quiet}, "limits": limits}
    promise(world, "coupon-series", "quiet", terms)
    Till(world.key("administrator")).done("/coupon-series/quiet/shared-codes", {"codes": ["QUIET"]})
    ada, bo, cy = (till.done("/members", {"facts": {"given_name": name}})["id"] for name in ("Ada", "Bo", "Cy"))

    def came(member: str, day: int) -> tuple[int, list[str]]:
        said = basket("QUIET", member=member, effective_at=f"2026-05-{day:02}T10:00:00Z")
        told = till.post("/coupon-redemptions", said).json()
        return told.get("discount", 0), [one["why"] for one in told["not_applied"]]

    assert came(ada, 9) == (0, ["other-day"]), "a Saturday"
    assert came(ada, 5) == (160, []), "a Tuesday"
    assert came(ada, 6) == (0, ["limit-reached"]), "the same week"
    assert came(bo, 6) == (90, []), "what is left of the month"
    assert came(cy, 6) == (0, ["budget-spent"])
    assert came(ada, 12) == (0, ["budget-spent"])


def test_the_page_about_coupons_is_true(world: World, administrator: Till, ada: str) -> None:
    run_page("coupons.md", Shop(world, administrator, ada), {"member": ada})
