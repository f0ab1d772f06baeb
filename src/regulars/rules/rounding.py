"""Rounding happens once, at a place the rule names; parts of a whole always add up to it (SEMANTICS 10)."""

from collections.abc import Sequence
from enum import StrEnum


class Round(StrEnum):
    """How a fraction becomes a whole number."""

    DOWN = "down"
    HALF_UP = "half-up"
    UP = "up"


class At(StrEnum):
    """Where it happens."""

    LINE = "line"
    PURCHASE = "purchase"
    PERIOD = "period"  # over what is gathered: the fraction is carried to the next occasion


def divided(numerator: int, denominator: int, how: Round = Round.DOWN) -> int:
    """A whole quotient of something not negative.

    >>> divided(15, 10), divided(15, 10, Round.HALF_UP), divided(11, 10, Round.UP)
    (1, 2, 2)
    """
    assert numerator >= 0, numerator
    assert denominator > 0, denominator
    if how == Round.UP:
        return -(-numerator // denominator)
    if how == Round.HALF_UP:
        return (2 * numerator + denominator) // (2 * denominator)
    return numerator // denominator


def shared(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole split in proportion to weights, by the largest remainder; ties go to the earlier. Adds up to the whole.

    Where all weights are zero everything goes to the first. (Hamilton's method of apportionment.)

    >>> shared(100, [1, 1, 1]), shared(7, [50, 30, 20]), shared(5, [0, 0])
    ([34, 33, 33], [4, 2, 1], [5, 0])
    """
    assert whole >= 0, whole
    if not weights:
        assert whole == 0, whole
        return []
    assert min(weights) >= 0, weights
    total = sum(weights)
    if total == 0:
        return [whole, *[0] * (len(weights) - 1)]
    parts = [whole * weight // total for weight in weights]
    if sum(parts) == whole:
        return parts
    order = sorted(range(len(weights)), key=lambda place: (-(whole * weights[place] % total), place))
    for place in order[: whole - sum(parts)]:
        parts[place] += 1
    return parts
