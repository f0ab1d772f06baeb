"""What is typed of a view that is kept, and of the order of a list."""

from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import ChosenFilters, Posted


class ViewForm(forms.Form):
    """A list as it is found again."""

    name = forms.CharField(
        label=_("Name of the view"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    shared = forms.BooleanField(label=_("For everybody who may see the page"), required=False)


class OrderForm(ChosenFilters):
    """In which order a list stands."""

    sort = forms.ChoiceField(label=_("Order"), required=False)

    def __init__(self, orders: Sequence[tuple[str, str]], data: Posted) -> None:
        super().__init__(data)
        self.fields["sort"].choices = list(orders)  # type: ignore[attr-defined]
