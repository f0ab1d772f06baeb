"""The one gate: may somebody do this here, and what may a query of theirs see. Pure: no database, no clock.

A right reaches the place it was given at and everything within that place; never beside it, never above it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access.errors import NeedsSecondApprover, NotAllowed, PlaceClosed
from regulars.access.moves import Grant, Grants, Holder, Place, Places, Scope
from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.journal.moves import STAFF

HOUSE: Final = Grants(house=True)  # commands and jobs of the installation itself


def require(
    grants: Grants,
    right: Right,
    merchant: UUID | None = None,
    store: UUID | None = None,
    *,
    organisation: UUID | None = None,
) -> None:
    """Passes where the right holds at this place as a whole. Raises NotAllowed.

    Without a place it must hold in every organisation: a place forgotten at the call refuses, it does not open.
    Where a narrower right may begin, and a query then sees only its scope, ask `require_any`.
    """
    if not may(grants, right, merchant, store, organisation=organisation):
        raise NotAllowed(f"This needs the right {right.value} {_place_named(merchant, store)}.", right=right.value)


def _place_named(merchant: UUID | None, store: UUID | None) -> str:
    """The place as it was named; that it is there is not said."""
    if store is not None:
        return f"at {typed('str', store)}"
    return "in the whole organisation" if merchant is None else f"in all of {typed('mrc', merchant)}"


def may(
    grants: Grants,
    right: Right,
    merchant: UUID | None = None,
    store: UUID | None = None,
    *,
    organisation: UUID | None = None,
) -> bool:
    """Whether `require` would pass."""
    return covers(scope(grants, right), grants.places, merchant, store, organisation=organisation)


def require_any(grants: Grants, right: Right) -> Scope:
    """The scope of the right, held anywhere at all. Raises NotAllowed where it is held nowhere."""
    found = scope(grants, right)
    if found.empty:
        raise NotAllowed(f"This needs the right {right.value}.", right=right.value)
    return found


def scope(grants: Grants, right: Right) -> Scope:
    """What the right reaches; `scoping` turns it into a condition on rows."""
    if grants.house:
        return Scope(everything=True)
    places = grants.places
    held = [grant.place for grant in grants.given if right in grant.rights]
    organisations = frozenset(p.organisation for p in held if p.merchant is None) & places.organisations
    whole = {m for m, organisation in places.organisation_of.items() if organisation in organisations}
    alone = {p.merchant for p in held if p.merchant and p.store is None and _stands(places, p)}
    stores = frozenset(p.store for p in held if p.store and _stands(places, p))
    merchants = frozenset(whole | alone)
    return Scope(
        everything=bool(organisations) and organisations >= places.organisations,
        organisations=organisations,
        merchants=merchants,
        stores=frozenset(store for store in stores if places.merchant_of[store] not in merchants),
    )


def _stands(places: Places, place: Place) -> bool:
    """Whether the place is where the grant says it is: a grant that names a foreign merchant's store gives nothing."""
    return places.place(place.merchant, place.store) == place


def covers(
    found: Scope,
    places: Places,
    merchant: UUID | None = None,
    store: UUID | None = None,
    *,
    organisation: UUID | None = None,
) -> bool:
    """Whether a scope reaches a place as a whole; an unknown place is reached by nobody but the house."""
    if merchant is None and store is None:
        if organisation is None:
            return found.everything
        return organisation in found.organisations or (found.everything and not places.organisations)
    place = places.place(merchant, store)
    if place is None or organisation not in (None, place.organisation):
        return found.everything and not places.organisations  # the house, which brings no map
    return found.everything or place.merchant in found.merchants or place.store in found.stores


def require_open(places: Places, merchant: UUID | None, store: UUID | None, *, at: datetime) -> None:
    """Passes where something of that moment may be booked: what happened before a place was closed still is.

    Raises PlaceClosed.
    """
    since = places.closed_since(merchant, store)
    if since is not None and since <= at:
        what = "merchant" if store is None else "store"
        raise PlaceClosed(
            f"This {what} is closed since {since:%Y-%m-%d %H:%M} UTC: nothing new is booked here.",
            closed_at=since.isoformat(),
        )


def both(key: Grants, owner: Grants) -> Grants:
    """What a person's own key may: at each of its places only what the owner may there too."""
    narrowed = tuple(
        Grant(frozenset(r for r in grant.rights if _at(owner, r, grant.place)), grant.place) for grant in key.given
    )
    return Grants(narrowed, key.places)


def _at(grants: Grants, right: Right, place: Place) -> bool:
    return may(grants, right, place.merchant, place.store, organisation=place.organisation)


def may_give(giver: Grants, rights: Iterable[Right], place: Place) -> bool:
    """Nobody gives what they do not have there themselves, and only who manages access there gives at all."""
    asked = {*rights, Right.ACCESS_MANAGE}
    return all(_at(giver, right, place) for right in asked)


def require_give(giver: Grants, rights: Iterable[Right], place: Place) -> None:
    """Raises NotAllowed where `may_give` says no."""
    if not may_give(giver, rights, place):
        raise NotAllowed("You can give only rights that you have there yourself.", right=Right.ACCESS_MANAGE.value)


def require_second(
    asking: Holder,
    approving: Holder | None,
    merchant: UUID | None = None,
    store: UUID | None = None,
    *,
    organisation: UUID | None = None,
    right: Right = Right.LEDGER_APPROVE,
) -> None:
    """Passes where another person, who holds `right` there, approves. Raises NeedsSecondApprover.

    A key approves nothing: it is no person, and could be the asking one's.
    """
    other = approving is not None and approving.kind == STAFF and approving.id != asking.id
    if not other or not may(approving.grants, right, merchant, store, organisation=organisation):  # type: ignore[union-attr]
        raise NeedsSecondApprover(f"This needs the approval of somebody else with {right.value}.", right=right.value)
