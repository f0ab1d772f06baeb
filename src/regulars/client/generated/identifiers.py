"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part
from regulars.client.generated.people import IdentifierAsked, IdentifierTold


class IdentifiersTold(TypedDict):
    """What a member is recognised by, and was."""

    items: list[IdentifierTold]


class IdentifiersAsked(TypedDict):
    """Further identifiers: all or none."""

    identifiers: list[IdentifierAsked]
    source: NotRequired[str]
    region: NotRequired[str | None]
    effective_at: NotRequired[str | None]


class Ending(TypedDict):
    """Why an identifier ends."""

    reason: str


class Identifiers(Calling):
    """Addresses of identifiers."""

    __slots__ = ()

    def list_identifiers(self, member: str) -> IdentifiersTold:
        """All of a member's, ended ones too. Needs the right `members.read`."""
        told: IdentifiersTold = self._read("GET", f"/members/{part(member)}/identifiers")
        return told

    def add_identifiers(
        self, member: str, body: IdentifiersAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IdentifiersTold:
        """A phone or mail address that another member has too is kept to reach this one, without recognising. Needs
        the right `members.write`."""
        told: IdentifiersTold = self._write(
            "POST", f"/members/{part(member)}/identifiers", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def end_an_identifier(
        self, identifier: str, body: Ending, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IdentifierTold:
        """It recognises nobody from now on, and somebody else may have it. Cards are blocked or replaced instead.
        Needs the right `members.write`."""
        told: IdentifierTold = self._write(
            "POST", f"/identifiers/{part(identifier)}/end", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def verify_an_identifier(
        self, identifier: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IdentifierTold:
        """Its owner has shown that it is theirs. Needs the right `members.write`."""
        told: IdentifierTold = self._write(
            "POST", f"/identifiers/{part(identifier)}/verify", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
