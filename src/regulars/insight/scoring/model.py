"""A learned model: a base and points per column, added up to the log-odds of a yes. Plain JSON, no pickle."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.frames import as_arrow
from regulars.insight.scoring.errors import NotAScoreModel
from regulars.insight.scoring.moves import Floats, Scored
from regulars.insight.scoring.reading import Rows, in_chunks
from regulars.insight.scoring.terms import Term, term_from_plain

VERSION: Final = 1
CHUNK: Final = 131_072  # rows held as numbers at a time
_LEAST_REASON: Final = 1e-9  # log-odds below which a column is no reason


def chance(log_odds: Floats) -> Floats:
    """Probability of a log-odds, without overflow."""
    small = np.exp(-np.abs(log_odds))
    return np.where(log_odds >= 0, 1.0, small) / (1.0 + small)


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """base + Σ terms = log-odds of yes, calibration included. Points of a column average 0 over the training examples.

    Tables may be Arrow, pandas or polars. A column that is missing, and a value that is null, is "unknown"; a level not
    seen before is "other"; both had their points learned, or get those of the average customer. A column of another
    type raises WrongColumns.
    """

    family: str
    base: float
    terms: Sequence[Term]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads, each once."""
        return tuple(dict.fromkeys(name for term in self.terms for name in term.names))

    def log_odds(self, table: Any) -> Floats:
        """Log-odds of yes per row."""
        arrow = as_arrow(table)
        found = np.empty(arrow.num_rows)

        def fill(rows: Rows, where: slice) -> None:
            found[where] = self._sum(self._contributions(rows), len(rows))

        in_chunks(arrow, CHUNK, fill)
        return found

    def probability(self, table: Any) -> Floats:
        """Probability of yes per row."""
        return chance(self.log_odds(table))

    def score(self, table: Any) -> Scored:
        """Probability and, per column, what it added; a matrix of rows × columns: for millions see `reasons`."""
        arrow = as_arrow(table)
        found = {name: np.empty(arrow.num_rows) for name in self.columns}
        log_odds = np.empty(arrow.num_rows)

        def fill(rows: Rows, where: slice) -> None:
            contributions = self._contributions(rows)
            for name, values in contributions.items():
                found[name][where] = values
            log_odds[where] = self._sum(contributions, len(rows))

        in_chunks(arrow, CHUNK, fill)
        return Scored(chance(log_odds), self.base, found)

    def reasons(self, table: Any, top: int = 3) -> pa.Table:
        """probability, and reason_1, contribution_1 … of the columns that moved a row most away from the average.

        Contributions are log-odds (float32). Fewer reasons than `top` are null. Memory beyond the answer: one chunk.
        """
        arrow = as_arrow(table)
        names = self.columns
        shown = min(top, len(names))
        probability = np.empty(arrow.num_rows, np.float32)
        which = np.full((top, arrow.num_rows), -1, np.int16)
        how_much = np.zeros((top, arrow.num_rows), np.float32)

        def fill(rows: Rows, where: slice) -> None:
            contributions = self._contributions(rows)
            probability[where] = chance(self._sum(contributions, len(rows)))
            if shown:
                which[:shown, where], how_much[:shown, where] = _largest(list(contributions.values()), shown)

        in_chunks(arrow, CHUNK, fill)
        return _reason_table(names, probability, which, how_much)

    def to_plain(self) -> dict[str, Any]:
        """As JSON: `from_plain` gives back a model with the very same probabilities."""
        terms = [term.to_plain() for term in self.terms]
        return {"kind": "score-model", "version": VERSION, "family": self.family, "base": self.base, "terms": terms}

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "ScoreModel":
        """From JSON. Raises NotAScoreModel."""
        if not isinstance(plain, Mapping) or plain.get("kind") != "score-model":
            raise NotAScoreModel("This is no score model. Give the file that was kept when the model was learned.")
        if plain.get("version") != VERSION:
            raise NotAScoreModel(
                f"The model was written in form {plain.get('version')!r}; this version of Regulars reads {VERSION}."
            )
        try:
            terms = [term_from_plain(term) for term in plain["terms"]]
            return cls(str(plain["family"]), float(plain["base"]), terms)
        except (KeyError, TypeError, ValueError) as broken:
            raise NotAScoreModel(f"The model is damaged ({broken}). Learn it again, or take a copy.") from broken

    def _contributions(self, rows: Rows) -> dict[str, Floats]:
        found: dict[str, Floats] = {}
        for term in self.terms:
            for name, values in term.parts(rows):
                found[name] = found[name] + values if name in found else values
        return found

    def _sum(self, contributions: Mapping[str, Floats], rows: int) -> Floats:
        total = np.full(rows, self.base)
        for values in contributions.values():
            total += values
        return total


def assembled(
    family: str, base: float, terms: Sequence[Term], *, slope: float, intercept: float, rows: Rows
) -> ScoreModel:
    """The model of intercept + slope × (base + Σ terms), its points centred on these rows and the rest in the base."""
    whole = intercept + slope * base
    kept: list[Term] = []
    for term in terms if slope > 0 else ():
        centred, mean = term.scaled(slope).centred(rows)
        kept.append(centred)
        whole += mean
    return ScoreModel(family, float(whole), kept)


def _largest(
    contributions: Sequence[Floats], top: int
) -> tuple[np.typing.NDArray[np.int16], np.typing.NDArray[np.float32]]:
    """Column numbers and contributions of the `top` largest by size, best first; -1 and 0 where there is nothing."""
    matrix = np.array(contributions, dtype=np.float32)
    size = np.abs(matrix)
    best = np.empty((top, matrix.shape[1]), np.int16)
    values = np.empty((top, matrix.shape[1]), np.float32)
    each = np.arange(matrix.shape[1])
    for place in range(top):
        column = size.argmax(axis=0)
        values[place] = matrix[column, each]
        best[place] = np.where(size[column, each] > _LEAST_REASON, column, -1)
        size[column, each] = -1.0
    return best, np.where(best >= 0, values, 0).astype(np.float32)


def _reason_table(names: Sequence[str], probability: Any, which: Any, how_much: Any) -> pa.Table:
    columns: dict[str, Any] = {"probability": pa.array(probability)}
    texts = pa.array(list(names), pa.string())
    for place, (column, values) in enumerate(zip(which, how_much, strict=True), start=1):
        absent = column < 0
        columns[f"reason_{place}"] = pa.DictionaryArray.from_arrays(pa.array(column, mask=absent), texts)
        columns[f"contribution_{place}"] = pa.array(values, mask=absent)
    return pa.table(columns)
