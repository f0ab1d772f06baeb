"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class BenefitTold(TypedDict):
    """A benefit of a member now. `most` and `left` null: as often as wanted."""

    benefit: str
    terms: str
    name: str
    ladder: str
    level: str
    period: str
    most: int | None
    used: int
    left: int | None
    until: str | None
    note: str


class BenefitsTold(TypedDict):
    """All that the member's levels bring."""

    items: list[BenefitTold]


class UseTold(TypedDict):
    """A use as it stands. `left` is told with the use itself."""

    id: str
    member: str
    benefit: str
    level: str
    period: str
    count: int
    given_back: int
    used_at: str
    left: int | None
    replayed: bool


class UsesTold(TypedDict):
    """Newest first; at most a hundred."""

    items: list[UseTold]


class UseAsked(TypedDict):
    """So much of a benefit, at a place. With `source` and `external_id` it happens once, for ever. `shown`: the
    member whose card it was, where it was merged."""

    count: NotRequired[int]
    shown: NotRequired[str | None]
    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]


class BackAsked(TypedDict):
    """How much is given back: nothing said, all of it."""

    count: NotRequired[int | None]
    reason: str


class Benefits(Calling):
    """Addresses of benefits."""

    __slots__ = ()

    def read_the_benefits_of_a_member(
        self, member: str, *, merchant: str | None = None, store: str | None = None
    ) -> BenefitsTold:
        """What the member's levels bring, how often it was used, and what is left; at a place, what is given there.
        Needs the right `benefits.use`."""
        told: BenefitsTold = self._read("GET", f"/members/{part(member)}/benefits", merchant=merchant, store=store)
        return told

    def read_the_benefit_uses_of_a_member(self, member: str) -> UsesTold:
        """What was used, and given back. Needs the right `benefits.use`."""
        told: UsesTold = self._read("GET", f"/members/{part(member)}/benefit-uses")
        return told

    def use_a_benefit(
        self, member: str, benefit: str, body: UseAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> UseTold:
        """Uses up so much of a benefit; refused where less is left. Needs the right `benefits.use`."""
        told: UseTold = self._write(
            "POST",
            f"/members/{part(member)}/benefits/{part(benefit)}/uses",
            body,
            dry_run=dry_run,
            idempotency_key=idempotency_key,
        )
        return told

    def give_a_benefit_back(
        self, use: str, body: BackAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> UseTold:
        """A use that came to nothing counts no more, all of it or a part. Needs the right `benefits.use`."""
        told: UseTold = self._write(
            "POST", f"/benefit-uses/{part(use)}/give-back", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
