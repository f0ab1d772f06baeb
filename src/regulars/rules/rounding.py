"""Rounding happens once, at a place the rule names; parts of a whole always add up to it (SEMANTICS 10)."""

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction


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


def apportioned(whole: int, weights: Sequence[int]) -> list[int]:
    """A whole of at most the sum of the weights split in proportion to them, so that no part shrinks when the whole
    grows, and each part is its weight when the whole is their sum; ties go to the earlier. (Webster's method.)

    >>> [apportioned(whole, [6, 3, 1]) for whole in (0, 1, 5, 10)]
    [[0, 0, 0], [1, 0, 0], [3, 2, 0], [6, 3, 1]]
    """
    total = sum(weights)
    assert 0 <= whole <= total, (whole, weights)
    if total == 0:
        return [0] * len(weights)
    parts = [(2 * weight * whole + total) // (2 * total) for weight in weights]  # halves up: never behind its turn

    def turn(place: int, unit: int) -> tuple[Fraction, int]:
        """When a part gets its so manieth unit."""
        return Fraction(2 * unit - 1, weights[place]), place

    while (missing := whole - sum(parts)) != 0:
        if missing > 0:
            _, place = min(turn(place, parts[place] + 1) for place, weight in enumerate(weights) if weight)
            parts[place] += 1
        else:
            _, place = max(turn(place, part) for place, part in enumerate(parts) if part)
            parts[place] -= 1
    return parts
