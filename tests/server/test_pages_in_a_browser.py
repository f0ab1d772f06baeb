"""The first administrator in a real browser: by the printed link, at phone width, light and dark, in both languages."""

import os
import re
import shutil
import time
from base64 import b32decode
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.server.installation import Installation, installation

from regulars.access.factors import code_of

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

expect = pytest.importorskip("playwright.sync_api").expect  # what is read waits for the page it is read from
pytestmark = [pytest.mark.browser, pytest.mark.slow]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PASSWORD = "correct horse battery"

# Every text against what lies behind it, as WCAG counts it; and that nothing must be scrolled sideways.
WEAK = """() => {
  const light = (c) => { const p = c.match(/[\\d.]+/g).slice(0, 3).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * p[0] + 0.7152 * p[1] + 0.0722 * p[2]; };
  const behind = (e) => { for (let at = e; at; at = at.parentElement) {
      const c = getComputedStyle(at).backgroundColor; if (!/^rgba.*, 0\\)$/.test(c)) return c; }
    return 'rgb(255, 255, 255)'; };
  const weak = [];
  for (const e of document.querySelectorAll('h1, h2, p, li, a, label, small, span, dt, dd, button, code, input')) {
    if (!e.getClientRects().length) continue;
    const own = e.tagName === 'INPUT' || [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!own) continue;
    const [a, b] = [light(getComputedStyle(e).color), light(behind(e))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) weak.push(e.tagName + ' ' + e.textContent.trim().slice(0, 30));
  }
  return weak;
}"""
WIDE = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
UNNAMED = """() => [...document.querySelectorAll('input:not([type=hidden]), select')]
  .filter((e) => !e.labels.length).map((e) => e.name)"""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium here (set CHROMIUM, or run `make browser`); the pages were NOT looked at")
        one = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()


@pytest.fixture(scope="module")
def server() -> Iterator[Installation]:
    with installation() as one:
        one.start()
        yield one


def looked_at(page: "Page") -> None:
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (360, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate(WEAK) == [], (page.url, scheme)
            assert page.evaluate(WIDE) <= 0, (page.url, width)
    assert page.evaluate(UNNAMED) == []
    page.set_viewport_size({"width": 360, "height": 740})


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
    expect(page.locator("h1")).to_have_text("What there is")
    looked_at(page)
    page.get_by_label("What it is for").fill("Tills of the river shop")
    page.get_by_label("What it may do").select_option(label="Till or web shop")
    page.get_by_role("button", name="Make a key").click()
    expect(page.locator(".secret")).to_have_text(re.compile(r"\S{21,}"))
    key = page.locator(".secret").inner_text().strip()
    looked_at(page)
    page.goto(at)
    expect(page.locator("h1")).to_have_text("What there is")
    assert key not in page.content()
    page.get_by_role("link", name="Every call").click()
    expect(page).to_have_title("Regulars: reference of the API")
    page.goto(at)
    secret, recovery = second_factor(page)
    log_out_and_in(page, secret)
    colleagues(page, unseen=recovery)
    again = browser.new_page()
    answer = again.goto(at + server.link())
    assert answer
    assert answer.status == 404
    assert noise == []
    assert {url for url in asked if not url.startswith((at, "data:"))} == set()


def code(secret: bytes, later: int = 0) -> str:
    """What an app shows now, or so many steps of 30 seconds later."""
    return code_of(secret, int(time.time()) // 30 + later)


def second_factor(page: "Page") -> tuple[bytes, str]:
    """Makes one by the pages: its secret, and a recovery code."""
    page.get_by_role("link", name="Make it now").click()
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
    recovery = page.locator(".codes li").first.inner_text()
    page.get_by_role("link", name="I have them").click()
    expect(page.locator("main")).to_contain_text("asks for a code of the app")
    page.get_by_role("link", name="Change it").click()
    expect(page.get_by_role("button", name="Exchange it for another")).to_be_visible()
    looked_at(page)
    page.get_by_role("link", name="To the beginning").click()
    expect(page.locator("h1")).to_have_text("What there is")
    return secret, recovery


def colleagues(page: "Page", *, unseen: str) -> None:
    page.get_by_role("link", name="Staff").click()
    expect(page.locator("h1")).to_have_text("Staff")
    expect(page.locator(".rows")).to_contain_text("second factor since")
    looked_at(page)
    assert unseen not in page.content()


def log_out_and_in(page: "Page", secret: bytes) -> None:
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Log in")
    looked_at(page)
    page.get_by_label("Mail address").fill("ada@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("Your code")
    looked_at(page)
    page.get_by_label("Code").fill(code(secret, later=1))  # that of this moment was used when it was made
    page.get_by_role("button", name="Log in").click()
    expect(page.locator("h1")).to_have_text("What there is")
