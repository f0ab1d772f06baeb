"""The numbers of terms that are changed most often, as fields beside the document: they fill it, and keep what they do
not know."""

import hashlib
import json
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, Final

from babel.dates import get_day_names
from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regulars.basics.money import minor_digits
from regulars.console.asking import MoneyField
from regulars.console.templatetags.console import locale

Document = dict[str, Any]
PREFIX: Final = "n"
_LASTS: Final = (
    ("", _("without end")), ("30D", _("30 days")), ("6M", _("6 months")), ("12M", _("12 months")),
    ("12M@month", _("12 months, to the end of the month")), ("24M", _("24 months")),
    ("24M@month", _("24 months, to the end of the month")),
)  # fmt: skip
_LAST_MINUTE: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Around:
    """What fields are made of beside the document: levels by "ladder/level", units by code, whose currency amounts
    are in."""

    levels: Mapping[str, str]
    units: Mapping[str, str]
    currency: str


class Numbers(forms.Form):
    """Fields over a document."""

    def __init__(self, document: Document, around: Around, data: Any = None) -> None:
        super().__init__(data, prefix=PREFIX)
        self.document, self.around = document, around

    @abstractmethod
    def fill(self) -> Document:
        """The document with what was typed."""

    def money(self, label: Any, amount: int | None, *, required: bool = False) -> MoneyField:
        currency = self.document.get("currency") or self.around.currency
        digits = minor_digits(currency)
        said = "" if not amount else f"{Decimal(amount).scaleb(-digits):f}"
        return MoneyField(currency=currency, label=f"{label} ({currency})" if currency else label, required=required,
                          initial=said)  # fmt: skip


class EarnNumbers(Numbers):
    """A rule that gives units for an amount."""

    def __init__(self, document: Document, around: Around, data: Any = None) -> None:
        super().__init__(document, around, data)
        award, conditions = document["award"], document.get("conditions", {})
        when = conditions.get("when", {})
        unit = around.units.get(document.get("unit", ""), document.get("unit", ""))
        self.fields["units"] = forms.IntegerField(
            label=gettext("%(unit)s given") % {"unit": unit}, min_value=1, initial=award["units"]
        )
        self.fields["per"] = self.money(gettext("for each"), award["per"], required=True)
        self.fields["least"] = self.money(gettext("From a purchase of"), conditions.get("least", {}).get("purchase"))
        self.fields["most"] = forms.IntegerField(
            label=_("At most for a purchase"), min_value=1, required=False, initial=document.get("most")
        )
        for code, name in around.levels.items():
            self.fields[f"times {code}"] = forms.DecimalField(
                label=gettext("Times as many for %(level)s") % {"level": name}, min_value=Decimal("0.1"),
                max_value=1000, max_digits=6, decimal_places=3, required=False, initial=_times(document, code),
            )  # fmt: skip
        self.fields["weekdays"] = forms.TypedMultipleChoiceField(
            label=_("On these days alone"), choices=_weekdays(), coerce=int, required=False,
            widget=forms.CheckboxSelectMultiple, initial=when.get("weekdays"),
        )  # fmt: skip
        hours = when.get("hours", [])
        if len(hours) <= 1:
            first = hours[0] if hours else {}
            for name, label in (("begins", _("From (hour)")), ("ends", _("Until (hour)"))):
                self.fields[name] = forms.TimeField(
                    label=label, required=False, initial=_clock(first.get(name)), input_formats=["%H:%M"],
                    widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
                )  # fmt: skip
        lasts = document.get("validity", "")
        others = [] if lasts in dict(_LASTS) else [(lasts, lasts)]
        if not document.get("expires_on"):
            self.fields["validity"] = forms.ChoiceField(
                label=_("Good for"), choices=[*_LASTS, *others], required=False, initial=lasts
            )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if "begins" in self.fields and (given.get("begins") is None) != (given.get("ends") is None):
            self.add_error("ends", gettext("Say both hours, or neither."))
        return given

    def fill(self) -> Document:
        given, found = self.cleaned_data, deepcopy(self.document)
        found["award"] |= {"units": given["units"], "per": given["per"]}
        _put(found, ("conditions", "least", "purchase"), given["least"])
        _put(found, ("most",), given["most"])
        _put(found, ("conditions", "when", "weekdays"), sorted(given["weekdays"]))
        if "begins" in self.fields:
            both = given["begins"], given["ends"]
            _put(found, ("conditions", "when", "hours"), [_hours(*both)] if both[0] is not None else None)
        if "validity" in self.fields:
            _put(found, ("validity",), given["validity"])
        self._multiply(found)
        return found

    def _multiply(self, found: Document) -> None:
        """A multiplier of one level stays where it stands; a new one comes last."""
        listed = list(found.get("multipliers", ()))
        for code in self.around.levels:
            times = self.cleaned_data[f"times {code}"]
            place = next((n for n, one in enumerate(listed) if _only_of(one, code)), None)
            if times is None or times == 1:
                if place is not None:
                    del listed[place]
            elif place is None:
                listed.append({"permille": int(times * 1000), "conditions": {"who": {"tiers": [code]}}})
            else:
                listed[place] = {**listed[place], "permille": int(times * 1000)}
        _put(found, ("multipliers",), listed)


