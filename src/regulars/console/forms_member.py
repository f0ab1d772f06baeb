"""What people type on the page of a member."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import DayField, minor_of
from regulars.console.forms import LANGUAGES
from regulars.ledger.models import Unit
from regulars.members.fields import BUILT_IN
from regulars.members.models import Field
from regulars.programme.goodwill.moves import Left

BUILT_IN_SHOWN: Final = (
    "title", "given_name", "family_name", "birth_on", "sex", "language", "country", "town", "postcode", "street",
)  # fmt: skip
LABELS: Final[Mapping[str, Any]] = {
    "title": _("Title"), "given_name": _("Given name"), "family_name": _("Family name"), "full_name": _("Full name"),
    "birth_on": _("Born on"), "sex": _("Sex"), "language": _("Language"), "country": _("Country (two letters)"),
    "region": _("Region"), "town": _("Town"), "postcode": _("Postcode"), "street": _("Street"),
    "address_more": _("Address, further"),
}  # fmt: skip
SEXES: Final = [("", "–"), ("female", _("female")), ("male", _("male")), ("other", _("other"))]
REASONS: Final = [
    ("correction", _("Correction")), ("missing-purchase", _("A purchase that was not counted")),
    ("complaint", _("Complaint")), ("promotion", _("Promotion")), ("other", _("Another reason")),
]  # fmt: skip


def unit_amount(text: str, unit: Unit, *, signed: bool = False) -> int:
    """Smallest parts of what was typed. Raises ValidationError."""
    return minor_of(text, "", signed=signed, digits=unit.scale)


class AdjustForm(forms.Form):
    """A correction of a balance by hand."""

    unit = forms.ChoiceField(label=_("Of what"))
    amount = forms.CharField(label=_("How much; with a minus it is taken away"), max_length=20)
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS)
    note = forms.CharField(label=_("What happened"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, units: Mapping[str, Unit], *args: Any) -> None:
        super().__init__(*args)
        self.units = units
        self.fields["unit"].choices = [(one.code, one.name) for one in units.values()]  # type: ignore[attr-defined]
        self.fields["amount"].widget.attrs["inputmode"] = "text"

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "unit" in found and "amount" in found:
            try:
                found["amount"] = unit_amount(found["amount"], self.units[found["unit"]], signed=True)
            except forms.ValidationError as wrong:
                self.add_error("amount", wrong)
            else:
                if not found["amount"]:
                    self.add_error("amount", _("Nothing is no correction."))
        return found


class PassOnForm(forms.Form):
    """Something of theirs that becomes another member's."""

    unit = forms.ChoiceField(label=_("Of what"))
    amount = forms.CharField(label=_("How much"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))
    to = forms.CharField(
        label=_("To which customer"), max_length=200, help_text=_("By a card, a phone number or a mail address.")
    )

    def __init__(self, units: Mapping[str, Unit], *args: Any) -> None:
        super().__init__(*args)
        self.units = units
        self.fields["unit"].choices = [(one.code, one.name) for one in units.values()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "unit" in found and "amount" in found:
            try:
                found["amount"] = unit_amount(found["amount"], self.units[found["unit"]])
            except forms.ValidationError as wrong:
                self.add_error("amount", wrong)
            else:
                if not found["amount"]:
                    self.add_error("amount", _("Nothing is no amount."))
        return found


class GoodwillForm(forms.Form):
    """Something given on the spot, within what the role may."""

    what = forms.ChoiceField(label=_("What"))
    amount = forms.CharField(label=_("How much"), max_length=20)
    reason = forms.ChoiceField(label=_("Reason"))
    note = forms.CharField(
        label=_("What happened"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, left: Sequence[Left], reasons: Sequence[str], units: Mapping[str, Unit], *args: Any) -> None:
        super().__init__(*args)
        self.units = units
        named = {_key(one): _offered(one, units) for one in sorted(left, key=lambda one: min(one.left, one.per_deed))}
        self.fields["what"].choices = list(named.items())  # type: ignore[attr-defined]
        self.fields["reason"].choices = [(one, one.replace("-", " ").capitalize()) for one in reasons]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        kind, _slash, code = str(found.get("what", "")).partition("/")
        if "amount" in found and kind:
            try:
                typed = found["amount"]
                found["amount"] = (
                    unit_amount(typed, self.units[code]) if kind == "unit" else minor_of(typed, "", digits=0)
                )
            except forms.ValidationError as wrong:
                self.add_error("amount", wrong)
            else:
                if found["amount"] < 1:
                    self.add_error("amount", _("Nothing is no goodwill."))
        found["unit"], found["series"] = (code, "") if kind == "unit" else ("", code)
        return found


def _key(one: Left) -> str:
    return f"unit/{one.unit}" if one.unit else f"coupon/{one.series}"


def _offered(one: Left, units: Mapping[str, Unit]) -> str:
    """Its name, with what may be given now."""
    from regulars.console.templatetags.console import number
    from regulars.console.templatetags.console import units as written

    most = min(one.left, one.per_deed)
    unit = units.get(one.unit)
    named = f"{unit.name}: {written(most, unit)}" if unit else f"{one.series}: {number(most)}"
    return str(_("%(what)s at most")) % {"what": named}


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))
    pinned = forms.BooleanField(label=_("Keep it on top"), required=False)


class TagForm(forms.Form):
    tag = forms.CharField(label=_("Tag"), max_length=60)


class ReplaceForm(forms.Form):
    why = forms.ChoiceField(
        label=_("Why"),
        choices=[
            ("lost", _("Lost")),
            ("stolen", _("Stolen")),
            ("replaced", _("Worn or renamed")),
            ("upgraded", _("Another level")),
        ],
    )
    reason = forms.CharField(label=_("In words"), max_length=200, required=False)


class MergeForm(forms.Form):
    other = forms.CharField(
        label=_("The other one"),
        max_length=200,
        help_text=_("Their card, phone, mail address or id: they become part of this member."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    reason = forms.CharField(label=_("How we know that they are one person"), max_length=200)


class ConsentForm(forms.Form):
    """A yes or no as it was said at the desk."""

    channel = forms.CharField(widget=forms.HiddenInput)
    purpose = forms.CharField(widget=forms.HiddenInput)
    given = forms.CharField(widget=forms.HiddenInput)
    wording = forms.UUIDField(widget=forms.HiddenInput, required=False)  # of a yes that was given before


class FactsForm(forms.Form):
    """What is known of a member; the organisation's own fields below the built-in ones."""

    def __init__(self, own: Sequence[Field], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for name in BUILT_IN_SHOWN:
            self.fields[name] = _built_in(name)
        for one in own:
            self.fields[one.name] = _own(one)


def _built_in(name: str) -> forms.Field:
    label = LABELS[name]
    if name == "birth_on":
        return DayField(label=label, required=False)
    if name == "sex":
        return forms.ChoiceField(label=label, choices=SEXES, required=False)
    if name == "language":
        return forms.ChoiceField(label=label, choices=LANGUAGES, required=False)
    return forms.CharField(label=label, max_length=BUILT_IN[name].length_max, required=False)


def _own(one: Field) -> forms.Field:
    match one.kind:
        case "day":
            return DayField(label=one.label, required=False)
        case "flag":
            return forms.ChoiceField(
                label=one.label, choices=[("", "–"), ("yes", _("yes")), ("no", _("no"))], required=False
            )
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
