"""Filters of the console's templates."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import uuid4

from babel.dates import format_date, format_skeleton
from babel.numbers import format_currency, format_decimal, format_percent
from django import template
from django.utils.timezone import localtime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.basics.money import minor_digits, true_minus
from regulars.console.plain import MARK, plain

register = template.Library()
_LOCALES: Final = {"zh-hans": "zh_Hans_CN"}


def locale() -> str:
    """As Babel calls the language of the page."""
    return _LOCALES.get(get_language() or "", "en_GB")


@register.filter
def money(minor: int | None, currency: str) -> str:
    """Whole minor units in the currency: £12.50."""
    if minor is None:
        return ""
    digits = minor_digits(currency)
    if plain():
        return f"{Decimal(minor).scaleb(-digits):f}{MARK}{currency}"
    if not currency or currency == "XXX":
        return true_minus(format_decimal(Decimal(minor).scaleb(-digits), locale=locale()))
    return true_minus(format_currency(Decimal(minor).scaleb(-digits), currency, locale=locale()))


@register.filter
def units(amount: int | None, unit: Any) -> str:
    """An amount of a unit with its decimals: stored value in its currency, points as they are counted."""
    if amount is None:
        return ""
    if getattr(unit, "currency", "") and getattr(unit, "kind", "") != "points":
        return money(amount, unit.currency)
    scale = getattr(unit, "scale", 0)
    if plain():
        return f"{Decimal(amount).scaleb(-scale):f}"
    pattern = f"#,##0.{'0' * scale}" if scale else None
    return true_minus(format_decimal(Decimal(amount).scaleb(-scale), format=pattern, locale=locale()))


@register.filter
def number(value: float | None) -> str:
    if value is None:
        return ""
    return str(value) if plain() else true_minus(format_decimal(value, locale=locale()))


@register.filter
def day(value: date | datetime | None) -> str:
    """A day as it is read: 4 May 2026."""
    if value is None:
        return ""
    on = localtime(value).date() if isinstance(value, datetime) else value
    return on.isoformat() if plain() else str(format_date(on, format="medium", locale=locale()))


@register.filter
def last_day(value: datetime | None) -> str:
    """The last whole day of what ends at a moment."""
    return "" if value is None else day(value - timedelta(microseconds=1))


@register.filter
def moment(value: datetime | None) -> str:
    """A day with the hour."""
    return "" if value is None else f"{day(value)} {localtime(value):%H:%M}"


@register.filter
def hour(value: datetime | None) -> str:
    return "" if value is None else f"{localtime(value):%H:%M}"


@register.filter
def id(number: Any, prefix: str) -> str:
    """A typed id."""
    return typed(prefix, number)


@register.filter
def of(known: Any, name: Any) -> Any:
    """A value by its name, or nothing."""
    return known.get(name, "") if known else ""


@register.filter
def theme(asked: str | None) -> str:
    return asked if asked in ("light", "dark") else "auto"


@register.filter
def may_find(desk: Any) -> bool:
    return bool(desk.may(Right.MEMBERS_READ))


@register.filter
def channel(code: str) -> str:
    """What a way to reach somebody is called."""
    known = {"email": _("Mail"), "sms": _("Text message"), "phone": _("Call"), "post": _("Letter"), "app": _("App")}
    return known.get(code, code)


@register.filter
def topic(code: str) -> str:
    """What a purpose of consent is called."""
    known = {"marketing": _("Marketing"), "profiling": _("Profiling"), "partners": _("Partners")}
    return known.get(code, code.replace("_", " ").capitalize())


@register.simple_tag(takes_context=True)
def own_ids(context: Any, form: Any) -> str:
    """Several forms of a page may ask for a reason: each label belongs to the box of its own form."""
    request = context["request"]
    request.forms_shown = getattr(request, "forms_shown", 0) + 1
    form.auto_id = f"id{request.forms_shown}_%s"
    return ""


@register.filter
def may(desk: Any, right: str) -> bool:
    """Whether the right is held in the organisation: what may not be done is not shown."""
    return bool(desk.may(Right(right)))


@register.filter
def may_here(desk: Any, right: str) -> bool:
    return bool(desk.may_here(Right(right)))


@register.filter
def may_all(desk: Any, right: str) -> bool:
    """In the whole of the organisation."""
    return bool(desk.may_all_over(Right(right)))


@register.filter
def quantity(thousandths: int) -> str:
    return (
        f"{Decimal(thousandths).scaleb(-3).normalize():f}"
        if plain()
        else str(format_decimal(Decimal(thousandths).scaleb(-3), locale=locale()))
    )


@register.filter
def percent(share: float | None) -> str:
    """A share as people say it."""
    return "–" if share is None else str(format_percent(share, "#,##0.#%", locale=locale()))


@register.filter
def percent_of(share: int) -> str:
    """So many of ten thousand."""
    return str(format_percent(Decimal(share) / 10_000, "#,##0.##%", locale=locale()))


@register.filter
def looked_at(fact: Any) -> str:
    """A fact as the reasons of an audience show it: words for its parts, days for moments."""
    if fact is None or fact == []:
        return "–"
    if isinstance(fact, bool):
        return _("yes") if fact else _("no")
    if isinstance(fact, dict):
        told = ((name, _fact(name, value, fact)) for name, value in fact.items() if value is not None)
        labels = {
            "times": _("times"), "amount": _("amount"), "first_at": _("first"), "last_at": _("last"), "at": _("on"),
            "held": _("how many"), "yes_at": _("yes on"), "no_at": _("no on"),
        }  # fmt: skip
        return " · ".join(f"{labels[name]}: {text}" for name, text in told if name in labels) or "–"
    if isinstance(fact, list):
        return ", ".join(map(str, fact))
    return number(fact) if isinstance(fact, int | float) else str(fact)


def _fact(name: str, value: Any, fact: dict[str, Any]) -> str:
    if name.endswith("at") and isinstance(value, str):
        return day(datetime.fromisoformat(value))
    if name == "amount" and fact.get("currency"):
        return money(int(value), str(fact["currency"]))
    return number(value) if isinstance(value, int | float) else str(value)


@register.filter
def initial(name: str) -> str:
    return name[:1].upper() or "·"


@register.filter
def of_text(known: Any, name: Any) -> Any:
    """A value by the text of its name."""
    return known.get(str(name), "") if known and name else ""


@register.filter
def measured(amount: int, measure: str) -> str:
    """What a level counts, with its measure."""
    known = {"spend": _("spend"), "purchases": _("purchases"), "visits": _("visits"), "points": _("points")}
    kind, _slash, rest = measure.partition("/")
    if kind == "spend" and rest:
        return money(amount, rest)
    return f"{number(amount)} {known.get(kind, kind)}{f' {rest}' if rest else ''}"


@register.simple_tag
def form_key() -> str:
    """A key for a form of its own: what it does is done once."""
    return str(uuid4())


@register.filter
def month(value: date) -> str:
    return f"{value:%Y-%m}" if plain() else str(format_skeleton("yMMMM", value, locale=locale()))


@register.filter
def paid(sale: Any) -> int:
    """What a bill came to after discounts."""
    return int(sale.amount - sale.discount)


@register.filter
def signed(value: int) -> str:
    """With a sign that is as wide as a plus."""
    return true_minus(f"{value:+d}") if value else "0"
