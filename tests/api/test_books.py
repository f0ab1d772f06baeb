"""Conversions, the liability rolled forward and statements of merchants through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger.books_closing import close_due
from tests.api.world import Till, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    """One organisation: what a unit's books say as a whole is told only to who works for all of them."""
    return make_world(alone=True)


@pytest.fixture
def ada(administrator: Till) -> str:
    administrator.done("/units", {"code": "points", "name": "Points"})
    return str(administrator.done("/members", {"facts": {"given_name": "Ada"}})["id"])


def close_days() -> None:
    while close_due(actor=Actor.job("test"), at=timezone.now() + timedelta(days=2)):
        pass


def test_one_unit_becomes_another_at_the_rate_in_force(administrator: Till, till: Till, ada: str) -> None:
    administrator.done("/units", {"code": "miles", "name": "Miles"})
    wanted = {"from_unit": "points", "to_unit": "miles", "amount": 101, "source": "till-4", "external_id": "7"}
    till.done("/transfers", {"kind": "earn", "member": ada, "unit": "points", "amount": 150, "validity": "12M"})
    path = f"/members/{ada}/conversions"
    assert till.post(path, wanted).json()["code"] == "rate-unknown"
    rate = {"from_unit": "points", "to_unit": "miles", "numerator": 1, "denominator": 2}
    assert till.post("/rates", rate).json()["code"] == "not-allowed"
    since = {"since": "2026-01-01T00:00:00Z"}
    assert administrator.done("/rates", rate | since)["items"] == till.get("/rates").json()["items"] == [rate | since]
    assert administrator.post("/rates", rate | since).json()["code"] == "wrong-posting"
    assert administrator.post("/rates", rate | {"to_unit": "points"}).json()["code"] == "wrong-posting"
    done = till.done(path, wanted)
    assert (done["amount"], done["gained"], done["replayed"]) == (101, 50, False)
    assert till.done(path, wanted) == done | {"replayed": True}
    held = {one["unit"]: one["available"] for one in till.get(f"/members/{ada}/balances").json()["items"]}
    assert held == {"points": 49, "miles": 50}
    assert till.post(path, wanted | {"external_id": "8"}).json()["code"] == "not-enough"


def test_the_liability_rolls_forward_to_the_unit(administrator: Till, till: Till, ada: str) -> None:
    till.done("/transfers", {"kind": "earn", "member": ada, "unit": "points", "amount": 100})
    till.done("/transfers", {"kind": "spend", "member": ada, "unit": "points", "amount": 30})
    told = administrator.get("/units/points/roll-forward").json()
    (month,) = told["cohorts"]
    assert (month["movements"]["earned"], month["movements"]["spent"]) == (100, -30)
    assert (told["opening"], told["closing"], month["closing"], told["closed_on"]) == (0, 70, 70, None)
    assert administrator.get("/units/stamps/roll-forward").json()["code"] == "unit-unknown"


@pytest.mark.parametrize("path", ["roll-forward", "periods"])
def test_the_books_of_a_unit_are_told_only_to_who_works_for_all_organisations(path: str) -> None:
    administrator = Till(make_world().key("administrator"))
    administrator.done("/units", {"code": "points", "name": "Points"})
    asked = {"last_on": "2026-05-31"}
    told = (
        administrator.get(f"/units/points/{path}")
        if path == "roll-forward"
        else administrator.post(f"/units/points/{path}", asked)
    )
    assert (told.status_code, told.json()["code"]) == (403, "not-allowed")


def test_statements_of_a_closed_period_are_frozen(world: World, administrator: Till, ada: str) -> None:
    market, bakery = (Till(world.key("till", merchant=one)) for one in (world.merchant, world.other))
    market.done("/transfers", {"kind": "earn", "member": ada, "unit": "points", "amount": 100})
    bakery.done("/transfers", {"kind": "spend", "member": ada, "unit": "points", "amount": 30})
    close_days()
    today = datetime.now(UTC).date().isoformat()
    asked: dict[str, Any] = {"first_on": today, "last_on": today}
    path = "/units/points/statements"
    so_far = administrator.get(path, **asked).json()["items"]
    lines = {(one["merchant"], line["line"]): line["amount"] for one in so_far for line in one["lines"]}
    assert lines == {
        (typed("mrc", world.merchant), "issued"): 100,
        (typed("mrc", world.other), "redeemed"): 30,
    }
    assert [one["frozen"] for one in so_far] == [False, False]
    assert administrator.get(path, last_on=today).json()["code"] == "period-open"
    closed = administrator.done("/units/points/periods", {"last_on": today})
    assert administrator.get("/units/points/periods").json()["items"] == [closed]
    market.done("/transfers", {"kind": "earn", "member": ada, "unit": "points", "amount": 7})
    frozen = administrator.get(path, last_on=today).json()["items"]
    assert frozen == [one | {"frozen": True} for one in so_far]
    page = administrator.get(path, last_on=today, limit="1").json()
    rest = administrator.get(path, last_on=today, limit="1", cursor=page["next"]).json()
    assert page["items"] + rest["items"] == frozen
    own = bakery.get(path, last_on=today).json()["items"]
    assert [one["merchant"] for one in own] == [typed("mrc", world.other)]
    assert bakery.get(path, last_on=today, merchant=typed("mrc", world.merchant)).json()["items"] == []
    assert administrator.post("/units/points/periods", {"last_on": today}).json()["code"] == "period-closed"
