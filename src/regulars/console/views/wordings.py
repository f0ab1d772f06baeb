"""The words that members say yes to: every version stays, as the proof of what was agreed."""

from typing import Any, Final

from django import forms
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from regulars.access.rights import Right
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms import LANGUAGES
from regulars.console.refusals import told_in
from regulars.console.templatetags.console import topic
from regulars.members.models import Wording
from regulars.members.services import consents

PURPOSES: Final = ("marketing", "profiling", "partners")
_SPOKEN: Final = dict(LANGUAGES[1:])


class WordingForm(forms.Form):
    """New words for a purpose."""

    purpose = forms.ChoiceField(label=gettext_lazy("For what"))
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=list(_SPOKEN.items()))
    text = forms.CharField(
        label=gettext_lazy("What members say yes to"), max_length=4000, widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip

    def __init__(self, known: set[str], *args: object) -> None:
        super().__init__(*args)  # type: ignore[arg-type]
        named = [*PURPOSES, *sorted(known - set(PURPOSES))]
        self.fields["purpose"].choices = [(one, topic(one)) for one in named]  # type: ignore[attr-defined]


def wordings(desk: Desk) -> HttpResponse:
    """Those that hold, each with how many came before. One query."""
    return _wordings(desk)


def publish(desk: Desk) -> HttpResponse:
    """The next version: whoever says yes from now on says it to these words. Two queries and more."""
    rows = _rows(desk)
    form = WordingForm({one.purpose for one in rows}, desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        text = given["text"].strip()
        mine = [one for one in rows if (one.purpose, one.language) == (given["purpose"], given["language"])]
        if mine and mine[-1].text == text:
            form.add_error("text", _("These words hold already."))
        else:
            with told_in(form, wrong_consent="text", wording_changed="text"):
                consents.publish(
                    organisation=desk.home, purpose=given["purpose"], language=given["language"],
                    version=_next({one.version for one in mine}), text=text, actor=desk.actor, at=desk.at,
                )  # fmt: skip
                return desk.go("wordings", told=_("Published. A yes is given to these words from now on."))
    return _wordings(desk, form)


def _next(taken: set[str]) -> str:
    return next(str(number) for number in range(len(taken) + 1, 2 * len(taken) + 2) if str(number) not in taken)


def _rows(desk: Desk) -> list[Wording]:
    return list(Wording.objects.filter(organisation=desk.home).order_by("published_at", "id"))


def _wordings(desk: Desk, form: WordingForm | None = None) -> HttpResponse:
    rows = _rows(desk)
    newest = {(one.purpose, one.language): one for one in rows}
    before = {key: sum((one.purpose, one.language) == key for one in rows) - 1 for key in newest}
    shown: dict[str, Any] = {
        "rows": [(one, _SPOKEN.get(one.language, one.language), before[key]) for key, one in sorted(newest.items())],
        "form": None,
        "opened": "wording" if form else "",
    }
    if desk.may_all_over(Right.CONSENTS_WRITE):
        shown["form"] = form or WordingForm({one.purpose for one in rows})
    return desk.show("console/wordings.html", shown, status=UNFIT if form else 200)
