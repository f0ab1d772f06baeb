"""Differences with their intervals, one under the other, against the line of no difference."""

import textwrap
from collections.abc import Sequence
from typing import Final

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, INK_2, MUTED
from regulars.insight.report.pictures.vega import Spec, axis, drawn, values

_PERCENT: Final = "datum.value == 0 ? '0%' : format(datum.value, '+.0%')"
_LETTERS: Final = 18  # of a line of a name


def intervals(rows: Sequence[tuple[str, float, float, float]], title: str, label: str, *, name: str) -> Markup:
    """Rows of label, value, low, high, all relative (0 is no difference)."""
    data = [{"what": str.__str__(what), "value": v, "low": low, "high": high} for what, v, low, high in rows]
    least, most = min(0.0, *(row[2] for row in rows)), max(0.0, *(row[3] for row in rows))
    room = (most - least or 0.1) * 0.08

    def spec(width: int) -> Spec:
        domain = [least - room, most + room]
        shown = {"domain": domain, "nice": False, "labelExpr": _PERCENT, "tickCount": max(3, width // 160)}
        x = axis("low", title, **shown)
        named = {"title": None, "labelLimit": width // 2, "labelExpr": "split(datum.value, '\\n')"}
        y = {"field": "lines", "type": "nominal", "sort": None, "axis": named}
        bounds = {"x": x, "x2": {"field": "high"}, "y": y}
        point = {"x": axis("value", title, **shown), "y": y}
        none = {"x": axis("nothing", title, **shown)}
        dashed = {"type": "rule", "color": INK_2, "strokeDash": [4, 4]}
        return {
            "data": values([{**row, "lines": _lines(str(row["what"]))} for row in data]),
            "layer": [
                {"data": {"values": [{"nothing": 0}]}, "mark": dashed, "encoding": none},
                {"mark": {"type": "rule", "color": MUTED, "strokeWidth": 6}, "encoding": bounds},
                {
                    "mark": {"type": "point", "filled": True, "size": 90, "color": BRAND, "opacity": 1},
                    "encoding": point,
                },
            ],
        }

    return drawn(spec, name=name, label=label, height=60 + 44 * len(rows))


def _lines(what: str) -> str:
    """The name, broken so that it leaves the picture its room, whatever letters the reader's machine has."""
    return "\n".join(textwrap.wrap(what, _LETTERS))
