"""A draft of terms with what it would have cost, as its page says it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from regulars.basics.ids import typed
from regulars.basics.periods import day_of
from regulars.console.desk import Desk
from regulars.console.selectors.names import names_of
from regulars.console.selectors.reward import named
from regulars.ledger.models import Unit
from regulars.programme.book import book
from regulars.programme.models.previews import Preview, PreviewMember, PreviewState
from regulars.programme.moves import Version
from regulars.programme.previews import selectors
from regulars.programme.previews.asking import last_days
from regulars.programme.saying import sentence
from regulars.programme.terms import kind as kind_of

HIGH: Final = 240
WIDE: Final = 1000
QUARTERS: Final = 4
SIDES: Final = {"more": 1, "fewer": -1, "same": 0}


@dataclass(frozen=True, slots=True)
class Sum:
    """A figure on both sides. `name`: of a unit; else it is money, and `what` says which. `give`: half the width of its
    interval, where it is of a sample."""

    what: str
    before: int
    after: int
    booked: int | None = None
    currency: str = ""
    unit: Any = None
    give: int | None = None

    @property
    def more(self) -> int:
        return self.after - self.before

    @property
    def off(self) -> int:
        """How far the replay of the terms of then is from what was booked."""
        return self.before - (self.booked if self.booked is not None else self.before)

    @property
    def off_share(self) -> float | None:
        return self.off / self.booked if self.booked else None


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days of the picture: both sides, and how high they stand."""

    on: date
    before: int
    after: int
    x: float
    width: float
    before_height: float
    after_height: float

    @property
    def last_on(self) -> date:
        return self.on + timedelta(days=6)

    @property
    def second_x(self) -> float:
        return self.x + self.width

    @property
    def before_y(self) -> float:
        return HIGH - self.before_height

    @property
    def after_y(self) -> float:
        return HIGH - self.after_height


