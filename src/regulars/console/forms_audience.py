"""What is typed about an audience besides its conditions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _


class AudienceForm(forms.Form):
    """Its name; where it is new its code and place. `version`: which one its maker saw."""

    name = forms.CharField(label=_("Name of the audience"), max_length=200)
    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{0,59}$", label=_("Code"), required=False,
        help_text=_("For rules and the API; it never changes. Nothing said: made of the name."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip
    place = forms.ChoiceField(label=_("Of"), help_text=_("It knows what happened there, and is seen there."))
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, places: Sequence[tuple[str, str]], *args: Any, known: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]
        if known:
            del self.fields["code"], self.fields["place"]
        elif len(places) == 1:
            self.fields["place"].initial = places[0][0]
            self.fields["place"].widget = forms.HiddenInput()

    def code_or(self, otherwise: str) -> str:
        """What was typed, else what becomes of the name, else the last resort."""
        given = str(self.cleaned_data.get("code") or slugify(self.cleaned_data["name"]))[:60]
        return given.strip("-_.") or otherwise


class NameForm(forms.Form):
    """Another name for what is there."""

    name = forms.CharField(label=_("Name of the audience"), max_length=200)


class WhoForm(forms.Form):
    """Somebody, by whatever recognises them."""

    who = forms.CharField(
        label=_("Card, phone, mail address, name or id"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
