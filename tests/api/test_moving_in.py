"""Moving in through the API: parts under one name, in the background, told and taken back."""

import json
from pathlib import Path
from typing import Any

import pytest

from regulars.ledger.services import define_unit
from regulars.programme.models import MoveIn
from regulars.programme.moving.undoing import undo_due
from tests.api.shop import ANN, BEGUN, later, now, promise
from tests.api.test_jobs import work
from tests.api.world import Till, World

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).resolve().parents[2] / "docs" / "moving-in.md"
LEVELS = [{"code": "blue"}, {"code": "gold", "reach": [{"miles": 200}]}]
OFFER = {"benefit": {"type": "percent", "permille": 100}, "conditions": {"who": {"anyone": True}}}
NUMBER = {"kind": "external", "value": "7", "source": "club"}
PHONE = {"kind": "phone", "value": "01632 960001", "region": "GB"}


@pytest.fixture
def ada(world: World, administrator: Till) -> str:
    define_unit("points", "Points", zone="Europe/London", actor=ANN, at=BEGUN)
    define_unit("miles", "Miles", actor=ANN, at=BEGUN)
    promise(world, "ladder", "club", {"levels": LEVELS})
    promise(world, "coupon-series", "welcome", {"name": "Welcome", "offer": OFFER})
    return str(
        administrator.done(
            "/members", {"identifiers": [NUMBER, {"kind": "phone", "value": PHONE["value"]}], "region": "GB"}
        )["id"]
    )


def rows(ada: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": "lot",
            "line": 1,
            "identifiers": [NUMBER],
            "unit": "points",
            "amount": 500,
            "expires_at": later(days=90),
        },
        {"kind": "lot", "line": 2, "identifiers": [PHONE], "unit": "points", "amount": 70, "earned_at": later(days=-9)},
        {"kind": "pending", "line": 3, "member": ada, "unit": "points", "amount": 40, "activates_at": later(days=9)},
        {"kind": "tier", "line": 4, "member": ada, "ladder": "club", "level": "gold", "ends_at": later(days=200)},
        {"kind": "card", "line": 5, "member": ada, "number": "5500-1", "source": "old-cards"},
        {"kind": "coupon", "line": 6, "code": "SUMMER-1", "series": "welcome", "uses": 2},
        {"kind": "lot", "line": 7, "identifiers": [NUMBER | {"value": "8"}], "unit": "points", "amount": 9},
    ]


def put(key: Till, asked: list[dict[str, Any]], *, query: str = "", name: str = "old", **more: Any) -> Any:
    return key.send("PUT", f"/move-ins/{name}{query}", {"rows": asked, **more})


def balance(key: Till, member: str) -> tuple[int, int]:
    (one,) = key.get(f"/members/{member}/balances").json()["items"] or [{"available": 0, "pending": 0}]
    return one["available"], one["pending"]


def test_parts_move_in_and_the_answer_says_what_is_missing(administrator: Till, ada: str) -> None:
    asked = rows(ada)
    first = put(administrator, asked[:4])
    assert (first.status_code, first.json()["state"], first.json()["waiting"]) == (202, "running", 4)
    assert put(administrator, asked[:4]).json()["rows"] == 4, "a lost answer is found again"
    assert put(administrator, asked[4:], part=2).json()["waiting"] == 7
    work()
    told = administrator.get("/move-ins/old").json()
    assert (told["state"], told["rows"], told["kept"], told["refused"], told["ties"]) == ("done", 7, 6, 1, False)
    assert (told["reasons"], told["first"][0]["line"]) == ({"unknown-member": 1}, 7)
    assert balance(administrator, ada) == (570, 40)
    (missing,) = administrator.get("/move-ins/old/refusals").json()["items"]
    assert missing == {"file": "rows", "line": 7, "column": "", "reason": "unknown-member"}
    administrator.done("/members", {"identifiers": [NUMBER | {"value": "8"}]})
    put(administrator, asked[6:], part=3)
    work()
    told = administrator.get("/move-ins/old").json()
    assert (told["rows"], told["kept"], told["ties"]) == (7, 7, True)
    lines = {(line["kind"], line["label"]): (line["said"], line["here"]) for line in told["lines"] if not line["month"]}
    assert lines == {("card", "old-cards"): (1, 1), ("coupon", "welcome"): (2, 2), ("lot", "points"): (79, 79)}


