"""In as it came, out as it came: Ibis, Arrow, pandas or polars."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.lines import WrongColumns

P = ParamSpec("P")


def any_table(function: Callable[Concatenate[ir.Table, P], ir.Table]) -> Callable[Concatenate[Any, P], Any]:
    """Lets a function of Ibis tables also take Arrow, pandas or polars; the answer is of the same kind.

    An Ibis table stays an expression and nothing runs; anything else is run on DuckDB at once.
    """

    @wraps(function)
    def ask(table: Any, /, *args: P.args, **kwargs: P.kwargs) -> Any:
        if isinstance(table, ir.Table):
            return function(table, *args, **kwargs)
        with Engine() as engine:
            answer = engine.arrow(function(engine.register("given", as_arrow(table)), *args, **kwargs))
        return like(answer, table)

    return ask


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


def like(answer: pa.Table, example: Any) -> Any:
    """An Arrow answer as the kind of table the example is."""
    if isinstance(example, pa.Table):
        return answer
    if type(example).__module__.split(".")[0] == "pandas":
        return answer.to_pandas()
    import polars

    return polars.from_arrow(answer)
