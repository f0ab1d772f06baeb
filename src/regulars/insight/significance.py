"""Do two items share more baskets than the baskets' sizes and the items' popularity alone bring?

Big baskets hold everything, and what only one store sells meets only what that store sells; so against plain
independence everything sells with everything. Here baskets are compared with baskets of their own store and size
(strata, as Mantel & Haenszel 1959 compare like with like), and within a stratum the
joint chance of two items allows for their competing for a basket's few places: the joint inclusion probability of
sampling a fixed number without replacement, by Hájek (1964), p_ij = p_i p_j (1 − (1 − p_i)(1 − p_j) / D) with
D = Σ p (1 − p).

Given how many baskets of each stratum hold each item, the shared baskets are a sum of independent hypergeometric
counts, so of independent yes/no trials; Hoeffding (1956) bounds the tail of such a sum by a binomial with the same
mean. The p-values are therefore upper bounds, and close ones.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, gammaincinv

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

LEVEL: Final = 0.05


@dataclass(frozen=True, slots=True)
class Strata:
    """Baskets by store and size: a row per stratum."""

    baskets: Floats
    size_sum: Floats
    square_sum: Floats
    held: Floats  # strata × items: baskets that hold the item


@dataclass(frozen=True, slots=True)
class Expected:
    """Per pair: the mean of shared baskets where nothing is associated, and the most there could be."""

    mean: Floats
    most: Floats


def expected(strata: Strata, left: Ints, right: Ints) -> Expected:
    """What pairs of items (columns of `held`) share by store, size and popularity alone."""
    filled = strata.size_sum > strata.baskets  # Baskets of one item share nothing.
    baskets, held = strata.baskets[filled], strata.held[filled]
    chance = held / baskets[:, None]
    # At least 1, so that no chance falls below 0: then rather too much is expected.
    places = np.maximum(strata.size_sum[filled] / baskets - np.square(chance).sum(axis=1), 1.0)
    # Within a stratum of several sizes the bigger ones hold more of both.
    weight = strata.square_sum[filled] * baskets**2 / strata.size_sum[filled] ** 2
    # a b (1 − (1 − a)(1 − b) / D), written out so that it sums over strata by multiplying matrices.
    once, twice = chance, np.square(chance)
    part = (weight / places)[:, None]
    mean = once.T @ (once * weight[:, None]) - (once - twice).T @ ((once - twice) * part)
    alone = held.sum(axis=0)
    return Expected(mean[left, right], np.minimum(alone[left], alone[right]))


def p_values(shared: Floats, awaited: Expected, *, margin: float = 0.0) -> Floats:
    """Upper bounds of P(at least `shared` baskets), one-sided, where the mean is (1 + margin) × the expected one."""
    most = np.maximum(awaited.most, shared)
    mean = np.minimum(awaited.mean * (1 + margin), most)
    chance = np.divide(mean, most, out=np.zeros_like(mean), where=most > 0)
    asked = np.maximum(shared, 1e-9)
    tail = betainc(asked, most - asked + 1, chance)
    markov = np.minimum(1.0, mean / asked)
    # Hoeffding's inequality starts one above the mean; below that only Markov's holds for certain.
    return np.where(shared <= 0, 1.0, np.where(shared >= mean + 1, tail, markov))


def holm(p: Floats, tests: int) -> Floats:
    """Holm's (1979) family-wise adjusted p-values, where `tests` were made and these are the smallest of them.

    >>> holm(np.array([0.01, 0.02]), 10).round(3).tolist()
    [0.1, 0.18]
    """
    assert tests >= len(p)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(1.0, p[order] * (tests - np.arange(len(p))))
    adjusted = np.empty(len(p))
    adjusted[order] = np.maximum.accumulate(steps) if len(p) else steps
    return adjusted


def surely_shared(shared: Floats) -> Floats:
    """Lower 97.5 % bound of a Poisson mean of which `shared` were counted (Garwood 1936).

    >>> surely_shared(np.array([10.0])).round(3).tolist()
    [4.795]
    """
    return np.where(shared > 0, gammaincinv(np.maximum(shared, 1e-9), 0.025), 0.0)


def strength(shared: Floats, mean: Floats) -> Floats:
    """Local mutual information (Evert 2005) at its cautious end: sure baskets × ln(sure baskets / expected).

    Many baskets with little surplus and few baskets with much surplus both rank behind pairs that have both; a pair
    that may be no surplus at all has nothing or less.
    """
    sure = surely_shared(shared)
    with np.errstate(divide="ignore", invalid="ignore"):
        score = sure * np.log(sure / mean)
    return np.where(sure > 0, np.where(mean > 0, score, np.inf), -mean)
