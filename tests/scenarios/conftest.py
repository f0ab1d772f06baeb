"""Scenarios begin with the small organisation of the API's tests."""

from tests.api.conftest import world

__all__ = ["world"]
