"""One in so many customers: always the same ones, and alike to all the others.

Customers as numbers stand in the order of their names, and what comes at regular places in that order may have
something in common: the second card of each household, the numbers that one of two systems gave. So numbers are
multiplied by the golden ratio first (Knuth, The Art of Computer Programming, vol. 3, 6.4): whatever the regularity,
each part has as much of it. Names are hashed.
"""

from typing import Final, cast

import ibis.expr.types as ir

from regulars.insight.native import hash64

_WHOLE: Final = 2**32
_GOLDEN: Final = 2_654_435_769  # of the whole


def part_of(customer: ir.Value, parts: int) -> ir.IntegerValue:
    """Which of so many even parts a customer is in, from 0 on. Of a number below 2**31, or of a name.

    Part 0 of 2n parts lies within part 0 of n where customers are numbers.
    """
    if customer.type().is_integer():
        turned = cast(ir.IntegerColumn, customer).cast("int64") * _GOLDEN % _WHOLE
        return cast(ir.IntegerValue, (turned * parts).cast("int64") >> 32)
    return hash64(customer) % parts


def drawn(customer: ir.Value, shares: int) -> ir.BooleanValue:
    """Whether a customer is the one of so many."""
    return cast(ir.BooleanValue, part_of(customer, shares) == 0)
