"""Foretold and actual shares, tenth by tenth: on the line from corner to corner a score means what it says."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, MUTED
from regulars.insight.report.pictures.vega import Spec, axis, drawn, values
from regulars.insight.report.words import Words


def foretold(rows: Sequence[Mapping[str, object]], words: Words, label: str) -> Markup:
    """Rows of a calibration table: predicted and actual, 0 … 1."""
    shown = [{name: float(str(row[name])) for name in ("predicted", "actual")} for row in rows]
    highest = max(max(row.values()) for row in shown) or 1.0

    def spec(width: int) -> Spec:
        both = {
            "x": axis("predicted", words.t("share foretold").plain, format=".0%", domain=[0, highest]),
            "y": axis("actual", words.t("share that left").plain, format=".0%", domain=[0, highest]),
        }
        even = [{"predicted": end, "actual": end} for end in (0.0, highest)]
        dashed = {"type": "line", "color": MUTED, "strokeDash": [4, 4], "strokeWidth": 1}
        dots = {"type": "point", "filled": True, "size": 70, "color": BRAND, "opacity": 1}
        return {
            "layer": [
                {"data": values(even), "mark": dashed, "encoding": both},
                {"data": values(shown), "mark": {"type": "line"}, "encoding": both},
                {"data": values(shown), "mark": dots, "encoding": both},
            ]
        }

    return drawn(spec, name="foretold", label=label)