@dataclass(frozen=True, slots=True)
class Bill:
    """One of the purchases with the largest difference."""

    sale: str
    on: date
    currency: str
    before: int
    after: int
    units: Sequence[tuple[Any, int, int]]

    @property
    def more(self) -> int:
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Found:
    """What came of the replay."""

    told: Mapping[str, Any]
    costs: Sequence[Sum]
    sums: Sequence[Sum]
    weeks: Sequence[Week]
    currency: str  # of the picture
    bills: Sequence[Bill]
    held: Sequence[Sum]
    levels: Sequence[tuple[str, int, int]]
    worthless: Sequence[str]

    @property
    def sampled(self) -> bool:
        return bool(self.told["replayed"] < self.told["bills"])


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft, in a sentence, and how far its preview is."""

    row: Preview
    sentence: str
    name: str

    @property
    def under_way(self) -> bool:
        return self.row.state in (PreviewState.WAITING, PreviewState.RUNNING)

    @property
    def percent(self) -> int:
        return min(100, self.row.part * 100 // self.row.whole) if self.row.whole else 0

    @property
    def done(self) -> bool:
        return self.row.state == PreviewState.DONE


def draft(desk: Desk, row: Preview) -> Draft:
    """Four queries."""
    return drafts(desk, [row])[0]


def drafts(desk: Desk, rows: Sequence[Preview]) -> list[Draft]:
    """Four queries; none for none."""
    if not rows:
        return []
    terms = book(desk.home)
    said = named(desk, terms)
    found = []
    for row in rows:
        read = kind_of(row.kind).read(row.document)
        version = Version(row.id, row.kind, row.code, 0, desk.at, None, read)
        found.append(Draft(row, sentence(version, said), _named(read)))
    return found


def name_of(row: Preview) -> str:
    """What it is called; its code where it has no name."""
    return _named(kind_of(row.kind).read(row.document)) or row.code


def _named(terms: Any) -> str:
    return str(getattr(terms, "name", "") or "")


def waiting(desk: Desk) -> list[Draft]:
    """Drafts that nobody published yet. Five queries; one where there is none."""
    return drafts(desk, selectors.drafts(desk.home))


def of_code(desk: Desk, kind: str, code: str) -> list[Preview]:
    """One query."""
    return selectors.previews_of(desk.home, kind, code)


def found(row: Preview) -> Found | None:
    """One query; None while nothing was found."""
    told = row.told
    if row.state != PreviewState.DONE or not told:
        return None
    units = {one.code: one for one in Unit.objects.all()}
    sums = [
        Sum("unit", before, after, booked, unit=units.get(code, code), give=give)
        for code, (before, after, booked, give) in told["units"].items()
    ]
    for what in ("discount", "paid"):
        for currency, (before, after, booked) in told[what].items():
            sums.append(Sum(what, before, after, booked, currency))
    costs = [
        Sum("cost", before, after, currency=currency, give=give)
        for currency, (before, after, give) in told["cost"].items()
        if before or after
    ]
    currency = max(costs, key=lambda one: max(one.before, one.after)).currency if costs else ""
    return Found(
        told, costs, sums, _weeks(told["weeks"], currency), currency, [_bill(one, units) for one in told["largest"]],
        [
            Sum("held", one["before"], one["after"], currency=one["currency"], unit=units.get(one["unit"]))
            for one in told["held"]
        ],
        [(code, *both) for code, both in told.get("levels", {}).items()],
        [getattr(units.get(code), "name", code) for code in told["worthless"]],
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Measure:
    """What is told of each member: a unit, or the cost in a currency."""

    what: str
    code: str
    unit: Any = None


@dataclass(frozen=True, slots=True)
class Behind:
    """A member behind a figure; `sums` beside the measures."""

    member: UUID
    name: str
    bills: int
    sums: Sequence[tuple[Measure, int, int, int]]


def behind(desk: Desk, row: Preview, rows: Sequence[PreviewMember]) -> dict[str, Any]:
    """Who they are, and what the draft is to each. Two queries."""
    units = {one.code: one for one in Unit.objects.all()}
    told = row.told or {}
    measures = [Measure("unit", code, units.get(code, code)) for code in told.get("units", {})]
    measures += [Measure("cost", code) for code, sums in told.get("cost", {}).items() if sums[0] or sums[1]]
    names = names_of([one.member for one in rows])
    desk.looked([one.member for one in rows], by="preview", draft=typed("prv", row.id))
    return {"measures": measures, "rows": [_behind(one, measures, names) for one in rows]}


def _behind(one: PreviewMember, measures: Sequence[Measure], names: Mapping[UUID, str]) -> Behind:
    sums = []
    for each in measures:
        before, after = one.told.get("units" if each.what == "unit" else "cost", {}).get(each.code, (0, 0))
        sums.append((each, before, after, after - before))
    return Behind(one.member, names.get(one.member, ""), one.bills, sums)


def _bill(one: Mapping[str, Any], units: Mapping[str, Unit]) -> Bill:
    changed = [(units.get(code, code), *both) for code, both in one["units"].items()]
    return Bill(
        one["sale"], date.fromisoformat(one["on"]), one["currency"], one["before"], one["after"], changed
    )  # fmt: skip


def _weeks(told: Sequence[Mapping[str, Any]], currency: str) -> list[Week]:
    """Two bars a week, the terms of then and the draft."""
    mine = [one for one in told if one["currency"] == currency]
    highest = max((max(one["before"], one["after"]) for one in mine), default=0)
    if not highest:
        return []
    each = WIDE / len(mine)
    return [
        Week(
            date.fromisoformat(one["on"]), one["before"], one["after"], place * each + each * 0.1, each * 0.4,
            one["before"] * HIGH / highest, one["after"] * HIGH / highest,
        )
        for place, one in enumerate(mine)
    ]  # fmt: skip


def spans(desk: Desk) -> list[tuple[date, date]]:
    """Over which days a draft may be looked at: the last ninety full ones, and whole quarters that are over."""
    today = day_of(desk.at, desk.zone)
    listed = [last_days(today)]
    begins = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
    for _ in range(QUARTERS):
        ends = begins - timedelta(days=1)
        begins = date(ends.year, (ends.month - 1) // 3 * 3 + 1, 1)
        listed.append((begins, ends))
    return listed
