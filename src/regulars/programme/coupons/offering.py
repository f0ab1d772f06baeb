"""What stands ready for purchases: promotions that hold there, coupons that were shown, and how much of limits is left.

    offers = offers_for(baskets, organisation=…, locked=True, at=…)   # locks coupons, then counters
    told = [offers.decide(basket) for basket in baskets]              # each sees what those before it took
    use(offers, actor=…, at=…)                                        # services/coupons_using: writes what was decided

A preview does the same without locks and writes nothing. One purchase is a batch of one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.members.selectors import roots
from regulars.programme import counters
from regulars.programme.book import Book, book
from regulars.programme.coupons import finding, lists
from regulars.programme.coupons.moves import Basket, CouponRow, Shown, Told
from regulars.programme.coupons.terms import POLICY, PROMOTION, Promotion, Series
from regulars.programme.known import known_by
from regulars.programme.moves import Version
from regulars.programme.terms import DEFAULT
from regulars.rules.limits import Counted, NearEnd, Of, Per, Sum, Whose, counted, left, refusal, taken
from regulars.rules.pricing import (
    AS_USUAL,
    Applied,
    BonusPoints,
    Gift,
    Offer,
    Offered,
    Points,
    Policy,
    Priced,
    Typed,
    price,
)
from regulars.rules.reasons import NotApplied, Reason, Why

PREFIX = "cpn"
_SIDE_BY_SIDE: Final = 1_000  # coupons of one series, each for another product


@dataclass(frozen=True, slots=True)
class Candidate:
    """A promotion or coupon that may apply, with the limits it is under."""

    version: Version
    limits: tuple[Counted, ...]
    coupon: CouponRow | None = None

    @property
    def reference(self) -> str:
        return reference_of(self.coupon)

    @property
    def terms(self) -> Promotion | Series:
        found = self.version.terms
        assert isinstance(found, Promotion | Series)
        return found

    @property
    def offer(self) -> Offer:
        """As the terms say; of a coupon for one product, for that alone, beside those for others."""
        offer = self.terms.offer
        if self.coupon is None or self.coupon.item is None:
            return offer
        goods = replace(offer.what, items=(self.coupon.item,), categories=(), brands=(), marks=())
        return replace(offer, what=goods, stacking=replace(offer.stacking, together=_SIDE_BY_SIDE))


@dataclass(frozen=True, slots=True)
class Ready:
    """What there is for one basket."""

    basket: Basket
    candidates: tuple[Candidate, ...]
    refused: tuple[NotApplied, ...]
    shown: tuple[Shown, ...]
    policy: Policy
    by_itself: frozenset[str] = frozenset()  # coupons that nobody typed: they stand on the member's list


@dataclass(frozen=True, slots=True)
class Decided:
    """An offer that applied, to be written."""

    basket: Basket
    candidate: Candidate
    applied: Applied

    def amounts(self) -> dict[Of, int]:
        """What it takes of limits: a use, the money taken off, the points or pieces given."""
        benefit = self.applied.offered.offer.benefit
        given = sum(one.amount for one in self.applied.effects if isinstance(one, Points))
        pieces = benefit.pieces if isinstance(benefit, Gift) else 0
        return {Of.USES: 1, Of.MONEY: self.applied.discount, Of.UNITS: given + pieces}

    def takes(self) -> dict[Sum, int]:
        """How much of each sum; several limits may look at the same."""
        amounts = self.amounts()
        found = {each: amounts[limit.limit.of] for limit in self.candidate.limits for each in limit.sums}
        return {each: amount for each, amount in found.items() if amount}


@dataclass(slots=True)
class Offers:
    """All of a batch: decided one after the other, written together."""

    organisation: UUID
    baskets: Sequence[Basket]
    ready: Mapping[UUID, Ready]  # nothing at all where nothing is on offer, and no code was shown
    used: dict[Sum, int]
    locked: bool
    coupons: dict[UUID, int] = field(default_factory=dict)  # uses of each that are taken
    decided: list[Decided] = field(default_factory=list)

    def decide(self, basket: Basket) -> Told:
        """The price of a basket. What it takes is counted, so that the next of the batch sees it."""
        ready = self.ready.get(basket.id)
        if ready is None:
            return Told(basket, Priced(basket.occasion.lines, (), ()), ())
        if not ready.candidates and not ready.refused:
            return Told(basket, Priced(basket.occasion.lines, (), ()), ready.shown)
        offered, refused = self._offered(ready)
        if ready.policy.typed == Typed.ALL_OR_NOTHING:
            offered, refused = _all_or_none(offered, [*ready.refused, *refused], ready)
        else:
            refused = [*ready.refused, *refused]
        priced, over = self._priced(ready, offered)
        refused = [*refused, *over]
        for one in _decided(ready, priced):
            self._count(one)
        if refused:
            told = sorted((*refused, *priced.not_applied), key=lambda one: (one.code, one.reference))
            priced = replace(priced, not_applied=tuple(told))
        return Told(basket, priced, ready.shown)

    def _offered(self, ready: Ready) -> tuple[list[Offered], list[NotApplied]]:
        offered, refused = [], []
        for one in ready.candidates:
            found = self._within(one, ready.by_itself)
            if isinstance(found, Offered):
                offered.append(found)
            else:
                refused.append(NotApplied(one.version.code, one.version.version, found, one.reference))
        return offered, refused

    def _within(self, one: Candidate, by_itself: frozenset[str]) -> Offered | Reason:
        """The offer as far as its limits let it go."""
        if one.coupon is not None and one.coupon.uses is not None and self.coupons[one.coupon.id] >= one.coupon.uses:
            return Reason(Why.USED if one.coupon.kept >= one.coupon.uses else Why.RESERVED)
        rooms: dict[Of, int] = {}
        cuts = True
        for each in one.limits:
            if not each.sums and each.limit.per == Per.MEMBER:
                return Reason(Why.NO_MEMBER)
            room = left(each.limit, each.sums, self.used)
            if room <= 0 and each.sums:
                return refusal(each.limit, room)
            if each.sums and room < rooms.get(each.limit.of, room + 1):
                rooms[each.limit.of] = room
                cuts = cuts and (each.limit.of == Of.USES or each.limit.near_end == NearEnd.CUT)
        return self._cut(one, rooms, cuts, one.coupon is not None and one.reference not in by_itself)

    def _cut(self, one: Candidate, rooms: Mapping[Of, int], cuts: bool, typed_in: bool) -> Offered | Reason:
        offer, units = one.offer, rooms.get(Of.UNITS)
        if Of.USES in rooms:
            together = min(offer.stacking.together, rooms[Of.USES])
            offer = replace(offer, stacking=replace(offer.stacking, together=together))
        if isinstance(offer.benefit, Gift) and units is not None and units < offer.benefit.pieces:
            if not cuts:
                return Reason(Why.BUDGET_SPENT, {"required": offer.benefit.pieces, "available": units})
            offer = replace(offer, benefit=replace(offer.benefit, pieces=units))
        of_points = isinstance(offer.benefit, BonusPoints)
        return Offered(
            one.version.code, one.version.version, offer, one.reference, typed_in,
            rooms.get(Of.MONEY), units if of_points else None, cuts,
        )  # fmt: skip

    def _priced(self, ready: Ready, offered: Sequence[Offered]) -> tuple[Priced, list[NotApplied]]:
        """Where offers share a sum and would together take more than is left, the later ones get less or nothing."""
        refused: list[NotApplied] = []
        while True:
            found = price(ready.basket.occasion, ready.basket.facts, offered, ready.policy)
            over = self._over(ready, found)
            if over is None:
                return found, refused
            key, less = over
            if isinstance(less, NotApplied):
                refused.append(less)
                offered = [one for one in offered if one.key != key]
            else:
                offered = [less if one.key == key else one for one in offered]

    def _over(self, ready: Ready, found: Priced) -> tuple[tuple[str, str], Offered | NotApplied] | None:
        """The first offer that takes more of a sum than those before it have left, and what becomes of it."""
        used: dict[Sum, int] = {}
        for one in _decided(ready, found):
            offered, takes = one.applied.offered, one.takes()
            for limit in one.candidate.limits:
                for each in limit.sums:
                    room = limit.limit.most - self.used.get(each, 0) - used.get(each, 0)
                    if takes.get(each, 0) > room:
                        return offered.key, _less(one, limit, max(0, room))
            for each, amount in takes.items():
                used[each] = used.get(each, 0) + amount
        return None

    def _count(self, one: Decided) -> None:
        self.decided.append(one)
        for each, amount in one.takes().items():
            taken(self.used, each, amount, one.basket.occasion.at)
        if one.candidate.coupon is not None and one.candidate.coupon.uses is not None:
            self.coupons[one.candidate.coupon.id] += 1


def _decided(ready: Ready, found: Priced) -> list[Decided]:
    by_key = {(one.version.code, one.reference): one for one in ready.candidates}
    return [Decided(ready.basket, by_key[one.offered.key], one) for one in found.applied]


def _less(one: Decided, limit: Counted, room: int) -> Offered | NotApplied:
    """The offer with what is left for it; what cannot be cut is not applied."""
    offered, version = one.applied.offered, one.candidate.version
    cuts = limit.limit.near_end == NearEnd.CUT and room > 0
    if limit.limit.of == Of.MONEY and cuts:
        return replace(offered, left=room)
    if limit.limit.of == Of.UNITS and cuts and isinstance(offered.offer.benefit, BonusPoints):
        return replace(offered, units_left=room)
    return NotApplied(version.code, version.version, refusal(limit.limit, room), offered.reference)


def _all_or_none(
    offered: list[Offered], refused: list[NotApplied], ready: Ready
) -> tuple[list[Offered], list[NotApplied]]:
    """One code that cannot be taken keeps the others out; promotions stay."""
    bad = [one for one in refused if one.reference and one.reference not in ready.by_itself]
    if not bad:
        return offered, refused
    why = Reason(Why.ALL_OR_NOTHING, {"with": min(one.code or one.reference for one in bad)})
    others = [NotApplied(one.code, one.version, why, one.reference) for one in offered if one.typed]
    return [one for one in offered if not one.typed], [*refused, *others]


def offers_for(
    baskets: Sequence[Basket], *, organisation: UUID, locked: bool, at: datetime, terms: Book | None = None
) -> Offers:
    """Reads what is needed to decide, however many baskets there are; `locked`: and lets nobody else take of it.

    One query for the terms if they are not given; with codes one, and one to lock them; one for limits that count; one
    each where coupons belong to others, or limits go by phone or mail; one or two where coupons stand on personal
    lists. More where limits slide or count for the first time (see counters).
    """
    assert len({basket.id for basket in baskets}) == len(baskets)
    terms = terms or book(organisation)
    texts = {text for one in baskets for text in one.codes}
    listed = lists.on_bills(baskets, terms, organisation=organisation)
    if not texts and not listed.coupons and not terms.versions(PROMOTION):
        return Offers(organisation, baskets, {}, {}, locked)
    found, by_id = finding.find_all(texts, listed.coupons, organisation=organisation, locked=locked, at=at)
    owners = _owners(baskets, by_id.values(), organisation)
    known = _known(baskets, terms, by_id.values(), organisation)
    ready = {one.id: _ready(one, terms, found, listed.of(one.id, by_id), listed, owners, known) for one in baskets}
    sums = {each for one in ready.values() for c in one.candidates for limit in c.limits for each in limit.sums}
    look = counters.lock if locked else counters.used
    used = look(sums, organisation=organisation)
    return Offers(organisation, baskets, ready, used, locked, {row.id: row.taken for row in by_id.values()})


def _ready(
    basket: Basket,
    terms: Book,
    found: Mapping[str, CouponRow],
    on_list: Sequence[CouponRow],
    listed: lists.Listed,
    owners: Mapping[UUID, UUID],
    known: Mapping[UUID, Mapping[str, tuple[str, ...]]],
) -> Ready:
    """Conditions of promotions are looked at first: those that do not hold here lock nothing."""
    occasion = basket.occasion
    policy = terms.one(POLICY, DEFAULT, occasion.at)
    pairs: list[tuple[Version, CouponRow | None]] = [(one, None) for one in terms.at(PROMOTION, occasion.at)]
    if not pairs and not basket.codes and not on_list:
        return Ready(basket, (), (), (), policy.terms if policy else AS_USUAL)
    refused: list[NotApplied] = []
    shown = [
        Shown(text, row.id if (row := found.get(text)) else None, row.series if row else "") for text in basket.codes
    ]
    for text in sorted({one.text for one in shown if one.coupon is None}):
        if (reason := listed.why_not(text, basket)) is not None:
            refused.append(NotApplied("", 0, reason, text))
    typed_in = [row for text in basket.codes if (row := found.get(text)) is not None]
    for row in {row.id: row for row in (*typed_in, *on_list)}.values():
        version = terms.version(row.terms)
        if (reason := _closed(row, basket, owners)) is not None:
            refused.append(NotApplied(row.series, version.version, reason, reference_of(row)))
        else:
            pairs.append((version, row))
    whose = _whose(basket, known)
    candidates = []
    for version, coupon in pairs:
        reason = _to_nobody(version, basket) or version.terms.offer.conditions.why_not(occasion, basket.facts)
        if reason is not None:
            refused.append(NotApplied(version.code, version.version, reason, reference_of(coupon)))
            continue
        limits = counted(version.terms.limits, code_of(version), whose, at=occasion.at, zone=occasion.zone)
        candidates.append(Candidate(version, limits, coupon))
    shows_list = any(one.coupon is None and listed.why_not(one.text, basket) is None for one in shown)
    alone = () if shows_list else on_list
    by_itself = frozenset(map(reference_of, alone)) - set(map(reference_of, typed_in))
    terms_of = policy.terms if policy else AS_USUAL
    return Ready(basket, tuple(candidates), tuple(refused), tuple(shown), terms_of, by_itself)


def _to_nobody(version: Version, basket: Basket) -> Reason | None:
    """Units on top for nobody, or for who is kept from earning, would be used up and give nothing (SEMANTICS 26)."""
    if basket.earns or not isinstance(version.terms.offer.benefit, BonusPoints):
        return None
    return Reason(Why.NO_MEMBER if basket.member is None else Why.FROZEN)


def code_of(version: Version) -> str:
    """Under which limits of a promotion or series count."""
    return f"{'promotion' if version.kind == PROMOTION else 'coupon'}/{version.code}"


def reference_of(coupon: CouponRow | None) -> str:
    return "" if coupon is None else typed(PREFIX, coupon.id)


def _closed(row: CouponRow, basket: Basket, owners: Mapping[UUID, UUID]) -> Reason | None:
    """Why a coupon is good for nothing here, as far as it says so itself. It is judged at the time of the purchase."""
    at = basket.occasion.at
    if row.state == "revoked":
        return Reason(Why.REVOKED)
    if row.uses is not None and row.taken >= row.uses:
        return Reason(Why.USED if row.kept >= row.uses else Why.RESERVED)
    if row.expires_at is not None and row.expires_at <= at:
        return Reason(Why.TOO_LATE, {"ended_at": row.expires_at.isoformat()})
    if row.hard and row.member is not None and owners.get(row.member) != basket.member:
        return Reason(Why.OTHER_PERSON)
    return None


def _owners(baskets: Iterable[Basket], rows: Iterable[CouponRow], organisation: UUID) -> dict[UUID, UUID]:
    """Who those are now to whom coupons belong alone. One query where any does not belong to a member at hand."""
    here = {one.member for one in baskets}
    wanted = {row.member for row in rows if row.hard and row.member is not None}
    found = roots(sorted(wanted - here), organisation=organisation) if wanted - here else {}
    return {**{one: one for one in wanted if one in here}, **found}


def _known(
    baskets: Iterable[Basket], terms: Book, rows: Iterable[CouponRow], organisation: UUID
) -> Mapping[UUID, Mapping[str, tuple[str, ...]]]:
    """What members are known by, where any limit asks for it."""
    versions = [terms.version(row.terms) for row in rows]
    versions += [one for moment in {each.occasion.at for each in baskets} for one in terms.at(PROMOTION, moment)]
    if not any(limit.also_by for one in versions for limit in one.terms.limits):
        return {}
    members = {one.member for one in baskets if one.member is not None}
    return known_by(members, organisation=organisation) if members else {}


def _whose(basket: Basket, known: Mapping[UUID, Mapping[str, tuple[str, ...]]]) -> Whose:
    occasion, member = basket.occasion, basket.member
    if member is None:
        return Whose("", occasion.store, occasion.merchant)
    return Whose(typed("mbr", member), occasion.store, occasion.merchant, known.get(member, {}))
