"""The parts a model is made of: each adds points (log-odds) to a row, and says which column they are for.

Every family ends as a sum of such parts, so that reasons are exact and a model is a small JSON file.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.moves import Floats, Ints
from regulars.insight.scoring.reading import Rows


class Term(Protocol):
    """A part of the sum."""

    @property
    def names(self) -> tuple[str, ...]:
        """The columns it reads."""
        ...

    def parts(self, rows: Rows) -> Iterator[tuple[str, Floats]]:
        """Column and log-odds per row, for each column it is about."""
        ...

    def scaled(self, factor: float) -> "Term":
        """The same with all points times `factor`."""
        ...

    def centred(self, rows: Rows) -> tuple["Term", float]:
        """The same with points that average 0 over these rows (per column), and the average taken out."""
        ...

    def to_plain(self) -> dict[str, Any]:
        """As JSON."""
        ...


@dataclass(frozen=True, slots=True)
class Points:
    """A number of points per code of one column."""

    column: Column
    points: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return (self.column.name,)

    def parts(self, rows: Rows) -> Iterator[tuple[str, Floats]]:
        yield self.column.name, self.points[self.column.codes(rows)]

    def scaled(self, factor: float) -> "Points":
        return Points(self.column, self.points * factor)

    def centred(self, rows: Rows) -> tuple["Points", float]:
        mean = float(self.points[self.column.codes(rows)].mean())
        return Points(self.column, self.points - mean), mean

    def to_plain(self) -> dict[str, Any]:
        return {"kind": "points", "column": self.column.to_plain(), "points": self.points.tolist()}


@dataclass(frozen=True, slots=True)
class Line:
    """Points along a number: straight between `knots`, level beyond the ends; `unknown` where not known."""

    name: str
    knots: Floats
    points: Floats
    unknown: float

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)

    def parts(self, rows: Rows) -> Iterator[tuple[str, Floats]]:
        yield self.name, self._points(rows)

    def _points(self, rows: Rows) -> Floats:
        values = rows.numbers(self.name)
        return np.where(np.isnan(values), self.unknown, np.interp(values, self.knots, self.points))

    def scaled(self, factor: float) -> "Line":
        return Line(self.name, self.knots, self.points * factor, self.unknown * factor)

    def centred(self, rows: Rows) -> tuple["Line", float]:
        mean = float(self._points(rows).mean())
        return Line(self.name, self.knots, self.points - mean, self.unknown - mean), mean

    def to_plain(self) -> dict[str, Any]:
        knots, points = self.knots.tolist(), self.points.tolist()
        return {"kind": "line", "column": self.name, "knots": knots, "points": points, "unknown": self.unknown}


@dataclass(frozen=True, slots=True)
class Pair:
    """Points per code of two columns together, beyond what each gives alone; shared half and half between them."""

    one: Column
    two: Column
    points: Floats  # codes of one × codes of two

    @property
    def names(self) -> tuple[str, ...]:
        return (self.one.name, self.two.name)

    def parts(self, rows: Rows) -> Iterator[tuple[str, Floats]]:
        half = self.points[self.one.codes(rows), self.two.codes(rows)] / 2
        yield self.one.name, half
        yield self.two.name, half

    def scaled(self, factor: float) -> "Pair":
        return Pair(self.one, self.two, self.points * factor)

    def centred(self, rows: Rows) -> tuple["Pair", float]:
        mean = float(self.points[self.one.codes(rows), self.two.codes(rows)].mean())
        return Pair(self.one, self.two, self.points - mean), mean

    def to_plain(self) -> dict[str, Any]:
        columns = {"one": self.one.to_plain(), "two": self.two.to_plain()}
        return {"kind": "pair", **columns, "points": self.points.tolist()}


@dataclass(frozen=True, slots=True)
class Tree:
    """A decision tree over codes. A split looks at the rank of a code: at most `threshold` goes left.

    `leaf_points` (leaf node × column) are the changes in log-odds on the way from the root, per column split on; so
    they add up to the log-odds of the leaf less that of the root. Nodes are numbered from 0, the root; -1 is none.
    """

    columns: tuple[Column, ...]
    ranks: tuple[Floats, ...]  # per column, a rank per code
    feature: Ints  # per node: place in `columns`, -1 at a leaf
    threshold: Floats
    left: Ints
    right: Ints
    leaf_points: Floats

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    def leaves(self, rows: Rows) -> Ints:
        """The leaf node each row ends in."""
        ranked = [ranks[column.codes(rows)] for column, ranks in zip(self.columns, self.ranks, strict=True)]
        node = np.zeros(len(rows), np.int64)
        for inner in np.flatnonzero(self.feature >= 0):  # parents come before their children
            here = np.flatnonzero(node == inner)
            goes_left = ranked[self.feature[inner]][here] <= self.threshold[inner]
            node[here] = np.where(goes_left, self.left[inner], self.right[inner])
        return node

    def parts(self, rows: Rows) -> Iterator[tuple[str, Floats]]:
        leaf = self.leaves(rows)
        for place, column in enumerate(self.columns):
            yield column.name, self.leaf_points[leaf, place]

    def scaled(self, factor: float) -> "Tree":
        return self._with(self.leaf_points * factor)

    def centred(self, rows: Rows) -> tuple["Tree", float]:
        means = self.leaf_points[self.leaves(rows)].mean(axis=0)
        return self._with(self.leaf_points - means), float(means.sum())

    def _with(self, leaf_points: Floats) -> "Tree":
        return Tree(self.columns, self.ranks, self.feature, self.threshold, self.left, self.right, leaf_points)

    def to_plain(self) -> dict[str, Any]:
        arrays = ("feature", "threshold", "left", "right", "leaf_points")
        return {
            "kind": "tree",
            "columns": [column.to_plain() for column in self.columns],
            "ranks": [ranks.tolist() for ranks in self.ranks],
            **{name: getattr(self, name).tolist() for name in arrays},
        }


def term_from_plain(plain: dict[str, Any]) -> Term:
    """From JSON. Raises KeyError, TypeError or ValueError where something is missing or of another shape."""
    kind = plain["kind"]
    if kind == "points":
        column = Column.from_plain(plain["column"])
        return Points(column, _floats(plain["points"], column.size))
    if kind == "line":
        knots = _floats(plain["knots"])
        return Line(str(plain["column"]), knots, _floats(plain["points"], len(knots)), float(plain["unknown"]))
    if kind == "pair":
        one, two = Column.from_plain(plain["one"]), Column.from_plain(plain["two"])
        return Pair(one, two, _floats(plain["points"], one.size, two.size))
    if kind == "tree":
        return _tree_from_plain(plain)
    raise ValueError(f"no such part of a model: {kind!r}")


def _tree_from_plain(plain: dict[str, Any]) -> Tree:
    columns = tuple(Column.from_plain(column) for column in plain["columns"])
    ranks = tuple(_floats(r, column.size) for r, column in zip(plain["ranks"], columns, strict=True))
    nodes = len(plain["feature"])
    feature, left, right = (np.array(plain[name], np.int64) for name in ("feature", "left", "right"))
    inner = feature >= 0
    if (feature >= len(columns)).any() or (left[inner] <= np.flatnonzero(inner)).any() or (left >= nodes).any():
        raise ValueError("a tree whose nodes lead nowhere")
    if (right[inner] <= np.flatnonzero(inner)).any() or (right >= nodes).any():
        raise ValueError("a tree whose nodes lead nowhere")
    threshold, points = _floats(plain["threshold"], nodes), _floats(plain["leaf_points"], nodes, len(columns))
    return Tree(columns, ranks, feature, threshold, left, right, points)


def _floats(values: Any, *shape: int) -> Floats:
    array = np.array(values, np.float64)
    if (shape and array.shape != shape) or not np.isfinite(array).all():
        raise ValueError(f"numbers of shape {array.shape} where {shape} are needed")
    return array
