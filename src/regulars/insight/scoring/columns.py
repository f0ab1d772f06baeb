"""How a column is cut into bins: a number at readable edges, a text by its levels. Code 0 is always "unknown"."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from regulars.insight.scoring.moves import Floats, Ints
from regulars.insight.scoring.reading import OTHER, Rows

_ROWS_PER_BIN: Final = 20
_TRIED_STEPS: Final = 40


@dataclass(frozen=True, slots=True)
class Column:
    """A number (`levels` is None) cut at `edges`: code k holds edges[k-2] < x ≤ edges[k-1]; or a text with `levels`.

    Codes: 0 unknown; numbers 1 … len(edges) + 1; texts 1 … len(levels), then len(levels) + 1 for every other level.
    """

    name: str
    edges: tuple[float, ...] = ()
    levels: tuple[str, ...] | None = None

    @property
    def size(self) -> int:
        """How many codes there are."""
        return len(self.edges if self.levels is None else self.levels) + 2

    def codes(self, rows: Rows) -> Ints:
        """The code of each row."""
        if self.levels is not None:
            return rows.codes(self.name, self.levels)
        values = rows.numbers(self.name)
        found = np.searchsorted(np.asarray(self.edges), values, side="left") + 1
        return np.where(np.isnan(values), 0, found)

    def labels(self, codes: Iterable[int]) -> tuple[str, ...]:
        """Names of levels for the codes of a text, `other` for those beyond; unknown is left out."""
        named = (*(self.levels or ()), OTHER)
        return tuple(named[code - 1] for code in codes if code > 0)

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        if self.levels is None:
            return {"name": self.name, "edges": list(self.edges)}
        return {"name": self.name, "levels": list(self.levels)}

    @classmethod
    def from_plain(cls, plain: dict[str, Any]) -> "Column":
        """From JSON."""
        if "levels" in plain:
            return cls(plain["name"], levels=tuple(plain["levels"]))
        return cls(plain["name"], edges=tuple(float(edge) for edge in plain["edges"]))


def cut(values: Floats, bins_most: int) -> tuple[float, ...]:
    """Edges that part the known values into about equal bins of some twenty rows and more, each as round as can be.

    Few distinct values are parted one by one. Otherwise an edge is the roundest number within a quarter of a bin of
    the quantile: nothing is lost to speak of, and people can read it.
    """
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        return ()
    bins = int(np.clip(len(known) // _ROWS_PER_BIN, 4, bins_most))
    distinct = np.unique(known)
    if len(distinct) <= bins:
        pairs = pairwise(distinct)
        return tuple(roundest(float(low), float(high)) for low, high in pairs)
    places = np.arange(1, bins)
    low, high = (np.quantile(known, (places + step) / bins, method="inverted_cdf") for step in (-0.25, 0.25))
    edges = {roundest(float(a), float(b)) for a, b in zip(low, high, strict=True)}
    return tuple(sorted(edge for edge in edges if edge < known[-1] and edge >= known[0]))


def roundest(low: float, high: float) -> float:
    """The number x with low ≤ x < high that has the fewest digits (`low` where there is no room).

    >>> roundest(1.0, 2.0), roundest(17.31, 24.9), roundest(0.123, 0.13)
    (1.0, 20.0, 0.125)
    """
    if not low < high:
        return low
    if low <= 0 < high:
        return 0.0
    top = math.ceil(math.log10(max(abs(low), abs(high)))) + 1
    for power in range(top, top - _TRIED_STEPS, -1):
        for part in (1.0, 0.5):
            found = _multiple(low, part, power)
            if low <= found < high:
                return found
    return low


def _multiple(low: float, part: float, power: int) -> float:
    """The least multiple of part × 10^power that is not below `low`; exact for the decimals people write."""
    if power >= 0:
        step = part * 10.0**power
        return math.ceil(low / step) * step
    scale = 10.0**-power / part
    return math.ceil(low * scale) / scale
