"""Card numbers: prefix, serial number, signature, check digit. Pure.

    2700 00012345 83914 6
    │    │        │     └ Luhn digit: catches a mistyped digit and neighbours in the wrong order
    │    │        └ five digits of a keyed digest of all before: nobody without the key can make one up
    │    └ serial number within the range
    └ prefix of the range

A made-up number passes with a chance of one in a million, and then must still be one that was issued.
"""

import hmac
import re
import unicodedata
from typing import Final

from regulars.members.keyring import derived

SIGNATURE: Final = 5  # digits
LENGTH_MIN: Final = 12
LENGTH_MAX: Final = 19  # ISO/IEC 7812: the most a card number may have
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)
_BETWEEN: Final = re.compile(r"[\s.\-]+")


def digits_of(text: str) -> str:
    """The digits of a number however it is written, or nothing where there is anything else.

    >>> digits_of("2700 0001-2345"), digits_of("27OO")
    ('270000012345', '')
    """
    found = _BETWEEN.sub("", unicodedata.normalize("NFKC", text))
    return found if found.isascii() and found.isdigit() else ""


def check_digit(digits: str) -> str:
    """Luhn's (ISO/IEC 7812).

    >>> check_digit("7992739871")
    '3'
    """
    total = sum(_DOUBLED[int(digit)] if place % 2 == 0 else int(digit) for place, digit in enumerate(reversed(digits)))
    return str(-total % 10)


def signature(body: str, secret: bytes) -> str:
    """Five digits only the key's owner can make."""
    digest = hmac.digest(derived(secret, "card number"), body.encode(), "sha256")
    return f"{int.from_bytes(digest[:8], 'big') % 10**SIGNATURE:0{SIGNATURE}d}"


def number_of(prefix: str, serial: int, serial_digits: int, secret: bytes) -> str:
    """The number of a card."""
    assert 0 <= serial < 10**serial_digits
    body = f"{prefix}{serial:0{serial_digits}d}"
    signed = body + signature(body, secret)
    return signed + check_digit(signed)


def genuine(number: str, secret: bytes) -> bool:
    """Whether a number was made with the key, told without looking anything up, in the same time for any fault."""
    digits = digits_of(number)
    if not LENGTH_MIN <= len(digits) <= LENGTH_MAX:
        return False
    body, signed, check = digits[: -SIGNATURE - 1], digits[-SIGNATURE - 1 : -1], digits[-1]
    right = signature(body, secret) + check_digit(body + signed)
    return hmac.compare_digest(right, signed + check)
