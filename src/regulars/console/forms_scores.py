"""What is decided about scores, and how lists of members are cut by them."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.basics.money import minor_digits
from regulars.console.asking import ChosenFilters, minor_of
from regulars.console.score_words import CLASSES, GROUPS, REASONS, STAGES, STRATEGIES
from regulars.scorebook.documents import BASIC
from regulars.scorebook.documents import REASONS as RATED
from regulars.scorebook.moves import Cut

_ANY = ("", _("Any"))


class ScoredFilter(ChosenFilters):
    """How the list is cut; it stands in the address."""

    group = forms.ChoiceField(label=_("Who"), choices=[_ANY, *GROUPS.items()], required=False)
    value_class = forms.ChoiceField(label=_("Class"), choices=[_ANY, *CLASSES.items()], required=False)
    stage = forms.ChoiceField(label=_("Stage"), choices=[_ANY, *STAGES.items()], required=False)
    reason = forms.ChoiceField(label=_("Reason of decline"), choices=[_ANY, *REASONS.items()], required=False)
    tenth = forms.TypedChoiceField(
        label=_("Chance to leave"),
        choices=[_ANY, *((str(one), f"{one * 10}–{one * 10 + 10}%") for one in range(10))],
        coerce=int,
        empty_value=None,
        required=False,
    )
    best_from = forms.FloatField(min_value=0, max_value=100, required=False, widget=forms.HiddenInput)
    best_to = forms.FloatField(label=_("Best by spend, %"), min_value=0.01, max_value=100, required=False)
    moved = forms.RegexField(r"^[a-z]{3,9}-[a-z]{3,9}$", required=False, widget=forms.HiddenInput)

    @property
    def cut(self) -> Cut:
        found = self.chosen()
        moved = found.pop("moved", "")
        before, _dash, after = moved.partition("-")
        return Cut(**found, moved=(before, after) if moved else None)


class ClassesForm(forms.Form):
    """Where classes begin: two shares of the members, or two amounts."""

    basis = forms.ChoiceField(
        label=_("Classes begin at"),
        choices=[("share", _("shares of the members")), ("amount", _("amounts spent in a year"))],
    )
    important = forms.CharField(label=_("Important from"), max_length=20)
    vip = forms.CharField(label=_("VIP from"), max_length=20)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, currency: str, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.currency = currency
        for name in ("important", "vip"):
            self.fields[name].widget.attrs |= {"inputmode": "decimal", "autocomplete": "off"}
        self.fields["important"].help_text = _("The best so many percent, or from this amount on.")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("important", "vip"):
            text = found.get(name)
            if text is None:
                continue
            try:
                found[name] = self._read(text, found.get("basis") == "amount")
            except ValueError:
                self.add_error(name, _("This is no number."))
            except forms.ValidationError as wrong:
                self.add_error(name, wrong)
        return found

    def _read(self, text: str, amount: bool) -> float | int:
        return minor_of(text, self.currency) if amount else float(text.replace("%", "").replace(",", ".").strip())

    @property
    def document(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("basis", "important", "vip")}


def classes_shown(document: dict[str, Any], currency: str, version: int) -> dict[str, Any]:
    """A document as the form shows it."""
    scale = 10 ** minor_digits(currency) if document["basis"] == "amount" else 1
    return {
        "basis": document["basis"],
        "important": f"{document['important'] / scale:g}" if scale == 1 else f"{document['important'] / scale:.2f}",
        "vip": f"{document['vip'] / scale:g}" if scale == 1 else f"{document['vip'] / scale:.2f}",
        "version": version,
    }


class TreatmentsForm(forms.Form):
    """What each class is offered, through which channel, and who looks after it."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code in CLASSES:
            for about, label in (("offer", _("Offer")), ("channel", _("Channel")), ("owner", _("Looked after by"))):
                self.fields[f"{code}-{about}"] = forms.CharField(label=label, max_length=200, required=False)

    @property
    def document(self) -> dict[str, Any]:
        return {
            code: {about: self.cleaned_data[f"{code}-{about}"] for about in ("offer", "channel", "owner")}
            for code in CLASSES
        }

    @property
    def rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(code, [self[f"{code}-{about}"] for about in ("offer", "channel", "owner")]) for code in CLASSES]


def treatments_shown(document: dict[str, Any], version: int) -> dict[str, Any]:
    told = {f"{code}-{about}": text for code, each in document.items() for about, text in each.items()}
    return told | {"version": version}


class StagesForm(forms.Form):
    """The strategy for each stage; nothing written: the usual one."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code, name in STAGES.items():
            box = forms.TextInput(attrs={"placeholder": STRATEGIES[code]})
            self.fields[code] = forms.CharField(label=name, max_length=200, required=False, widget=box)

    @property
    def document(self) -> dict[str, Any]:
        return {code: self.cleaned_data[code] for code in STAGES}


class ReasonsForm(forms.Form):
    """How far each reason of decline is in one's own hands."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for code in RATED:
            self.fields[code] = forms.IntegerField(label=REASONS[code], min_value=0, max_value=100)

    @property
    def document(self) -> dict[str, Any]:
        return {code: self.cleaned_data[code] for code in BASIC["reasons"]}
