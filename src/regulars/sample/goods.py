"""The range of goods: products with brand, pack, price and cost, and how often each is chosen."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from regulars.sample.vocabulary import CATEGORIES, FEES, NATIONAL_BRANDS, OWN_BRAND, SIZES, Buying

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

NO_BRAND, NATIONAL, STORE = 0, 1, 2
BRAND_KINDS: Final = ("", "national", "store")
_ZIPF: Final = 0.7  # how steeply popularity falls within a category
_WEIGHED: Final = ("Fruit", "Vegetables", "Meat", "Fish")  # sold by the kilogram


@dataclass(frozen=True, slots=True)
class Goods:
    """Products by number. Texts are lists, the rest arrays of equal length; fees stand last.

    `popularity` is the share within the category (and, in branded ones, within the brand kind).
    """

    code: list[str]
    name: list[str]
    chinese: list[str]
    brand: list[str]
    brand_chinese: list[str]
    category: Ints  # number of the category; len(CATEGORIES) for fees
    brand_kind: Ints
    popularity: Floats
    price: Ints  # minor units, on the first day
    cost: Ints
    weighed: npt.NDArray[np.bool_]
    ground: Floats  # cumulated popularity per (category × brand kind) group, raised by the group's number

    @property
    def fees(self) -> int:
        """Number of the first fee."""
        return len(self.code) - len(FEES)

    def pick(self, category: Ints, brand_kind: Ints, chance: Floats) -> Ints:
        """A product of that category and brand kind for each `chance` in [0, 1), by popularity."""
        return np.searchsorted(self.ground, category * 3 + brand_kind + chance, side="right").astype(np.int64)

    def number(self, name: str) -> int:
        return self.name.index(name)


def make_goods(random: np.random.Generator) -> Goods:
    """All products, in order of category and brand kind."""
    rows = [row for number in range(len(CATEGORIES)) for row in _articles(number)]
    rows += [(english, chinese, "", "", len(CATEGORIES), NO_BRAND, 1.0) for english, chinese, _ in FEES]
    category = np.array([row[4] for row in rows])
    brand_kind = np.array([row[5] for row in rows])
    weight = np.array([row[6] for row in rows])
    group = category * 3 + brand_kind
    popularity = weight / np.bincount(group, weights=weight)[group]
    price = _prices(category, brand_kind, random)
    cost = np.round(price * np.where(brand_kind == STORE, 0.62, 0.74) * random.uniform(0.93, 1.07, len(rows)))
    price[-len(FEES) :] = [amount for _, _, amount in FEES]
    cost[-len(FEES) :] = 0
    return Goods(
        code=[_article_code(number) for number in range(len(rows))],
        name=[row[0] for row in rows],
        chinese=[row[1] for row in rows],
        brand=[row[2] for row in rows],
        brand_chinese=[row[3] for row in rows],
        category=category,
        brand_kind=brand_kind,
        popularity=popularity,
        price=price,
        cost=cost.astype(np.int64),
        weighed=np.isin(category, [n for n, c in enumerate(CATEGORIES) if c.name in _WEIGHED]),
        ground=_ground(group, popularity),
    )


def _articles(number: int) -> list[tuple[str, str, str, str, int, int, float]]:
    """Rows of one category: name, Chinese name, brand, Chinese brand, category, brand kind, weight."""
    category = CATEGORIES[number]
    if category.buying is Buying.FREELY:
        made = [
            (f"{article[0]} {size[0]}".strip(), f"{article[1]}{size[1]}", "", "", number, NO_BRAND)
            for size in SIZES
            for article in category.articles
        ]
        return [(*row, 1.0 / (rank + 3) ** _ZIPF) for rank, row in enumerate(made)]
    national = [NATIONAL_BRANDS[number % len(NATIONAL_BRANDS)], NATIONAL_BRANDS[(number + 3) % len(NATIONAL_BRANDS)]]
    made = [
        (
            f"{brand[0]} {category.name} {article[0]}",
            f"{brand[1]}{article[1]}{category.chinese}",
            brand[0],
            brand[1],
            number,
            STORE if brand is OWN_BRAND else NATIONAL,
        )
        for brand in (*national, OWN_BRAND)
        for article in category.articles
    ]
    return [(*row, 1.0 / (rank % len(category.articles) + 3) ** _ZIPF) for rank, row in enumerate(made)]


def _prices(category: Ints, brand_kind: Ints, random: np.random.Generator) -> Ints:
    low = np.array([c.price_from for c in CATEGORIES] + [1])[category]
    high = np.array([c.price_to for c in CATEGORIES] + [2])[category]
    drawn = low * (high / low) ** random.beta(1.6, 2.6, len(category))
    cheaper = np.where(brand_kind == STORE, 0.78, 1.0)
    return np.asarray(np.maximum(1, np.round(drawn * cheaper / 50)) * 50 - 10, dtype=np.int64)  # …40 and …90


def _ground(group: Ints, popularity: Floats) -> Floats:
    """Cumulated within each group and raised by the group's number: one searchsorted then serves all groups."""
    total = np.cumsum(popularity)
    before = np.concatenate(([0.0], total[:-1]))
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    base = np.repeat(before[starts], np.diff(np.append(starts, len(group))))
    within = total - base
    last = np.append(np.flatnonzero(np.diff(group)), len(group) - 1)
    within[last] = 1.0  # sums of floats end just beside one
    return np.asarray(group + within, dtype=np.float64)


def _article_code(number: int) -> str:
    """A thirteen-digit article number with its check digit.

    >>> _article_code(7)
    '6901000000073'
    """
    body = f"690100{number:06d}"
    odd_even = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return body + str(-odd_even % 10)
