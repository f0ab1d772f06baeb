"""How many parts a text to a phone is paid as. Pure; alphabet and lengths are those of 3GPP TS 23.038 and 23.040."""

from dataclasses import dataclass
from typing import Final

_BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED: Final = frozenset("^{}\\[~]|€\f")  # these take two places


@dataclass(frozen=True, slots=True)
class Segments:
    """Parts a text is sent in, the places it takes, and whether it needs the wide alphabet."""

    count: int
    places: int
    wide: bool


def segments(text: str) -> Segments:
    """
    >>> segments("a" * 160), segments("a" * 161), segments("€" * 80).count
    (Segments(count=1, places=160, wide=False), Segments(count=2, places=161, wide=False), 1)
    >>> segments("王" * 70), segments("王" * 71).count, segments("").count
    (Segments(count=1, places=70, wide=True), 2, 0)

    A letter that takes two places is never cut: here the last place of the first part stays empty.

    >>> segments("a" * 152 + "€" + "a" * 152).count, segments("😀" * 36).count
    (3, 2)
    """
    wide = not all(letter in _BASIC or letter in _ESCAPED for letter in text)
    widths = [_width(letter, wide) for letter in text]
    places, alone, part = sum(widths), 70 if wide else 160, 67 if wide else 153
    if places <= alone:
        return Segments(int(places > 0), places, wide)
    count, left = 1, part
    for width in widths:
        if width > left:
            count, left = count + 1, part
        left -= width
    return Segments(count, places, wide)


def _width(letter: str, wide: bool) -> int:
    if wide:
        return 2 if ord(letter) > 0xFFFF else 1
    return 2 if letter in _ESCAPED else 1
