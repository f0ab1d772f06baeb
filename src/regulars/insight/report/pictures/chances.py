"""What was foretold beside what happened."""

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, MUTED
from regulars.insight.report.pictures.vega import Spec, axis, drawn, values
from regulars.insight.report.words import Words


def foretold_and_seen(rows: Sequence[Mapping[str, Any]], words: Words, label: str) -> Markup:
    """Calibration: bins of customers by foretold probability; on the thin line a model is right. Rows of a card."""
    points = [{"predicted": row["predicted"], "actual": row["actual"]} for row in rows]
    highest = max([0.05, *(float(value) for point in points for value in point.values())]) * 1.05

    def spec(width: int) -> Spec:
        x = axis("predicted", words.t("foretold share leaving").plain, format=".0%", domain=[0, highest], nice=False)
        y = axis("actual", words.t("share that left").plain, format=".0%", domain=[0, highest], nice=False)
        both = {"x": x, "y": y}
        line = {"type": "line", "color": MUTED, "strokeDash": [4, 4], "strokeWidth": 1}
        corners: list[Mapping[str, object]] = [{"predicted": 0, "actual": 0}, {"predicted": highest, "actual": highest}]
        dots = {"type": "line", "color": BRAND, "point": {"color": BRAND, "size": 60, "filled": True}}
        return {
            "layer": [
                {"data": values(corners), "mark": line, "encoding": both},
                {"data": values(points), "mark": dots, "encoding": both},
            ]
        }

    return drawn(spec, name="foretold", label=label, height=300)
