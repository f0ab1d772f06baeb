"""The page of a member: what it tells, in how few queries, and what is done in place."""

import re
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.ledger.models import Transfer
from regulars.ledger.selectors import balances
from regulars.ledger.services import post
from regulars.members.models import Card, Member, Note
from regulars.members.services import extras
from tests.console.conftest import Entering
from tests.console.town import SETUP, Town
from tests.ledger.conftest import earn
from tests.statements import counted

MOST_QUERIES = 57


def path(town: Town, rest: str = "", number: int = 0) -> str:
    return f"/members/{typed('mbr', town.members[number])}{rest}"


def send(browser: Client, where: str, **fields: Any) -> Any:
    return browser.post(where, {"key": str(uuid4()), **fields})


def points(town: Town, number: int = 0) -> int:
    return {one.unit: one.available for one in balances(town.members[number], at=timezone.now())}.get("points", 0)


def undo_of(page: str) -> tuple[str, dict[str, str]]:
    """The form behind the button that undoes."""
    form = re.search(r'<div class="toast">.*?<form method="post" action="([^"]+)">(.*?)</form>', page, re.DOTALL)
    assert form, "nothing to undo"
    fields = dict(re.findall(r'name="([\w-]+)" value="([^"]*)"', form[2]))
    return form[1], fields


def test_the_page_tells_all_there_is_and_writes_down_who_looked(town: Town, enter: Entering) -> None:
    page = enter("support").get(path(town)).text
    for told in (
        "Ada Wong",
        "Coffee beans",
        "£15.70",
        "+15",
        "A dessert on the house",
        "Green",
        "vip",
        "Likes a table",
    ):
        assert told in page, told
    assert Entry.objects.filter(
        what="members.read", actor_name="Support", subject=typed("mbr", town.members[0])
    ).exists()


def test_what_ends_first_is_not_added_up_with_what_ends_later(town: Town, enter: Entering) -> None:
    first, later = (town.at + timedelta(days=days) for days in (20, 40))
    ends = [(40, first), (2, first), (700, later)]
    post(
        [earn(town.members[0], amount, effective_at=town.at, expires_at=at) for amount, at in ends],
        actor=SETUP,
        at=town.at,
    )
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", enter("support").get(path(town)).text))
    said = f"{first:%-d %b %Y}".replace("Sep ", "Sept ")
    assert f"42 expire by {said}" in page
    assert page.split("What expires next")[1].split()[:4] == [*said.split(), "42"]


def test_a_longer_history_asks_no_more(town: Town, enter: Entering) -> None:
    from tests.console.town import _sale

    browser = enter("administrator")
    browser.get(path(town))
    with counted() as few:
        browser.get(path(town))
    for number in range(3, 12, 3):
        _sale(town, number)
    for number in range(4):
        extras.write_note(town.members[0], f"Note {number}", organisation=town.organisation, actor=SETUP, at=town.at)
    with counted() as many:
        browser.get(path(town))
    assert len(many) == len(few) <= MOST_QUERIES


def test_the_timeline_goes_on_where_its_page_ends_and_shows_a_kind_alone(town: Town, enter: Entering) -> None:
    from tests.console.town import _sale

    for number in range(3, 93, 3):
        _sale(town, number)
    browser = enter("support")
    first = browser.get(path(town, "?kind=purchases")).text
    onward = re.search(r'href="(\?kind=purchases&amp;before=[^"]+)"', first)
    assert onward
    second = browser.get(path(town, onward[1].replace("&amp;", "&"))).text
    sales = [re.findall(r'/sales/(sal_\w+)"', page) for page in (first, second)]
    assert len(sales[0]) == 25
    assert len({*sales[0], *sales[1]}) == len(sales[0]) + len(sales[1]) == 31
    assert "Likes a table" not in browser.get(path(town, "?kind=levels")).text.partition("</ol>")[0]


def test_a_correction_is_booked_once_and_undone_by_its_button(town: Town, enter: Entering) -> None:
    browser, key = enter("support"), str(uuid4())
    asked = {"key": key, "unit": "points", "amount": "50", "reason": "correction", "note": "Forgotten bill."}
    first, again = browser.post(path(town, "/adjust"), asked), browser.post(path(town, "/adjust"), asked)
    assert (first.status_code, again.headers["Location"]) == (302, first.headers["Location"])
    assert points(town) == 65
    where, fields = undo_of(browser.get(path(town)).text)
    assert browser.post(where, fields).status_code == 302
    assert points(town) == 15
    assert Transfer.objects.filter(kind="adjust").count() == 1


def test_points_are_passed_on_once_and_come_back_by_the_button(town: Town, enter: Entering) -> None:
    browser, here, to = enter("support"), path(town), typed("mbr", town.members[1])
    assert "Pass something on" in browser.get(here).text
    asked = {"unit": "points", "amount": "6", "to": to, "key": str(uuid4())}
    first, again = browser.post(f"{here}/pass", asked), browser.post(f"{here}/pass", asked)
    assert (first.status_code, again.status_code, points(town), points(town, 1)) == (302, 302, 9, 22)
    where, fields = undo_of(browser.get(here).text)
    for wrong in ({"amount": "99"}, {"to": "nobody@example.com"}, {"to": typed("mbr", town.members[0])}):
        answer = send(browser, f"{here}/pass", **{**asked, "key": str(uuid4()), **wrong})
        assert (answer.status_code, points(town)) == (422, 9)
    browser.post(where, fields)
    assert (points(town), points(town, 1)) == (15, 16)


