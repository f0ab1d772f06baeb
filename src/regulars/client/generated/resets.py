"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class ResetTold(TypedDict):
    """What was taken, and what became of it."""

    id: str
    member: str
    code: str
    unit: str
    amount: int
    transfer: str
    state: Literal["taken", "appealed", "given-back", "upheld"]
    taken_at: str
    appeal_until: str
    appealed_at: str | None
    decided_at: str | None
    decided_by: str


class ResetsTold(TypedDict):
    """The latest first; a hundred at most."""

    items: list[ResetTold]


class DecisionAsked(TypedDict):
    """Whether what was taken is given back."""

    give_back: bool


class Resets(Calling):
    """Addresses of resets."""

    __slots__ = ()

    def list_resets(self, member: str) -> ResetsTold:
        """What was taken of a member, why, and until when an appeal is heard. Needs the right `ledger.read`."""
        told: ResetsTold = self._read("GET", f"/members/{part(member)}/resets")
        return told

    def appeal_against_a_reset(
        self, reset: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ResetTold:
        """The member asks for it back. Needs the right `members.write`."""
        told: ResetTold = self._write(
            "POST", f"/resets/{part(reset)}/appeal", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def decide_on_a_reset(
        self, reset: str, body: DecisionAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ResetTold:
        """Gives back what was taken, to the lots it came from, or lets it stand. Needs the right everywhere. Needs
        the right `ledger.adjust`."""
        told: ResetTold = self._write(
            "POST", f"/resets/{part(reset)}/decision", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
