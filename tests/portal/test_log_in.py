"""Log-in by a code: to a known address, and to nobody the wiser about an unknown one."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.ledger.services import freeze
from regulars.ledger.words import Level
from regulars.members.errors import UnknownMember
from regulars.members.merging import merge, unmerge
from regulars.members.models import Identifier
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.outreach.models import Message
from regulars.outreach.sealing import kept
from regulars.portal import cookies
from regulars.portal.models import Code, Link, Session
from regulars.portal.services import codes, links, sessions
from tests.console.town import SETUP
from tests.portal.village import MAIL, Village

WORKER: Final = Actor.job("portal.codes")
UNKNOWN: Final = "nobody@example.com"


def asked(village: Village, address: str) -> Client:
    """A browser that has asked for a code."""
    browser = Client(raise_request_exception=False)
    answer = browser.post(reverse("my-login-at", args=[village.town.organisation]), {"address": address})
    assert answer.headers["Location"] == reverse("my-code") + "?next=%2Fmy%2F"
    return browser


def worked() -> None:
    codes.send_due(actor=WORKER, at=datetime.now(UTC))


def sent_code() -> str:
    """What the last message says."""
    message = Message.objects.filter(service="login-code").latest("id")
    return str(kept([message.id])[message.id]["code"])


def test_who_is_known_gets_a_code_and_comes_in(village: Village) -> None:
    browser = asked(village, f"  {MAIL.upper()} ")
    worked()
    message = Message.objects.get(service="login-code")
    assert (message.member, message.channel, message.state) == (village.ada, "email", "released")
    code = sent_code()
    page = browser.post(reverse("my-code"), {"code": f"{code[:3]} {code[3:]}"})
    assert page.headers["Location"] == "/my/"
    assert "Ada Wong" in browser.get("/my/").text
    line = Entry.objects.get(what="portal.log_in")
    assert (line.actor_kind, line.actor_id, line.after) == ("member", typed("mbr", village.ada), {"by": "email"})
    assert Identifier.objects.filter(verified_at__isnull=False, member=village.ada, kind="email").exists()


def test_what_is_wrong_with_one_who_asks_keeps_nobody_else_out(village: Village) -> None:
    asked(village, MAIL)
    Code.objects.update(address=bytes(40))  # nobody can open it
    asked(village, "zhou@example.com")
    worked()
    assert Message.objects.get(service="login-code").member == village.zhou
    assert not Code.objects.filter(sent_at=None).exists()


def test_a_phone_is_read_as_the_organisations_country_writes_it(village: Village) -> None:
    browser = asked(village, "020 7183 8750")
    worked()
    assert Message.objects.get(service="login-code").channel == "sms"
    assert browser.post(reverse("my-code"), {"code": sent_code()}).headers["Location"] == "/my/"


def test_unknown_and_known_are_answered_alike_with_the_same_work(village: Village) -> None:
    told = []
    for address in (MAIL, UNKNOWN):
        with CaptureQueriesContext(
            connection,
        ) as queries:
            browser = asked(village, address)
        page = browser.get(reverse("my-code"))
        wrong = browser.post(reverse("my-code"), {"code": "000000"})
        text = re.sub(r'value="[^"]{40,}"', "", page.text + wrong.text)
        told.append(([q["sql"].split(" ")[0] for q in queries], page.status_code, wrong.status_code, text))
    assert told[0] == told[1]
    worked()
    assert Message.objects.filter(service="login-code").count() == 1
    assert {(row.member is None, row.address) for row in Code.objects.all()} == {(True, None), (False, None)}


def test_nothing_kept_lets_anybody_in(village: Village) -> None:
    browser = asked(village, MAIL)
    waiting = Code.objects.get()
    assert MAIL.encode() not in bytes(waiting.address or b"")
    worked()
    code, token = sent_code(), browser.cookies[cookies.ASKED].value
    browser.post(reverse("my-code"), {"code": code})
    text = browser.cookies[cookies.SESSION].value
    row, session = Code.objects.get(), Session.objects.get()
    rows = b"".join(bytes(part) for part in (row.code or b"", row.digest, row.blind, session.digest))
    assert not any(secret.encode() in rows for secret in (code, token, text))


def test_a_code_is_good_for_one_log_in_in_the_browser_that_asked(village: Village) -> None:
    browser, other = asked(village, MAIL), asked(village, UNKNOWN)
    kept_text = browser.cookies[cookies.ASKED].value
    worked()
    code = sent_code()
    assert other.post(reverse("my-code"), {"code": code}).status_code == 403
    assert browser.post(reverse("my-code"), {"code": code}).status_code == 302
    again = Client()
    again.cookies[cookies.ASKED] = kept_text
    assert again.post(reverse("my-code"), {"code": code}).status_code == 403
    assert Session.objects.count() == 1


def test_five_wrong_tries_end_a_code(village: Village) -> None:
    browser = asked(village, MAIL)
    worked()
    right = sent_code()
    wrong = "111111" if right != "111111" else "222222"
    assert [browser.post(reverse("my-code"), {"code": wrong}).status_code for _ in range(5)] == [403] * 5
    assert browser.post(reverse("my-code"), {"code": right}).status_code == 403
    assert Entry.objects.filter(what="portal.log_in_failed", subject=typed("mbr", village.ada)).count() >= 5


def test_a_code_ends_after_ten_minutes(village: Village) -> None:
    browser = asked(village, MAIL)
    worked()
    past = datetime.now(UTC) - codes.LIVES
    Code.objects.update(asked_at=past - timedelta(seconds=1), expires_at=past)
    assert browser.post(reverse("my-code"), {"code": sent_code()}).status_code == 403


def test_few_codes_for_one_address_known_or_not(village: Village) -> None:
    where = reverse("my-login-at", args=[village.town.organisation])
    for address in (MAIL, UNKNOWN):
        told = [Client().post(where, {"address": address}).status_code for _ in range(4)]
        assert told == [302, 302, 302, 429]
    Code.objects.update(asked_at=datetime.now(UTC) - timedelta(minutes=20))
    assert Entry.objects.filter(what="portal.log_in_barred").count() == 2


def test_what_is_no_address_is_told_so(village: Village) -> None:
    page = Client().post(reverse("my-login-at", args=[village.town.organisation]), {"address": "ada"})
    assert (page.status_code, "no mail address" in page.text) == (422, True)
    assert not Code.objects.exists()


def test_who_is_frozen_or_of_another_organisation_is_nobody(village: Village) -> None:
    freeze(village.ada, Level.LOGIN, reason="test", actor=SETUP, at=datetime.now(UTC))
    asked(village, MAIL)
    where = reverse("my-login-at", args=[village.town.other])
    assert Client().post(where, {"address": "zhou@example.com"}).status_code == 302
    worked()
    assert not Message.objects.filter(service="login-code").exists()


def test_where_there_are_several_organisations_the_visitor_chooses(village: Village) -> None:
    page = Client().get(reverse("my-login"))
    assert "Riverside" in page.text
    assert "Hillside" in page.text
    assert Client().get(reverse("my-login-at", args=[village.ada])).status_code == 404


@pytest.mark.parametrize("going", ["https://evil.example/my/", "//evil.example/my/", "/members", "javascript:1"])
def test_after_log_in_one_stays_within_the_pages(going: str, village: Village) -> None:
    browser = asked(village, MAIL)
    worked()
    page = browser.post(reverse("my-code"), {"code": sent_code(), "next": going})
    assert page.headers["Location"] == "/my/"


def test_a_link_lets_in_once_and_within_an_hour(village: Village) -> None:
    now = datetime.now(UTC)
    made = [links.make(village.ada, organisation=village.town.organisation, actor=SETUP, at=now) for _ in range(2)]
    browser = Client()
    where = reverse("my-link", args=[made[0]])
    assert [browser.get(where).status_code for _ in range(2)] == [200, 200]  # looking at it uses nothing up
    assert browser.post(where).headers["Location"] == "/my/"
    assert "Ada Wong" in browser.get("/my/").text
    assert (Client().post(where).status_code, Client().get(where).status_code) == (403, 404)
    Link.objects.filter(used_at=None).update(made_at=now - 2 * links.LIVES, expires_at=now - links.LIVES)
    assert Client().post(reverse("my-link", args=[made[1]])).status_code == 403
    with pytest.raises(UnknownMember):
        links.make(village.foreign, organisation=village.town.organisation, actor=SETUP, at=now)
    (brought,) = enrol([NewMember(village.town.organisation, "file", now)], actor=SETUP, at=now)
    text = links.make(brought, organisation=village.town.organisation, actor=SETUP, at=now)
    run("DELETE FROM members_member WHERE id = %s", [brought])  # as where the import that made them is taken back
    assert Client().post(reverse("my-link", args=[text])).status_code == 403


def test_what_is_over_is_forgotten(village: Village) -> None:
    from regulars.portal.sending import forget

    now = datetime.now(UTC)
    asked(village, MAIL)
    links.make(village.ada, organisation=village.town.organisation, actor=SETUP, at=now)
    assert forget(at=now) == 0
    assert forget(at=now + timedelta(days=100)) == 2


def test_who_was_taken_for_somebody_else_sees_nothing_of_them_once_they_are_two_again(village: Village) -> None:
    """Bram's phone was logged in while he was taken for Ada: as Ada, who he is not."""
    told: dict[str, Any] = {"organisation": village.town.organisation, "actor": SETUP, "at": datetime.now(UTC)}
    merge(village.ada, village.bram, reason="alike", **told)
    begun = sessions.begin(village.ada, how="email", device="", actor=SETUP, at=told["at"])
    assert sessions.find(begun.text, at=told["at"]) is not None
    text = links.make(village.bram, **told)
    unmerge(village.bram, reason="two people", **told)
    assert sessions.find(begun.text, at=told["at"]) is None
    assert not links.holds(text, at=told["at"])
