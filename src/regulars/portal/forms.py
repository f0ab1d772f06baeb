"""What members type."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.members.fields import BUILT_IN
from regulars.members.models import Field

LANGUAGES: Final = [("", "–"), ("en", "English"), ("zh", "中文")]
NAMES: Final = ("given_name", "family_name")


class AddressForm(forms.Form):
    """A known address, to send a code to."""

    address = forms.CharField(
        label=_("Mail address or phone number"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", "inputmode": "email"}
        ),
    )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code of six digits"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "spellcheck": "false"}),
    )


class ProfileForm(forms.Form):
    """What a member says of themselves. The birthday is said once."""

    given_name = forms.CharField(
        label=_("Given name"), max_length=BUILT_IN["given_name"].length_max, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )  # fmt: skip
    family_name = forms.CharField(
        label=_("Family name"), max_length=BUILT_IN["family_name"].length_max, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )  # fmt: skip
    town = forms.CharField(
        label=_("Town"), max_length=BUILT_IN["town"].length_max, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of messages"), choices=LANGUAGES, required=False)
    birth_on = forms.DateField(
        label=_("Birthday"),
        help_text=_("Said once; afterwards it is changed at the desk."),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, born: bool, **more: Any) -> None:
        super().__init__(*args, **more)
        if born:
            del self.fields["birth_on"]


class PreferencesForm(forms.Form):
    """What the organisation likes to know of a member's taste, as it has defined it."""

    def __init__(self, own: Sequence[Field], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for one in own:
            self.fields[f"own-{one.name}"] = _own(one)


def _own(one: Field) -> forms.Field:
    match one.kind:
        case "day":
            return forms.DateField(
                label=one.label,
                required=False,
                input_formats=["%Y-%m-%d"],
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        case "flag":
            yes_or_no = [("", "–"), ("yes", _("yes")), ("no", _("no"))]
            return forms.ChoiceField(label=one.label, choices=yes_or_no, required=False)
        case "choice":
            return forms.ChoiceField(
                label=one.label, choices=[("", "–"), *((c, c) for c in one.choices)], required=False
            )
        case "choices":
            return forms.MultipleChoiceField(
                label=one.label,
                choices=[(c, c) for c in one.choices],
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        case "whole":
            return forms.IntegerField(label=one.label, required=False)
        case _:
            return forms.CharField(label=one.label, max_length=one.length_max, required=False)


class QuestionForm(forms.Form):
    text = forms.CharField(
        label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4, "maxlength": 2000})
    )


class EraseForm(forms.Form):
    sure = forms.BooleanField(label=_("I have read this, and want all of it to be erased now."))
