"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class FactTold(TypedDict):
    """A fact, from whom and since when."""

    value: str | int | bool | list[str]
    source: str
    effective_at: str
    recorded_at: str


class IdentifierTold(TypedDict):
    """What a member is recognised by."""

    id: str
    kind: Literal["card", "phone", "email", "external", "open_id"]
    value: str
    source: str
    state: str
    recognises: bool
    effective_at: str
    verified_at: str | None
    ended_at: str | None
    card: str | None


class MemberTold(TypedDict):
    """A member as known now, or at `as_of`. After a merge the old id leads here too."""

    id: str
    state: Literal["anonymous", "active", "closed", "erased"]
    source: str
    enrolled_at: str
    facts: dict[str, FactTold]
    identifiers: list[IdentifierTold]
    tags: list[str]
    merged: list[str]


class IdentifierAsked(TypedDict):
    """What a member is to be recognised by."""

    kind: Literal["phone", "email", "external", "open_id"]
    value: str
    source: NotRequired[str | None]
    verified: NotRequired[bool]


class MemberAsked(TypedDict):
    """A member to be. Without facts and identifiers an anonymous one."""

    facts: NotRequired[dict[str, str | int | bool | list[str]]]
    identifiers: NotRequired[list[IdentifierAsked]]
    source: NotRequired[str]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    region: NotRequired[str | None]
    effective_at: NotRequired[str | None]


class MemberChange(TypedDict):
    """Facts told anew; null takes one out. What was there goes into the history."""

    facts: dict[str, str | int | bool | list[str] | None]
    source: NotRequired[str]
    effective_at: NotRequired[str | None]


class FactHistory(TypedDict):
    """Every fact that ever was, oldest first."""

    items: list[FactHistoryTold]


class FactHistoryTold(TypedDict):
    """A fact as it was told, and until when it held."""

    name: str
    value: str | int | bool | list[str]
    source: str
    effective_at: str
    recorded_at: str
    ended_at: str | None


class Closing(TypedDict):
    """Why a member leaves."""

    reason: str


class People(Calling):
    """Addresses of people."""

    __slots__ = ()

    def enrol_a_member(
        self, body: MemberAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MemberTold:
        """Makes a member, with what is known and what it is recognised by. Needs the right `members.write`."""
        told: MemberTold = self._write("POST", "/members", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def read_a_member(self, member: str, *, as_of: str | None = None) -> MemberTold:
        """What is known of a member. The ETag goes into If-Match of a change. Needs the right `members.read`."""
        told: MemberTold = self._read("GET", f"/members/{part(member)}", as_of=as_of)
        return told

    def change_a_member(
        self,
        member: str,
        body: MemberChange,
        *,
        if_match: str,
        dry_run: bool = False,
        idempotency_key: str | None = None,
    ) -> MemberTold:
        """Changes facts. If-Match carries the ETag of what was read, so that nobody's change is overwritten unseen.
        Needs the right `members.write`."""
        told: MemberTold = self._write(
            "PATCH",
            f"/members/{part(member)}",
            body,
            dry_run=dry_run,
            idempotency_key=idempotency_key,
            if_match=if_match,
        )
        return told

    def read_the_history_of_facts(self, member: str, *, name: str | None = None) -> FactHistory:
        """Every fact that ever was, with its source and both times. Needs the right `members.read`."""
        told: FactHistory = self._read("GET", f"/members/{part(member)}/facts", name=name)
        return told

    def close_a_member(
        self, member: str, body: Closing, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MemberTold:
        """The member leaves: nothing more is written to it, and its identifiers recognise nobody. Needs the right
        `members.write`."""
        told: MemberTold = self._write(
            "POST", f"/members/{part(member)}/close", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
