"""Terms by numbers, drafts with what they would have cost, and the coupons of a series one by one."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from regulars.basics.ids import typed, untyped
from regulars.console.forms_terms import Around, digest, numbers_of, written
from regulars.programme.checkout.booking import check_out
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.wallet import wallet
from regulars.programme.models import Terms
from regulars.programme.models.previews import Preview, PreviewMember
from regulars.programme.previews.working import work_due
from regulars.rules.occasion import Line
from regulars.sales.moves import Place, SoldLine
from tests.console.conftest import Entering
from tests.console.test_member import send
from tests.console.town import SETUP, TERMS, Town

BASE = TERMS[0][2]
DOUBLE = {**BASE, "award": {"type": "per-amount", "units": 2, "per": 100}}
AROUND = Around({"status/silver": "Silver", "status/gold": "Gold"}, {"points": "Points"}, "GBP")


def drafted(town: Town, enter: Entering, document: dict[str, Any] = DOUBLE) -> Any:
    asked = {"kind": "earn", "code": "base", "document": json.dumps(document), "do": "preview"}
    answer = send(enter("marketer"), "/reward/terms/new", **asked)
    assert answer.status_code == 302
    return answer["Location"]


def test_a_change_is_looked_at_before_it_is_published(town: Town, enter: Entering) -> None:
    where, browser = drafted(town, enter), enter("marketer")
    assert "It waits for the worker" in browser.get(where).text
    assert work_due(at=town.at) == 1
    page = re.sub(r"\s+", " ", browser.get(where).text)
    assert ["£1.55" in page, "£1.55 → £3.15" in page, "+£1.60" in page] == [True, True, True]  # 31 points, and 63
    assert "the terms of then give exactly what was booked" in page
    assert all(f"/sales/{typed('sal', sale)}" in page for sale in town.sales)
    assert browser.get("/reward/terms").text.count(where) == 1
    assert where in browser.get("/reward/terms/earn/base").text
    clerk = enter("clerk")  # who works at one store, and may read the terms
    assert [where in clerk.get(f"/reward/terms{of}").text for of in ("", "/earn/base")] == [False, False]
    second = enter("administrator")
    assert send(second, f"{where}/publish").status_code == 302
    assert Terms.objects.filter(code="base").count() == 2
    assert where not in second.get("/reward/terms").text
    assert f'href="{where}">what it would have cost' in second.get("/reward/terms/earn/base").text
    assert send(second, f"{where}/publish").status_code == 409


def test_each_figure_of_a_draft_opens_the_members_behind_it(town: Town, enter: Entering) -> None:
    at, member = town.at - timedelta(days=1), town.members[1]
    place = Place(town.organisation, "test/cake", "1", town.merchant, town.quay, "till")
    wanted = NewPurchase(place, "GBP", (SoldLine(Line(1, "cake", 2000), "Cake"),), at, True, member, member)
    check_out([wanted], actor=SETUP, at=town.at)
    where, browser = drafted(town, enter), enter("marketer")
    assert "?who=" not in browser.get(where).text  # while nothing was found
    work_due(at=town.at)
    assert browser.get(where).text.count(f'href="{where}/members?who=') == 3
    page = re.sub(r"(<[^>]+>|\s)+", " ", browser.get(f"{where}/members?who=more").text)
    assert "周明丽 2 36 72 +36 £1.80 £3.60 +£1.80 Ada Wong 1 15 31 +16 £0.75 £1.55 +£0.80" in page
    assert "Nobody is here" in browser.get(f"{where}/members?who=fewer").text
    file = enter("administrator").get(f"{where}/members?who=more&as=csv")
    lines = b"".join(file.streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert (len(lines), "Ada Wong" in "".join(lines)) == (3, True)
    assert enter("analyst").get(f"{where}/members").status_code == 403
    assert f"{where}/members" not in enter("analyst").get(where).text
    send(browser, f"{where}/drop")
    assert not PreviewMember.objects.filter(preview=untyped("prv", where.rpartition("/")[2])).exists()


def test_it_is_stopped_and_asked_again_over_other_days(town: Town, enter: Entering) -> None:
    where, browser = drafted(town, enter), enter("marketer")
    send(browser, f"{where}/stop")
    page = browser.get(where).text
    assert "It was stopped before it was done" in page
    spans = re.findall(r'<option value="([-\d]+/[-\d]+)"', page)
    assert len(spans) == 5
    assert send(browser, f"{where}/again", days=spans[-1]).status_code == 302
    work_due(at=town.at)
    assert "Nothing was bought in these days" in browser.get(where).text
    assert send(browser, f"{where}/again", days="2001-01-01/2001-02-01").status_code == 400
    assert send(browser, f"{where}/drop")["Location"] == "/reward/terms/earn/base"
    assert browser.get(where).status_code == 404


def test_what_purchases_say_nothing_about_is_said_where_it_was_asked(town: Town, enter: Entering) -> None:
    asked = {"kind": "earn", "code": "day", "do": "preview", "document": json.dumps(
        {"unit": "points", "award": {"type": "fixed", "units": 5}, "occasions": ["birthday"]})}  # fmt: skip
    answer = send(enter("marketer"), "/reward/terms/new", **asked)
    assert answer.status_code == 422
    assert not Preview.objects.filter(code="day").exists()


def fields(page: str) -> dict[str, Any]:
    """What the numbers of a page would send."""
    found: dict[str, Any] = dict(re.findall(r'name="(n-[^"]+)"[^>]*? value="([^"]*)"', page))
    found |= dict(re.findall(r'<select name="(n-[^"]+)".*?<option value="([^"]*)" selected', page, re.DOTALL))
    found.pop("n-weekdays", None)
    return found | {"seen": re.findall(r'name="seen" value="(\w+)"', page)[0]}


def test_numbers_fill_the_document_and_are_read_aloud_before_they_are_published(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    page = browser.get("/reward/terms/earn/base").text
    text = written(json.loads(re.findall(r'<textarea name="document".*?>\s*(.*?)</textarea>', page, re.DOTALL)[0]
                              .replace("&quot;", '"')))  # fmt: skip
    sent = {**fields(page), "kind": "earn", "code": "base", "document": text}
    assert sent["seen"] == digest(text)
    changed = {**sent, "n-units": "3", "n-least": "10.00", "n-times status/gold": "2"}
    said = browser.post("/reward/terms/said", changed).text
    assert ["3 points" in said, "10.00" in said, "Gold" in said] == [True, True, True]
    answer = send(browser, "/reward/terms/new", **changed, do="publish")
    assert (answer.status_code, Terms.objects.filter(code="base").count()) == (200, 1)  # read aloud first
    filled = json.loads(re.findall(r'<textarea name="document".*?>\s*(.*?)</textarea>', answer.text, re.DOTALL)[0]
                        .replace("&quot;", '"'))  # fmt: skip
    assert (filled["award"]["units"], filled["award"]["per"]) == (3, 100)
    again = {**fields(answer.text), "kind": "earn", "code": "base", "document": written(filled), "do": "publish"}
    assert send(browser, "/reward/terms/new", **again).status_code == 302
    kept = Terms.objects.get(code="base", version=2).document
    assert kept["multipliers"] == [{"permille": 2000, "conditions": {"who": {"tiers": ["status/gold"]}}}]
    assert kept["conditions"]["least"]["purchase"] == 1000


def test_a_document_changed_by_hand_counts(town: Town, enter: Entering) -> None:
    page = enter("marketer").get("/reward/terms/earn/base").text
    sent = {**fields(page), "kind": "earn", "code": "base", "document": written(DOUBLE), "n-units": "9"}
    assert "2 points" in enter("marketer").post("/reward/terms/said", sent).text


def test_a_number_that_is_none_is_marked(town: Town, enter: Entering) -> None:
    page = enter("marketer").get("/reward/terms/ladder/status").text
    plain = json.loads(re.findall(r'<textarea name="document".*?>\s*(.*?)</textarea>', page, re.DOTALL)[0]
                       .replace("&quot;", '"'))  # fmt: skip
    sent = {**fields(page), "kind": "ladder", "code": "status", "document": written(plain), "do": "read"}
    bad = send(enter("marketer"), "/reward/terms/new", **{**sent, "n-reach 1 0 points": "none"})
    assert (bad.status_code, 'class="field wrong' in bad.text) == (422, True)
    good = send(enter("marketer"), "/reward/terms/new", **{**sent, "n-reach 1 0 points": "250"})
    assert (good.status_code, "250" in good.text) == (200, True)


WHOLE: dict[str, Any] = {
    "unit": "points", "currency": "GBP", "award": {"type": "per-amount", "units": 1, "per": 100, "full_steps": True},
    "what": {"not_marks": ["tobacco"]}, "most": 50, "validity": "45D",
    "conditions": {"when": {"weekdays": [2], "hours": [{"begins": 1020, "ends": 1440}], "begins_on": "2026-01-01"},
                   "least": {"purchase": 500, "kept_on_return": True}},
    "multipliers": [{"permille": 1500, "conditions": {"who": {"tiers": ["status/gold"]}}},
                    {"permille": 3000, "conditions": {"when": {"weekdays": [7]}}}],
}  # fmt: skip


def typed_in(document: dict[str, Any]) -> dict[str, Any]:
    """The fields of a document as a browser sends them back."""
    numbers = numbers_of("earn", document, AROUND)
    assert numbers is not None
    sent: dict[str, Any] = {}
    for field in numbers:
        value = field.value()
        sent[field.html_name] = (
            value.strftime("%H:%M") if hasattr(value, "strftime") else "" if value is None else value
        )
    return sent


def test_numbers_that_stay_leave_the_document_as_it_is() -> None:
    numbers = numbers_of("earn", WHOLE, AROUND, typed_in(WHOLE))
    assert numbers is not None
    assert numbers.is_valid(), numbers.errors
    assert numbers.fill() == WHOLE


@pytest.mark.parametrize(
    ("name", "value", "path", "expected"),
    [
        ("n-least", "", ("conditions", "least"), {"kept_on_return": True}),
        ("n-most", "", ("most",), None),
        ("n-weekdays", [], ("conditions", "when", "weekdays"), None),
        ("n-times status/gold", "1", ("multipliers",), WHOLE["multipliers"][1:]),
        ("n-times status/silver", "1.25", ("multipliers", 2, "permille"), 1250),
        ("n-validity", "12M@month", ("validity",), "12M@month"),
        ("n-begins", "09:30", ("conditions", "when", "hours"), [{"begins": 570, "ends": 1440}]),
    ],
)
def test_one_number_changes_what_it_says_alone(name: str, value: Any, path: tuple[Any, ...], expected: Any) -> None:
    numbers = numbers_of("earn", WHOLE, AROUND, {**typed_in(WHOLE), name: value})
    assert numbers is not None
    assert numbers.is_valid(), numbers.errors
    found: Any = numbers.fill()
    assert {key: part for key, part in found.items() if key != path[0]} == {
        key: part for key, part in WHOLE.items() if key != path[0]
    }
    for part in path:
        found = found.get(part) if isinstance(found, dict) else found[part]
    assert found == expected


@pytest.mark.parametrize(
    "document", [{}, {"award": {"type": "steps"}}, {"award": {"type": "per-amount"}}, {"award": 1}]
)
def test_what_has_no_such_numbers_has_no_fields(document: dict[str, Any]) -> None:
    assert numbers_of("earn", document, AROUND) is None


def test_each_figure_of_a_series_leads_to_the_members_behind_it(town: Town, enter: Entering) -> None:
    browser = enter("marketer")
    assert browser.get("/reward/coupons").text.count("/reward/coupons/dessert?of=") == 3
    page = browser.get("/reward/coupons/dessert?of=left").text
    assert ["Ada Wong" in page, "?of=restored" in page] == [True, False]
    (coupon,) = wallet(town.members[0], organisation=town.organisation, at=town.at)
    line = SoldLine(Line(1, "cake", 2000), "Cake")
    place = Place(town.organisation, "test/cake", "1", town.merchant, town.quay, "till")
    wanted = NewPurchase(place, "GBP", (line,), town.at, True, town.members[0], town.members[0], (str(coupon.code),))
    check_out([wanted], actor=SETUP, at=town.at)
    assert "There is none" in browser.get("/reward/coupons/dessert?of=left").text
    used = browser.get("/reward/coupons/dessert?of=redeemed").text
    assert ["Ada Wong" in used, "£2.00" in used] == [True, True]
    assert "Ada Wong" not in enter("analyst").get("/reward/coupons/dessert?of=redeemed").text
    assert browser.get("/reward/coupons/nothing").status_code == 404
