"""What is typed at the set-up."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.access.rights import Right
from regulars.console.asking import ChosenFilters, DayField
from regulars.console.rights_told import RIGHTS


def _zone() -> forms.CharField:
    return forms.CharField(
        label=_("Time zone"), max_length=60, required=False, help_text=_("As in Europe/Amsterdam or Asia/Shanghai."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


class MerchantForm(forms.Form):
    name = forms.CharField(label=_("Name of the merchant"), max_length=200)
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), help_text=_("Three capital letters: EUR, CNY."), max_length=3
    )
    zone = _zone()


class StoreForm(forms.Form):
    merchant = forms.ChoiceField(label=_("Of the merchant"))
    name = forms.CharField(label=_("Name of the store"), max_length=200)
    external_id = forms.CharField(label=_("The number its tills know"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)

    def __init__(self, merchants: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["merchant"].choices = list(merchants)  # type: ignore[attr-defined]


class NameForm(forms.Form):
    """What a place is called."""

    name = forms.CharField(label=_("What it is called"), max_length=200)


class StoreChangeForm(NameForm):
    """What changes of a store: its zone and currency stay, since what is past is reckoned by them."""

    external_id = forms.CharField(label=_("The number its tills know"), max_length=80, required=False)
    region = forms.CharField(label=_("Region"), max_length=80, required=False)


class RoleAtForm(forms.Form):
    """A role at a place."""

    role = forms.ChoiceField(label=_("Role"))
    place = forms.ChoiceField(label=_("Where"))

    def __init__(self, roles: Sequence[tuple[str, str]], places: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["role"].choices = list(roles)  # type: ignore[attr-defined]
        self.fields["place"].choices = list(places)  # type: ignore[attr-defined]


class HireForm(RoleAtForm):
    """Somebody new, with a first password and a role."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"))
    password = forms.CharField(
        label=_("First password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. They change it after their first log-in."),
    )  # fmt: skip
    field_order = ("name", "email", "password", "role", "place")


class KeyForm(RoleAtForm):
    """A key for a till, a web shop or another program."""

    name = forms.CharField(label=_("What it is for"), max_length=200)
    field_order = ("name", "role", "place")


class RoleForm(forms.Form):
    """What a role may."""

    name = forms.CharField(label=_("Name of the role"), max_length=200)
    rights = forms.MultipleChoiceField(
        label=_("Is allowed to"), choices=[(one.value, RIGHTS[one]) for one in Right], required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip


class NewRoleForm(RoleForm):
    """A role of one's own."""

    code = forms.RegexField(
        r"^(?!new$)[a-z][a-z0-9-]{0,39}$", label=_("Code"), max_length=40,
        help_text=_("Small letters, digits and dashes. It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip
    field_order = ("name", "code", "rights")


class TrailFilter(ChosenFilters):
    """Which lines of the trail."""

    subject = forms.CharField(label=_("About (an id)"), max_length=60, required=False)
    actor = forms.CharField(label=_("By (an id)"), max_length=60, required=False)
    what = forms.CharField(label=_("What was done"), max_length=60, required=False)
    since = DayField(label=_("From"), required=False)
    until = DayField(label=_("Up to and with"), required=False)
