"""Differences with their intervals, one under the other, against the line of no difference."""

from collections.abc import Sequence

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, INK_2, MUTED
from regulars.insight.report.pictures.vega import Spec, axis, drawn, values


def intervals(rows: Sequence[tuple[str, float, float, float]], title: str, label: str, *, name: str) -> Markup:
    """Rows of label, value, low, high, all relative (0 is no difference)."""
    data = [{"what": str.__str__(what), "value": v, "low": low, "high": high} for what, v, low, high in rows]
    least, most = min(0.0, *(row[2] for row in rows)), max(0.0, *(row[3] for row in rows))
    room = (most - least or 0.1) * 0.08

    def spec(width: int) -> Spec:
        domain = [least - room, most + room]
        x = axis("low", title, format="+.0%", domain=domain, nice=False, tickCount=5)
        y = {"field": "what", "type": "nominal", "sort": None, "axis": {"title": None, "labelLimit": width // 3}}
        bounds = {"x": x, "x2": {"field": "high"}, "y": y}
        point = {"x": axis("value", title, domain=domain, nice=False, format="+.0%", tickCount=5), "y": y}
        none = {"x": axis("nothing", title, domain=domain, nice=False, format="+.0%", tickCount=5)}
        dashed = {"type": "rule", "color": INK_2, "strokeDash": [4, 4]}
        return {
            "data": values(data),
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
