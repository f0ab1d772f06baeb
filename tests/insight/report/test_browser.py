"""The page in a real browser: nothing asked of the network, nothing to scroll sideways, readable in the dark."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from tests.browsing import chromium, flaws
from tests.insight.report import cast

from regulars.insight.report.page import write_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.browser, pytest.mark.slow]

CONTRAST = """() => {
  const light = (colour) => {
    const part = colour.match(/[\\d.]+/g).slice(0, 3).map(Number).map((v) => v / 255)
      .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/^rgba.*, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const weak = [];
  const spoken = 'h1, h2, h3, p, td, th, dt, dd, a, span, strong, summary, small, caption';
  for (const element of document.querySelectorAll(spoken)) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.getClientRects().length || element.closest('.hot')) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) weak.push(`${ratio.toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 40)}`);
  }
  return weak;
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    folder = tmp_path_factory.mktemp("reports")
    made = {
        "tea-en": (cast.tea_chain(), "en"),
        "tea-zh": (cast.tea_chain(), "zh"),
        "hostile-en": (cast.hostile(), "en"),
    }
    return {name: write_report(findings, folder / name, lang=lang).as_uri() for name, (findings, lang) in made.items()}


@pytest.mark.parametrize("width", [390, 800, 1280])
@pytest.mark.parametrize("name", ["tea-en", "tea-zh", "hostile-en"])
def test_a_page_is_quiet_and_fits(browser: "Browser", pages: dict[str, str], name: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, java_script_enabled=True)
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("dialog", lambda dialog: noise.append(dialog.message))
    page.on("request", lambda request: noise.append(request.url) if request.url != pages[name] else None)
    page.goto(pages[name])
    page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    shown = page.evaluate(
        "[...document.querySelectorAll('svg.picture')].filter((p) => p.getClientRects().length).length"
    )
    assert shown == page.evaluate("document.querySelectorAll('svg.picture').length") / 2
    assert noise == []
    page.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_in_both_themes(browser: "Browser", pages: dict[str, str], theme: str) -> None:
    page = browser.new_page(
        viewport={"width": 1280, "height": 800}, color_scheme="dark" if theme == "dark" else "light"
    )
    page.goto(pages["tea-en"])
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(17, 20, 24)" if theme == "dark" else "rgb(252, 251, 248)")
    assert page.evaluate(CONTRAST) == []
    assert flaws(page, on_gradient='<h2 id="week">') == []
    inked = page.evaluate("getComputedStyle(document.querySelector('svg.wide text')).fill")
    assert inked == ("rgb(182, 180, 175)" if theme == "dark" else "rgb(88, 92, 102)")
    page.close()


def test_the_first_screen_holds_the_figures_and_the_week(browser: "Browser", pages: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto(pages["tea-en"])
    assert page.locator(".facts").bounding_box()["y"] < 200  # type: ignore[index]
    week = page.locator(".next").bounding_box()
    assert week is not None
    assert week["y"] + week["height"] < 800
    page.close()


def test_print_is_on_paper_in_light_with_every_list_open(browser: "Browser", pages: dict[str, str]) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    page.goto(pages["tea-en"])
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(34, 37, 46)"
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("nav").is_hidden()
    tables = page.evaluate("[...document.querySelectorAll('details table')].map((t) => t.getClientRects().length)")
    assert len(tables) == 9
    assert 0 not in tables
    pdf = page.pdf(prefer_css_page_size=True)
    assert pdf.startswith(b"%PDF")
    assert 4 < pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") + pdf.count(b"/Type/Page/") < 40
    page.close()
