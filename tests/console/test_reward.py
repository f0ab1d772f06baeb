"""The programme on pages: sentences, versions from documents with their faults, the simulator, levels, what is owed."""

import json
import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from regulars.access import gate
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.basics.ids import typed
from regulars.console import kept
from regulars.console.models import Kept
from regulars.console.pointing import marked
from regulars.ledger.books_closing import close_due
from regulars.programme.models import Terms
from regulars.programme.terms import kinds
from tests.console.conftest import Entering
from tests.console.test_member import send
from tests.console.town import SETUP, Town

TWO = {"unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 2, "per": 100}}


def publish(browser: Any, document: Any, do: str, **more: str) -> Any:
    text = document if isinstance(document, str) else json.dumps(document, indent=1)
    return send(browser, "/reward/terms/new", kind="earn", code="base", document=text, do=do, **more)


def test_terms_are_read_as_sentences_in_the_readers_language(town: Town, enter: Entering) -> None:
    browser = enter("analyst")
    assert "1 point for every GBP 1.00" in browser.get("/reward/terms").text.replace("£1", "GBP 1.00")
    chinese = browser.get("/reward/terms", headers={"accept-language": "zh-hans"}).text
    assert "1 point for every" not in chinese


def test_a_document_is_read_aloud_before_it_is_published(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    read = publish(browser, TWO, "read")
    assert (read.status_code, "2 points" in read.text, Terms.objects.filter(code="base").count()) == (200, True, 1)
    done = publish(browser, TWO, "publish")
    assert done.headers["Location"] == "/reward/terms/earn/base"
    page = browser.get("/reward/terms/earn/base").text
    assert ["Version 2" in page, "Version 1" in page, "over" in page] == [True] * 3


@pytest.mark.parametrize(
    ("document", "line", "said"),
    [
        ('{"unit": "points",\n "award": {"type": "per-amount",\n  "units": "two", "per": 100}}', 3, "units"),
        ('{"unit": "points",\n "award": {"type": "per-amount", "units": 1, "per": 100},\n "nme": "x"}', 3, "/nme"),
        ('{"unit": "stars",\n "award": {"type": "per-amount", "units": 1, "per": 100}}', 1, "/unit"),
    ],
    ids=["no number", "an unknown field", "a unit that is not there"],
)  # fmt: skip
@pytest.mark.parametrize("do", ["publish"])
def test_a_fault_is_shown_at_its_line(
    do: str, document: str, line: int, said: str, town: Town, enter: Entering
) -> None:
    answer = publish(enter("marketer"), document, do)
    assert answer.status_code == 422
    before, _, after = answer.text.partition("↑ ")
    assert said in after.partition("</p>")[0]
    assert f'<span class="dim">{line}</span>' in before
    assert f'<span class="dim">{line + 1}</span>' not in before
    assert Terms.objects.filter(code="base").count() == 1


def test_what_is_no_json_is_said_with_its_line(town: Town, enter: Entering) -> None:
    assert "Line 2 is no JSON" in publish(enter("marketer"), '{"unit":\n', "read").text


def test_a_fault_stands_at_the_nearest_place_that_is_there() -> None:
    text = '{\n "a": [\n  {"b": 1}\n ]\n}'
    faults = [{"pointer": "/a/0/c/d", "detail": "missing"}]
    assert [(one.number, one.faults) for one in marked(text, faults) if one.faults] == [(3, ("/a/0/c/d: missing",))]


def test_terms_are_ended(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    assert send(browser, "/reward/terms/earn/base/retire").status_code == 302
    assert "/reward/terms/earn/base" not in browser.get("/reward/terms").text
    assert browser.get("/reward/terms/earn/base").status_code == 200


def test_the_simulator_tells_what_comes_of_a_bill_and_books_nothing(town: Town, enter: Entering) -> None:
    asked = {"merchant": typed("mrc", town.merchant), "item": "Tea", "quantity": "1", "amount": "20"}
    browser = enter("support")
    page = browser.post("/reward/simulator", {**asked, "member": "ada.wong@example.com"}).text
    assert ["£20.00" in page, "+20 points" in page] == [True, True]
    assert "Nobody here" in browser.post("/reward/simulator", {**asked, "member": "nobody@example.com"}).text


def test_a_number_of_members_leads_to_them(town: Town, enter: Entering) -> None:
    page = enter("marketer").get("/reward/levels").text
    assert '<td class="num">3</td>' in page
    assert "?level=status/silver" in page
    coupons = enter("marketer").get("/reward/coupons").text
    assert "A dessert on the house" in coupons


def test_the_liability_is_the_house_s_alone_and_adds_up(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert browser.get("/reward/books").status_code == 403  # of one organisation of two
    assign(
        "administrator", Place(town.other), staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at
    )
    send(browser, "/work-at", place=typed("org", town.organisation))
    page = browser.get("/reward/books?unit=points").text
    assert "<strong>31</strong>" in page  # 15 and 16 points of two bills
    file = browser.get("/reward/books.csv?unit=points").content.decode("utf-8-sig")
    assert file.splitlines()[-1].endswith(",31")


def test_figures_over_many_members_are_counted_by_the_worker(
    town: Town, enter: Entering, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept.keep_due(at=town.at)
    assert Kept.objects.count() == 0  # three members are counted when somebody asks
    live = kept.counted_on(town.organisation, "status", town.at), kept.coupons(town.organisation, town.at)
    monkeypatch.setattr(kept, "MANY", 0)
    kept.keep_due(at=town.at)
    assert (kept.counted_on(town.organisation, "status", town.at), kept.coupons(town.organisation, town.at)) == live
    Kept.objects.filter(name="members").update(told={"all": 424242})
    assert "424,2" in enter("marketer").get("/reward/levels").text
    assert kept.members(town.organisation, town.at + kept.FRESH) == len(town.members)


def test_who_owes_whom_is_told_by_merchant(town: Town, enter: Entering) -> None:
    browser = enter("administrator")
    assert browser.get("/reward/settlement").status_code == 403  # of one organisation of two
    assign(
        "administrator", Place(town.other), staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at
    )
    send(browser, "/work-at", place=typed("org", town.organisation))
    assert "Nothing was booked" in browser.get("/reward/settlement?unit=points").text
    while close_due(actor=SETUP, at=town.at + timedelta(days=2)):
        pass
    days = f"first_on={town.at - timedelta(days=9):%Y-%m-%d}&last_on={town.at + timedelta(days=1):%Y-%m-%d}"
    page = browser.get(f"/reward/settlement?unit=points&{days}").text
    assert ["Market" in page, "31" in page] == [True, True]  # given at its tills
    file = browser.get(f"/reward/settlement.csv?unit=points&{days}").content.decode("utf-8-sig")
    assert "Market,Given" in file


def test_every_kind_of_terms_is_said_in_words(town: Town, enter: Entering) -> None:
    page = enter("marketer").get("/reward/terms/new", headers={"Accept-Language": "zh-Hans"}).content.decode()
    said = re.findall(r'<option value="([a-z-]+)"[^>]*>([^<]+?) · ([a-z-]+)</option>', page)
    assert [kind for kind, _, _ in said] == kinds()
    assert [kind for kind, words, shown in said if shown != kind or words.isascii()] == []


def begun(browser: Any, kind: str) -> tuple[str, dict[str, str]]:
    """The page that begins with a kind, and what its form would send."""
    page = browser.get(f"/reward/terms/new?kind={kind}").content.decode()
    assert 'id="said"' in page, kind
    assert "Not complete yet" not in page
    code = re.findall(r'<input type="text" name="code" value="([^"]+)"[^>]*>', page)[-1]
    document = unescape(re.findall(r'<textarea name="document".*?>\s*(.*?)</textarea>', page, re.DOTALL)[0])
    return page, {"kind": kind, "code": code, "document": document}


def test_each_kind_begins_with_an_example_that_the_house_can_publish(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    links = re.findall(r'class="tag" href="\?kind=([a-z-]+)"', browser.get("/reward/terms/new").text)
    assert (links[0], sorted(links)) == ("earn", kinds())
    for kind in links:
        page, given = begun(browser, kind)
        if kind == "inactivity":  # its points say themselves how long they last
            assert ['href="/reward/terms/earn/base"' in page, 'value="publish"' in page] == [True, False]
            send(browser, "/reward/terms/earn/base/retire")
            send(browser, "/reward/terms/earn/purchases/retire")
            send(browser, "/reward/terms/earn/tuesdays/retire")
            page, given = begun(browser, kind)
        answer = send(browser, "/reward/terms/new", **given, do="publish")
        assert answer.status_code == 302, (kind, answer.text)
    again = begun(browser, "return-policy")
    assert ["This holds already" in again[0], again[1]["code"]] == [True, "default"]
    assert "每" in browser.get("/reward/terms/new", headers={"Accept-Language": "zh-Hans"}).text
