"""What is typed of cases and follow-ups."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from regulars.console.asking import ChosenFilters

Pairs = Sequence[tuple[str, Any]]
CHANNELS: Final = [
    ("counter", _("At the counter")), ("phone", _("By telephone")), ("email", _("By mail")), ("web", _("On the web")),
    ("sms", _("By text message")), ("letter", _("By letter")), ("fax", _("By fax")), ("other", _("Otherwise")),
]  # fmt: skip
SENDING: Final = [("", _("Not sent: it is told otherwise")), ("email", _("By mail")), ("sms", _("By text message"))]
OUTCOMES: Final = [
    ("solved", _("Put right")), ("explained", _("Explained")), ("refused", _("Refused")),
    ("unreachable", _("Could not be reached")), ("mistaken", _("Was a mistake")),
]  # fmt: skip
PARTS: Final = [
    ("answer", _("Our answer")), ("said", _("What the customer said")), ("note", _("A note among colleagues")),
]  # fmt: skip


def _text(label: Any, *, required: bool = True) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, required=required, widget=forms.Textarea(attrs={"rows": 4}))


class MomentField(forms.DateTimeField):
    """A moment by the clock of the place, as the browser's own field gives it."""

    def __init__(self, **more: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"], widget=widget, **more)


class CasesFilter(ChosenFilters):
    """How the queue is cut."""

    whose = forms.ChoiceField(
        label=_("Whose"),
        choices=[("", _("All")), ("mine", _("Mine and my queues'")), ("nobody", _("Nobody's yet"))],
        required=False,
    )
    state = forms.ChoiceField(
        label=_("State"),
        choices=[
            ("", _("Not done")), ("late", _("Late")), ("open", _("Ours to answer")),
            ("waiting", _("The customer's turn")), ("done", _("Done")),
        ],
        required=False,
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("About"), required=False)

    def __init__(self, kinds: Pairs, *args: Any) -> None:
        super().__init__(*args)
        self.fields["kind"].choices = [("", _("Any")), *kinds]  # type: ignore[attr-defined]


class CaseForm(forms.Form):
    """Something a customer brought up."""

    kind = forms.ChoiceField(label=_("About"))
    subject = forms.CharField(label=_("In a few words"), max_length=400)
    said = _text(_("What the customer said"))
    channel = forms.ChoiceField(label=_("How it came"), choices=CHANNELS)
    who = forms.CharField(
        label=_("Which customer"),
        max_length=200,
        required=False,
        help_text=_("A card, a phone or a mail address, if known."),
    )

    def __init__(self, kinds: Pairs, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["kind"].choices = list(kinds)  # type: ignore[attr-defined]


class CaseTextForm(forms.Form):
    part = forms.ChoiceField(label=_("What it is"), choices=PARTS)
    text = _text(_("Text"))
    send = forms.ChoiceField(label=_("Our answer goes to them"), choices=SENDING, required=False)
    waits = forms.BooleanField(label=_("After our answer it is the customer's turn"), required=False)

    def __init__(self, *args: Any, member: bool, **more: Any) -> None:
        """Nothing can be sent where nobody knows who it is."""
        super().__init__(*args, **more)
        if not member:
            del self.fields["send"]


class HandOnForm(forms.Form):
    """To a queue, or to nobody."""

    queue = forms.ChoiceField(label=_("To"), required=False)

    def __init__(self, queues: Pairs, *args: Any) -> None:
        super().__init__(*args)
        self.fields["queue"].choices = [("", _("Nobody")), *queues]  # type: ignore[attr-defined]


class DueForm(forms.Form):
    due_at = MomentField(label=_("Until when"))
    reason = _text(_("Why"))


class CloseForm(forms.Form):
    outcome = forms.ChoiceField(label=_("What came of it"), choices=OUTCOMES)
    note = _text(_("Note"), required=False)


class ReopenForm(forms.Form):
    said = _text(_("Why it was not done"))


class PromiseForm(forms.Form):
    """What will be done for the customer, by oneself."""

    what = _text(_("What you promise"))
    due_at = MomentField(label=_("Until when"))
