"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class ReplyTold(TypedDict):
    """What it meant. Whose it is stays here; of a number nobody has nothing is kept."""

    meaning: Literal["stop", "balance", "other"]
    known: bool


class ReplyAsked(TypedDict):
    """A text that came in, as the gateway hands it over."""

    external_id: str
    channel: NotRequired[Literal["sms"]]
    sender: str
    text: str


class MessageEventTold(TypedDict):
    """One thing that happened to a message."""

    what: str
    why: str
    tries: int
    at: str


class MessageEventsTold(TypedDict):
    """In their order."""

    items: list[MessageEventTold]


class Replies(Calling):
    """Addresses of replies."""

    __slots__ = ()

    def report_reply(self, body: ReplyAsked, *, dry_run: bool = False, idempotency_key: str | None = None) -> ReplyTold:
        """STOP (also 退订, TD …) withdraws every consent for texts and blocks the number. BALANCE (also 余额 …) is
        answered to that phone. Anything else is kept with the member, and opens a case where there is the kind
        `text-message`. Needs the right `outreach.send`."""
        told: ReplyTold = self._write(
            "POST", "/messages/replies", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def report_delivered_message(
        self, message: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MessageEventsTold:
        """A receipt: the reader's server or phone has it. Told again it changes nothing. Needs the right
        `outreach.send`."""
        told: MessageEventsTold = self._write(
            "POST", f"/messages/{part(message)}/delivered", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_message_events(self, message: str) -> MessageEventsTold:
        """What became of a message after the gate let it go. Needs the right `outreach.send`."""
        told: MessageEventsTold = self._read("GET", f"/messages/{part(message)}/events")
        return told
