"""Adjustments, freezes, gifts, stored value and merges through the API."""

from typing import Any
from uuid import UUID

import pytest

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.services.keys import create_key
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from tests.api.test_ledger import available, earn, spend
from tests.api.world import AT, SETUP, Till, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(world: World, administrator: Till) -> Till:
    unit = {"code": "points", "name": "Points", "approve_above": 100}
    administrator.done("/units", unit)
    for value in (
        {"code": "GBP", "name": "Pounds", "kind": "paid", "scale": 2, "currency": "GBP"},
        {"code": "GBP-bonus", "name": "Bonus pounds", "kind": "bonus", "scale": 2, "currency": "GBP"},
    ):
        administrator.done("/units", value)
    return Till(world.key("support"))


def member(till: Till, **facts: str) -> str:
    return str(till.done("/members", {"facts": facts})["id"])


def own_key(world: World, mail: str) -> str:
    """A person, an administrator, and their own key."""
    person = hire(mail, name="Ann", password="seven grey herons", by=gate.HOUSE, actor=SETUP, at=AT)
    place = Place(world.organisation)
    assign("administrator", place, staff=person, by=gate.HOUSE, actor=SETUP, at=AT)
    made = create_key("own", "administrator", place, owner=person, by=gate.HOUSE, actor=SETUP, at=AT)
    assert isinstance(made.id, UUID)
    return made.text


ASKED: dict[str, Any] = {"unit": "points", "amount": 50, "reason": "goodwill", "note": "Waited an hour."}


def test_sem_40_an_adjustment_has_a_reason_a_note_and_above_the_threshold_a_second_person(
    world: World, administrator: Till, support: Till
) -> None:
    ada = member(support)
    assert support.done(f"/members/{ada}/adjustments", ASKED)["state"] == "posted"
    assert support.post(f"/members/{ada}/adjustments", ASKED | {"note": ""}).json()["code"] == "invalid-request"
    large = support.done(f"/members/{ada}/adjustments", ASKED | {"amount": 500})
    assert (large["state"], available(support, ada)) == ("asked", 50)
    ann = Till(own_key(world, "ann@example.org"))
    assert [one["id"] for one in ann.get("/adjustments").json()["items"]] == [large["id"]]
    path = f"/adjustments/{large['id']}/approve"
    assert support.post(path).json()["code"] == "not-allowed"
    assert administrator.post(path).json()["code"] == "needs-second-approver"  # a shop's key is no person
    assert ann.done(path)["state"] == "posted"
    assert (ann.post(path).json()["code"], available(support, ada)) == ("adjustment-settled", 550)


def test_nobody_approves_what_they_asked_themselves_with_another_key(world: World, support: Till) -> None:
    ada = member(support)
    ann = Till(own_key(world, "ann@example.org"))
    large = ann.done(f"/members/{ada}/adjustments", ASKED | {"amount": 500})
    assert ann.post(f"/adjustments/{large['id']}/approve").json()["code"] == "needs-second-approver"
    bea = Till(own_key(world, "bea@example.org"))
    assert bea.done(f"/adjustments/{large['id']}/decline")["state"] == "refused"


def test_sem_36_a_frozen_member_spends_nothing_and_reversals_still_post(support: Till, till: Till) -> None:
    ada = member(support)
    earn(till, ada, 100)
    spent = till.done("/transfers", spend(ada, 40))
    told = support.done(f"/members/{ada}/freezes", {"level": "no-spend", "reason": "stolen"})
    assert [one["level"] for one in told["items"]] == ["no-spend"]
    refused = till.post("/transfers", spend(ada, 10))
    assert (refused.status_code, refused.json()["code"]) == (423, "holder-frozen")
    assert till.done(f"/transfers/{spent['id']}/reversals", {})["amount"] == 40
    assert support.get(f"/members/{ada}/freezes").json() == told
    assert support.done(f"/members/{ada}/thaw", {"level": "no-spend", "reason": "found"})["items"] == []
    assert till.post(f"/members/{ada}/freezes", {"level": "no-earn", "reason": "x"}).json()["code"] == "not-allowed"


