"""Rewards redeemed: paid at once, or held until they are handed over; or cancelled, and everything is given back.

Locked in the order of the room: the redemption, then counters, then accounts of the ledger. A race for the last one is
decided by the lock of its stock: who comes second is told that nothing is left.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from regulars.basics.ids import new_id, typed
from regulars.basics.periods import Period
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record
from regulars.ledger.intake import fingerprint
from regulars.ledger.services.keys import claim
from regulars.programme import counters, locks
from regulars.programme.book import book
from regulars.programme.counters import Take
from regulars.programme.errors import RedemptionClosed, RewardGone, RewardRefused, UnknownReward
from regulars.programme.models import Redemption
from regulars.programme.moves import Version
from regulars.programme.moves_rewards import NewRedemption, Redeemed
from regulars.programme.rewards import REWARD, Asking, asking, limits_of
from regulars.programme.selectors.rewards import told, wanted_of
from regulars.programme.services import rewards_paying as paying
from regulars.programme.services.inactivity import keep_alive
from regulars.programme.services.rewards_paying import REDEMPTION
from regulars.rules.limits import Counted
from regulars.rules.reasons import Reason
from regulars.rules.rewards import Price, in_the_way, prices_for, why_not

LAPSED_AT_ONCE: Final = 200


@transaction.atomic
def redeem(wanted: NewRedemption, *, organisation: UUID, actor: Actor, at: datetime) -> Redeemed:
    """Takes of stock and limits, and the price. At most 25 queries; a dozen more where a household pays.

    Raises UnknownReward, RewardRefused, RewardGone, FamilyRefused, KeyReused, and what the ledger refuses (NotEnough,
    HolderFrozen).
    """
    number = new_id(at)
    first = _claimed(wanted, number)
    if first != number:
        return told(Redemption.objects.get(id=first), replayed=True)
    terms = book(organisation)
    version = terms.one(REWARD, wanted.reward, at)
    if version is None:
        raise UnknownReward("There is no such reward now.", reward=wanted.reward)
    asked = asking(
        wanted.member, organisation=organisation, terms=terms, merchant=wanted.merchant, store=wanted.store,
        channel=wanted.channel, rewards=[version.terms], at=at,
    )  # fmt: skip
    price = _price(wanted, version, asked)
    zone = asked.occasion.zone
    if wanted.family and price.amount:  # before counters: whoever of the household asks next waits here
        paying.drawing(wanted, price.unit, terms=terms, zone=zone, at=at).check(price.amount * wanted.count)
    limits = limits_of(version.code, version.terms, asked)
    _take(wanted, price, limits, number, organisation, held=version.terms.fulfilled_later, at=at)
    row = _row(wanted, version, price, number, organisation, actor, at)
    paying.pay(row, wanted, terms=terms, zone=zone, actor=actor, at=at)
    row.save(force_insert=True)
    record([_deed("rewards.redeem", row)], actor=actor, at=at)
    keep_alive([row.member], organisation=organisation, actor=actor, at=at, terms=terms)
    return told(row)


@transaction.atomic
def fulfil(number: UUID, *, organisation: UUID, actor: Actor, at: datetime) -> Redeemed:
    """Hands over what was reserved: its price is taken now. At most 15 queries.

    Raises UnknownReward, RedemptionClosed.
    """
    row = _reserved(number, organisation, at)
    counters.keep([number])
    paying.capture(row, actor, at)
    return _closed(row, "fulfilled", "", actor, at)


@transaction.atomic
def cancel(number: UUID, *, organisation: UUID, reason: str, actor: Actor, at: datetime) -> Redeemed:
    """Gives everything back: units to the lots they came from, stock, limits. At most 40 queries.

    Raises UnknownReward, RedemptionClosed.
    """
    row = locks.redemption(number)
    if row is None or row.organisation != organisation:
        raise UnknownReward("No redemption has this id.", redemption=typed(REDEMPTION, number))
    if row.state == "cancelled":
        raise RedemptionClosed("This redemption was cancelled before.", state=row.state)
    return _cancel(row, reason, actor, at)


@transaction.atomic
def lapse_due(*, actor: Actor, at: datetime, most: int = LAPSED_AT_ONCE) -> int:
    """One step of the job: cancels what nobody came for in time. How many; call it until it answers 0. Idempotent."""
    rows = locks.redemptions_due(at, most)
    for row in rows:
        _cancel(row, "lapsed", actor, at)
    return len(rows)


def _claimed(wanted: NewRedemption, number: UUID) -> UUID:
    """Raises KeyReused."""
    if not wanted.source:
        return number
    key = (wanted.source, f"reward:{wanted.external_id}")
    return claim([(*key, fingerprint(wanted), number)]).get(key, number)


def _price(wanted: NewRedemption, version: Version, asked: Asking) -> Price:
    """Raises RewardRefused."""
    way = why_not(version.terms, asked.occasion, asked.facts)
    if way is not None:
        raise _refused(wanted, way)
    theirs = prices_for(version.terms, asked.occasion, asked.facts)
    chosen = [one for one in theirs if wanted.price in ("", one.code)]
    if chosen:
        return chosen[0]
    named = next((one for one in version.terms.prices if wanted.price in ("", one.code)), None)
    if named is None:
        codes = [one.code for one in version.terms.prices]
        raise RewardRefused("This reward has no such price.", reward=wanted.reward, price=wanted.price, prices=codes)
    found = named.who.why_not(asked.occasion, asked.facts)
    assert found is not None, "a price that is theirs was not chosen"
    raise _refused(wanted, found)


def _refused(wanted: NewRedemption, way: Reason) -> RewardRefused:
    return RewardRefused(
        "The member cannot have this reward here and now.", reward=wanted.reward, why=way.why.value, **way.facts
    )


def _take(
    wanted: NewRedemption,
    price: Price,
    limits: tuple[Counted, ...],
    number: UUID,
    organisation: UUID,
    *,
    held: bool,
    at: datetime,
) -> None:
    """Raises RewardGone, RewardRefused."""
    sums = {one for counted in limits for one in counted.sums}
    used = counters.lock(sums, organisation=organisation)
    amounts = wanted_of(price, wanted.count)
    for place, one in enumerate(limits):
        way = in_the_way(amounts, [one], used)
        if way is None:
            continue
        if place == 0 and one.sums[0].code.startswith("stock/"):
            raise RewardGone(f"{way.facts['available']} of this reward are left.", reward=wanted.reward, **way.facts)
        raise _refused(wanted, way)
    takes = [
        Take(one, number, amounts[one.of], at, wanted.shown or wanted.member, held) for one in sorted(sums, key=str)
    ]
    counters.take(takes, organisation=organisation)


def _row(
    wanted: NewRedemption, version: Version, price: Price, number: UUID, organisation: UUID, actor: Actor, at: datetime
) -> Redemption:
    later = version.terms.fulfilled_later
    return Redemption(
        id=number,
        organisation=organisation,
        member=wanted.member,
        own=wanted.shown or wanted.member,
        reward=version.code,
        version=version.id,
        price=price.code,
        count=wanted.count,
        unit=price.unit,
        amount=price.amount * wanted.count,
        currency=price.currency,
        money=price.money * wanted.count,
        state="reserved" if later else "fulfilled",
        merchant=version.terms.merchant or wanted.merchant,
        store=wanted.store,
        funder=version.terms.funder,
        asked_at=at,
        lapses_at=Period.parse(version.terms.kept_for).after(at, "UTC") if later else None,
        closed_at=None if later else at,
        source=wanted.source,
        external_id=wanted.external_id,
        actor=f"{actor.kind}:{actor.id}",
    )


def _reserved(number: UUID, organisation: UUID, at: datetime) -> Redemption:
    """Raises UnknownReward, RedemptionClosed."""
    row = locks.redemption(number)
    if row is None or row.organisation != organisation:
        raise UnknownReward("No redemption has this id.", redemption=typed(REDEMPTION, number))
    lapsed = row.state == "reserved" and row.lapses_at is not None and row.lapses_at <= at
    if row.state != "reserved" or lapsed:
        state = "lapsed" if lapsed else row.state
        raise RedemptionClosed(f"This redemption is {state}.", state=state)
    return row


def _cancel(row: Redemption, reason: str, actor: Actor, at: datetime) -> Redeemed:
    counters.free([row.id])
    paying.give_back(row, actor, at)
    return _closed(row, "cancelled", reason, actor, at)


def _closed(row: Redemption, state: str, reason: str, actor: Actor, at: datetime) -> Redeemed:
    row.state, row.reason, row.closed_at = state, reason, at
    row.save(update_fields=["state", "reason", "closed_at", "transfer", "paid_by"])
    record([_deed(f"rewards.{'fulfil' if state == 'fulfilled' else 'cancel'}", row)], actor=actor, at=at)
    keep_alive([row.member], organisation=row.organisation, actor=actor, at=at)
    return told(row)


def _deed(what: str, row: Redemption) -> Deed:
    after = {"redemption": typed(REDEMPTION, row.id), "reward": row.reward, "unit": row.unit, "amount": row.amount}
    return Deed(what, typed("mbr", row.member), row.merchant, row.store, after=after, reason=row.reason)
