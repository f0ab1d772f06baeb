"""Business keys of this room: a bill, a return or an event that a till tells twice happened once."""

from collections.abc import Iterable
from uuid import UUID

from regulars.journal import business_keys


def claim(asked: Iterable[tuple[str, str, bytes, UUID]]) -> dict[tuple[str, str], UUID]:
    """As `business_keys.claim`. Raises KeyReused."""
    return business_keys.claim("sales_key", asked)
