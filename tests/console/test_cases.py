"""Cases and follow-ups through the pages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.care.models import Case, FollowUp
from tests.console.conftest import Entering
from tests.console.town import Town
from tests.statements import counted

pytestmark = pytest.mark.django_db


def posted(browser: Client, path: str, **fields: object) -> object:
    return browser.post(path, {"key": str(uuid4()), **fields})


def soon(**more: float) -> str:
    return (timezone.now() + timedelta(days=1, **more)).strftime("%Y-%m-%dT%H:%M")


def test_a_case_is_opened_answered_promised_out_of_and_closed(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    new = {"kind": "complaint", "subject": "Till closed", "said": "<b>Waited</b> long.", "channel": "phone"}
    wrong = posted(browser, "/serve/cases/new", **new, who="nobody@example.com")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    answer = posted(browser, "/serve/cases/new", **new, who="ada.wong@example.com")
    assert answer.status_code == 302, answer.content  # type: ignore[attr-defined]
    page = answer["Location"]  # type: ignore[index]
    case = Case.objects.get(channel="phone")
    assert (case.member, case.store, page) == (town.members[0], town.quay, f"/serve/cases/{typed('cas', case.id)}")
    posted(browser, f"{page}/take")
    posted(browser, f"{page}/text", part="answer", text="We are sorry.", waits="on")
    posted(browser, f"{page}/promise", what="Call on Friday.", due_at=soon())
    posted(browser, f"{page}/due", due_at=soon(hours=5), reason="The manager is away.")
    posted(browser, f"{page}/close", outcome="solved", note="All good.")
    case.refresh_from_db()
    assert (case.state, case.outcome, case.owner) == ("done", "solved", town.staff["clerk"])
    text = browser.get(page).text
    assert "&lt;b&gt;Waited&lt;/b&gt; long." in text
    assert "Call on Friday." in text
    promise = FollowUp.objects.get()
    where = f"/serve/follow-ups/{typed('fup', promise.id)}"
    unsaid = posted(browser, where, do="drop", text=" ")
    assert unsaid.status_code == 422  # type: ignore[attr-defined]
    posted(browser, where, do="drop", text="Came in.")
    promise.refresh_from_db()
    assert promise.state == "dropped"
    posted(browser, f"{page}/reopen", said="Again.")
    posted(browser, f"{page}/hand-on", queue="support")
    case.refresh_from_db()
    assert (case.state, case.queue, case.owner) == ("open", "support", None)
    past = posted(browser, f"{page}/due", due_at="2020-01-01T10:00", reason="x")
    assert past.status_code == 422  # type: ignore[attr-defined]


def test_the_queue_is_cut_by_filters_and_few_queries(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    with counted() as said:
        page = browser.get("/serve/cases").text
    assert "Cold soup" in page
    assert len(said) <= 22
    assert "Cold soup" in browser.get("/serve/cases?whose=mine").text  # the queue of clerks
    assert "Cold soup" not in browser.get("/serve/cases?state=late").text
    Case.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert "Cold soup" in browser.get("/serve/cases?state=late").text
    Case.objects.update(store=town.hill)
    assert "Cold soup" not in browser.get("/serve/cases").text
    assert browser.get(f"/serve/cases/{typed('cas', town.case)}").status_code == 404  # type: ignore[arg-type]


def test_the_pages_speak_chinese(town: Town, enter: Entering) -> None:
    browser = enter("support")
    browser.cookies["django_language"] = "zh-hans"
    page = browser.get("/serve/cases").text
    assert "新工单" in page
    assert "待我们答复" in browser.get(f"/serve/cases/{typed('cas', town.case)}").text  # type: ignore[arg-type]
