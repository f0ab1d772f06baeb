"""Curves: who brings the money, what a model foresaw, how soon people come back."""

from collections.abc import Mapping, Sequence

import pyarrow as pa
from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, BRAND_SOFT, INK, INK_2, MUTED, NARROW
from regulars.insight.report.pictures.vega import Spec, apart, axis, drawn, named_ticks, values
from regulars.insight.report.words import Words

Rows = Sequence[Mapping[str, object]]


def _label(text: str, encoding: Spec, at: tuple[float, float], colour: str = INK, **options: object) -> Spec:
    """Words put right beside what they name, on the axes of the picture."""
    mark = {"type": "text", "color": colour, "align": "left", "dx": 8, "baseline": "middle", **options}
    place = {encoding["x"]["field"]: at[0], encoding["y"]["field"]: at[1], "text": str.__str__(text)}
    return {"data": {"values": [place]}, "mark": mark, "encoding": {**encoding, "text": {"field": "text"}}}


def _dots(rows: Rows, encoding: Spec) -> Spec:
    """Points worth naming."""
    mark = {"type": "point", "filled": True, "size": 70, "color": BRAND, "opacity": 1}
    return {"data": values(rows), "mark": mark, "encoding": encoding}


def _even(encoding: Spec) -> Spec:
    """The thin line from corner to corner: what chance, or everyone alike, would give."""
    x, y = encoding["x"]["field"], encoding["y"]["field"]
    mark = {"type": "line", "color": MUTED, "strokeDash": [4, 4], "strokeWidth": 1}
    return {"data": values([{x: 0, y: 0}, {x: 1, y: 1}]), "mark": mark, "encoding": encoding}


def lorenz(table: pa.Table, marked: Mapping[float, float], words: Words, label: str) -> Markup:
    """Share of sales by share of customers, the best first; `marked` shares get a dot and their numbers."""
    rows = table.select(["customers_share", "spend_share"]).to_pylist()
    percent = words.numbers.share

    def spec(width: int) -> Spec:
        both = {
            "x": axis("customers_share", words.t("share of customers, best first").plain, format=".0%", domain=[0, 1]),
            "y": axis("spend_share", words.t("share of sales").plain, format=".0%", domain=[0, 1]),
        }
        layers: list[Spec] = [
            {"mark": {"type": "area", "color": BRAND_SOFT, "clip": True}, "encoding": both},
            _even(both),
            {"mark": {"type": "line", "clip": True}, "encoding": both},
            _dots([{"customers_share": at, "spend_share": share} for at, share in marked.items()], both),
        ]
        for at, share in marked.items():
            text = words.t("{share} of sales from the best {best}", share=percent(share), best=percent(at))
            layers.append(_label(text, both, (at, share), dx=10, dy=12, fontWeight=600))
        layers.append(_label(words.t("if all spent alike"), both, (0.62, 0.62), INK_2, dy=14))
        return {"data": values(rows), "layer": layers}

    return drawn(spec, name="lorenz", label=label, height=320)


def gains(table: pa.Table, words: Words, label: str) -> Markup:
    """Share of later sales caught by calling on the best first: by the model, by past spend, by chance."""
    rows = [{"share": 0.0, "by_model": 0.0, "by_past_spend": 0.0}, *table.to_pylist()]
    named = min(rows, key=lambda row: abs(row["share"] - 0.4))

    def spec(width: int) -> Spec:
        x = axis("share", words.t("share of customers, best first").plain, format=".0%", domain=[0, 1])
        title = words.t("share of later sales").plain

        def on(field: str) -> Spec:
            return {"x": x, "y": axis(field, title, format=".0%", domain=[0, 1])}

        model, past = on("by_model"), on("by_past_spend")
        above: Spec = {"align": "right", "dx": -8, "dy": -10}
        ahead = named["by_model"] >= named["by_past_spend"]
        model_side, past_side = (above, {"dy": 16}) if ahead else ({"dy": 16}, above)
        return {
            "data": values(rows),
            "layer": [
                _even(model),
                {"mark": {"type": "line", "color": INK_2, "strokeWidth": 1.5}, "encoding": past},
                {"mark": {"type": "line", "color": BRAND, "strokeWidth": 2.5}, "encoding": model},
                _label(
                    words.t("by the model"),
                    model,
                    (named["share"], named["by_model"]),
                    BRAND,
                    fontWeight=600,
                    **model_side,
                ),
                _label(words.t("by past spend"), past, (named["share"], named["by_past_spend"]), INK_2, **past_side),
                _label(words.t("by chance"), model, (0.7, 0.7), INK_2, dy=14),
            ],
        }

    return drawn(spec, name="gains", label=label)


