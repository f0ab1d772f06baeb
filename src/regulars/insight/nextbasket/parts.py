"""Products worth a look for each customer, and what speaks for each: one array per source."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from regulars.insight.nextbasket.baskets import Ints, Singles

SOURCES: Final = ("own", "also", "alike", "popular")
# How many products each source may propose; the own ones last, because most that is bought is bought again.
_OWN, _ALIKE, _ALSO, _POPULAR = 100, 80, 40, 60


@dataclass(frozen=True, slots=True)
class Mix:
    """Weights of the four sources, and how much a product's rate of coming back and a pair's due-ness count."""

    own: float = 0.15
    alike: float = 0.6
    also: float = 0.1
    popular: float = 0.15
    repeat: float = 1.0
    due: float = 0.5
    doubt: float = 1.0  # own counts of a customer with so many baskets weigh half


@dataclass(frozen=True, slots=True)
class Parts:
    """Customers × proposed products. A product proposed twice, or a place that nothing fills, is not `valid`."""

    product: Ints
    valid: npt.NDArray[np.bool_]
    own: Singles
    repeat: Singles
    due: Singles
    also: Singles
    alike: Singles
    popular: Singles
    history: Singles  # customers × 1: baskets

    def by_source(self, mix: Mix) -> tuple[Singles, ...]:
        """What each of SOURCES adds to the score."""
        own = self.own * (mix.own * self.history / (self.history + np.float32(mix.doubt)))
        if mix.repeat:
            own = own * self.repeat**mix.repeat
        if mix.due:
            own = own * self.due**mix.due
        return own, mix.also * self.also, mix.alike * self.alike, mix.popular * self.popular

    def score(self, mix: Mix) -> Singles:
        """The sum; −1 where not valid."""
        own, also, alike, popular = self.by_source(mix)
        return np.where(self.valid, own + also + alike + popular, np.float32(-1))


def propose(own: Any, due: Any, repeat: Singles, also: Any, alike: Any, popular: Singles, history: Ints) -> Parts:
    """The best few of every source. All are customers × products (dense float32), but `repeat` and `popular`."""
    chosen = [
        _best(own * repeat, _OWN),
        _best(alike, _ALIKE),
        _best(also, _ALSO),
        np.broadcast_to(_best(popular[None, :], _POPULAR), (len(own), min(_POPULAR, len(popular)))),
    ]
    product = np.sort(np.concatenate(chosen, axis=1), axis=1)
    valid = np.ones(product.shape, bool)
    valid[:, 1:] = product[:, 1:] != product[:, :-1]
    factor = np.take_along_axis(due, product, axis=1)
    return Parts(
        product=product,
        valid=valid,
        own=np.take_along_axis(own, product, axis=1),
        repeat=repeat[product],
        due=np.where(factor > 0, factor, np.float32(1)),
        also=np.take_along_axis(also, product, axis=1),
        alike=np.take_along_axis(alike, product, axis=1),
        popular=popular[product],
        history=np.maximum(history, 1).astype(np.float32)[:, None],
    )


def joined(parts: list[Parts]) -> Parts:
    """Blocks of customers below each other."""
    return Parts(*(np.concatenate([getattr(part, name) for part in parts]) for name in Parts.__dataclass_fields__))


def best_places(score: Any, count: int) -> Ints:
    """Places of the highest scores of each row, best first; ties by place, so that the answer is always the same."""
    count = min(count, score.shape[1])
    # The last score that is in decides which places may be; among equals the first places win.
    edge = -np.partition(-score, count - 1, axis=1)[:, count - 1 : count]
    above, level = score > edge, score == edge
    room = count - above.sum(axis=1, keepdims=True)
    inside = above | (level & (np.cumsum(level, axis=1) <= room))
    places = np.nonzero(inside)[1].reshape(len(score), count)
    order = np.argsort(-np.take_along_axis(score, places, axis=1), axis=1, kind="stable")
    return np.take_along_axis(places, order, axis=1)


def _best(score: Any, count: int) -> Ints:
    count = min(count, score.shape[1])
    return np.argpartition(-score, count - 1, axis=1)[:, :count]


def as_dense(rows: Any) -> Any:
    """Sparse rows as dense float32."""
    return np.asarray(rows.toarray(), np.float32)
