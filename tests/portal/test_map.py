"""Every address by the table: nobody, the member, another one, swapped ids, one who may come no more."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from regulars.access.models import Staff
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.services import freeze
from regulars.ledger.words import Level
from regulars.members.models import Member
from regulars.portal.models import Session
from regulars.portal.page import Reach
from regulars.portal.pages import PAGES
from regulars.portal.services import sessions
from tests.console.town import SETUP
from tests.portal.pages_told import LOOKS, ONWARD, SECRETS, WHOSE
from tests.portal.village import Village, browser_of

BY_NAME: Final = {page.name: page for page in PAGES}
OWN: Final = [name for name, whose in WHOSE.items() if whose == "own"]
LEAVING: Final = ("my-logout", "my-logout-all", "my-data-download")
DONE, AWAY, NOWHERE = 200, 302, 404
ADA: Final = re.compile(r"\bAda\b")  # not three letters of a token


def routes() -> list[URLPattern]:
    portal = [one for one in get_resolver().url_patterns if isinstance(one, URLResolver) and str(one.pattern) == "my/"]
    return [one for one in portal[0].url_patterns if isinstance(one, URLPattern)]


def address(name: str, village: Village) -> str:
    known = {
        "my-receipt": [village.sale], "my-login-at": [village.town.organisation], "my-appeal": [UUID(int=7)],
        "my-ask-more": [UUID(int=7)],
    }  # fmt: skip
    return reverse(name, args=known.get(name, ["made-up"] if name in SECRETS else []))


def ask(browser: Client, name: str, village: Village) -> tuple[int, str]:
    where = address(name, village)
    answer = browser.post(where) if BY_NAME[name].posted else browser.get(where)
    return answer.status_code, answer.text


def test_every_route_has_an_entry_and_every_entry_a_route() -> None:
    assert [route.name for route in routes()] == [page.name for page in PAGES]
    assert {page.name: {Reach.MEMBER: "own", Reach.ANYBODY: "anybody"}[page.reach] for page in PAGES} == WHOSE
    assert all("regulars.portal" in route.callback.__module__ for route in routes())


def test_nobody_is_led_to_the_log_in_and_sees_nothing(village: Village) -> None:
    staff = Client()  # of the shop: no member by that
    staff.force_login(Staff.objects.get(pk=village.town.staff["administrator"]))
    for browser in (Client(), staff):
        for name in OWN:
            where = address(name, village)
            answer = browser.post(where) if BY_NAME[name].posted else browser.get(where)
            assert answer.status_code == AWAY, name
            assert answer.headers["Location"].startswith(reverse("my-login")), name


def test_a_member_sees_each_page_and_the_trail_says_so(village: Village) -> None:
    browser = browser_of(village.ada)
    own = typed("mbr", village.ada)
    for name in OWN:
        if name in LEAVING:
            continue
        before = Entry.objects.count()
        status, _ = ask(browser, name, village)
        assert status == (NOWHERE if name in SECRETS else AWAY if name in ONWARD else DONE), name
        looks = Entry.objects.order_by("-id")[: Entry.objects.count() - before]
        parts = {line.after.get("part") for line in looks if line.what == "members.read" and line.subject == own}
        assert parts == ({LOOKS[name]} if name in LOOKS else set()), name
        assert {(line.actor_kind, line.actor_id) for line in looks} <= {("member", own)}, name


def test_what_is_anothers_leads_nowhere(village: Village) -> None:
    bram, ada = browser_of(village.bram), browser_of(village.ada)
    theirs = reverse("my-receipt", args=[village.sale])
    assert [browser.get(theirs).status_code for browser in (ada, bram)] == [DONE, NOWHERE]
    assert ada.get(reverse("my-receipt", args=[village.others_sale])).status_code == NOWHERE
    for browser in (bram, browser_of(village.foreign)):
        for name in OWN:
            if name not in LEAVING:
                text = ask(browser, name, village)[1]
                assert not ADA.search(text), name
                assert "ada.wong" not in text, name


def test_who_lives_together_sees_names_and_sums_and_nothing_else(village: Village) -> None:
    zhou = browser_of(village.zhou)
    assert "Ada Wong" in zhou.get(reverse("my-family")).text
    seen = Entry.objects.filter(what="members.read", subject=typed("mbr", village.ada), after__part="family")
    assert [line.actor_id for line in seen] == [typed("mbr", village.zhou)]
    others = [name for name in OWN if name not in LEAVING and "family" not in name]
    assert [name for name in others if ADA.search(ask(zhou, name, village)[1])] == []


@pytest.mark.parametrize("how", ["closed", "frozen", "logged-out-everywhere", "idle", "old", "merged"])
def test_a_session_holds_no_longer_than_it_should(how: str, village: Village) -> None:
    browser, now = browser_of(village.bram), datetime.now(UTC)
    assert browser.get("/my/").status_code == DONE
    rows = Session.objects.filter(member=village.bram)
    match how:
        case "closed":
            Member.objects.filter(id=village.bram).update(state="closed")
        case "frozen":
            freeze(village.bram, Level.LOGIN, reason="test", actor=SETUP, at=now)
        case "logged-out-everywhere":
            browser_of(village.bram).post(reverse("my-logout-all"))
        case "idle":
            rows.update(seen_at=now - sessions.IDLE)
        case "old":
            rows.update(begun_at=now - sessions.LONGEST - timedelta(days=1))
        case "merged":  # goes on, as whom they were merged into
            Member.objects.filter(id=village.bram).update(root=village.ada)
    page = browser.get("/my/")
    assert ("Ada Wong" in page.text) if how == "merged" else (page.status_code == AWAY)


def test_log_out_ends_this_session_alone(village: Village) -> None:
    one, two = browser_of(village.bram), browser_of(village.bram)
    text = one.cookies["regulars_member"].value
    assert one.post(reverse("my-logout")).status_code == AWAY
    one.cookies["regulars_member"] = text  # kept by somebody who looked over the shoulder
    assert [browser.get("/my/").status_code for browser in (one, two)] == [AWAY, DONE]


def test_posts_need_the_token_of_our_own_pages(village: Village) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser_of(village.ada).cookies
    for page in PAGES:
        if (page.posted or page.writes) and not page.foreign:
            assert strict.post(address(page.name, village)).status_code == 403, page.name


def test_cookies_are_for_these_pages_alone(village: Village) -> None:
    from django.http import HttpResponse

    from regulars.portal import cookies

    answer = HttpResponse()
    cookies.keep_session(answer, "text")
    kept = answer.cookies[cookies.SESSION]
    assert (kept["path"], kept["httponly"], kept["samesite"]) == ("/my/", True, "Lax")
