"""Vega-Lite specifications drawn to SVG on this machine: nothing is fetched, nothing runs in the reader's browser."""

import json
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Any, Final

import vl_convert
from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, INK, INK_2, LINE, NARROW, WIDE, part_of_page

Spec = dict[str, Any]

_AXIS: Final[Spec] = {
    "labelColor": INK_2,
    "titleColor": INK_2,
    "gridColor": LINE,
    "domain": False,
    "ticks": False,
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titleFontWeight": "normal",
    "labelPadding": 6,
}
_CONFIG: Final[Spec] = {
    "aria": False,
    "view": {"stroke": None},
    "font": "sans-serif",
    "axis": _AXIS,
    "axisX": {"grid": False},
    "axisY": {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "start", "titleY": -14, "titleX": 0},
    "text": {"fontSize": 12, "color": INK},
    "line": {"strokeWidth": 2, "color": BRAND},
}


def drawn(spec: Callable[[int], Spec], *, name: str, label: str, height: int = 260) -> Markup:
    """The picture twice, for wide pages and for phones, so that its letters never shrink.

    `spec` is asked for each width in points. Raises ValueError where Vega-Lite cannot read the specification.
    """
    pictures = []
    for kind, width in (("wide", WIDE), ("narrow", NARROW)):
        whole = {
            "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
            "width": width,
            "height": height if kind == "wide" else round(height * 0.85),
            "autosize": {"type": "fit", "contains": "padding"},
            "padding": {"left": 2, "right": 2, "top": 6, "bottom": 2},
            "background": None,
            "config": _CONFIG,
        } | spec(width)
        drawing = vl_convert.vegalite_to_svg(whole, allowed_base_urls=[])
        pictures.append(part_of_page(drawing, name=name, kind=kind, label=label))
    return Markup("").join(pictures)


def values(rows: Sequence[Mapping[str, object]]) -> Spec:
    """Rows inside a specification; what is not a number is left out of the picture."""
    return {"values": [{name: _drawable(value) for name, value in row.items()} for row in rows]}


def _drawable(value: object) -> object:
    return None if isinstance(value, float) and not isfinite(value) else value


def axis(field: str, title: str | None, **options: Any) -> Spec:
    """A quantitative encoding; `zero`, `domain` go to its scale, the rest to its axis."""
    scale = {key: options.pop(key) for key in ("zero", "domain", "nice", "clamp") if key in options}
    spelled: Spec = {"field": field, "type": "quantitative", "axis": {"title": title, **options}}
    return spelled | ({"scale": scale} if scale else {})


def named_ticks(ticks: Mapping[float, str]) -> Spec:
    """Axis options that put exactly these labels at these values."""
    # The expression looks up by what JavaScript calls the number: 250, never 250.0.
    names = {str(int(at)) if at == int(at) else repr(at): str.__str__(text) for at, text in ticks.items()}
    return {"values": list(ticks), "labelExpr": f"({json.dumps(names)})[datum.value]"}


def apart(heights: Sequence[float], least: float) -> list[float]:
    """The heights pushed apart to at least `least`, in their order, moving each as little as one pass can.

    >>> apart([1.0, 1.1, 5.0], 1.0)
    [1.0, 2.0, 5.0]
    """
    moved: dict[int, float] = {}
    below = float("-inf")
    for index in sorted(range(len(heights)), key=lambda at: heights[at]):
        below = max(heights[index], below + least)
        moved[index] = below
    return [moved[index] for index in range(len(heights))]
