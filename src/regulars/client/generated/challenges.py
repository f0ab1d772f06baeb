"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class EnrolmentTold(TypedDict):
    """What a member opted into. A challenge is `open`, `reached` or `missed`; an offer `open` or `over`."""

    id: str
    kind: Literal["offer", "challenge"]
    code: str
    version: int
    name: str
    state: Literal["open", "reached", "missed", "over"]
    enrolled_at: str
    begins_at: str
    ends_at: str | None
    reached_at: str | None
    progress: int
    goal: int


class EnrolmentAsked(TypedDict):
    """An offer or a challenge, by the code of its terms."""

    kind: Literal["offer", "challenge"]
    code: str


class EnrolmentsTold(TypedDict):
    """The latest first; two hundred at most."""

    items: list[EnrolmentTold]


class Challenges(Calling):
    """Addresses of challenges."""

    __slots__ = ()

    def opt_into(
        self, member: str, body: EnrolmentAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> EnrolmentTold:
        """Opts a member into an offer or a challenge that holds now. Twice within one window it is the same. Needs
        the right `members.write`."""
        told: EnrolmentTold = self._write(
            "POST", f"/members/{part(member)}/enrolments", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_enrolments(self, member: str) -> EnrolmentsTold:
        """What a member opted into, and how far they have come. Needs the right `members.read`."""
        told: EnrolmentsTold = self._read("GET", f"/members/{part(member)}/enrolments")
        return told
