"""What one offer gives at its turn: discounts by line, points, gifts; or why nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from regulars.rules.occasion import PIECE
from regulars.rules.pricing.bills import Bill, pieces, spread
from regulars.rules.pricing.deals import Counted, Deal, Run, bundles, cheapest_free, gifts, n_for_m, runs
from regulars.rules.pricing.offers import (
    DEALS,
    AmountOff,
    Basis,
    BonusPoints,
    Bundle,
    CheapestFree,
    FixedPrice,
    Gift,
    NForM,
    Offer,
    Offered,
    Percent,
)
from regulars.rules.reasons import Reason, Why
from regulars.rules.rounding import At, Round, divided, shared


@dataclass(frozen=True, slots=True)
class Points:
    """Units that an offer gives on top."""

    unit: str
    amount: int


@dataclass(frozen=True, slots=True)
class GiftDue:
    """Pieces to be handed over that are not on the bill."""

    item: str
    pieces: int


Effect = Points | GiftDue


@dataclass(frozen=True, slots=True)
class Given:
    """What came of an offer. `worth` counts in the choice of the best: the discount, and effects."""

    discounts: Mapping[int, int] = field(default_factory=dict)  # by place in the bill
    effects: tuple[Effect, ...] = ()
    worth: int = 0

    @property
    def discount(self) -> int:
        return sum(self.discounts.values())


def give(one: Offered, bill: Bill, *, again: bool = False) -> Given | Reason:
    """Applies an offer to the bill, which is changed. `again`: on what remains of a purchase (SEMANTICS 13)."""
    places = bill.places(one.offer.what)
    if isinstance(one.offer.benefit, Gift):
        places = tuple(place for place in places if bill.lines[place].item != one.offer.benefit.item)
    if not places:
        return Reason(Why.NO_SUCH_ITEMS)
    if (reason := _below(one.offer, bill, places, again)) is not None:
        return reason
    if isinstance(one.offer.benefit, BonusPoints):
        return _points(one, one.offer.benefit, bill, places)
    deal = _wishes(one.offer, bill, places)
    if isinstance(deal, Reason):
        return deal
    discounts, short = _allowed(one, bill, {place: counted.discount for place, counted in deal.items()})
    if short is not None:
        return short
    due = _due(one.offer, deal)
    if not any(discounts.values()) and not due:
        return Reason(Why.NOTHING_LEFT)
    for place, counted in deal.items():
        if isinstance(one.offer.benefit, DEALS):
            bill.use(place, counted.pieces, counted.amount, discounts[place])
        else:
            bill.take(place, discounts[place])
    worth = one.offer.benefit.worth * due[0].pieces if isinstance(one.offer.benefit, Gift) and due else 0
    found = {place: part for place, part in discounts.items() if part}
    return Given(found, due, sum(found.values()) + worth)


def _below(offer: Offer, bill: Bill, places: Sequence[int], again: bool) -> Reason | None:
    least = offer.conditions.least
    if not (least.amount or least.quantity or least.purchase) or (again and least.kept_on_return):
        return None
    paid = bill.running if offer.stacking.basis == Basis.RUNNING else [line.paid for line in bill.lines]
    quantity = sum(bill.lines[place].quantity for place in places)
    return least.missing(amount=sum(paid[place] for place in places), quantity=quantity, purchase=sum(paid))


def _points(one: Offered, benefit: BonusPoints, bill: Bill, places: Sequence[int]) -> Given | Reason:
    times, offer = 1, one.offer
    if benefit.per is not None:
        times = sum(bill.running[place] for place in places) // benefit.per
        times = times if offer.times is None else min(times, offer.times)
    amount = benefit.amount * times
    if one.units_left is not None and amount > one.units_left:
        if not one.cuts or one.units_left <= 0:
            return Reason(Why.BUDGET_SPENT, {"required": amount, "available": max(0, one.units_left)})
        amount = one.units_left
    if not amount:
        return Reason(Why.NOTHING_LEFT)
    return Given(effects=(Points(benefit.unit, amount),), worth=amount * benefit.worth // 1000)


def _wishes(offer: Offer, bill: Bill, places: Sequence[int]) -> Deal | Reason:
    """What the benefit would take off each line, were there no limits."""
    match offer.benefit:
        case Percent() as percent:
            found = _percent(percent, offer, bill, places)
        case AmountOff() as amount:
            found = _amount(amount, offer, bill, places)
        case FixedPrice() as fixed:
            found = {place: _above(fixed, bill, place) for place in places}
        case NForM() as deal:
            left = runs(bill, places)
            return n_for_m(deal, left, offer.times) or _too_few(deal.take, left)
        case CheapestFree() as deal:
            left = runs(bill, places)
            return cheapest_free(deal, left, offer.times) or _too_few(deal.of, left)
        case Bundle() as deal:
            return _bundles(deal, offer, bill, places) or Reason(Why.NO_SUCH_ITEMS)
        case Gift() as deal:
            on_bill = [place for place, line in enumerate(bill.lines) if line.item == deal.item]
            return gifts(deal, runs(bill, on_bill))
        case BonusPoints():
            raise AssertionError("points take nothing off a bill")
    return {place: Counted(discount=discount) for place, discount in found.items()}


def _too_few(required: int, pieces: list[Run]) -> Reason:
    reached = sum(run.count for run in pieces)
    facts: dict[str, str | int] = {
        "of": "pieces",
        "required": required,
        "reached": reached,
        "missing": max(0, required - reached),
    }
    return Reason(Why.BELOW_MINIMUM, facts)


def _percent(benefit: Percent, offer: Offer, bill: Bill, places: Sequence[int]) -> dict[int, int]:
    original = offer.stacking.basis == Basis.ORIGINAL
    bases = [bill.lines[place].paid if original else bill.running[place] for place in places]
    if benefit.round_at == At.LINE:
        parts = [divided(base * benefit.permille, 1000, benefit.round) for base in bases]
    else:
        parts = shared(divided(sum(bases) * benefit.permille, 1000, benefit.round), bases)
    return dict(zip(places, parts, strict=True))


def _amount(benefit: AmountOff, offer: Offer, bill: Bill, places: Sequence[int]) -> dict[int, int]:
    if benefit.per_piece:
        return {place: benefit.amount * pieces(bill.lines[place]) for place in places}
    times = 1
    if benefit.for_each is not None:
        original = offer.stacking.basis == Basis.ORIGINAL
        reached = sum(bill.lines[place].paid if original else bill.running[place] for place in places)
        times = reached // benefit.for_each
        times = times if offer.times is None else min(times, offer.times)
    most = {place: bill.running[place] for place in places}
    if offer.most_per_line is not None:
        most = {place: min(room, offer.most_per_line) for place, room in most.items()}
    rooms = list(bill.allowed(most).values())
    return dict(zip(places, spread(benefit.amount * times, rooms), strict=True))


def _above(benefit: FixedPrice, bill: Bill, place: int) -> int:
    """How far a line is above its fixed price."""
    line = bill.lines[place]
    each = benefit.prices.get(line.item, benefit.each)
    if each is None:
        return 0
    return max(0, bill.running[place] - divided(each * line.quantity, PIECE, Round.HALF_UP))


def _bundles(deal: Bundle, offer: Offer, bill: Bill, places: Sequence[int]) -> Deal:
    parts: list[list[int]] = [[] for _ in deal.parts]
    for place in places:
        fitting = (number for number, part in enumerate(deal.parts) if part.what.fits(bill.lines[place]))
        if (first := next(fitting, None)) is not None:
            parts[first].append(place)
    return bundles(deal, [runs(bill, part) for part in parts], offer.times)


def _allowed(one: Offered, bill: Bill, wishes: Mapping[int, int]) -> tuple[dict[int, int], Reason | None]:
    """The discounts within the offer's own limits, all caps and the budget; or why the budget refuses."""
    offer = one.offer
    found = bill.allowed(wishes)
    if offer.most_per_line is not None:
        found = {place: min(wish, offer.most_per_line) for place, wish in found.items()}
    if offer.most is not None:
        found = _cut(found, offer.most)
    if one.left is not None and sum(found.values()) > one.left:
        if not one.cuts or one.left <= 0:
            return found, Reason(Why.BUDGET_SPENT, {"required": sum(found.values()), "available": max(0, one.left)})
        found = _cut(found, one.left)
    return found, None


def _cut(wishes: Mapping[int, int], most: int) -> dict[int, int]:
    return dict(zip(wishes, spread(most, list(wishes.values())), strict=True))


def _due(offer: Offer, deal: Deal) -> tuple[GiftDue, ...]:
    if not isinstance(offer.benefit, Gift):
        return ()
    missing = offer.benefit.pieces - sum(counted.pieces for counted in deal.values())
    return (GiftDue(offer.benefit.item, missing),) if missing else ()
