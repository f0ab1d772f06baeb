"""What is typed to try a channel out."""

from django import forms
from django.utils.translation import gettext_lazy as _


class TrialForm(forms.Form):
    """Where a trial text goes."""

    phone = forms.CharField(
        label=_("Your phone"), max_length=40, widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"})
    )
