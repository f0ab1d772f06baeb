"""Colours of the page inside pictures, and what turns a drawing into part of the page."""

import re
from typing import Final

from markupsafe import Markup

# Vega wants real colours; these stand for the page's own until the drawing is done, so that it follows the theme.
INK: Final = "#0a0001"
INK_2: Final = "#0a0002"
LINE: Final = "#0a0003"
BRAND: Final = "#0a0004"
BRAND_SOFT: Final = "#0a0005"
WARN: Final = "#0a0006"
MUTED: Final = "#0a0007"
SHEET: Final = "#0a0008"
_VARIABLES: Final = {
    INK: "--ink",
    INK_2: "--ink-2",
    LINE: "--line",
    BRAND: "--brand",
    BRAND_SOFT: "--brand-soft",
    WARN: "--warn",
    MUTED: "--muted",
    SHEET: "--sheet",
}
WIDE: Final = 860
HALF: Final = 440  # two side by side
NARROW: Final = 318  # what a phone of 390 points leaves inside a card

_COLOUR = re.compile("|".join(_VARIABLES))
_FONT = re.compile(r' font-family="[^"]*"')
_OPENING = re.compile(r"<svg[^>]*?viewBox=\"([^\"]*)\"[^>]*>")
_NAMES = re.compile(r'(\bid="|url\(#|href="#)([\w-]+)')
_ROLES = re.compile(r' (?:role|aria-[a-z]+|class)="[^"]*"')  # of parts: the picture speaks as one


def part_of_page(drawing: str, *, name: str, kind: str, label: str) -> Markup:
    """A stand-alone SVG as a picture of the page: themed, named for those who do not see it, its ids its own.

    `kind` is "wide" or "narrow": the style sheet shows one of the two.
    """
    inner = _COLOUR.sub(lambda colour: f"var({_VARIABLES[colour[0]]})", drawing)
    opening = _OPENING.search(inner)
    assert opening is not None, "a drawing without a view box"
    # The library counts its ids through all drawings of a process; here each drawing counts its own.
    numbers: dict[str, int] = {}
    inner = _NAMES.sub(
        lambda found: f"{found[1]}{name}-{kind}-{numbers.setdefault(found[2], len(numbers))}",
        _ROLES.sub("", _FONT.sub("", inner[opening.end() :])),
    )
    head = Markup('<svg class="picture {}" role="img" viewBox="{}" aria-label="{}">').format(
        kind, opening[1], str.__str__(label)
    )
    return head + Markup(inner)
