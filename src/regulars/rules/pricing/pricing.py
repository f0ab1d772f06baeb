"""The price of a purchase under all offers there are for it: one pure function for preview, checkout and returns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from regulars.basics.quick import quick
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.pricing.bills import Bill, reduced
from regulars.rules.pricing.choosing import Chosen, Search
from regulars.rules.pricing.giving import Effect, Given, give
from regulars.rules.pricing.offers import AS_USUAL, Offered, Policy, Typed
from regulars.rules.pricing.standing import apart, in_order, in_the_way
from regulars.rules.reasons import NotApplied, Reason, Why


@dataclass(frozen=True, slots=True)
class Applied:
    """What an offer did: discounts by line number, and effects to hand on."""

    offered: Offered
    discounts: tuple[tuple[int, int], ...] = ()
    effects: tuple[Effect, ...] = ()

    @property
    def discount(self) -> int:
        return sum(part for _, part in self.discounts)


@quick
@dataclass(frozen=True, slots=True)
class Priced:
    """A purchase with its discounts. The discounts of its lines and those of its offers add up to the same.

    `exact`: nothing better exists (see `choosing`); False only where very many offers bear on each other.
    """

    lines: tuple[Line, ...]  # as they came, with discounts and tax as they are now
    applied: tuple[Applied, ...]
    not_applied: tuple[NotApplied, ...]
    exact: bool = True

    @property
    def discount(self) -> int:
        return sum(one.discount for one in self.applied)


def price(
    occasion: Occasion, member: MemberFacts | None, offers: Iterable[Offered], policy: Policy = AS_USUAL
) -> Priced:
    """Prices a purchase. Neither the order of offers nor that of lines matters."""
    offers = in_order(offers)
    if not offers:
        return Priced(occasion.lines, (), ())
    bill = Bill.of(occasion, policy)
    assert len({one.key for one in offers}) == len(offers), "an offer twice: a coupon needs its own reference"
    reasons_of = {one.key: _not_here(one, occasion, member, bill) for one in offers}
    refused = [(one, why) for one in offers if (why := reasons_of[one.key]) is not None]
    standing = [one for one in offers if reasons_of[one.key] is None]
    all_typed = policy.typed == Typed.ALL_OR_NOTHING
    unable = [one for one, _ in refused if one.typed]
    found = None if all_typed and unable else _chosen(standing, bill, policy, needed=all_typed)
    if found is None:
        refused += _all_or_nothing(standing, unable, bill, policy)
        standing = [one for one in standing if not one.typed]
        found = _chosen(standing, bill, policy, needed=False)
        assert found is not None
    applied, reasons, after = _applied(standing, found.taken, bill)
    told = [NotApplied(one.code, one.version, why, one.reference) for one, why in [*refused, *reasons]]
    told.sort(key=lambda one: (one.code, one.reference))
    return Priced(_priced(occasion, after), tuple(applied), tuple(told), found.exact)


def in_turn(occasion: Occasion, offers: Sequence[Offered], policy: Policy) -> Priced:
    """The same offers again, on what remains of a purchase: each at its turn where it still gives something.

    No conditions but minimums are looked at: when, where and for whom it was has not changed.
    """
    bill = Bill.of(occasion, policy)
    applied, told = [], []
    for one in in_order(offers):
        given = give(one, bill, again=True)
        if isinstance(given, Given):
            applied.append(_told(one, given, bill))
        else:
            told.append(NotApplied(one.code, one.version, given, one.reference))
    return Priced(_priced(occasion, bill), tuple(applied), tuple(told))


def _not_here(one: Offered, occasion: Occasion, member: MemberFacts | None, bill: Bill) -> Reason | None:
    if one.offer.currency and one.offer.currency != occasion.currency:
        return Reason(Why.OTHER_CURRENCY, {"currency": one.offer.currency})
    reason = one.offer.conditions.why_not(occasion, member)
    return reason or (None if bill.places(one.offer.what) else Reason(Why.NO_SUCH_ITEMS))


def _chosen(offers: Sequence[Offered], bill: Bill, policy: Policy, *, needed: bool) -> Chosen | None:
    """The best of each family, together; None where not all that was typed can be taken."""
    taken: list[Offered] = []
    worth, exact = 0, True
    for family in apart(offers, bill):
        found = Search(family, policy.choice, needed).run(bill)
        if found is None:
            return None
        taken += found.taken
        worth, exact = worth + found.worth, exact and found.exact
    return Chosen(tuple(in_order(taken)), worth, exact)


def _all_or_nothing(
    standing: Sequence[Offered], unable: Sequence[Offered], bill: Bill, policy: Policy
) -> list[tuple[Offered, Reason]]:
    """Why each code that was typed is not taken: its own reason, or that another's is in the way."""
    alone = _chosen(standing, bill, policy, needed=False)
    assert alone is not None
    own = dict((one.key, (one, why)) for one, why in _applied(standing, alone.taken, bill)[1] if one.typed)
    first = min([one.key for one in unable] or list(own))
    other = Reason(Why.ALL_OR_NOTHING, {"with": first[0]})
    return [own.get(one.key, (one, other)) for one in standing if one.typed]


def _applied(
    offers: Sequence[Offered], taken: Sequence[Offered], bill: Bill
) -> tuple[list[Applied], list[tuple[Offered, Reason]], Bill]:
    """What the chosen do, each at its turn, and why the others are not among them."""
    now = bill.copy()
    applied: list[Applied] = []
    reasons: list[tuple[Offered, Reason]] = []
    chosen = {one.key for one in taken}
    for one in offers:
        if one.key not in chosen:
            reasons.append((one, _why_not(one, taken, now)))
            continue
        given = give(one, now)
        assert isinstance(given, Given), (one, given)
        applied.append(_told(one, given, now))
    return applied, reasons, now


def _why_not(one: Offered, taken: Sequence[Offered], now: Bill) -> Reason:
    given = give(one, now.copy())
    if isinstance(given, Reason):
        return given
    other = in_the_way(one, taken)
    if other is None:
        return Reason(Why.OUTRANKED, {"by": ", ".join(each.code for each in taken)})
    if other.code == one.code:
        return Reason(Why.LIMIT_REACHED, {"of": "together", "most": one.offer.stacking.together})
    if other.offer.stacking.group and other.offer.stacking.group == one.offer.stacking.group:
        return Reason(Why.OUTRANKED, {"by": other.code})
    return Reason(Why.DOES_NOT_COMBINE, {"with": other.code})


def _told(one: Offered, given: Given, bill: Bill) -> Applied:
    parts = ((bill.lines[place].number, part) for place, part in given.discounts.items())
    return Applied(one, tuple(sorted(parts)), given.effects)


def _priced(occasion: Occasion, bill: Bill) -> tuple[Line, ...]:
    left = {line.number: running for line, running in zip(bill.lines, bill.running, strict=True)}
    return tuple(reduced(line, line.paid - left[line.number]) for line in occasion.lines)
