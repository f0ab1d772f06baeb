"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Any, TypedDict

from regulars.client.calling import Calling, part


class ExportTold(TypedDict):
    """All that every room knows of a person, and of those merged into them, in plain."""

    member: str
    exported_at: str
    rooms: dict[str, Any]


class ErasureTold(TypedDict):
    """What each room did, in numbers. The lake of past sales follows within minutes."""

    member: str
    rooms: dict[str, Any]


class ErasureAsked(TypedDict):
    """Why a person is forgotten."""

    reason: str


class Leaving(Calling):
    """Addresses of leaving."""

    __slots__ = ()

    def export_a_member(self, member: str) -> ExportTold:
        """Everything about one person, for that person. Needs the right `members.export`."""
        told: ExportTold = self._read("GET", f"/members/{part(member)}/export")
        return told

    def erase_a_member(
        self, member: str, body: ErasureAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ErasureTold:
        """Takes a person out of every room; entries stay under an id that says nothing. It cannot be undone. Needs
        the right everywhere. Needs the right `members.erase`."""
        told: ErasureTold = self._write(
            "POST", f"/members/{part(member)}/erase", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
