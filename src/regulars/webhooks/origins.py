"""Whose lines of the journal are: a line names a place, or a subject, or at least who did it; each leads to one
organisation. What leads to none, or to several, is told to nobody.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from regulars.access import selectors as access
from regulars.access.models import Assignment
from regulars.access.moves import Places
from regulars.basics.errors import RegularsError
from regulars.basics.ids import untyped
from regulars.journal.moves import Line
from regulars.ledger.models import Adjustment, Hold, Transfer
from regulars.members.models import Card, CardRange, Company, Household, Member, Wording
from regulars.programme.models import Coupon, Redemption, Terms
from regulars.sales.models import Event, Return, Sale
from regulars.webhooks.models import Endpoint

Owned = Mapping[UUID, UUID]
_OF_OWNER: Final[Mapping[str, type[Hold] | type[Transfer] | type[Adjustment]]] = {
    "hld": Hold,
    "txn": Transfer,
    "adj": Adjustment,
}
_OF_KIND: Final = {
    "mbr": Member,
    "crd": Card,
    "rng": CardRange,
    "cmp": Company,
    "hsh": Household,
    "wrd": Wording,
    "sal": Sale,
    "ret": Return,
    "act": Event,
    "trm": Terms,
    "cpn": Coupon,
    "rdm": Redemption,
    "whk": Endpoint,
}


def organisations(lines: Sequence[Line]) -> list[UUID | None]:
    """Of each line. A query for each kind of thing that is named and does not stand on the map of places."""
    places = access.places()
    if len(places.organisations) == 1:
        return [*places.organisations] * len(lines)
    known = _known({name for line in lines for name in _named(line)}, places)
    return [next((home for name in _named(line) if (home := known.get(name))), None) for line in lines]


def _named(line: Line) -> Iterator[str]:
    """The typed ids of a line, what tells most first."""
    yield from (line.store, line.merchant, line.subject)
    yield str(line.after.get("member", ""))
    yield line.actor_id


def _known(names: Collection[str], places: Places) -> dict[str, UUID]:
    by_kind: defaultdict[str, dict[str, UUID]] = defaultdict(dict)
    for name in names:
        kind = name.partition("_")[0]
        try:
            by_kind[kind][name] = untyped(kind, name)
        except RegularsError:
            continue  # no id: the code of a unit, the name of a job
    found: dict[str, UUID] = {}
    for kind, ids in by_kind.items():
        if (look_up := _looking_up(kind, places)) is not None:
            homes = look_up(list(ids.values()))
            found |= {name: homes[number] for name, number in ids.items() if number in homes}
    return found


def _looking_up(kind: str, places: Places) -> Callable[[Sequence[UUID]], Owned] | None:
    match kind:
        case "org":
            return lambda ids: {one: one for one in ids if one in places.organisations}
        case "mrc":
            return lambda ids: {one: places.organisation_of[one] for one in ids if one in places.organisation_of}
        case "str":
            return lambda ids: {one: place.organisation for one in ids if (place := places.place(None, one))}
        case "key" | "stf":
            return lambda ids: _of_holders("key" if kind == "key" else "staff", ids)
        case _ if kind in _OF_OWNER:
            return lambda ids: _of_owners(_OF_OWNER[kind], ids)
        case _ if kind in _OF_KIND:
            model = _OF_KIND[kind]
            return lambda ids: dict(model._default_manager.filter(pk__in=ids).values_list("pk", "organisation"))
    return None


def _of_owners(model: type[Hold] | type[Transfer] | type[Adjustment], ids: Sequence[UUID]) -> Owned:
    """Of what the ledger keeps, by its owner. Two queries."""
    owners = dict(model._default_manager.filter(pk__in=ids, owner__isnull=False).values_list("pk", "owner"))
    homes = dict(Member.objects.filter(pk__in=set(owners.values())).values_list("pk", "organisation"))
    return {one: homes[owner] for one, owner in owners.items() if owner in homes}


def _of_holders(column_name: str, ids: Sequence[UUID]) -> Owned:
    """Of staff and keys who work for one organisation alone."""
    homes: defaultdict[UUID, set[UUID]] = defaultdict(set)
    given = Assignment.objects.filter(**{f"{column_name}__in": ids})
    for one, home in given.values_list(column_name, "organisation"):
        homes[one].add(home)
    return {one: found.pop() for one, found in homes.items() if len(found) == 1}
