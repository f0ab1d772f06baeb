"""Sales by month, of customers new in that month and of those who had come before."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from math import floor, log10

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, MUTED, NARROW
from regulars.insight.report.pictures.vega import Spec, drawn, named_ticks, values
from regulars.insight.report.words import Words


def round_ticks(highest: float) -> list[float]:
    """Three or four round values from zero up to `highest`.

    >>> round_ticks(870.0), round_ticks(0.0)
    ([0.0, 250.0, 500.0, 750.0], [0.0])
    """
    if highest <= 0:
        return [0.0]
    size = 10.0 ** floor(log10(highest))
    step = next(step * size for step in (0.25, 0.5, 1.0, 2.5) if highest / (step * size) < 4.5)
    return [step * at for at in range(int(highest / step) + 1)]


def monthly(months: Mapping[date, tuple[int, int]], words: Words, label: str) -> Markup:
    """Bars by month; of each pair the first is money of new customers, the second of those who came again."""
    highest = max(sum(pair) for pair in months.values())
    rows = [
        {"month": month.isoformat(), "who": who, "money": money, "order": who}
        for month, pair in months.items()
        for who, money in enumerate(pair)
    ]

    def spec(width: int) -> Spec:
        shown = _few(list(months), 3 if width <= NARROW else 9)
        names = {month.isoformat(): words.numbers.month(month) for month in shown}
        x = {
            "field": "month",
            "type": "ordinal",
            "axis": {"title": None, "labelAngle": 0, "labelOverlap": True, **named_ticks_text(names)},
            "scale": {"paddingInner": 0.25, "paddingOuter": 0.1},
        }
        ticks = {at: words.numbers.money_short(at) for at in round_ticks(highest)}
        y = {"field": "money", "type": "quantitative", "stack": "zero", "axis": {"title": None, **named_ticks(ticks)}}
        colour = {
            "field": "who",
            "type": "nominal",
            "scale": {"domain": [0, 1], "range": [MUTED, BRAND]},
            "legend": None,
        }
        bar = {
            "mark": {"type": "bar"},
            "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "who", "sort": "descending"}},
        }
        return {"data": values(rows), **bar}

    return drawn(spec, name="monthly", label=label, height=220)


def named_ticks_text(names: Mapping[str, str]) -> Spec:
    """Axis options that label these categories and no others."""

    return {"values": list(names), "labelExpr": f"({json.dumps(dict(names))})[datum.value]"}


def _few(months: Sequence[date], most: int) -> list[date]:
    """At most so many months, evenly spaced, the last among them."""
    step = -(-len(months) // most)
    return list(reversed(list(reversed(months))[::step]))
