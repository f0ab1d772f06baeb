"""The customers: each with an own rhythm, a home shop, brand habits, and some who leave."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.sample.shops import TOWN_SHARES, Shop, Till
from regulars.sample.vocabulary import CATEGORIES, Buying

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of shopper: typical days between visits, how far customers differ in it, what a basket holds."""

    name: str
    share: float
    gap_days: float
    gap_spread: float  # of the logarithm, between customers
    more_lines: float  # lines of a basket beyond the first, in the mean


LOYAL, WEEKLY, FORTNIGHTLY, MONTHLY, SLOW, ONE_TIME = range(6)
KINDS: Final = (
    Kind("loyal", 0.025, 5.0, 0.10, 3.6),
    Kind("weekly", 0.025, 7.0, 0.15, 0.7),
    Kind("fortnightly", 0.085, 14.0, 0.18, 0.7),
    Kind("monthly", 0.280, 29.0, 0.20, 0.7),
    Kind("slow", 0.285, 58.0, 0.20, 0.7),
    Kind("one-time", 0.300, 1.0, 0.0, 0.7),
)
SHAPE_MIN: Final = 1.5  # a gamma shape of one would be no rhythm at all
THERE_FROM_THE_START: Final = 0.5
NATIONAL_HABIT, STORE_HABIT, SWITCHER = range(3)
HABITS: Final = ("national", "store", "switcher")
_HABIT_SHARES: Final = (0.45, 0.25, 0.30)
BRANDED: Final = tuple(n for n, category in enumerate(CATEGORIES) if category.buying is not Buying.FREELY)


@dataclass(frozen=True, slots=True)
class People:
    """Customers by number; arrays of equal length. `arrives` is in shoppers' days, below 0 for those already there."""

    card: list[str]
    kind: Ints
    gap_days: Floats
    shape: Floats
    arrives: Floats
    home: Ints  # shop
    more_lines: Floats
    habit: Ints  # customers × branded categories
    uses: Bools  # customers × categories: uses the category up steadily
    cycle_days: Floats  # customers × categories: how long a pack lasts there


def make_people(count: int, shops: tuple[Shop, ...], days: int, random: np.random.Generator) -> People:
    sizes = np.floor(np.array([kind.share for kind in KINDS]) * count).astype(np.int64)
    sizes[LOYAL] = max(1, round(KINDS[LOYAL].share * count))
    sizes[ONE_TIME] += count - sizes.sum()
    kind = random.permutation(np.repeat(np.arange(len(KINDS)), sizes))
    middle = np.array([k.gap_days for k in KINDS])[kind]
    spread = np.array([k.gap_spread for k in KINDS])[kind]
    more = np.array([k.more_lines for k in KINDS])[kind]
    shortest, longest = np.array([category.cycle_days for category in CATEGORIES]).T
    own = np.where(kind == LOYAL, 0.12, 0.3)
    return People(
        card=[f"C{100_000 + number:07d}" for number in random.permutation(4 * count)[:count]],
        kind=kind,
        gap_days=middle * np.exp(spread * random.standard_normal(count)),
        shape=np.clip(3.0 * np.exp(0.25 * random.standard_normal(count)), SHAPE_MIN, 8.0),
        arrives=_arrivals(kind, days, random),
        home=_homes(count, shops, random),
        more_lines=more * np.exp(own * random.standard_normal(count)),
        habit=random.choice(3, size=(count, len(BRANDED)), p=_HABIT_SHARES),
        uses=random.random((count, len(CATEGORIES))) < np.array([c.users for c in CATEGORIES]),
        cycle_days=shortest + (longest - shortest) * random.random((count, len(CATEGORIES))),
    )


def _arrivals(kind: Ints, days: int, random: np.random.Generator) -> Floats:
    """Half are there already (their rhythm began long before the first day); the loyal all are."""
    there = (random.random(len(kind)) < THERE_FROM_THE_START) | (kind == LOYAL)
    there &= kind != ONE_TIME
    return np.where(there, -1.0, random.random(len(kind)) * days)


def _homes(count: int, shops: tuple[Shop, ...], random: np.random.Generator) -> Ints:
    town_weight = np.bincount([shop.town for shop in shops], weights=[shop.weight for shop in shops])
    pull = np.array([TOWN_SHARES[shop.town] * shop.weight / town_weight[shop.town] for shop in shops])
    assert shops[-1].till is Till.WEB
    return random.choice(len(shops), size=count, p=pull / pull.sum())
