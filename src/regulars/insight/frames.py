"""In as it came, out as it came: Ibis, Arrow, pandas or polars."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.basics.errors import RegularsError

if TYPE_CHECKING:
    import ibis.expr.types as ir

P = ParamSpec("P")


class WrongColumns(RegularsError):
    """A table lacks a column that this function needs, or has it in a type that cannot serve."""

    code = "wrong-columns"


def any_table(function: Callable[Concatenate["ir.Table", P], "ir.Table"]) -> Callable[Concatenate[Any, P], Any]:
    """Lets a function of Ibis tables also take Arrow, pandas or polars; the answer is of the same kind.

    An Ibis table stays an expression and nothing runs; anything else is run on DuckDB at once.
    """

    @wraps(function)
    def ask(table: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        if is_ibis(table):
            return function(table, *args, **kwargs)
        from regulars.history.engine import Engine

        with Engine() as engine:
            answer = engine.arrow(function(engine.register("given", as_arrow(table)), *args, **kwargs))
        return like(answer, table)

    return ask


def is_ibis(table: Any) -> bool:
    """Whether this is an Ibis table; asked without importing Ibis, which takes a second and 40 MB."""
    ibis = sys.modules.get("ibis.expr.types")
    return ibis is not None and isinstance(table, ibis.Table)


def as_arrow(table: Any) -> pa.Table:
    """The data as Arrow."""
    if isinstance(table, pa.Table):
        return table
    module = type(table).__module__.split(".")[0]
    if module == "pandas":
        return pa.Table.from_pandas(table, preserve_index=False)
    if module == "polars":
        arrow: pa.Table = table.to_arrow()
        return arrow
    raise WrongColumns(f"A table must be Ibis, Arrow, pandas or polars, not {type(table).__name__}.")


def as_array(values: npt.NDArray[Any]) -> Any:
    """Numbers as Arrow, in the same memory. `pa.array` would import pandas, which takes half a second and 40 MB."""
    whole = np.ascontiguousarray(values)
    return pa.Array.from_buffers(pa.from_numpy_dtype(whole.dtype), len(whole), [None, pa.py_buffer(whole.data)])


def like(answer: pa.Table, example: Any) -> Any:
    """An Arrow answer as the kind of table the example is."""
    if isinstance(example, pa.Table):
        return answer
    if type(example).__module__.split(".")[0] == "pandas":
        return answer.to_pandas()
    import polars

    return polars.from_arrow(answer)
