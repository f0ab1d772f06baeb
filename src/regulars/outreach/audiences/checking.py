"""What the form of a document cannot say: whether the places, units and levels it names are there."""

from collections.abc import Iterator
from uuid import UUID

from regulars.access.moves import Places
from regulars.access.selectors import places
from regulars.ledger.models import Unit
from regulars.outreach.audiences.forms import Balance, Enrolled, Expiring, Goods, OnLevel, uuids
from regulars.outreach.audiences.reading import Fault, Node, One, leaves
from regulars.programme.book import book


def unknown_names(tree: Node, organisation: UUID) -> list[Fault]:
    """Each name that nothing here has, with its place. At most 5 queries."""
    found = list(leaves(tree))
    return [
        *_unknown_places(found, places(), organisation),
        *_unknown_units(found),
        *_unknown_levels(found, organisation),
    ]


def _unknown_places(found: list[One], known: Places, organisation: UUID) -> Iterator[Fault]:
    for one in found:
        if not isinstance(one.asked, Goods | Enrolled):
            continue
        for place, merchant in enumerate(uuids("mrc", one.asked.merchants)):
            if known.organisation_of.get(merchant) != organisation:
                yield Fault(f"{one.pointer}/merchants/{place}", "There is no such merchant here.", "unknown")
        for place, store in enumerate(uuids("str", one.asked.stores)):
            if known.organisation_of.get(known.merchant_of.get(store, store)) != organisation:
                yield Fault(f"{one.pointer}/stores/{place}", "There is no such store here.", "unknown")


def _unknown_units(found: list[One]) -> Iterator[Fault]:
    asked = [one for one in found if isinstance(one.asked, Balance | Expiring)]
    known = set(Unit.objects.values_list("code", flat=True)) if asked else set()
    for one in asked:
        if one.asked.unit not in known:  # type: ignore[union-attr]
            yield Fault(f"{one.pointer}/unit", "There is no unit of this code.", "unknown")


def _unknown_levels(found: list[One], organisation: UUID) -> Iterator[Fault]:
    asked = [one for one in found if isinstance(one.asked, OnLevel)]
    ladders = book(organisation).versions("ladder") if asked else []
    known: dict[str, set[str]] = {}
    for ladder in ladders:
        known.setdefault(ladder.code, set()).update(level.code for level in ladder.terms.levels)
    for one in asked:
        assert isinstance(one.asked, OnLevel)
        if one.asked.ladder not in known:
            yield Fault(f"{one.pointer}/ladder", "There is no ladder of this code.", "unknown")
            continue
        for place, level in enumerate(one.asked.levels):
            if level not in known[one.asked.ladder]:
                yield Fault(f"{one.pointer}/levels/{place}", "There is no such level on this ladder.", "unknown")
