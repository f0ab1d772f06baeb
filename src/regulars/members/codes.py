"""The changing code a member shows instead of a card number: good for half a minute, and once. Pure.

    RG1 · card (26 letters) · window (a number in base 32) · keyed digest of both (16 letters)

All letters and digits that a QR code keeps compactly. A photograph of it is worthless a minute later, and a second
showing within its window is refused by a row of `members_used_code`.
"""

import hmac
import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import segno

from regulars.basics.ids import WrongId, typed, untyped
from regulars.members.errors import CodeRefused
from regulars.members.keyring import derived

SECONDS: Final = 30
LATE: Final = 1  # windows a code is still taken after its own: the walk from the phone to the scanner
EARLY: Final = 1  # windows a device's clock may be ahead
_HEAD: Final = "RG1"
_CARD: Final = 26
_DIGEST: Final = 10  # bytes: 80 bits cannot be tried out within a minute
_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a genuine code says."""

    card: UUID
    window: int


def window_of(at: datetime) -> int:
    """The half minute a moment is in."""
    return int(at.timestamp()) // SECONDS


def code(card: UUID, *, at: datetime, secret: bytes) -> str:
    """What the member shows now."""
    shown = Shown(card, window_of(at))
    return f"{_body(shown)}{_digest(shown, secret)}"


def read(text: str, *, at: datetime, secret: bytes) -> Shown:
    """The card and window of a genuine code of this minute; nothing is looked up. Raises CodeRefused."""
    found = text.strip().upper()
    body, digest = found[:-16], found[-16:]
    shown = _parsed(body)
    # The digest is compared before the window, so that what is refused says nothing about the key.
    if shown is None or not hmac.compare_digest(_digest(shown, secret).encode(), digest.encode()):
        raise CodeRefused("This code is not genuine.", why="not genuine")
    if not -EARLY <= window_of(at) - shown.window <= LATE:
        raise CodeRefused("This code was shown before, or is too old: show it again.", why="too old")
    return shown


def is_code(text: str) -> bool:
    """Whether a text has the form of a changing code; whether it is genuine, `read` says.

    >>> is_code("rg1 01kdvdna"), is_code(code(UUID(int=7), at=datetime(2026, 5, 4), secret=bytes(32)).lower())
    (False, True)
    """
    return _parsed(text.strip().upper()[:-16]) is not None


def svg(text: str) -> str:
    """The code as a picture that stands in a page, as large as the page wants it; dark on light."""
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", xmldecl=False, svgns=True, border=4, omitsize=True)
    return out.getvalue().decode()


def _body(shown: Shown) -> str:
    return f"{_HEAD}{typed('crd', shown.card)[4:].upper()}{_base32(shown.window)}"


def _digest(shown: Shown, secret: bytes) -> str:
    made = hmac.digest(derived(secret, "shown code"), _body(shown).encode(), "sha256")[:_DIGEST]
    return _base32(int.from_bytes(made, "big")).rjust(16, "0")


def _parsed(body: str) -> Shown | None:
    head, card, window = body[:3], body[3 : 3 + _CARD], body[3 + _CARD :]
    if head != _HEAD or not 1 <= len(window) <= 10 or not set(window) <= set(_LETTERS):
        return None
    try:
        number = untyped("crd", f"crd_{card.lower()}")
    except WrongId:
        return None
    value = 0
    for letter in window:
        value = value * 32 + _LETTERS.index(letter)
    return Shown(number, value)


def _base32(value: int) -> str:
    letters = []
    while value:
        value, digit = divmod(value, 32)
        letters.append(_LETTERS[digit])
    return "".join(reversed(letters)) or "0"
