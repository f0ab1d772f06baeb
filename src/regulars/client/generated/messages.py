"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class MessageTold(TypedDict):
    """What the gate says. `released`: it may go, and counts. `waiting`: ask again at `again_at`. `held`: it stays
    here. `returned`: it went, and bounced or was complained of."""

    id: str
    key: str
    member: str
    channel: str
    purpose: str
    service: str
    campaign: str
    template: str
    version: int
    state: Literal["released", "waiting", "held", "returned"]
    why: str
    again_at: str | None
    address: str | None
    asked_at: str
    decided_at: str


class MessagesTold(TypedDict):
    """In the order in which they were asked."""

    items: list[MessageTold]


class MessageAsked(TypedDict):
    """A message to a member: a service of the closed list, or marketing with a purpose."""

    key: str
    member: str
    channel: str
    purpose: NotRequired[str | None]
    service: NotRequired[Literal["login-code", "receipt", "expiry-notice", "late-bill-notice", "case-answer"] | None]
    campaign: NotRequired[str | None]
    holdout_share: NotRequired[int]
    priority: NotRequired[int]
    template: NotRequired[str | None]
    version: NotRequired[int]
    values: NotRequired[dict[str, Any]]


class MessagesAsked(TypedDict):
    """Up to 1,000 at once; they are weighed against each other."""

    messages: list[MessageAsked]


class MessageReturnAsked(TypedDict):
    """What came back: nothing goes to that address by this channel any more."""

    why: Literal["bounce", "complaint", "stop"]


class MessagesListed(TypedDict):
    """The newest first."""

    items: list[MessageTold]
    next: str | None


class PolicyTold(TypedDict):
    """The policy as it holds."""

    document: dict[str, Any]
    changed_at: str


class PolicyAsked(TypedDict):
    """How members are reached: quiet hours on their clock, caps, and who gets no marketing at all."""

    document: dict[str, Any]


class Messages(Calling):
    """Addresses of messages."""

    __slots__ = ()

    def ask_for_messages(
        self, body: MessagesAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MessagesTold:
        """Asks the gate, for all of them at once: consent, quiet hours, caps, holdouts, blocked addresses. Needs
        the right `outreach.send`."""
        told: MessagesTold = self._write("POST", "/messages", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def get_message(self, message: str) -> MessageTold:
        """One message, and what the gate said last. Needs the right `outreach.send`."""
        told: MessageTold = self._read("GET", f"/messages/{part(message)}")
        return told

    def report_returned_message(
        self, message: str, body: MessageReturnAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MessageTold:
        """Tells that a message bounced, or that its reader complained or said stop. Told again it changes nothing.
        Needs the right `outreach.send`."""
        told: MessageTold = self._write(
            "POST", f"/messages/{part(message)}/returned", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def lift_block(self, message: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> MessageTold:
        """The address that this message had blocked may be written to again. Consent stays as it is. Needs the
        right `outreach.approve`."""
        told: MessageTold = self._write(
            "POST", f"/messages/{part(message)}/lift", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_messages(self, member: str, *, limit: int | None = None) -> Iterator[MessageTold]:
        """What was to be sent to a member, and why what did not go stayed. Needs the right `members.read`."""
        return self._each(f"/members/{part(member)}/messages", limit=limit)

    def get_outreach_policy(self) -> PolicyTold:
        """Quiet hours, caps and the universal holdout, as they hold. Needs the right `outreach.send`."""
        told: PolicyTold = self._read("GET", "/outreach-policy")
        return told

    def save_outreach_policy(
        self, body: PolicyAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> PolicyTold:
        """Changes them. Who is held out stays held out: a larger share holds more besides. Needs the right
        `outreach.approve`."""
        told: PolicyTold = self._write(
            "PUT", "/outreach-policy", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
