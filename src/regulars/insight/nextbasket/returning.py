"""What comes back: products differ in how often they are bought again, and customers in when.

Both factors are learned from the histories themselves: of the products that a customer had bought before one of the
last few baskets, which were in that basket? The first is a product's rate of coming back against that of all products,
shrunk towards 1. The second compares a pair's time since the last purchase with its usual gap (the customer's own,
shrunk to the product's), and asks how often pairs at that stage came back.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Baskets, Floats, Ints, Singles
from regulars.insight.nextbasket.rowwise import among

LATEST: Final = 3  # baskets of each customer that teach
_PRIOR: Final = 20.0  # cases that a product's or a stage's rate is shrunk by
_EDGES: Final = np.array([-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0])  # log2 of elapsed / usual
_FROM: Final = 0.0  # from here on a product is called due


@dataclass(frozen=True, slots=True)
class State:
    """Customer × product pairs as they stood before one basket; times in days, or in baskets where no day is known."""

    customer: Ints
    product: Ints
    times: Ints
    first: Floats
    last: Floats
    next_visit: Floats  # by customer: when the next basket is to be expected

    @property
    def gaps(self) -> Floats:
        return np.maximum(self.times - 1, 0).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Returning:
    """Factors around 1: `repeat` by product, `stage` by how far a pair is in its cycle, and usual gaps by product."""

    repeat: Singles
    stage: Singles
    usual_gap: Floats
    rate: float  # of pairs, in one basket

    def due(self, state: State) -> tuple[Singles, Any]:
        """The factor of each pair, 1 for pairs bought once; and which pairs are due by their own cycle."""
        stage = _stage(state, self.usual_gap)
        twice = state.times >= 2
        factor = np.where(twice, self.stage[stage], 1.0).astype(np.float32)
        return factor, twice & (stage > np.searchsorted(_EDGES, _FROM, side="left"))


def state_before(baskets: Baskets, skipped: int = 0, *, as_of: float | None = None) -> State:
    """Every pair as it stood before the last `skipped` baskets of each customer.

    `as_of` is the day on which the state is looked at: nobody's next visit is expected before it.
    """
    seen = baskets.age >= skipped
    customer, product, age = baskets.customer[seen], baskets.product[seen], baskets.age[seen]
    at = -age.astype(np.float64) if baskets.day is None else baskets.day[seen]
    width = max(len(baskets.products), 1)
    pairs, inverse = np.unique(customer * width + product, return_inverse=True)
    first, last = np.full(len(pairs), np.inf), np.full(len(pairs), -np.inf)
    np.minimum.at(first, inverse, at)
    np.maximum.at(last, inverse, at)
    visit = _next_visit(len(baskets.customers), customer, at, np.maximum(baskets.baskets - skipped, 1))
    if as_of is not None and baskets.day is not None:
        visit = np.maximum(visit, as_of)
    return State(pairs // width, pairs % width, np.bincount(inverse, minlength=len(pairs)), first, last, visit)


def learn(baskets: Baskets) -> Returning:
    """Both factors from the last few baskets of every customer who has earlier ones."""
    had: list[State] = []
    came: list[Any] = []
    width = max(len(baskets.products), 1)
    for skipped in range(LATEST):
        state = state_before(baskets, skipped + 1)
        now = baskets.age == skipped
        then = np.unique(baskets.customer[now] * width + baskets.product[now])
        had.append(state)
        came.append(among(state.customer * width + state.product, then))
    product = np.concatenate([state.product for state in had])
    back = np.concatenate(came)
    rate = float(back.mean()) if len(back) else 0.0
    usual = _usual_gaps(state_before(baskets), len(baskets.products))
    stage = np.concatenate([_stage(state, usual) for state in had])
    twice = np.concatenate([state.times >= 2 for state in had])
    return Returning(
        repeat=_against(product, back, len(baskets.products), rate),
        stage=_against(stage[twice], back[twice], len(_EDGES) + 1, float(back[twice].mean()) if twice.any() else 0.0),
        usual_gap=usual,
        rate=rate,
    )


def _against(kind: Ints, came: Any, kinds: int, rate: float) -> Singles:
    """Rate of coming back by kind, over the rate of all, shrunk to 1."""
    if rate <= 0:
        return np.ones(kinds, np.float32)
    cases = np.bincount(kind, minlength=kinds)
    back = np.bincount(kind, weights=came, minlength=kinds)
    return np.asarray((back + _PRIOR * rate) / (cases + _PRIOR) / rate, np.float32)


def _next_visit(customers: int, customer: Ints, at: Floats, baskets: Ints) -> Floats:
    """Last visit plus the mean gap between visits; one unit where there was only one visit."""
    first, last = np.full(customers, np.inf), np.full(customers, -np.inf)
    np.minimum.at(first, customer, at)
    np.maximum.at(last, customer, at)
    some = np.isfinite(last)
    span = np.where(some, np.where(some, last, 0.0) - np.where(some, first, 0.0), 0.0)
    return np.where(some, last, 0.0) + np.where(baskets > 1, span / np.maximum(baskets - 1, 1), 1.0)


def _usual_gaps(state: State, products: int) -> Floats:
    """Mean gap of each product's repeat purchases, shrunk to that of all by one gap."""
    span, gaps = state.last - state.first, state.gaps
    overall = span.sum() / gaps.sum() if gaps.sum() > 0 else 1.0
    spans = np.bincount(state.product, weights=span, minlength=products)
    counts = np.bincount(state.product, weights=gaps, minlength=products)
    return np.asarray(np.maximum((spans + overall) / (counts + 1.0), 1e-9), np.float64)


def _stage(state: State, usual_gap: Floats) -> Ints:
    """In which part of its cycle each pair will be at the customer's next visit."""
    gap = (state.last - state.first + usual_gap[state.product]) / (state.gaps + 1.0)
    elapsed = np.maximum(state.next_visit[state.customer] - state.last, 1e-9)
    return np.searchsorted(_EDGES, np.log2(elapsed / np.maximum(gap, 1e-9)), side="left").astype(np.int64)
