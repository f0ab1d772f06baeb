"""Points and stored value through the API."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from regulars.basics.ids import new_id, typed
from regulars.basics.periods import moment_text
from regulars.journal.models import Entry
from tests.api.world import AT, Till, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def points(administrator: Till) -> str:
    return str(administrator.done("/units", {"code": "points", "name": "Points", "zone": "Europe/London"})["code"])


@pytest.fixture
def ada(till: Till, points: str) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def earn(till: Till, member: str, amount: int, **more: Any) -> Any:
    return till.done("/transfers", {"kind": "earn", "member": member, "unit": "points", "amount": amount, **more})


def spend(member: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"kind": "spend", "member": member, "unit": "points", "amount": amount, **more}


def available(till: Till, member: str, **query: str) -> int:
    items = till.get(f"/members/{member}/balances", **query).json()["items"]
    return sum(one["available"] for one in items if one["unit"] == "points")


def test_points_are_earned_spent_and_listed(till: Till, ada: str) -> None:
    earned = earn(till, ada, 100, validity="12M")
    spent = till.done("/transfers", spend(ada, 30))
    assert spent["used"] == [{"lot": earned["lots"][0], "amount": 30}]
    assert available(till, ada) == 70
    (lot,) = till.get(f"/members/{ada}/lots").json()["items"]
    assert (lot["remaining"], lot["expires_at"] is None) == (70, False)
    listed = till.get(f"/members/{ada}/transfers").json()
    assert [one["kind"] for one in listed["items"]] == ["spend", "earn"]
    assert listed["next"] is None
    assert till.get(f"/transfers/{spent['id']}").json() == listed["items"][0]
    assert Entry.objects.filter(what="ledger.read", subject=ada).count() == 4


def test_a_spend_that_is_not_there_says_how_much_is_missing(till: Till, ada: str) -> None:
    earn(till, ada, 100)
    refused = till.post("/transfers", spend(ada, 130))
    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "not-enough")
    assert (told["required"], told["available"], told["missing"]) == (130, 100, 30)
    assert available(till, ada) == 100


def test_two_merchants_tills_may_have_the_same_name_and_numbers(world: World, till: Till, ada: str) -> None:
    same = {"source": "till-4", "external_id": "1/1"}
    market, bakery = (Till(world.key("till", merchant=one)) for one in (world.merchant, world.other))
    done = [earn(one, ada, 100, **same) for one in (market, bakery, till, bakery)]
    assert [one["replayed"] for one in done] == [False, False, False, True]
    assert (done[3]["id"], available(till, ada)) == (done[1]["id"], 300)
    assert {one["source"] for one in till.get(f"/members/{ada}/transfers").json()["items"]} == {"till-4"}


@pytest.mark.parametrize("place", ["merchant", "store"])
def test_a_place_that_is_not_there_is_refused(till: Till, ada: str, place: str) -> None:
    nowhere = {place: typed("mrc" if place == "merchant" else "str", new_id(AT))}
    for path, body in (
        ("/transfers", spend(ada, 1)),
        ("/holds", {"member": ada, "unit": "points", "amount": 1}),
        ("/transfers/batch", None),
    ):
        asked = {"transfers": [spend(ada, 1, **nowhere)]} if body is None else body | nowhere
        refused = till.post(path, asked)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")


def test_sem_27_the_business_key_holds_also_under_a_new_idempotency_key(till: Till, ada: str) -> None:
    one = earn(till, ada, 100, source="till-4", external_id="1/1")
    again = earn(till, ada, 100, source="till-4", external_id="1/1")
    assert (again["id"], again["replayed"], available(till, ada)) == (one["id"], True, 100)
    other = {"kind": "earn", "member": ada, "unit": "points", "amount": 99, "source": "till-4", "external_id": "1/1"}
    refused = till.post("/transfers", other).json()
    assert (refused["code"], refused["source"], refused["external_id"]) == ("business-key-reused", "till-4", "1/1")
    assert refused["detail"] == "'1/1' of this source came before with something else in it."
    half = {"kind": "earn", "member": ada, "unit": "points", "amount": 99, "source": "till-4"}
    assert till.post("/transfers", half).json()["code"] == "invalid-request"


def test_many_are_posted_or_none(till: Till, ada: str) -> None:
    bo = till.done("/members", {})["id"]
    both = [{"kind": "earn", "member": one, "unit": "points", "amount": 50} for one in (ada, bo)]
    assert len(till.done("/transfers/batch", {"transfers": [*both, spend(ada, 20)]})["items"]) == 3
    assert till.post("/transfers/batch", {"transfers": [*both, spend(ada, 200)]}).status_code == 409
    assert (available(till, ada), available(till, bo)) == (30, 50)


def test_many_cost_no_more_queries_than_one(
    till: Till, ada: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    earn(till, ada, 1)
    for count in (1, 200):
        body = {"transfers": [{"kind": "earn", "member": ada, "unit": "points", "amount": 5}] * count}
        with django_assert_max_num_queries(20):
            assert till.post("/transfers/batch", body).status_code == 201


def test_a_dry_run_of_a_spend_answers_alike_and_spends_nothing(till: Till, ada: str) -> None:
    earn(till, ada, 100)
    tried = till.post("/transfers?dry_run=true", spend(ada, 30))
    done = till.done("/transfers", spend(ada, 30))
    assert tried.status_code == 201
    assert tried.json().keys() == done.keys()
    assert tried.json()["used"] == done["used"]
    assert available(till, ada) == 70


def test_what_was_had_at_a_past_instant(till: Till, ada: str) -> None:
    now = timezone.now()
    earn(till, ada, 100, effective_at=moment_text(now - timedelta(days=10)))
    till.done("/transfers", spend(ada, 30, effective_at=moment_text(now - timedelta(days=5))))
    days = {days: available(till, ada, as_of=moment_text(now - timedelta(days=days))) for days in (11, 7, 3)}
    assert days == {11: 0, 7: 100, 3: 70}


def test_pages_hold_each_transfer_once(till: Till, ada: str) -> None:
    made = [earn(till, ada, 10)["id"] for _ in range(5)]
    seen, cursor = [], None
    while True:
        query = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = till.get(f"/members/{ada}/transfers", **query).json()
        seen += [one["id"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert seen == made[::-1]
    bo = till.done("/members", {})["id"]
    cursor = till.get(f"/members/{ada}/transfers", limit="2").json()["next"]
    assert till.get(f"/members/{bo}/transfers", cursor=cursor).json()["code"] == "wrong-cursor"


def test_a_transfer_is_taken_back_to_its_lots(till: Till, ada: str) -> None:
    earn(till, ada, 100)
    spent = till.done("/transfers", spend(ada, 60))
    back = till.done(f"/transfers/{spent['id']}/reversals", {"amount": 20})
    assert (back["amount"], back["given_back"]) == (20, [{"lot": spent["used"][0]["lot"], "amount": 20}])
    assert available(till, ada) == 60
    early = till.post(f"/transfers/{spent['id']}/reversals", {"effective_at": "7665-02-13T18:27:17Z"})
    assert (early.status_code, early.json()["code"]) == (422, "wrong-posting")


def test_sem_27_a_hold_asked_for_again_under_its_document_is_the_same_hold_however_late(till: Till, ada: str) -> None:
    asked = {"member": ada, "unit": "points", "amount": 10, "source": "till-4", "external_id": "2026-05-04/119"}
    earn(till, ada, 10)
    first = till.done("/holds", asked, key="one")
    assert till.done("/holds", asked, key="two")["id"] == first["id"]
    refused = till.post("/holds", asked | {"amount": 9}, key="three")
    assert (refused.status_code, refused.json()["code"]) == (422, "business-key-reused")
    assert [one["id"] for one in till.get(f"/members/{ada}/holds").json()["items"]] == [first["id"]]


def test_sem_25_a_hold_is_captured_in_part_and_once(till: Till, ada: str) -> None:
    earn(till, ada, 100)
    hold = till.done("/holds", {"member": ada, "unit": "points", "amount": 60}, key="h")
    assert till.done("/holds", {"member": ada, "unit": "points", "amount": 60}, key="h") == hold
    assert (hold["state"], available(till, ada)) == ("open", 40)
    assert [one["id"] for one in till.get(f"/members/{ada}/holds").json()["items"]] == [hold["id"]]
    assert till.post("/transfers", spend(ada, 50)).json()["code"] == "not-enough"
    done = till.done(f"/holds/{hold['id']}/capture", {"amount": 45})
    assert (done["state"], done["captured"], available(till, ada)) == ("captured", 45, 55)
    assert till.post(f"/holds/{hold['id']}/void").json()["code"] == "hold-closed"
    other = till.done("/holds", {"member": ada, "unit": "points", "amount": 10})
    assert till.done(f"/holds/{other['id']}/void")["state"] == "voided"


def test_what_belongs_to_others_reads_like_what_never_was(world: World, till: Till, ada: str) -> None:
    earned = earn(till, ada, 100)
    hold = till.done("/holds", {"member": ada, "unit": "points", "amount": 60})
    foreign = Till(world.key("till", foreign=True))
    never = {"transfer": typed("txn", new_id(AT)), "hold": typed("hld", new_id(AT)), "member": typed("mbr", new_id(AT))}
    for there, nowhere, body in (
        (f"/transfers/{earned['id']}", f"/transfers/{never['transfer']}", None),
        (f"/members/{ada}/balances", f"/members/{never['member']}/balances", None),
        (f"/members/{ada}/lots", f"/members/{never['member']}/lots", None),
        (f"/transfers/{earned['id']}/reversals", f"/transfers/{never['transfer']}/reversals", {}),
        (f"/holds/{hold['id']}/capture", f"/holds/{never['hold']}/capture", {}),
        (f"/holds/{hold['id']}/void", f"/holds/{never['hold']}/void", {}),
    ):
        paths = (there, nowhere)
        told = [foreign.get(path) if body is None else foreign.post(path, body) for path in paths]
        assert {one.status_code for one in told} == {404}, there
        assert len({(one.json()["code"], one.json()["title"]) for one in told}) == 1
    stolen = foreign.post("/transfers", spend(ada, 10))
    assert (stolen.status_code, stolen.json()["code"]) == (404, "unknown-member")


def test_a_key_of_one_merchant_posts_and_sees_there_alone(world: World, till: Till, ada: str) -> None:
    market = Till(world.key("till", merchant=world.merchant))
    bakery = Till(world.key("till", merchant=world.other))
    mine = earn(market, ada, 10)
    theirs = earn(bakery, ada, 20)
    assert [one["id"] for one in market.get(f"/members/{ada}/transfers").json()["items"]] == [mine["id"]]
    assert market.get(f"/transfers/{theirs['id']}").status_code == 404
    assert market.post(f"/transfers/{theirs['id']}/reversals", {}).status_code == 404
    there = {"kind": "earn", "member": ada, "unit": "points", "amount": 5, "merchant": typed("mrc", world.other)}
    assert market.post("/transfers", there).json()["code"] == "not-allowed"
    assert len(till.get(f"/members/{ada}/transfers").json()["items"]) == 2
    assert available(market, ada) == 30


@pytest.mark.django_db(transaction=True)
def test_sem_24_two_tills_cannot_spend_the_same_points() -> None:
    world = make_world()
    Till(world.key("administrator")).done("/units", {"code": "points", "name": "Points"})
    key = world.key("till")
    ada = Till(key).done("/members", {})["id"]
    earn(Till(key), ada, 100)
    gate, statuses = threading.Barrier(6), []

    def try_to_spend() -> None:
        till = Till(key)
        gate.wait()
        statuses.append(till.post("/transfers", spend(ada, 60)).status_code)
        connection.close()

    threads = [threading.Thread(target=try_to_spend) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(statuses) == [201, 409, 409, 409, 409, 409]
    assert available(Till(key), ada) == 40
