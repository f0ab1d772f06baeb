"""Filters of pages about scores."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from babel.numbers import format_currency, format_decimal, format_percent
from django import template

from regulars.basics.money import minor_digits, true_minus
from regulars.console.score_words import TABLES, WHY_NEXT
from regulars.console.templatetags.console import day, locale, money

register = template.Library()
_SMALL: Final = 100


@register.filter
def said(code: Any, kind: str) -> str:
    """A code in words; what has none is shown as it is."""
    return str(TABLES[kind].get(str(code), code))


@register.filter
def share(value: float | None) -> str:
    """Of 0 … 1 in percent: one decimal below ten, none above, and never a rounded nothing."""
    if value is None:
        return "–"
    pattern = "#,##0.###%" if 0 < abs(value) < 0.001 else "#,##0.#%" if 0 < abs(value) < 0.0995 else "#,##0%"
    return str(format_percent(value, pattern, locale=locale()))


@register.filter
def exactly(value: float | None) -> str:
    """A measured figure with three digits after the point at most."""
    return "–" if value is None else str(format_decimal(value, "#,##0.###", locale=locale()))


@register.filter
def about(value: float | None) -> str:
    """A figure that nobody knows more exactly: whole from ten on, below with one digit after the point."""
    if value is None:
        return "–"
    return true_minus(format_decimal(value, "#,##0" if abs(value) >= 9.95 else "#,##0.#", locale=locale()))


@register.filter
def unstopped(text: str) -> str:
    """A sentence that goes on."""
    return str(text).rstrip(".。")


@register.filter
def brief(minor: int | None, currency: str) -> str:
    """An amount without its small change from a hundred on."""
    if minor is None:
        return "–"
    scale = 10 ** minor_digits(currency)
    if abs(minor) < _SMALL * scale or not currency:
        return money(minor, currency)
    whole = format_currency(round(minor / scale), currency, "¤#,##0", locale=locale(), currency_digits=False)
    return true_minus(whole)


@register.filter
def unlocalised(value: float | str) -> str:
    """A number as drawings and addresses take it, whatever the language."""
    return f"{float(value):g}"


@register.filter
def rounded(value: float | None) -> int:
    return round(value or 0)


@register.filter
def day_of(text: str | None) -> str:
    """A day that is kept as text."""
    return day(date.fromisoformat(text[:10])) if text else ""


@register.filter
def next_why(one: Mapping[str, Any]) -> str:
    """Why a product comes next."""
    said = str(WHY_NEXT.get(one["why"], one["why"]))
    return said % {"other": one["because_of"] or "?"} if "%(" in said else said
