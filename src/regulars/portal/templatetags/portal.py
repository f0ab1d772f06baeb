"""Filters of the portal's templates: amounts and days as they are read."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from babel.dates import format_date
from babel.numbers import format_currency, format_decimal
from django import template
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.basics.money import minor_digits, true_minus

register = template.Library()
_LOCALES: Final = {"zh-hans": "zh_Hans_CN"}
_NO_CURRENCY: Final = ("", "XXX")


def locale() -> str:
    """As Babel calls the language of the page."""
    return _LOCALES.get(get_language() or "", "en_GB")


@register.filter
def money(minor: int, currency: str) -> str:
    """Whole minor units in the currency: £12.50."""
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    if currency in _NO_CURRENCY:
        return true_minus(format_decimal(amount, locale=locale()))
    return true_minus(format_currency(amount, currency, locale=locale()))


@register.filter
def units(amount: int, unit: Any) -> str:
    """An amount of a unit: stored value in its currency, points as they are counted."""
    if unit.currency and unit.kind != "points":
        return money(amount, unit.currency)
    pattern = f"#,##0.{'0' * unit.scale}" if unit.scale else None
    return true_minus(format_decimal(Decimal(amount).scaleb(-unit.scale), format=pattern, locale=locale()))


@register.filter
def number(value: int) -> str:
    return true_minus(format_decimal(value, locale=locale()))


@register.filter
def quantity(thousandths: int) -> str:
    return true_minus(format_decimal(Decimal(thousandths).scaleb(-3), locale=locale()))


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as it is read: 4 May 2026."""
    if value is None:
        return ""
    on = localtime(value).date() if isinstance(value, datetime) else value
    return str(format_date(on, format="medium", locale=locale()))


@register.filter
def last_day(value: datetime | None) -> str:
    """The last day of what ends at a moment, the moment not included."""
    return day(value - timedelta(microseconds=1)) if value is not None else ""


@register.filter
def moment(value: datetime) -> str:
    """A day with the hour."""
    return f"{day(value)} {localtime(value):%H:%M}"


@register.filter
def of(known: Any, name: Any) -> Any:
    """A value by its name, or nothing."""
    return known.get(name, "") if known else ""


@register.filter
def measured(amount: int, measure: str) -> str:
    """What a level counts, with its measure."""
    known = {"spend": _("spend"), "purchases": _("purchases"), "visits": _("visits"), "points": _("points")}
    kind, _slash, rest = measure.partition("/")
    if kind == "spend" and rest:
        return money(amount, rest)
    return f"{number(amount)} {known.get(kind, kind)}"


@register.filter
def channel(code: str) -> str:
    """What a channel is called."""
    known = {"email": _("Mail"), "sms": _("Text message"), "phone": _("Call"), "post": _("Letter"), "app": _("App")}
    return known.get(code, code.capitalize())


@register.filter
def topic(code: str) -> str:
    """What a purpose is called."""
    known = {"marketing": _("Offers and news"), "profiling": _("Suggestions made for me"), "partners": _("Partners")}
    return known.get(code, code.replace("_", " ").capitalize())
