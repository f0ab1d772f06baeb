"""What a run found of everybody together, as pages draw it. Sizes of marks are of a box of 1000 by 240."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from regulars.console.desk import Desk
from regulars.scorebook import selectors
from regulars.scorebook.documents import CLASSES, STAGES
from regulars.scorebook.models import Run

WIDE: Final = 1000
HIGH: Final = 240
_LEFT: Final = 212  # where bands begin: before it stand the names of classes
_GAP: Final = 14  # between two blocks of the flow
_FLOW_HIGH: Final = 400
_WORDS: Final = (26, 92)  # what the words beside a block take: on a desk one line, on a phone two that are larger
_UNDER_WAY: Final = ("waiting", "running")
_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """Which run counts, and what became of the newest one."""

    run: Run | None
    last: Run | None

    @property
    def under_way(self) -> bool:
        return self.last is not None and self.last.state in _UNDER_WAY

    @property
    def failed(self) -> bool:
        return self.last is not None and self.last.state == "failed"

    @property
    def percent(self) -> int:
        """How far what it is at has come."""
        return 0 if self.last is None or not self.last.whole else min(100, 100 * self.last.part // self.last.whole)


@dataclass(frozen=True, slots=True)
class Mark:
    """A bar, or a part of one: what it is of, and where it stands."""

    code: str
    members: int
    x: float
    y: float
    width: float
    height: float
    share: float = 0.0
    money: int = 0
    day: date | None = None
    last_day: date | None = None
    words_y: tuple[float, float] = (0.0, 0.0)  # where its words begin, on a desk and on a phone

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


@dataclass(frozen=True, slots=True)
class Band:
    """Members who went from one class to another."""

    before: str
    after: str
    members: int
    path: str

    @property
    def kind(self) -> str:
        """Whether they rose, fell or stayed."""
        step = CLASSES.index(self.after) - CLASSES.index(self.before)
        return "stay" if not step else "rise" if step > 0 else "fall"


@dataclass(frozen=True, slots=True)
class Flow:
    """One month's step between classes."""

    month: date
    bands: Sequence[Band]
    left: Sequence[Mark]
    right: Sequence[Mark]


def standing(desk: Desk) -> Standing:
    """Two queries."""
    return Standing(selectors.present_run(desk.home), selectors.last_run(desk.home))


def months(told: Sequence[Mapping[str, Any]]) -> list[Mark]:
    """Sales of members by month."""
    most = max((one["spend_minor"] for one in told), default=0) or 1
    step = WIDE / max(len(told), 1)
    found = []
    for place, one in enumerate(told):
        first, high = date.fromisoformat(one["month"]), max(0, one["spend_minor"]) * HIGH / most
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        width = step * 0.72
        found.append(
            Mark("", one["members"], round(place * step, 1), round(HIGH - high, 1), round(width, 1), round(high, 1),
                 money=one["spend_minor"], day=first, last_day=last)
        )  # fmt: skip
    return found


def stacked(told: Mapping[str, Mapping[str, int]], order: Sequence[str]) -> list[Mark]:
    """One bar, cut by how many members there are of each."""
    whole = sum(told.get(code, {}).get("members", 0) for code in order) or 1
    found, x = [], 0.0
    for code in order:
        one = told.get(code, {})
        share = one.get("members", 0) / whole
        width = round(share * WIDE, 1)
        found.append(Mark(code, one.get("members", 0), round(x, 1), 0, width, 40, share, one.get("spend_365_minor", 0)))
        x += width
    return found


def tenths(told: Mapping[str, Mapping[str, int]]) -> list[Mark]:
    """Members by their chance to leave; nothing where the model gives none."""
    if not told:
        return []
    most = max(one["members"] for one in told.values()) or 1
    step = WIDE / 10
    return [
        Mark(
            str(number), one["members"], round(number * step, 1),
            round(HIGH - one["members"] * HIGH / most, 1), round(step * 0.86, 1),
            round(one["members"] * HIGH / most, 1), money=one["at_risk_minor"],
        )
        for number in range(10)
        for one in (told.get(str(number), {"members": 0, "at_risk_minor": 0}),)
    ]  # fmt: skip


def curve(points: Sequence[Sequence[float]]) -> str:
    """The line from none of the members, the best first, to all of them."""
    return " ".join(f"{x * WIDE:.0f},{HIGH * 2 * (1 - y):.1f}" for x, y in points)


