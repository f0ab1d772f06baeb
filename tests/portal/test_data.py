"""Own data: taken along, erased, and what pages show."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.members import codes
from regulars.members.keys import card_secret
from regulars.members.models import Card, Erasure, Member
from regulars.members.services.cards import block
from regulars.portal.models import Session
from tests.console.town import SETUP
from tests.portal.village import Village, browser_of
from tests.statements import counted

MOST = 60_000  # bytes of a first load, compressed


def test_everything_is_taken_along_as_one_file(village: Village) -> None:
    browser = browser_of(village.ada)
    answer = browser.post(reverse("my-data-download"), {"form": "json"})
    assert answer.headers["Content-Disposition"].endswith('.json"')
    found = json.loads(answer.content)
    assert found["member"] == typed("mbr", village.ada)
    assert {"members", "sales", "ledger", "portal", "scorebook"} <= found["rooms"].keys()
    assert [one["by"] for one in found["rooms"]["portal"]["sessions"]] == ["email"]
    assert "Zhou" not in answer.text
    assert "周" not in answer.text
    assert Entry.objects.get(what="members.export").actor_id == typed("mbr", village.ada)
    page = browser.post(reverse("my-data-download"), {"form": "html"})
    assert (page.headers["Content-Disposition"].endswith('.html"'), "Ada" in page.text) == (True, True)


def test_erasing_needs_a_word_and_a_fresh_log_in(village: Village) -> None:
    where, now = reverse("my-data-erase"), datetime.now(UTC)
    browser = browser_of(village.ada)
    page = browser.get(where).text
    assert "15" in page.partition("What is lost")[2].partition("What goes")[0]
    assert browser.post(where).status_code == 422
    old = browser_of(village.ada, now - timedelta(hours=2))
    assert old.post(where, {"sure": "on"}).status_code == 200
    assert Member.objects.get(id=village.ada).state == "active"
    answer = browser.post(where, {"sure": "on"})
    assert answer.headers["Location"] == reverse("my-gone")
    assert Member.objects.get(id=village.ada).state == "erased"
    assert Erasure.objects.get(member_id=village.ada).actor == f"member:{typed('mbr', village.ada)}"
    assert not Session.objects.filter(member=village.ada).exists()
    assert [one.get("/my/").status_code for one in (browser, old)] == [302, 302]


def test_the_first_load_is_light(village: Village) -> None:
    browser = browser_of(village.ada)
    for path in ("/my/", reverse("my-login-at", args=[village.town.organisation]), reverse("my-history")):
        page = browser.get(path)
        linked = [part.partition('"')[0] for part in page.text.split("/static/")[1:]]
        files = [Path(str(finders.find(name))).read_bytes() for name in linked]
        assert files
        assert sum(len(gzip.compress(one)) for one in (page.content, *files)) < MOST / 4


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("my-card", 27),
        ("my-points", 24),
        ("my-offers", 17),
        ("my-history", 22),
        ("my-me", 16),
        ("my-family", 26),
        ("my-ask", 12),
    ],
)
def test_pages_ask_a_bounded_number_of_times(name: str, most: int, village: Village) -> None:
    browser = browser_of(village.ada)
    browser.get(reverse(name))
    with counted() as asked:
        assert browser.get(reverse(name)).status_code == 200
    assert len(asked) <= most


def test_the_code_on_the_card_is_one_that_a_till_takes(village: Village) -> None:
    browser = browser_of(village.ada)
    card = Card.objects.get(member=village.ada)
    now = timezone.now()
    pictures = {codes.svg(codes.code(card.id, at=now + timedelta(seconds=s), secret=card_secret())) for s in (0, 20)}
    assert browser.get(reverse("my-card-code")).text in pictures
    assert any(one in browser.get("/my/").text for one in pictures)


def test_who_has_no_card_in_use_gets_one_and_only_one(village: Village) -> None:
    browser = browser_of(village.zhou)
    assert "Get the card" in browser.get("/my/").text
    for _ in range(2):
        browser.post(reverse("my-card-new"))
    card = Card.objects.get(member=village.zhou)
    assert (card.form, "plate" in browser.get("/my/").text) == ("virtual", True)
    block(card.id, organisation=village.town.organisation, why="lost", reason="", actor=SETUP, at=timezone.now())
    assert browser.get(reverse("my-card-code")).text == ""


def test_what_a_member_has_stands_on_its_pages(village: Village) -> None:
    browser = browser_of(village.ada)
    shown = {
        "my-card": ("Ada Wong", "Green", "A dessert on the house"),
        "my-points": ("15", "85 points", "Silver"),
        "my-offers": ("A dessert on the house", "Oat milk", "around 4 May 2026", "Assam tea"),
        "my-history": ("Coffee beans, Oat milk", "£15.70", "+15 Points", "Quay"),
        "my-me": ("ada.wong@example.com", "Firefox, Linux"),
        "my-family": ("周明丽", "31"),
    }
    for name, words in shown.items():
        text = browser.get(reverse(name)).text
        assert [word for word in words if word not in text] == [], name
    assert "£12.50" in browser.get(reverse("my-receipt", args=[village.sale])).text


def test_nothing_of_a_name_becomes_markup(village: Village) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'&"
    browser = browser_of(village.ada)
    browser.post(reverse("my-me"), {"given_name": hostile, "family_name": "Wong"})
    for path in ("/my/", "/my/me", "/my/family"):
        assert "<img" not in browser.get(path).text
    policy = Client().get(reverse("my-help")).headers["Content-Security-Policy"]
    assert "unsafe" not in policy
