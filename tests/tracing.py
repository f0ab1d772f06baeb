"""What the measuring of lines costs where no line of ours runs."""

import sys
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

import ibis
import ibis.expr.types as ir

Given = ParamSpec("Given")
Answer = TypeVar("Answer")
KEPT = 4_000


def untraced(foreign: Callable[Given, Answer]) -> Callable[Given, Answer]:
    """The same, its own lines unmeasured: for long work in Python that never calls us back."""

    @wraps(foreign)
    def called(*given: Given.args, **named: Given.kwargs) -> Answer:
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return foreign(*given, **named)
        finally:
            sys.settrace(tracer)

    return called


def written_once() -> Callable[..., str]:
    """Ibis's own writing of SQL; an expression that equals one written before gets the same text again.

    An expression of Ibis cannot change and equals another when all its parts do, literals and columns of tables too.
    """
    write = untraced(ibis.to_sql)

    @lru_cache(KEPT)
    def kept(operation: object, dialect: str | None) -> str:
        return str(write(operation.to_expr(), dialect=dialect))  # type: ignore[attr-defined]

    @wraps(ibis.to_sql)
    def called(expression: ir.Expr, dialect: str | None = None) -> str:
        return kept(expression.op(), dialect)

    return called
