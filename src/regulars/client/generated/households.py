"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class HouseholdTold(TypedDict):
    """A household and who lives there."""

    id: str
    head: str | None
    members: list[str]
    created_at: str


class HouseholdAsked(TypedDict):
    """Members who live together; `head` is one of them."""

    members: list[str]
    head: NotRequired[str | None]


class JoiningAsked(TypedDict):
    """Members who move in."""

    members: list[str]


class HomeTold(TypedDict):
    """Where a member lives; null: in no household."""

    household: str | None


class Households(Calling):
    """Addresses of households."""

    __slots__ = ()

    def make_a_household(
        self, body: HouseholdAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> HouseholdTold:
        """These members share a home from now on; who lived elsewhere moves. Needs the right `members.write`."""
        told: HouseholdTold = self._write("POST", "/households", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def read_a_household(self, household: str) -> HouseholdTold:
        """Who lives together. Needs the right `members.read`."""
        told: HouseholdTold = self._read("GET", f"/households/{part(household)}")
        return told

    def join_a_household(
        self, household: str, body: JoiningAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> HouseholdTold:
        """Members move in, from wherever they lived. Needs the right `members.write`."""
        told: HouseholdTold = self._write(
            "POST", f"/households/{part(household)}/members", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def read_the_household_of_a_member(self, member: str) -> HomeTold:
        """Where a member lives. Needs the right `members.read`."""
        told: HomeTold = self._read("GET", f"/members/{part(member)}/household")
        return told

    def leave_a_household(self, member: str, *, dry_run: bool = False, idempotency_key: str | None = None) -> HomeTold:
        """A member moves out; a household whose head leaves has none. Needs the right `members.write`."""
        told: HomeTold = self._write(
            "POST", f"/members/{part(member)}/household/leave", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
