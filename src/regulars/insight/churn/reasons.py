"""Why a customer scores as they do: what each theme adds to the log-odds, said with this customer's figures.

Codes and their numbers are those of `regulars.insight.reasons`: "silent:60:20" says silent for 60 days, usually 20.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.churn.features import THEMES
from regulars.insight.scoring.moves import Flags, Floats, Ints, Scored

TOP: Final = 3
_LEAST: Final = 0.05  # log-odds below which a theme is no reason: it moves the chance by a hundredth at most
_YEAR: Final = 365
_MOST: Final = 30_000  # hundredths of log-odds: far beyond any chance that is not certain
_PERCENT: Final = (-100.0, 100.0)
# Theme → code and where its numbers come from: a column, a constant, or a column as percent.
_WRITTEN: Final[Mapping[str, tuple[str, tuple[str | int, ...]]]] = {
    "silent": ("silent", ("recency_days", "usual_gap_days")),
    "rhythm": ("rhythm", ("usual_gap_days",)),
    "often": ("often", ("visits", "usual_gap_days")),
    "lately": ("lately", ("visits_window", "visits_before")),
    "spent": ("spent", (_YEAR, "spend_365")),
    "tenure": ("known", ("tenure_days",)),
    "breadth": ("breadth", ("products",)),
    "favourite": ("favourite", ("%top_category_share",)),
    "discounts": ("discounts", ("%discount_share",)),
    "returns": ("returns", ("%return_share",)),
    "margin": ("margin", ("%margin_share",)),
    "habit": ("habit", ("%weekend_share",)),
    "person": ("person", ()),
}


def by_theme(scored: Scored) -> tuple[list[str], Floats]:
    """Themes, and what each adds to the log-odds (themes × rows): base + Σ is still the log-odds of the score."""
    rows = len(scored.probability)
    found: dict[str, Floats] = {}
    for column, values in scored.contributions.items():
        theme = THEMES.get(column, column)
        found[theme] = found[theme] + values if theme in found else values
    return list(found), np.array(list(found.values())) if found else np.zeros((0, rows))


def themes_of(columns: Sequence[str]) -> list[str]:
    """The themes of a model's columns, in the order of `by_theme`."""
    return list(dict.fromkeys(THEMES.get(column, column) for column in columns))


def points(scored: Scored) -> Any:
    """For each row what each theme adds, in whole hundredths of log-odds: with those of the base they add up to those
    of the score. What rounding leaves over is the strongest theme's."""
    themes, added = by_theme(scored)
    rows = len(scored.probability)
    if not themes:
        return pa.array([[]] * rows, pa.list_(pa.int16()))
    whole = np.rint(100 * added).astype(np.int64)
    total = np.rint(100 * (scored.base + added.sum(axis=0))).astype(np.int64)
    strongest = np.abs(added).argmax(axis=0)
    whole[strongest, np.arange(rows)] += total - round(100 * scored.base) - whole.sum(axis=0)
    values: Any = pa.array(np.clip(whole, -_MOST, _MOST).astype(np.int16).T.reshape(-1))
    offsets: Any = pa.array(np.arange(rows + 1, dtype=np.int32) * len(themes))
    return pa.ListArray.from_arrays(offsets, values)


def reasons(scored: Scored, table: pa.Table, top: int = TOP) -> list[Any]:
    """`top` columns of codes (null where there are fewer), the most telling first.

    Those that point the way of the score: who leaves more probably than the average customer is told what raises the
    chance, the others what lowers it.
    """
    themes, added = by_theme(scored)
    towards = np.where(scored.probability >= 1 / (1 + np.exp(-scored.base)), 1.0, -1.0)
    strength = (added * towards).astype(np.float32)
    codes = []
    for _ in range(top):
        if not themes:
            codes.append(pa.nulls(len(table), pa.string()))
            continue
        best = strength.argmax(axis=0)
        each = np.arange(len(best))
        known = strength[best, each] >= _LEAST
        strength[best, each] = -np.inf
        codes.append(written(np.where(known, best, -1), themes, table))
    return codes


def written(which: Ints, themes: Sequence[str], table: pa.Table) -> Any:
    """The code of each row's theme with that row's figures; null where there is none (−1) or a figure is unknown."""
    parts, rows = [], []
    for place in np.unique(which):
        here = np.flatnonzero(which == place)
        rows.append(here)
        parts.append(pa.nulls(len(here), pa.string()) if place < 0 else _code(themes[place], table, which == place))
    if not parts:
        return pa.nulls(0, pa.string())
    back = np.empty(len(which), np.int64)
    back[np.concatenate(rows)] = np.arange(len(which))
    joined: Any = pa.concat_arrays(parts)
    return joined.take(pa.array(back))


def _same(text: str, count: int) -> Any:
    """A text so many times."""
    return pa.DictionaryArray.from_arrays(np.zeros(count, np.int32), [text]).cast(pa.string())


def _code(theme: str, table: pa.Table, here: Flags) -> Any:
    code, sources = _WRITTEN.get(theme, (theme, ()))
    count = int(here.sum())
    texts: list[Any] = [_same(code, count)]
    texts += [_figure(source, table, here, count) for source in sources]
    return pc.binary_join_element_wise(*texts, ":") if sources else texts[0]


def _figure(source: str | int, table: pa.Table, here: Flags, count: int) -> Any:
    if isinstance(source, int):
        return _same(str(source), count)
    name, scale = source.removeprefix("%"), 100.0 if source.startswith("%") else 1.0
    if name not in table.column_names:
        return pa.nulls(count, pa.string())
    values = np.asarray(table[name].cast(pa.float64()).to_numpy(), np.float64)[here] * scale
    unknown = ~np.isfinite(values)
    if scale > 1:  # beyond these a share says no more
        values = np.clip(values, *_PERCENT)
    whole = np.rint(np.where(unknown, 0.0, values)).astype(np.int64)
    return pa.array(whole, mask=unknown).cast(pa.string())
