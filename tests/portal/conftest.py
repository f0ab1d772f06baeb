"""What the tests of members' pages share: one village for each module."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from tests.portal.village import Village, make_village


@pytest.fixture(scope="module")
def _built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Village]:
    """In a transaction around the module's tests; each of them leaves it as it was."""
    quick = override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"])
    with django_db_blocker.unblock(), quick, transaction.atomic():
        yield make_village(datetime.now(UTC))
        transaction.set_rollback(True)


@pytest.fixture
def village(_built: Village, db: None) -> Village:
    return replace(_built)
