"""What is typed about the programme."""

import json
from datetime import date
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import ChosenFilters, DayField
from regulars.programme.previews.drafts import KINDS as PREVIEWED

LONGEST = 50_000


def _kind(kind: str) -> str:
    """In words, and as documents name it."""
    return f"{render_to_string('console/parts/kind.html', {'kind': kind}).strip()} · {kind}"


class TermsForm(forms.Form):
    """A version of terms, as a document."""

    kind = forms.ChoiceField(label=_("Kind"))
    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$", label=_("Code"),
        help_text=_("Stays the same from version to version. Letters, digits and . _ -"),
    )  # fmt: skip
    begins_on = DayField(label=_("Holds from"), required=False, help_text=_("Nothing said: at once."))
    document = forms.CharField(
        label=_("Document"), max_length=LONGEST, strip=False,
        widget=forms.Textarea(attrs={"class": "tall", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip

    def __init__(self, kinds: list[str], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = [(one, _kind(one)) for one in kinds]  # type: ignore[attr-defined]

    @property
    def previewed(self) -> bool:
        """Whether past purchases say something about terms of this kind."""
        return (self["kind"].value() or "") in PREVIEWED

    def clean_document(self) -> str:
        text: str = self.cleaned_data["document"].replace("\r\n", "\n")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError) as wrong:
            line = getattr(wrong, "lineno", 1)
            raise forms.ValidationError(_("Line %(line)s is no JSON.") % {"line": line}) from wrong
        if not isinstance(found, dict):
            raise forms.ValidationError(_("A document begins with { and ends with }."))
        self.plain = found
        return text


class SimulationForm(forms.Form):
    """This bill, this member, that day."""

    member = forms.CharField(label=_("Member (card, phone, mail address or id)"), max_length=200, required=False)
    day = DayField(label=_("On"), required=False)
    hour = forms.TimeField(
        label=_("At"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    merchant = forms.ChoiceField(label=_("Where"))
    codes = forms.CharField(label=_("Coupon codes"), max_length=400, required=False)

    def __init__(self, merchants: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["merchant"].choices = merchants  # type: ignore[attr-defined]


class BooksFilter(ChosenFilters):
    """Which unit, and since when."""

    unit = forms.ChoiceField(label=_("Unit"), required=False)
    first_on = DayField(label=_("From"), required=False)
    last_on = DayField(label=_("Up to and with"), required=False)

    def __init__(self, units: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]


def last_month(today: date) -> date:
    """The first day of the month before.

    >>> last_month(date(2026, 1, 15))
    datetime.date(2025, 12, 1)
    """
    return date(today.year - (today.month == 1), (today.month - 2) % 12 + 1, 1)


class DaysFilter(ChosenFilters):
    """From a day to a day."""

    first_on = DayField(label=_("From"), required=False)
    last_on = DayField(label=_("Up to and with"), required=False)
