"""Terms of the programme over the API: published, read in words, retired; and bills tried out."""

from typing import Any

import pytest

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.models import Transfer
from regulars.programme.models import Counter, Terms
from tests.api.shop import BEGUN, PER_TEN, Shop, line, open_shop, promise
from tests.api.world import Till, World

DOUBLE = {"permille": 2000, "conditions": {"who": {"tiers": ["status/gold"]}}}
LADDER = {"levels": [{"code": "member", "name": "Member"}, {"code": "gold", "name": "Gold", "reach": [{"points": 50}]}]}
MONDAY, SUNDAY = "2026-05-04T10:00:00Z", "2026-05-03T10:00:00Z"


@pytest.fixture
def shop(world: World) -> Shop:
    return open_shop(world)


@pytest.fixture
def office(world: World, shop: Shop) -> Till:
    return Till(world.key("administrator"))


def publish(office: Till, code: str, document: dict[str, Any], kind: str = "earn", **more: Any) -> dict[str, Any]:
    return dict(office.done("/programme/terms", {"kind": kind, "code": code, "document": document, **more}))


def test_terms_are_published_read_in_words_replaced_and_retired(office: Till) -> None:
    first = publish(office, "base", PER_TEN)
    assert (first["version"], first["ends_at"]) == (1, None)
    assert first["sentence"] == (
        "Members earn 1 point for every GBP 10.00 spent; in GBP only; not counting what is paid with points."
    )
    later = publish(office, "base", PER_TEN | {"basis": "paid-net"}, begins_at="2030-01-01T00:00:00Z")
    chinese = office.get(f"/programme/terms/{first['id']}", language="zh-hans").json()
    assert chinese["sentence"] == "会员每消费10.00英镑得1积分；限GBP；以积分支付的部分除外。"
    assert chinese["ends_at"] == later["begins_at"]
    assert chinese["document"]["award"] == {"type": "per-amount", "units": 1, "per": 1000, "full_steps": False}
    listed = office.get("/programme/terms", kind="earn", limit=1).json()
    rest = office.get("/programme/terms", kind="earn", cursor=listed["next"]).json()
    assert [one["version"] for one in (*listed["items"], *rest["items"])] == [1, 2]
    assert rest["next"] is None
    then = office.get("/programme/terms", as_of="2030-06-01T00:00:00Z").json()["items"]
    assert [one["version"] for one in then] == [2]
    ended = office.done(f"/programme/terms/{first['id']}/retire", {})
    assert ended["id"] == first["id"]
    assert office.get("/programme/terms", as_of="2030-06-01T00:00:00Z").json()["items"] == []
    again = office.post(f"/programme/terms/{first['id']}/retire", {})
    assert (again.status_code, again.json()["code"]) == (404, "unknown-terms")


def test_what_is_wrong_with_a_document_is_told_with_its_place(office: Till) -> None:
    wrong = PER_TEN | {"unit": "miles", "award": {"type": "per-amount", "units": "1", "per": 1000}}
    told = office.post("/programme/terms", {"kind": "earn", "code": "base", "document": wrong}).json()
    assert (told["code"], told["errors"][0]["pointer"]) == ("wrong-terms", "/document/award/units")
    unknown = office.post("/programme/terms", {"kind": "magic", "code": "base", "document": {}})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-terms")
    past = {"kind": "earn", "code": "base", "document": PER_TEN, "begins_at": "2020-01-01T00:00:00Z"}
    assert office.post("/programme/terms", past).json()["code"] == "terms-clash"
    assert office.send("POST", "/programme/terms?dry_run=true", past | {"begins_at": None}).status_code == 201
    assert Terms.objects.count() == 0


def test_every_kind_says_what_its_documents_look_like(office: Till) -> None:
    kinds = {one["kind"]: one["document"] for one in office.get("/programme/kinds").json()["items"]}
    assert {"earn", "promotion", "coupon-series", "ladder", "benefit"} <= kinds.keys()
    assert "award" in kinds["earn"]["$defs"]["EarnRule"]["properties"]


def test_only_who_may_manage_the_programme_publishes(world: World, office: Till) -> None:
    for role, merchant in (("till", None), ("analyst", None), ("administrator", world.merchant)):
        refused = Till(world.key(role, merchant=merchant)).post(
            "/programme/terms", {"kind": "earn", "code": "base", "document": PER_TEN}
        )
        assert refused.status_code == 403
    made = publish(office, "base", PER_TEN)
    foreign = Till(world.key("administrator", foreign=True))
    assert foreign.get(f"/programme/terms/{made['id']}").status_code == 404
    assert foreign.get("/programme/terms").json()["items"] == []
    assert Till(world.key("analyst")).get(f"/programme/terms/{made['id']}").status_code == 200


