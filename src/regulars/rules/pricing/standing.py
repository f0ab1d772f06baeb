"""Which offers may stand beside each other, in which order they come, and which bear on each other at all."""

from collections.abc import Iterable, Sequence

from regulars.rules.pricing.bills import Bill
from regulars.rules.pricing.offers import Basis, BonusPoints, Gift, Offered


def in_order(offers: Iterable[Offered]) -> list[Offered]:
    """By priority, then code, whatever the order in which they came; points last, on what is paid in the end."""
    return sorted(
        offers,
        key=lambda one: (isinstance(one.offer.benefit, BonusPoints), -one.offer.stacking.priority, *one.key),
    )


def stand(one: Offered, other: Offered) -> bool:
    """Whether two offers may apply to the same purchase."""
    if one.code == other.code:
        return True  # coupons of a series: `together` counts them
    mine, theirs = one.offer.stacking, other.offer.stacking
    if mine.group and mine.group == theirs.group:
        return False
    return _beside(mine.combines_with, theirs.group) and _beside(theirs.combines_with, mine.group)


def _beside(groups: tuple[str, ...] | None, group: str) -> bool:
    return groups is None or group in groups


def in_the_way(one: Offered, taken: Sequence[Offered]) -> Offered | None:
    """The first offer taken that keeps another out, if any does."""
    same = [other for other in taken if other.code == one.code]
    if len(same) >= one.offer.stacking.together:
        return same[0]
    return next((other for other in taken if not stand(one, other)), None)


def apart(offers: Sequence[Offered], bill: Bill) -> list[list[Offered]]:
    """Offers in families: those of one family share lines, caps, or exclude each other; families are independent."""
    families: list[tuple[set[int], list[Offered]]] = []
    for one in offers:
        touched, family = _touched(one, bill), [one]
        rest = []
        for places, members in families:
            if places & touched or not all(stand(one, other) and one.code != other.code for other in members):
                touched, family = touched | places, members + family
            else:
                rest.append((places, members))
        families = [*rest, (touched, family)]
    return sorted((in_order(members) for _, members in families), key=lambda family: _first(family, offers))


def _first(family: Sequence[Offered], offers: Sequence[Offered]) -> int:
    return min(offers.index(one) for one in family)


def _touched(one: Offered, bill: Bill) -> set[int]:
    """The lines an offer looks at or takes from; with a cap's line, all of the cap's."""
    least = one.offer.conditions.least
    if least.purchase and one.offer.stacking.basis == Basis.RUNNING:
        return set(range(len(bill.lines)))
    found = set(bill.places(one.offer.what))
    if isinstance(one.offer.benefit, Gift):
        found |= {place for place, line in enumerate(bill.lines) if line.item == one.offer.benefit.item}
    grown = True
    while grown:
        wider = found.union(*(cap.places for cap in bill.caps if not cap.per_line and cap.places & found))
        grown, found = wider != found, wider
    return found
