"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class PreferenceTold(TypedDict):
    """A preference an organisation asks for, and what the member said; null: nothing."""

    name: str
    label: str
    kind: str
    choices: list[str]
    value: str | int | bool | list[str] | None


class PreferencesTold(TypedDict):
    """Every preference there is, by name."""

    items: list[PreferenceTold]


class PreferencesAsked(TypedDict):
    """What a member prefers; null takes a preference out. Others stay as they are."""

    preferences: dict[str, str | int | bool | list[str] | None]
    source: NotRequired[str]
    effective_at: NotRequired[str | None]


class TagsTold(TypedDict):
    """All tags of a member, in alphabetical order."""

    tags: list[str]


class TagsAsked(TypedDict):
    """Words to label a member with, or to take away."""

    tags: list[str]
    source: NotRequired[str]


class NoteTold(TypedDict):
    """A note, who wrote it and when."""

    id: str
    text: str
    actor: str
    recorded_at: str


class NotesTold(TypedDict):
    """Pinned notes first, then the newest."""

    items: list[NoteTold]


class NoteAsked(TypedDict):
    """Something to remember about a member; kept sealed."""

    text: str
    is_pinned: NotRequired[bool]


class NoteGone(TypedDict):
    """A note that was taken out."""

    id: str


class Extras(Calling):
    """Addresses of extras."""

    __slots__ = ()

    def read_preferences(self, member: str) -> PreferencesTold:
        """What a member prefers, among all that is asked for. Needs the right `members.read`."""
        told: PreferencesTold = self._read("GET", f"/members/{part(member)}/preferences")
        return told

    def change_preferences(
        self, member: str, body: PreferencesAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PreferencesTold:
        """Writes down what a member prefers. Only fields that are preferences. Needs the right `members.write`."""
        told: PreferencesTold = self._write(
            "PATCH", f"/members/{part(member)}/preferences", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_tags(self, member: str) -> TagsTold:
        """What a member is labelled with. Needs the right `members.read`."""
        told: TagsTold = self._read("GET", f"/members/{part(member)}/tags")
        return told

    def tag_a_member(
        self, member: str, body: TagsAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TagsTold:
        """Labels a member; a tag that is there stays as it was. Needs the right `members.write`."""
        told: TagsTold = self._write(
            "POST", f"/members/{part(member)}/tags", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def take_tags_away(
        self, member: str, body: TagsAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> TagsTold:
        """Takes tags away; one that is not there is not missed. Needs the right `members.write`."""
        told: TagsTold = self._write(
            "POST", f"/members/{part(member)}/tags/remove", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_notes(self, member: str) -> NotesTold:
        """What was written about a member. Needs the right `members.read`."""
        told: NotesTold = self._read("GET", f"/members/{part(member)}/notes")
        return told

    def write_a_note(
        self, member: str, body: NoteAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> NotesTold:
        """Adds a note; notes are not changed, only taken out. Needs the right `members.write`."""
        told: NotesTold = self._write(
            "POST", f"/members/{part(member)}/notes", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def remove_a_note(self, note: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> NoteGone:
        """Takes a note out for good. Needs the right `members.write`."""
        told: NoteGone = self._write(
            "POST", f"/notes/{part(note)}/remove", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
