"""The decision tree as IF-rules, counted on customers that it did not see."""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column
from regulars.insight.scoring.decision import grown_tree
from regulars.insight.scoring.moves import Condition, Examples, Flags, Ints, Rule
from regulars.insight.scoring.reading import Rows
from regulars.insight.scoring.resampling import folds, numbered
from regulars.insight.scoring.terms import Tree
from regulars.insight.scoring.training import Training

RULE_DEPTH: Final = 4  # deeper rules are hard to say
RULES_MOST: Final = 12
_PARTS: Final = 3  # without a later period one third of the customers is kept apart to count on


def tree_rules(examples: Examples, later: Examples | None, seed: int) -> list[Rule]:
    """Rules from a tree learned on the examples and counted on the later period, highest rate first.

    Without a later period the tree learns from two thirds of the customers, and the last third is counted.
    """
    customers = numbered(examples.customers)
    if later is not None:
        training = Training.of(examples.features, examples.outcome, customers)
        table, outcome = later.features, later.outcome
    else:
        part = folds(customers, examples.outcome, count=_PARTS, seed=seed) == 0
        rest = np.flatnonzero(~part)
        training = Training.of(examples.features.take(rest), examples.outcome[rest], customers[rest])
        table, outcome = examples.features.filter(pa.array(part)), examples.outcome[part]
    if not training.columns or not len(outcome):
        return []
    tree = grown_tree(training, seed, depth=RULE_DEPTH, leaves=RULES_MOST)
    rows = Rows(training.table)
    present = {column.name: np.bincount(column.codes(rows), minlength=column.size) > 0 for column in tree.columns}
    return counted(tree, present, table, outcome)


def counted(tree: Tree, present: Mapping[str, Flags], table: pa.Table, outcome: Flags) -> list[Rule]:
    """One rule per leaf in which there is anyone, highest rate first. `present`: the codes learned from."""
    leaf = tree.leaves(Rows(table))
    rows = np.bincount(leaf, minlength=len(tree.feature))
    yes = np.bincount(leaf, outcome, len(tree.feature))
    base = float(outcome.mean())
    found = [
        Rule(
            conditions=conditions(tree, int(node), present),
            customers=int(rows[node]),
            share=float(rows[node] / len(leaf)),
            rate=float(yes[node] / rows[node]),
            lift=float(yes[node] / rows[node] / base) if base > 0 else 1.0,
            interval=wilson(int(yes[node]), int(rows[node])),
        )
        for node in np.flatnonzero(rows)
    ]
    return sorted(found, key=lambda rule: -rule.rate)


def conditions(tree: Tree, leaf: int, present: Mapping[str, Flags]) -> list[Condition]:
    """What leads to the leaf, one condition per column, in the order the tree asks; nothing said of what never was."""
    allowed: dict[int, Flags] = {}
    node = leaf
    while node > 0:
        parent = int(np.flatnonzero((tree.left == node) | (tree.right == node))[0])
        place = int(tree.feature[parent])
        goes_left = tree.ranks[place] <= tree.threshold[parent]
        through = goes_left if tree.left[parent] == node else ~goes_left
        allowed[place] = allowed.pop(place, present[tree.columns[place].name]) & through
        node = parent
    found = []
    for place, codes in reversed(allowed.items()):
        column = tree.columns[place]
        out = present[column.name] & ~codes
        found.append(_condition(column, np.flatnonzero(codes), np.flatnonzero(out)))
    return found


def wilson(yes: int, rows: int, z: float = 1.959964) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927).

    >>> [round(end, 4) for end in wilson(8, 10)]
    [0.4902, 0.9433]
    """
    share = yes / rows
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z / (1 + z * z / rows) * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows))
    return max(0.0, middle - half), min(1.0, middle + half)


def _condition(column: Column, codes: Ints, out: Ints) -> Condition:
    """From the codes that a rule allows and those that it shuts out."""
    unknown = bool((codes == 0).any())
    if column.levels is not None:
        levels, others = column.labels(codes.tolist()), column.labels(out.tolist())
        return Condition(column.name, levels=levels, others=others, unknown=unknown)
    known: Sequence[int] = codes[codes > 0].tolist()
    if not known:
        return Condition(column.name, unknown=True)
    low = column.edges[known[0] - 2] if known[0] >= 2 else None
    high = column.edges[known[-1] - 1] if known[-1] <= len(column.edges) else None
    return Condition(column.name, low=low, high=high, unknown=unknown)
