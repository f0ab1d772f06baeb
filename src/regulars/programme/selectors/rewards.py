"""Reads of rewards. Each says its cost in queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.ledger.selectors import balances
from regulars.programme import counters
from regulars.programme.book import Book
from regulars.programme.families.drawing import together
from regulars.programme.models import Redemption
from regulars.programme.moves import Version
from regulars.programme.moves_rewards import Offered, PaidBy, Redeemed
from regulars.programme.rewards import REWARD, Asking, asking, limits_of, stock_sum
from regulars.rules.limits import Of, Sum
from regulars.rules.rewards import Price, in_the_way, prices_for, why_not

ENDS: Final = ("hold", "transfer")


def catalogue(terms: Book, *, organisation: UUID, at: datetime) -> list[tuple[Version, int | None]]:
    """The rewards there are, with what is left of each. One query."""
    listed = terms.at(REWARD, at)
    used = counters.used(
        [stock_sum(one.code) for one in listed if one.terms.stock is not None], organisation=organisation
    )
    return [(one, _left(one, used)) for one in listed]


def offered_to(
    member: UUID,
    *,
    organisation: UUID,
    terms: Book,
    merchant: str = "",
    store: str = "",
    channel: str = "",
    family: bool = False,
    at: datetime,
) -> list[Offered]:
    """The catalogue as a member sees it: price, what is missing, what is in the way. At most eight queries, however
    many rewards there are; five more with what their household has. Raises FamilyRefused."""
    listed = terms.at(REWARD, at)
    asked = asking(
        member, organisation=organisation, terms=terms, merchant=merchant, store=store, channel=channel,
        rewards=[one.terms for one in listed], at=at,
    )  # fmt: skip
    sums = {sum for one in listed for counted in limits_of(one.code, one.terms, asked) for sum in counted.sums}
    used = counters.used(sums, organisation=organisation)
    available = {one.unit: one.available for one in balances(member, at=at)}
    if family:
        units = {price.unit for one in listed for price in one.terms.prices if price.unit}
        available |= together(member, units, terms=terms, zone=asked.occasion.zone, at=at)
    return [_offered(one, asked, used, available) for one in listed]


def redemptions(members: Sequence[UUID], *, limit: int = 100) -> list[Redeemed]:
    """What members asked for, newest first. One query."""
    return [told(row) for row in Redemption.objects.filter(member__in=members).order_by("-id")[:limit]]


def redemption(number: UUID, *, organisation: UUID) -> Redemption | None:
    """One query."""
    return Redemption.objects.filter(id=number, organisation=organisation).first()


def told(row: Redemption, *, replayed: bool = False) -> Redeemed:
    return Redeemed(
        row.id, row.member, row.reward, row.version, row.price, row.count, row.unit, row.amount, row.currency,
        row.money, row.state, row.asked_at, row.lapses_at, row.closed_at, row.reason, row.merchant, row.store,
        row.hold, row.transfer, replayed, paid_by(row),
    )  # fmt: skip


def paid_by(row: Redemption) -> tuple[PaidBy, ...]:
    """Whose units pay, where a household does."""
    return tuple(
        PaidBy(UUID(one["member"]), one["amount"], *(UUID(one[name]) if one[name] else None for name in ENDS))
        for one in row.paid_by
    )


def wanted_of(price: Price, count: int) -> dict[Of, int]:
    """What one redemption counts for limits."""
    return {Of.USES: count, Of.UNITS: price.amount * count, Of.MONEY: price.money * count}


def _offered(one: Version, asked: Asking, used: dict[Sum, int], available: dict[str, int]) -> Offered:
    prices = prices_for(one.terms, asked.occasion, asked.facts)
    way = why_not(one.terms, asked.occasion, asked.facts)
    missing = 0
    if prices:
        way = way or in_the_way(wanted_of(prices[0], 1), limits_of(one.code, one.terms, asked), used)
        missing = max(0, prices[0].amount - max(0, available.get(prices[0].unit, 0)))
    elif way is None:
        way = one.terms.prices[0].who.why_not(asked.occasion, asked.facts)
    return Offered(one.code, one.id, one.version, one.terms, prices, _left(one, used), missing, way)


def _left(one: Version, used: dict[Sum, int]) -> int | None:
    return None if one.terms.stock is None else max(0, one.terms.stock - used.get(stock_sum(one.code), 0))
