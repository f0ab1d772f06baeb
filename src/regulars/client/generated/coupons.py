"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from regulars.client.calling import Calling, part


class CouponTold(TypedDict):
    """A coupon as it stands. `code` is what to type; null for codes of an older programme, which are not kept."""

    id: str
    series: str
    terms: str
    code: str | None
    shared: bool
    state: Literal["issued", "reserved", "redeemed", "expired", "revoked"]
    member: str | None
    binding: Literal["none", "soft", "hard"]
    issued_at: str
    expires_at: str | None
    uses: int | None
    used: int


class IssuedTold(TypedDict):
    """Coupons issued together."""

    batch: str
    terms: str
    items: list[CouponTold]


class IssueAsked(TypedDict):
    """So many coupons that are nobody's, or one for each member."""

    count: NotRequired[int | None]
    members: NotRequired[list[str]]
    binding: NotRequired[Literal["soft", "hard"]]
    given_for: NotRequired[str | None]


class SharedAsked(TypedDict):
    """Codes that many share, as they are to be spelled; capitals, spaces and hyphens mean nothing."""

    codes: list[str]


class OldAsked(TypedDict):
    """A code that was handed out before."""

    code: str
    uses: NotRequired[int]
    member: NotRequired[str | None]
    expires_at: NotRequired[str | None]


class OldCodesAsked(TypedDict):
    """Codes of a programme before this one: they stay good, under the terms of the series as it is now."""

    codes: list[OldAsked]


class CouponsTold(TypedDict):
    """A page of them; `next` is the cursor of the page after."""

    items: list[CouponTold]
    next: NotRequired[str | None]


class DoneTold(TypedDict):
    """How many it was done to."""

    coupons: int


class AssignAsked(TypedDict):
    """Coupons that members are given; a coupon of another only where its series is passed on."""

    items: list[GivenAsked]
    binding: NotRequired[Literal["soft", "hard"]]


class GivenAsked(TypedDict):
    """A coupon for a member."""

    coupon: str
    member: str


class RevokeAsked(TypedDict):
    """Coupons, or a whole batch."""

    coupons: NotRequired[list[str]]
    batch: NotRequired[str | None]
    reason: str


class Coupons(Calling):
    """Addresses of coupons."""

    __slots__ = ()

    def issue_coupons(
        self, series: str, body: IssueAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IssuedTold:
        """Codes that are good once (or `uses` times), signed so that none can be made up. Needs the right
        `programme.manage`."""
        told: IssuedTold = self._write(
            "POST", f"/coupon-series/{part(series)}/coupons", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def issue_shared_codes(
        self, series: str, body: SharedAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IssuedTold:
        """Codes for a poster or a letter to all; limits of the series say how often and by whom. Needs the right
        `programme.manage`."""
        told: IssuedTold = self._write(
            "POST",
            f"/coupon-series/{part(series)}/shared-codes",
            body,
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told

    def take_over_old_codes(
        self, series: str, body: OldCodesAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> IssuedTold:
        """Codes that people hold already go on; only digests of them are kept. Needs the right `programme.manage`."""
        told: IssuedTold = self._write(
            "POST", f"/coupon-series/{part(series)}/old-codes", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told

    def list_coupons(
        self, *, series: str | None = None, batch: str | None = None, limit: int | None = None
    ) -> Iterator[CouponTold]:
        """Coupons with their codes, in the order in which they were made. That somebody looked is written down.
        Needs the right `programme.manage`."""
        return self._each("/coupons", series=series, batch=batch, limit=limit)

    def read_a_wallet(self, member: str, *, also_over: bool | None = None) -> Iterator[CouponTold]:
        """What a member was given and can use; with also_over what is used or over too. The newest 200. Needs the
        right `benefits.use`."""
        return self._each(f"/members/{part(member)}/coupons", also_over=also_over)

    def assign_coupons(
        self, body: AssignAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> DoneTold:
        """Coupons that are there already are given to members, or passed on. Needs the right `programme.manage`."""
        told: DoneTold = self._write("POST", "/coupons/assign", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def revoke_coupons(
        self, body: RevokeAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> DoneTold:
        """Coupons that were not used up are good no more. What an open checkout holds of them it may still keep.
        Needs the right `programme.manage`."""
        told: DoneTold = self._write("POST", "/coupons/revoke", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told