def tried(office: Till, **asked: Any) -> dict[str, Any]:
    asked = {"currency": "GBP", "lines": [line(5_000)], "facts": {}, "effective_at": MONDAY} | asked
    answer = office.look("/programme/simulations", {name: value for name, value in asked.items() if value is not None})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def test_a_bill_is_tried_out_with_made_up_facts_on_any_day(world: World, office: Till) -> None:
    promise(world, "ladder", "status", LADDER)
    promise(world, "earn", "base", PER_TEN | {"multipliers": [DOUBLE]})
    monday = {"unit": "points", "award": {"type": "fixed", "units": 30}, "conditions": {"when": {"weekdays": [1]}}}
    promise(world, "earn", "monday", monday | {"cool_down": "1D"})
    plain, gold = tried(office), tried(office, facts={"tiers": {"status": "gold"}})
    assert [(one["code"], one["amount"]) for one in plain["effects"]] == [("base", 5), ("monday", 30)]
    assert [(one["code"], one["amount"]) for one in gold["effects"]] == [("base", 10), ("monday", 30)]
    assert gold["effects"][0]["facts"] == {"basis": 5_000, "quantity": 1_000, "permille": 2_000}
    assert "twice as many for Gold members" in gold["effects"][0]["sentence"]
    sunday = tried(office, effective_at=SUNDAY)
    (refused,) = sunday["not_applied"]
    assert (refused["code"], refused["why"], refused["because"]) == ("monday", "other-day", "it is for other days")
    assert tried(office, facts=None)["effects"] == [], "nobody known earns nothing"
    assert not Counter.objects.exists()
    assert not Transfer.objects.exists()


def test_a_draft_stands_for_what_is_published_of_its_code(world: World, office: Till) -> None:
    promise(world, "earn", "base", PER_TEN)
    draft = {"kind": "earn", "code": "base", "document": PER_TEN | {"conditions": {"least": {"purchase": 6_000}}}}
    told = tried(office, drafts=[draft], language="zh-hans")
    assert told["effects"] == []
    (refused,) = told["not_applied"]
    assert (refused["version"], refused["because"]) == (0, "还差10.00英镑")
    wrong = draft | {"document": PER_TEN | {"unit": "miles"}}
    answer = office.look(
        "/programme/simulations", {"currency": "GBP", "lines": [line(1)], "facts": {}, "drafts": [draft, wrong]}
    )
    assert answer.json()["errors"][0]["pointer"] == "/drafts/1/document/unit"
    assert tried(office)["effects"][0]["amount"] == 5, "a draft leaves nothing behind"


def test_a_trial_says_what_the_checkout_does(world: World, shop: Shop, office: Till) -> None:
    promise(world, "earn", "base", PER_TEN | {"what": {"not_marks": ["gift-card"]}, "most": 12})
    promise(world, "earn", "once", PER_TEN | {"limits": [{"most": 7, "of": "units"}]})
    fifth = {"benefit": {"type": "percent", "permille": 200}, "what": {"items": ["tea"]}}
    promise(world, "promotion", "tea", {"name": "A fifth off tea", "offer": fifth})
    bill = [line(10_000), line(7_000, "cup"), line(5_000, "card", marks=["gift-card"])]
    for _ in range(2):  # the second time the limit is used up
        told = tried(
            office, lines=bill, facts=None, member=shop.member, merchant=typed("mrc", world.merchant), effective_at=None
        )
        done = shop.buy(*bill)
        wanted = ("kind", "code", "version", "unit", "amount")
        assert [[one[name] for name in wanted] for one in told["effects"]] == [
            [one[name] for name in wanted] for one in done["effects"]
        ]
        assert [(one["code"], one["why"]) for one in told["not_applied"]] == [
            (one["code"], one["why"]) for one in done["not_applied"]
        ]
        assert told["due"] == done["due"]
    assert Entry.objects.filter(what="members.read", subject=shop.member).count() == 2


def test_an_event_is_tried_out_too(world: World, office: Till) -> None:
    promise(world, "earn", "stay", PER_TEN | {"occasions": ["stay-completed"]}, begins_at=BEGUN)
    told = tried(office, lines=[], event="stay-completed", amount=25_000)
    assert [(one["amount"], one["lines"]) for one in told["effects"]] == [(25, {})]
    changes: list[dict[str, Any]] = [{"lines": []}, {"event": "stay-completed"}]
    for wrong in changes:
        answer = office.look("/programme/simulations", {"currency": "GBP", "lines": [line(1)]} | wrong)
        assert answer.status_code == 422


def test_who_may_not_see_members_tries_out_made_up_ones_only(world: World, shop: Shop, office: Till) -> None:
    analyst = Till(world.key("analyst"))
    asked = {"currency": "GBP", "lines": [line(1)]}
    assert analyst.look("/programme/simulations", asked | {"facts": {}}).status_code == 200
    assert analyst.look("/programme/simulations", asked | {"member": shop.member}).status_code == 403
