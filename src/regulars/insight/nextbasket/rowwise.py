"""The best few of each row of many, by columns: what lists are chosen by, without sorting whole rows."""

from typing import Any

import numpy as np
import numpy.typing as npt

from regulars.insight.nextbasket.baskets import Ints


def among(values: Any, keys: Ints) -> npt.NDArray[np.bool_]:
    """Whether each value is one of the sorted `keys`; quick where neighbouring values are near each other."""
    if not len(keys):
        return np.zeros(np.shape(values), bool)
    found: npt.NDArray[np.bool_] = keys[np.minimum(np.searchsorted(keys, values), len(keys) - 1)] == values
    return found


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


def best_codes(rows: Any, count: int) -> Ints:
    """Columns of the highest entries of each row of a CSR, at most `count` and only above 0; among equals the first.

    In no order; a row with fewer is filled up with the number of columns.
    """
    height, width = rows.shape
    held = np.diff(rows.indptr)
    most = int(held.max(initial=0))
    packed = np.zeros((height, most), np.float32)
    packed[np.arange(most, dtype=held.dtype) < held[:, None]] = rows.data
    edge = np.partition(packed, most - count, axis=1)[:, most - count] if most > count else np.zeros(height, np.float32)
    row, place = np.nonzero(packed >= np.maximum(edge, np.finfo(np.float32).tiny)[:, None])
    code = rows.indices[rows.indptr[row] + place].astype(np.int64)
    above = packed[row, place] > edge[row]
    order = np.argsort(row * width + code, kind="stable")
    return first_of_rows(row, code[order], above[order], height, min(count, most), width)


def first_of_rows(row: Ints, code: Ints, above: Any, height: int, count: int, width: int) -> Ints:
    """Of entries by rising row: all that are `above`, then the others as they come, `count` of each row in all."""
    before = np.concatenate([[0], np.cumsum(above)])
    begin = np.searchsorted(row, np.arange(height + 1))
    sure = (before[begin[1:]] - before[begin[:-1]])[row]
    number = np.arange(len(row)) - begin[row]
    sure_so_far = before[:-1] - before[begin[row]]
    place = np.where(above, sure_so_far, sure + number - sure_so_far)
    kept = place < count
    answer = np.full((height, count), width)
    answer[row[kept], place[kept]] = code[kept]
    return answer
