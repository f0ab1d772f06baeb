"""Forms as the console draws them: one look for every field, and what is wrong beside it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from regulars.basics.money import minor_digits
from regulars.basics.periods import start_of

Posted = QueryDict | Mapping[str, Any] | None


class ChosenFilters(forms.Form):
    """Filters that stand in the address: what is wrong there is left out."""

    def chosen(self) -> dict[str, Any]:
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}


class DayField(forms.DateField):
    """A day, as the browser's own field gives it."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        super().__init__(input_formats=["%Y-%m-%d"], **more)


class MoneyField(forms.CharField):
    """An amount as people type it, 12.50 or 12,50; kept in whole minor units."""

    def __init__(self, *, currency: str, signed: bool = False, **more: Any) -> None:
        self.currency, self.signed = currency, signed
        more.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(max_length=20, **more)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return None if text == "" else minor_of(text, self.currency, signed=self.signed)


def minor_of(text: str, currency: str, *, signed: bool = False, digits: int | None = None) -> int:
    """Whole minor units of what was typed. Raises ValidationError.

    >>> minor_of("12,5", "EUR"), minor_of("1 200.00", "EUR"), minor_of("12", "JPY")
    (1250, 120000, 12)
    """
    places = minor_digits(currency) if digits is None else digits
    plain = text.replace(" ", "").replace("\u00a0", "").replace("，", ",")
    if "," in plain and "." not in plain and len(plain.rpartition(",")[2]) <= places:
        plain = plain.replace(",", ".")
    plain = plain.replace(",", "")
    try:
        scaled = Decimal(plain).scaleb(places)
    except InvalidOperation as wrong:
        raise forms.ValidationError(_("This is no amount.")) from wrong
    if (
        not scaled.is_finite()
        or scaled != scaled.to_integral_value()
        or abs(scaled) > 10**15
        or (scaled < 0 and not signed)
    ):
        raise forms.ValidationError(_("This is no amount."))
    return int(scaled)


def since(day: date | None, zone: str) -> datetime | None:
    """The first moment of a day there."""
    return None if day is None else start_of(day, zone)


def until(day: date | None, zone: str) -> datetime | None:
    """The first moment after it."""
    return None if day is None else start_of(day + timedelta(days=1), zone)


def choices(pairs: Iterable[tuple[str, Any]], *, empty: Any = None) -> list[tuple[str, Any]]:
    return [*([("", empty)] if empty is not None else []), *pairs]


def whole_of(text: str | None, *, most: int) -> int:
    """A whole number that stands in an address, at most so much; 0 for anything else.

    >>> whole_of("12", most=10**9), whole_of("9" * 5000, most=9), whole_of("-1", most=9), whole_of("²", most=9)
    (12, 0, 0, 0)
    """
    return min(int(text), most) if text and text.isascii() and text.isdecimal() and len(text) < 19 else 0


def uuid_of(prefix: str, text: str | None) -> UUID | None:
    """Of a typed id in an address; None where there is none."""
    from regulars.console.places import number_of

    return number_of(prefix, text or "")
