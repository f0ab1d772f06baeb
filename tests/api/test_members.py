"""Members, identifiers, cards and consents through the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.basics.ids import new_id, typed, untyped
from regulars.journal.models import Entry
from regulars.members.codes import code
from regulars.members.keys import card_secret
from tests.api.world import AT, Till, World
from tests.statements import counted

pytestmark = pytest.mark.django_db

ADA = {
    "facts": {"given_name": "Ada", "family_name": "Wong", "language": "en"},
    "identifiers": [
        {"kind": "email", "value": "Ada@Example.com"},
        {"kind": "phone", "value": "+44 7400 123456"},
        {"kind": "external", "value": "C-1001", "source": "web-shop"},
    ],
    "source": "till-4",
}


@pytest.fixture
def ada(till: Till) -> Any:
    return till.done("/members", ADA)


def test_a_member_is_enrolled_and_read_again(till: Till, ada: Any) -> None:
    read = till.get(f"/members/{ada['id']}")
    assert read.json() == ada
    assert read["ETag"]
    assert ada["facts"]["given_name"]["value"] == "Ada"
    assert {one["value"] for one in ada["identifiers"]} == {"ada@example.com", "+447400123456", "C-1001"}
    assert Entry.objects.filter(what="members.read", subject=ada["id"]).count() == 1


@pytest.mark.parametrize(
    "shown",
    [
        {"kind": "email", "value": " ADA@example.com"},
        {"kind": "phone", "value": "07400 123456", "region": "GB"},
        {"kind": "external", "value": "C-1001", "source": "web-shop"},
    ],
    ids=lambda shown: shown["kind"],
)
def test_a_member_is_recognised_however_it_is_said(till: Till, ada: Any, shown: Any) -> None:
    with counted() as asked:  # the key, its bucket, the look-up, the trail
        found = till.look("/members/recognise", shown)
    assert len(asked) == 4
    assert (found.json()["member"], found.json()["usable"]) == (ada["id"], True)
    assert Entry.objects.get(what="members.recognise").subject == ada["id"]


def test_unknown_and_foreign_are_answered_alike(world: World, till: Till, ada: Any) -> None:
    foreign = Till(world.key("till", foreign=True))
    known = {"kind": "email", "value": "ada@example.com"}
    answers = [foreign.look("/members/recognise", known), till.look("/members/recognise", known | {"value": "b@b.io"})]
    answers += [till.look("/members/recognise", known | {"value": "no mail"})]
    told = [{**answer.json(), "request_id": ""} for answer in answers]
    assert told[0] == told[1] == told[2]
    assert told[0]["status"] == 404
    by_id = [foreign.get(f"/members/{ada['id']}"), till.get(f"/members/{typed('mbr', new_id(AT))}")]
    assert {**by_id[0].json(), "request_id": ""} == {**by_id[1].json(), "request_id": ""}


def test_a_look_up_of_the_unknown_costs_as_much_as_one_of_the_known(world: World, till: Till, ada: Any) -> None:
    for who, value in ((till, "ada@example.com"), (till, "b@b.io"), (till, "no mail")):
        with counted() as asked:
            who.look("/members/recognise", {"kind": "email", "value": value})
        assert len(asked) == 4
    foreign = Till(world.key("till", foreign=True))
    foreign.get("/me")  # the first use of a key is noted
    with counted() as asked:
        foreign.look("/members/recognise", {"kind": "email", "value": "ada@example.com"})
    assert len(asked) == 4


def test_a_change_that_would_overwrite_somebody_elses_is_refused(till: Till, ada: Any) -> None:
    path = f"/members/{ada['id']}"
    first = till.get(path)["ETag"]
    change = {"facts": {"town": "Leeds"}}
    assert till.send("PATCH", path, change).json()["code"] == "version-needed"
    done = till.send("PATCH", path, change, If_Match=first)
    assert (done.status_code, done.json()["facts"]["town"]["value"]) == (200, "Leeds")
    stale = till.send("PATCH", path, {"facts": {"town": "York"}}, If_Match=first)
    assert (stale.status_code, stale.json()["code"]) == (412, "version-stale")
    assert till.send("PATCH", path, {"facts": {"town": None}}, If_Match=done["ETag"]).json()["facts"].keys() == {
        "given_name", "family_name", "language",
    }  # fmt: skip
    history = till.get(f"{path}/facts", name="town").json()["items"]
    assert [(one["value"], one["ended_at"] is None) for one in history] == [("Leeds", False)]


def test_what_was_known_at_a_moment(till: Till) -> None:
    enrolled = datetime(2026, 1, 1, tzinfo=UTC)
    ada = till.done("/members", ADA | {"effective_at": "2026-01-01T00:00:00Z"})
    path = f"/members/{ada['id']}"
    till.send("PATCH", path, {"facts": {"town": "Leeds"}, "effective_at": "2026-02-01T00:00:00+01:00"}, If_Match="*")
    before = till.get(path, as_of="2026-01-15T00:00:00Z").json()["facts"]
    after = till.get(path, as_of="2026-02-15T00:00:00Z").json()["facts"]
    assert ("town" in before, after["town"]["effective_at"]) == (False, "2026-01-31T23:00:00Z")
    early = till.get(path, as_of=(enrolled - timedelta(days=1)).isoformat().replace("+00:00", "Z"))
    assert (early.status_code, early.json()["code"]) == (404, "unknown-member")


def test_identifiers_are_added_verified_and_ended(till: Till, ada: Any) -> None:
    path = f"/members/{ada['id']}/identifiers"
    added = till.done(path, {"identifiers": [{"kind": "email", "value": "ada@work.example"}]})["items"]
    (new,) = [one for one in added if one["value"] == "ada@work.example"]
    assert till.done(f"/identifiers/{new['id']}/verify")["verified_at"]
    assert till.done(f"/identifiers/{new['id']}/end", {"reason": "left"})["state"] == "ended"
    assert till.look("/members/recognise", {"kind": "email", "value": "ada@work.example"}).status_code == 404
    assert len(till.get(path).json()["items"]) == 4


def test_an_identifier_that_is_somebody_elses_is_a_conflict(till: Till, ada: Any) -> None:
    taken = {"identifiers": [{"kind": "external", "value": "C-1001", "source": "web-shop"}]}
    answer = till.post("/members", taken)
    assert (answer.status_code, answer.json()["code"]) == (409, "identifier-taken")


def test_a_search_finds_by_name_and_by_last_digits_and_leaves_a_trail(administrator: Till, ada: Any) -> None:
    for search in ({"name": "wong"}, {"last_digits": "3456"}):
        assert administrator.look("/members/search", search).json()["items"] == [
            {"member": ada["id"], "name": "Ada Wong"}
        ]
    assert Entry.objects.filter(what="members.search").count() == 2
    both = administrator.look("/members/search", {"name": "wong", "last_digits": "3456"})
    assert both.json()["code"] == "invalid-request"


def test_who_serves_one_merchant_cannot_go_through_all_members(world: World, ada: Any) -> None:
    clerk = Till(world.key("clerk", merchant=world.other))
    assert clerk.look("/members/search", {"name": "wong"}).json()["code"] == "not-allowed"
    assert clerk.look("/members/recognise", {"kind": "email", "value": "ada@example.com"}).status_code == 200


def test_a_member_is_enrolled_where_the_key_works(world: World, ada: Any) -> None:
    clerk = Till(world.key("clerk", merchant=world.other))
    assert clerk.post("/members", {"merchant": typed("mrc", world.merchant)}).json()["code"] == "not-allowed"
    assert clerk.post("/members", {"merchant": typed("mrc", new_id(AT))}).json()["code"] == "not-allowed"
    clerk.done("/members", {})
    assert Entry.objects.filter(what="members.enrol").latest("id").merchant == typed("mrc", world.other)


def test_a_member_leaves(till: Till, ada: Any) -> None:
    assert till.done(f"/members/{ada['id']}/close", {"reason": "asked"})["state"] == "closed"
    assert till.post(f"/members/{ada['id']}/close", {"reason": "asked"}).json()["code"] == "member-closed"


def test_cards_are_issued_blocked_claimed_and_replaced(till: Till, administrator: Till, ada: Any) -> None:
    asked = {"programme": "riverside", "name": "Blue", "prefix": "6270", "serial_digits": 8}
    numbers = administrator.done("/card-ranges", asked)["id"]
    blank, other = administrator.done(f"/card-ranges/{numbers}/cards", {"count": 2})["items"]
    shown = {"kind": "card", "value": blank["number"]}
    assert till.look("/members/recognise", shown).json()["member"] is None
    assert till.done(f"/cards/{blank['id']}/claim", {"member": ada["id"]})["member"] == ada["id"]
    assert till.look("/members/recognise", shown).json()["member"] == ada["id"]
    anonymous = till.done(f"/cards/{other['id']}/open", {})["member"]
    clash = till.post(f"/cards/{other['id']}/claim", {"member": ada["id"]})
    assert (clash.status_code, clash.json()["anonymous_member"]) == (409, anonymous)
    new = till.done(f"/cards/{blank['id']}/replace", {"why": "lost", "reason": "train"})
    old = till.look("/members/recognise", shown).json()
    assert (old["usable"], old["state"], old["replaced_by"]) == (False, "lost", new["id"])
    assert till.look("/members/recognise", {"kind": "card", "value": new["number"]}).json()["member"] == ada["id"]
    assert till.done(f"/cards/{new['id']}/block", {"why": "stolen"})["state"] == "stolen"
    assert till.done(f"/cards/{new['id']}/unblock", {"reason": "found"})["state"] == "active"
    listed = till.get(f"/members/{ada['id']}/cards").json()["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(blank["id"], "lost"), (new["id"], "active")]
    assert till.get(f"/cards/{new['id']}").json() == listed[1]


def test_a_made_up_card_is_refused_and_noticed(till: Till) -> None:
    assert till.look("/members/recognise", {"kind": "card", "value": "6270000000010003"}).status_code == 404
    assert Entry.objects.filter(what="cards.forged").count() == 1


def test_a_shown_code_is_good_once(till: Till, administrator: Till, ada: Any) -> None:
    asked = {"programme": "riverside", "name": "Blue", "prefix": "6270", "serial_digits": 8}
    numbers = administrator.done("/card-ranges", asked)["id"]
    card = till.done(f"/members/{ada['id']}/cards", {"range": numbers})["id"]
    shown = {"code": code(untyped("crd", card), at=timezone.now(), secret=card_secret())}
    assert till.done("/cards/check", shown, key="once")["member"] == ada["id"]
    assert till.done("/cards/check", shown, key="once")["member"] == ada["id"]  # the same deed, sent again
    again = till.post("/cards/check", shown)
    assert (again.status_code, again.json()["code"]) == (409, "code-used")
    forged = till.post("/cards/check", {"code": shown["code"][:-1] + ("0" if shown["code"][-1] != "0" else "1")})
    assert (forged.status_code, forged.json()["code"]) == (422, "code-refused")
    assert Entry.objects.filter(what="cards.forged").count() == 2


def test_consents_are_told_withdrawn_and_proven(administrator: Till, ada: Any) -> None:
    words = {"purpose": "marketing", "language": "en", "version": "1", "text": "Send me offers."}
    wording = administrator.done("/wordings", words)["id"]
    assert administrator.done("/wordings", words)["id"] == wording
    assert administrator.post("/wordings", words | {"text": "Other."}).json()["code"] == "wording-changed"
    path = f"/members/{ada['id']}/consents"
    yes = {"channel": "email", "purpose": "marketing", "given": True, "wording": wording, "source": "till-4"}
    assert administrator.post(path, yes | {"wording": None}).json()["code"] == "wrong-consent"
    assert administrator.done(path, yes)["holds"] == [{"channel": "email", "purpose": "marketing", "given": True}]
    told = administrator.done(f"{path}/withdraw", {"source": "letter"})
    assert told["holds"] == [{"channel": "email", "purpose": "marketing", "given": False}]
    assert [(one["given"], one["wording"]) for one in told["history"]] == [(True, "Send me offers."), (False, "")]
    assert administrator.get(path).json() == told


@pytest.mark.parametrize("part", ["", "/identifiers", "/cards", "/consents", "/facts"])
def test_a_longer_history_costs_no_more_queries(administrator: Till, ada: Any, part: str) -> None:
    more = [{"kind": "email", "value": f"ada{n}@example.com"} for n in range(12)]
    administrator.done(f"/members/{ada['id']}/identifiers", {"identifiers": more})
    with counted() as asked:
        assert administrator.get(f"/members/{ada['id']}{part}").status_code == 200
    assert len(asked) <= 9
