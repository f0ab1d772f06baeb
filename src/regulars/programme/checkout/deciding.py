"""Purchases are decided one after the other, each seeing what those before it left of coupons, budgets and balances.

Everything that is decided on was read or locked before; nothing is written here.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from regulars.basics.ids import typed
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.checkout.caps import room
from regulars.programme.checkout.known import Known
from regulars.programme.checkout.moves import Load, NewPurchase
from regulars.programme.checkout.paying import Paying, Wallet, pay
from regulars.programme.coupons.moves import Basket, Told
from regulars.programme.coupons.offering import Offers
from regulars.programme.errors import WrongLoad
from regulars.programme.families.moves import Holding
from regulars.programme.following import booking as following
from regulars.programme.following.moves import Follows, Happened
from regulars.programme.known import known_by
from regulars.rules.caps import capped
from regulars.rules.earning.earn import KIND, counts, earn, needed
from regulars.rules.earning.effects import Earned
from regulars.rules.limits import Sum, Whose, taken
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import NotApplied, Reason, Why


@dataclass(frozen=True, slots=True)
class Decided:
    """A purchase with all that comes of it."""

    id: UUID
    wanted: NewPurchase
    basket: Basket
    priced: Told
    occasion: Occasion  # at the prices paid, with all tenders
    parts: tuple[Paying, ...]
    earned: Earned
    earns: bool  # a member is known, who is not kept from earning

    @property
    def facts(self) -> MemberFacts | None:
        return self.basket.facts

    @property
    def holder(self) -> tuple[UUID, UUID]:
        """Who earns, and whose card was shown."""
        assert self.wanted.member is not None
        return self.wanted.member, self.wanted.shown or self.wanted.member

    def loaded(self, load: Load) -> Line:
        return next(line for line in self.occasion.lines if line.number == load.number)

    @property
    def taking(self) -> list[counters.Take]:
        """What the rules take of limits and budgets."""
        held = self.wanted.lapses_at is not None
        return [
            counters.Take(one.sum, self.id, one.amount, self.occasion.at, self.wanted.shown, held)
            for effect in self.earned.effects
            for one in effect.takes
        ]


def baskets(numbered: Sequence[tuple[UUID, NewPurchase]], known: Known) -> list[Basket]:
    """The bills as promotions and coupons look at them: of a batch only one can be a member's first."""
    before: Counter[UUID | None] = Counter()
    found = []
    for number, one in numbered:
        facts = known.facts(one)
        if facts is not None and facts.purchases_before is not None and before[one.member]:
            facts = replace(facts, purchases_before=facts.purchases_before + before[one.member])
        before[one.member] += 1
        occasion = known.occasion(one)
        found.append(Basket(number, occasion, facts, one.member, one.shown, one.coupons, _earns(one, known)))
    return found


def _earns(wanted: NewPurchase, known: Known) -> bool:
    return wanted.member is not None and wanted.member not in known.frozen


Priced = tuple[Told, Wallet]


def price(pairs: Sequence[tuple[NewPurchase, Basket]], known: Known, offers: Offers) -> list[Priced]:
    """What each of a batch costs, and what points and value pay of it. Raises PointsRefused, FamilyRefused, NotEnough,
    WrongCurrency."""
    available: dict[Holding, int] = dict(known.available)
    return [_priced(wanted, basket, known, offers, available) for wanted, basket in pairs]


def decide(
    pairs: Sequence[tuple[NewPurchase, Basket]],
    priced: Sequence[Priced],
    known: Known,
    *,
    organisation: UUID,
    at: datetime,
) -> tuple[list[Decided], Follows]:
    """What each of a batch earns, and what follows from it. Locks the sums that rules look at; then, where balances
    are capped, accounts."""
    whose = whose_of([(basket.id, one.member, basket.occasion) for one, basket in pairs], known.book, organisation)
    rules = {basket.id: known.book.at(KIND, basket.occasion.at) for _, basket in pairs}
    sums = frozenset(
        each
        for (wanted, basket), (_, wallet) in zip(pairs, priced, strict=True)
        if wanted.member is not None
        for each in needed(wallet.tendered(), basket.facts, rules[basket.id], whose[basket.id])
    )
    used = counters.lock(sums, organisation=organisation)
    follows = following.decide(_happened(pairs, priced, known), terms=known.book, organisation=organisation, at=at)
    paying = {(each.owner, each.part.unit) for _, wallet in priced for each in wallet.parts}
    rooms = room({one.member for one, _ in pairs if one.member is not None}, known.book, at, paying=paying)
    found = []
    for (wanted, basket), (told, wallet) in zip(pairs, priced, strict=True):
        occasion = wallet.tendered()
        earns = basket.earns
        earned = _kept_from(wanted)
        if earns:
            assert wanted.member is not None
            left = rooms.get(wanted.member, {})
            earned = capped(
                earn(occasion, basket.facts, rules[basket.id], used, whose[basket.id]), left, known.book.version
            )
            _take(earned, used, occasion)
        found.append(Decided(basket.id, wanted, basket, told, occasion, tuple(wallet.parts), earned, earns))
    return found, follows


def _happened(pairs: Sequence[tuple[NewPurchase, Basket]], priced: Sequence[Priced], known: Known) -> list[Happened]:
    """Those of members that are complete."""
    return [
        Happened(
            basket.id, wallet.tendered(), one.member, one.shown or one.member, known.sketches[one.member].group,
            basket.facts,
        )
        for (one, basket), (_, wallet) in zip(pairs, priced, strict=True)
        if one.member is not None and one.lapses_at is None
    ]  # fmt: skip


def _priced(wanted: NewPurchase, basket: Basket, known: Known, offers: Offers, available: dict[Holding, int]) -> Priced:
    told = offers.decide(basket)
    occasion = basket.occasion
    if told.priced.lines is not occasion.lines:
        occasion = replace(occasion, lines=told.priced.lines)
    wallet = pay(wanted, occasion, basket.facts, known, available)
    available.update(wallet.available)
    for load in wanted.loads:
        if not next(line.paid for line in occasion.lines if line.number == load.number):
            raise WrongLoad("Nothing is paid for this stored value.", line=load.number)
    return told, wallet


def _kept_from(wanted: NewPurchase) -> Earned:
    """Nobody known earns nothing, which needs no reason; who is frozen is told."""
    return Earned() if wanted.member is None else Earned((), (NotApplied("", 0, Reason(Why.FROZEN)),))


def _take(earned: Earned, used: dict[Sum, int], occasion: Occasion) -> None:
    """The next of the batch sees what this one took."""
    for effect in earned.effects:
        for one in effect.takes:
            taken(used, one.sum, one.amount, occasion.at)


def whose_of(
    visits: Sequence[tuple[UUID, UUID | None, Occasion]], terms: Book, organisation: UUID
) -> Mapping[UUID, Whose]:
    """For whom sums are kept, at purchases and activities alike. One query where a limit goes by phone or mail."""
    members = {member for _, member, _ in visits if member is not None}
    versions = terms.versions(KIND)
    asked = any(limit.also_by for one in versions for limit in one.terms.limits)
    by = known_by(members, organisation=organisation) if asked and members else {}
    summed = any(counts(one.terms) for one in versions)  # else nobody asks for names of sums
    return {
        number: Whose(
            typed("mbr", member) if member and summed else "",
            occasion.store,
            occasion.merchant,
            by.get(member, {}) if member else {},
        )
        for number, member, occasion in visits
    }
