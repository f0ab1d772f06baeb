"""Code 128 as bars: where each begins and how wide it is, in modules, for whoever draws them."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

QUIET: Final = 10  # modules of white that a scanner needs on both sides
MODULE: Final = 0.42  # millimetres; scanners at a counter read from 0.19 on


def bars(digits: str) -> tuple[Sequence[tuple[int, int]], int]:
    """(begin, width) of each bar after the quiet zone, and the width of all with both quiet zones."""
    import barcode

    (modules,) = barcode.get_barcode_class("code128")(digits).build()
    found, at = [], QUIET
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark == "1":
            found.append((at, width))
        at += width
    return found, at + QUIET


def svg_path(found: Sequence[tuple[int, int]], height: int) -> str:
    """All bars as one path.

    >>> svg_path([(10, 2), (13, 1)], 30)
    'M10 0h2v30h-2zM13 0h1v30h-1z'
    """
    return "".join(f"M{begin} 0h{width}v{height}h-{width}z" for begin, width in found)
