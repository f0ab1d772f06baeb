"""The movement between value classes, month by month, as ribbons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from markupsafe import Markup

from regulars.insight.report.pictures.theme import NARROW, WIDE
from regulars.insight.report.words import Words

ORDER: Final = ("vip", "important", "ordinary", "prospect")  # best first; what is not listed comes last
_MOVERS_ONLY: Final = "ordinary"  # so many stay there that they would hide all movement
_NOT_YET: Final = "prospect"  # a first purchase is no movement between classes
_HEIGHT: Final = 230
_GAP: Final = 16
_BAR: Final = 5


@dataclass(frozen=True, slots=True)
class Link:
    """So many customers of one class at a month's beginning were in another at its end."""

    step: int
    source: str
    target: str
    customers: int

    @property
    def drawn(self) -> bool:
        return self.way != "new" and (self.source != self.target or self.source != _MOVERS_ONLY)

    @property
    def way(self) -> str:
        """up, down, stay, or new: bought for the first time."""
        if _NOT_YET in (self.source, self.target):
            return "new"
        return "stay" if self.source == self.target else "up" if rank(self.target) < rank(self.source) else "down"


def rank(value_class: str) -> int:
    """0 is the best class."""
    return ORDER.index(value_class) if value_class in ORDER else len(ORDER)


def links(rows: Sequence[Mapping[str, object]], steps: Sequence[date]) -> list[Link]:
    """Flow rows as links between numbered month ends; rows of other months or without people are left out."""
    number = {month: at for at, month in enumerate(steps)}
    return [
        Link(number[month], str(row["from_class"]), str(row["to_class"]), int(str(row["customers"])))
        for row in rows
        if isinstance(month := row["month"], date)
        and month in number
        and row["from_class"]
        and row["to_class"]
        and row["customers"]
    ]


def alluvial(rows: Sequence[Mapping[str, object]], names: Mapping[str, str], words: Words, label: str) -> Markup:
    """Ribbons between month ends: up in green, down in amber, those who stay in grey. Heights are customers.

    Empty where there is no ribbon to draw.
    """
    months = sorted({row["month"] for row in rows if isinstance(row["month"], date)})
    if not any(link.drawn for link in links(rows, months)):
        return Markup("")
    pictures = [
        _one(months[-most:], rows, names, words, label, kind, width)
        for kind, width, most in (("wide", WIDE, 12), ("narrow", NARROW, 3))
    ]
    return Markup("").join(pictures)


def _one(
    months: Sequence[date],
    rows: Sequence[Mapping[str, object]],
    names: Mapping[str, str],
    words: Words,
    label: str,
    kind: str,
    width: int,
) -> Markup:
    flows = [link for link in links(rows, months) if link.drawn]
    tops, heights = _nodes(flows, len(months) + 1)
    left = 96
    stride = (width - left - _BAR - 52) / max(len(months), 1)
    place = [left + stride * at for at in range(len(months) + 1)]
    parts = [*_ribbons(flows, tops, heights, place), *_bars(tops, heights, place)]
    for value_class in sorted({link.source for link in flows} | {link.target for link in flows}, key=rank):
        top, height = tops[0, value_class], heights[0, value_class]
        parts.append(_text(left - 8, top + height / 2 + 4, names.get(value_class, value_class), "end", "name"))
        last = len(months)
        number = words.numbers.count(_stock(rows, months[-1], value_class))
        end_top, end = tops[last, value_class], heights[last, value_class]
        parts.append(_text(width, end_top + end / 2 + 4, number, "end", ""))
    every = -(-len(months) // (6 if kind == "wide" else 2))
    for at in range(len(months) - 1, -1, -every):
        parts.append(
            _text(place[at + 1] + _BAR, _HEIGHT + 3 * _GAP + 22, words.numbers.month(months[at]), "end", "dim")
        )
    opening = '<svg class="picture {} flow" role="img" viewBox="0 0 {} {}" aria-label="{}">'
    head = Markup(opening).format(kind, width, _HEIGHT + 3 * _GAP + 28, str.__str__(label))
    return head + Markup("").join(parts) + Markup("</svg>")


def _stock(rows: Sequence[Mapping[str, object]], month: date, value_class: str) -> int:
    return sum(int(str(r["customers"])) for r in rows if r["month"] == month and r["to_class"] == value_class)


Nodes = dict[tuple[int, str], float]


def _nodes(flows: Sequence[Link], columns: int) -> tuple[Nodes, Nodes]:
    """Top and height of each class at each month end, all on one scale."""
    classes = sorted({link.source for link in flows} | {link.target for link in flows}, key=rank)
    people: Nodes = {}
    for at in range(columns):
        for value_class in classes:
            came = sum(link.customers for link in flows if link.step == at - 1 and link.target == value_class)
            went = sum(link.customers for link in flows if link.step == at and link.source == value_class)
            people[at, value_class] = max(came, went)
    most = max((sum(people[at, c] for c in classes) for at in range(columns)), default=0) or 1
    tallest = {c: max(people[at, c] for at in range(columns)) for c in classes}
    scale = _HEIGHT / max(sum(tallest.values()), most)
    tops: Nodes = {}
    for at in range(columns):
        top = 6.0
        for value_class in classes:
            tops[at, value_class] = top
            top += tallest[value_class] * scale + _GAP
    return tops, {node: count * scale for node, count in people.items()}


def _ribbons(flows: Sequence[Link], tops: Nodes, heights: Nodes, place: Sequence[float]) -> list[Markup]:
    scale = _scale(flows, heights)
    out, into = dict(tops), dict(tops)
    ribbons = []
    for link in sorted(flows, key=lambda flow: (flow.step, rank(flow.source), rank(flow.target))):
        thick = link.customers * scale
        y0, y1 = out[link.step, link.source], into[link.step + 1, link.target]
        out[link.step, link.source] += thick
        into[link.step + 1, link.target] += thick
        x0, x1 = place[link.step] + _BAR, place[link.step + 1]
        middle = (x0 + x1) / 2
        path = (
            f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
            f"V{y1 + thick:.1f}C{middle:.1f} {y1 + thick:.1f} {middle:.1f} {y0 + thick:.1f} {x0:.1f} {y0 + thick:.1f}Z"
        )
        ribbons.append(Markup('<path class="{}" d="{}"/>').format(link.way, path))
    return ribbons


def _scale(flows: Sequence[Link], heights: Nodes) -> float:
    """Points for one customer: every node's height agrees on it."""
    first = max(heights, key=lambda node: heights[node], default=None)
    if first is None or heights[first] == 0:
        return 0.0
    at, value_class = first
    came = sum(link.customers for link in flows if link.step == at - 1 and link.target == value_class)
    went = sum(link.customers for link in flows if link.step == at and link.source == value_class)
    return heights[first] / max(came, went)


def _bars(tops: Nodes, heights: Nodes, place: Sequence[float]) -> list[Markup]:
    bar = Markup('<rect class="node" x="{:.1f}" y="{:.1f}" width="{}" height="{:.1f}" rx="1.5"/>')
    return [bar.format(place[at], tops[at, c], _BAR, max(height, 1)) for (at, c), height in heights.items() if height]


def _text(x: float, y: float, text: str, anchor: str, kind: str) -> Markup:
    return Markup('<text class="{}" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        kind, x, y, anchor, str.__str__(text)
    )
