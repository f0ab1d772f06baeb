"""What is typed at an import."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.imports.moves import Corrected


class BookForm(forms.Form):
    """How it is booked."""

    merchant = forms.ChoiceField(label=_("Purchases of the merchant"))
    source = forms.RegexField(
        r"^[\w.-]{1,40}$",
        label=_("Whose customer numbers these are"),
        initial="till",
        help_text=_("One word. Files with the same word speak of the same people by their numbers."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    points = forms.ChoiceField(
        label=_("Points for these purchases"),
        choices=[
            ("", _("None: they are history")),
            ("yes", _("By the rules of their day; cannot be taken back as a whole")),
        ],
        required=False,
    )
    merge = forms.BooleanField(label=_("Join who is certainly the same person"), required=False, initial=True)
    open_stores = forms.BooleanField(label=_("Open the stores that are not there yet"), required=False, initial=True)

    def __init__(self, merchants: Sequence[tuple[str, str]], *args: Any, stores: bool) -> None:
        super().__init__(*args)
        self.fields["merchant"].choices = list(merchants)  # type: ignore[attr-defined]
        if not stores:
            del self.fields["open_stores"]


def corrected(table: str, posted: Mapping[str, Any], width: int) -> Corrected:
    """What somebody said of a table, all of it."""
    columns = {str(place): str(posted.get(f"c{place}", "")) for place in range(width)}
    return Corrected(
        table,
        {place: field for place, field in columns.items() if field},
        True,
        str(posted.get("currency", "")).strip().upper(),
        str(posted.get("date_format", "")).strip(),
        str(posted.get("amount_is", "")),
        posted.get("decimal") == ",",
        str(posted.get("customer_is", "")),
        str(posted.get("returns_begin", "")).strip()[:60],
        str(posted.get("encoding", "")),
        bool(posted.get("skip")),
    )
