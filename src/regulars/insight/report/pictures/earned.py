"""What sending an offer to more and more customers earns, those it moves most first: the Qini curve in money."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, log10

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, BRAND_SOFT, INK, INK_2, MUTED, NARROW
from regulars.insight.report.pictures.vega import Spec, axis, drawn, named_ticks, values
from regulars.insight.report.words import Words

_NEAR = 0.25  # share of customers over which the words stretch


def earned(
    rows: Sequence[Mapping[str, float]], chosen: tuple[float, float] | None, words: Words, label: str, *, name: str
) -> Markup:
    """Rows of share, profit, low, high (minor units) from nobody to everyone; `chosen` is the share to send to and what
    it earned, None where nobody is told apart. The straight line is sending to as many by lot."""
    everyone = float(rows[-1]["profit"])
    lowest, highest = min(float(row["low"]) for row in rows), max(float(row["high"]) for row in rows)
    ticks = {at: words.numbers.money_short(at) for at in ticks_between(lowest, highest)}

    def spec(width: int) -> Spec:
        wide = width > NARROW
        title = words.t("earned in this test, after letters and rewards").plain
        x = axis(
            "share", words.t("share of customers who get it, most moved first").plain, format=".0%", domain=[0, 1],
            tickCount=5,
        )  # fmt: skip
        scale = {"domain": [min(lowest, 0.0), max(highest, 0.0)], "nice": False}
        y = axis("profit", title, **named_ticks(ticks), **scale)
        both = {"x": x, "y": y}
        layers: list[Spec] = [
            {
                "mark": {"type": "area", "color": BRAND_SOFT, "opacity": 0.7},
                "encoding": {"x": x, "y": axis("low", title, **named_ticks(ticks), **scale), "y2": {"field": "high"}},
            },
            _line([{"share": 0, "profit": 0}, {"share": 1, "profit": 0}], both, color=MUTED, strokeWidth=1),
            _line(
                [{"share": 0, "profit": 0}, {"share": 1, "profit": everyone}],
                both, color=INK_2, strokeDash=[4, 4], strokeWidth=1.5,
            ),
            {"mark": {"type": "line", "color": BRAND, "strokeWidth": 2.5}, "encoding": both},
            _word(words.t("by lot"), (0.3, 0.3 * everyone), both, color=INK_2, dy=14 if everyone > 0 else -14),
        ]  # fmt: skip
        if chosen is not None:
            layers += _marked(chosen, rows, words, both, wide=wide)
        return {"data": values(rows), "layer": layers}

    return drawn(spec, name=name, label=label, height=300)


def ticks_between(low: float, high: float) -> list[float]:
    """Three to six round values that lie between, 0 among them.

    >>> ticks_between(-120.0, 870.0), ticks_between(0.0, 0.0)
    ([0.0, 200.0, 400.0, 600.0, 800.0], [0.0])
    """
    low, high = min(low, 0.0), max(high, 0.0)
    span = high - low
    if span <= 0:
        return [0.0]
    size = 10.0 ** floor(log10(span))
    step = next(step * size for step in (0.2, 0.25, 0.5, 1.0, 2.0) if span / (step * size) < 5)
    return [step * at for at in range(ceil(low / step), floor(high / step) + 1)]


def _marked(
    chosen: tuple[float, float], rows: Sequence[Mapping[str, float]], words: Words, both: Spec, *, wide: bool
) -> list[Spec]:
    """The part to send to: a line down, a dot, and its share in words, on the side where there is room."""
    share, profit = chosen
    below = any(float(row["profit"]) > profit for row in rows if abs(float(row["share"]) - share) < _NEAR)
    at = {"data": {"values": [{"share": share, "profit": profit}]}}
    dot = {"type": "point", "filled": True, "size": 90, "color": BRAND, "opacity": 1}
    text = words.t("send to {share}", share=words.numbers.share(share))
    left = share > (0.75 if wide else 0.5)
    side = {"align": "right", "dx": -8} if left else {"align": "left", "dx": 8}
    return [
        {
            **at,
            "mark": {"type": "rule", "color": BRAND, "strokeWidth": 1, "strokeDash": [2, 3]},
            "encoding": {"x": both["x"]},
        },
        {**at, "mark": dot, "encoding": both},
        _word(text, chosen, both, color=INK, fontWeight=600, dy=18 if below else -16, **side),
    ]


def _line(rows: Sequence[Mapping[str, float]], encoding: Spec, **look: object) -> Spec:
    return {"data": values(rows), "mark": {"type": "line", **look}, "encoding": encoding}


def _word(text: str, at: tuple[float, float], encoding: Spec, **look: object) -> Spec:
    mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 8, **look}
    place = {"share": at[0], "profit": at[1], "text": str.__str__(text)}
    return {"data": {"values": [place]}, "mark": mark, "encoding": {**encoding, "text": {"field": "text"}}}
