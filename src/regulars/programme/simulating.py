"""What a bill or an event would bring on a day, for a member or for made-up facts, also by terms not yet published.

Asked of the very functions that a checkout asks; nothing is locked, nothing written.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from regulars.basics.ids import typed
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.checkout.known import read
from regulars.programme.checkout.moves import NewPurchase
from regulars.programme.coupons.moves import Basket
from regulars.programme.coupons.offering import offers_for
from regulars.programme.known import known_by
from regulars.programme.moves import NewTerms, Version
from regulars.programme.services.terms import checked
from regulars.rules.earning.earn import KIND, earn, needed
from regulars.rules.earning.effects import Earned
from regulars.rules.limits import Whose
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import PURCHASE, Occasion
from regulars.rules.pricing import Priced

DRAFT: Final = 0  # the version of what is not published


@dataclass(frozen=True, slots=True)
class Question:
    """A bill; or an event with its amount. `facts` stand for the member's own, `drafts` for what is published of their
    code."""

    wanted: NewPurchase
    event: str = PURCHASE
    amount: int = 0
    facts: MemberFacts | None = None
    drafts: tuple[NewTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class Simulated:
    """The occasion at the prices found, what comes of it, and the terms it was asked of."""

    occasion: Occasion
    priced: Priced | None  # None: of an event
    earned: Earned
    terms: Book


def simulate(question: Question, *, organisation: UUID, at: datetime) -> Simulated:
    """Some ten queries. Raises WrongTerms, UnknownTerms."""
    wanted = question.wanted
    known = read([wanted], organisation=organisation, at=at)
    terms = _with_drafts(known.book, question.drafts, wanted.effective_at, organisation)
    facts = question.facts or known.facts(wanted)
    occasion = replace(known.occasion(wanted), kind=question.event, amount=question.amount)
    priced = None
    if question.event == PURCHASE:
        basket = Basket(organisation, occasion, facts, wanted.member, wanted.shown, wanted.coupons)
        priced = offers_for([basket], organisation=organisation, locked=False, at=at, terms=terms).decide(basket).priced
        occasion = replace(occasion, lines=priced.lines)
    return Simulated(occasion, priced, _earned(occasion, facts, wanted.member, terms, organisation), terms)


def _earned(
    occasion: Occasion, facts: MemberFacts | None, member: UUID | None, terms: Book, organisation: UUID
) -> Earned:
    """Nobody known earns nothing; of made-up facts nothing is used up yet."""
    if facts is None:
        return Earned()
    rules = terms.at(KIND, occasion.at)
    whose = Whose("somebody", occasion.store, occasion.merchant)
    if member is not None:
        asked = any(limit.also_by for one in rules for limit in one.terms.limits)
        by = known_by([member], organisation=organisation).get(member, {}) if asked else {}
        whose = replace(whose, member=typed("mbr", member), known_by=by)
    used = counters.used(needed(occasion, facts, rules, whose), organisation=organisation)
    return earn(occasion, facts, rules, used, whose)


def _with_drafts(terms: Book, drafts: Sequence[NewTerms], moment: datetime, organisation: UUID) -> Book:
    """The book as if these were published and nothing else of their codes. Raises WrongTerms, UnknownTerms."""
    by_kind, by_id = dict(terms.by_kind), dict(terms.by_id)
    for place, one in enumerate(drafts):
        found = checked(one, organisation, within=f"/drafts/{place}/document")
        number = uuid5(organisation, f"{one.kind}/{one.code}")
        draft = Version(number, one.kind, one.code, DRAFT, moment, None, found)
        others = (other for other in by_kind.get(one.kind, ()) if other.code != one.code)
        by_kind[one.kind] = tuple(sorted((*others, draft), key=lambda each: (each.code, each.version)))
        by_id[number] = draft
    return Book(organisation, by_kind, by_id)
