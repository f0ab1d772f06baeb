"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class FieldTold(TypedDict):
    """A kind of fact of one's own."""

    name: str
    label: str
    kind: Literal["text", "whole", "decimal", "day", "flag", "choice", "choices"]
    choices: list[str]
    is_preference: bool
    is_personal: bool
    length_max: int
    retired_at: str | None


class FieldsTold(TypedDict):
    """Every field of one's own, by name; also those that take no new values."""

    items: list[FieldTold]


class FieldAsked(TypedDict):
    """A kind of fact of one's own. Its kind and whether it is personal never change."""

    label: str
    kind: Literal["text", "whole", "decimal", "day", "flag", "choice", "choices"]
    choices: NotRequired[list[str]]
    is_preference: NotRequired[bool]
    is_personal: NotRequired[bool]
    length_max: NotRequired[int]


class PeriodOfTold(TypedDict):
    """A kind of thing and how many days it is kept."""

    kind: str
    days: int


class RetentionTold(TypedDict):
    """What is kept for a time; everything else is kept as long as the member."""

    items: list[PeriodOfTold]


class PeriodAsked(TypedDict):
    """How long it is kept; null: as long as the member."""

    days: int | None


class Settings(Calling):
    """Addresses of settings."""

    __slots__ = ()

    def list_fields(self) -> FieldsTold:
        """What is kept of members besides the built-in facts. Needs the right `members.read`."""
        told: FieldsTold = self._read("GET", "/fields")
        return told

    def define_a_field(
        self, name: str, body: FieldAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> FieldTold:
        """Makes a field, or gives one new choices, another label or length; what is kept stays as it was told.
        Needs the right everywhere. Needs the right `members.manage`."""
        told: FieldTold = self._write(
            "PUT", f"/fields/{part(name)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def retire_a_field(self, name: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> FieldTold:
        """It takes no new values; those there stay. Needs the right everywhere. Needs the right `members.manage`."""
        told: FieldTold = self._write(
            "POST", f"/fields/{part(name)}/retire", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_retention_periods(self) -> RetentionTold:
        """How long what is kept. Needs the right `members.read`."""
        told: RetentionTold = self._read("GET", "/retention")
        return told

    def set_a_retention_period(
        self, kind: str, body: PeriodAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> RetentionTold:
        """What is older is taken out by a job, within a day. Needs the right everywhere. Needs the right
        `members.manage`."""
        told: RetentionTold = self._write(
            "PUT", f"/retention/{part(kind)}", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
