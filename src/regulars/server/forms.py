"""What people type on the pages of the installation."""

from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import gettext_lazy as _

HIDDEN = forms.PasswordInput


class NewPassword(forms.Form):
    """A new password, typed twice."""

    password = forms.CharField(label=_("Password"), widget=HIDDEN(attrs={"autocomplete": "new-password"}), strip=False)
    again = forms.CharField(
        label=_("Password again"), widget=HIDDEN(attrs={"autocomplete": "new-password"}), strip=False
    )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("password") != found.get("again"):
            self.add_error("again", _("The two passwords differ."))
        return found


class FirstForm(NewPassword):
    field_order = ("organisation", "zone", "name", "email", "password", "again")
    organisation = forms.CharField(label=_("Your organisation"), max_length=200)
    zone = forms.CharField(
        label=_("Its time zone"),
        initial="UTC",
        help_text=_("As in Europe/Amsterdam or Asia/Shanghai: days begin and end by it."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
    )
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(label=_("Your mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))

    def __init__(self, *args: Any, begun: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        if begun:
            del self.fields["organisation"], self.fields["zone"]
        self.begun = begun

    @property
    def zones(self) -> list[str]:
        return sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/"))

    def clean_zone(self) -> str:
        zone: str = self.cleaned_data["zone"].strip()
        if zone not in available_timezones():
            raise forms.ValidationError(_("There is no such time zone. Choose one of the list."))
        return zone


class EnterForm(forms.Form):
    email = forms.EmailField(
        label=_("Mail address"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"), widget=HIDDEN(attrs={"autocomplete": "current-password"}), strip=False
    )


def _code(label: Any, **more: Any) -> forms.CharField:
    how = {"autocomplete": "one-time-code", "spellcheck": "false", "autocapitalize": "none"}
    told = _("Six digits that the app shows now, or a recovery code.")
    return forms.CharField(label=label, max_length=40, help_text=told, widget=forms.TextInput(attrs=how | more))


class CodeForm(forms.Form):
    code = _code(_("Log-in code"), autofocus=True)


class ChangeForm(NewPassword):
    """One's own password; `factor` where there is a second factor to be asked for."""

    old = forms.CharField(
        label=_("The password until now"), widget=HIDDEN(attrs={"autocomplete": "current-password"}), strip=False
    )
    field_order = ("old", "password", "again", "code")

    def __init__(self, *args: Any, factor: bool) -> None:
        super().__init__(*args)
        self.fields["password"].label = _("The new password")
        self.fields["again"].label = _("The new password again")
        if factor:
            self.fields["code"] = _code(_("Log-in code"))

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get("password") and found.get("password") == found.get("old"):
            self.add_error("password", _("This is the password until now."))
        return found


class RemoveForm(forms.Form):
    person = forms.TypedChoiceField(label=_("Who lost theirs"), coerce=UUID)
    reason = forms.CharField(label=_("What happened"), max_length=200)
    code = _code(_("A code of your own"))

    def __init__(self, people: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["person"].choices = people  # type: ignore[attr-defined]
