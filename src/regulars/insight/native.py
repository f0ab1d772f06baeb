"""Functions the engines have by these names and Ibis lacks, or spells in a way that costs much more.

Ibis reads a builtin's types from a function whose body is never run.
"""

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def _hash(value) -> dt.uint64:  # type: ignore[no-untyped-def]
    """64 bits for a text (or any value), the same wherever it stands."""


def _min_by(value: dt.int64, order: dt.date, where: dt.boolean = True) -> dt.int64:
    """The value where the order is smallest. Ibis' own `argmin` sorts every group."""


def _sum(value: dt.int64) -> dt.Decimal(38, 0):  # type: ignore[valid-type]
    """The sum, typed as what DuckDB makes of it, so that Ibis does not leave out a cast to int64."""


hash64: Any = ibis.udf.scalar.builtin(name="hash")(_hash)
min_by: Any = ibis.udf.agg.builtin(name="min_by")(_min_by)
_wide_sum: Any = ibis.udf.agg.builtin(name="sum")(_sum)


def whole_sum(column: ir.IntegerValue, where: ir.BooleanValue | None = None) -> ir.IntegerValue:
    """The sum as int64; too large a one is an error. DuckDB sums to 128 bits, which reaches Arrow as a decimal."""
    whole: ir.IntegerValue = (_wide_sum(column) if where is None else _wide_sum(column, where=where)).cast("int64")
    return whole
