"""The pages without a browser: what goes wrong, who is asked for, and a link that two use at the same instant."""

import io
import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings

from regulars.access.errors import WeakPassword
from regulars.access.models import AlertRule, Staff
from regulars.journal.models import Entry
from regulars.server import health, installing, logs, requests
from regulars.server.errors import LinkNotValid
from regulars.server.models import FirstLink

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
PERSON = {
    "email": "Ada@Shop.example",
    "name": "Ada",
    "password": "correct horse battery",
    "organisation": "Riverside",
    "zone": "Asia/Shanghai",
}


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the server's own loggers write."""
    out = io.StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.formatter("test"))
    logger = logging.getLogger("regulars.server")
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.INFO)
    yield out
    logger.removeHandler(handler)
    logger.setLevel(before)


def link(at: datetime = AT) -> str:
    made = installing.new_link(at=at)
    assert made
    return made[0]


@pytest.mark.django_db
def test_the_first_administrator_may_do_everything_and_the_journal_says_how() -> None:
    staff = installing.make_first_administrator(link(), **PERSON, at=AT)
    assert (staff.email, staff.check_password(PERSON["password"])) == ("ada@shop.example", True)
    assert {"access.found", "access.hire"} <= set(Entry.objects.values_list("what", flat=True))
    assert installing.new_link(at=AT) is None


@pytest.mark.django_db
def test_a_new_release_brings_its_alert_rules_and_leaves_those_that_were_changed(settings: Settings) -> None:
    installing.make_first_administrator(link(), **PERSON, at=AT)
    AlertRule.objects.filter(code="wrong-api-keys").delete()
    AlertRule.objects.filter(code="failed-codes").update(threshold=77)
    installing.install(settings.PLACE, at=AT)
    assert AlertRule.objects.filter(code="wrong-api-keys").exists()
    assert AlertRule.objects.get(code="failed-codes").threshold == 77


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "later", "text"),
    [
        ("used before its end", timedelta(hours=25), None),
        ("of an earlier start", timedelta(0), "earlier"),
        ("made up", timedelta(0), "x" * 43),
    ],
)
def test_a_link_is_refused(what: str, later: timedelta, text: str | None) -> None:
    earlier = link()
    newest = link()
    asked = {None: newest, "earlier": earlier}.get(text, text)
    assert asked
    assert not installing.link_is_valid(asked, at=AT + later)
    with pytest.raises(LinkNotValid):
        installing.make_first_administrator(asked, **PERSON, at=AT + later)
    assert not Staff.objects.exists()


@pytest.mark.django_db
def test_a_link_is_kept_as_a_digest_alone() -> None:
    text = link()
    row = FirstLink.objects.get()
    assert text.encode() not in bytes(row.digest)
    assert len(row.digest) == 32


@pytest.mark.django_db
def test_a_password_that_is_refused_uses_nothing_up() -> None:
    text = link()
    with pytest.raises(WeakPassword):
        installing.make_first_administrator(text, **PERSON | {"password": "short"}, at=AT)
    assert installing.link_is_valid(text, at=AT)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_the_link_at_the_same_instant_one_is_made() -> None:
    text, outcomes, gate = link(), [], threading.Barrier(2)

    def use(name: str) -> None:
        gate.wait()
        try:
            installing.make_first_administrator(text, **PERSON | {"email": f"{name}@shop.example"}, at=AT)
            outcomes.append("made")
        except LinkNotValid:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=(name,)) for name in ("ada", "eve")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "refused"]
    assert Staff.objects.count() == 1


@pytest.mark.django_db
def test_our_mistake_shows_its_number_and_the_log_has_it_without_the_person(
    settings: Settings, lines: io.StringIO
) -> None:
    settings.ROOT_URLCONF = "tests.server.breaking"
    answer = Client(raise_request_exception=False).get("/breaks/+31612345678", headers={"accept-language": "zh"})
    assert (answer.status_code, "出错了" in answer.text) == (500, True)
    told = [json.loads(line) for line in lines.getvalue().splitlines()]
    number = answer["X-Request-Id"]
    assert number in answer.text
    assert [(line["event"], line["request_id"]) for line in told] == [("a request failed", number), ("request", number)]
    assert (told[0]["error"], told[1]["route"]) == ("ValueError", "/breaks/<str:what>")
    assert "+31612345678" not in lines.getvalue()
    assert "Ada" not in lines.getvalue()


@pytest.mark.django_db
def test_a_form_without_its_token_is_told_to_be_sent_again() -> None:
    answer = Client(enforce_csrf_checks=True).post("/login", {"email": "a@b.example", "password": "x"})
    assert (answer.status_code, "Please send that again" in answer.text) == (403, True)


@pytest.mark.django_db
def test_ten_wrong_passwords_are_enough_for_a_while() -> None:
    visitor = Client()
    asked = {"email": "nobody@shop.example", "password": "wrong horse battery"}
    told = [visitor.post("/login", asked).status_code for _ in range(11)]
    assert told == [403] * 10 + [429]


def test_behind_a_proxy_its_word_alone_counts() -> None:
    assert (
        requests.behind_proxy({"HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.9", "REMOTE_ADDR": "10.0.0.1"})
        == "203.0.113.9"
    )
    assert requests.behind_proxy({"REMOTE_ADDR": "10.0.0.1"}) == "10.0.0.1"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "proxy", "head", "status"),
    [
        ("this machine", False, {}, 200),
        ("another machine", False, {"REMOTE_ADDR": "10.0.0.7"}, 403),
        ("a proxy that was not announced", False, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ("an announced proxy on this machine", True, {"HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 403),
        ("a guess", False, {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer guess"}, 403),
    ],
)
def test_figures_are_for_this_machine_or_the_secret(
    settings: Settings, what: str, proxy: bool, head: dict[str, str], status: int
) -> None:
    settings.BEHIND_PROXY = proxy
    assert Client().get("/metrics", **head).status_code == status  # type: ignore[arg-type]


@pytest.mark.django_db
def test_readiness_says_which_part_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/readyz").json() == {"database": "ok", "migrations": "ok", "queue": "no worker"}
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")
        assert Client().get("/readyz").status_code == 200
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, status, scheduled_at)"
            " VALUES ('default', 'late', 'todo', now() - interval '5 minutes')"
        )
    assert Client().get("/readyz").json()["queue"] == "late"
    monkeypatch.setattr(health, "wanted_migrations", lambda: frozenset({"ledger.0099_next"}))
    answer = Client().get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")
