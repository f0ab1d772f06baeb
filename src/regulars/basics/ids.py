"""Typed ids: a prefix that says of what, and 26 letters that sort by when they were made (as UUID version 7 do).

The database keeps the UUID (16 bytes); doors show and take the typed text.
"""

from datetime import datetime
from secrets import token_bytes
from typing import Final
from uuid import UUID, SafeUUID

from regulars.basics.errors import RegularsError

_LETTERS: Final = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: nothing that is read wrongly
_ALLOWED: Final = frozenset(_LETTERS)
_DIGITS: Final = str.maketrans(_LETTERS, "0123456789abcdefghijklmnopqrstuv")  # as `int` reads base 32
_LENGTH: Final = 26
_PAIRS: Final = [first + second for first in _LETTERS for second in _LETTERS]  # ten bits at a time
_SHIFTS: Final = tuple(range(120, -1, -10))
_SET: Final = object.__setattr__


class WrongId(RegularsError):
    """A text is no id of the asked kind."""

    code = "wrong-id"


def new_id(at: datetime, *, chance: bytes | None = None) -> UUID:
    """A UUID of version 7: milliseconds of `at`, then chance (10 bytes).

    >>> from datetime import timezone
    >>> new_id(datetime(2026, 1, 1, tzinfo=timezone.utc), chance=bytes(10))
    UUID('019b76da-a800-7000-8000-000000000000')
    """
    drawn = int.from_bytes(chance or token_bytes(10), "big")
    stamp = int(at.timestamp() * 1000) & (1 << 48) - 1
    high, low = drawn >> 62 & 0xFFF, drawn & (1 << 62) - 1
    return UUID(int=stamp << 80 | 7 << 76 | high << 64 | 2 << 62 | low)


def new_ids(at: datetime, count: int) -> list[UUID]:
    """Many at once: the moment is read and chance drawn once for all of them."""
    stamp, chance = int(at.timestamp() * 1000) & (1 << 48) - 1, token_bytes(10 * count)
    head = stamp << 80 | 7 << 76 | 2 << 62
    drawn = (int.from_bytes(chance[place : place + 10], "big") for place in range(0, 10 * count, 10))
    return [of_number(head | (one >> 62 & 0xFFF) << 64 | one & (1 << 62) - 1) for one in drawn]


def of_number(number: int) -> UUID:
    """`UUID(int=number)` of a number of 128 bits, without all that it looks at: in half the time.

    >>> of_number(7) == UUID(int=7), hash(of_number(7)) == hash(UUID(int=7))
    (True, True)
    """
    made = object.__new__(UUID)
    _SET(made, "int", number)
    _SET(made, "is_safe", SafeUUID.unknown)
    return made


def typed(prefix: str, number: UUID) -> str:
    """
    >>> typed("mbr", UUID("019b76da-a800-7000-8000-000000000000"))
    'mbr_01kdvdna00e008000000000000'
    """
    value = number.int
    return f"{prefix}_{''.join([_PAIRS[value >> shift & 1023] for shift in _SHIFTS])}"


def untyped(prefix: str, text: str) -> UUID:
    """The UUID of a typed text. Raises WrongId.

    >>> untyped("mbr", "mbr_01kdvdna00e008000000000000")
    UUID('019b76da-a800-7000-8000-000000000000')
    """
    kind, _, letters = text.partition("_")
    if kind != prefix or len(letters) != _LENGTH or letters[0] > "7" or not set(letters) <= _ALLOWED:
        raise WrongId(f"{text[:40]!r} is no id of the form {prefix}_ and {_LENGTH} letters.", expected=prefix)
    return UUID(int=int(letters.translate(_DIGITS), 32))
