"""Customers drawn into folds, and drawn again and again: always whole customers, never single rows."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.scoring.moves import Flags, Floats, Ints

DRAWN_FROM: Final = 50_000  # of more customers than this so many are drawn from: it only widens an interval
_CELLS: Final = 8_000_000  # weights held at a time
_KEPT_CELLS: Final = 1_000_000


def numbered(customers: "pa.Array[Any]") -> Ints:
    """The customers as numbers 0 … in order of first appearance; null is a customer of its own."""
    whole: Any = customers  # a column of a table comes in chunks
    if hasattr(whole, "chunks"):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
    indices = whole.dictionary_encode(null_encoding="encode").indices
    numbers: Ints = pc.cast(indices, pa.int64()).to_numpy(zero_copy_only=False)
    return numbers


def folds(customers: Ints, outcome: Flags, *, count: int, seed: int) -> Ints:
    """The fold 0 … count − 1 of each row: customers stay whole, those with any yes are spread evenly over the folds."""
    people = int(customers.max()) + 1
    ever = np.zeros(people, np.bool_)
    ever[customers[outcome]] = True
    order = np.random.default_rng(seed).permutation(people)
    order = order[np.argsort(ever[order], kind="stable")]
    fold = np.empty(people, np.int64)
    fold[order] = np.arange(people) % count
    return fold[customers]


def some_customers(customers: Ints, rows_most: int, *, seed: int) -> Ints:
    """Rows of customers drawn by chance, whole, about `rows_most` rows in all; every row where there are no more."""
    if len(customers) <= rows_most:
        return np.arange(len(customers))
    people = int(customers.max()) + 1
    order = np.random.default_rng(seed).permutation(people)
    rows_in_order = np.cumsum(np.bincount(customers, minlength=people)[order])
    taken = np.zeros(people, np.bool_)
    taken[order[: max(1, int(np.searchsorted(rows_in_order, rows_most, side="right")))]] = True
    return np.flatnonzero(taken[customers])


def weights(customers: Ints, *, draws: int, seed: int) -> Iterator[npt.NDArray[np.float32]]:
    """Bootstrap weights, some draws × rows at a time: each customer counts Poisson(1) times in a draw.

    The Poisson bootstrap needs no table of drawn rows and draws like the classic one where there are a hundred
    customers and more (Chamandy et al. 2012, "Estimating uncertainty for massive data streams").
    """
    people = int(customers.max()) + 1
    if draws * max(people, len(customers)) <= _KEPT_CELLS:
        yield _same_draws(people, draws, seed)[:, customers]
        return
    chance = np.random.default_rng(seed)
    at_once = max(1, min(draws, _CELLS // max(len(customers), 1)))
    for start in range(0, draws, at_once):
        count = min(at_once, draws - start)
        yield chance.poisson(1.0, (count, people)).astype(np.float32)[:, customers]


@lru_cache(maxsize=4)
def _same_draws(people: int, draws: int, seed: int) -> npt.NDArray[np.float32]:
    """Small draws are kept: many models are judged on the same ones."""
    found = np.random.default_rng(seed).poisson(1.0, (draws, people)).astype(np.float32)
    found.setflags(write=False)
    return found


def interval(values: Floats, level: float = 0.95) -> tuple[float, float]:
    """The middle `level` of drawn values."""
    low, high = np.quantile(values, ((1 - level) / 2, (1 + level) / 2))
    return float(low), float(high)
