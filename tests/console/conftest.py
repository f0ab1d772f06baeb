"""What the tests of the console share."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from pytest_django import Settings

from regulars.access.models import Staff
from regulars.console.session import LATER
from tests.console.town import Town, make_town

Entering = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def town(db: None) -> Town:
    return make_town(datetime.now(UTC))


@pytest.fixture
def enter(town: Town) -> Entering:
    """A browser in which somebody of that role is logged in; who must have a second factor may make it later."""

    def entered(role: str) -> Client:
        browser = Client(raise_request_exception=False)
        browser.force_login(Staff.objects.get(pk=town.staff[role]))
        session = browser.session
        session[LATER] = True
        session.save()
        return browser

    return entered
