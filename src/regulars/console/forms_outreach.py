"""What is typed of how members are reached: the policy, and what is looked for among messages."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import ChosenFilters
from regulars.outreach.gate.deciding import SHARES

CAPS: Final = 4  # lines of the form
CHANNELS: Final = (("", _("Every channel")), ("email", _("Mail")), ("sms", _("Text message")), ("post", _("Letter")))
_PERCENT: Final = SHARES // 100


def _clock(label: Any) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=False, input_formats=["%H:%M", "%H:%M:%S"], widget=widget)


class PolicyForm(forms.Form):
    """When it is quiet, how often, and who gets nothing at all."""

    share = forms.DecimalField(
        label=_("Kept without any marketing, of a hundred"), min_value=0, max_value=50, decimal_places=2,
        help_text=_("Drawn by lot: only so can anybody tell what all of it brings."),
    )  # fmt: skip
    months = forms.IntegerField(label=_("Drawn anew every so many months"), min_value=1, max_value=60)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for channel, _label in CHANNELS:
            self.fields[f"begins_{channel or 'all'}"] = _clock(_("Quiet from"))
            self.fields[f"ends_{channel or 'all'}"] = _clock(_("to"))
        for number in range(CAPS):
            self.fields[f"most_{number}"] = forms.IntegerField(
                label=_("At most so many"), min_value=0, max_value=1000, required=False
            )
            self.fields[f"days_{number}"] = forms.IntegerField(
                label=_("within so many days"), min_value=1, max_value=90, required=False
            )
            self.fields[f"channel_{number}"] = forms.ChoiceField(label=_("by"), choices=CHANNELS, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for channel, _label in CHANNELS:
            name = channel or "all"
            if bool(given.get(f"begins_{name}")) != bool(given.get(f"ends_{name}")):
                self.add_error(f"ends_{name}", _("Say from when and to when, or neither."))
            elif given.get(f"begins_{name}") and given[f"begins_{name}"] == given[f"ends_{name}"]:
                self.add_error(f"ends_{name}", _("It would be quiet for ever: end it at another time than it begins."))
        for number in range(CAPS):
            if (given.get(f"most_{number}") is None) != (given.get(f"days_{number}") is None):
                self.add_error(f"days_{number}", _("Say how many and within how many days, or neither."))
        return given

    def document(self) -> dict[str, Any]:
        """As it is kept."""
        given = self.cleaned_data
        quiet = []
        for channel, _label in CHANNELS:
            begins, ends = given[f"begins_{channel or 'all'}"], given[f"ends_{channel or 'all'}"]
            if begins is not None:
                quiet.append({"channel": channel or None, "begins": f"{begins:%H:%M}", "ends": f"{ends:%H:%M}"})
        caps = [
            {"most": given[f"most_{n}"], "days": given[f"days_{n}"], "channel": given[f"channel_{n}"] or None}
            for n in range(CAPS)
            if given[f"most_{n}"] is not None
        ]
        holdout = {"share": int(given["share"] * _PERCENT), "months": given["months"]}
        return {"quiet": quiet, "caps": caps, "holdout": holdout}

    @property
    def quiet_rows(self) -> list[tuple[Any, Any, Any]]:
        return [(label, self[f"begins_{c or 'all'}"], self[f"ends_{c or 'all'}"]) for c, label in CHANNELS]

    @property
    def cap_rows(self) -> list[tuple[Any, Any, Any]]:
        return [(self[f"most_{n}"], self[f"days_{n}"], self[f"channel_{n}"]) for n in range(CAPS)]


def fits(document: Mapping[str, Any]) -> bool:
    """Whether the form can hold it: it has so many lines, and knows these channels."""
    known = {channel for channel, _label in CHANNELS}
    named = {one.get("channel") or "" for part in ("quiet", "caps") for one in document.get(part, ())}
    return len(document.get("caps", ())) <= CAPS and named <= known


def initial_of(document: Mapping[str, Any]) -> dict[str, Any]:
    """A policy as the form shows it."""
    holdout = document.get("holdout") or {}
    found: dict[str, Any] = {
        "share": Decimal(holdout.get("share", 0)) / _PERCENT, "months": holdout.get("months", 12),
    }  # fmt: skip
    for one in document.get("quiet", ()):
        name = one.get("channel") or "all"
        found |= {f"begins_{name}": one["begins"], f"ends_{name}": one["ends"]}
    for number, one in enumerate(document.get("caps", ())):
        found |= {f"most_{number}": one["most"], f"days_{number}": one["days"]}
        found[f"channel_{number}"] = one.get("channel") or ""
    return found


class MessagesFilter(ChosenFilters):
    """How the log of messages is cut."""

    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Any")), ("released", _("Released")), ("waiting", _("Waiting")), ("held", _("Held back")),
            ("returned", _("Came back")),
        ],
        required=False,
    )  # fmt: skip
    channel = forms.ChoiceField(label=_("By"), choices=[("", _("Any")), *CHANNELS[1:]], required=False)
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[("", _("Any")), ("marketing", _("Marketing")), ("service", _("Services"))],
        required=False,
    )
    campaign = forms.CharField(label=_("Campaign"), max_length=80, required=False)


class SendersForm(forms.Form):
    """As whom the organisation writes. Servers and secrets are the environment's."""

    email_sender = forms.CharField(
        label=_("Mails come from"), max_length=254, required=False, help_text=_("Nothing said: the mail server's own."),
        widget=forms.TextInput(attrs={"inputmode": "email"}),
    )  # fmt: skip
    email_sender_name = forms.CharField(label=_("with the name"), max_length=80, required=False)
    email_reply_to = forms.CharField(
        label=_("Answers go to"), max_length=254, required=False, widget=forms.TextInput(attrs={"inputmode": "email"})
    )
    sms_sender = forms.CharField(
        label=_("Text messages come from"), max_length=16, required=False,
        help_text=_("A number, or up to eleven letters and digits."),
    )  # fmt: skip
    post_from_lines = forms.CharField(
        label=_("Letters: who writes, line by line"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    post_closing = forms.CharField(label=_("Letters end with"), max_length=200, required=False)

    def documents(self) -> dict[str, dict[str, Any]]:
        """By channel."""
        given = self.cleaned_data
        lines = [line.strip() for line in given["post_from_lines"].splitlines() if line.strip()]
        return {
            "email": {name: given[f"email_{name}"] for name in ("sender", "sender_name", "reply_to")},
            "sms": {"sender": given["sms_sender"]},
            "post": {"from_lines": lines, "closing": given["post_closing"]},
        }


def senders_of(settings: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is kept, as the form shows it."""
    found = {f"{channel}_{name}": value for channel, kept in settings.items() for name, value in kept.items()}
    found["post_from_lines"] = "\n".join(found.get("post_from_lines", ()))
    return found
