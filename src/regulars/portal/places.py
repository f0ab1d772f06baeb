"""Which organisation's pages these are, and what its places are called."""

from collections.abc import Collection
from typing import Final
from uuid import UUID

from babel.core import get_global
from django.conf import settings

from regulars.access.models import Merchant, Organisation, Store
from regulars.access.selectors import places
from regulars.basics.ids import WrongId, untyped

_WORLD: Final = "001"


def only() -> UUID | None:
    """The organisation whose pages are at the plain address: the one that was set, else the only one. One query."""
    try:
        chosen = untyped("org", settings.PORTAL_ORGANISATION)
    except WrongId:
        chosen = None
    known = places().organisations
    if chosen in known:
        return chosen
    return next(iter(known)) if len(known) == 1 else None


def listed() -> list[tuple[UUID, str]]:
    """All of them by name. One query."""
    return list(Organisation.objects.order_by("name", "id").values_list("id", "name"))


def named(organisation: UUID) -> str | None:
    """What an organisation is called; None where there is none. One query."""
    return Organisation.objects.filter(id=organisation).values_list("name", flat=True).first()


def zone_of(organisation: UUID) -> str:
    """One query, of the map of places."""
    return places().zones.get(organisation, "UTC")


def region_of(zone: str) -> str | None:
    """The country in whose habit a phone number is read where clocks go so.

    >>> region_of("Asia/Shanghai"), region_of("UTC")
    ('CN', None)
    """
    country = get_global("zone_territories").get(zone)
    return country if country and country != _WORLD else None


def shops(merchants: Collection[UUID], stores: Collection[UUID]) -> dict[UUID, str]:
    """What merchants and stores are called. Two queries at most."""
    found: dict[UUID, str] = {}
    if merchants:
        found |= dict(Merchant.objects.filter(id__in=merchants).values_list("id", "name"))
    if stores:
        found |= dict(Store.objects.filter(id__in=stores).values_list("id", "name"))
    return found
