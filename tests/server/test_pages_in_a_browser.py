"""The first administrator in a real browser: by the printed link, at phone width, light and dark, in both languages."""

import re
import time
from base64 import b32decode
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.browsing import chromium, flaws
from tests.server.installation import Installation, installation

from regulars.access.factors import code_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = pytest.importorskip("playwright.sync_api").expect  # what is read waits for the page it is read from
pytestmark = [pytest.mark.browser, pytest.mark.slow]
PASSWORD, NEW_PASSWORD = "correct horse battery", "nine brown geese walk"

WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def server() -> Iterator[Installation]:
    with installation() as one:
        one.start()
        yield one


def looked_at(page: "Page") -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 360):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(WIDE) <= 0, (page.url, width)
        assert flaws(page) == [], (page.url, scheme)


def test_the_first_administrator_is_made_by_the_link_and_the_link_is_over(
    browser: "Browser", server: Installation
) -> None:
    at = f"http://127.0.0.1:{server.port}"
    page = browser.new_page(locale="zh-CN", viewport={"width": 360, "height": 740})
    noise: list[str] = []
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("console", lambda message: noise.append(message.text) if "Content Security" in message.text else None)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(at + server.link())
    expect(page).to_have_title("第一位管理员 · Regulars")
    looked_at(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("The first administrator")
    expect(page.locator(".rules")).to_contain_text("12")
    page.get_by_label("Your organisation").fill("Riverside Markets")
    page.get_by_label("Its time zone").fill("Asia/Shanghai")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your mail address").fill("Ada@Shop.example")
    page.get_by_label("Password", exact=True).fill("password1234")
    page.get_by_label("Password again").fill("password1234")
    page.get_by_role("button", name="Make the administrator").click()
    expect(page.locator("[role=alert]")).to_have_count(1)  # a common one is refused, and nothing is used up
    looked_at(page)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make the administrator").click()
    expect(page.locator("h1")).to_have_text("Hello, Ada")
    looked_at(page)
    page.goto(f"{at}/set-up/keys")
    page.get_by_label("What it is for").fill("Tills of the river shop")
    page.get_by_label("Role").select_option(label="Till or web shop")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator(".secret")).to_have_text(re.compile(r"\S{21,}"))
    key = page.locator(".secret").inner_text().strip()
    looked_at(page)
    page.goto(f"{at}/set-up/keys")
    expect(page.locator("h1")).to_have_text("API keys")
    assert key not in page.content()
    reference(page)
    page.goto(at)
    secret, recovery = second_factor(page)
    new_password(page, code=recovery.pop())
    log_out_and_in(page, secret)
    colleagues(page, unseen=recovery[0])
    again = browser.new_page()
    answer = again.goto(at + server.link())
    assert answer
    assert answer.status == 404
    assert noise == []
    assert {url for url in asked if not url.startswith((at, "data:"))} == set()


def code(secret: bytes, later: int = 0) -> str:
    """What an app shows now, or so many steps of 30 seconds later."""
    return code_of(secret, int(time.time()) // 30 + later)


def reference(page: "Page") -> None:
    """Too long a page for axe; narrow, nothing on it is to be scrolled sideways."""
    page.get_by_role("link", name="Every call").click()
    expect(page).to_have_title("Regulars: reference of the API")
    assert page.evaluate(WIDE) <= 0
    assert "`" not in page.inner_text("main")


def menu(page: "Page", name: str) -> None:
    """An entry of the menu under one's own name."""
    page.locator(".more summary").click()
    page.get_by_role("link", name=name).click()


def new_password(page: "Page", *, code: str) -> None:
    menu(page, "Change the password")
    expect(page.locator("h1")).to_have_text("Change the password")
    page.get_by_label("The password until now").fill(PASSWORD)
    page.get_by_label("The new password", exact=True).fill(PASSWORD)
    page.get_by_label("The new password again").fill("another")
    page.get_by_label("Code").fill("000")
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("[role=alert]")).to_have_count(2)  # no other than before, and not the same twice
    looked_at(page)
    page.get_by_label("The password until now").fill(PASSWORD)
    page.get_by_label("The new password", exact=True).fill(NEW_PASSWORD)
    page.get_by_label("The new password again").fill(NEW_PASSWORD)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Change the password").click()
    expect(page.locator("main [role=status]")).to_contain_text("The password is changed")
    looked_at(page)


def second_factor(page: "Page") -> tuple[bytes, list[str]]:
    """Makes one by the pages: its secret, and the recovery codes."""
    page.get_by_role("link", name="Make a second factor").click()
    expect(page.locator("h1")).to_have_text("Second factor")
    looked_at(page)
    page.get_by_role("button", name="Make it now").click()
    expect(page.get_by_role("img", name="QR code for the app")).to_be_visible()
    looked_at(page)
    secret = b32decode(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("h1")).to_have_text("第二重验证")
    looked_at(page)
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Second factor")
    page.get_by_label("Code").fill("000")
    page.get_by_role("button", name="Take it into use").click()
    expect(page.locator("[role=alert]")).to_have_count(1)
    looked_at(page)
    page.get_by_label("Code").fill(code(secret))
    page.get_by_role("button", name="Take it into use").click()
    expect(page.locator(".codes li")).to_have_count(10)
    looked_at(page)
    recovery = page.locator(".codes li").all_inner_texts()
    page.get_by_role("link", name="I have them").click()
    expect(page.locator("h1")).to_have_text("Hello, Ada")
    menu(page, "Second factor")
    expect(page.get_by_role("button", name="Exchange it for another")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="To the beginning").click()
    expect(page.locator("h1")).to_have_text("Hello, Ada")
    return secret, recovery


def colleagues(page: "Page", *, unseen: str) -> None:
    page.goto(page.url.rstrip("/") + "/set-up/staff")
    page.get_by_role("link", name="A lost second factor").click()
    expect(page.locator("h1")).to_have_text("Staff")
    expect(page.locator(".rows")).to_contain_text("second factor since")
    looked_at(page)
    assert unseen not in page.content()


def log_out_and_in(page: "Page", secret: bytes) -> None:
    page.locator(".more summary").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Log in")
    looked_at(page)
    page.get_by_label("Mail address").fill("ada@shop.example")
    page.get_by_label("Password").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("Your code")
    looked_at(page)
    page.get_by_label("Code").fill(code(secret, later=1))  # that of this moment was used when it was made
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("Hello, Ada")
