"""Households, companies, preferences, tags, notes, fields of one's own and retention periods through the API."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire
from regulars.basics.ids import new_id, typed
from regulars.journal.models import Entry
from tests.api.world import AT, SETUP, Till, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(till: Till) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Ada"}})["id"])


@pytest.fixture
def bo(till: Till) -> str:
    return str(till.done("/members", {"facts": {"given_name": "Bo"}})["id"])


def test_members_share_a_home_join_and_leave(world: World, till: Till, ada: str, bo: str) -> None:
    made = till.done("/households", {"members": [ada], "head": ada})
    path = f"/households/{made['id']}"
    assert till.done(f"{path}/members", {"members": [bo]})["members"] == sorted([ada, bo])
    assert till.get(f"/members/{bo}/household").json() == {"household": made["id"]}
    assert till.done(f"/members/{ada}/household/leave") == {"household": None}
    assert till.get(path).json() == made | {"head": None, "members": [bo]}
    assert Entry.objects.filter(what="households.read", subject=made["id"]).count() == 1
    foreign = Till(world.key("till", foreign=True))
    told = [foreign.get(path), till.get(f"/households/{typed('hsh', new_id(AT))}")]
    assert [(one.status_code, one.json()["code"]) for one in told] == [(404, "unknown-group")] * 2


def test_a_dry_run_of_a_household_makes_none(till: Till, ada: str) -> None:
    tried = till.done("/households?dry_run=true", {"members": [ada]})
    assert tried["members"] == [ada]
    assert till.get(f"/households/{tried['id']}").status_code == 404


def test_a_company_is_made_changed_and_spoken_for(till: Till, ada: str, bo: str) -> None:
    made = till.done("/companies", {"name": "Harbour Brewery", "register_number": "HRB 1204"})
    path = f"/companies/{made['id']}"
    branch = till.done("/companies", {"name": "Harbour Inn", "parent": made["id"]})
    assert branch["parent"] == made["id"]
    assert till.post("/companies", {"name": "Other", "register_number": "HRB 1204"}).json()["code"] == "wrong-group"
    till.done(f"{path}/contacts", {"member": ada, "role": "buyer", "is_main": True})
    both = till.done(f"{path}/contacts", {"member": bo, "role": "accounts", "is_main": True})["contacts"]
    assert [(one["member"], one["is_main"]) for one in both] == [(bo, True), (ada, False)]
    left = till.done(f"{path}/contacts/{ada}/end")["contacts"]
    assert [one["member"] for one in left] == [bo]
    changed = till.send("PUT", path, {"name": "Harbour Brewing"}).json()
    assert (changed["name"], changed["register_number"]) == ("Harbour Brewing", "")
    assert till.get(path).json() == changed
    mail = till.post(f"{path}/contacts", {"member": ada, "role": "ada@example.com"})
    assert (mail.status_code, mail.json()["code"]) == (422, "wrong-group")


def test_a_key_account_is_looked_after_by_somebody_who_works_here(world: World, till: Till) -> None:
    eve, cy = (hire(f"{name}@example.com", name=name, by=gate.HOUSE, actor=SETUP, at=AT) for name in ("eve", "cy"))
    for person, home in ((eve, world.other_organisation), (cy, world.organisation)):
        assign("clerk", Place(home), staff=person, by=gate.HOUSE, actor=SETUP, at=AT)
    told = [
        till.post("/companies", {"name": "Brewery", "is_key_account": True} | more).json()["code"]
        for more in ({}, {"carer": typed("stf", eve)}, {"carer": typed("stf", new_id(AT))})
    ]
    assert told == ["wrong-group"] * 3
    made = till.done("/companies", {"name": "Brewery", "is_key_account": True, "carer": typed("stf", cy)})
    assert made["carer"] == typed("stf", cy)


def test_companies_are_listed_by_name_in_pages(
    world: World, administrator: Till, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    names = ["Anchor", "Brewery", "Café", "Dock", "Dock"]
    for name in names:
        administrator.done("/companies", {"name": name})
    found, cursor = [], None
    while True:
        with django_assert_max_num_queries(4):
            page = administrator.get("/companies", limit="2", **({"cursor": cursor} if cursor else {})).json()
        found += [one["name"] for one in page["items"]]
        if (cursor := page["next"]) is None:
            break
    assert found == names
    assert administrator.get("/companies", is_key_account="true").json()["items"] == []
    clerk = Till(world.key("clerk", merchant=world.other))
    assert clerk.get("/companies").json()["code"] == "not-allowed"


def test_fields_of_ones_own_are_preferences_that_members_say(administrator: Till, till: Till, ada: str) -> None:
    room = {"label": "Room", "kind": "choice", "choices": ["quiet", "sea"], "is_preference": True}
    assert till.send("PUT", "/fields/room", room).json()["code"] == "not-allowed"
    made = administrator.send("PUT", "/fields/room", room).json()
    assert administrator.get("/fields").json()["items"] == [made]
    other = administrator.send("PUT", "/fields/room", room | {"kind": "text", "choices": []})
    assert other.json()["code"] == "wrong-field"
    path = f"/members/{ada}/preferences"
    assert till.get(path).json()["items"][0]["value"] is None
    said = till.send("PATCH", path, {"preferences": {"room": "quiet"}}).json()["items"]
    assert [(one["name"], one["value"]) for one in said] == [("room", "quiet")]
    assert till.send("PATCH", path, {"preferences": {"town": "Leeds"}}).json()["code"] == "wrong-fact"
    assert till.send("PATCH", path, {"preferences": {"room": None}}).json()["items"][0]["value"] is None
    assert administrator.done("/fields/room/retire")["retired_at"]
    assert till.get(path).json()["items"] == []


def test_tags_and_notes_are_written_read_and_taken_out(world: World, till: Till, ada: str) -> None:
    path = f"/members/{ada}"
    assert till.done(f"{path}/tags", {"tags": ["wine  club", "press"]})["tags"] == ["press", "wine club"]
    assert till.done(f"{path}/tags/remove", {"tags": ["press", "absent"]})["tags"] == ["wine club"]
    assert till.get(f"{path}/tags").json()["tags"] == till.get(path).json()["tags"] == ["wine club"]
    assert till.post(f"{path}/tags", {"tags": ["+44 7400 123456"]}).json()["code"] == "wrong-fact"
    till.done(f"{path}/notes", {"text": "A long wait."})
    notes = till.done(f"{path}/notes", {"text": "Window seat, please.", "is_pinned": True})["items"]
    assert [one["text"] for one in notes] == ["Window seat, please.", "A long wait."]
    foreign = Till(world.key("till", foreign=True))
    assert foreign.post(f"/notes/{notes[0]['id']}/remove").json()["code"] == "unknown-note"
    till.done(f"/notes/{notes[0]['id']}/remove")
    assert [one["text"] for one in till.get(f"{path}/notes").json()["items"]] == ["A long wait."]
    looks = Entry.objects.filter(what="members.read", subject=ada).values_list("after", flat=True)
    assert sorted(one.get("part", "") for one in looks) == ["", "notes", "tags"]


def test_how_long_things_are_kept(administrator: Till, till: Till) -> None:
    def keep(kind: str, days: int | None) -> Any:
        return administrator.send("PUT", f"/retention/{kind}", {"days": days}).json()

    assert keep("note", 365)["items"] == [{"kind": "note", "days": 365}]
    assert keep("fact:street", 730)["items"] == [{"kind": "fact:street", "days": 730}, {"kind": "note", "days": 365}]
    assert keep("note", None) == till.get("/retention").json() == {"items": [{"kind": "fact:street", "days": 730}]}
    assert keep("receipts", 30)["code"] == "wrong-retention"
    assert till.send("PUT", "/retention/note", {"days": 1}).json()["code"] == "not-allowed"


@pytest.mark.parametrize("part", ["preferences", "tags", "notes", "household"])
def test_more_of_a_member_costs_no_more_queries(
    administrator: Till, ada: str, part: str, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(6):
        field = {"label": "F", "kind": "text", "is_preference": True}
        administrator.send("PUT", f"/fields/f{number}", field)
        administrator.done(f"/members/{ada}/notes", {"text": f"Note {number}"})
    administrator.done(f"/members/{ada}/tags", {"tags": [f"t{n}" for n in range(12)]})
    with django_assert_max_num_queries(6):
        assert administrator.get(f"/members/{ada}/{part}").status_code == 200
