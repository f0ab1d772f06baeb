"""What each role comes for, from beginning to end: once in English and once in Chinese, once at a desk and once on a
phone, all on one site in one browser. Everything is found as people find it: by the words that they read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import pytest
from pytest_django import DjangoDbBlocker

from regulars.access import gate
from regulars.access.models import Staff
from regulars.access.moves import Place
from regulars.access.rights import BUILT_IN
from regulars.access.services.roles import assign
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.moves import Asked
from regulars.members.services import cards, consents
from regulars.outreach.campaigns.working import work_due
from regulars.outreach.models import Campaign, Message
from regulars.outreach.sealing import kept
from regulars.outreach.services.policies import save_policy
from regulars.portal.services import codes
from regulars.programme.coupons.moves import Gift
from regulars.programme.services.coupons_issuing import issue
from regulars.programme.services.terms import publish
from tests.browsing import aside, served_by
from tests.console.journeying import Site, Visit
from tests.console.scored_town import scored
from tests.console.test_console_in_a_browser import WIDE, at, session_of
from tests.console.test_reach import result
from tests.console.town import SETUP, make_town

if TYPE_CHECKING:
    pass

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]

DESK: Final[dict[str, Any]] = {"viewport": {"width": 1280, "height": 800}}
PHONE: Final[dict[str, Any]] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}


def made() -> Site:
    now = datetime.now(UTC)
    town = make_town(now, members=4, sales=4)
    scored(town)
    home, long_ago = town.organisation, now - timedelta(days=400)
    told: dict[str, Any] = {"organisation": home, "actor": SETUP, "at": now}
    may = {"units": {"points": {"per_deed": 200, "per_day": 500}}, "reasons": ["long-wait"]}
    publish("goodwill", "support", may, begins_at=long_ago, moving_in=True, **told)
    assert town.range is not None
    cards.issue_to(town.range, town.members[1:2], form="virtual", **told)
    issue("dessert", to=[Gift(town.members[1])], **told)
    wording = consents.publish(purpose="marketing", language="en", version="2", text="Send me offers?", **told)
    consents.tell([Asked(town.members[0], "email", "marketing", True, "form", now, wording)], **told)
    save_policy(home, {"quiet": [], "caps": [], "holdout": {"share": 0, "months": 12}}, actor=SETUP, at=now)
    result(town, "works", 1_230_000, 410_000, 2_040_000, campaign=Campaign.objects.get(code="spring"))
    everywhere = Place(town.other)  # books are the installation's
    assign("auditor", everywhere, staff=town.staff["auditor"], by=gate.HOUSE, actor=SETUP, at=now)
    ours = {role: one for role, one in town.staff.items() if role != "foreign"}
    return Site(town, {role: session_of(Staff.objects.get(pk=one)) for role, one in ours.items()})


@pytest.fixture(scope="module")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), served_by(made) as one:
        yield one


def hires_gives_a_role_and_a_key_and_reads_the_trail(my: Visit) -> None:
    name = f"Jo {my.language}"
    my.go("Set-up", "Staff")
    my.link("Take somebody on")
    my.fill("Name", name)
    my.fill("Mail address", f"jo.{my.language}@shop.example")
    my.fill("First password", "nine brown geese walk")
    my.pick("Role", my.t("Clerk at the counter"))
    my.pick("Where", "Market/Quay")
    my.press("Take them on")
    my.headed(name)
    my.open("Give a role")
    my.pick("Role", my.t("Auditor"))
    my.pick("Where", "Bakery")
    my.press("Give a role")
    expect(my.main).to_contain_text(f"{my.t('Auditor')} · Bakery")
    my.toast.get_by_role("button", name=my.t("Undo")).click()
    expect(my.main).not_to_contain_text("· Bakery")
    my.go("Set-up", "API keys")
    my.fill("What it is for", f"Tills {my.language}")
    my.press("Make a key")
    expect(my.page.locator(".secret")).to_have_text(re.compile(r"\S{21,}"))
    key = my.page.locator(".secret").inner_text()
    my.go("API keys")
    expect(my.main).to_contain_text(f"Tills {my.language}")
    expect(my.main).not_to_contain_text(key)
    my.go("Audit trail")
    my.fill("What was done", "access.assign")
    my.at("What was done").press("Enter")
    expect(my.page.locator("tbody tr").first).to_contain_text("Administrator")
    expect(my.page.locator("tbody tr").first).to_contain_text("access.assign")


def plans_a_campaign_and_somebody_else_approves_it(my: Visit) -> None:
    name = f"Tea {my.language}"
    my.go("Know", "Audiences")
    my.link("New audience")
    my.at("Another condition").select_option("tag")
    my.press("Add")
    my.fill("Has one of", "vip")
    expect(my.page.locator("#said .big")).to_contain_text("1")
    my.fill("Name of the audience", f"Friends {my.language}")
    my.press("Keep it")
    my.headed(f"Friends {my.language}")
    my.go("Reach", "Campaigns")
    my.link("New campaign")
    my.fill("Name of the campaign", name)
    my.pick("Audience", f"Friends {my.language}")
    my.pick("Coupon for each", "A dessert on the house")
    my.fill("Kept without it, of a hundred", "0")
    my.fill("A redeemed coupon costs, at most", "3")
    my.press("Keep it and try it out")
    my.headed(name)
    worker()
    my.page.reload()
    expect(my.page.locator(".fact", has_text=my.t("Get it")).locator("strong")).to_have_text("1")
    my.press("Ask for approval")
    expect(my.main).to_contain_text(my.t("Somebody else decides: nobody approves what they planned."))
    with visiting(my.site, "administrator", my.language, DESK) as other:
        other.page.goto("/")
        other.page.get_by_role("link", name=name).click()
        other.press("Approve it")
        expect(other.main).to_contain_text(my.t("Approved"))
    my.page.reload()
    my.press("Begin now")
    worker()
    my.go("Today")
    my.page.goto("/reach/campaigns")
    expect(my.page.locator("tr", has_text=name)).not_to_contain_text(my.t("Approved"))


def worker() -> None:
    def worked() -> None:
        while work_due(actor=Actor.job("campaigns.work"), at=datetime.now(UTC)):
            pass

    aside(worked)


def sees_how_members_fall_into_classes_and_what_campaigns_brought_but_no_names(my: Visit) -> None:
    my.go("Know")
    row = my.page.locator("section[aria-labelledby=classes] tbody tr", has_text=my.t("VIP"))
    expect(row.locator("td").nth(1)).to_have_text("1")
    expect(row.get_by_role("link")).to_have_count(0)  # who it is, is not an analyst's to know
    my.go("Know", "Audiences")
    my.page.get_by_role("link", name="Friends of the house").click()
    expect(my.page.locator("#count strong").first).to_have_text("1")
    expect(my.main).not_to_contain_text("Ada")
    my.go("Prove")
    expect(my.page.locator("tr", has_text="Spring")).to_contain_text("£12,300")
    with my.page.expect_download() as waiting:
        my.link("As a file")
    assert "Spring" in waiting.value.path().read_text(encoding="utf-8-sig")


def rings_up_takes_points_and_takes_something_back(my: Visit) -> None:
    who, name = {"en": (my.site.town.card, "Ada Wong"), "zh": ("+8613800138000", "周明丽")}[my.language]
    my.go("Counter")
    my.fill("Who stands before you", who)
    my.page.keyboard.press("Enter")
    my.headed(name)
    my.fill("What", "Tea")
    my.fill("Price of the line", "4.50")
    my.at("Pay with Points as far as they go").check()
    my.press("What does it come to?")
    due = {"en": "£3.75", "zh": "£3.70"}[my.language]  # 15 and 16 points of 5p
    expect(my.page.locator(".due strong")).to_have_text(due)
    assert my.page.evaluate(WIDE) <= 0
    my.press("Paid: book it")
    expect(my.page.locator("h1")).to_contain_text("£4.50")
    expect(my.toast).to_contain_text(my.t("Booked"))
    my.page.get_by_label(f"{my.t('How much comes back of')} Tea").fill("1")
    my.fill("Why it comes back", "Cold")
    my.press("Take it back")
    came = my.page.locator("section", has=my.page.get_by_role("heading", name=my.t("What came back")))
    expect(came).to_contain_text("Cold")
    my.link("Next customer")
    my.headed(my.t("Counter"))


def makes_a_member_at_the_till_who_buys_at_once(my: Visit) -> None:
    phone = {"en": "+442071838799", "zh": "+8613700137000"}[my.language]
    my.go("Counter")
    my.fill("Who stands before you", phone)
    my.press("Who is it?")
    expect(my.main).to_contain_text(my.t("Nobody here is recognised by that."))
    my.link("New member")
    my.fill("Given name", "Yusra")
    my.fill("Phone", phone)
    my.press("Make the member")
    my.headed("Yusra")
    my.press("To the counter")
    my.fill("What", "Bread")
    my.fill("Price of the line", "20")
    my.press("What does it come to?")
    expect(my.page.locator("#bill [role=status]")).to_contain_text("+20 Points")
    my.press("Paid: book it")
    expect(my.toast).to_contain_text(my.t("Booked"))


def answers_a_case_puts_things_right_and_keeps_a_promise(my: Visit) -> None:
    my.go("Serve", "Cases")
    my.link("New case")
    my.fill("In a few words", f"Cold tea {my.language}")
    my.fill("What the customer said", "It came cold.")
    my.pick("How it came", my.t("By telephone"))
    my.fill("Which customer", "bram@example.org")
    my.press("Open the case")
    my.headed(f"Cold tea {my.language}")
    my.press("I take it")
    my.open("Write")
    my.pick("What it is", my.t("Our answer"))
    my.fill("Text", "We are sorry.")
    my.at("After our answer it is the customer's turn").check()
    my.press("Keep it")
    expect(my.page.locator(".row > .tag").get_by_text(my.t("The customer's turn"), exact=True)).to_be_visible()
    my.open("Promise something")
    my.fill("What you promise", f"Call back {my.language}")
    my.fill("Until when", f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%dT%H:%M}")
    my.page.locator("details[open]").get_by_role("button", name=my.t("Promise something")).click()
    expect(my.main).to_contain_text(f"Call back {my.language}")
    my.link("Give goodwill on the member's page")
    my.open("Put things right")
    my.fill("How much", "50")
    my.press("Give it")
    expect(my.toast).to_be_visible()
    points = {"en": "66", "zh": "116"}[my.language]
    expect(my.page.locator("a.fact strong").first).to_have_text(points)
    my.go("Serve", "Follow-ups")
    mine = my.main.get_by_role("listitem").filter(has_text=f"Call back {my.language}")
    mine.get_by_label(my.t("How it went, or why not")).fill("Reached.")
    mine.get_by_role("button", name=my.t("Kept")).click()
    expect(my.main.get_by_role("listitem").filter(has_text=f"Call back {my.language}")).to_contain_text(
        my.t("promise kept")
    )
    my.go("Know")
    my.page.locator("section[aria-labelledby=classes]").get_by_role("link", name=my.t("VIP"), exact=True).click()
    expect(my.page.locator("tbody .row-link")).to_have_text(["Ada Wong"])
    with my.page.expect_download() as waiting:
        my.link("As a file")
    assert "Ada Wong" in waiting.value.path().read_text(encoding="utf-8-sig")


def reads_the_books_and_the_trail_and_finds_nothing_to_write(my: Visit) -> None:
    my.go("Reward", "Liability")
    my.headed(my.t("What is owed to members"))
    expect(my.page.locator("a.fact strong").first).to_have_text(re.compile(r"\d"))
    my.go("Set-up", "Audit trail")
    expect(my.page.locator("tbody tr").first).to_contain_text("members.read")
    seen: list[str] = []
    for head in my.page.locator(".side a.head").all():
        seen.append(str(head.get_attribute("href")))
    for path in [*seen, f"/members/{my.site.member(0)}", f"/sales/{typed('sal', my.site.town.sales[0])}"]:
        my.page.goto(path)
        expect(my.page.locator("h1")).to_be_visible()
        writing = my.page.locator("main form[method=post]:not([action='/members/find']) button")
        assert writing.count() == 0, path
    assert len(seen) > 3


def comes_in_by_a_code_sees_offers_says_yes_and_takes_the_data(my: Visit) -> None:
    who, number = {"en": ("ada.wong@example.com", 0), "zh": ("zhou@example.com", 1)}[my.language]
    member = my.site.town.members[number]
    my.page.goto("/my/")
    my.page.get_by_role("link", name="Riverside").click()
    my.fill("Mail address or phone number", who)
    my.press("Send me a code")
    my.fill("Code of six digits", aside(lambda: sent_to(member)))
    my.press("Log in")
    expect(my.page.locator(".qr svg")).to_be_visible()
    assert my.page.evaluate(WIDE) <= 0
    my.go("Offers")
    expect(my.main).to_contain_text("A dessert on the house")
    my.go("Me")
    my.link("Preferences and consent")
    my.at("Mail").set_checked(my.language == "zh")
    my.page.get_by_role("button", name=my.t("Keep"), exact=True).first.click()
    expect(my.page.get_by_role("status")).to_have_text(my.t("Kept."))
    my.go("Me")
    my.link("Your data")
    with my.page.expect_download() as waiting:
        my.press("As a file for programs")
    assert typed("mbr", member) in waiting.value.path().read_text(encoding="utf-8")


def sent_to(member: UUID) -> str:
    """The code that is on its way, as the worker sends it."""
    codes.send_due(actor=Actor.job("portal.codes"), at=datetime.now(UTC))
    message = Message.objects.get(service="login-code", member=member)
    return str(kept([message.id])[message.id]["code"])


@contextmanager
def visiting(site: Site, role: str, language: str, device: dict[str, Any]) -> Iterator[Visit]:
    """Somebody of that role comes to the first page; a member is nobody yet."""
    with at(site.browser, site.url, role, site.sessions, locale=LOCALES[language], **device) as page:
        page.goto("/my/" if role == "member" else "/")
        yield Visit(site, page, language)


JOURNEYS: Final[list[tuple[str, Callable[[Visit], None], str]]] = [
    ("administrator", hires_gives_a_role_and_a_key_and_reads_the_trail, "desk"),
    ("marketer", plans_a_campaign_and_somebody_else_approves_it, "phone"),
    ("analyst", sees_how_members_fall_into_classes_and_what_campaigns_brought_but_no_names, "desk"),
    ("clerk", rings_up_takes_points_and_takes_something_back, "desk"),
    ("till", makes_a_member_at_the_till_who_buys_at_once, "phone"),
    ("support", answers_a_case_puts_things_right_and_keeps_a_promise, "phone"),
    ("auditor", reads_the_books_and_the_trail_and_finds_nothing_to_write, "desk"),
    ("member", comes_in_by_a_code_sees_offers_says_yes_and_takes_the_data, "desk"),
]  # on what the English one is made; the Chinese one is made on the other


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize(("role", "journey", "english_on"), JOURNEYS, ids=[role for role, _, _ in JOURNEYS])
def test_what_a_role_comes_for(
    role: str, journey: Callable[[Visit], None], english_on: str, language: str, site: Site
) -> None:
    devices = {"desk": DESK, "phone": PHONE}
    other = "phone" if english_on == "desk" else "desk"
    with visiting(site, role, language, devices[english_on if language == "en" else other]) as visit:
        journey(visit)


def test_every_role_has_its_journey() -> None:
    assert {role for role, _, _ in JOURNEYS} == {*BUILT_IN, "member"}
