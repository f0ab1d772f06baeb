"""Purchases are decided one after the other, each seeing what those before it left of coupons, budgets and balances.

Everything that is decided on was read or locked before; nothing is written here.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.basics.quick import quick
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.checkout.caps import CAP, room
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
from regulars.rules.earning.earn import KIND, InTurn, counts, earn, in_turn, needed
from regulars.rules.earning.effects import Earned
from regulars.rules.limits import Sum, Whose, taken
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Line, Occasion
from regulars.rules.reasons import NotApplied, Reason, Why


@quick
@dataclass(frozen=True, slots=True)
class Decided:
    """A purchase with all that comes of it."""

    id: UUID
    name: str  # the same as a typed id
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
        if facts is not None and facts.purchases_before is not None:
            if before[one.member]:
                facts = replace(facts, purchases_before=facts.purchases_before + before[one.member])
            before[one.member] += 1
        occasion = known.occasion(one)
        found.append(Basket(number, occasion, facts, one.member, one.shown, one.coupons, _earns(one, known)))
    return found


def _earns(wanted: NewPurchase, known: Known) -> bool:
    return wanted.member is not None and not (known.frozen and wanted.member in known.frozen)


Priced = tuple[Told, Wallet]
_NOTHING: Final = Earned()
_FROZEN: Final = Earned((), (NotApplied("", 0, Reason(Why.FROZEN)),))


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
    occasions = [wallet.tendered() for _, wallet in priced]
    whose = whose_of([(one.member, basket.occasion) for one, basket in pairs], known.book, organisation)
    rules = _rules(occasions, known.book)
    sums = frozenset(
        each
        for (wanted, basket), occasion, by, who in zip(pairs, occasions, rules, whose, strict=True)
        if wanted.member is not None
        for each in needed(occasion, basket.facts, by, who)
    )
    used = counters.lock(sums, organisation=organisation)
    happened = _happened(pairs, occasions, known) if following.asked(known.book) else []
    follows = following.decide(happened, terms=known.book, organisation=organisation, at=at)
    rooms = _rooms(pairs, priced, known, at)
    found = []
    for (wanted, basket), (told, wallet), occasion, by, who in zip(pairs, priced, occasions, rules, whose, strict=True):
        earns = basket.earns
        earned = _kept_from(wanted)
        if earns:
            assert wanted.member is not None
            left = rooms.get(wanted.member, {}) if rooms else {}
            earned = capped(earn(occasion, basket.facts, by, used, who), left, known.book.version)
            _take(earned, used, occasion)
        name = typed("sal", basket.id)
        found.append(Decided(basket.id, name, wanted, basket, told, occasion, tuple(wallet.parts), earned, earns))
    return found, follows


def _rules(occasions: Sequence[Occasion], terms: Book) -> list[InTurn]:
    """What holds at each, in its turn: ordered once for all between two changes of the terms."""
    held = [terms.at(KIND, one.at) for one in occasions]
    ordered = {id(one): in_turn(one) for one in {id(one): one for one in held}.values()}
    return [ordered[id(one)] for one in held]


def _rooms(
    pairs: Sequence[tuple[NewPurchase, Basket]], priced: Sequence[Priced], known: Known, at: datetime
) -> dict[UUID, dict[str, int]]:
    """How much balances may still hold. Locks the accounts, where any is capped."""
    if not known.book.at(CAP, at):
        return {}
    paying = {(each.owner, each.part.unit) for _, wallet in priced for each in wallet.parts}
    return room({one.member for one, _ in pairs if one.member is not None}, known.book, at, paying=paying)


def _happened(
    pairs: Sequence[tuple[NewPurchase, Basket]], occasions: Sequence[Occasion], known: Known
) -> list[Happened]:
    """Those of members that are complete."""
    return [
        Happened(
            basket.id, occasion, one.member, one.shown or one.member, known.sketches[one.member].group, basket.facts,
        )
        for (one, basket), occasion in zip(pairs, occasions, strict=True)
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
    return _NOTHING if wanted.member is None else _FROZEN


def _take(earned: Earned, used: dict[Sum, int], occasion: Occasion) -> None:
    """The next of the batch sees what this one took."""
    for effect in earned.effects:
        for one in effect.takes:
            taken(used, one.sum, one.amount, occasion.at)


_NOBODY: Final = Whose()


def whose_of(visits: Sequence[tuple[UUID | None, Occasion]], terms: Book, organisation: UUID) -> list[Whose]:
    """For whom sums are kept, at each of purchases and activities alike. One query where a limit goes by phone or
    mail."""
    versions = terms.versions(KIND)
    if not any(counts(one.terms) for one in versions):
        return [_NOBODY] * len(visits)  # nobody asks for names of sums
    members = {member for member, _ in visits if member is not None}
    asked = any(limit.also_by for one in versions for limit in one.terms.limits)
    by = known_by(members, organisation=organisation) if asked and members else {}
    return [
        Whose(
            typed("mbr", member) if member else "",
            occasion.store,
            occasion.merchant,
            by.get(member, {}) if member else {},
        )
        for member, occasion in visits
    ]
