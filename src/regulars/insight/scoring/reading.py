"""Columns of an Arrow table as models see them: numbers with NaN, or levels with null, and nothing else."""

from collections.abc import Callable
from typing import Any, Final, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.lines import WrongColumns
from regulars.insight.scoring.moves import Floats, Ints

Kind = Literal["number", "levels"]
OTHER: Final = "other"  # rare levels, and levels that were not there when the model learned
UNKNOWN_CODE: Final = 0


def kind_of(name: str, dtype: pa.DataType) -> Kind | None:
    """number, levels (texts and booleans), or None where the column holds nulls only. Raises WrongColumns."""
    if pa.types.is_null(dtype):
        return None
    if pa.types.is_dictionary(dtype):
        return kind_of(name, dtype.value_type)
    if pa.types.is_integer(dtype) or pa.types.is_floating(dtype) or pa.types.is_decimal(dtype):
        return "number"
    if pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_boolean(dtype):
        return "levels"
    if pa.types.is_string_view(dtype):
        return "levels"
    raise WrongColumns(
        f"column {name!r} is {dtype}; a model takes numbers, texts and yes/no. "
        "Turn a day into a number first, such as days before the cut-off."
    )


def numbers(column: "pa.ChunkedArray[Any]") -> Floats:
    """float64; NaN where null, not a number or infinite."""
    values: Floats = np.asarray(column.cast(pa.float64()).to_numpy(), dtype=np.float64)
    if not np.isfinite(values).all():
        values = np.where(np.isfinite(values), values, np.nan)
    return values


def texts(column: "pa.ChunkedArray[Any]") -> tuple[Ints, list[str]]:
    """Number of each row's level (−1 where null), and the levels in order of first appearance."""
    plain = column.cast(column.type.value_type) if pa.types.is_dictionary(column.type) else column
    joined: Any = pa.concat_arrays(plain.cast(pa.string()).chunks) if plain.num_chunks else pa.array([], pa.string())
    whole = joined.dictionary_encode()
    indices = pc.fill_null(whole.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return indices, whole.dictionary.to_pylist()


class Rows:
    """Some rows of a table, each column read once and only when a model asks for it."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table
        self._numbers: dict[str, Floats] = {}
        self._texts: dict[str, tuple[Ints, list[str]]] = {}

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def numbers(self, name: str) -> Floats:
        """The column as numbers; all NaN where the table has none. Raises WrongColumns where it holds levels."""
        if name not in self._numbers:
            absent = self._absent(name, "number")
            self._numbers[name] = np.full(len(self), np.nan) if absent else numbers(self._table[name])
        return self._numbers[name]

    def codes(self, name: str, levels: tuple[str, ...]) -> Ints:
        """0 where unknown, 1 … n by place in `levels`, n + 1 for every other level. Raises WrongColumns."""
        if self._absent(name, "levels"):
            return np.zeros(len(self), np.int64)
        if name not in self._texts:
            self._texts[name] = texts(self._table[name])
        indices, present = self._texts[name]
        place = {level: number for number, level in enumerate(levels, start=1)}
        by_index = np.array([place.get(level, len(levels) + 1) for level in present] + [UNKNOWN_CODE], np.int64)
        return by_index[indices]

    def _absent(self, name: str, wanted: Kind) -> bool:
        if name not in self._table.column_names:
            return True
        kind = kind_of(name, self._table.schema.field(name).type)
        if kind not in (None, wanted):
            have = self._table.schema.field(name).type
            said = "numbers" if wanted == "number" else "texts"
            raise WrongColumns(f"column {name!r} is {have}, but the model learned it as {said}.")
        return kind is None


def in_chunks(table: pa.Table, rows: int, each: Callable[[Rows, slice], None]) -> None:
    """Calls `each` with successive slices of the table of at most `rows` rows."""
    for start in range(0, table.num_rows, rows):
        part = table.slice(start, rows)
        each(Rows(part), slice(start, start + part.num_rows))
