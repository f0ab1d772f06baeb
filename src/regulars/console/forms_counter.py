"""What is typed at the counter."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import MoneyField, minor_of
from regulars.ledger.models import Unit
from regulars.rules.occasion import Line
from regulars.sales.moves import SoldLine

LINES_MOST = 200
QUANTITY_MOST = 10**9


@dataclass(frozen=True, slots=True)
class Typed:
    """A line as it was typed."""

    item: str = ""
    quantity: str = "1"
    amount: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """The lines of a bill, and what is wrong with them."""

    typed: tuple[Typed, ...]
    lines: tuple[SoldLine, ...] = ()
    wrong: Any = ""


def bill_of(posted: QueryDict, currency: str) -> Bill:
    """From the columns of the form: item, quantity, amount of all pieces together; empty lines are left out."""
    columns = (posted.getlist("item"), posted.getlist("quantity"), posted.getlist("amount"))
    typed = tuple(Typed(*row) for row in zip(*columns, strict=False) if row[0].strip() or row[2].strip())[:LINES_MOST]
    lines = []
    for number, one in enumerate(typed, 1):
        try:
            amount = minor_of(one.amount, currency)
            quantity = minor_of(one.quantity or "1", "", digits=3)
        except forms.ValidationError:
            return Bill(
                typed,
                wrong=_("Line %(number)s: an amount is written 12.50, a quantity 2 or 0.350.") % {"number": number},
            )
        if not 0 < quantity <= QUANTITY_MOST:
            return Bill(typed, wrong=_("Line %(number)s: a quantity is above nothing.") % {"number": number})
        name = " ".join(one.item.split())[:200]
        lines.append(SoldLine(Line(number, name[:80] or "sale", amount, quantity), name))
    if not lines:
        return Bill(typed, wrong=_("A bill has at least one line with an amount."))
    return Bill(typed, tuple(lines))


class PayoutForm(forms.Form):
    """Stored value that is paid out at the desk."""

    unit = forms.ChoiceField(label=_("Of what"))

    def __init__(self, units: list[tuple[str, str]], currency: str, *args: Any) -> None:
        super().__init__(*args)
        self.fields["unit"].choices = units  # type: ignore[attr-defined]
        self.fields["amount"] = MoneyField(currency=currency, label=_("How much"))

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("amount") == 0:
            self.add_error("amount", _("Nothing is no amount."))
        return found


class ExchangeForm(forms.Form):
    """Units that become others, at a rate that holds."""

    rate = forms.ChoiceField(label=_("What becomes what"))
    amount = forms.CharField(label=_("How much"), max_length=20, widget=forms.TextInput(attrs={"inputmode": "decimal"}))

    def __init__(self, rates: Mapping[str, tuple[str, Unit]], *args: Any) -> None:
        """By code of both units: what the choice says, and the unit that is given."""
        super().__init__(*args)
        self.rates = rates
        self.fields["rate"].choices = [(code, said) for code, (said, _unit) in rates.items()]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if "rate" in found and "amount" in found:
            try:
                found["amount"] = minor_of(found["amount"], "", digits=self.rates[found["rate"]][1].scale)
            except forms.ValidationError as wrong:
                self.add_error("amount", wrong)
        return found


class LoadForm(PayoutForm):
    """Stored value that is bought at the desk."""

    unit = forms.ChoiceField(label=_("Onto"))
    tender = forms.ChoiceField(
        label=_("Paid by"), choices=[("cash", _("Cash")), ("card", _("Bank card")), ("bank", _("Bank"))]
    )
