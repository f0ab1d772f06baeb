"""Made by tools/client.py from the OpenAPI document; to be made anew, not changed."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from regulars.client.calling import Calling, part


class RateTold(TypedDict):
    """What a unit is worth in another, from a moment on."""

    from_unit: str
    to_unit: str
    numerator: int
    denominator: int
    since: str


class RatesTold(TypedDict):
    """The newest first; two hundred at most."""

    items: list[RateTold]


class RateAsked(TypedDict):
    """So many smallest parts of one unit (`denominator`) are worth so many of another (`numerator`)."""

    from_unit: str
    to_unit: str
    numerator: int
    denominator: int
    since: NotRequired[str | None]


class ConvertedTold(TypedDict):
    """What became of it, and at which rate; fractions are dropped once, at the end."""

    id: str
    amount: int
    gained: int
    numerator: int
    denominator: int
    replayed: bool


class ConversionAsked(TypedDict):
    """So much of one unit, to become another."""

    merchant: NotRequired[str | None]
    store: NotRequired[str | None]
    source: NotRequired[str | None]
    external_id: NotRequired[str | None]
    from_unit: str
    to_unit: str
    amount: int


class Exchange(Calling):
    """Addresses of exchange."""

    __slots__ = ()

    def list_rates(self) -> RatesTold:
        """What units are worth in others. Needs the right `ledger.read`."""
        told: RatesTold = self._read("GET", "/rates")
        return told

    def set_a_rate(self, body: RateAsked, *, dry_run: bool = False, idempotency_key: str | None = None) -> RatesTold:
        """Rates are only ever added; what was converted keeps its own. Needs the right everywhere. Needs the right
        `ledger.manage`."""
        told: RatesTold = self._write("POST", "/rates", body, dry_run=dry_run, idempotency_key=idempotency_key)
        return told

    def convert_units(
        self, member: str, body: ConversionAsked, *, dry_run: bool = False, idempotency_key: str | None = None
    ) -> ConvertedTold:
        """Makes one unit of a member another, at the rate in force; the lots keep their dates. Needs the right
        `ledger.post`."""
        told: ConvertedTold = self._write(
            "POST", f"/members/{part(member)}/conversions", body, dry_run=dry_run, idempotency_key=idempotency_key
        )
        return told
