"""The list of members, whom something typed leads to, and a new one."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.console import once
from regulars.journal.models import Entry
from regulars.members.models import Member
from tests.console.conftest import Entering
from tests.console.town import Town
from tests.statements import counted


def looks(browser_of: str) -> set[str]:
    return set(Entry.objects.filter(what="members.read", actor_name=browser_of).values_list("subject", flat=True))


def test_the_list_shows_members_and_writes_down_that_each_was_looked_at(town: Town, enter: Entering) -> None:
    page = enter("marketer").get("/members")
    assert [name in page.text for name in ("Ada Wong", "周明丽", "Bram de Vries")] == [True, True, True]
    assert looks("Marketer") == {typed("mbr", one) for one in town.members}


def test_a_longer_list_asks_no_more(town: Town, enter: Entering) -> None:
    from regulars.members.moves import NewMember
    from regulars.members.services import people
    from tests.console.town import SETUP

    browser = enter("marketer")
    browser.get("/members")
    with counted() as few:
        browser.get("/members")
    new = [NewMember(town.organisation, "till", town.at, {"given_name": f"Guest {n}"}) for n in range(30)]
    people.enrol(new, actor=SETUP, at=town.at)
    with counted() as many:
        browser.get("/members")
    assert len(many) == len(few) <= 16


@pytest.mark.parametrize(
    ("typed_in", "leads"),
    [
        ("ada.wong@example.com", True), ("020 7183 8750", True), ("card", True), ("id", True),
        ("wong", False), ("8750", False), ("小明", False), ("nobody@example.com", False),
    ],
)  # fmt: skip
def test_whatever_is_typed_or_scanned_leads_to_the_member(
    typed_in: str, leads: bool, town: Town, enter: Entering
) -> None:
    text = {"card": town.card, "id": typed("mbr", town.members[0])}.get(typed_in, typed_in)
    answer = enter("support").post("/members/find", {"q": text})
    if leads:
        assert answer.headers["Location"] == f"/members/{typed('mbr', town.members[0])}"
    else:
        assert ("Ada Wong" in answer.text) == (typed_in in ("wong", "8750"))
        assert text not in answer.headers.get("Location", "")


def test_filters_stand_in_the_address(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    assert "Ada Wong" in browser.get("/members?tag=vip").text
    assert "Bram" not in browser.get("/members?tag=vip").text
    assert "Nobody fits" in browser.get("/members?town=Paris").text
    assert "Ada Wong" in browser.get("/members?level=status/green&town=Leeds").text


def test_a_new_member_is_made_once_however_often_it_is_sent(town: Town, enter: Entering) -> None:
    browser, key = enter("clerk"), str(uuid4())
    asked = {"key": key, "given_name": "Grace", "phone": "020 7183 8799"}
    first, second = browser.post("/members/new", asked), browser.post("/members/new", asked)
    assert first.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    made = Member.objects.get(id__gt=max(town.members), source="console")
    assert (made.store, made.merchant) == (town.quay, town.merchant)


def test_a_phone_that_is_anothers_is_refused_and_said_at_the_form(town: Town, enter: Entering) -> None:
    before = Member.objects.count()
    answer = enter("clerk").post("/members/new", {"key": str(uuid4()), "given_name": "Eve", "phone": "+442071838750"})
    assert (answer.status_code, "recognised by this already" in answer.text, "Eve" in answer.text) == (422, True, True)
    assert Member.objects.count() == before


def test_the_file_holds_no_cell_that_does_anything(town: Town, enter: Entering) -> None:
    browser = enter("support")
    browser.post("/members/new", {"key": str(uuid4()), "given_name": '=HYPERLINK("http://evil")', "family_name": "+1"})
    file = browser.get("/members/export.csv").content.decode("utf-8-sig")
    assert "'=HYPERLINK" in file
    assert ",=" not in file
    assert Entry.objects.filter(what="members.export").exists()


def test_hostile_names_are_shown_as_they_are(town: Town, enter: Entering) -> None:
    browser = enter("support")
    name = "<script>alert(1)</script>\"'{{7*7}}"
    answer = browser.post("/members/new", {"key": str(uuid4()), "given_name": name}, follow=True)
    pages = [answer.text, browser.get("/members").text, browser.post("/find", {"q": "script"}).text]
    assert all("<script>alert" not in page for page in pages)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in pages[0]
    assert "{{7*7}}" in pages[0]


def test_nothing_is_written_without_the_key_of_a_form(town: Town, enter: Entering) -> None:
    assert enter("clerk").post("/members/new", {"given_name": "Eve"}).status_code == 400


def test_a_key_of_one_form_does_not_serve_another(town: Town, enter: Entering) -> None:
    browser, key = enter("support"), str(uuid4())
    browser.post("/members/new", {"key": key, "given_name": "Grace"})
    there = f"/members/{typed('mbr', town.members[0])}/note"
    assert browser.post(there, {"key": key, "text": "Hello"}).status_code == 400


def test_the_palette_finds_people_and_pages_a_role_may_see(town: Town, enter: Entering) -> None:
    assert "Ada Wong" in enter("support").post("/find", {"q": "ada w"}).text
    analyst: Client = enter("analyst")
    assert not re.search(r"\bAda\b", analyst.post("/find", {"q": "ada w"}).text)
    assert "/members" not in analyst.post("/find", {"q": "memb"}).text


def test_keys_of_forms_are_forgotten_after_two_days(town: Town, enter: Entering) -> None:
    enter("clerk").post("/members/new", {"key": str(uuid4()), "given_name": "Grace"})
    now = timezone.now()
    assert [once.sweep(at=now), once.sweep(at=now + timedelta(days=3))] == [0, 1]