def calibration(rows: Rows, columns: Mapping[str, str], chosen: str | None, words: Words, label: str) -> Markup:
    """Later purchases by purchases before: what came, and what each model (column → its name) had expected."""
    last = rows[-1]
    highest = max(float(str(row[name])) for row in rows for name in columns if row[name] is not None) or 1.0
    ends = {name: float(str(last[name])) for name in columns if last[name] is not None}
    colours = {"actual": INK} | ({chosen: BRAND} if chosen else {})
    steps = [float(str(row["frequency"])) for row in rows]

    def spec(width: int) -> Spec:
        room = (steps[-1] - steps[0] or 1) * (0.24 if width > NARROW else 0.52)
        apart_by = highest * (0.1 if width > NARROW else 0.15)
        heights = dict(zip(ends, apart(list(ends.values()), apart_by), strict=True))
        ticks = {at: f"{at:.0f}" for at in steps[:-1]} | {steps[-1]: f"{steps[-1]:.0f}+"}
        x = axis(
            "frequency",
            words.t("repeat purchases before").plain,
            domain=[steps[0], steps[-1] + room],
            nice=False,
            **named_ticks(ticks),
        )
        title = words.t("purchases after, on average").plain
        layers: list[Spec] = []
        for name in sorted(ends, key=lambda column: (column in colours, column == chosen)):
            mark = {"type": "line", "color": colours.get(name, MUTED), "strokeWidth": 2.5 if name in colours else 1.5}
            if name != "actual":
                mark["strokeDash"] = [6, 3] if name == chosen else [2, 3]
            both = {"x": x, "y": axis(name, title, zero=True)}
            weight = 600 if name in colours else 400
            layers.append({"mark": mark, "encoding": both})
            layers.append(
                _label(columns[name], both, (steps[-1], heights[name]), colours.get(name, INK_2), fontWeight=weight)
            )
        return {"data": values(rows), "layer": layers}

    return drawn(spec, name="calibration", label=label)


def second_purchase(table: pa.Table, median: float | None, words: Words, label: str) -> Markup:
    """Share of first-time buyers who came back, by days since their first purchase."""
    rows = [{"days": 0, "share": 0.0}, *table.select(["days", "share"]).to_pylist()]
    highest = max(row["share"] for row in rows)

    def spec(width: int) -> Spec:
        both = {
            "x": axis("days", words.t("days since the first purchase").plain, nice=False, tickCount=6),
            "y": axis("share", words.t("came back").plain, format=".0%", domain=[0, max(0.1, highest * 1.12)]),
        }
        layers: list[Spec] = [
            {"mark": {"type": "area", "color": BRAND_SOFT}, "encoding": both},
            {"mark": {"type": "line"}, "encoding": both},
        ]
        if median is not None and median <= rows[-1]["days"]:
            text = words.t("half after {days} days", days=words.numbers.count(median))
            layers.append(_dots([{"days": median, "share": 0.5}], both))
            layers.append(_label(text, both, (median, 0.5), dy=14, fontWeight=600))
        return {"data": values(rows), "layer": layers}

    return drawn(spec, name="second", label=label, height=220)
