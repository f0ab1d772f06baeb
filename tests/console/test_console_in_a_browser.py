"""The console in a real browser: the keyboard, undo; axe on every page, light, dark,
at phone width, in both languages. One site and one browser for all of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.test import Client, override_settings

from regulars.access import gate
from regulars.access.models import Staff
from regulars.access.moves import Place
from regulars.access.services.roles import assign
from regulars.basics.ids import typed
from regulars.console.session import LATER
from tests.browsing import SCREENS, chromium, flaws, picture
from tests.console.scored_town import scored
from tests.console.town import SETUP, Town, make_town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "", "waiting", "sales", "members", "members/new", "members/{member}", "members/{member}/account",
    "members/{member}/family", "members/{member}/erase", "sales/{sale}", "counter",
    "counter/{member}", "counter/{member}/rewards", "reward/terms", "reward/terms/ladder/status", "reward/terms/new",
    "reward/simulator", "reward/levels", "reward/terms/earn/base", "reward/terms/drafts/{draft}",
    "reward/terms/drafts/{draft}/members?who=more", "reward/coupons/dessert",
    "reward/coupons", "reward/rewards", "reward/books", "reward/settlement", "set-up", "set-up/staff",
    "set-up/fields", "set-up/fields/new", "set-up/consents",
    "set-up/retention", "set-up/cases", "set-up/cases/code/complaint", "set-up/cases/hours",
    "set-up/units", "set-up/units/code/points", "set-up/units/new", "set-up/stores/{quay}",
    "set-up/staff/new",
    "set-up/roles", "set-up/roles/clerk", "set-up/keys", "set-up/webhooks", "set-up/webhooks/{webhook}",
    "set-up/trail", "set-up/health", "set-up/channels", "set-up/roles/new", "views", "work-at", "serve/cases",
    "serve/cases/{case}", "know", "know/classes", "know/life-cycle", "know/concentration", "know/baskets",
    "know/products", "know/products?item=coffee+beans", "know/models", "know/members", "audiences",
    "audiences/new?copy=vips", "audiences/code/vips?count", "audiences/code/vips/why/{member}", "reach/campaigns",
    "reach/campaigns/new", "reach/campaigns/code/spring", "reach/campaigns/code/spring/members", "reach/templates",
    "reach/templates/code/hello", "reach/messages", "reach/messages/{message}", "reach/blocked", "reach/policy",
    "prove", "prove/members", "prove/direct", "import", "import/{brought}", "import/{brought}/refused", "duplicates",
    "set-up/quality",
    "set-up/quality/no-name",
)  # fmt: skip
DARK = ("", "members/{member}", "know", "know/classes")

DRAWN = "<text x="  # words of a picture stand on its drawing: axe cannot say on which colour


@contextmanager
def at(browser: "Browser", url: str, role: str, sessions: dict[str, str], **how: Any) -> Iterator["Page"]:
    """A page in which somebody of that role is logged in; what it complains of fails."""
    noise: list[str] = []
    context = browser.new_context(base_url=url, **how)
    if role in sessions:
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": sessions[role], "url": url}])
    page = context.new_page()
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("console", lambda told: noise.append(told.text) if "Content Security" in told.text else None)
    yield page
    context.close()
    assert noise == []


def session_of(staff: Staff) -> str:
    browser = Client()
    browser.force_login(staff)
    session = browser.session
    session[LATER] = True
    session.save()
    return str(session.session_key)


@pytest.mark.django_db(transaction=True)
def test_the_console(live_server: Any) -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        town = make_town(datetime.now(UTC))
    scored(town)
    whole = Place(town.other)  # an administrator of two organisations begins in that which was founded first
    assign("administrator", whole, staff=town.staff["administrator"], by=gate.HOUSE, actor=SETUP, at=town.at)
    people = {role: Staff.objects.get(pk=town.staff[role]) for role in ("administrator", "clerk", "support")}
    sessions = {role: session_of(one) for role, one in people.items()}
    with chromium() as browser:
        by_keyboard(browser, live_server.url, sessions)
        conditions_follow(browser, live_server.url, sessions)
        words_are_read(browser, live_server.url, sessions)
        every_page(browser, live_server.url, sessions, town)


def by_keyboard(browser: "Browser", url: str, sessions: dict[str, str]) -> None:
    with at(browser, url, "support", sessions, locale="en-GB") as page:
        page.goto("/members")
        page.locator("h1").click()
        page.keyboard.press("j")
        expect(page.locator("[data-rows] .row-link").first).to_be_focused()
        one_after_another(page)
        page.keyboard.press("Control+k")
        page.keyboard.type("nobody")
        page.keyboard.press("Escape")
        expect(page.locator("#palette")).to_be_hidden()
        page.keyboard.press("Control+k")
        page.keyboard.type("wong")
        expect(page.locator("#palette .found a.on")).to_contain_text("Ada Wong")
        page.keyboard.press("Enter")
        expect(page.locator("h1")).to_have_text("Ada Wong")
        page.locator("summary", has_text="Note").click()
        page.locator("textarea[name=text]").fill("Likes oat milk.")
        page.get_by_role("button", name="Keep the note").click()
        expect(page.locator("main")).to_contain_text("Likes oat milk.")
        page.locator(".toast").get_by_role("button", name="Undo").click()
        expect(page.locator(".toast")).to_contain_text("The note is gone.")
        expect(page.locator("main")).not_to_contain_text("Likes oat milk.")
        page.locator("summary", has_text="Correct a balance").click()
        page.get_by_label("How much; with a minus").fill("a lot")
        page.locator("form[action$=adjust] textarea").fill("Oops.")
        page.get_by_role("button", name="Book it").click()
        expect(page.locator("form[action$=adjust] [role=alert]:visible")).to_have_text("This is no amount.")
        page.locator("h1").click()
        page.keyboard.press("?")
        expect(page.locator("#keys")).to_be_visible()


def one_after_another(page: "Page") -> None:
    """From a list to its first, on to the next and back, by keys; a page that is in no list has no bar."""
    names = page.locator("[data-rows] .row-link").all_inner_texts()
    page.keyboard.press("Enter")
    bar = page.locator("#trail")
    expect(bar).to_contain_text(f"1 / {len(names)}")
    for key, place in (("Shift+J", 1), ("Shift+J", 2), ("Shift+K", 1)):
        page.keyboard.press(key)
        expect(page.locator("h1")).to_have_text(names[place])
    expect(bar).to_contain_text(f"2 / {len(names)}")
    page.keyboard.press("u")
    expect(page).to_have_url(re.compile(r"/members$"))
    expect(bar).to_be_hidden()


def conditions_follow(browser: "Browser", url: str, sessions: dict[str, str]) -> None:
    """The sentence and the count follow what is typed; steps keep it; what is kept counts itself."""
    with at(browser, url, "administrator", sessions, locale="en-GB") as page:
        page.goto("/audiences/new")
        page.get_by_label("In the last so many days").fill("30")
        expect(page.locator("#said")).to_contain_text("in the last 30 days")
        page.get_by_label("Another condition").select_option("tag")
        page.get_by_role("button", name="Add", exact=True).click()
        expect(page.get_by_label("Has one of")).to_be_focused()
        page.keyboard.type("vip")
        expect(page.locator("#said .big")).to_have_text("1 member, now")
        page.get_by_label("Name of the audience").fill("Friends who come")
        page.get_by_role("button", name="Keep it").click()
        expect(page.locator("h1")).to_have_text("Friends who come")
        expect(page.locator("#count strong").first).to_have_text("1")


def words_are_read(browser: "Browser", url: str, sessions: dict[str, str]) -> None:
    """Words to begin with stand in every frame beside them, and what is typed stands in its own."""
    with at(browser, url, "administrator", sessions, locale="en-GB") as page:
        page.goto("/reach/templates/new?ready=greeting")
        for name in ("email_en", "email_zh", "sms_en", "sms_zh", "post_en", "post_zh"):
            said = "生日快乐" if name.endswith("zh") else "happy birthday"
            expect(page.frame_locator(f"iframe[name=draft_{name}]").locator("body")).to_contain_text(said)
        page.locator("textarea[name=sms_en_text]").fill("Many happy returns, {{ member.first_name }}!")
        expect(page.frame_locator("iframe[name=draft_sms_en]").locator("body")).to_contain_text("Many happy returns, ")


def every_page(browser: "Browser", url: str, sessions: dict[str, str], town: Town) -> None:
    found: dict[str, list[str]] = {}
    assert town.case is not None
    known = {"member": typed("mbr", town.members[0]), "sale": typed("sal", town.sales[0])}
    assert town.message is not None
    known |= {"case": typed("cas", town.case), "message": typed("msg", town.message)}
    assert town.brought is not None
    known |= {"brought": typed("inb", town.brought)}
    assert town.webhook is not None
    assert town.draft is not None
    known |= {"quay": typed("str", town.quay)}
    known |= {"webhook": typed("whk", town.webhook), "draft": typed("prv", town.draft)}
    with at(browser, url, "administrator", sessions, locale="en-GB") as page:
        page.goto("/work-at")
        page.locator("li", has_text="Market/Quay").get_by_role("button").click()
        for path in PAGES:
            answer = page.goto("/" + path.format(**known))
            assert answer
            assert answer.status == 200, path
            found[path] = flaws(page, on_gradient=DRAWN)
            picture(page, path or "today", "desk")
            page.set_viewport_size({"width": 360, "height": 740})
            assert page.evaluate(WIDE) <= 0, path
            picture(page, path or "today", "phone")
            page.set_viewport_size({"width": 1280, "height": 800})
        page.emulate_media(color_scheme="dark")
        for path in DARK:
            page.goto("/" + path.format(**known))
            found[f"{path}, dark"] = flaws(page, on_gradient=DRAWN)
            picture(page, path or "today", "dark")
        if SCREENS:
            page.locator(".more summary").click()
            page.get_by_role("button", name="简体中文").click()
        for path in DARK if SCREENS else ():
            page.goto("/" + path.format(**known))
            picture(page, path or "today", "chinese")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}
