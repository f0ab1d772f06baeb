"""What is typed of how long things are kept."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.members.services.retention import DAYS_MAX


class PeriodForm(forms.Form):
    """How long one kind is kept."""

    kind = forms.ChoiceField(label=_("What"))
    days = forms.IntegerField(
        label=_("Kept for so many days"), min_value=1, max_value=DAYS_MAX, required=False,
        help_text=_("Nothing said: as long as the member. 365 are a year, 1826 five years."),
    )  # fmt: skip

    def __init__(self, kinds: Sequence[tuple[str, Any]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]
