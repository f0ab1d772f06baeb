"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import TypedDict

from regulars.client.calling import Calling, part


class MergeTold(TypedDict):
    """A merge that was done."""

    id: str


class MergeAsked(TypedDict):
    """Who is taken into whom, and why. All ids lead to the survivor from then on."""

    survivor: str
    other: str
    reason: str


class UnmergeTold(TypedDict):
    """The member that is its own again."""

    member: str


class UnmergeAsked(TypedDict):
    """Why two are two again."""

    reason: str


class Merging(Calling):
    """Addresses of merging."""

    __slots__ = ()

    def merge_members(
        self, body: MergeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> MergeTold:
        """Everything of both is the survivor's: points with their dates, cards, consents. Refused while one has
        open holds. It can be undone, also after new purchases. Needs the right `members.merge`."""
        told: MergeTold = self._write("POST", "/merges", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def undo_a_merge(
        self, member: str, body: UnmergeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> UnmergeTold:
        """Gives a member that was taken in everything back that was its own, and what came since to its own cards.
        Needs the right `members.merge`."""
        told: UnmergeTold = self._write(
            "POST", f"/members/{part(member)}/unmerge", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
