"""NextBasket: a list for each customer, from own habits, their rhythm, others' habits and what is popular."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Self

import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.estimator import Estimator
from regulars.insight.nextbasket.alike import Pool, groups_of, points_of
from regulars.insight.nextbasket.also import bought_with
from regulars.insight.nextbasket.baskets import Baskets, Floats, Ints, Names, Singles, coded, read_baskets
from regulars.insight.nextbasket.parts import SOURCES, Mix, Parts, propose
from regulars.insight.nextbasket.returning import Returning, learn, state_before
from regulars.insight.nextbasket.rowwise import among, best_places
from regulars.insight.nextbasket.vectors import Fading, vectors

# Why a product is on a list, in the order of SOURCES; "due" is a habit whose time has come.
REASONS: Final = ("habit", "with", "alike", "popular", "due")
_CELLS: Final = 8_000_000  # of one block of dense scores or distances


@dataclass(frozen=True, slots=True)
class Common:
    """What is learned of the shop and not of single customers; it can be learned from a part of them."""

    products: Names
    returning: Returning
    bought_with: Any  # products × products
    popular: Singles
    popular_scale: float
    with_scale: float


class NextBasket(Estimator):
    """Lists for the next basket. Settings are best found by `search`, which looks at validation data only.

    The score of a product is a weighted sum: `own` × the customer's own faded counts (× the product's rate of coming
    back to the power `repeat`, × how due it is to the power `due`, × b / (b + `doubt`) after b baskets), `alike` × the
    mean of the `neighbours` nearest customers' counts, `also` × what is bought with the customer's products, `popular`
    × recent popularity. The constructor's other parameters are explained where they act: `within`, `across`, `group`,
    `half_life_days` in `vectors`, `group_max` in `alike`; `popular_fade` is by basket, `popular_days` (a half-life, 0:
    none) by day, where days are known; `products_max` most bought products are looked at.

    After `fit`: `customers_`, `products_`, `common_`, `vectors_` (customers × products).
    """

    def __init__(
        self,
        *,
        within: float = 0.9,
        across: float = 0.8,
        group: int = 3,
        half_life_days: float = 0.0,
        popular_fade: float = 0.3,
        popular_days: float = 28.0,
        neighbours: int = 300,
        own: float = 0.15,
        alike: float = 0.6,
        also: float = 0.1,
        popular: float = 0.15,
        repeat: float = 1.0,
        due: float = 0.5,
        doubt: float = 1.0,
        group_max: int = 20_000,
        products_max: int = 20_000,
        seed: int = 7,
    ) -> None:
        self.within, self.across, self.group, self.half_life_days = within, across, group, half_life_days
        self.popular_fade, self.popular_days, self.neighbours = popular_fade, popular_days, neighbours
        self.own, self.alike, self.also, self.popular = own, alike, also, popular
        self.repeat, self.due, self.doubt = repeat, due, doubt
        self.group_max, self.products_max, self.seed = group_max, products_max, seed

    @property
    def mix(self) -> Mix:
        """The weights of the sources."""
        return Mix(self.own, self.alike, self.also, self.popular, self.repeat, self.due, self.doubt)

    def fit(self, baskets: Any, *, engine: Engine | None = None, as_of: float | None = None) -> Self:
        """Learns from a table of baskets (see `read_baskets`), or from Baskets.

        `as_of`: the day the lists are for, in the unit of the table's days (days since 1970 for dates); by default each
        customer's last. Raises WrongColumns.
        """
        given = _read(baskets, engine, products_max=self.products_max)
        return self.learn_common(given).take_customers(given, as_of=as_of)

    def learn_common(self, baskets: Baskets, *, like: "NextBasket | None" = None) -> Self:
        """Learns what is common to all; `take_customers` follows.

        `like` has learned from the same baskets with other settings: all but popularity is taken from there.
        """
        popular = self._popular(baskets)
        known: Common = like._learned("common_") if like else _common(baskets)
        self.common_ = replace(known, popular=np.asarray(popular / max(float(popular.sum()), 1e-12), np.float32))
        self.products_ = baskets.products
        return self

    def take_customers(self, baskets: Baskets, *, as_of: float | None = None, like: "NextBasket | None" = None) -> Self:
        """Learns these customers' own habits; `baskets.products` must be the products of `learn_common`.

        `like` has taken the same customers with other settings.
        """
        common: Common = self._learned("common_")
        if like:
            factor, keys = like._learned("due_").data, like._learned("due_keys_")
        else:
            state = state_before(baskets, as_of=as_of)
            factor, is_due = common.returning.due(state)
            keys = (state.customer * max(len(baskets.products), 1) + state.product)[is_due]
        self.customers_, self.due_keys_ = baskets.customers, keys
        self.vectors_ = vectors(baskets, Fading(self.within, self.across, self.group, self.half_life_days))
        self.histories_ = baskets.baskets
        self.due_ = self.vectors_.copy()
        self.due_.data = factor
        return self

    def parts(self, rows: Ints) -> Iterator[tuple[Ints, Parts]]:
        """What speaks for which product, for these customers (places in `customers_`), in blocks."""
        self._learned("vectors_")
        wanted = np.zeros(len(self.customers_), bool)
        wanted[rows] = True
        points = points_of(self.vectors_, seed=self.seed, exact=len(wanted) <= self.group_max)
        for group in groups_of(self.vectors_, group_max=self.group_max, seed=self.seed):
            asked, pool = group[wanted[group]], Pool.of(points, group)
            step = max(1, _CELLS // max(len(self.products_), len(group), 1))
            for start in range(0, len(asked), step):
                some = asked[start : start + step]
                yield some, self._propose(some, pool.nearest(some, self.neighbours))

    def recommend(self, n: int = 10, customers: Any = None) -> pa.Table:
        """customer, rank (from 1), product, score, reason (a code of REASONS), reason_product (for "with"; else null).

        For all customers of `fit`, or those named; who was never seen gets the popular products. A list holds a
        product once, and at most `n`. Sorted by customer and rank.
        """
        names = self._learned("customers_") if customers is None else _distinct(customers)
        place = np.searchsorted(self.customers_, names)
        known = np.zeros(len(names), bool)
        inside = place < len(self.customers_)
        known[inside] = self.customers_[place[inside]] == names[inside]
        lists = [self._listed(block, parts, n) for block, parts in self.parts(place[known])]
        lists.append(self._popular_lists(names[~known], n))
        return pa.concat_tables(lists).sort_by([("customer", "ascending"), ("rank", "ascending")])

    def ranked(self, rows: Ints, n: int) -> Ints:
        """Codes of the `n` best products of each of these customers, best first; −1 where there are fewer."""
        answer = np.full((len(rows), n), -1)
        at = {int(row): number for number, row in enumerate(rows)}
        for block, parts in self.parts(rows):
            best = top(parts, self.mix, n)
            answer[[at[int(row)] for row in block], : best.shape[1]] = best
        return answer

    def _popular(self, baskets: Baskets) -> Floats:
        """Baskets by product, recent ones weighing more."""
        if baskets.day is None:
            weight = self.popular_fade ** np.minimum(baskets.age, 200)
        elif self.popular_days > 0 and len(baskets.day):
            weight = 0.5 ** ((baskets.day.max() - baskets.day) / self.popular_days)
        else:
            weight = np.ones(len(baskets.product))
        return np.bincount(baskets.product, weights=weight, minlength=len(baskets.products)).astype(np.float64)

    def _propose(self, rows: Ints, neighbours: Any) -> Parts:
        common = self.common_
        own = self.vectors_[rows]
        parts = propose(
            own,
            self.due_[rows].data,
            common.returning.repeat,
            own @ common.bought_with,
            neighbours @ self.vectors_,
            common.popular * np.float32(common.popular_scale),
            self.histories_[rows],
        )
        return replace(parts, also=parts.also * np.float32(common.with_scale))

    def _listed(self, rows: Ints, parts: Parts, n: int) -> pa.Table:
        scores = parts.score(self.mix)
        places = best_places(scores, n)
        score = np.take_along_axis(scores, places, axis=1)
        product = np.take_along_axis(parts.product, places, axis=1)
        sources = np.stack([np.take_along_axis(part, places, axis=1) for part in parts.by_source(self.mix)])
        reason = sources.argmax(axis=0)
        row = np.repeat(rows, places.shape[1]).reshape(places.shape)
        keys = row * max(len(self.products_), 1) + product
        reason[(reason == 0) & among(keys, self.due_keys_)] = REASONS.index("due")
        shown = score > 0
        rank = np.cumsum(shown, axis=1)
        return self._table(
            self.customers_[row[shown]],
            rank[shown],
            product[shown],
            score[shown],
            reason[shown],
            self._because(row[shown], product[shown], reason[shown] == SOURCES.index("also")),
        )

    def _because(self, rows: Ints, products: Ints, asked: Any) -> Any:
        """For those asked: which own product speaks most for the listed one; null for the others."""
        answer = np.full(len(rows), None, object)
        if asked.any():
            both = self.vectors_[rows[asked]].multiply(self.common_.bought_with.T.tocsr()[products[asked]])
            answer[asked] = self.products_[np.asarray(both.tocsr().argmax(axis=1)).ravel()]
        return answer

    def _popular_lists(self, names: Names, n: int) -> pa.Table:
        best = np.argsort(-self.common_.popular, kind="stable")[:n]
        best = best[self.common_.popular[best] > 0]
        count = len(names)
        return self._table(
            np.repeat(names, len(best)),
            np.tile(np.arange(1, len(best) + 1), count),
            np.tile(best, count),
            np.tile(self.common_.popular[best], count),
            np.full(count * len(best), REASONS.index("popular")),
            np.full(count * len(best), None, object),
        )

    def _table(self, customer: Any, rank: Any, product: Ints, score: Any, reason: Ints, because: Any) -> pa.Table:
        words = pa.DictionaryArray.from_arrays(reason.astype(np.int8), pa.array(REASONS))
        return pa.table(
            {
                "customer": pa.array(customer, pa.string()),
                "rank": pa.array(rank, pa.int32()),
                "product": pa.array(self.products_[product], pa.string()),
                "score": pa.array(np.asarray(score, np.float32)),
                "reason": words.cast(pa.string()),
                "reason_product": pa.array(because, pa.string()),
            }
        )


def _common(baskets: Baskets) -> Common:
    """All that does not hang on settings; popularity is left open."""
    pairs = bought_with(baskets)
    counts = np.bincount(baskets.product, minlength=len(baskets.products)).astype(np.float64)
    reached = float(counts @ np.asarray(pairs.sum(axis=1)).ravel())
    return Common(
        products=baskets.products,
        returning=learn(baskets),
        bought_with=pairs,
        popular=np.zeros(len(counts), np.float32),
        popular_scale=float(len(baskets.product) / max(int(baskets.baskets.sum()), 1)),
        with_scale=float(counts.sum() / reached) if reached > 0 else 0.0,
    )


def top(parts: Parts, mix: Mix, n: int) -> Ints:
    """Codes of the best products of each row, best first, −1 where the rest is worth nothing."""
    scores = parts.score(mix)
    places = best_places(scores, n)
    product = np.take_along_axis(parts.product, places, axis=1)
    return np.where(np.take_along_axis(scores, places, axis=1) > 0, product, -1)


def _read(baskets: Any, engine: Engine | None, *, products_max: int) -> Baskets:
    if isinstance(baskets, Baskets):
        return baskets
    return read_baskets(baskets, engine=engine, products_max=products_max)


def _distinct(customers: Any) -> Names:
    values = customers.to_pylist() if hasattr(customers, "to_pylist") else list(customers)
    return coded(pa.array([str(value) for value in values], pa.string()))[0]
