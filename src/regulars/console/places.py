"""Which organisation a page is about, and where its reader works: chosen once, kept in the session."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpRequest

from regulars.access.errors import NotAllowed
from regulars.access.moves import Holder, Place, Places
from regulars.access.naming import names
from regulars.basics.ids import WrongId, typed, untyped

CHOSEN: Final = "regulars.place"
_kept: tuple[Places, Mapping[UUID, str]] | None = None


def named(places: Places) -> Mapping[UUID, str]:
    """What each place is called. No query where this process knows the present map; else three."""
    global _kept
    kept = _kept
    if kept is None or kept[0] is not places:
        kept = _kept = (places, names())
    return kept[1]


def open_to(holder: Holder) -> list[Place]:
    """Where somebody may work: each place given to them, and what lies within it; the widest first. No query."""
    places = holder.grants.places
    found: dict[Place, None] = {}
    for place in sorted({grant.place for grant in holder.grants.given}, key=_width):
        if place.organisation not in places.organisations:
            continue
        found[place] = None
        merchants = [m for m, home in places.organisation_of.items() if home == place.organisation]
        for merchant in merchants if place.merchant is None else [place.merchant]:
            if place.store is None:
                found[Place(place.organisation, merchant)] = None
                stores = [s for s, within in places.merchant_of.items() if within == merchant]
                found |= dict.fromkeys(Place(place.organisation, merchant, store) for store in stores)
    return sorted(found, key=_width)


def working_at(request: HttpRequest, holder: Holder) -> tuple[Place, bool]:
    """The place that was chosen, else the narrowest sensible one; and whether there are others. Raises NotAllowed."""
    listed = open_to(holder)
    if not listed:
        raise NotAllowed("You have no role yet. An administrator gives you one.")
    by_text = {text_of(place): place for place in listed}
    chosen = by_text.get(str(request.session.get(CHOSEN, "")))
    return chosen or listed[0], len(listed) > 1


def choose(request: HttpRequest, holder: Holder, text: str) -> bool:
    """Whether it was one of theirs."""
    if text not in {text_of(place) for place in open_to(holder)}:
        return False
    request.session[CHOSEN] = text
    return True


def text_of(place: Place) -> str:
    """The typed id of the place itself."""
    if place.store:
        return typed("str", place.store)
    return typed("mrc", place.merchant) if place.merchant else typed("org", place.organisation)


def number_of(prefix: str, text: str) -> UUID | None:
    """None where it is no such id."""
    try:
        return untyped(prefix, text)
    except WrongId:
        return None


def _width(place: Place) -> tuple[int, str, str]:
    depth = 2 if place.store else 1 if place.merchant else 0
    return depth, str(place.merchant or ""), str(place.store or "")
