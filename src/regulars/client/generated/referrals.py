"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import Literal, TypedDict

from regulars.client.calling import Calling, part


class ReferralCodeTold(TypedDict):
    """The code by which a member brings others."""

    member: str
    code: str


class ReferralTold(TypedDict):
    """Who brought whom. Rewarded by the purchase; where it came back in time, `claimed` again."""

    id: str
    programme: str
    referrer: str
    friend: str
    state: Literal["claimed", "rewarded"]
    claimed_at: str
    rewarded_at: str | None
    purchase: str | None


class ReferralAsked(TypedDict):
    """The code that a friend says, and in which referral programme."""

    code: str
    programme: str


class ReferralsTold(TypedDict):
    """Whom a member brought, the latest first; a hundred at most."""

    code: str | None
    items: list[ReferralTold]


class Referrals(Calling):
    """Addresses of referrals."""

    __slots__ = ()

    def make_a_referral_code(
        self, member: str, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReferralCodeTold:
        """A member's code to pass on: made when it is first asked for, then always the same. Needs the right
        `members.write`."""
        told: ReferralCodeTold = self._write(
            "POST", f"/members/{part(member)}/referral-code", dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def say_who_brought_a_member(
        self, member: str, body: ReferralAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ReferralTold:
        """A new member says the code of whoever brought them, before the first purchase. Needs the right
        `members.write`."""
        told: ReferralTold = self._write(
            "POST", f"/members/{part(member)}/referral", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_referrals(self, member: str) -> ReferralsTold:
        """A member's code, and whom they brought with it. Needs the right `members.read`."""
        told: ReferralsTold = self._read("GET", f"/members/{part(member)}/referrals")
        return told
