"""The decision tree: at most five questions deep, no leaf of few customers, thresholds that can be read."""

from typing import Any, Final

import numpy as np

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.model import ScoreModel, assembled
from regulars.insight.scoring.moves import Flags, Floats, Ints
from regulars.insight.scoring.newton import platt
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.terms import Tree
from regulars.insight.scoring.training import Training

DEPTHS: Final = (1, 2, 3, 4, 5)
LEAF_SHARE: Final = 0.01
LEAF_ROWS: Final = 50
_SHRINK: Final = 10.0  # rows at the base rate added to each node, so that no leaf is certain


def fit_tree(training: Training, seed: int) -> ScoreModel:
    """The depth with the least log-loss in inner folds, grown on all rows; calibrated (Platt) out of fold.

    In a fold the deepest is grown; the less deep are that one, cut off above.
    """
    rows = Rows(training.table)
    codes = [column.codes(rows) for column in training.columns]
    inner = training.folds(seed)
    unseen = np.empty((len(DEPTHS), len(training)))
    for fold in range(int(inner.max()) + 1):
        rest, part = np.flatnonzero(inner != fold), np.flatnonzero(inner == fold)
        grown, base = _grown(training.columns, [c[rest] for c in codes], training.outcome[rest], DEPTHS[-1], seed)
        unseen[:, part] = base + _scores(grown, training.table.take(part))
    yes = training.outcome
    losses = np.logaddexp(0.0, np.where(yes, -unseen, unseen)).mean(axis=1)
    best = int(losses.argmin())
    tree, base = _grown(training.columns, codes, yes, DEPTHS[best], seed)
    intercept, slope = platt(unseen[best], yes)
    return assembled("tree", base, [tree], slope=slope, intercept=intercept, rows=rows)


def grown_tree(training: Training, seed: int, *, depth: int, leaves: int) -> Tree:
    """A tree of at most this depth and so many leaves, for reading."""
    rows = Rows(training.table)
    codes = [column.codes(rows) for column in training.columns]
    return _grown(training.columns, codes, training.outcome, depth, seed, leaves)[0]


def _scores(tree: Tree, table: Any) -> Floats:
    """Points of each row, for each depth the tree is cut off at: a node has all that was changed on the way to it."""
    points = tree.leaf_points.sum(axis=1)
    depth, parent = _places(tree)
    reached = tree.leaves(Rows(table))
    found = np.empty((len(DEPTHS), len(reached)))
    for place, cut in reversed(list(enumerate(DEPTHS))):
        reached = np.where(depth[reached] > cut, parent[reached], reached)
        found[place] = points[reached]
    return found


def _places(tree: Tree) -> tuple[Ints, Ints]:
    """How deep each node is, and which is above it."""
    depth, parent = np.zeros((2, len(tree.feature)), np.int64)
    for node in np.flatnonzero(tree.feature >= 0):  # parents before children
        for child in (tree.left[node], tree.right[node]):
            depth[child], parent[child] = depth[node] + 1, node
    return depth, parent


def _grown(
    columns: Any, codes: list[Ints], outcome: Flags, depth: int, seed: int, leaves: int | None = None
) -> tuple[Tree, float]:
    """The tree and the log-odds of its root."""
    from sklearn.tree import DecisionTreeClassifier

    ranks = [_ranks(column, code, outcome) for column, code in zip(columns, codes, strict=True)]
    ranked = np.stack([rank[code] for rank, code in zip(ranks, codes, strict=True)], axis=1)
    least = max(LEAF_ROWS, int(LEAF_SHARE * len(outcome)))
    least = min(least, max(1, len(outcome) // 4))
    model = DecisionTreeClassifier(
        criterion="log_loss", max_depth=depth, min_samples_leaf=least, max_leaf_nodes=leaves, random_state=seed
    )
    grown = model.fit(ranked, outcome).tree_
    rate = float(outcome.mean())
    rows, yes = grown.n_node_samples, _yes(grown, model.classes_)
    share = (yes + _SHRINK * rate) / (rows + _SHRINK)
    log_odds = np.log(share / (1 - share))
    return _as_term(columns, ranks, grown, log_odds), float(log_odds[0])


def _yes(grown: Any, classes: Any) -> Floats:
    shares = grown.value[:, 0, :] / grown.value[:, 0, :].sum(axis=1, keepdims=True)
    found: Floats = shares[:, list(classes).index(True)] * grown.n_node_samples
    return found


def _ranks(column: Column, codes: Ints, outcome: Flags) -> Floats:
    """A rank per code: numbers as they lie, unknown below them; levels by their rate of yes, as trees need them.

    Codes that were not there rank in the middle, with the average customer.
    """
    rows = np.bincount(codes, minlength=column.size)
    there = np.flatnonzero(rows)
    if column.levels is None:
        ranks = np.arange(column.size, dtype=np.float64)
        if rows[0] == 0:
            ranks[0] = float(np.median(codes))
        return ranks
    yes = np.bincount(codes, outcome.astype(np.float64), column.size)
    order = there[np.argsort(yes[there] / rows[there], kind="stable")]
    ranks = np.full(column.size, np.nan)
    ranks[order] = np.arange(1.0, len(order) + 1)
    return np.where(np.isnan(ranks), float(np.median(ranks[codes])), ranks)


def _as_term(columns: Any, ranks: list[Floats], grown: Any, log_odds: Floats) -> Tree:
    """Only the columns it asks about, and per leaf what each of them changed on the way down."""
    used = sorted(set(grown.feature[grown.feature >= 0].tolist()))
    place = {feature: number for number, feature in enumerate(used)}
    changes = np.zeros((grown.node_count, len(used)))
    for node in np.flatnonzero(grown.feature >= 0):  # parents before children
        for child in (grown.children_left[node], grown.children_right[node]):
            changes[child] = changes[node]
            changes[child, place[grown.feature[node]]] += log_odds[child] - log_odds[node]
    feature = np.array([place.get(f, -1) for f in grown.feature.tolist()], np.int64)
    return Tree(
        columns=tuple(columns[f] for f in used),
        ranks=tuple(ranks[f] for f in used),
        feature=feature,
        threshold=np.where(feature >= 0, grown.threshold, 0.0),
        left=grown.children_left.astype(np.int64),
        right=grown.children_right.astype(np.int64),
        leaf_points=changes,
    )
