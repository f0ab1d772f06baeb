"""Codes of coupons that are good once: a number in disguise, signed. Pure.

    V9PK-D3F3-NGY9-PRH9
    │      │           └ check letter: catches a mistyped letter, or two in the wrong order
    │      └ eight letters of a keyed digest of the number (36 bits): nobody without the key can make one up
    └ seven letters: the number, moved by another digest so that neighbours look nothing alike

The digest is both signature and disguise (a synthetic initialisation vector, as in RFC 5297). A code is not kept
anywhere: the table has its number, and whoever has the key writes the code anew. So staff can list codes, a stolen dump
shows none, and a made-up one is refused without a look-up. Each organisation has a key of its own: a code of another is
a made-up one.

23 letters, none of which is read or heard for another; 23 is a prime, which the check letter needs.
"""

import hmac
import unicodedata
from operator import mul
from typing import Final

LETTERS: Final = "34679ACDEFGHJKMNPRTVWXY"
NUMBER: Final = 7  # letters
SIGNATURE: Final = 8
LENGTH: Final = NUMBER + SIGNATURE + 1
MOST: Final = 23**NUMBER  # numbers of an organisation: 3.4 thousand million
_BASE: Final = len(LETTERS)
_SIGNATURES: Final = _BASE**SIGNATURE
_VALUES: Final = {letter: value for value, letter in enumerate(LETTERS)}
_WEIGHTS: Final = tuple(range(1, LENGTH))
# Three letters at a time: writing a hundred thousand codes takes half as long.
_THREES: Final = tuple(a + b + c for a in LETTERS for b in LETTERS for c in LETTERS)


def write(number: int, secret: bytes) -> str:
    """The code of a number, under an organisation's secret.

    >>> write(12345, b"secret")
    'V9PK-D3F3-NGY9-PRH9'
    """
    assert 0 <= number < MOST, number
    signature = _signature(number, secret)
    body = _letters((number + _disguise(signature, secret)) % MOST, NUMBER) + _letters(signature, SIGNATURE)
    found = body + _check(body)
    return f"{found[:4]}-{found[4:8]}-{found[8:12]}-{found[12:]}"


def read(text: str, secret: bytes) -> int | None:
    """The number of a genuine code; None for any other text, told without looking anything up.

    >>> read("v9pk d3f3 ngy9 prh9", b"secret"), read("V9PK-D3F3-NGY9-PRH7", b"secret"), read("SUMMER", b"secret")
    (12345, None, None)
    """
    found = normal(text)
    if len(found) != LENGTH or not _VALUES.keys() >= set(found):
        return None
    signature = _value(found[NUMBER:-1])
    number = (_value(found[:NUMBER]) - _disguise(signature, secret)) % MOST
    right = _letters(_signature(number, secret), SIGNATURE) + _check(found[:-1])
    return number if hmac.compare_digest(right, found[NUMBER:]) else None


def normal(text: str) -> str:
    """The one form of a code however it is typed: capital letters and digits alone.

    >>> normal(" Summer-20 "), normal("\N{FULLWIDTH LATIN SMALL LETTER A}7")
    ('SUMMER20', 'A7')
    """
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum())


def _signature(number: int, secret: bytes) -> int:
    digest = hmac.digest(secret, b"number" + number.to_bytes(8, "big"), "sha256")
    return int.from_bytes(digest[:8], "big") % _SIGNATURES


def _disguise(signature: int, secret: bytes) -> int:
    digest = hmac.digest(secret, b"disguise" + signature.to_bytes(8, "big"), "sha256")
    return int.from_bytes(digest[:8], "big") % MOST


def _check(body: str) -> str:
    """A weighted sum modulo a prime: one wrong letter, or two in the wrong order, always change it (ISO/IEC 7064)."""
    return LETTERS[sum(map(mul, _WEIGHTS, map(_VALUES.__getitem__, body))) % _BASE]


def _letters(value: int, count: int) -> str:
    """
    >>> _letters(0, 7), _letters(23**7 - 1, 7), _letters(24, 8)
    ('3333333', 'YYYYYYY', '33333344')
    """
    value, last = divmod(value, 12_167)
    first, middle = divmod(value, 12_167)
    return (_THREES[first] + _THREES[middle] + _THREES[last])[9 - count :]


def _value(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * _BASE + _VALUES[letter]
    return found
