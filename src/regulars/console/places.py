"""Which organisation a page is about, and where its reader works: chosen once, kept in the session."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

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


def told_apart(place: Place, names: Mapping[UUID, str]) -> str:
    """What a place is called among others to choose from: an organisation has a merchant of its own name, often."""
    name = names.get(place.store or place.merchant or place.organisation, "")
    return name if place.merchant else _("%(name)s: everything") % {"name": name}


def open_to(holder: Holder) -> list[Place]:
    """Where somebody may work: each place given to them, and what lies within it. No query.

    The widest first, and of equally wide ones that which was founded first: the same order each time.
    """
    places = holder.grants.places
    given = _given(holder)
    found = set(given)
    for merchant, organisation in places.organisation_of.items():
        if Place(organisation) in given:
            found.add(Place(organisation, merchant))
    for store, merchant in places.merchant_of.items():
        organisation = places.organisation_of[merchant]
        if Place(organisation, merchant) in found:
            found.add(Place(organisation, merchant, store))
    return sorted(found, key=_width)


def working_at(request: HttpRequest, holder: Holder) -> tuple[Place, bool]:
    """The place that was chosen, else the widest; and whether there are others. Raises NotAllowed. No query."""
    given = sorted(_given(holder), key=_width)
    if not given:
        raise NotAllowed("You have no role yet. An administrator gives you one.")
    chosen = _chosen(str(request.session.get(CHOSEN, "")), holder)
    return chosen or given[0], len(given) > 1 or _has_more(given[0], holder)


def _given(holder: Holder) -> set[Place]:
    """The places of the roles themselves."""
    known = holder.grants.places.organisations
    return {grant.place for grant in holder.grants.given if grant.place.organisation in known}


def _chosen(text: str, holder: Holder) -> Place | None:
    """The place of this typed id, where it is within one of theirs."""
    places = holder.grants.places
    place: Place | None = None
    if organisation := number_of("org", text):
        place = Place(organisation)
    elif merchant := number_of("mrc", text):
        place = places.place(merchant, None)
    elif store := number_of("str", text):
        place = places.place(None, store)
    if place is None:
        return None
    around = {place, Place(place.organisation, place.merchant), Place(place.organisation)}
    return place if around & _given(holder) else None


def _has_more(place: Place, holder: Holder) -> bool:
    """Whether there is anything within it."""
    places = holder.grants.places
    if place.merchant is None:
        return place.organisation in places.organisation_of.values()
    return place.store is None and place.merchant in places.merchant_of.values()


def choose(request: HttpRequest, holder: Holder, text: str) -> bool:
    """Whether it was one of theirs."""
    if _chosen(text, holder) is None:
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


def _width(place: Place) -> tuple[int, str, str, str]:
    depth = 2 if place.store else 1 if place.merchant else 0
    return depth, str(place.organisation), str(place.merchant or ""), str(place.store or "")
