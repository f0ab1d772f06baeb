"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import TypedDict

from regulars.client.calling import Calling


class GrantTold(TypedDict):
    """Rights at a place, and at everything within it."""

    rights: list[str]
    organisation: str
    merchant: str | None
    store: str | None
    closed_at: str | None


class OwnTold(TypedDict):
    """The key that asks."""

    key: str
    name: str
    at: str
    grants: list[GrantTold]


class Own(Calling):
    """Addresses of own."""

    __slots__ = ()

    def read_own_key(self) -> OwnTold:
        """Which key this is, and what it may do where. No query beyond recognising the key."""
        told: OwnTold = self._read("GET", "/me")
        return told
