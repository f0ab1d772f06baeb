"""What people type about members."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import ChosenFilters, DayField

STATES = [("active", _("Active")), ("anonymous", _("Nobody has said whose it is")), ("closed", _("Left"))]
MONTHS = [
    (str(number), name)
    for number, name in enumerate(
        (
            _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"),
            _("September"), _("October"), _("November"), _("December"),
        ),
        1,
    )
]  # fmt: skip
ORDERS = [("", _("Newest first")), ("oldest", _("Oldest first"))]
LANGUAGES = [("", "–"), ("en", "English"), ("zh", "中文")]


class MembersFilter(ChosenFilters):
    """How the list of members is cut."""

    state = forms.ChoiceField(label=_("State"), choices=[("", _("Any")), *STATES], required=False)
    audience = forms.ChoiceField(label=_("Audience"), required=False)
    level = forms.ChoiceField(label=_("Level"), required=False)
    tag = forms.CharField(label=_("Tag"), max_length=60, required=False)
    town = forms.CharField(label=_("Town"), max_length=100, required=False)
    month = forms.ChoiceField(label=_("Birthday in"), choices=[("", _("Any")), *MONTHS], required=False)
    birthday = forms.ChoiceField(choices=[("", ""), ("today", "")], required=False, widget=forms.HiddenInput)
    since = DayField(label=_("Member since"), required=False)
    until = DayField(label=_("until"), required=False)
    sort = forms.ChoiceField(label=_("Order"), choices=ORDERS, required=False)

    def __init__(self, levels: list[tuple[str, str]], audiences: list[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["audience"].choices = [("", _("Any")), *audiences]  # type: ignore[attr-defined]
        if not audiences:
            del self.fields["audience"]
        self.fields["level"].choices = [("", _("Any")), *levels]  # type: ignore[attr-defined]
        if not levels:
            del self.fields["level"]
        if self.data.get("audience") or self.data.get("level"):
            del self.fields["sort"]  # of these the newest come first


class MemberForm(forms.Form):
    """A new member: a name or a way to recognise them is enough."""

    given_name = forms.CharField(label=_("Given name"), max_length=100, required=False)
    family_name = forms.CharField(label=_("Family name"), max_length=100, required=False)
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"inputmode": "tel"})
    )
    email = forms.CharField(
        label=_("Mail address"), max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    birth_on = DayField(label=_("Born on"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=LANGUAGES, required=False)
    town = forms.CharField(label=_("Town"), max_length=100, required=False)
    tag = forms.CharField(label=_("Tag"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not any(found.get(name) for name in ("given_name", "family_name", "phone", "email")) and not self.errors:
            raise forms.ValidationError(_("Say a name, a phone or a mail address."))
        return found
