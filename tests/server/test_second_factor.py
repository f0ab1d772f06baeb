"""The pages of the second factor: administrators make one before anything else, and a password alone opens nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.access.factor import code_now, given_factor
from tests.server.test_pages import PERSON, link

from regulars.access import gate
from regulars.access.models import Factor, Organisation, RecoveryCode, Staff
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.access.services.staff import hire, set_password
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.server import entering, installing

pytestmark = pytest.mark.django_db
MAIL, PASSWORD = "ada@shop.example", PERSON["password"]
SETUP = Actor.job("setup")


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def ada() -> Staff:
    now = timezone.now()
    return installing.make_first_administrator(link(now), **PERSON, at=now)


def colleague(role: str, name: str = "bo") -> Staff:
    now = timezone.now()
    made = hire(f"{name}@shop.example", name=name.title(), password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=now)
    assign(role, Place(Organisation.objects.get().pk), staff=made, by=gate.HOUSE, actor=SETUP, at=now)
    return Staff.objects.get(pk=made)


def password_given(mail: str = MAIL, **more: str) -> tuple[Client, Any]:
    visitor = Client()
    return visitor, visitor.post("/login", {"email": mail, "password": PASSWORD, **more})


def goes(answer: Any) -> str:
    """Where an answer leads."""
    return str(answer.headers.get("Location"))


def logged_in(person: Staff, codes: list[str]) -> Client:
    visitor, answer = password_given(person.email)
    assert goes(answer) == "/login/code?next=%2F"
    assert goes(visitor.post(answer.url, {"code": codes.pop(), "next": "/"})) == "/"
    return visitor


def shown_secret(page: str) -> str:
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found
    return found[1]


def test_the_first_administrator_goes_on_and_is_asked_at_the_next_log_in() -> None:
    first = Client()
    assert goes(first.post(f"/first/{link(timezone.now())}", {**PERSON, "again": PASSWORD})) == "/"
    page = first.get("/")
    assert (page.status_code, "Make a second factor" in page.text) == (200, True)
    visitor, answer = password_given()
    assert goes(answer) == "/"
    for path in ("/", "/staff"):
        assert goes(visitor.get(path)) == "/second-factor"
    assert goes(visitor.post("/set-up/keys", {"name": "Tills"})) == "/second-factor"
    assert first.get("/").status_code == 200


def test_an_administrator_makes_one_and_then_gets_in_with_password_and_code_alone(ada: Staff) -> None:
    visitor, _ = password_given()
    elsewhere, _ = password_given()
    assert "Whoever lets others in" in visitor.get("/second-factor").text
    assert goes(visitor.post("/second-factor", {"do": "begin"})) == "/second-factor"
    page = visitor.get("/second-factor").text
    assert 'src="data:image/svg+xml' in page
    assert shown_secret(page) == shown_secret(visitor.get("/second-factor").text)
    assert "secret" not in elsewhere.get("/second-factor").text  # shown where it was asked for
    wrong = visitor.post("/second-factor", {"do": "confirm", "code": "x"})
    assert "or a recovery code" not in wrong.content.decode()  # there are none yet
    assert (wrong.status_code, Factor.objects.get().made_at) == (403, None)
    codes = visitor.post("/second-factor", {"do": "confirm", "code": code_now(ada.pk, timezone.now())})
    assert len(re.findall(r"<li><code>[0-9a-z]{5}-[0-9a-z]{5}</code>", codes.text)) == 10
    assert (visitor.get("/").status_code, elsewhere.get("/").status_code) == (200, 302)  # other sessions end
    again, answer = password_given(next="/staff")
    assert goes(answer) == "/login/code?next=%2Fstaff"
    assert again.get("/").status_code == 302  # not in yet
    refused = again.post(answer.url, {"code": "000000", "next": "/staff"})
    assert (refused.status_code, "Take the one that the app shows now" in refused.text) == (403, True)
    code = code_now(ada.pk, timezone.now() + timedelta(seconds=30))
    assert goes(again.post(answer.url, {"code": code, "next": "/staff"})) == "/staff"
    assert [again.get(one).status_code for one in ("/staff", "/second-factor")] == [200, 200]
    third, answer = password_given()
    assert third.post(answer.url, {"code": code}).status_code == 403  # good once


def test_nobody_skips_the_password(ada: Staff) -> None:
    codes = given_factor(ada.pk, at=timezone.now())
    visitor = Client()
    assert goes(visitor.get("/login/code")) == "/login"
    assert goes(visitor.post("/login/code", {"code": codes[0]})) == "/login"
    assert RecoveryCode.objects.filter(used_at=None).count() == 10


@pytest.mark.parametrize("what", ["waited too long", "a new password", "closed"])
def test_what_came_between_password_and_code_sends_back_to_the_beginning(
    ada: Staff, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    bo = colleague("clerk")
    codes = given_factor(bo.pk, at=timezone.now())
    if what == "waited too long":
        monkeypatch.setattr(entering, "FOR_A_CODE", timedelta(0))
    visitor, answer = password_given(bo.email)
    if what == "a new password":
        set_password(bo.pk, "another horse battery", actor=SETUP, at=timezone.now())
    if what == "closed":
        Staff.objects.filter(pk=bo.pk).update(is_active=False)
    told = visitor.post(answer.url, {"code": codes[0]})
    assert told.status_code in (302, 403)
    assert visitor.get("/").status_code == 302
    assert RecoveryCode.objects.filter(staff=bo.pk, used_at=None).count() == 10


def test_guesses_of_a_code_wait(ada: Staff) -> None:
    codes = given_factor(ada.pk, at=timezone.now())
    visitor, answer = password_given()
    told = [visitor.post(answer.url, {"code": "x"}).status_code for _ in range(11)]
    assert told == [403] * 10 + [429]
    assert visitor.post(answer.url, {"code": codes[0]}).status_code == 429


def test_others_may_have_one_and_go_on_without(ada: Staff, settings: Settings) -> None:
    bo = colleague("clerk")
    visitor, answer = password_given(bo.email)
    assert (answer.url, visitor.get("/").status_code) == ("/", 200)
    codes = given_factor(bo.pk, at=timezone.now())
    assert visitor.get("/").status_code == 302  # a new factor ends every session
    visitor = logged_in(bo, codes)
    assert visitor.post("/second-factor", {"do": "off", "code": "wrong"}).status_code == 403
    assert goes(visitor.post("/second-factor", {"do": "off", "code": codes.pop()})) == "/second-factor"
    assert not Factor.objects.filter(pk=bo.pk).exists()
    assert visitor.get("/").status_code == 200
    settings.SECOND_FACTOR = "everybody"
    assert goes(visitor.get("/")) == "/second-factor"


def test_an_administrator_exchanges_it_and_does_not_go_without(ada: Staff) -> None:
    codes = given_factor(ada.pk, at=timezone.now())
    visitor = logged_in(ada, codes)
    assert "Go on without one" not in visitor.get("/second-factor").text
    before = RecoveryCode.objects.filter(used_at=None).count()
    assert visitor.post("/second-factor", {"do": "off", "code": codes[-1]}).status_code == 200
    assert visitor.post("/second-factor", {"do": "begin"}).status_code == 200  # not without a code
    assert (bytes(Factor.objects.get().offered), RecoveryCode.objects.filter(used_at=None).count()) == (b"", before)
    fresh = visitor.post("/second-factor", {"do": "codes", "code": codes.pop()})
    [code] = re.findall(r"<li><code>([^<]+)</code>", fresh.text)[:1]
    assert goes(visitor.post("/second-factor", {"do": "anew", "code": code})) == "/second-factor"
    at = timezone.now()
    new = visitor.post("/second-factor", {"do": "confirm", "code": code_now(ada.pk, at, offered=True)})
    assert "Your recovery codes" in new.text
    assert visitor.get("/").status_code == 200


def test_a_lost_one_is_taken_away_by_another_administrator_with_a_code_of_their_own(ada: Staff) -> None:
    bo, codes = colleague("administrator"), given_factor(ada.pk, at=timezone.now())
    lost = given_factor(bo.pk, at=timezone.now())
    visitor, theirs = logged_in(ada, codes), logged_in(bo, lost)
    page = visitor.get("/staff").text
    assert (f'value="{bo.pk}"' in page, f'value="{ada.pk}"' in page) == (True, False)
    asked = {"person": str(bo.pk), "reason": "lost the phone", "code": "wrong"}
    assert visitor.post("/staff", asked).status_code == 403
    assert Factor.objects.filter(pk=bo.pk).exists()
    assert goes(visitor.post("/staff", asked | {"code": codes.pop()})) == "/staff"
    assert not Factor.objects.filter(pk=bo.pk).exists()
    assert theirs.get("/").status_code == 302
    line = Entry.objects.get(what="access.remove_factor")
    assert (line.actor_name, line.reason) == ("Ada", "lost the phone")
    assert goes(password_given(bo.email)[0].get("/")) == "/second-factor"


def test_who_has_none_of_their_own_is_told_so_before_taking_one_away(ada: Staff) -> None:
    bo, first = colleague("administrator"), Client()
    given_factor(bo.pk, at=timezone.now())
    first.force_login(ada)
    session = first.session
    session["regulars.second_factor_later"] = True  # as for the very first administrator
    session.save()
    page = first.get("/staff").text
    assert ("you have no second factor yet" in page, "What happened" in page) == (True, False)
    assert goes(first.post("/staff", {"person": str(bo.pk), "reason": "lost", "code": "1"})) == "/second-factor"


def test_who_manages_nobody_sees_no_list_of_staff(ada: Staff) -> None:
    colleague("clerk")
    visitor, _ = password_given("bo@shop.example")
    answer = visitor.get("/staff")
    assert (answer.status_code, "You may not do this" in answer.text) == (403, True)
    assert "/staff" not in visitor.get("/").text


def test_the_pages_speak_chinese(ada: Staff) -> None:
    codes = given_factor(ada.pk, at=timezone.now())
    visitor = logged_in(ada, codes)
    for path, words in (
        ("/second-factor", "剩余恢复码：9 个"),
        ("/staff", "第二重验证：自"),
        ("/", "您好，Ada"),
    ):
        page = visitor.get(path, headers={"accept-language": "zh-CN"}).text
        assert words in page, path
