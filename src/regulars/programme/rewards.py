"""Rewards among the terms; what is read to decide on them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from regulars.access.selectors import places
from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind
from regulars.members.selectors.sketches import sketches
from regulars.programme.book import Book
from regulars.programme.earning import named
from regulars.programme.known import known_by
from regulars.programme.selectors.tiers import levels_then
from regulars.programme.terms import Problem, of_kind
from regulars.rules.conditions import Conditions
from regulars.rules.limits import Counted, Of, Sum, Whose, counted
from regulars.rules.member import MemberFacts
from regulars.rules.occasion import Occasion
from regulars.rules.rewards import Reward, stock_limit

REWARD: Final = "reward"
KIND_OF_OCCASION: Final = "reward"


@dataclass(frozen=True, slots=True)
class Asking:
    """Who asks for rewards, where and when."""

    facts: MemberFacts
    occasion: Occasion
    whose: Whose


def asking(
    member: UUID,
    *,
    organisation: UUID,
    terms: Book,
    merchant: str,
    store: str,
    channel: str,
    rewards: Sequence[Reward],
    at: datetime,
) -> Asking:
    """What rules may know. Two queries; one more where a limit goes by phone or mail."""
    zone = places().zones.get(organisation, "UTC")
    sketch = sketches([member])[member]
    facts = MemberFacts(
        tiers=levels_then([(member, at)], terms=terms)[member, at],
        segments=sketch.marks,
        tags=sketch.tags,
        joined_on=day_of(sketch.joined_at, zone),
        birthday=sketch.birthday,
    )
    also = any(limit.also_by for reward in rewards for limit in reward.limits)
    known: Mapping[str, tuple[str, ...]] = known_by([member], organisation=organisation)[member] if also else {}
    occasion = Occasion(
        at=at, kind=KIND_OF_OCCASION, merchant=merchant, store=store, channel=channel, zone=zone,
    )  # fmt: skip
    return Asking(facts, occasion, Whose(typed("mbr", member), store, merchant, known))


def limits_of(code: str, reward: Reward, asked: Asking) -> tuple[Counted, ...]:
    """All that is counted for a reward: its stock first."""
    at, zone = asked.occasion.at, asked.occasion.zone
    stock = stock_limit(reward)
    of_stock = counted((stock,) if stock else (), f"stock/{code}", asked.whose, at=at, zone=zone)
    return (*of_stock, *counted(reward.limits, f"reward/{code}", asked.whose, at=at, zone=zone))


def stock_sum(code: str) -> Sum:
    return Sum(f"stock/{code}", Of.USES)


def _check(reward: Reward, organisation: UUID) -> Iterator[Problem]:
    """Whether what a reward names is there. Three queries, one more for each price that names tiers."""
    yield from named(reward.conditions, "/conditions", organisation)
    units = {one.code: one for one in Unit.objects.filter(code__in=[price.unit for price in reward.prices])}
    for place, price in enumerate(reward.prices):
        unit = units.get(price.unit)
        if price.unit and unit is None:
            yield Problem(f"/prices/{place}/unit", "There is no unit of this code.", "unknown")
        elif unit is not None and unit.kind == UnitKind.PAID:
            yield Problem(f"/prices/{place}/unit", "Paid value pays bills; rewards cost points.", "paid")
        if price.who.tiers:
            yield from named(Conditions(who=price.who), f"/prices/{place}", organisation)


of_kind(REWARD, Reward, check=_check)
