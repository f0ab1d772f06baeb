"""The page of one's own password: it asks who it is, costs guesses, and ends the other sessions."""

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings
from tests.access.factor import given_factor
from tests.server.test_pages import PERSON, link
from tests.server.test_second_factor import PASSWORD, colleague, goes, logged_in, password_given

from regulars.access.models import RecoveryCode, Staff
from regulars.access.services.passwords import MOST_TOGETHER
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.server import installing

pytestmark = pytest.mark.django_db
NEW = "nine brown geese walk"
ASKED = {"old": PASSWORD, "password": NEW, "again": NEW}


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def bo() -> Staff:
    """A clerk: needs no second factor."""
    now = timezone.now()
    installing.make_first_administrator(link(now), **PERSON, at=now)
    return colleague("clerk")


def test_a_new_password_ends_the_other_sessions_and_is_the_only_one(bo: Staff) -> None:
    visitor, elsewhere = password_given(bo.email)[0], password_given(bo.email)[0]
    page = visitor.get("/password").text
    assert ("The password until now" in page, "one-time-code" in page) == (True, False)
    assert goes(visitor.post("/password", ASKED)) == "/"
    answer = visitor.get("/")
    assert (answer.status_code, "The password is changed" in answer.text) == (200, True)
    assert "The password is changed" not in visitor.get("/").text
    assert elsewhere.get("/").status_code == 302
    again = Client()
    assert again.post("/login", {"email": bo.email, "password": PASSWORD}).status_code == 403
    assert goes(again.post("/login", {"email": bo.email, "password": NEW})) == "/"
    line = Entry.objects.get(what="access.set_password")
    assert (line.actor_name, line.subject) == ("Bo", typed("stf", bo.pk))


@pytest.mark.parametrize(
    ("what", "asked", "status", "told"),
    [
        ("not the old one", {"old": "wrong horse battery"}, 403, "This is not your password."),
        ("typed differently", {"again": NEW + "!"}, 422, "The two passwords differ."),
        ("too short", {"password": "geese", "again": "geese"}, 422, "at least 12 characters"),
        ("the same", {"password": PASSWORD, "again": PASSWORD}, 422, "This is the password until now."),
        ("nothing", {"old": ""}, 422, "This field is required."),
    ],
)
def test_a_change_is_refused(bo: Staff, what: str, asked: dict[str, str], status: int, told: str) -> None:
    visitor, elsewhere = password_given(bo.email)[0], password_given(bo.email)[0]
    answer = visitor.post("/password", ASKED | asked)
    assert (answer.status_code, told in answer.text) == (status, True)
    assert PASSWORD not in answer.text
    assert Staff.objects.get(pk=bo.pk).check_password(PASSWORD)
    assert elsewhere.get("/").status_code == 200


def test_whoever_has_a_second_factor_shows_a_code_too(bo: Staff) -> None:
    codes = given_factor(bo.pk, at=timezone.now())
    visitor = logged_in(bo, codes)
    assert visitor.post("/password", ASKED).status_code == 422
    wrong = visitor.post("/password", {**ASKED, "code": "000000"})
    assert (wrong.status_code, "This code is wrong" in wrong.text) == (403, True)
    left = RecoveryCode.objects.filter(used_at=None).count()
    assert (
        visitor.post("/password", {**ASKED, "password": "geese", "again": "geese", "code": codes[-1]}).status_code
        == 422
    )
    assert visitor.post("/password", {**ASKED, "old": "wrong", "code": codes[-1]}).status_code == 403
    assert RecoveryCode.objects.filter(used_at=None).count() == left  # what is refused otherwise costs no code
    assert Staff.objects.get(pk=bo.pk).check_password(PASSWORD)
    assert goes(visitor.post("/password", {**ASKED, "code": codes.pop()})) == "/"
    assert Staff.objects.get(pk=bo.pk).check_password(NEW)
    assert visitor.get("/").status_code == 200


def test_guesses_wait_here_and_at_the_log_in_together(bo: Staff) -> None:
    visitor = password_given(bo.email)[0]
    wrong = ASKED | {"old": "wrong horse battery"}
    assert [visitor.post("/password", wrong).status_code for _ in range(MOST_TOGETHER)] == [403] * MOST_TOGETHER
    barred = visitor.post("/password", ASKED)
    assert (barred.status_code, "Too many wrong tries" in barred.text) == (429, True)
    assert Client().post("/login", {"email": bo.email, "password": PASSWORD}).status_code == 429
    lines = Entry.objects.filter(what="access.password_failed")
    assert set(lines.values_list("actor_name", "subject")) == {("Bo", typed("stf", bo.pk))}
    assert lines.count() == MOST_TOGETHER


def test_who_is_not_in_sees_nothing_and_an_administrator_makes_a_second_factor_first(bo: Staff) -> None:
    assert goes(Client().get("/password")) == "/login?next=/password"
    visitor = password_given()[0]
    assert goes(visitor.get("/password")) == "/second-factor"
    assert goes(visitor.post("/password", ASKED)) == "/second-factor"


def test_the_page_speaks_chinese(bo: Staff) -> None:
    visitor = password_given(bo.email)[0]
    wrong = ASKED | {"password": "鹅", "again": "鹅"}
    page = visitor.post("/password", wrong, headers={"accept-language": "zh-CN"}).text
    for words in ("修改密码", "当前密码", "密码太短，至少需要 12 个字符。", "不能与您的姓名或邮箱太相似。"):
        assert words in page, words
