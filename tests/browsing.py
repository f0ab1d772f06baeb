"""A real browser for tests, and what axe-core finds wrong with a page in it: the script comes with the package."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import override_settings
from pytest_django.live_server_helper import LiveServer

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SCREENS = os.environ.get("REGULARS_SCREENS", "")
TWICE = "() => [...document.querySelectorAll('[id]')].map(one => one.id).filter((id, n, all) => all.indexOf(id) < n)"
Told = TypeVar("Told")
Site = TypeVar("Site")
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def executable() -> str | None:
    """CHROMIUM, a Chromium of the system, or None for Playwright's own."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def chromium() -> Iterator["Browser"]:
    """Skips, saying so, where there is none."""
    sync = pytest.importorskip("playwright.sync_api")
    with sync.sync_playwright() as playwright:
        path = executable()
        if path is None and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium here (set CHROMIUM, or run `make browser`); the pages were NOT looked at")
        one = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield one
        one.close()


def flaws(page: "Page", *, on_gradient: str = "") -> list[str]:
    """What breaks WCAG or good practice, as "rule: element"; a contrast that axe cannot judge is one too, but that of
    the element that begins so.
    """
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response
    assert {"document-title", "html-has-lang"} <= {rule["id"] for rule in found["passes"]}  # it did look
    wrong = [f"{rule['id']}: {node['html'][:100]}" for rule in found["violations"] for node in rule["nodes"]]
    unjudged = [
        node["html"] for rule in found["incomplete"] if rule["id"] == "color-contrast" for node in rule["nodes"]
    ]
    twice = page.evaluate(TWICE)  # a label that names one of two boxes belongs to the first alone
    wrong += [f"id twice: {one}" for one in twice]
    return wrong + [html[:100] for html in unjudged if not (on_gradient and html.startswith(on_gradient))]


def picture(page: "Page", path: str, how: str) -> None:
    """For people to look at, one by one: `make test` keeps them where CI runs it."""
    if SCREENS:
        name = re.sub(r"[^a-z0-9]+", "-", re.sub(r"[a-z]{3}_[0-9a-z]{26}", "", path).lower()).strip("-")
        page.screenshot(path=Path(SCREENS) / f"{name}.{how}.png", full_page=True)


def aside(doing: Callable[[], Told]) -> Told:
    """What asks the database while a browser is open: in a thread of its own, with a connection of its own."""

    def done() -> Told:
        try:
            return doing()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(done).result()


@contextmanager
def served_by(make: Callable[[], Site]) -> Iterator[Site]:
    """What was made, a dataclass with `url` and `browser`, while its pages are served; all is gone afterwards."""
    hashing = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with override_settings(PASSWORD_HASHERS=hashing, ALLOWED_HOSTS=["localhost", "testserver"]):
        try:
            site: Any = make()
            server = LiveServer("localhost")
            try:
                with chromium() as browser:
                    yield replace(site, url=server.url, browser=browser)
            finally:
                server.stop()
        finally:
            call_command("flush", verbosity=0, interactive=False)
