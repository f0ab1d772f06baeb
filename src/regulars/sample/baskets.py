"""What is in the baskets: free choices, packs that ran out, and what goes with what."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.sample.goods import NATIONAL, NO_BRAND, STORE, Goods
from regulars.sample.people import BRANDED, NATIONAL_HABIT, ONE_TIME, STORE_HABIT, People
from regulars.sample.seasons import SECONDS, Clock
from regulars.sample.visits import Visits
from regulars.sample.vocabulary import CATEGORIES, CATEGORY_PAIRS, PAIRS, Buying

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_FAITHFUL: Final = 0.95  # how often a brand habit is kept to
_STRANGER_NATIONAL: Final = 0.62  # share of national brands among customers without a card
_STRANGER_MORE_LINES: Final = 0.75
_CYCLE_NOISE: Final = 0.12  # a pack lasts a bit longer or shorter
_PACKS_MAX: Final = 3


@dataclass(frozen=True, slots=True)
class Cycles:
    """Who uses what up: parallel arrays."""

    customer: Ints
    product: Ints
    days: Floats


@dataclass(frozen=True, slots=True)
class Baskets:
    """Lines: number of the visit, product, pieces; and the planted cycles."""

    visit: Ints
    product: Ints
    pieces: Ints
    cycles: Cycles


def fill_baskets(visits: Visits, people: People, goods: Goods, clock: Clock, random: np.random.Generator) -> Baskets:
    """Lines of all visits, by visit; each visit has at least one."""
    free = _free_choices(visits, people, goods, random)
    cycles = _cycles(people, goods, random)
    used_up = _used_up(visits, cycles, clock, random)
    visit = np.concatenate((free.visit, used_up.visit))
    product = np.concatenate((free.product, used_up.product))
    pieces = np.concatenate((free.pieces, used_up.pieces))
    visit, product = _with_category_pairs(visit, product, len(visits.at), goods, random)
    visit, product = _with_pairs(visit, product, len(visits.at), goods, random)
    pieces = np.concatenate((pieces, np.ones(len(visit) - len(pieces), dtype=np.int64)))
    order = np.argsort(visit, kind="stable")
    return Baskets(visit[order], product[order], pieces[order], cycles)


def _free_choices(visits: Visits, people: People, goods: Goods, random: np.random.Generator) -> Baskets:
    """One line and some more; each chosen by itself, so that nothing sells together by this."""
    known = visits.customer >= 0
    more = np.where(known, people.more_lines[visits.customer], _STRANGER_MORE_LINES)
    lines = 1 + random.poisson(more)
    visit = np.repeat(np.arange(len(lines)), lines)
    customer = visits.customer[visit]
    share = np.array([category.share for category in CATEGORIES])
    cycle = np.array([category.buying is Buying.BY_CYCLE for category in CATEGORIES])
    category = random.choice(len(CATEGORIES), size=len(visit), p=share / share.sum())
    # Who has a card buys these when they run out, not by chance.
    again = (customer >= 0) & cycle[category]
    free = np.where(cycle, 0.0, share)
    category[again] = random.choice(len(CATEGORIES), size=int(again.sum()), p=free / free.sum())
    product = goods.pick(category, _brand_kinds(customer, category, people, random), random.random(len(visit)))
    pieces = 1 + (random.random(len(visit)) < 0.18) + (random.random(len(visit)) < 0.05)
    return Baskets(visit, product, pieces.astype(np.int64), _NO_CYCLES)


_NONE: Final = np.zeros(0, dtype=np.int64)
_NO_CYCLES: Final = Cycles(_NONE, _NONE, np.zeros(0))


def _brand_kinds(customer: Ints, category: Ints, people: People, random: np.random.Generator) -> Ints:
    place = np.full(len(CATEGORIES), -1)
    place[list(BRANDED)] = np.arange(len(BRANDED))
    habit = people.habit[customer, place[category]]
    national = np.full(len(customer), 0.5)
    national[habit == NATIONAL_HABIT] = _FAITHFUL
    national[habit == STORE_HABIT] = 1 - _FAITHFUL
    national[customer < 0] = _STRANGER_NATIONAL
    kind = np.where(random.random(len(customer)) < national, NATIONAL, STORE)
    return np.where(place[category] < 0, NO_BRAND, kind)


def _cycles(people: People, goods: Goods, random: np.random.Generator) -> Cycles:
    """For each customer and category used up steadily: one product, by habit."""
    customer, category = np.nonzero(people.uses & (people.kind != ONE_TIME)[:, None])
    product = goods.pick(category, _brand_kinds(customer, category, people, random), random.random(len(customer)))
    return Cycles(customer, product, people.cycle_days[customer, category])


def _used_up(visits: Visits, cycles: Cycles, clock: Clock, random: np.random.Generator) -> Baskets:
    """A pack is bought at the first visit after the last one ran out; several together if that is long ago."""
    span = clock.days + 1.0
    packs = np.ceil(1.3 * span / cycles.days + 4).astype(np.int64)
    which = np.repeat(np.arange(len(cycles.days)), packs)
    lasts = cycles.days[which] * np.maximum(0.5, 1 + _CYCLE_NOISE * random.standard_normal(len(which)))
    run = np.cumsum(lasts)
    first = np.concatenate(([0], np.cumsum(packs)[:-1]))[: len(packs)]
    runs_out = run - (run - lasts)[first][which] - lasts[first][which] * random.random(len(packs))[which]
    whose = cycles.customer[which]
    by_customer = np.lexsort((visits.at, visits.customer))
    key = (visits.customer * span + visits.at / SECONDS)[by_customer]
    place = np.searchsorted(key, whose * span + np.minimum(runs_out, span - 1e-6))
    found = (runs_out < clock.days) & (place < len(key))
    found[found] = visits.customer[by_customer[place[found]]] == whose[found]
    visit = by_customer[place[found]]
    pair, packs_at_once = np.unique(visit * len(packs) + which[found], return_counts=True)
    product = cycles.product[pair % len(packs)] if len(packs) else _NONE
    return Baskets(pair // max(1, len(packs)), product, np.minimum(packs_at_once, _PACKS_MAX), cycles)


def _with_pairs(
    visit: Ints, product: Ints, visits: int, goods: Goods, random: np.random.Generator
) -> tuple[Ints, Ints]:
    """Adds the right product to baskets with the left one, just so often that the lift aimed at comes out."""
    for left_name, right_name, lift in PAIRS:
        left, right = goods.number(left_name), goods.number(right_name)
        chosen = _to_add(visit[product == left], visit[product == right], visits, lift, random)
        visit = np.concatenate((visit, chosen))
        product = np.concatenate((product, np.full(len(chosen), right)))
    return visit, product


def _with_category_pairs(
    visit: Ints, product: Ints, visits: int, goods: Goods, random: np.random.Generator
) -> tuple[Ints, Ints]:
    names = [category.name for category in CATEGORIES]
    for left_name, right_name, lift in CATEGORY_PAIRS:
        left, right = names.index(left_name), names.index(right_name)
        category = goods.category[product]
        chosen = _to_add(visit[category == left], visit[category == right], visits, lift, random)
        # Which article of it is left to popularity (and to brand, where it has one).
        candidates = np.flatnonzero(goods.category == right)
        share = goods.popularity[candidates] / goods.popularity[candidates].sum()
        visit = np.concatenate((visit, chosen))
        product = np.concatenate((product, random.choice(candidates, size=len(chosen), p=share)))
    return visit, product


def _to_add(left: Ints, right: Ints, visits: int, lift: float, random: np.random.Generator) -> Ints:
    """Visits with `left` that get `right` as well.

    With p the shares of baskets and b = P(right | left) now, adding with chance q gives a lift of
    (q + (1 - q) b) / (p_right + q p_left (1 - b)); solved for q.
    """
    has_left, has_right = np.unique(left), np.unique(right)
    both = np.isin(has_left, has_right, assume_unique=True)
    p_left, p_right, b = len(has_left) / visits, len(has_right) / visits, both.mean() if len(both) else 0.0
    q = (lift * p_right - b) / ((1 - b) * (1 - lift * p_left))
    assert q < 1, lift
    # In a small chain they may already sell together oftener by mere chance: then nothing is added.
    return has_left[~both & (random.random(len(has_left)) < q)]
