"""Settings for one shop, found on validation baskets alone.

Shapes of memory, numbers of neighbours and freshness of popularity are tried one after the other, each from the best
so far; for each, the weights of the sources are found by going along one weight at a time. Looking at more settings
than that would fit the validation baskets, not the shop.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.insight.nextbasket.baskets import Baskets, Ints
from regulars.insight.nextbasket.climbing import climb
from regulars.insight.nextbasket.measures import Truth
from regulars.insight.nextbasket.model import NextBasket
from regulars.insight.nextbasket.parts import Mix, Parts, joined, taken

Settings = Mapping[str, float]
_SHAPES: Final[Sequence[Settings]] = (
    {"within": 1.0, "across": 1.0, "group": 1},
    {"within": 0.9, "across": 0.9, "group": 1},
    {"within": 0.9, "across": 0.7, "group": 7},
    {"within": 0.8, "across": 0.8, "group": 1},
)
# More than climbing asks for: what is gained must be more than this, or the plainer setting stays.
_LESS_SHAPE: Final = 1e-3


@dataclass(frozen=True, slots=True)
class Chosen:
    """The settings, what they reached on the validation baskets, and all that was tried: settings, score."""

    settings: Mapping[str, float]
    score: float  # mean of Recall@10 and NDCG@10
    tried: pa.Table
    customers: int

    def model(self, **fixed: Any) -> NextBasket:
        """A model with these settings; not fitted."""
        model = NextBasket()
        return model.set_params(**{**self.settings, **fixed})


def search(
    baskets: Baskets,
    rows: Ints,
    truth: Truth,
    *,
    as_of: float | None = None,
    tries_max: int = 12,
    customers_max: int = 4_000,
    seed: int = 7,
    clock: Callable[[], float] | None = None,
    seconds_max: float = 180.0,
    progress: Progress = silent,
) -> Chosen:
    """The settings with the best mean of Recall@10 and NDCG@10 on the next baskets of `rows`; the default where even.

    `truth` is of `rows` in their order. At most `customers_max` of them, drawn by `seed`, are looked at. The same
    arguments give the same settings; only with a `clock` (a function giving seconds) does trying end after
    `seconds_max`, and the answer then depends on the machine.
    """
    assert tries_max >= 1
    rows, truth = _some(rows, truth, customers_max, seed)
    started = clock() if clock else 0.0
    best: dict[str, float] = {}
    mix, score = Mix(), -1.0
    tried: list[dict[str, float]] = []
    first: NextBasket | None = None
    for number, change in enumerate(_changes(has_days=baskets.day is not None)):
        if number >= tries_max or (number and clock is not None and clock() - started > seconds_max):
            break
        progress("choosing settings", number, tries_max)
        model = NextBasket(seed=seed).set_params(**{**best, **change})
        model.learn_common(baskets, like=first).take_customers(baskets, as_of=as_of, like=first)
        first = first or model
        parts, found = _gathered(model, rows, truth)
        candidate, reached = climb(parts, found, truth.size, mix)
        tried.append({**_whole(model, candidate), "score": reached})
        if reached > score + _LESS_SHAPE:
            best.update(change)
            mix, score = candidate, reached
    progress("choosing settings", tries_max, tries_max)
    return Chosen({**best, **asdict(mix)}, score, pa.Table.from_pylist(tried), len(rows))


def _changes(*, has_days: bool) -> Iterator[Settings]:
    """What is tried, in this order; each change is on top of the best so far."""
    yield {}
    fresh: Sequence[Settings] = (
        ({"popular_days": 0.0}, {"popular_days": 7.0}, {"popular_days": 91.0})
        if has_days
        else ({"popular_fade": 1.0}, {"popular_fade": 0.7}, {"popular_fade": 0.05})
    )
    yield from _SHAPES
    yield from ({"neighbours": 100}, {"neighbours": 900})
    yield from fresh
    if has_days:
        yield from ({"half_life_days": 28.0}, {"half_life_days": 91.0})


def _whole(model: NextBasket, mix: Mix) -> dict[str, float]:
    names = ("within", "across", "group", "half_life_days", "neighbours", "popular_fade", "popular_days")
    return {name: float(getattr(model, name)) for name in names} | asdict(mix)


def _some(rows: Ints, truth: Truth, most: int, seed: int) -> tuple[Ints, Truth]:
    if len(rows) <= most:
        return rows, truth
    kept = np.sort(np.random.default_rng(seed).choice(len(rows), most, replace=False))
    place = np.full(len(rows), -1)
    place[kept] = np.arange(most)
    row = place[truth.keys // truth.products]
    inside = row >= 0
    keys = row[inside] * truth.products + (truth.keys % truth.products)[inside]
    return rows[kept], Truth(keys, truth.size[kept], truth.known[inside], truth.products)


def _gathered(model: NextBasket, rows: Ints, truth: Truth) -> tuple[Parts, Any]:
    """What the sources say of these customers, by customer, and which of the proposed products were bought."""
    blocks = list(model.parts(rows))
    order = np.argsort(np.concatenate([block for block, _ in blocks]), kind="stable")
    back = np.empty(len(order), np.int64)
    back[np.argsort(rows, kind="stable")] = order
    whole = joined([part for _, part in blocks])
    parts = taken(whole, back)
    return parts, truth.hits(parts.product)
