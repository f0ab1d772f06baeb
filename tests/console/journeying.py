"""Somebody who goes through pages by what they read: in English, or in Chinese by the words of `journey_words`."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from regulars.basics.ids import typed
from tests.console.journey_words import WORDS
from tests.console.town import Town

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

expect = pytest.importorskip("playwright.sync_api").expect


@dataclass
class Site:
    """A town that is served, who is logged in, and the browser."""

    town: Town
    sessions: dict[str, str]
    url: str = ""
    browser: "Browser" = None  # type: ignore[assignment]

    def member(self, number: int) -> str:
        return typed("mbr", self.town.members[number])


@dataclass(frozen=True)
class Visit:
    """Somebody before a page, who reads one language."""

    site: Site
    page: "Page"
    language: str

    def t(self, text: str) -> str:
        return text if self.language == "en" else WORDS[text]

    def go(self, *names: str) -> None:
        """Through the navigation, as it is at this width."""
        for name in names:
            self.page.wait_for_load_state()  # before its style is there everything can be seen
            inside = self.page.get_by_role("navigation").get_by_role("link", name=self.t(name), exact=True)
            inside.locator("visible=true").first.click()

    def link(self, name: str) -> None:
        self.page.get_by_role("link", name=self.t(name), exact=True).first.click()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=self.t(name), exact=True).click()

    def open(self, name: str) -> None:
        self.page.locator("summary").get_by_text(self.t(name), exact=True).click()

    def at(self, label: str) -> "Locator":
        """The box of that label, in what is open."""
        return self.page.get_by_label(self.t(label), exact=True).locator("visible=true").first

    def fill(self, label: str, value: str) -> None:
        self.at(label).fill(value)

    def pick(self, label: str, option: str) -> None:
        self.at(label).select_option(label=option)

    def headed(self, text: str) -> None:
        expect(self.page.locator("h1")).to_have_text(text)

    @property
    def toast(self) -> "Locator":
        return self.page.get_by_role("status").locator(".toast")

    @property
    def main(self) -> "Locator":
        return self.page.get_by_role("main")
