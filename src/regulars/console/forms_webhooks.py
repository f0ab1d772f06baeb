"""What is typed about webhooks."""

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.webhooks.addresses import LONGEST
from regulars.webhooks.kinds import ROOMS


class WebhookForm(forms.Form):
    """Where to, and of what."""

    address = forms.CharField(
        label=_("Address"), min_length=10, max_length=LONGEST, help_text=_("It begins with https:// and is yours."),
        widget=forms.URLInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    description = forms.CharField(label=_("What it is for"), max_length=200, required=False)
    types = forms.MultipleChoiceField(
        label=_("Hears of"), choices=[(f"{room}.*", f"{room}.*") for room in sorted(ROOMS)],
        widget=forms.CheckboxSelectMultiple, help_text=_("Nothing ticked: of everything."), required=False,
    )  # fmt: skip

    def kinds(self) -> list[str]:
        return list(self.cleaned_data["types"]) or ["*"]
