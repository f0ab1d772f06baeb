"""Columns of a trial as numbers: a flat file's texts as levels, numbers in steps for learners that are linear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.frames import as_arrow
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.moves import Flags, Floats, Ints, Trial

STEPS: Final = 10
FEW: Final = 12  # distinct values up to which a number keeps each value for itself
LEVELS_MAX: Final = 50
_YES: Final = ("yes", "true", "1", "treated", "treatment", "t", "y")
_NO: Final = ("no", "false", "0", "control", "holdout", "c", "n")


def trial_of(
    table: Any, *, treatment: str, outcome: str, columns: Sequence[str] | None = None, like: Trial | None = None
) -> Trial:
    """A flat table as a trial. `treatment` says yes or no (or 1 and 0, treated and control), `outcome` is a number.

    Without `columns` all others are features, but for those with a different text in (nearly) every row, whose name
    says no more than who it is: they and names ending in "id" are left out. `like` is the trial whose columns and
    levels are to be kept, so that what was learned there can be judged here. Raises WrongCampaign.
    """
    flat = as_arrow(table)
    for name in (treatment, outcome, *(columns or ())):
        if name not in flat.column_names:
            raise WrongCampaign(
                f"The table has no column {name!r}; it has {', '.join(flat.column_names)}.", column=name
            )
    treated = yes_or_no(flat[treatment], treatment)
    came = _numbers(flat[outcome])
    if np.isnan(came).any():
        raise WrongCampaign(f"The outcome {outcome!r} must be a number in every row.", column=outcome)
    if like is not None:
        return Trial(features_of(flat, like), like.names, treated, came, like.levels)
    chosen = columns or [name for name in flat.column_names if name not in (treatment, outcome) and _tells(flat, name)]
    if not chosen:
        raise WrongCampaign("There is no column to tell people apart by.")
    features, levels = _features(flat, chosen, {})
    _check(treated)
    return Trial(features, tuple(chosen), treated, came, levels)


def features_of(table: Any, like: Trial) -> Floats:
    """The same columns of another table in the same numbers; a level never seen is unknown. Raises WrongCampaign."""
    flat = as_arrow(table)
    missing = [name for name in like.names if name not in flat.column_names]
    if missing:
        raise WrongCampaign(f"The new table lacks the columns {missing}.", columns=missing)
    return _features(flat, like.names, like.levels)[0]


def yes_or_no(column: Any, name: str) -> Flags:
    said = pc.utf8_lower(pc.utf8_trim_whitespace(column.cast(pa.string())))
    yes = np.asarray(pc.is_in(said, pa.array(_YES)).to_numpy(), dtype=np.bool_)
    no = np.asarray(pc.is_in(said, pa.array(_NO)).to_numpy(), dtype=np.bool_)
    if not (yes | no).all():
        row = int(np.argmin(yes | no))
        raise WrongCampaign(
            f"The treatment {name!r} must say yes or no in every row; row {row + 1} says {said[row].as_py()!r}.",
            row=row,
        )
    return yes


def _check(treated: Flags) -> None:
    if min(treated.sum(), (~treated).sum()) < 100:
        raise WrongCampaign("At least 100 treated and 100 untreated people are needed to learn whom to treat.")


def _tells(flat: pa.Table, name: str) -> bool:
    if name.lower().endswith("id"):
        return False
    kind = flat[name].type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return int(pc.count_distinct(flat[name]).as_py()) <= max(LEVELS_MAX, flat.num_rows // 20)
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind))


def _numbers(column: Any) -> Floats:
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)):
        raise WrongCampaign(f"A column of numbers was expected, not of {kind}.")
    if pa.types.is_boolean(kind):
        column = column.cast(pa.int8())
    return np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)


def _features(
    flat: pa.Table, names: Sequence[str], known: Mapping[str, tuple[str, ...]]
) -> tuple[Floats, dict[str, tuple[str, ...]]]:
    columns, levels = [], dict(known)
    for name in names:
        column = flat[name]
        if pa.types.is_string(column.type) or pa.types.is_large_string(column.type) or name in known:
            texts = column.cast(pa.string())
            if name not in levels:
                levels[name] = _levels(texts)
            codes = pc.index_in(texts, pa.array(levels[name], pa.string()))
            columns.append(np.asarray(codes.cast(pa.float64()).to_numpy(), dtype=np.float64))
        else:
            columns.append(_numbers(column))
    return np.column_stack(columns), levels


def _levels(texts: Any) -> tuple[str, ...]:
    """The most frequent texts, most frequent first; the rest is unknown."""
    counted = sorted(pc.value_counts(texts.drop_null()).to_pylist(), key=lambda e: (-e["counts"], e["values"]))
    return tuple(entry["values"] for entry in counted[:LEVELS_MAX])


@dataclass(frozen=True, slots=True)
class Steps:
    """Where each column is cut; learned on the training people and used on others."""

    edges: tuple[Floats, ...]

    @classmethod
    def of(cls, features: Floats, steps: int = STEPS) -> "Steps":
        """`steps` of equal size for numbers with more than FEW values."""
        return cls(tuple(_edges(features[:, n], steps) for n in range(features.shape[1])))

    def coded(self, features: Floats) -> Floats:
        """Indicator columns: one per step but the first, and one for "unknown", per feature."""
        parts = []
        for n, edges in enumerate(self.edges):
            parts.append(np.eye(len(edges) + 2)[self._step(features, n)][:, 1:])
        return np.hstack(parts)

    def cut(self, features: Floats, texts: Sequence[bool]) -> Floats:
        """1 for each edge that a number reaches, for the one level of a text, and for "unknown"; else 0."""
        parts = []
        for n, (edges, text) in enumerate(zip(self.edges, texts, strict=True)):
            step, places = self._step(features, n), np.arange(1, len(edges) + 2)
            if text:
                parts.append(np.asarray(step[:, None] == np.arange(len(edges) + 2), dtype=np.float64))
                continue
            unknown = step == len(edges) + 1
            reached = (step[:, None] >= places) & ~unknown[:, None]
            reached[:, -1] = unknown
            parts.append(reached.astype(np.float64))
        return np.hstack(parts)

    def _step(self, features: Floats, n: int) -> Ints:
        """Of each person in one feature; the last is "unknown"."""
        step = np.searchsorted(self.edges[n], features[:, n], side="right")
        return np.where(np.isnan(features[:, n]), len(self.edges[n]) + 1, step)


def _edges(values: Floats, steps: int) -> Floats:
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if len(distinct) <= FEW:
        middles: Floats = (distinct[1:] + distinct[:-1]) / 2
        return middles
    return np.unique(np.quantile(known, np.arange(1, steps) / steps))
