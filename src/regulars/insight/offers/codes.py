"""The code of a list: twenty digits by which a till knows that it is ours, mistyped or not, without asking anybody.

4 digits  day of issue (days since 1970-01-01, the last four)
8 digits  number of the list in its issue
7 digits  signature: HMAC-SHA256 of the twelve digits before, by a key that only the shop has
1 digit   check digit of Damm (2004), which notices every single wrong digit and every two swapped neighbours
"""

import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from regulars.basics.errors import RegularsError

DIGITS: Final = 20
LISTS_MAX: Final = 99_999_999
KEY_BYTES: Final = 32
_EPOCH: Final = date(1970, 1, 1)
_SIGNATURE: Final = 7
# A quasigroup of order 10 that is weakly totally anti-symmetric (Damm 2004, p. 111).
_DAMM: Final = (
    *("0317598642", "7092154863", "4206871359", "1750983426", "6123045978"),
    *("3674209581", "5869720134", "8945362017", "9438617205", "2581436790"),
)


class OfferCodeWrong(RegularsError):
    """A list's code that was mistyped or is not signed by this shop."""

    code = "offer-code-wrong"


class OfferKeyUnsafe(RegularsError):
    """The file of the key cannot serve: open to others, too short, or not hexadecimal."""

    code = "offer-key-unsafe"


@dataclass(frozen=True, slots=True)
class ListCode:
    """What a code says."""

    issue: int  # the last four digits of the day's number
    number: int


def code_of(number: int, *, issued_on: date, key: bytes) -> str:
    """The code of list `number` (from 1) of an issue.

    >>> code_of(42, issued_on=date(2026, 1, 5), key=b"0" * 32)[:12]
    '045800000042'
    """
    assert 0 < number <= LISTS_MAX, number
    plain = f"{(issued_on - _EPOCH).days % 10_000:04}{number:08}"
    signed = plain + _signature(plain, key)
    return signed + check_digit(signed)


def read_code(code: str, *, key: bytes) -> ListCode:
    """What a code says; blanks and hyphens do not count. Raises OfferCodeWrong."""
    digits = code.replace(" ", "").replace("-", "")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        raise OfferCodeWrong(f"A list's code has {DIGITS} digits; {code!r} has not.")
    if check_digit(digits[:-1]) != digits[-1]:
        raise OfferCodeWrong(f"{code} is mistyped: its last digit does not fit the others.")
    plain, signature = digits[:12], digits[12:-1]
    if not hmac.compare_digest(signature, _signature(plain, key)):
        raise OfferCodeWrong(f"{code} was not made with this shop's key.")
    return ListCode(int(plain[:4]), int(plain[4:]))


def check_digit(digits: str) -> str:
    """The digit that makes a row of digits a whole one.

    >>> check_digit("572")
    '4'
    """
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def _signature(plain: str, key: bytes) -> str:
    mac = hmac.new(key, plain.encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:8]) % 10**_SIGNATURE:0{_SIGNATURE}}"


def read_key(path: Path) -> bytes:
    """The key of a file, which only its owner may read. Raises OfferKeyUnsafe."""
    try:
        mode, text = path.stat().st_mode, path.read_text(encoding="ascii").strip()
        key = bytes.fromhex(text)
    except (OSError, ValueError) as error:
        raise OfferKeyUnsafe(f"{path} cannot be read as a key: {error}", file=str(path)) from error
    if os.name == "posix" and mode & 0o077:
        raise OfferKeyUnsafe(f"{path} is open to others, who could sign lists. Run: chmod 600 {path}", file=str(path))
    if len(key) < KEY_BYTES:
        raise OfferKeyUnsafe(f"{path} holds {len(key)} bytes; a key has {KEY_BYTES}.", file=str(path))
    return key


def write_key(path: Path, key: bytes) -> None:
    """Keeps a new key, readable by its owner only. Never overwrites one: printed lists depend on it."""
    assert len(key) >= KEY_BYTES
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(key.hex() + "\n")