def test_sem_37_a_gift_keeps_the_dates_of_its_lots(support: Till, till: Till) -> None:
    ada, bo = member(support), member(support)
    earn(till, ada, 100, validity="12M")
    (lot,) = till.get(f"/members/{ada}/lots").json()["items"]
    gift = {"from_member": ada, "to_member": bo, "unit": "points", "amount": 30}
    assert support.done("/gifts", gift)["amount"] == 30
    (given,) = till.get(f"/members/{bo}/lots").json()["items"]
    assert (given["remaining"], given["expires_at"]) == (30, lot["expires_at"])
    assert till.post("/gifts", gift).json()["code"] == "not-allowed"
    assert support.post("/gifts", gift | {"amount": 71}).json()["code"] == "not-enough"


def test_sem_41_value_is_sold_for_money_paid_bonus_first_and_its_principal_refunded(support: Till, till: Till) -> None:
    ada = member(support)
    sale = {"unit": "GBP", "amount": 5000, "tender": "card", "bonus_unit": "GBP-bonus", "bonus": 500}
    assert [one["amount"] for one in till.done(f"/members/{ada}/loads", sale)["items"]] == [5000, 500]
    assert till.post(f"/members/{ada}/loads", sale | {"tender": "value"}).json()["code"] == "value-buys-value"
    bill = {"currency": "GBP", "amount": 1250, "units": ["GBP-bonus", "GBP"]}
    paid = till.done(f"/members/{ada}/payments", bill)
    assert [(one["unit"], one["amount"]) for one in paid["parts"]] == [("GBP-bonus", 500), ("GBP", 750)]
    assert till.done(f"/members/{ada}/refunds", {"unit": "GBP", "amount": 1000})["amount"] == 1000
    assert till.post(f"/members/{ada}/payments", bill | {"amount": 9000}).json()["code"] == "not-enough"


def test_sem_35_two_members_become_one_and_two_again(support: Till, till: Till) -> None:
    ada, bo = member(support, given_name="Ada"), member(support, given_name="Ada")
    earn(till, ada, 100)
    earn(till, bo, 40)
    support.done("/merges", {"survivor": ada, "other": bo, "reason": "same"})
    read = till.get(f"/members/{bo}").json()
    assert (read["id"], read["merged"], available(till, bo)) == (ada, [bo], 140)
    assert support.post("/merges", {"survivor": ada, "other": bo, "reason": "same"}).status_code == 409
    assert till.post("/merges", {"survivor": ada, "other": bo, "reason": "same"}).json()["code"] == "not-allowed"
    assert support.done(f"/members/{bo}/unmerge", {"reason": "twins"})["member"] == bo
    assert till.get(f"/members/{bo}").json()["id"] == bo
    assert (available(till, ada), available(till, bo)) == (100, 40)


def test_sem_38_erasure_removes_the_person_and_keeps_the_entries(
    world: World, administrator: Till, support: Till
) -> None:
    body: dict[str, Any] = {
        "facts": {"family_name": "Wong"},
        "identifiers": [{"kind": "email", "value": "ada@example.com"}],
    }
    ada = support.done("/members", body, key="join")["id"]
    earned = earn(administrator, ada, 100)
    told = support.get(f"/members/{ada}/export").json()
    assert "ada@example.com" in str(told["rooms"]["members"])
    assert "100" in str(told["rooms"]["ledger"])
    assert support.post(f"/members/{ada}/erase", {"reason": "letter"}).json()["code"] == "not-allowed"
    tried = administrator.post(f"/members/{ada}/erase?dry_run=true", {"reason": "letter"}).json()
    assert administrator.look("/members/recognise", body["identifiers"][0]).status_code == 200
    done = administrator.done(f"/members/{ada}/erase", {"reason": "letter"})
    assert (tried["member"], tried["rooms"].keys()) == (ada, done["rooms"].keys())
    assert administrator.look("/members/recognise", body["identifiers"][0]).status_code == 404
    assert administrator.get(f"/members/{ada}").json()["facts"] == {}
    assert administrator.get(f"/transfers/{earned['id']}").json()["amount"] == 100
    assert sum(one["balance"] for one in administrator.get(f"/members/{ada}/balances").json()["items"]) == 0
    again = support.post("/members", body, key="join")  # what was answered then told who it was
    assert (again.status_code, again.json()["code"]) == (410, "answer-erased")
    foreign = Till(world.key("administrator", foreign=True))
    assert foreign.post(f"/members/{ada}/erase", {"reason": "x"}).json()["code"] == "unknown-member"
