"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class AudienceTold(TypedDict):
    """An audience in its present version."""

    id: str
    code: str
    name: str
    version: int
    merchant: str | None
    store: str | None
    sentence: str
    document: dict[str, Any]
    changed_at: str
    retired_at: str | None
    compared_at: str | None


class AudienceAsked(TypedDict):
    """An audience as it shall be: new, or the next version."""

    name: str
    document: dict[str, Any]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    version: NotRequired[int | None]


class AudiencesTold(TypedDict):
    """By code."""

    items: list[AudienceTold]


class AudienceCount(TypedDict):
    """How many are in it now; closed, erased and frozen members are in none, a merged person counts once."""

    members: int
    sentence: str
    counted_at: str


class CountAsked(TypedDict):
    """Conditions that need not be saved."""

    document: dict[str, Any]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]


class AudienceVersionTold(TypedDict):
    """One version, as it was saved."""

    version: int
    name: str
    document: dict[str, Any]
    made_at: str
    made_by: str


class AudienceVersionsTold(TypedDict):
    """The newest first."""

    items: list[AudienceVersionTold]


class AudienceMembers(TypedDict):
    """Who is in it now, in the order of their ids."""

    items: list[str]
    next: str | None


class AudienceReason(TypedDict):
    """One condition, asked of one member. `fact` is what was looked at."""

    pointer: str
    sentence: str
    holds: bool
    fact: Any


class AudienceReasons(TypedDict):
    """Why a member is in it, or not."""

    member: str
    inside: bool
    standing: str
    conditions: list[AudienceReason]


class AudienceChangeTold(TypedDict):
    """Somebody entered or left, as the daily comparison found."""

    member: str
    entered: bool
    version: int
    at: str


class AudienceChangesTold(TypedDict):
    """The newest first."""

    items: list[AudienceChangeTold]
    next: str | None


class Audiences(Calling):
    """Addresses of audiences."""

    __slots__ = ()

    def save_audience(
        self, audience: str, body: AudienceAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AudienceTold:
        """Makes an audience, or its next version. The same name and conditions again make none. Needs the right
        `audiences.manage`."""
        told: AudienceTold = self._write(
            "PUT", f"/audiences/{part(audience)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def get_audience(self, audience: str, *, language: Literal["en", "zh-hans"] | None = None) -> AudienceTold:
        """One audience with its conditions in words. Needs the right `audiences.read`."""
        told: AudienceTold = self._read("GET", f"/audiences/{part(audience)}", language=language)
        return told

    def retire_audience(
        self, audience: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> AudienceTold:
        """Takes it out of use: nobody is in it any more. Saved again it is back. Needs the right
        `audiences.manage`."""
        told: AudienceTold = self._write(
            "POST", f"/audiences/{part(audience)}/retire", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_audiences(
        self, *, language: Literal["en", "zh-hans"] | None = None, retired: bool | None = None
    ) -> AudiencesTold:
        """Those of the places that the key may see. Needs the right `audiences.read`."""
        told: AudiencesTold = self._read("GET", "/audiences", language=language, retired=retired)
        return told

    def count_conditions(self, body: CountAsked, *, language: Literal["en", "zh-hans"] | None = None) -> AudienceCount:
        """How many members conditions hold for, while they are being put together. Needs the right
        `audiences.read`."""
        told: AudienceCount = self._read("POST", "/audience-counts", body, language=language)
        return told

    def list_audience_versions(self, audience: str) -> AudienceVersionsTold:
        """Every version, as it was saved. Needs the right `audiences.read`."""
        told: AudienceVersionsTold = self._read("GET", f"/audiences/{part(audience)}/versions")
        return told

    def count_audience(self, audience: str, *, language: Literal["en", "zh-hans"] | None = None) -> AudienceCount:
        """How many are in it now. Needs the right `audiences.read`."""
        told: AudienceCount = self._read("GET", f"/audiences/{part(audience)}/count", language=language)
        return told

    def list_audience_members(self, audience: str, *, limit: int | None = None) -> Iterator[str]:
        """Who is in it now, a page at a time. Each look is written down. Needs the right `members.read`."""
        return self._each(f"/audiences/{part(audience)}/members", limit=limit)

    def explain_audience(
        self, audience: str, member: str, *, language: Literal["en", "zh-hans"] | None = None
    ) -> AudienceReasons:
        """Why this member is in it or not: each condition, with the fact that says so. Needs the right
        `members.read`."""
        told: AudienceReasons = self._read(
            "GET", f"/audiences/{part(audience)}/members/{part(member)}", language=language
        )
        return told

    def list_audience_changes(self, audience: str, *, limit: int | None = None) -> Iterator[AudienceChangeTold]:
        """Who entered and who left, day by day. Needs the right `members.read`."""
        return self._each(f"/audiences/{part(audience)}/changes", limit=limit)
