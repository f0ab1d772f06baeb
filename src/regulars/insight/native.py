"""Functions the engines have by these names and Ibis lacks, or spells in a way that costs much more.

Ibis reads a builtin's types from a function whose body is never run.
"""

from typing import Any

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.types as ir


def _array_distinct(values: dt.Array(dt.uint64)) -> dt.Array(dt.uint64):  # type: ignore[valid-type]
    """The distinct elements, in no order. Ibis' own `unique` sorts out nulls with a lambda DuckDB 2 refuses."""


def _hash(value: dt.string) -> dt.uint64:
    """64 bits for a text: lists of these take a third of the memory of lists of texts."""


def _min_by(value: dt.int64, order: dt.date, where: dt.boolean = True) -> dt.int64:
    """The value where the order is smallest. Ibis' own `argmin` sorts every group."""


array_distinct: Any = ibis.udf.scalar.builtin(name="array_distinct")(_array_distinct)
hash64: Any = ibis.udf.scalar.builtin(name="hash")(_hash)
min_by: Any = ibis.udf.agg.builtin(name="min_by")(_min_by)


def whole_sum(column: ir.IntegerValue, where: ir.BooleanValue | None = None) -> ir.IntegerValue:
    """The sum as int64. DuckDB sums to 128 bits, which reaches Arrow as a decimal, and Ibis, believing the sum is
    int64 already, leaves a plain cast out."""
    return column.sum(where=where).cast("decimal(38,0)").cast("int64")
