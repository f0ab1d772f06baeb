"""Fixtures of the room."""

import pytest
from pytest_django import Settings
from tests.access import cast


@pytest.fixture
def town(db: None) -> cast.Town:
    return cast.town()


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """A slow hash is right for people and wrong for a hundred tests; one test asks for the real one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