def flow(told: Sequence[Mapping[str, Any]], month: str) -> Flow | None:
    """The step of a month as bands between two columns; the last month where none is named."""
    known = sorted({one["month"] for one in told})
    if not known:
        return None
    chosen = month if month in known else known[-1]
    steps = {(one["from_class"], one["to_class"]): one["customers"] for one in told if one["month"] == chosen}
    whole = sum(steps.values()) or 1
    scale = (HIGH * 1.6 - _GAP * (len(CLASSES) - 1)) / whole
    left, right = _blocks(steps, 0, scale), _blocks(steps, 1, scale)
    used_left = {one.code: one.y for one in left}
    used_right = {one.code: one.y for one in right}
    bands = []
    for before in reversed(CLASSES):
        for after in reversed(CLASSES):
            members = steps.get((before, after), 0)
            if members:
                high = members * scale
                bands.append(Band(before, after, members, _band(used_left[before], used_right[after], high)))
                used_left[before] += high
                used_right[after] += high
    # Those who stay are drawn first, so that those who move lie over them.
    return Flow(date.fromisoformat(chosen), sorted(bands, key=lambda one: one.kind != "stay"), left, right)


def _blocks(steps: Mapping[tuple[str, str], int], side: int, scale: float) -> list[Mark]:
    """The classes of one side, the best above."""
    found, y = [], 0.0
    for code in reversed(CLASSES):
        members = sum(number for step, number in steps.items() if step[side] == code)
        high = members * scale
        found.append(
            Mark(code, members, _LEFT - 12 if side == 0 else WIDE - _LEFT, round(y, 2), 12, round(max(high, 1.0), 2))
        )
        y += high + _GAP
    there = [one for one in found if one.members]
    wide, narrow = (apart([one.y + one.height / 2 - words / 2 for one in there], words) for words in _WORDS)
    return [replace(one, words_y=at) for one, at in zip(there, zip(wide, narrow, strict=True), strict=True)]


def apart(wanted: Sequence[float], least: float, most: float = _FLOW_HIGH) -> list[float]:
    """Rising places as near to those wanted as `least` between two, and the upper and the lower edge, allow.

    >>> apart([-5, 1, 200, 390], 26)
    [0, 26, 200, 374]
    """
    found: list[float] = []
    for one in wanted:
        found.append(max(one, found[-1] + least if found else 0))
    edge = most
    for place in range(len(found) - 1, -1, -1):
        found[place] = round(min(found[place], edge - least), 1)
        edge = found[place]
    return found


def _band(left: float, right: float, high: float) -> str:
    """A ribbon from one column to the other."""
    first, last, high = _LEFT, WIDE - _LEFT, max(high, 0.6)
    middle = (first + last) / 2
    over = f"M{first},{left:.2f} C{middle},{left:.2f} {middle},{right:.2f} {last},{right:.2f}"
    left, right = left + high, right + high
    return f"{over} L{last},{right:.2f} C{middle},{right:.2f} {middle},{left:.2f} {first},{left:.2f} Z"


def boxes(
    reasons: Mapping[str, Mapping[str, int]], controllable: Mapping[str, int], declining: int, limit: int
) -> list[dict[str, Any]]:
    """Reasons of decline by frequency × controllability, the first to be looked at first. A reason is frequent where
    it is given for more members than a reason on average."""
    if not reasons:
        return []
    usual = sum(one["members"] for one in reasons.values()) / len(reasons)
    found = []
    for code, one in reasons.items():
        ours, often = controllable.get(code, 0), one["members"] >= usual
        box = ("rescue" if often else "improve") if ours >= limit else ("respond" if often else "let-go")
        share = one["members"] / max(declining, 1)
        found.append({"code": code, "box": box, "controllable": ours, "share": share, "weight": share * ours, **one})
    return sorted(found, key=lambda one: (-one["weight"], -one["members"], one["code"]))


def ordered(counts: Mapping[str, Any]) -> dict[str, list[Mark]]:
    """The bars of the overview."""
    return {
        "classes": stacked(counts.get("classes", {}), CLASSES[1:]),
        "stages": stacked(counts.get("stages", {}), STAGES),
        "tenths": tenths(counts.get("tenths", {})),
    }
