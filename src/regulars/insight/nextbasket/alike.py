"""People alike: for each customer the nearest others by what they buy, and what these tend to buy.

Nearness is Euclidean between the customers' vectors. Where there are more customers than `group_max`, neighbours are
looked for inside groups only: the leaves of a random projection tree (Dasgupta and Freund 2008), in which customers of
similar vectors stay together; inside a large shop's group distances are taken in a projection of the vectors
(Johnson and Lindenstrauss 1984).
"""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Ints
from regulars.insight.nextbasket.rowwise import first_of_rows

_SPLIT_ON: Final = 16  # dimensions a tree chooses its directions from
_NEAR_IN: Final = 128  # dimensions distances are taken in
_CELLS: Final = 8_000_000  # of one block of distances


def groups_of(vectors: Any, *, group_max: int, seed: int) -> list[Ints]:
    """Rows of `vectors` in groups of at most `group_max`, split at the median of random directions."""
    count = vectors.shape[0]
    if count <= group_max:
        return [np.arange(count)]
    points = _projected(vectors, _SPLIT_ON, seed)
    chance = np.random.default_rng([seed, 1])
    waiting, leaves = [np.arange(count)], []
    while waiting:
        rows = waiting.pop()
        if len(rows) <= group_max:
            leaves.append(np.sort(rows))
            continue
        along = points[rows] @ chance.normal(size=points.shape[1])
        order = np.argsort(along, kind="stable")
        waiting += [rows[order[: len(order) // 2]], rows[order[len(order) // 2 :]]]
    return leaves


def nearest(vectors: Any, rows: Ints, pool: Ints, *, neighbours: int, seed: int, exact: bool) -> Iterator[Any]:
    """For blocks of `rows`: (their part of `rows`, block × customers CSR whose entries are 1 / neighbours found).

    Nobody is their own neighbour. All of `pool` where it has fewer others than `neighbours`.
    """
    from scipy import sparse

    most = min(neighbours, len(pool) - 1)
    if most <= 0:
        yield rows, sparse.csr_array((len(rows), vectors.shape[0]), dtype=np.float32)
        return
    points = vectors if exact else _projected(vectors, _NEAR_IN, seed)
    others = points[pool]
    squared = _squares(others)
    turned = others.T.tocsr() if exact else np.ascontiguousarray(others.T)
    place = np.full(vectors.shape[0], -1)
    place[pool] = np.arange(len(pool))
    step = max(1, _CELLS // len(pool))
    for start in range(0, len(rows), step):
        some = rows[start : start + step]
        meeting = points[some] @ turned
        closeness = 2 * (meeting.toarray() if exact else meeting) - squared[None, :]
        own = place[some]
        closeness[np.flatnonzero(own >= 0), own[own >= 0]] = -np.inf
        best = _highest(closeness, most)
        share = np.full(best.size, 1 / most, np.float32)
        ends = np.arange(0, best.size + 1, most)
        yield some, sparse.csr_array((share, pool[best.ravel()], ends), shape=(len(some), vectors.shape[0]))


def _highest(score: Any, count: int) -> Ints:
    """Columns of the `count` highest of each row, in no order; among equals the first. Quicker than argpartition."""
    edge = np.partition(score, score.shape[1] - count, axis=1)[:, -count]
    row, column = np.nonzero(score >= edge[:, None])
    return first_of_rows(row, column, score[row, column] > edge[row], len(score), count, -1)


def _squares(points: Any) -> Any:
    return np.asarray((points * points).sum(axis=1), np.float32).ravel()


def _projected(vectors: Any, dimensions: int, seed: int) -> Any:
    """The vectors in few dimensions, distances about kept."""
    directions = np.random.default_rng([seed, dimensions]).normal(size=(vectors.shape[1], dimensions))
    return vectors @ (directions / np.sqrt(dimensions)).astype(np.float32)
