"""Which columns a model may see: filled well enough, varying, no serial numbers, no repeats, and saying something.

The steps, in this order, each with its code: `poorly-filled`, `constant`, `one-level-per-row` (a text with a value of
its own on nearly every row, or whole numbers that count the rows), `same-as` (parts the rows just as an earlier column
does), `does-not-separate`. The last is Pearson's chi-squared test of the outcome against the column in at most ten
bins (levels as merged, unknown a bin of its own), with Benjamini & Hochberg's (1995) correction over the columns, 5 %.
Where customers are there several times the statistic is shrunk by customers / rows, since their rows are alike. A
column that says something only together with another one is lost by this; that is the price of not being fooled.

It must be done on training data alone: `learn` does it anew within each fold.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa

from regulars.insight.scoring.columns import Column, cut
from regulars.insight.scoring.moves import Flags, Floats, Ints, Screened
from regulars.insight.scoring.reading import OTHER, Rows, kind_of, numbers, texts

BINS_MOST: Final = 128  # of a number
_LEVELS_MOST: Final = 200  # of a text
_TEST_BINS: Final = 10
_EXPECTED_LEAST: Final = 5.0  # yes (and no) to be expected per bin of the test
_ID_SHARE: Final = 0.95  # distinct values per filled row from which a text is an id


@dataclass(frozen=True, slots=True)
class Limits:
    """What a column must be like to be kept; shares are 0 … 1."""

    filled_least: float = 0.85
    level_share_least: float = 0.01
    level_rows_least: int = 50
    significance: float = 0.05


def screen(
    table: pa.Table, outcome: Flags, *, customers: int | None = None, limits: Limits | None = None
) -> tuple[list[Screened], list[Column]]:
    """What became of every column, in the table's order, and how the kept ones are cut. Raises WrongColumns.

    `customers` is how many different ones the rows belong to (as many as rows, if not said).
    """
    asked = limits or Limits()
    said: dict[str, Screened] = {}
    candidates: dict[str, tuple[Column, Ints]] = {}
    seen: dict[bytes, str] = {}
    for name in table.column_names:
        found = _looked_at(table, name, asked, seen)
        if isinstance(found, Screened):
            said[name] = found
        else:
            said[name], column, codes = found
            candidates[name] = (column, codes)
    shrink = 1.0 if customers is None else customers / max(table.num_rows, 1)
    p_values = {name: separation(codes, column, outcome, shrink) for name, (column, codes) in candidates.items()}
    passed = _benjamini_hochberg(p_values, asked.significance)
    for name in candidates.keys() - passed:
        was = said[name]
        said[name] = Screened(name, False, "does-not-separate", was.filled, f"p = {p_values[name]:.3g}")
    return [said[name] for name in table.column_names], [candidates[n][0] for n in table.column_names if n in passed]


def separation(codes: Ints, column: Column, outcome: Flags, shrink: float = 1.0) -> float:
    """p-value of the chi-squared test that the outcome does not depend on the bin; small bins are put together."""
    from scipy.special import chdtrc

    rate = float(outcome.mean())
    rows = np.asarray(np.bincount(codes, minlength=column.size), np.float64)
    yes = np.asarray(np.bincount(codes, outcome.astype(np.float64), column.size), np.float64)
    least = _EXPECTED_LEAST / max(min(rate, 1 - rate), 1e-12)
    if column.levels is None:
        least = max(least, rows[1:].sum() / _TEST_BINS)
    rows, yes = _coarser(rows, yes, least)
    if len(rows) < 2 or not 0 < rate < 1:
        return 1.0
    statistic = shrink * float((np.square(yes - rows * rate) / (rows * rate * (1 - rate))).sum())
    return float(chdtrc(len(rows) - 1, statistic))


def _coarser(rows: Floats, yes: Floats, least: float) -> tuple[Floats, Floats]:
    """Neighbouring codes put together until each part has `least` rows; unknown stays apart, or out if it has fewer."""
    ends, held = [], 0.0
    for code in range(1, len(rows)):
        held += rows[code]
        if held >= least:
            ends.append(code)
            held = 0.0
    starts = [1, *(end + 1 for end in ends[:-1])]
    if rows[0] >= least:
        starts = [0, *starts] if ends else [0]
    elif not ends:
        return np.zeros(0), np.zeros(0)
    return np.add.reduceat(rows, starts), np.add.reduceat(yes, starts)


def _looked_at(
    table: pa.Table, name: str, limits: Limits, seen: dict[bytes, str]
) -> Screened | tuple[Screened, Column, Ints]:
    chunks = table[name]
    kind = kind_of(name, chunks.type)
    if kind is None:
        return Screened(name, False, "poorly-filled", 0.0)
    if kind == "number":
        return _number(table, name, limits, seen)
    return _text(table, name, limits, seen)


def _number(
    table: pa.Table, name: str, limits: Limits, seen: dict[bytes, str]
) -> Screened | tuple[Screened, Column, Ints]:
    values = numbers(table[name])
    known = values[~np.isnan(values)]
    filled = len(known) / max(len(values), 1)
    if filled < limits.filled_least:
        return Screened(name, False, "poorly-filled", filled)
    distinct = np.unique(known)
    if (len(distinct) < 2 and filled == 1.0) or len(distinct) < 1:
        return Screened(name, False, "constant", filled)
    if _counts_rows(distinct, len(known)):
        return Screened(name, False, "one-level-per-row", filled)
    twin = seen.setdefault(b"number" + values.tobytes(), name)
    if twin != name:
        return Screened(name, False, "same-as", filled, twin)
    column = Column(name, edges=cut(values, BINS_MOST))
    return Screened(name, True, "kept", filled), column, column.codes(Rows(table.select([name])))


def _counts_rows(distinct: Floats, rows: int) -> bool:
    """Whole numbers, each once, with hardly a gap: a serial number, not a fact about the customer."""
    whole = len(distinct) == rows and rows > 20 and bool((distinct == np.floor(distinct)).all())
    return whole and float(distinct[-1] - distinct[0]) < 2 * rows


def _text(
    table: pa.Table, name: str, limits: Limits, seen: dict[bytes, str]
) -> Screened | tuple[Screened, Column, Ints]:
    indices, levels = texts(table[name])
    rows = np.bincount(indices[indices >= 0], minlength=len(levels))
    known = int(rows.sum())
    filled = known / max(len(indices), 1)
    if filled < limits.filled_least:
        return Screened(name, False, "poorly-filled", filled)
    if len(levels) < 2 and filled == 1.0:
        return Screened(name, False, "constant", filled)
    if known > 20 and len(levels) >= _ID_SHARE * known:
        return Screened(name, False, "one-level-per-row", filled)
    twin = seen.setdefault(b"text" + indices.tobytes(), name)
    if twin != name:
        return Screened(name, False, "same-as", filled, twin)
    column, detail = _merged(name, levels, rows, known, limits)
    if not column.levels and filled == 1.0:
        return Screened(name, False, "constant", filled, detail)
    return Screened(name, True, "kept", filled, detail), column, column.codes(Rows(table.select([name])))


def _merged(name: str, levels: Sequence[str], rows: Ints, known: int, limits: Limits) -> tuple[Column, str]:
    """The column with its frequent levels, most frequent first; and which were merged into `other`."""
    least = max(limits.level_rows_least, limits.level_share_least * known)
    order = np.argsort(-rows, kind="stable")
    frequent = [levels[i] for i in order if rows[i] >= least and levels[i] != OTHER][:_LEVELS_MOST]
    rare = sorted(set(levels) - set(frequent) - {OTHER})
    shown = ", ".join(rare[:5]) + (" …" if len(rare) > 5 else "")
    return Column(name, levels=tuple(frequent)), f"merged into {OTHER} ({len(rare)}): {shown}" if rare else ""


def _benjamini_hochberg(p_values: dict[str, float], level: float) -> set[str]:
    ranked = sorted(p_values, key=lambda name: p_values[name])
    passed = [place for place, name in enumerate(ranked, start=1) if p_values[name] <= level * place / len(ranked)]
    return set(ranked[: max(passed, default=0)])
