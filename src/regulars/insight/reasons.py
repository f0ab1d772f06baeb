"""Reasons made in tables: the codes of `reasoncodes`, as expressions."""

from typing import Any

import ibis
import ibis.expr.types as ir

from regulars.insight.reasoncodes import REASONS as REASONS
from regulars.insight.reasoncodes import Reason as Reason
from regulars.insight.reasoncodes import reason_of as reason_of
from regulars.insight.reasoncodes import say as say


def coded(code: str, *numbers: Any) -> ir.StringValue:
    """The code with its numbers as an expression, rounded to whole; null where any number is."""
    assert len(numbers) == len(REASONS[code]), code
    text: Any = ibis.literal(code)
    for number in numbers:
        whole = number if isinstance(number, int) else number.cast("float64").round().cast("int64").cast("string")
        text = text + ":" + (str(whole) if isinstance(whole, int) else whole)
    return text