class LadderNumbers(Numbers):
    """What reaches and keeps each level."""

    def __init__(self, document: Document, around: Around, data: Any = None) -> None:
        super().__init__(document, around, data)
        self.places: dict[str, tuple[int, str, int, str]] = {}
        for number, level in enumerate(document["levels"]):
            for what in ("reach", "keep"):
                for place, alternative in enumerate(level.get(what, ())):
                    for measure, amount in alternative.items():
                        self._field(number, what, place, measure, amount)

    def _field(self, number: int, what: str, place: int, measure: str, amount: int) -> None:
        level = self.document["levels"][number]
        said = {"level": level.get("name") or level["code"].capitalize(), "measure": self._measure(measure)}
        label = gettext("%(level)s is reached with %(measure)s") if what == "reach" else gettext(
            "%(level)s is kept with %(measure)s"
        )  # fmt: skip
        name = f"{what} {number} {place} {measure}"
        self.places[name] = (number, what, place, measure)
        if measure == "spend":
            self.fields[name] = self.money(label % said, amount, required=True)
        else:
            self.fields[name] = forms.IntegerField(label=label % said, min_value=1, initial=amount)

    def _measure(self, code: str) -> str:
        known = {"spend": gettext("spend"), "purchases": gettext("purchases")}
        return known.get(code) or self.around.units.get(code, code)

    def fill(self) -> Document:
        found = deepcopy(self.document)
        for name, (number, what, place, measure) in self.places.items():
            found["levels"][number][what][place][measure] = self.cleaned_data[name]
        return found


def numbers_of(kind: str, document: Document, around: Around, data: Any = None) -> Numbers | None:
    """The fields for a document; None for those that have none, or are not of their form."""
    try:
        if kind == "earn" and document["award"]["type"] == "per-amount":
            return EarnNumbers(document, around, data)
        if kind == "ladder":
            found = LadderNumbers(document, around, data)
            return found if found.places else None
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError):
        pass  # what is wrong with it is said where it is read aloud
    return None


def digest(text: str) -> str:
    """Of a document as it was shown, so that it is known who changed what: the fields or the text."""
    return hashlib.blake2b(text.replace("\r\n", "\n").strip().encode(), digest_size=8).hexdigest()


def written(document: Document) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False)


def _put(document: Document, path: Sequence[str], value: Any) -> None:
    """Sets what is said; takes out what is not, and what is empty then."""
    *above, last = path
    holders = [document]
    for name in above:
        here = holders[-1].get(name)
        if here is None:
            if value in (None, "", []):
                return
            here = holders[-1][name] = {}
        holders.append(here)
    if value in (None, "", []):
        holders[-1].pop(last, None)
        for name, holder, within in reversed(list(zip(above, holders, holders[1:], strict=False))):
            if not within:
                holder.pop(name, None)
    else:
        holders[-1][last] = value


def _only_of(multiplier: Mapping[str, Any], level: str) -> bool:
    """Whether it is for all on that level and asks nothing else."""
    return bool(_asked(multiplier.get("conditions")) == {"who": {"tiers": [level]}})


def _asked(value: Any) -> Any:
    """Conditions without what restricts nothing."""
    if not isinstance(value, Mapping):
        return value
    parts = ((name, _asked(part)) for name, part in value.items())
    return {name: part for name, part in parts if part not in (None, "", [], {}, False)}


def _times(document: Document, level: str) -> Decimal | None:
    permille = next((one["permille"] for one in document.get("multipliers", ()) if _only_of(one, level)), None)
    return None if permille is None else (Decimal(permille) / 1000).normalize()


def _weekdays() -> list[tuple[int, str]]:
    named = get_day_names("abbreviated", locale=locale())
    return [(number + 1, named[number]) for number in range(7)]


def _clock(minutes: int | None) -> time | None:
    """The end of the day is shown as it begins."""
    return None if minutes is None else time(minutes % _LAST_MINUTE // 60, minutes % 60)


def _hours(begins: time, ends: time) -> dict[str, int]:
    return {"begins": begins.hour * 60 + begins.minute, "ends": ends.hour * 60 + ends.minute or _LAST_MINUTE}