def test_what_cannot_be_booked_is_said_at_the_form_and_leaves_nothing(town: Town, enter: Entering) -> None:
    lines = Entry.objects.filter(what="ledger.adjust").count()
    wrong = {"unit": "points", "amount": "-500", "reason": "correction", "note": "Too much."}
    answer = send(enter("support"), path(town, "/adjust"), **wrong)
    assert (answer.status_code, "Not enough" in answer.text, 'value="-500"' in answer.text) == (422, True, True)
    assert (points(town), Entry.objects.filter(what="ledger.adjust").count()) == (15, lines)


def test_nobody_undoes_the_correction_of_another(town: Town, enter: Entering) -> None:
    asked = {"unit": "points", "amount": "50", "reason": "correction", "note": "Forgotten bill."}
    send(enter("support"), path(town, "/adjust"), **asked)
    made = Transfer.objects.get(kind="adjust")
    fields = {"transfer": typed("txn", made.id)}
    assert send(enter("administrator"), path(town, "/adjust/undo"), **fields).status_code == 404
    assert send(enter("support"), path(town, "/adjust/undo", 1), **fields).status_code == 404  # of another member
    assert points(town) == 65


@pytest.mark.parametrize(("amount", "given"), [("200", True), ("201", False)])
def test_s65_goodwill_goes_as_far_as_the_role(amount: str, given: bool, town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    assert "Points: 200 at most" in browser.get(path(town)).text
    fields = {"what": "unit/points", "amount": amount, "reason": "long-wait", "note": "An hour."}
    answer = send(browser, path(town, "/goodwill"), **fields)
    assert answer.status_code == (302 if given else 422)
    assert points(town) == (215 if given else 15)
    if not given:
        assert "more than your role may give" in answer.text


def test_a_note_is_kept_and_taken_out_by_its_button(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    send(browser, path(town, "/note"), text="Allergic to nuts <b>!</b>")
    page = browser.get(path(town)).text
    assert "Allergic to nuts &lt;b&gt;" in page
    where, fields = undo_of(page)
    browser.post(where, fields)
    assert Note.objects.count() == 1
    other = Note.objects.get()
    assert send(browser, path(town, "/note/remove", 1), note=typed("nte", other.id)).status_code == 404


def test_details_are_changed_and_given_back(town: Town, enter: Entering) -> None:
    browser = enter("support")
    known = {"given_name": "Ada", "family_name": "Wong", "birth_on": "1985-11-22", "language": "en", "town": "York"}
    page = browser.get(path(town)).text
    born = re.search(r'name="birth_on" value="([\d-]+)"', page)
    assert born
    assert send(browser, path(town, "/facts"), **known | {"birth_on": born[1]}).status_code == 302
    assert Member.objects.get(id=town.members[0]).town == "York"
    where, fields = undo_of(browser.get(path(town)).text)
    browser.post(where, fields)
    assert Member.objects.get(id=town.members[0]).town == "Leeds"


def test_a_card_that_was_lost_gives_way_to_a_new_one(town: Town, enter: Entering) -> None:
    browser, card = enter("clerk"), Card.objects.get()
    where = path(town, f"/cards/{typed('crd', card.id)}")
    assert send(browser, where, why="lost").status_code == 302
    assert [row.state for row in Card.objects.order_by("id")] == ["lost", "active"]
    assert "Refused:" in enter("administrator").post("/counter/find", {"key": str(uuid4()), "q": town.card}).text


def test_two_are_merged_and_two_again(town: Town, enter: Entering) -> None:
    browser = enter("support")
    send(browser, path(town, "/merge"), other="xiaoming@example.cn", reason="same phone")
    assert Member.objects.filter(root=town.members[0]).count() == 1  # nobody by that mail in this town of three
    assert send(browser, path(town, "/merge"), other="bram@example.org", reason="same person").status_code == 302
    assert browser.get(path(town, "", 2)).headers["Location"] == path(town)
    where, fields = undo_of(browser.get(path(town)).text)
    browser.post(where, fields)
    assert browser.get(path(town, "", 2)).status_code == 200


def test_a_yes_is_given_to_words_and_taken_back_by_a_no(town: Town, enter: Entering) -> None:
    browser = enter("clerk")
    send(browser, path(town, "/consent"), channel="email", purpose="marketing", given="yes")
    page = browser.get(path(town)).text
    assert "Mail ✓" in page
    where, fields = undo_of(page)
    browser.post(where, fields)
    assert "Mail ✕" in browser.get(path(town)).text


def test_what_a_role_may_not_do_is_not_shown(town: Town, enter: Entering) -> None:
    page = enter("auditor").get(path(town)).text
    for word in ("Correct a balance", "Put things right", "Keep the note", "To the counter", "Replace it", "Merge"):
        assert word not in page, word
