"""What is typed of details that an organisation keeps of its members besides the built-in ones."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.members.fields import Definition
from regulars.members.models import Field
from regulars.members.models.extras import FieldKind

KINDS: Final = {
    FieldKind.TEXT: _("Words"), FieldKind.WHOLE: _("A whole number"), FieldKind.DECIMAL: _("A number with decimals"),
    FieldKind.DAY: _("A day"), FieldKind.FLAG: _("Yes or no"), FieldKind.CHOICE: _("One of a list"),
    FieldKind.CHOICES: _("Some of a list"),
}  # fmt: skip
LISTED: Final = (FieldKind.CHOICE, FieldKind.CHOICES)
CHOICES_MOST: Final = 200


class FieldForm(forms.Form):
    """What may change of one."""

    label = forms.CharField(label=_("What it is called"), max_length=100)
    choices = forms.CharField(
        label=_("The list, one a line"), required=False, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What members have already stays, also what is taken off the list."),
    )  # fmt: skip
    length_max = forms.IntegerField(label=_("At most so many letters"), min_value=1, max_value=4000)
    is_preference = forms.BooleanField(label=_("It is something a member prefers"), required=False)

    def __init__(self, *args: Any, kind: str = "", **more: Any) -> None:
        super().__init__(*args, **more)
        if kind and kind not in LISTED:
            del self.fields["choices"]
        if kind and kind != FieldKind.TEXT:
            del self.fields["length_max"]

    def clean_choices(self) -> list[str]:
        found = [line.strip() for line in self.cleaned_data["choices"].splitlines() if line.strip()]
        if len(found) > CHOICES_MOST or any(len(one) > 100 for one in found):
            raise forms.ValidationError(_("At most 200 lines, each of at most 100 letters."))
        return list(dict.fromkeys(found))


class NewFieldForm(FieldForm):
    """One that is not there yet. What is fixed for ever is asked here alone."""

    name = forms.RegexField(
        r"^[a-z][a-z0-9_]{0,59}$", label=_("Code"), max_length=60,
        help_text=_("What files and programs call it, for ever: small letters, digits and _."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, said) for kind, said in KINDS.items()])
    is_personal = forms.BooleanField(
        label=_("It is personal: kept sealed"), required=False,
    )  # fmt: skip
    field_order = ("label", "name", "kind", "choices", "length_max", "is_personal", "is_preference")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        listed = given.get("kind") in LISTED
        if listed and not given.get("choices") and "choices" not in self.errors:
            self.add_error("choices", _("Say what can be chosen."))
        if not listed and given.get("choices"):
            self.add_error("choices", _("Only what is chosen from a list has one."))
        return given


def definition_of(given: dict[str, Any], row: Field | None = None) -> Definition:
    """As the room takes it."""
    return Definition(
        row.name if row else given["name"],
        row.kind if row else given["kind"],
        personal=row.is_personal if row else given["is_personal"],
        choices=tuple(given.get("choices", ())),
        length_max=given.get("length_max") or (row.length_max if row else 200),
    )


def initial_of(row: Field) -> dict[str, Any]:
    """What may change, as the form holds it."""
    return {
        "label": row.label,
        "choices": "\n".join(row.choices),
        "length_max": row.length_max,
        "is_preference": row.is_preference,
    }
