"""Columns as a design matrix for the linear and the logistic model, and coefficients turned back into points."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.moves import Floats
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.terms import Line, Points, Term

_ENDS: Final = (0.01, 0.99)  # numbers are held within these quantiles: one odd customer must not steer a line
_RARE: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """The columns of the design that belong to one column: values at each knot or code, before and after scaling."""

    column: Column
    knots: Floats  # empty for a text
    table: Floats  # knots (or codes) × design columns; for numbers the last row is "unknown"


@dataclass(frozen=True, slots=True)
class Basis:
    """The parts, with what standardises the design."""

    parts: Sequence[Part]
    means: Floats
    scales: Floats

    @classmethod
    def of(cls, table: pa.Table, columns: Sequence[Column], *, knots: int) -> tuple["Basis", Floats]:
        """The basis and its standardised design; a number becomes `knots` − 1 columns: a line with that many knots."""
        rows = Rows(table)
        parts = [_part(rows, column, knots) for column in columns]
        blocks = [_block(part, rows) for part in parts]
        design = np.concatenate(blocks, axis=1) if blocks else np.zeros((len(rows), 0))
        means, scales = design.mean(axis=0), design.std(axis=0)
        scales = np.where(scales > _RARE, scales, np.inf)  # what never varies gets no weight
        design -= means
        design /= scales
        return cls(parts, means, scales), design

    def terms(self, slopes: Floats) -> tuple[list[Term], float]:
        """Terms of the standardised design's coefficients, and the constant they leave."""
        plain = slopes / self.scales
        found: list[Term] = []
        at = 0
        for part in self.parts:
            points = part.table @ plain[at : at + part.table.shape[1]]
            at += part.table.shape[1]
            found.append(_term(part, points))
        return found, -float(self.means @ plain)


def _term(part: Part, points: Floats) -> Term:
    if part.column.levels is not None:
        return Points(part.column, points)
    return Line(part.column.name, part.knots, points[:-1], float(points[-1]))


def _part(rows: Rows, column: Column, knots: int) -> Part:
    if column.levels is not None:
        return Part(column, np.zeros(0), np.eye(column.size))
    values = rows.numbers(column.name)
    known = values[~np.isnan(values)]
    places = np.unique(np.quantile(known, np.linspace(*_ENDS, knots)))
    if len(places) < 2:
        places = np.unique(np.array([known.min(), known.max() if known.max() > known.min() else known.min() + 1.0]))
    hinges = np.maximum(places[:, None] - places[None, :-1], 0.0)
    average = np.array([np.interp(known, places, hinge).mean() for hinge in hinges.T])
    table = np.zeros((len(places) + 1, hinges.shape[1] + 1))
    table[:-1, :-1], table[-1, :-1], table[-1, -1] = hinges, average, 1.0
    return Part(column, places, table)


def _block(part: Part, rows: Rows) -> Floats:
    if part.column.levels is not None:
        found: Floats = part.table[part.column.codes(rows)]
        return found
    values = rows.numbers(part.column.name)
    unknown = np.isnan(values)
    inside = np.where(unknown, part.knots[0], values)
    columns: list[Any] = [np.interp(inside, part.knots, part.table[:-1, c]) for c in range(part.table.shape[1])]
    block = np.stack(columns, axis=1)
    block[unknown] = part.table[-1]
    return block
