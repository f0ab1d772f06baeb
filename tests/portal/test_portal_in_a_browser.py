"""Members' pages in a real browser: in with a code, the card, consent changed, the data taken along; axe on every page,
light and dark, in both languages; and without JavaScript. One site and one browser for all of it.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.test import override_settings
from django.urls import reverse

from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.members.selectors.consents import permitted
from regulars.outreach.models import Message
from regulars.outreach.sealing import kept
from regulars.portal.services import codes
from tests.browsing import aside, chromium, flaws, picture
from tests.portal.village import MAIL, Village, make_village

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = pytest.importorskip("playwright.sync_api").expect
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE: Any = {"width": 390, "height": 844}
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
PAGES = (
    "", "points", "offers", "history", "history/{sale}", "me", "preferences", "family", "data", "data/erase", "help",
    "ask",
)  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_the_portal(live_server: Any) -> None:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        village = make_village(datetime.now(UTC))
    noise: list[str] = []
    with chromium() as browser:
        context = browser.new_context(base_url=live_server.url, viewport=PHONE, locale="en-GB")
        page = context.new_page()
        page.on("pageerror", lambda error: noise.append(str(error)))
        page.on("console", lambda told: noise.append(told.text) if "Content Security" in told.text else None)
        in_with_a_code(page, village)
        a_yes_and_the_data(page, village)
        every_page(page, village)
        without_script(browser, live_server.url, context.cookies())
    assert noise == []


def sent_code() -> str:
    """As the worker does it."""
    codes.send_due(actor=Actor.job("portal.codes"), at=datetime.now(UTC))
    message = Message.objects.get(service="login-code")
    return str(kept([message.id])[message.id]["code"])


def in_with_a_code(page: "Page", village: Village) -> None:
    page.goto("/my/history")
    page.get_by_role("link", name="Riverside").click()
    assert flaws(page) == []
    page.get_by_label("Mail address or phone number").fill(MAIL)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Your code")
    assert flaws(page) == []
    code = aside(sent_code)
    page.get_by_label("Code of six digits").fill("12345")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    page.get_by_label("Code of six digits").fill(code)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("My history")  # where they were going
    page.get_by_role("link", name="My card").click()
    expect(page.locator("h1")).to_have_text("Hello Ada Wong")
    frame, picture = page.locator(".qr").bounding_box(), page.locator(".qr svg").bounding_box()
    assert frame
    assert picture
    assert picture["width"] > 0.9 * frame["width"]


def a_yes_and_the_data(page: "Page", village: Village) -> None:
    page.goto("/my/preferences")
    page.get_by_label("Mail", exact=True).check()
    page.get_by_role("button", name="Keep").first.click()
    expect(page.get_by_role("status")).to_have_text("Kept.")
    expect(page.get_by_label("Mail", exact=True)).to_be_checked()
    assert aside(lambda: permitted([village.ada], "email", "marketing")) == {village.ada}
    page.goto("/my/data")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="As a file for programs").click()
    assert waiting.value.suggested_filename.endswith(".json")
    assert typed("mbr", village.ada) in waiting.value.path().read_text(encoding="utf-8")


def every_page(page: "Page", village: Village) -> None:
    found: dict[str, list[str]] = {}
    for number, path in enumerate(PAGES):
        page.emulate_media(color_scheme="dark" if number % 2 else "light")
        answer = page.goto("/my/" + path.format(sale=typed("sal", village.sale)))
        assert answer
        assert answer.status == 200, path
        found[path] = flaws(page)
        picture(page, f"my/{path or 'card'}", "phone")
        assert page.evaluate(WIDE) <= 0, path
    page.get_by_role("button", name="简体中文").click()
    for path in ("", "preferences"):
        page.goto(f"/my/{path}")
        found[f"{path}, Chinese"] = flaws(page)
        picture(page, f"my/{path or 'card'}", "chinese")
    expect(page.locator("h1")).to_have_text("喜好与同意")
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


def without_script(browser: "Browser", url: str, cookies: Any) -> None:
    context = browser.new_context(base_url=url, viewport=PHONE, java_script_enabled=False, locale="en-GB")
    context.add_cookies(cookies)
    page = context.new_page()
    page.goto(reverse("my-me"))
    page.locator("button[name=language][value=en]").click()
    page.get_by_label("Town").fill("York")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_have_text("Kept.")
    page.goto("/my/")
    first = page.locator(".qr svg").inner_html()
    assert first
    page.get_by_role("link", name="New code").click()
    expect(page.locator(".qr svg")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("status")).to_have_text("You are logged out.")
