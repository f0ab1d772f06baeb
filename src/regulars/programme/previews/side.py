"""Purchases decided again by the terms of one side: offers, points that pay, earning; in the order of a checkout."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.programme.book import Book
from regulars.programme.checkout.paying import POINTS
from regulars.programme.coupons.moves import Basket, CouponRow
from regulars.programme.coupons.offering import Candidate, Offers, Ready, code_of
from regulars.programme.coupons.terms import POLICY, PROMOTION
from regulars.programme.moves import Version
from regulars.programme.previews.moves import Bill
from regulars.programme.previews.parts import Rules, parts_of
from regulars.programme.previews.sums import Sums
from regulars.programme.terms import DEFAULT
from regulars.rules.earning.earn import KIND, carried, earn, limits_of, needed
from regulars.rules.limits import Sum, Whose, counted
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion, Tender
from regulars.rules.paying import PointsPayment, most_points, pay_points
from regulars.rules.pricing import AS_USUAL, BonusPoints, Points
from regulars.rules.reasons import NotApplied

Units = Mapping[str, int]
_NOBODY: Final = Whose()
_NOTHING: Final[Units] = {}


@dataclass(frozen=True, slots=True)
class Priced:
    """A purchase at the prices of a side, with what offers took off and gave on top."""

    occasion: Occasion
    discount: int = 0
    on_top: Units = field(default_factory=dict)


@dataclass(slots=True)
class Side:
    """The terms of one side, and what its purchases have used of limits so far."""

    organisation: UUID
    book: Book
    sums: Sums
    _parts: dict[int, tuple[Rules, ...]] = field(default_factory=dict)

    def parts(self, bill: Bill) -> tuple[Rules, ...]:
        """The rules that hold, in parts that know nothing of each other; the same value between two changes."""
        rules = self.book.at(KIND, bill.at)
        found = self._parts.get(id(rules))  # the book keeps them
        if found is None:
            found = self._parts[id(rules)] = parts_of(rules)
        return found

    def sums_of(self, bill: Bill, parts: Iterable[Rules], *, offers: bool) -> set[Sum]:
        """All sums that these may look at for a purchase, to be read before it is decided."""
        found: set[Sum] = set()
        if bill.earns:
            for one in (each for rules in parts if rules.counts for each in rules.versions):
                whose = whose_of(bill)
                found.update(key for limit in limits_of(one, bill.occasion, whose) for key in limit.sums)
                found.update(carried(one, bill.occasion, whose))
        if offers:
            for version in self._offers(bill):
                if version.terms.limits:
                    limits = counted(
                        version.terms.limits, code_of(version), whose_of(bill), at=bill.at, zone=bill.occasion.zone
                    )
                    found.update(key for limit in limits for key in limit.sums)
        return found

    def _offers(self, bill: Bill) -> Sequence[Version]:
        promotions = self.book.at(PROMOTION, bill.at)
        if not bill.coupons:
            return promotions
        return [*promotions, *(self.book.version(row.terms) for row in bill.coupons.values())]

    def priced(self, bill: Bill, facts: MemberFacts | None) -> Priced:
        """At the offers of this side. What they take of limits is counted for those after it."""
        promotions = self.book.at(PROMOTION, bill.at)
        if not promotions and not bill.coupons:
            return Priced(bill.occasion)
        basket = Basket(bill.id, bill.occasion, facts, bill.member, bill.shown, tuple(bill.coupons), bill.earns)
        ready = self._ready(basket, promotions, bill.coupons)
        if not any(_fits(one, bill) for one in ready.candidates):
            return Priced(bill.occasion)
        wanted = {each for one in ready.candidates for limit in one.limits for each in limit.sums}
        coupons = {row.id: 0 for row in bill.coupons.values()}
        offers = Offers(self.organisation, [basket], {bill.id: ready}, self.sums.used(wanted), False, coupons)
        priced = offers.decide(basket).priced
        for one in offers.decided:
            for each, amount in one.takes().items():
                self.sums.take(each, amount, bill.at)
        on_top: dict[str, int] = {}
        for effect in (each for one in priced.applied for each in one.effects if isinstance(each, Points)):
            on_top[effect.unit] = on_top.get(effect.unit, 0) + effect.amount
        if not priced.discount:
            return Priced(bill.occasion, 0, on_top)
        return Priced(replace(bill.occasion, lines=priced.lines), priced.discount, on_top)

    def _ready(self, basket: Basket, promotions: Iterable[Version], coupons: Mapping[str, CouponRow]) -> Ready:
        """What there is for a purchase, as `coupons.offering` finds it; codes that were good then are good."""
        occasion = basket.occasion
        policy = self.book.one(POLICY, DEFAULT, occasion.at)
        pairs: list[tuple[Version, CouponRow | None]] = [(one, None) for one in promotions]
        pairs += [(self.book.version(row.terms), row) for row in coupons.values()]
        candidates, refused = [], []
        for version, coupon in pairs:
            offer = version.terms.offer
            if isinstance(offer.benefit, BonusPoints) and not basket.earns:
                continue
            reason = offer.conditions.why_not(occasion, basket.facts)
            if reason is None:
                listed = version.terms.limits
                whose = whose_at(basket.member, occasion) if listed else _NOBODY
                limits = counted(listed, code_of(version), whose, at=occasion.at, zone=occasion.zone)
                candidates.append(Candidate(version, limits, coupon))
            elif coupon is not None:
                refused.append(NotApplied(version.code, version.version, reason, str(coupon.id)))
        return Ready(basket, tuple(candidates), tuple(refused), (), policy.terms if policy else AS_USUAL)

    def paid(self, bill: Bill, occasion: Occasion, facts: MemberFacts | None) -> tuple[Occasion, int]:
        """The same points as were paid with, as far as the terms of this side let them pay: the purchase with these
        among its tenders, and how much they paid."""
        paid: dict[int, int] = {}
        tenders: list[Tender] = []
        for unit, units in bill.points:
            terms = self._payment(unit, occasion)
            if terms is None:
                continue
            rest = _rest(occasion, bill.loads, paid)
            most, _ = most_points(terms, rest, facts, units)
            points = min(most, units - units % terms.step)
            if points < terms.least:
                continue
            part = pay_points(terms, rest, points)
            tenders.append(Tender(f"points:{unit}", part.money))
            for number, money in part.lines.items():
                paid[number] = paid.get(number, 0) + money
        if not tenders:
            return occasion, 0
        return replace(occasion, tenders=(*occasion.tenders, *tenders)), sum(paid.values())

    def _payment(self, unit: str, occasion: Occasion) -> PointsPayment | None:
        for version in self.book.at(POINTS, occasion.at):
            found: PointsPayment = version.terms
            if (found.unit, found.currency) == (unit, occasion.currency):
                return found
        return None

    def earned(self, bill: Bill, occasion: Occasion, facts: MemberFacts | None, rules: Rules) -> Units:
        """What one part of the rules gives. What it takes of limits is counted for those after it."""
        if not bill.earns or bill.member is None:
            return _NOTHING
        whose, used = _NOBODY, dict[Sum, int]()
        if rules.counts:
            whose = whose_of(bill)
            used = self.sums.used(needed(occasion, facts, rules.versions, whose))
        units: dict[str, int] = {}
        for effect in earn(occasion, facts, rules.versions, used, whose).effects:
            units[effect.unit] = units.get(effect.unit, 0) + effect.amount
            for take in effect.takes:
                self.sums.take(take.sum, take.amount, bill.at)
        return units


def _fits(one: Candidate, bill: Bill) -> bool:
    """Whether any line of the purchase is of its goods; of a bundle or a gift that is not asked here."""
    fits = one.offer.what.fits
    return bool(getattr(one.offer.benefit, "parts", ())) or any(fits(line) for line in bill.occasion.lines)


def _rest(occasion: Occasion, loads: frozenset[int], paid: Mapping[int, int]) -> Occasion:
    """The lines that points may pay, as far as nothing has paid them."""
    left = [
        replace(one, amount=one.paid - paid.get(one.number, 0), discount=0, tax=0)
        for one in occasion.lines
        if one.number not in loads
    ]
    return replace(occasion, lines=tuple(one for one in left if one.amount))


def whose_of(bill: Bill) -> Whose:
    return whose_at(bill.member, bill.occasion)


def whose_at(member: UUID | None, occasion: Occasion) -> Whose:
    """For whom sums are kept. What else a person is known by is not looked at."""
    return Whose(typed("mbr", member) if member else "", occasion.store, occasion.merchant)
