"""Business keys of this room: what a till posts twice is posted once."""

from collections.abc import Iterable
from uuid import UUID

from regulars.journal import business_keys


def claim(asked: Iterable[tuple[str, str, bytes, UUID]]) -> dict[tuple[str, str], UUID]:
    """As `business_keys.claim`. Raises KeyReused."""
    return business_keys.claim("ledger_key", asked)
