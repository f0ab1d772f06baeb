"""Code 128 as bars: where each begins and how wide it is, in modules, for whoever draws them."""

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

QUIET: Final = 10  # modules of white that a scanner needs on both sides
CODE: Final = re.compile(r"[ -~]{1,48}")  # what can be drawn
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


def as_cells(text: str, *, height: int = 64, module: int = 2) -> str:
    """A table of HTML, a cell for each bar and each gap, in pixels. Empty for what is no code.

    >>> as_cells("A")[68:109]
    '<tr><td width="20" height="64"></td><td w'
    """
    if not CODE.fullmatch(text):
        return ""
    found, whole = bars(text)
    cells, at = [], 0
    for begin, width in (*found, (whole, 0)):
        if begin > at:
            cells.append(f'<td width="{(begin - at) * module}" height="{height}"></td>')
        if width:
            cells.append(f'<td width="{width * module}" height="{height}" bgcolor="#000000"></td>')
        at = begin + width
    head = '<table cellpadding="0" cellspacing="0" border="0" bgcolor="#ffffff">'
    return f"{head}<tr>{''.join(cells)}</tr></table>"
