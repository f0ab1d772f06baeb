"""Where a request happens, and whether its key may act there: every address asks here, and here the gate is asked."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access import gate
from regulars.access.errors import NotAllowed
from regulars.access.moves import Place
from regulars.access.rights import Right
from regulars.api.errors import PlaceNeeded
from regulars.api.keys import Call
from regulars.basics.ids import typed

_AT_PLACE: Final = re.compile("^(mrc|org)_[0-9a-z]{26}/")


@dataclass(frozen=True, slots=True)
class Where:
    """Checked: the key has the right here."""

    organisation: UUID
    merchant: UUID | None = None
    store: UUID | None = None

    @property
    def merchant_text(self) -> str:
        return "" if self.merchant is None else typed("mrc", self.merchant)

    @property
    def store_text(self) -> str:
        return "" if self.store is None else typed("str", self.store)

    def source_of(self, said: str | None) -> str:
        """What a till calls itself, told apart from another merchant's till of the same name."""
        return f"{self.merchant_text or typed('org', self.organisation)}/{said}" if said else ""


def said_source(source: str) -> str:
    """What the till called itself.

    >>> said_source("mrc_01kdvdna00e008000000000001/till-4"), said_source("till-4"), said_source("a/b")
    ('till-4', 'till-4', 'a/b')
    """
    return _AT_PLACE.sub("", source)


def organisation(call: Call, right: Right) -> UUID:
    """Whose members this key is about: a person belongs to the organisation and is served at any of its merchants.

    Raises NotAllowed, PlaceNeeded.
    """
    found = {place.organisation for place in _held(call, right)}
    if not found:
        raise NotAllowed(f"This needs the right {right.value}.", right=right.value)
    if len(found) > 1:
        raise PlaceNeeded("This key works for several organisations; use one that works for one.")
    return found.pop()


def whole_organisation(call: Call, right: Right) -> UUID:
    """As `organisation`, and only with the right in the whole of it: for what goes through its members as a list."""
    found = organisation(call, right)
    gate.require(call.grants, right, organisation=found)
    return found


def where(call: Call, right: Right, merchant: UUID | None = None, store: UUID | None = None) -> Where:
    """The place named, else the key's own one place. Unknown and foreign places read alike.

    Raises NotAllowed, PlaceNeeded.
    """
    if merchant is None and store is None:
        place = _own(call, right)
        gate.require(call.grants, right, place.merchant, place.store, organisation=place.organisation)
        return Where(place.organisation, place.merchant, place.store)
    gate.require(call.grants, right, merchant, store)
    found = call.grants.places.place(merchant, store)
    assert found is not None, "the gate lets nobody to an unknown place"
    return Where(found.organisation, found.merchant, found.store)


def _held(call: Call, right: Right) -> list[Place]:
    return [grant.place for grant in call.grants.given if right in grant.rights]


def _own(call: Call, right: Right) -> Place:
    places = set(_held(call, right))
    whole = {place for place in places if place.merchant is None}
    if not places:
        raise NotAllowed(f"This needs the right {right.value}.", right=right.value)
    if len(whole) == 1 and len({place.organisation for place in places}) == 1:
        return whole.pop()
    if len(places) > 1:
        raise PlaceNeeded("This key works at several places: say the merchant or the store.")
    return places.pop()


def require_open(call: Call, here: Where, *, at: datetime) -> None:
    """Passes where something of that moment may be booked. Raises PlaceClosed."""
    gate.require_open(call.grants.places, here.merchant, here.store, at=at)


def merchants_seen(call: Call, right: Right) -> frozenset[str] | None:
    """The merchants whose lines this key may see, as typed texts; None: all of its organisation's.

    Lines of a store are its merchant's; a key of one store sees those of its own store, which `stores_seen` names.
    """
    scope = gate.scope(call.grants, right)
    if organisation(call, right) in scope.organisations or scope.everything:
        return None
    return frozenset(typed("mrc", merchant) for merchant in scope.merchants)


def stores_seen(call: Call, right: Right) -> frozenset[str]:
    """The stores beside those merchants."""
    return frozenset(typed("str", store) for store in gate.scope(call.grants, right).stores)
