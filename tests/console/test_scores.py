"""Know, and scores on the page of a member: every number leads to its members, what is decided is kept in versions."""

from typing import Any
from uuid import uuid4

import pytest

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.outreach.models import Audience
from regulars.scorebook import documents
from regulars.scorebook.models import Advice, Document, Run, Step
from tests.console.conftest import Entering
from tests.console.scored_town import scored
from tests.console.town import Town
from tests.statements import counted

PAGES = (
    "know",
    "know/classes",
    "know/life-cycle",
    "know/concentration",
    "know/baskets",
    "know/products",
    "know/models",
    "know/products?item=coffee+beans",
    "know/members",
)


@pytest.fixture
def run(town: Town) -> Run:
    return scored(town)


def send(browser: Any, path: str, **fields: object) -> Any:
    return browser.post(f"/{path}", {"key": str(uuid4()), **fields}, follow=True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_each_page_is_shown_with_few_queries(town: Town, run: Run, enter: Entering, language: str) -> None:
    browser = enter("administrator")
    browser.cookies["django_language"] = language
    for path in PAGES:
        browser.get(f"/{path}")
        with counted() as asked:
            answer = browser.get(f"/{path}")
        assert (answer.status_code, len(asked) <= 16) == (200, True), (path, len(asked))
        assert ("流失" in answer.text or "会员" in answer.text) == (language != "en"), path


def test_s01_each_number_of_a_class_opens_its_members_and_so_does_each_band(
    town: Town, run: Run, enter: Entering
) -> None:
    browser = enter("marketer")
    page = browser.get("/know/classes").text
    assert 'href="/know/members?value_class=vip"' in page
    assert 'href="/know/members?moved=important-vip"' in page
    for query, name in (
        ("value_class=vip", "Ada Wong"),
        ("moved=important-vip", "Ada Wong"),
        ("stage=stability", "周"),
        ("best_to=34", "周"),
        ("tenth=6", "Ada Wong"),
        ("reason=returns", "Ada Wong"),
    ):
        assert name in browser.get(f"/know/members?{query}").text, query
    listed = browser.get("/know/members?value_class=vip").text
    assert "1 member, as of" in listed
    assert "周" not in listed
    looked = Entry.objects.filter(what="members.read", subject=typed("mbr", town.members[0]))
    assert looked.filter(after__by="scores").exists()


def test_s01_cut_offs_and_treatments_are_decided_in_versions(town: Town, run: Run, enter: Entering) -> None:
    browser = enter("marketer")
    page = send(browser, "know/decide/classes", basis="amount", important="500", vip="2000.50", version="0")
    assert "Important from £500 spent in a year, VIP from £2,000" in page.text
    assert documents.present(town.organisation, "classes") == (
        1,
        {"basis": "amount", "important": 50000, "vip": 200050},
    )
    assert "the next run follows" in page.text
    assert [line.after["version"] for line in Entry.objects.filter(what="scores.decide")] == [1]
    assert (
        send(browser, "know/decide/classes", basis="share", important="20", vip="2.5", version="0").status_code == 422
    )
    assert send(browser, "know/decide/classes", basis="share", important="2", vip="20", version="1").status_code == 422
    send(browser, "know/decide/treatments", **{"vip-offer": "Champagne", "vip-owner": "Ms Lin", "version": "0"})
    assert "Champagne" in browser.get("/know/classes").text
    assert "Champagne" in browser.get(f"/members/{typed('mbr', town.members[0])}").text
    assert Document.objects.filter(organisation=town.organisation).count() == 2


def test_s11_reasons_fall_into_four_boxes_and_each_leads_to_its_list(town: Town, run: Run, enter: Entering) -> None:
    browser = enter("administrator")
    page = browser.get("/know/life-cycle").text
    assert page.index("Complained, and it is not long ago") > 0  # the open case of who is in decline
    for reason in ("complaint", "returns", "breadth"):
        assert f"?reason={reason}" in page
        assert "Ada Wong" in browser.get(f"/know/members?reason={reason}").text
    rated = {code: 0 for code in documents.REASONS} | {"version": 0}
    boxes = send(browser, "know/decide/reasons", **rated).text.partition('box respond"')[2].partition("box let-go")[0]
    assert "Brought goods back" in boxes
    assert "Write to them" in send(browser, "know/decide/stages", decline="Write to them", version="0").text


def test_s08_any_cut_becomes_an_audience_of_the_same_members(town: Town, run: Run, enter: Entering) -> None:
    browser = enter("administrator")
    assert "Make it an audience" in browser.get("/know/members?best_to=34").text
    send(browser, "know/audience", best_to="34")
    made = Audience.objects.get(organisation=town.organisation, code__startswith="scored-")
    assert made.document == {"type": "scored", "best_percent_to": 34.0}
    from regulars.outreach.audiences.reading import read
    from regulars.outreach.selectors import asked_of, everybody

    inside = everybody(read(made.document), asked_of(town.organisation, at=town.at))
    assert sorted(inside) == sorted(town.members[:2])
    assert "Ada Wong" in browser.get("/know/members?best_to=34").text
    edited = browser.get(f"/audiences/code/{made.code}/edit")
    assert (edited.status_code, 'value="34.0"' in edited.text) == (200, True)
    assert "In decline because of" in edited.text
    file = browser.get("/know/members.csv?best_to=34").text
    assert file.count("mbr_") == 2


def test_s41_the_next_step_says_why_and_what_became_of_it_is_written_down(
    town: Town, run: Run, enter: Entering
) -> None:
    browser = enter("support")
    path = f"members/{typed('mbr', town.members[1])}"
    page = browser.get(f"/{path}").text
    assert "<strong>Coffee beans</strong>, because they need it again about 4 Jun 2026" in page
    send(browser, f"{path}/advise", offer="item:coffee beans", state="done")
    page = browser.get(f"/{path}").text
    assert "<strong>Oat milk</strong>, because goes well with Coffee beans" in page
    assert "The last one was done on" in page
    send(browser, f"{path}/advise", offer="item:coffee beans", state="open")
    assert "<strong>Coffee beans</strong>" in browser.get(f"/{path}").text
    assert [one.state for one in Advice.objects.order_by("id")] == ["done", "open"]
    assert Entry.objects.filter(what="scores.advise").count() == 2


def test_the_page_of_a_member_tells_scores_in_words_with_cases_and_past_ones(
    town: Town, run: Run, enter: Entering
) -> None:
    page = enter("support").get(f"/members/{typed('mbr', town.members[0])}").text
    for said in (
        "brought back 12%",
        "Where everybody starts",
        "+150",
        "£300",
        "£200 – £420",
        "Cold soup",
        "Past scores",
        "of those called late, 90%",
        "silent for 39 days",
    ):
        assert said in page, said


def test_whom_to_call_stands_on_today_until_somebody_did(town: Town, run: Run, enter: Entering) -> None:
    browser = enter("support")
    page = browser.get("/").text
    assert page.index("Worth a call today") < page.index("Ada Wong") < page.index("Likely to buy")
    assert "needs Coffee beans about 4 Jun 2026" in page
    send(browser, f"members/{typed('mbr', town.members[0])}/advise", offer="stage:decline", state="dismissed")
    assert "Worth a call today" not in browser.get("/").text
    assert "Worth a call today" not in enter("clerk").get("/").text


def test_a_run_is_asked_for_told_and_cancelled(town: Town, run: Run, enter: Entering) -> None:
    browser = enter("analyst")
    assert "A run waits for the worker." in send(browser, "know/run").text
    assert send(browser, "know/run").status_code == 409
    last = Run.objects.get(organisation=town.organisation, state="waiting")
    Run.objects.filter(pk=last.pk).update(state="running", doing="leaving", part=3, whole=10, claim=uuid4())
    Step.objects.filter(run=last.pk, number=5).update(begun_at=town.at)
    page = browser.get("/know").text
    assert 'value="30"' in page
    assert "<strong>Who leaves</strong>" in page
    assert "being cancelled" in send(browser, "know/cancel").text
    Run.objects.filter(pk=last.pk).update(state="failed", code="nothing-to-score", ended_at=town.at)
    page = browser.get("/know").text
    assert "Nothing was sold up to that day." in page
    assert "The last good scores stand." in page


def test_without_a_run_the_pages_begin_one(town: Town, enter: Entering) -> None:
    browser = enter("analyst")
    for path in PAGES[:-1]:
        assert "Run now" in browser.get(f"/{path}").text, path
