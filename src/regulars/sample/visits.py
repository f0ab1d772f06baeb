"""Who comes when: every customer a gamma renewal of their own, in the shoppers' time, and leavers who stop."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.sample.people import LOYAL, ONE_TIME, People
from regulars.sample.seasons import Clock
from regulars.sample.shops import TOWN_SHARES, Shop

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

LEAVERS_SHARE: Final = 0.09  # of all customers
VISITS_BEFORE_LEAVING: Final = 6
SILENT_GAPS: Final = 6.0  # a leaver stays away at least so many mean gaps: silence beyond reasonable doubt
STEADY: Final = 200
_BURN_IN_GAPS: Final = 5.0  # rhythms of those already there began so long ago that the first day is an ordinary day
_SHARE_WEB, _SHARE_HOME, _SHARE_ANYWHERE = 0.04, 0.82, 0.02
CARDLESS_RECEIPTS: Final = 0.26  # of all receipts: about a fifth of the lines, as their baskets are small


@dataclass(frozen=True, slots=True)
class Visits:
    """Receipts before anything is on them, in order of time. `customer` is -1 without a card."""

    at: Ints  # seconds since the first midnight
    customer: Ints
    shop: Ints
    leavers: Ints  # customers who stop for good
    steady: Ints  # customers in whom nothing changes, to measure false alarms on


def make_visits(people: People, shops: tuple[Shop, ...], clock: Clock, random: np.random.Generator) -> Visits:
    customer, when = _renewals(people, clock.days, random)
    leavers, stays = _leave(customer, when, people, clock.days, random)
    customer, when = customer[stays], when[stays]
    steady = _steady(customer, when, leavers, people, clock.days, random)
    shop = _shops_of(people.home[customer], shops, random)
    cardless = round(len(customer) * CARDLESS_RECEIPTS / (1 - CARDLESS_RECEIPTS))
    when = np.concatenate((when, random.random(cardless) * clock.days))
    customer = np.concatenate((customer, np.full(cardless, -1)))
    shop = np.concatenate((shop, _shops_of_strangers(cardless, shops, random)))
    at = clock.seconds(when)
    order = np.lexsort((customer, shop, at))
    return Visits(at[order], customer[order], shop[order], leavers, steady)


def _renewals(people: People, days: int, random: np.random.Generator) -> tuple[Ints, Floats]:
    """Customer and moment (in shoppers' days) of every visit within the span, by customer and time."""
    once = people.kind == ONE_TIME
    already = people.arrives < 0
    start = np.where(already, -_BURN_IN_GAPS * people.gap_days * (0.5 + random.random(len(once))), people.arrives)
    gaps = (days - start) / people.gap_days
    drawn = np.where(once, 0, np.ceil(gaps + 6 * np.sqrt(gaps) + 8)).astype(np.int64)
    whose = np.repeat(np.arange(len(once)), drawn)
    # Spread so wide that the sums restarted per customer lose nothing: one cumulated sum serves all.
    steps = random.gamma(people.shape[whose]) * (people.gap_days / people.shape)[whose]
    run = np.cumsum(steps)
    first = np.concatenate(([0], np.cumsum(drawn)[:-1]))
    base = np.where(drawn > 0, np.concatenate(([0.0], run))[first], 0.0)
    when = start[whose] + run - base[whose]
    within = (when >= 0) & (when < days)
    arriving = np.flatnonzero(~already)  # their first visit is their arrival
    customer = np.concatenate((whose[within], arriving))
    moment = np.concatenate((when[within], people.arrives[arriving]))
    order = np.lexsort((moment, customer))
    return customer[order], moment[order]


def _leave(
    customer: Ints, when: Floats, people: People, days: int, random: np.random.Generator
) -> tuple[Ints, npt.NDArray[np.bool_]]:
    """Chooses leavers and marks the visits that still take place.

    A leaver has at least VISITS_BEFORE_LEAVING visits and then stays away for at least SILENT_GAPS of the own mean gap
    and twice the longest gap ever seen.
    """
    count = len(people.kind)
    nth = np.arange(len(customer)) - np.searchsorted(customer, customer)
    visits = np.bincount(customer, minlength=count)
    sixth = np.flatnonzero(nth == VISITS_BEFORE_LEAVING - 1)
    may_from = np.full(count, np.inf)
    may_from[customer[sixth]] = when[sixth]
    longest = np.zeros(count)
    same = customer[1:] == customer[:-1]
    np.maximum.at(longest, customer[1:][same], np.diff(when)[same])
    may_until = days - np.maximum(SILENT_GAPS * people.gap_days, 2 * longest)
    able = (visits > VISITS_BEFORE_LEAVING) & (may_from < may_until) & (people.kind != LOYAL)
    wanted = min(round(LEAVERS_SHARE * count), int(able.sum()) // 2)
    leavers = np.sort(random.choice(np.flatnonzero(able), size=wanted, replace=False))
    last_day = np.full(count, np.inf)
    last_day[leavers] = random.uniform(may_from[leavers], may_until[leavers])
    return leavers, when <= last_day[customer]


def _steady(
    customer: Ints, when: Floats, leavers: Ints, people: People, days: int, random: np.random.Generator
) -> Ints:
    """Customers there for at least six of their own gaps who go on as ever: no leaver, no newcomer, not loyal."""
    first = np.full(len(people.kind), np.inf)
    np.minimum.at(first, customer, when)
    there = (days - first) >= VISITS_BEFORE_LEAVING * people.gap_days
    there &= (people.kind != ONE_TIME) & (people.kind != LOYAL)
    there[leavers] = False
    able = np.flatnonzero(there)
    return np.sort(random.choice(able, size=min(STEADY, len(able)), replace=False))


def _shops_of(home: Ints, shops: tuple[Shop, ...], random: np.random.Generator) -> Ints:
    """Mostly the home shop, else another one of the town, seldom anywhere, sometimes by web."""
    town = np.array([shop.town for shop in shops])
    weight = np.array([shop.weight for shop in shops])
    chance = random.random(len(home))
    shop = home.copy()
    for number in range(len(TOWN_SHARES)):
        others = np.flatnonzero((chance >= _SHARE_WEB + _SHARE_HOME) & (town[home] == number))
        pull = weight * (town == number)
        shop[others] = random.choice(len(shops), size=len(others), p=pull / pull.sum())
    away = np.flatnonzero(chance >= 1 - _SHARE_ANYWHERE)
    shop[away] = _shops_of_strangers(len(away), shops, random)
    shop[chance < _SHARE_WEB] = len(shops) - 1
    return shop


def _shops_of_strangers(count: int, shops: tuple[Shop, ...], random: np.random.Generator) -> Ints:
    """By the pull of the shops; nobody buys by web without being known."""
    pull = np.array([TOWN_SHARES[shop.town] * shop.weight for shop in shops])
    return random.choice(len(shops), size=count, p=pull / pull.sum()).astype(np.int64)
