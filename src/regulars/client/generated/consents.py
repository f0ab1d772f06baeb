"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class WordingTold(TypedDict):
    """A wording that was published."""

    id: str


class WordingAsked(TypedDict):
    """A text that people will agree to. A version that is published never changes."""

    purpose: str
    language: str
    version: str
    text: str


class ConsentsTold(TypedDict):
    """What holds now, and the whole history, or what was on record at `as_of`."""

    holds: list[PermissionTold]
    history: list[ProofTold]


class PermissionTold(TypedDict):
    """What holds now."""

    channel: str
    purpose: str
    given: bool


class ProofTold(TypedDict):
    """A yes or no as it was given: to which words, by what way, when, and who wrote it down."""

    channel: str
    purpose: str
    given: bool
    wording: str
    version: str
    language: str
    source: str
    actor: str
    effective_at: str
    recorded_at: str


class ConsentAsked(TypedDict):
    """A yes or no for a channel and a purpose. A yes names the wording it was given to."""

    channel: str
    purpose: str
    given: bool
    wording: NotRequired[str | None]
    source: NotRequired[str]
    effective_at: NotRequired[str | None]


class WithdrawalAsked(TypedDict):
    """How a no to everything came."""

    source: NotRequired[str]


class Consents(Calling):
    """Addresses of consents."""

    __slots__ = ()

    def publish_a_wording(
        self, body: WordingAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> WordingTold:
        """The same version and text again is the same wording; another text is refused. Needs the right everywhere.
        Needs the right `consents.write`."""
        told: WordingTold = self._write("POST", "/wordings", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def read_consents(self, member: str, *, as_of: str | None = None) -> ConsentsTold:
        """What a member agreed to, with the proof. Needs the right `members.read`."""
        told: ConsentsTold = self._read("GET", f"/members/{part(member)}/consents", as_of=as_of)
        return told

    def tell_a_consent(
        self, member: str, body: ConsentAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ConsentsTold:
        """Writes down a yes or no; the later one holds, of two at one moment the no. Needs the right
        `consents.write`."""
        told: ConsentsTold = self._write(
            "POST", f"/members/{part(member)}/consents", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def withdraw_all_consents(
        self, member: str, body: WithdrawalAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ConsentsTold:
        """A no to everything the member has said yes to. Needs the right `consents.write`."""
        told: ConsentsTold = self._write(
            "POST", f"/members/{part(member)}/consents/withdraw", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