def test_a_dry_run_does_the_very_same_and_keeps_nothing(administrator: Till, ada: str) -> None:
    tried = put(administrator, rows(ada), query="?dry_run=true").json()
    assert (tried["rows"], tried["kept"], tried["refused"], tried["first"][0]["reason"]) == (7, 6, 1, "unknown-member")
    assert not MoveIn.objects.exists()
    assert administrator.get("/move-ins/old").json()["code"] == "unknown-move-in"


def test_all_of_it_is_taken_back_in_the_background(administrator: Till, ada: str) -> None:
    put(administrator, rows(ada))
    work()
    administrator.done("/transfers", {"kind": "spend", "member": ada, "unit": "points", "amount": 20})
    begun = administrator.post("/move-ins/old/undo", {"reason": "the wrong files"})
    assert (begun.status_code, begun.json()["state"]) == (202, "undoing")
    while undo_due(actor=ANN, at=now()):
        pass
    told = administrator.get("/move-ins/old").json()
    assert told["state"] == "undone"
    assert (told["taken_back"]["lot_amount"], told["taken_back"]["lot_amount_kept"]) == (550, 20)
    assert balance(administrator, ada) == (0, 0)
    again = administrator.post("/move-ins/old/undo", {"reason": "x"})
    assert (again.status_code, again.json()["code"]) == (409, "move-in-undone")
    assert put(administrator, rows(ada), part=9).json()["code"] == "move-in-undone"


def test_who_was_erased_meanwhile_does_not_move_in_and_is_counted(administrator: Till, ada: str) -> None:
    put(administrator, rows(ada)[:2])
    administrator.done(f"/members/{ada}/erase", {"reason": "asked"})
    work()
    told = administrator.get("/move-ins/old").json()
    assert (told["rows"], told["refused"], told["reasons"], told["ties"]) == (2, 2, {"row-erased": 2}, False)


def test_a_move_in_is_the_organisations_own(world: World, administrator: Till, ada: str) -> None:
    put(administrator, rows(ada)[:1])
    work()
    foreign = Till(world.key("administrator", foreign=True))
    assert foreign.get("/move-ins/old").json()["code"] == "unknown-move-in"
    put(foreign, [rows(ada)[0] | {"member": ada, "identifiers": []}])
    work()
    assert foreign.get("/move-ins/old").json()["reasons"] == {"unknown-member": 1}
    assert balance(administrator, ada) == (500, 0)
    for role in ("till", "marketer", "analyst"):
        assert put(Till(world.key(role)), rows(ada)).json()["code"] == "not-allowed"
    shop = Till(world.key("administrator", merchant=world.merchant))
    assert put(shop, rows(ada)).json()["code"] == "not-allowed"


def test_a_row_says_what_kind_it_is(administrator: Till, ada: str) -> None:
    odd = put(administrator, [{"kind": "debt", "line": 1, "member": ada}])
    assert (odd.status_code, odd.json()["code"]) == (422, "invalid-request")
    assert put(administrator, [{"kind": "lot", "member": ada, "unit": "points", "amount": 1}]).status_code == 422
    unknown = {"kind": "lot", "line": 1, "member": ada, "unit": "p", "amount": 1}
    put(administrator, [unknown])
    work()
    assert administrator.get("/move-ins/old").json()["reasons"] == {"unknown-unit": 1}


def test_the_example_of_the_page_moves_in(administrator: Till, ada: str) -> None:
    (body,) = (block for block in PAGE.read_text(encoding="utf-8").split("```") if block.startswith("json\n"))
    sent = json.loads(body[5:])
    assert put(administrator, sent["rows"], part=sent["part"]).status_code == 202
    work()
    told = administrator.get("/move-ins/old").json()
    assert (told["kept"], told["refused"], told["ties"]) == (3, 0, True)
