"""Today, what waits for a second person, the list of bills; and how many queries each page asks."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from regulars.basics.ids import typed
from regulars.basics.under_way import telling
from regulars.ledger.models import Adjustment, Unit
from regulars.sales import kept
from regulars.sales.kept import added_up, days_of, keep_due
from regulars.sales.models import KeptDays
from tests.console.conftest import Entering
from tests.console.test_map import BY_NAME, address, ids
from tests.console.test_member import path, points, send
from tests.console.town import Town
from tests.statements import counted

# With those of the session and of who asks. What a page asks more of a longer list is told by tests of their own.
MOST = {
    "member": 55,
    "counter-member": 33,
    "counter-rewards": 21,
    "start": 21,
    "sale": 16,
    "series": 17,
    "audience-new": 22,
    "audience-edit": 24,
    "audience-why": 17,
    "campaign": 16,
    "member-family": 20,
    "member-account": 20,
    "member-erase": 18,
}
OTHERS_MOST = 14


@pytest.mark.parametrize(
    "name", [n for n, page in BY_NAME.items() if not page.posted and "EVERY" not in page.reach.name]
)
def test_a_page_asks_few_queries(name: str, town: Town, enter: Entering) -> None:
    browser, where = enter("administrator"), address(name, ids(town))
    browser.get(where)
    with counted() as asked:
        browser.get(where)
    assert len(asked) <= MOST.get(name, OTHERS_MOST)


def test_figures_lead_to_what_is_behind_them(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    page = browser.get("/").text
    assert ["£31.90" in page, "1 member has a birthday today" in page] == [True, True]
    assert "Ada Wong" in browser.get("/members?birthday=today").text
    assert "Bram" not in browser.get("/members?birthday=today").text
    bills = browser.get("/sales").text
    assert bills.count('class="row-link" href="/sales/sal_') == 2
    today = timezone.now().date().isoformat()
    assert "No bill of these days" in browser.get(f"/sales?first_on={today}").text


def test_a_figure_is_of_what_its_reader_may_see(town: Town, enter: Entering) -> None:
    page = enter("clerk").get("/").text  # of the Quay: one bill of two
    assert ["£15.70" in page, "£31.90" in page] == [True, False]
    assert enter("clerk").get("/sales").text.count('class="row-link" href="/sales/sal_') == 1
    assert "To begin with" not in page


def asked_for(town: Town, enter: Entering) -> Any:
    """A correction of more than one person may book."""
    Unit.objects.filter(code="points").update(approve_above=100)
    fields = {"unit": "points", "amount": "500", "reason": "complaint", "note": "Two hours."}
    assert send(enter("support"), path(town, "/adjust"), **fields).status_code == 302
    return Adjustment.objects.get(state="asked")


@pytest.mark.parametrize(("do", "left"), [("approve", 515), ("decline", 15)])
def test_a_second_person_decides(do: str, left: int, town: Town, enter: Entering) -> None:
    row, second = asked_for(town, enter), enter("administrator")
    assert "1 correction waits" in second.get("/").text
    page = second.get("/waiting").text
    assert ["Two hours." in page, "Support" in page, "Ada Wong" in page] == [True, True, True]
    assert send(second, f"/waiting/{typed('adj', row.id)}", do=do).status_code == 302
    assert points(town) == left
    assert "Nothing waits" in second.get("/waiting").text


def test_whoever_asked_does_not_decide(town: Town, enter: Entering) -> None:
    Unit.objects.filter(code="points").update(approve_above=100)
    own = enter("administrator")
    fields = {"unit": "points", "amount": "500", "reason": "complaint", "note": "Two hours."}
    send(own, path(town, "/adjust"), **fields)
    row = Adjustment.objects.get(state="asked")
    assert "asked by you" in own.get("/waiting").text
    answer = send(own, f"/waiting/{typed('adj', row.id)}", do="approve")
    assert (answer.status_code, "Whoever asked cannot decide" in answer.text) == (403, True)
    assert points(town) == 15


def test_many_bills_are_added_up_by_the_worker_and_read(
    town: Town, enter: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    live = added_up(town.organisation, zone="Europe/London", at=town.at)
    keep_due(at=town.at)
    assert KeptDays.objects.count() == 0  # two bills are added up at once
    monkeypatch.setattr(kept, "MANY", 0)
    keep_due(at=town.at)
    read = days_of(town.organisation, zone="Europe/London", at=town.at + timedelta(minutes=1))
    assert (read, live.now[0].bills) == (live, len(town.sales))
    KeptDays.objects.update(told={"now": [["GBP", None, 9, 9, 9, 424242]], "then": [], "daily": []})
    assert "4,242.42" in enter("administrator").get("/").text
    assert "4,242.42" not in enter("clerk").get("/").text  # of one store: what it may see is added up
    later = days_of(town.organisation, zone="Europe/London", at=town.at + kept.FRESH)
    assert later.now == live.now


def test_who_comes_while_the_house_is_filled_reads_how_far_it_is(town: Town, enter: Entering, settings: Any) -> None:
    clerk = enter("clerk")
    assert "under-way" not in clerk.get("/").content.decode()
    with telling(settings.UNDER_WAY) as tell:
        tell("bills", 12_400, 130_000)
        english = clerk.get("/").content.decode()
        chinese = clerk.get("/", headers={"Accept-Language": "zh-Hans"}).content.decode()
        tell("scoring every member")
        later = clerk.get("/").content.decode()
    assert ["12,400 of 130,000" in english, 'value="12400"' in english, "data-again" in english] == [True] * 3
    assert ["账单" in chinese, "12,400" in chinese] == [True, True]
    assert ["Scores of every member" in later, "<progress aria-label" in later] == [True, True]
    assert "under-way" not in clerk.get("/").content.decode()
