"""What is typed of units: points, and value in a currency."""

from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.basics.money import minor_digits
from regulars.console.asking import minor_of
from regulars.ledger.models import Unit
from regulars.ledger.words import UnitKind

KINDS: Final = {
    UnitKind.POINTS: _("Points, miles, stamps: given, never bought"),
    UnitKind.PAID: _("Stored value that members pay for: a gift card"),
    UnitKind.BONUS: _("Stored value that is given on top"),
}
_PLAIN: Final = {"autocomplete": "off", "spellcheck": "false"}


class UnitChangeForm(forms.Form):
    """What may change of a unit."""

    name = forms.CharField(label=_("What it is called"), max_length=60)
    zone = forms.CharField(
        label=_("Its days and months end at midnight in"), max_length=60, widget=forms.TextInput(attrs=_PLAIN),
        help_text=_("As in Europe/Amsterdam or Asia/Shanghai."),
    )  # fmt: skip
    approve_above = forms.CharField(
        label=_("Corrections of more than this need a second person"), max_length=20, required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        help_text=_("Nothing said: one person corrects any amount."),
    )  # fmt: skip

    def __init__(self, *args: Any, scale: int = 0, **more: Any) -> None:
        self.scale = scale
        super().__init__(*args, **more)

    def clean_approve_above(self) -> int | None:
        """In smallest parts."""
        text = self.cleaned_data["approve_above"]
        return minor_of(text, "", digits=self.scale) if text else None


class UnitNewForm(UnitChangeForm):
    """A unit that is not there yet. What is fixed for ever stands first."""

    code = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", label=_("Code"), max_length=40,
        widget=forms.TextInput(attrs={**_PLAIN, "autocapitalize": "none"}),
        help_text=_("What documents and tills call them, for ever. Letters, digits and . _ -"),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, said) for kind, said in KINDS.items()])
    currency = forms.RegexField(
        r"^[A-Z]{3}$", label=_("Currency"), max_length=3, required=False,
        help_text=_("Of stored value, in three capital letters: EUR, CNY."),
    )  # fmt: skip
    decimals = forms.IntegerField(
        label=_("Decimals"), min_value=0, max_value=9, required=False,
        help_text=_("Of points: with 1, ten are shown as 1.0. Stored value has those of its currency."),
    )  # fmt: skip
    may_expire = forms.ChoiceField(
        label=_("May it expire?"), required=False,
        choices=[("", _("As its kind does: points and bonus may, paid value never")), ("yes", _("Yes")),
                 ("no", _("No"))],
        help_text=_("Whether paid value may is for the law to say. When something expires is for terms to say."),
    )  # fmt: skip
    field_order = ("name", "code", "kind", "currency", "decimals", "may_expire", "zone", "approve_above")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        money = given.get("kind") != UnitKind.POINTS
        if money and not given.get("currency") and "currency" not in self.errors:
            self.add_error("currency", _("Stored value is in a currency."))
        if money and given.get("decimals") is not None:
            self.add_error("decimals", _("Stored value has the decimals of its currency."))
        if given.get("kind") == UnitKind.POINTS and given.get("currency"):
            self.add_error("currency", _("Points are in no currency."))
        return given

    def clean_approve_above(self) -> int | None:
        """By the decimals of what is defined, which were cleaned before it."""
        given = self.cleaned_data
        currency = given.get("currency")
        self.scale = minor_digits(currency) if currency else given.get("decimals") or 0
        return super().clean_approve_above()


def initial_of(unit: Unit) -> dict[str, str]:
    """What may change, as the form holds it."""
    above = unit.approve_above
    limit = "" if above is None else f"{Decimal(above).scaleb(-unit.scale):f}"
    return {"name": unit.name, "zone": unit.zone, "approve_above": limit}
