"""What sells together as a net: items one below the other, and an arc for each pair.

Names stand in a column of their own, so that long ones never collide, however narrow the page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log, sqrt
from typing import Final
from unicodedata import east_asian_width

from markupsafe import Markup

from regulars.insight.report.pictures.theme import NARROW, WIDE

_ROW: Final = 26
_TOP: Final = 14
_SMALLEST: Final = 54.0  # how far the arc of two neighbours reaches
_APEX: Final = 46  # room for the figure outside the widest arc


@dataclass(frozen=True, slots=True)
class Arc:
    """Two items that sell together: in how many baskets, how many times what chance would bring, that in words."""

    left: str
    right: str
    baskets: float
    times: float
    said: str


def network(arcs: Sequence[Arc], names: Mapping[str, str], label: str, *, wide: float = WIDE) -> Markup:
    """The arcs, strongest first: thicker for more baskets, darker for further beyond chance.

    `wide` is the width of the picture on a wide page, in points.
    """
    items = in_groups(arcs)
    longest = max(sum(map(_width, names.get(item, item))) for item in items)
    return Markup("").join(
        _one(arcs, items, names, label, kind, width, min(names_most, longest + 20))
        for kind, width, names_most in (("wide", wide, wide / 2), ("narrow", NARROW, 172.0))
    )


def in_groups(arcs: Sequence[Arc]) -> list[str]:
    """Each item once, those that hang together side by side; the group of the strongest pair first.

    >>> in_groups([Arc("a", "b", 1, 1, ""), Arc("c", "d", 1, 1, ""), Arc("b", "e", 1, 1, "")])
    ['a', 'b', 'e', 'c', 'd']
    """
    partners: dict[str, list[str]] = {}
    for arc in arcs:
        partners.setdefault(arc.left, []).append(arc.right)
        partners.setdefault(arc.right, []).append(arc.left)
    order: list[str] = []
    for item in partners:
        waiting = [item]
        while waiting:
            here = waiting.pop()
            if here not in order:
                order.append(here)
                waiting += reversed(partners[here])
    return order


def fitted(text: str, points: float) -> str:
    """The text, cut to what fits into so many points.

    >>> fitted("Paper filters", 60), fitted("乌龙茶礼盒", 60)
    ('Paper…', '乌龙茶…')
    """
    widths = [_width(letter) for letter in text]
    if sum(widths) <= points:
        return text
    room, kept = points - _width("…"), 0
    while room >= widths[kept]:
        room -= widths[kept]
        kept += 1
    return text[:kept].rstrip() + "…"


def _width(letter: str) -> float:
    """About the width of a letter of 13 points, rather too much than too little."""
    if east_asian_width(letter) in "WF":
        return 13.5
    return 11.5 if letter in "MW…" else 9.2 if letter.isupper() else 7.6


def _one(
    arcs: Sequence[Arc],
    items: Sequence[str],
    names: Mapping[str, str],
    label: str,
    kind: str,
    width: float,
    names_to: float,
) -> Markup:
    height = {item: _TOP + _ROW * at for at, item in enumerate(items)}
    tall = 2 * _TOP + _ROW * (len(items) - 1)
    head = Markup('<svg class="picture {} net" role="img" viewBox="0 0 {} {}" style="max-width:{}px" aria-label="{}">')
    parts = [head.format(kind, width, tall, width, str.__str__(label))]
    parts += _arcs(arcs, height, names_to, min(width - names_to - _APEX, 300), names)
    for item in items:
        name = fitted(names.get(item, item), names_to - 16)
        parts.append(
            Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(names_to - 14, height[item] + 4.5, name)
        )
        parts.append(Markup('<circle cx="{}" cy="{}" r="4"/>').format(names_to, height[item]))
    return Markup("").join(parts) + Markup("</svg>")


def _arcs(
    arcs: Sequence[Arc], height: Mapping[str, float], x: float, room: float, names: Mapping[str, str]
) -> list[Markup]:
    """Longer arcs reach further out; a figure is left away where it would stand on a stronger pair's."""
    longest = max(abs(height[arc.left] - height[arc.right]) for arc in arcs)
    most, furthest = max(arc.baskets for arc in arcs) or 1, max(arc.times for arc in arcs)
    path = Markup(
        '<path d="M{} {}A{:.1f} {} 0 0 1 {} {}" stroke-width="{:.1f}" opacity="{:.2f}"><title>{}</title></path>'
    )
    figure = Markup('<text class="times" x="{:.1f}" y="{:.1f}">{}</text>')
    drawn, figures, taken = [], [], list[tuple[float, float]]()
    for arc in arcs:
        above, below = sorted((height[arc.left], height[arc.right]))
        reach = _SMALLEST + (room - _SMALLEST) * (below - above - _ROW) / max(longest - _ROW, 4 * _ROW)
        strong = log(max(arc.times, 1) + 1) / log(furthest + 2)
        title = f"{names.get(arc.left, arc.left)} – {names.get(arc.right, arc.right)}: {arc.said}"
        thick = 1.5 + 5 * sqrt(max(arc.baskets, 0) / most)
        drawn.append(
            path.format(x, above, reach, (below - above) / 2, x, below, thick, 0.25 + 0.6 * min(strong, 1), title)
        )
        at = x + reach + thick / 2 + 5, (above + below) / 2 + 4.5
        if all(abs(at[0] - other[0]) > _APEX or abs(at[1] - other[1]) > 14 for other in taken):
            taken.append(at)
            figures.append(figure.format(*at, arc.said))
    return drawn + figures
