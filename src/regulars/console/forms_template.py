"""What is typed of a template: its words by channel and language."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

LANGUAGES: Final = (("en", "English"), ("zh", "中文"))
# By channel: the parts it has, with their labels and how many lines are shown.
PARTS: Final[Mapping[str, tuple[tuple[str, Any, int], ...]]] = {
    "email": (("subject", _("Subject"), 1), ("text", _("Plain text"), 8), ("html", _("As a page (HTML)"), 8)),
    "sms": (("text", _("Text"), 3),),
    "post": (("subject", _("Heading"), 1), ("text", _("Letter text"), 8)),
}
TITLES: Final = {"email": _("Mail"), "sms": _("Text message"), "post": _("Letter")}
_LONGEST: Final = 100_000


class TemplateForm(forms.Form):
    """A template: what is empty is not said."""

    name = forms.CharField(label=_("Name of the template"), max_length=200)
    code = forms.RegexField(
        r"^[a-z0-9][a-z0-9._-]{0,79}$", label=_("Code"), help_text=_("It never changes."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        if known:
            del self.fields["code"]
        for channel, parts in PARTS.items():
            for language, spoken in LANGUAGES:
                for part, label, lines in parts:
                    self.fields[f"{channel}_{language}_{part}"] = _field(label, spoken, language, lines)

    def document(self) -> dict[str, dict[str, dict[str, str]]]:
        """What is said so far, whatever else is wrong with the form; what is empty is not said."""
        found: dict[str, dict[str, dict[str, str]]] = {}
        for channel, parts in PARTS.items():
            for language, _spoken in LANGUAGES:
                said = {part: self.cleaned_data.get(f"{channel}_{language}_{part}", "") for part, _l, _n in parts}
                if any(text.strip() for text in said.values()):
                    kept = {part: text for part, text in said.items() if text.strip()}
                    found.setdefault(channel, {})[language] = kept
        return found

    def place_of(self, pointer: str) -> str | None:
        """The field that a fault of the document belongs to."""
        steps = pointer.strip("/").split("/")
        name = "_".join(steps[:3])
        if name in self.fields:
            return name
        return next((field for field in self.fields if field.startswith("_".join(steps) + "_")), None)

    @property
    def sides(self) -> list[tuple[str, Any, list[tuple[str, str, list[Any]]], bool]]:
        """By channel: its title, and the fields of each language beside each other."""
        found = []
        for channel, parts in PARTS.items():
            columns = [
                (language, spoken, [self[f"{channel}_{language}_{part}"] for part, _label, _lines in parts])
                for language, spoken in LANGUAGES
            ]
            said = any(field.value() or field.errors for _l, _s, fields in columns for field in fields)
            found.append((channel, TITLES[channel], columns, said or channel == "email"))
        return found


def _field(label: Any, spoken: str, language: str, lines: int) -> forms.CharField:
    attributes = {"lang": "zh-Hans" if language == "zh" else "en", "spellcheck": "false"}
    widget: forms.Widget = forms.TextInput(attrs=attributes)
    if lines > 1:
        widget = forms.Textarea(attrs={**attributes, "rows": lines})
    return forms.CharField(label=label, max_length=_LONGEST, required=False, strip=False, widget=widget)


def initial_of(document: Mapping[str, Any]) -> dict[str, str]:
    """A document as the form shows it."""
    return {
        f"{channel}_{language}_{part}": text
        for channel, languages in document.items()
        for language, parts in languages.items()
        for part, text in parts.items()
    }


class AsForm(forms.Form):
    """As whom a preview is read."""

    who = forms.CharField(
        label=_("As another member: card, phone, mail address or id"), max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip


def fault_told(fault: dict[str, Any]) -> str:
    """What is wrong, with the line and the column."""
    known = {
        "missing": gettext("Something is not said yet."),
        "string_too_short": gettext("Something is not said yet."),
    }
    told: str = known.get(fault["code"], fault["detail"].partition(" (line ")[0])
    if "line" not in fault:
        return told
    return gettext("Line %(line)d, column %(column)d: %(told)s") % {**fault, "told": told}
