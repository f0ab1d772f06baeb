"""What is typed about a member's account: freezes, household, cards, ways to recognise them, coupons, their end."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import DayField
from regulars.ledger.words import Level

LEVELS = [
    (Level.SPEND.value, _("Spends nothing")),
    (Level.EARN.value, _("Earns nothing")),
    (Level.LOGIN.value, _("Does not log in")),
]
BLOCKS = [("lost", _("Lost")), ("stolen", _("Stolen")), ("blocked", _("Blocked by us"))]
FORMS = [("plastic", _("Of plastic")), ("virtual", _("On the phone"))]


def _why() -> forms.CharField:
    return forms.CharField(label=_("Why"), max_length=200)


class FreezeForm(forms.Form):
    level = forms.ChoiceField(label=_("From now on the member"), choices=LEVELS)
    until = DayField(label=_("Up to and with; nothing said: until it is lifted"), required=False)
    reason = _why()


class HouseholdForm(forms.Form):
    other = forms.CharField(
        label=_("With whom"), max_length=200, help_text=_("Their card, phone, mail address or number here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip


class IssueForm(forms.Form):
    """A card of one of the ranges."""

    range = forms.ChoiceField(label=_("Card"))
    form = forms.ChoiceField(label=_("Form"), choices=FORMS)

    def __init__(self, ranges: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["range"].choices = list(ranges)  # type: ignore[attr-defined]


class BlockForm(forms.Form):
    why = forms.ChoiceField(label=_("Why"), choices=BLOCKS)
    reason = forms.CharField(label=_("In words"), max_length=200, required=False)


class WayForm(forms.Form):
    """A further way to recognise and reach them."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("phone", _("Phone")), ("email", _("Mail address"))])
    value = forms.CharField(label=_("Number or address"), max_length=254)


class CouponForm(forms.Form):
    series = forms.ChoiceField(label=_("Coupon"))

    def __init__(self, series: Sequence[tuple[str, str]], *args: Any) -> None:
        super().__init__(*args)
        self.fields["series"].choices = list(series)  # type: ignore[attr-defined]


class LeaveForm(forms.Form):
    """They leave: this is not taken back."""

    reason = _why()
    sure = forms.BooleanField(label=_("I know that this cannot be undone."))


class EraseForm(forms.Form):
    """They are taken out; the last letters of their id are typed, so that nobody does it in passing."""

    reason = _why()
    typed = forms.CharField(
        label=_("The last four letters of the id above"), max_length=4,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip

    def __init__(self, wanted: str, *args: Any) -> None:
        super().__init__(*args)
        self.wanted = wanted

    def clean_typed(self) -> str:
        text = str(self.cleaned_data["typed"]).strip().lower()
        if text != self.wanted:
            raise forms.ValidationError(_("These are other letters."))
        return text
