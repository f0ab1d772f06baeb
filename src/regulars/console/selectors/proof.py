"""What campaigns brought, as pictures and as sentences: intervals around nothing, on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from babel.numbers import format_currency
from django.utils.translation import gettext as _

from regulars.basics.money import minor_digits, true_minus
from regulars.console.templatetags.console import locale, money, number
from regulars.outreach.models import CampaignResult

WIDTH: Final = 300  # of a picture, in its own units
MONEY: Final = frozenset({"revenue_minor", "capped_minor", "margin_minor"})
DECIDED: Final = frozenset({"works", "harms", "not-shown"})
_BROKEN: Final = frozenset({"sample-ratio-mismatch", "arms-not-alike"})


@dataclass(frozen=True, slots=True)
class Bar:
    """An interval on the common scale. `side`: on which side of nothing it lies whole."""

    low: float
    value: float
    high: float
    zero: float
    side: str  # more, less, or empty: it covers nothing

    @property
    def width(self) -> float:
        return max(1.5, self.high - self.low)


@dataclass(frozen=True, slots=True)
class Span:
    """What was found: in all, from, to."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """One thing that was counted, in both arms and the difference."""

    name: str
    treated: str
    holdout: str
    total: str
    between: str
    relative: str
    bar: Bar | None


def span_of(told: Any) -> Span | None:
    """None where a bound is not known."""
    if not told or any(told.get(name) is None for name in ("value", "low", "high")):
        return None
    return Span(float(told["value"]), float(told["low"]), float(told["high"]))


def total_of(row: CampaignResult, name: str) -> Span | None:
    """In all, over everybody treated."""
    return next((span_of(one.get("total")) for one in row.told.get("outcomes", ()) if one["name"] == name), None)


def bars(spans: Sequence[Span | None]) -> list[Bar | None]:
    """On one scale, with nothing in it.

    >>> bars([Span(5, 0, 10), None])[0].zero
    12.0
    """
    known = [one for one in spans if one is not None]
    low, high = min([0.0, *(one.low for one in known)]), max([0.0, *(one.high for one in known)])
    room = (high - low) or 1.0

    def at(value: float) -> float:
        return round(WIDTH * (0.04 + 0.92 * (value - low) / room), 1)

    def bar(one: Span | None) -> Bar | None:
        if one is None:
            return None
        side = "more" if one.low > 0 else "less" if one.high < 0 else ""
        return Bar(at(one.low), at(one.value), at(one.high), at(0), side)

    return [bar(one) for one in spans]


def sentence(row: CampaignResult) -> str:
    """What came of it, in words."""
    about = "margin_minor" if row.told.get("about") == "margin_minor" else "revenue_minor"
    span = total_of(row, about)
    if row.conclusion == "no-holdout":
        return _("Nobody was kept without it, so nobody can say what it brought.")
    if row.conclusion == "too-few" or span is None:
        return _("Too few members were in it to say what it brought.")
    if row.conclusion in _BROKEN:
        return _("The two groups cannot be compared: something went wrong when they were drawn or reached.")
    values = {name: told(getattr(span, name), row.currency) for name in ("value", "low", "high")}
    if span.low > 0:
        words = (
            _("This earned %(value)s more margin than nothing would have, between %(low)s and %(high)s.")
            if about == "margin_minor"
            else _("This brought %(value)s more revenue than nothing would have, between %(low)s and %(high)s.")
        )
    elif span.high < 0:
        values = {name: told(abs(getattr(span, name)), row.currency) for name in ("value", "low", "high")}
        words = _("This lost %(value)s beside doing nothing, between %(high)s and %(low)s.")
    else:
        words = _("No effect was shown: it lies between %(low)s and %(high)s, and nothing is among it.")
    early = "" if row.final else " " + _("The window is still open: the bounds get narrower until it closes.")
    return words % values + early


def told(minor: float, currency: str) -> str:
    """An amount as people say it: without decimals where it is large."""
    digits = minor_digits(currency)
    if abs(minor) < 1000 * 10**digits or currency in ("", "XXX"):
        return money(round(minor), currency)
    whole = Decimal(round(minor)).scaleb(-digits)
    return true_minus(format_currency(whole, currency, "¤#,##0", locale=locale(), currency_digits=False))


def outcomes(row: CampaignResult) -> list[Outcome]:
    """Each thing that was counted. Pictures have their scale each: they are not the same measure."""
    found = []
    for one in row.told.get("outcomes", ()):
        name, total, relative = one["name"], span_of(one.get("total")), span_of(one.get("relative"))
        (bar,) = bars([total])
        found.append(
            Outcome(
                name,
                _each(one.get("treated"), name, row.currency),
                _each(one.get("holdout"), name, row.currency),
                _in_all(total.value, name, row.currency) if total else "–",
                f"{_in_all(total.low, name, row.currency)} … {_in_all(total.high, name, row.currency)}"
                if total
                else "–",
                true_minus(f"{relative.value * 100:+.1f}% ({relative.low * 100:+.1f} … {relative.high * 100:+.1f})")
                if relative
                else "–",
                bar,
            )
        )
    return found


def _in_all(value: float, name: str, currency: str) -> str:
    return told(value, currency) if name in MONEY else number(round(value))


def _each(value: float | None, name: str, currency: str) -> str:
    if value is None:
        return "–"
    if name in MONEY:
        return money(round(value), currency)
    return f"{value * 100:.1f}%" if name == "buyers" else f"{value:.2f}"


@dataclass(frozen=True, slots=True)
class Line:
    """What a member of each arm had spent by each day: two lines in a picture."""

    treated: str
    holdout: str
    first_on: str
    last_on: str
    most: str


def curve(row: CampaignResult, *, height: int = 100) -> Line | None:
    """None where there are no two days."""
    days = row.told.get("curve", ())
    if len(days) < 2:
        return None
    most = max((float(day.get(arm) or 0) for day in days for arm in ("treated", "holdout")), default=0) or 1.0

    def points(arm: str) -> str:
        step = WIDTH / (len(days) - 1)
        return " ".join(
            f"{round(step * place, 1)},{round(height - (height - 4) * float(day.get(arm) or 0) / most, 1)}"
            for place, day in enumerate(days)
        )

    return Line(points("treated"), points("holdout"), days[0]["on"], days[-1]["on"], money(round(most), row.currency))
