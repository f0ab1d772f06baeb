"""A purchase decided again by the terms of one side: offers, points that pay, earning; in the order of a checkout."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.programme.book import Book
from regulars.programme.checkout.paying import POINTS
from regulars.programme.coupons.moves import Basket, CouponRow
from regulars.programme.coupons.offering import Candidate, Offers, Ready, code_of
from regulars.programme.coupons.terms import POLICY, PROMOTION
from regulars.programme.moves import Version
from regulars.programme.previews.moves import Bill, Came
from regulars.programme.previews.sums import Sums
from regulars.programme.terms import DEFAULT
from regulars.rules.earning.earn import KIND, carried, counts, earn, limits_of, needed
from regulars.rules.limits import Sum, Whose, counted
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion, Tender
from regulars.rules.paying import PointsPayment, most_points, pay_points
from regulars.rules.pricing import AS_USUAL, BonusPoints, Points
from regulars.rules.reasons import NotApplied

_NOBODY: Final = Whose()
Tiers = Mapping[str, str]


@dataclass(slots=True)
class Side:
    """The terms of one side, and what its purchases have used of limits so far."""

    organisation: UUID
    book: Book
    sums: Sums

    def sums_of(self, bills: Iterable[Bill]) -> set[Sum]:
        """All sums that these may look at, to be read before they are decided; of more than they will ask for."""
        found: set[Sum] = set()
        for bill in bills:
            at, zone, whose = bill.at, bill.occasion.zone, whose_of(bill)
            for one in self.book.at(KIND, at):
                if bill.earns and counts(one.terms):
                    found.update(key for limit in limits_of(one, bill.occasion, whose) for key in limit.sums)
                    found.update(carried(one, bill.occasion, whose))
            for version in self._offers(bill):
                if version.terms.limits:
                    limits = counted(version.terms.limits, code_of(version), whose, at=at, zone=zone)
                    found.update(key for limit in limits for key in limit.sums)
        return found

    def _offers(self, bill: Bill) -> list[Version]:
        coupons = [self.book.version(row.terms) for row in bill.coupons.values()]
        return [*self.book.at(PROMOTION, bill.at), *coupons]

    def decide(self, bill: Bill, facts: MemberFacts | None) -> Came:
        """What it would have brought. What it takes of limits is counted for those after it."""
        units: dict[str, int] = {}
        lines, discount = self._priced(bill, facts, units)
        occasion = bill.occasion if lines is bill.occasion.lines else replace(bill.occasion, lines=lines)
        paid = 0
        if bill.points:
            occasion, paid = self._paid(bill, occasion, facts)
        if bill.earns and bill.member is not None:
            self._earned(bill, occasion, facts, units)
        return Came(units, discount, paid)

    def _priced(self, bill: Bill, facts: MemberFacts | None, units: dict[str, int]) -> tuple[tuple[Line, ...], int]:
        promotions = self.book.at(PROMOTION, bill.at)
        if not promotions and not bill.coupons:
            return bill.occasion.lines, 0
        basket = Basket(bill.id, bill.occasion, facts, bill.member, bill.shown, tuple(bill.coupons), bill.earns)
        ready = self._ready(basket, promotions, bill.coupons)
        if not ready.candidates:
            return bill.occasion.lines, 0
        wanted = {each for one in ready.candidates for limit in one.limits for each in limit.sums}
        coupons = {row.id: 0 for row in bill.coupons.values()}
        offers = Offers(self.organisation, {bill.id: ready}, self.sums.used(wanted), False, coupons)
        priced = offers.decide(basket).priced
        for one in offers.decided:
            for each, amount in one.takes().items():
                self.sums.take(each, amount, bill.at)
        if bill.earns:
            for effect in (each for one in priced.applied for each in one.effects if isinstance(each, Points)):
                units[effect.unit] = units.get(effect.unit, 0) + effect.amount
        return priced.lines, priced.discount

    def _ready(self, basket: Basket, promotions: Iterable[Version], coupons: Mapping[str, CouponRow]) -> Ready:
        """What there is for a purchase, as `coupons.offering` finds it; codes that were good then are good."""
        occasion, whose = basket.occasion, whose_at(basket.member, basket.occasion)
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
                limits = counted(version.terms.limits, code_of(version), whose, at=occasion.at, zone=occasion.zone)
                candidates.append(Candidate(version, limits, coupon))
            elif coupon is not None:
                refused.append(NotApplied(version.code, version.version, reason, str(coupon.id)))
        return Ready(basket, tuple(candidates), tuple(refused), (), policy.terms if policy else AS_USUAL)

    def _paid(self, bill: Bill, occasion: Occasion, facts: MemberFacts | None) -> tuple[Occasion, int]:
        """The same points as were paid with, as far as the terms of this side let them pay."""
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

    def _earned(self, bill: Bill, occasion: Occasion, facts: MemberFacts | None, units: dict[str, int]) -> None:
        rules = self.book.at(KIND, bill.at)
        if not rules:
            return
        if any(counts(one.terms) for one in rules):
            whose = whose_of(bill)
            used: Mapping[Sum, int] = self.sums.used(needed(occasion, facts, rules, whose))
        else:
            whose, used = _NOBODY, {}
        for effect in earn(occasion, facts, rules, used, whose).effects:
            units[effect.unit] = units.get(effect.unit, 0) + effect.amount
            for take in effect.takes:
                self.sums.take(take.sum, take.amount, bill.at)


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
