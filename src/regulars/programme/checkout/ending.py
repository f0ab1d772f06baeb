"""A purchase in two steps: what was reserved is completed, given up, or lapses."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from regulars.basics.errors import RegularsError
from regulars.basics.ids import typed
from regulars.journal.moves import Actor
from regulars.ledger import services as ledger
from regulars.ledger.errors import HoldClosed
from regulars.ledger.selectors import balances
from regulars.programme import counters
from regulars.programme.book import Book, book
from regulars.programme.checkout import rows, telling
from regulars.programme.checkout.counting import counts_of
from regulars.programme.checkout.gaining import settle
from regulars.programme.checkout.holders import Holders, holders_of
from regulars.programme.checkout.moves import Outcome
from regulars.programme.checkout.postings import Moving, lock_accounts, move
from regulars.programme.errors import ReservationClosed
from regulars.programme.following import booking as following
from regulars.programme.following.moves import Follows, Happened
from regulars.programme.models import Checkout
from regulars.programme.services import coupons_using
from regulars.programme.services.inactivity import keep_alive
from regulars.programme.services.qualifying import qualify
from regulars.rules.occasion import Occasion
from regulars.sales import locks
from regulars.sales import services as sales
from regulars.sales.errors import SaleState, SaleUnknown
from regulars.sales.moves import KnownSale
from regulars.sales.selectors import lapsed
from regulars.sales.selectors import sales as known_sales

AT_ONCE: Final = 100


@transaction.atomic
def complete(sale: UUID, *, actor: Actor, at: datetime) -> Outcome:
    """What was set aside is spent, what it earns is booked as of the purchase, for whoever is meant by now; who was
    erased or is frozen earns nothing. Raises SaleUnknown, SaleState and what the ledger refuses."""
    found, kept = _open(sale)
    if found.lapses_at is not None and found.lapses_at <= at:
        raise SaleState("This purchase was reserved for a time that is over.", state="lapsed")
    coupons_using.keep([sale], actor=actor, at=at)
    occasion, who, terms = occasion_of(found, kept), holders_of(kept), book(kept.organisation)
    member = None if who.gone(who.shown) else who.member
    follows = _follows(sale, kept, who, occasion, terms, at) if member else Follows()
    counters.take(follows.takes, organisation=kept.organisation)
    settle(kept, who, terms=terms, at=at)
    lock_accounts([*kept.parts, *kept.gains], follows.postings, at)
    for part in kept.parts:
        held = ledger.capture(UUID(part["hold"]), actor=actor, at=at)
        part["transfer"] = str(held.transfer)
    move([Moving(typed("sal", sale), occasion, [], kept.gains)], more=follows.postings, actor=actor, at=at)
    sales.complete([sale], actor=actor, at=at)
    if member is not None and who.shown is not None:
        counts = [counts_of(sale, occasion, (member, who.shown), kept.gains)]
        keep_alive([member], organisation=kept.organisation, actor=actor, at=at, terms=terms)
        qualify(counts, organisation=kept.organisation, actor=actor, at=at, terms=terms)
    more = following.write(follows, organisation=kept.organisation, actor=actor, at=at)
    kept.told["effects"] += more.get(sale, [])
    kept.told = {**kept.told, "state": "complete", "lapses_at": None, "balances": _balances(kept, member, at)}
    kept.save(update_fields=["parts", "gains", "given", "told"])
    return Outcome(sale, kept.told)


def _follows(sale: UUID, kept: Checkout, who: Holders, occasion: Occasion, terms: Book, at: datetime) -> Follows:
    """What follows from it, now that it is complete."""
    assert who.member is not None
    assert who.shown is not None
    group, facts = who.sketches[who.member].group, rows.facts_kept(kept.facts["member"])
    done = Happened(sale, occasion, who.member, who.shown, group, facts)
    return following.decide([done], terms=terms, organisation=kept.organisation, at=at)


@transaction.atomic
def cancel(sale: UUID, *, reason: str = "", actor: Actor, at: datetime) -> Outcome:
    """Everything is as before. Raises SaleUnknown, SaleState."""
    _, kept = _open(sale)
    coupons_using.release([sale], actor=actor, at=at)
    _give_up(sale, kept, reason, actor, at)
    return Outcome(sale, kept.told)


def lapse_due(*, actor: Actor, at: datetime) -> int:
    """One step of the job: reserved purchases whose time is over. How many; call it until it answers 0."""
    due = lapsed(at=at, limit=AT_ONCE)
    return sum(_lapse(sale, actor, at) for sale in due)


@transaction.atomic
def _lapse(sale: UUID, actor: Actor, at: datetime) -> int:
    """One that nobody has ended meanwhile."""
    try:
        _, kept = _open(sale)
    except SaleState:
        return 0
    try:
        with transaction.atomic():
            coupons_using.release([sale], actor=actor, at=at)
    except ReservationClosed:  # it has lapsed by itself already
        pass
    _give_up(sale, kept, "lapsed", actor, at)
    return 1


def _open(sale: UUID) -> tuple[KnownSale, Checkout]:
    """Locked. Raises SaleUnknown, SaleState."""
    if not locks.sales([sale]):
        raise _unknown(sale)
    found = known_sales([sale])[sale]
    if found.state != "open":
        raise SaleState(f"This purchase is {found.state}.", state=found.state)
    return found, Checkout.objects.get(sale=sale)


def _unknown(sale: UUID) -> RegularsError:
    return SaleUnknown("No purchase has this id.", sale=typed("sal", sale))


def _give_up(sale: UUID, kept: Checkout, reason: str, actor: Actor, at: datetime) -> None:
    lock_accounts(kept.parts, (), at)
    for part in kept.parts:
        try:
            with transaction.atomic():
                ledger.void(UUID(part["hold"]), actor=actor, at=at)
        except HoldClosed:  # it lapsed by itself: the sale was looked at late
            continue
    sales.cancel([sale], reason=reason, actor=actor, at=at)
    member = holders_of(kept).member
    kept.told = {**kept.told, "state": "cancelled", "lapses_at": None, "balances": _balances(kept, member, at)}
    kept.save(update_fields=["told"])


def occasion_of(found: KnownSale, kept: Checkout) -> Occasion:
    """The purchase as the rules saw it, at the prices paid."""
    return rows.occasion_kept(kept.facts["occasion"], tuple(one.sold.line for one in found.lines))


def _balances(kept: Checkout, member: UUID | None, at: datetime) -> list[dict[str, Any]]:
    units = {effect["unit"] for effect in kept.told["effects"] if effect.get("unit")}
    return telling.balances(balances(member, at=at), units) if member and units else []
