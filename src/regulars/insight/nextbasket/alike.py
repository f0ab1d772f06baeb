"""People alike: for each customer the nearest others by what they buy, and what these tend to buy.

Nearness is Euclidean between the customers' vectors. Where there are more customers than `group_max`, neighbours are
looked for inside groups only: the leaves of a random projection tree (Dasgupta and Freund 2008), in which customers of
similar vectors stay together; inside a large shop's group distances are taken in a projection of the vectors
(Johnson and Lindenstrauss 1984).
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Ints
from regulars.insight.nextbasket.rowwise import first_of_rows

_SPLIT_ON: Final = 16  # dimensions a tree chooses its directions from
_NEAR_IN: Final = 128  # dimensions distances are taken in


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


def points_of(vectors: Any, *, seed: int, exact: bool) -> Any:
    """What distances are taken between: the vectors themselves, or a projection of them."""
    return vectors if exact else _projected(vectors, _NEAR_IN, seed)


@dataclass(frozen=True, slots=True)
class Pool:
    """Customers among whom neighbours are looked for."""

    points: Any  # of all customers
    rows: Ints
    turned: Any  # of `rows`, dimensions × customers
    squared: Any
    place: Ints  # of every customer among `rows`; −1: not there

    @classmethod
    def of(cls, points: Any, rows: Ints) -> "Pool":
        """`points` of `points_of`; sparse ones stay sparse."""
        others = points[rows]
        turned = np.ascontiguousarray(others.T) if isinstance(points, np.ndarray) else others.T.tocsr()
        place = np.full(points.shape[0], -1)
        place[rows] = np.arange(len(rows))
        return cls(points, rows, turned, _squares(others), place)

    def nearest(self, asked: Ints, neighbours: int) -> Any:
        """`asked` × customers, CSR whose entries are 1 / neighbours found: nobody is their own neighbour.

        All of the pool where it has fewer others than `neighbours`.
        """
        from scipy import sparse

        shape = (len(asked), self.points.shape[0])
        most = min(neighbours, len(self.rows) - 1)
        if most <= 0:
            return sparse.csr_array(shape, dtype=np.float32)
        meeting = self.points[asked] @ self.turned
        dense = meeting if isinstance(meeting, np.ndarray) else meeting.toarray()
        closeness = 2 * dense - self.squared[None, :]
        own = self.place[asked]
        closeness[np.flatnonzero(own >= 0), own[own >= 0]] = -np.inf
        best = _highest(closeness, most)
        share = np.full(best.size, 1 / most, np.float32)
        return sparse.csr_array((share, self.rows[best.ravel()], np.arange(0, best.size + 1, most)), shape=shape)


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
