"""What is typed about drafts of terms."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import DayField
from regulars.console.templatetags.console import day


class AgainForm(forms.Form):
    """Over which days purchases are looked at."""

    days = forms.ChoiceField(label=_("Purchases of"))

    def __init__(self, spans: Sequence[tuple[date, date]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        choices = [(f"{first_on}/{last_on}", f"{day(first_on)} – {day(last_on)}") for first_on, last_on in spans]
        choices[0] = (choices[0][0], gettext("the last 90 days"))
        self.fields["days"].choices = choices  # type: ignore[attr-defined]


class PublishForm(forms.Form):
    """From when on a draft holds."""

    begins_on = DayField(label=_("Holds from"), required=False, help_text=_("Nothing said: at once."))
