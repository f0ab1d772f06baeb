"""What is typed of kinds of case, and of when the organisation works."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.care.models import CaseKind
from regulars.rules.working_hours import DAYS

PRIORITIES: Final = {
    1: _("before all others"), 2: _("before most"), 3: _("as usual"), 4: _("when there is time"),
}  # fmt: skip
WEEK: Final = {
    "monday": _("Monday"), "tuesday": _("Tuesday"), "wednesday": _("Wednesday"), "thursday": _("Thursday"),
    "friday": _("Friday"), "saturday": _("Saturday"), "sunday": _("Sunday"),
}  # fmt: skip
SPANS: Final = 2  # of a day: before and after a break
ROLE: Final = "role:"
STAFF: Final = "staff:"
CLOSED_MOST: Final = 400


class KindForm(forms.Form):
    """A kind of case as it shall be."""

    name = forms.CharField(label=_("What it is called"), max_length=80)
    answer_hours = forms.IntegerField(label=_("Answered within so many hours"), min_value=1, max_value=2000)
    in_working_hours = forms.BooleanField(label=_("Hours count only while people work"), required=False)
    priority = forms.TypedChoiceField(label=_("How urgent"), choices=list(PRIORITIES.items()), coerce=int)
    who = forms.ChoiceField(
        label=_("Who gets its cases"), required=False, help_text=_("A role: whoever has it takes them from the queue."),
    )  # fmt: skip

    def __init__(self, whom: Sequence[tuple[str, Any]], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["who"].choices = [("", _("Nobody yet: whoever takes it")), *whom]  # type: ignore[attr-defined]


class NewKindForm(KindForm):
    """A kind that is not there yet."""

    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{0,39}$", label=_("Code"), max_length=40,
        help_text=_("Small letters, digits and . _ -  It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip
    field_order = ("name", "code", "answer_hours", "in_working_hours", "priority", "who")


def kind_initial(row: CaseKind | None, who: str = "") -> dict[str, Any]:
    """A kind as the form holds it; of none what most houses begin with."""
    if row is None:
        return {"answer_hours": 8, "in_working_hours": True, "priority": 3}
    return {
        "name": row.name,
        "answer_hours": row.answer_hours,
        "in_working_hours": row.in_working_hours,
        "priority": row.priority,
        "who": who,
    }


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, input_formats=["%H:%M", "%H:%M:%S"], widget=widget)


class HoursForm(forms.Form):
    """When the organisation works: two spans a day, and days on which it does not."""

    closed_on = forms.CharField(
        label=_("Days on which nobody works"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, as in 2026-12-25."),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for day in DAYS:
            for number in range(SPANS):
                self.fields[f"{day}_from_{number}"] = _clock(_("begins"))
                self.fields[f"{day}_to_{number}"] = _clock(_("ends"))

    def clean_closed_on(self) -> list[str]:
        """The days in their order, each once."""
        found = set()
        for text in re.split(r"[\s,;，；]+", self.cleaned_data["closed_on"].strip()):
            try:
                found |= {date.fromisoformat(text).isoformat()} if text else set()
            except ValueError as wrong:
                raise forms.ValidationError(_("“%(text)s” is no day."), params={"text": text[:40]}) from wrong
        if len(found) > CLOSED_MOST:
            raise forms.ValidationError(_("At most %(most)d days."), params={"most": CLOSED_MOST})
        return sorted(found)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for day in DAYS:
            before: time | None = None
            for number in range(SPANS):
                begins, ends = given.get(f"{day}_from_{number}"), given.get(f"{day}_to_{number}")
                if (begins is None) != (ends is None):
                    self.add_error(f"{day}_to_{number}", _("Say from when and to when, or neither."))
                elif begins is not None and ends is not None:
                    if ends != time() and ends <= begins:
                        self.add_error(f"{day}_to_{number}", _("It ends after it begins; 00:00 is midnight."))
                    elif before is not None and (before == time() or begins < before):
                        self.add_error(f"{day}_from_{number}", _("It begins after the first has ended."))
                    before = ends
        if not self.errors and not any(given.get(f"{day}_from_{n}") for day in DAYS for n in range(SPANS)):
            raise forms.ValidationError(_("Somebody works at least on one day."))
        return given

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        given = self.cleaned_data
        days = {
            day: [
                [f"{given[f'{day}_from_{n}']:%H:%M}", f"{given[f'{day}_to_{n}']:%H:%M}"]
                for n in range(SPANS)
                if given[f"{day}_from_{n}"] is not None
            ]
            for day in DAYS
        }
        return {"days": days, "closed_on": given["closed_on"]}

    @property
    def days(self) -> Iterator[tuple[Any, list[tuple[Any, Any]]]]:
        """Each day with its fields."""
        for day in DAYS:
            yield WEEK[day], [(self[f"{day}_from_{n}"], self[f"{day}_to_{n}"]) for n in range(SPANS)]


def fits(document: Mapping[str, Any]) -> bool:
    """Whether the form can hold it."""
    return all(len(spans) <= SPANS for spans in document["days"].values())


def hours_initial(document: Mapping[str, Any]) -> dict[str, str]:
    """Hours as the form holds them."""
    found = {"closed_on": "\n".join(document["closed_on"])}
    for day, spans in document["days"].items():
        for number, (begins, ends) in enumerate(spans):
            found |= {f"{day}_from_{number}": begins, f"{day}_to_{number}": ends}
    return found
