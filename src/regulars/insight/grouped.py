"""Equal histories, once: customers with the same (frequency, recency, age) share every number a model gives them.

A million customers have some hundred thousand distinct histories, and their times only some hundred distinct values: a
likelihood over the groups, with logarithms over the values, costs a fraction of one over the customers.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from regulars.basics.errors import RegularsError

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Times are days over 7 (weeks), or whole days: then the day itself is the key and nothing needs to be sorted thrice.
_TICKS_PER_UNIT: Final = (1.0, 7.0)
_TICKS_MAX: Final = 100_000
_KEY_MAX: Final = 2**62
_CELLS_PER_KEY: Final = 2


class BadHistory(RegularsError):
    """A row of (frequency, recency, age) or of spends that no customer can have."""

    code = "bad-history"


def column(values: Any, name: str) -> Floats:
    """One column as float64: from NumPy, pandas, polars, Arrow or a list."""
    array = np.asarray(values, dtype=np.float64)
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim != 1:
        raise BadHistory(f"{name} must be one column, not an array of shape {array.shape}.")
    return array


def dot(left: Floats, right: Floats) -> float:
    """The sum of products, in this thread: BLAS would wake its threads for it, which on a busy machine costs more."""
    return float(np.einsum("i,i->", left, right))


def same_length(**columns: Floats) -> None:
    lengths = {name: len(values) for name, values in columns.items()}
    if len(set(lengths.values())) > 1:
        raise BadHistory(f"Columns must be of one length; got {lengths}.", **lengths)


def refuse_where(wrong: NDArray[np.bool_], why: str, **columns: Floats) -> None:
    """Raises naming the first wrong row (from 0) and its values."""
    if not wrong.any():
        return
    row = int(np.argmax(wrong))
    values = {name: float(array[row]) for name, array in columns.items()}
    raise BadHistory(f"Row {row}: {why}; got {values}. {int(wrong.sum())} such rows.", row=row, **values)


def checked(frequency: Any, recency: Any, age: Any) -> tuple[Floats, Floats, Floats]:
    """The three columns of a history, refused where no customer can have it."""
    x, last, end = column(frequency, "frequency"), column(recency, "recency"), column(age, "age")
    same_length(frequency=x, recency=last, age=end)
    rows = {"frequency": x, "recency": last, "age": end}
    # One comparison per promise on the whole columns; NaN fails each of them.
    refuse_where(~((x >= 0) & (x == np.floor(x)) & (x < np.inf)), "frequency must be a whole number from 0", **rows)
    refuse_where(~((end >= 0) & (end < np.inf)), "age must be a finite time from 0", **rows)
    refuse_where(~((last >= 0) & (last <= end)), "recency must lie between 0 and age", **rows)
    refuse_where((x == 0) & (last > 0), "who never bought again has recency 0", **rows)
    refuse_where((x > 0) & (last == 0), "who bought again has recency above 0", **rows)
    return x, last, end


@dataclass(frozen=True, slots=True)
class Coded:
    """A column as few `levels` and a code per row: levels[codes] is the column. Some levels may be unused."""

    levels: Floats
    codes: Ints

    @property
    def values(self) -> Floats:
        return self.levels[self.codes]

    def thinned(self, step: int) -> "Coded":
        return Coded(self.levels, self.codes[::step])


@dataclass(frozen=True, slots=True)
class Grouped:
    """Distinct rows, sorted by frequency, age, recency, with how many customers share each."""

    frequency: Coded
    age: Coded
    recency: Coded
    count: Floats
    inverse: Ints | None = None  # group of each customer, where asked for

    def __len__(self) -> int:
        return len(self.count)

    def by_frequency(self, values: Floats) -> Floats:
        """Sums of the groups' values per level of the frequency. Groups are sorted by it: nothing is scattered."""
        sums = np.zeros(len(self.frequency.levels))
        if len(values):
            codes = self.frequency.codes
            starts = np.flatnonzero(np.concatenate(([True], codes[1:] != codes[:-1])))
            sums[codes[starts]] = np.add.reduceat(values, starts)
        return sums

    def thinned(self, step: int) -> "Grouped":
        """Every step-th group: an even draw, since groups are sorted. For starting values, not for answers."""
        parts = (self.frequency.thinned(step), self.age.thinned(step), self.recency.thinned(step))
        return Grouped(*parts, self.count[::step])


def group(frequency: Floats, recency: Floats, age: Floats, *, inverse: bool = False) -> Grouped:
    """Groups equal rows of checked columns; with `inverse` also says which group each customer is in."""
    x, end, last = (coded(values) for values in (frequency, age, recency))
    sizes = (len(x.levels), len(end.levels), len(last.levels))
    assert sizes[0] * sizes[1] * sizes[2] < _KEY_MAX, "histories too varied for one key"
    keys = (x.codes * sizes[1] + end.codes) * sizes[2] + last.codes
    if inverse:
        distinct, back, counts = np.unique(keys, return_inverse=True, return_counts=True)
    else:
        back = None
        keys.sort()
        starts = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else np.empty(0, np.intp)
        distinct, counts = keys[starts], np.diff(np.append(starts, len(keys)))
    rest, last_code = np.divmod(distinct, sizes[2])
    x_code, end_code = np.divmod(rest, sizes[1])
    parts = (Coded(x.levels, x_code), Coded(end.levels, end_code), Coded(last.levels, last_code))
    return Grouped(*parts, counts.astype(np.float64), back)


def distinct_pairs(left: Floats, right: Floats) -> tuple[Floats, Floats, Ints]:
    """Distinct (left, right), and for each row which of them it is."""
    one, two = coded(left), coded(right)
    size = len(one.levels) * len(two.levels)
    assert size < _KEY_MAX, "pairs too varied for one key"
    distinct, inverse = _distinct(one.codes * len(two.levels) + two.codes, size)
    first, second = np.divmod(distinct, max(len(two.levels), 1))
    return one.levels[first], two.levels[second], inverse


def _distinct(keys: Ints, size: int) -> tuple[Ints, Ints]:
    """Sorted distinct keys, each below `size`, and which of them each key is."""
    if size > _CELLS_PER_KEY * len(keys):
        distinct, inverse = np.unique(keys, return_inverse=True)
        return distinct, inverse
    # Few possible keys: ticking off a list of them is quicker than sorting.
    found = np.zeros(size, np.bool_)
    found[keys] = True
    distinct = np.flatnonzero(found)
    place = np.empty(size, np.intp)
    place[distinct] = np.arange(len(distinct))
    return distinct, place[keys]


def coded(values: Floats) -> Coded:
    """The column by its levels, in rising order."""
    if len(values):
        for per_unit in _TICKS_PER_UNIT:
            scaled = values * per_unit
            ticks = np.rint(scaled)
            top = float(ticks.max())
            if top <= _TICKS_MAX and float(np.abs(ticks - scaled).max()) < 1e-9 * max(top, 1.0):
                return Coded(np.arange(int(top) + 1) / per_unit, ticks.astype(np.intp))
    levels, codes = np.unique(values, return_inverse=True)
    return Coded(levels, codes)
