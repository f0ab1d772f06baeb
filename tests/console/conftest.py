"""What the tests of the console share."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client, override_settings
from pytest_django import DjangoDbBlocker

from regulars.access.models import Staff
from regulars.console.session import LATER
from tests.console.town import Town, make_town

Entering = Callable[[str], Client]


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Town]:
    """The town of a whole module, in a transaction around its tests; each of them leaves it as it was."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick, transaction.atomic():
        yield make_town(datetime.now(UTC))
        transaction.set_rollback(True)


@pytest.fixture
def town(_built: Town, db: None) -> Town:
    return replace(_built)


@pytest.fixture
def enter(town: Town) -> Entering:
    """A browser in which somebody of that role is logged in; who must have a second factor may make it later."""

    return lambda role: entered(town, role)


def entered(town: Town, role: str) -> Client:
    browser = Client(raise_request_exception=False)
    browser.force_login(Staff.objects.get(pk=town.staff[role]))
    session = browser.session
    session[LATER] = True
    session.save()
    return browser
