"""The weights of the sources, found by going along one weight at a time.

Only lists that hold something of the next basket can score, and of such a list only the ranks of what came count: so
many mixes are tried in the time that sorting lists would take for a few.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from regulars.insight.nextbasket.baskets import Ints
from regulars.insight.nextbasket.measures import DISCOUNTS, IDEAL
from regulars.insight.nextbasket.parts import Mix, Parts, Powers, taken

_WEIGHTS: Final[Mapping[str, Sequence[float]]] = {
    "own": (0.0, 0.03, 0.06, 0.1, 0.15, 0.25, 0.4, 0.7, 1.0, 2.0),
    "alike": (0.0, 0.3, 0.6, 1.0),
    "also": (0.0, 0.05, 0.1, 0.2, 0.4, 0.8),
    "popular": (0.0, 0.05, 0.15, 0.3, 0.6, 1.2, 2.4, 5.0),
    "repeat": (0.0, 0.5, 1.0, 1.5),
    "due": (0.0, 0.5, 1.0, 1.5),
    "doubt": (0.0, 1.0, 3.0, 10.0),
}
_ROUNDS: Final = 2
# What is gained must be more than this, or the plainer setting stays: validation baskets are few, and settings many.
_LESS: Final = 3e-4
_TEN: Final = len(DISCOUNTS)
_CELLS: Final = 4_000_000  # of hits × products compared at once


def climb(parts: Parts, found: Any, size: Ints, mix: Mix) -> tuple[Mix, float]:
    """From `mix` to the best value on each weight's ladder, in turn; and the mean of Recall@10 and NDCG@10 reached.

    `found` says which of the proposed products were in the next basket, `size` how many products that had.
    """
    hits = _Hits.of(parts, found, size)
    score = hits.reached(mix)
    for _ in range(_ROUNDS):
        before = score
        for name, ladder in _WEIGHTS.items():
            for value in ladder:
                candidate = replace(mix, **{name: value})
                reached = score if candidate == mix else hits.reached(candidate)
                if reached > score + _LESS:
                    mix, score = candidate, reached
        if score <= before + _LESS:
            break
    return mix, score


@dataclass(frozen=True, slots=True)
class _Hits:
    """What came of what was proposed: an element each, `row` in `parts`, which has those rows only that had a hit."""

    parts: Parts
    row: Ints
    place: Ints
    size: Ints  # of the basket
    rows: int  # of all lists, also those without a hit
    powers: Powers

    @classmethod
    def of(cls, parts: Parts, found: Any, size: Ints) -> "_Hits":
        row, place = np.nonzero(found & parts.valid)
        some, row = np.unique(row, return_inverse=True)
        few = taken(parts, some)
        return cls(few, row, place, np.maximum(size[some][row], 1), len(size), {})

    def reached(self, mix: Mix) -> float:
        scores = self.parts.score(mix, self.powers)
        rank = self._ranks(scores)
        shown = (rank < _TEN) & (scores[self.row, self.place] > 0)
        size, rank = self.size[shown], rank[shown]
        recall, gain = (1 / size).sum(), (DISCOUNTS[rank] / IDEAL[np.minimum(size, _TEN) - 1]).sum()
        return float(recall + gain) / (2 * self.rows)

    def _ranks(self, scores: Any) -> Ints:
        """From 0; among equals by place, as in `best_places`."""
        answer, width = np.empty(len(self.row), np.int64), scores.shape[1]
        for start in range(0, len(self.row), step := max(1, _CELLS // width)):
            some = slice(start, start + step)
            whole = scores[self.row[some]]
            own = scores[self.row[some], self.place[some], None]
            first = (whole == own) & (np.arange(width) < self.place[some, None])
            answer[some] = ((whole > own) | first).sum(axis=1)
        return answer
