"""Importance by satisfaction: each question a point, its intervals thin lines, the middles of both as a cross."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from regulars.insight.report.pictures.theme import BRAND, INK, INK_2, MUTED, WARN
from regulars.insight.report.pictures.vega import Spec, axis, drawn, values
from regulars.insight.report.words import Words
from regulars.insight.survey.found import Importance

Box = tuple[float, float, float, float]  # left, top, right, bottom

_HEIGHT: Final = 320
_AXIS: Final = 60  # points that axes and their names take
_LETTER: Final = 7.5


def quadrants(found: Importance, words: Words, label: str, corners: Mapping[str, str]) -> Markup:
    """Right is content, up is important: what is up on the left is to be worked on. `corners`: quadrant → its words."""
    rows = found.table.to_pylist()
    for row in rows:
        row["to_do"] = row["quadrant"] == "act" and row["sure"]
    ends = [row[name] for row in rows for name in ("mean_low", "mean_high")]
    room = (max(ends) - min(ends)) * 0.12
    across = [min(ends) - room / 2, max(ends) + 2 * room]
    highest = max(row["derived_high"] for row in rows) * 1.15

    def spec(width: int) -> Spec:
        x = axis("mean", words.t("satisfaction").plain, domain=across, nice=False)
        y = axis("derived", words.t("importance").plain, domain=[0, highest], format=".0%")
        both: Spec = {"x": x, "y": y}
        colour = {"condition": {"test": "datum.to_do", "value": WARN}, "value": BRAND}
        thin = {"type": "rule", "color": MUTED, "strokeWidth": 1}
        cross = {"type": "rule", "color": MUTED, "strokeDash": [4, 4]}
        middles = {"satisfied": found.satisfaction_middle, "important": found.importance_middle}
        return {
            "data": values(rows),
            "layer": [
                {"data": {"values": [middles]}, "mark": cross, "encoding": {"x": {**x, "field": "satisfied"}}},
                {"data": {"values": [middles]}, "mark": cross, "encoding": {"y": {**y, "field": "important"}}},
                {"mark": thin, "encoding": {**both, "x": {**x, "field": "mean_low"}, "x2": {"field": "mean_high"}}},
                {
                    "mark": thin,
                    "encoding": {**both, "y": {**y, "field": "derived_low"}, "y2": {"field": "derived_high"}},
                },
                {
                    "mark": {"type": "point", "filled": True, "size": 70, "opacity": 1},
                    "encoding": {**both, "color": colour},
                },
                *(_named(row, align, down, both) for row, align, down in _places(rows, across, highest, width)),
                *(_corner(text, quadrant, across, highest, x, y) for quadrant, text in corners.items()),
            ],
        }

    return drawn(spec, name="quadrants", label=label, height=_HEIGHT)


def _places(
    rows: Sequence[dict[str, Any]], across: Sequence[float], highest: float, width: int
) -> list[tuple[dict[str, Any], str, int]]:
    """Where each point's name finds room, the most important first; a name that finds none is left to the table."""
    wide, high = (width - _AXIS) / (across[1] - across[0]), (_HEIGHT - _AXIS) / highest
    points = [((row["mean"] - across[0]) * wide, (highest - row["derived"]) * high) for row in rows]
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in points]
    found = []
    for place in sorted(range(len(rows)), key=lambda at: -rows[at]["derived"]):
        x, y = points[place]
        long = sum(_LETTER * (2 if ord(letter) > 0x2E80 else 1) for letter in rows[place]["item"])
        for align, down in (("left", -8), ("right", -8), ("left", 10), ("right", 10)):
            begin = x + 8 if align == "left" else x - 8 - long
            box = (begin, y + down - 7, begin + long, y + down + 7)
            if box[0] < 0 or box[2] > width - _AXIS or any(_meet(box, other) for other in taken):
                continue
            taken.append(box)
            found.append((rows[place], align, down))
            break
    return found


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _named(row: dict[str, Any], align: str, down: int, both: Spec) -> Spec:
    mark = {"type": "text", "align": align, "dx": 8 if align == "left" else -8, "dy": down, "color": INK}
    return {"data": values([row]), "mark": mark, "encoding": {**both, "text": {"field": "item"}}}


def _corner(text: str, quadrant: str, across: Sequence[float], highest: float, x: Spec, y: Spec) -> Spec:
    """The name of a quadrant in its outer corner."""
    left, top = quadrant in ("act", "later"), quadrant in ("act", "keep")
    mark = {"type": "text", "color": INK_2, "align": "left" if left else "right", "dx": 4 if left else -4}
    mark |= {"baseline": "top" if top else "bottom", "dy": 3 if top else -3, "fontStyle": "italic"}
    place = {"at": across[0] if left else across[1], "up": highest if top else 0.0, "text": text}
    encoding = {"x": {**x, "field": "at"}, "y": {**y, "field": "up"}, "text": {"field": "text"}}
    return {"data": {"values": [place]}, "mark": mark, "encoding": encoding}
