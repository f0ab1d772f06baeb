"""Questions that the answers to all do not answer: asked here, and answered here."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse

from regulars.portal.forms import QuestionForm
from regulars.portal.selectors import questions as asked
from regulars.portal.services import questions as services
from regulars.portal.visit import UNFIT, Visit


def ask(visit: Visit) -> HttpResponse:
    """What was asked and answered, and a place to ask. Five queries; some ten more where something is asked."""
    form, offered = QuestionForm(visit.posted), asked.offered(visit.home)
    if offered and visit.request.method == "POST" and form.is_valid():
        whose: dict[str, Any] = {"root": visit.own, "organisation": visit.home, "language": visit.language}
        if services.ask(form.cleaned_data["text"], **whose, actor=visit.actor, at=visit.at):
            return visit.go("my-ask", told="asked")
    mine = asked.questions(visit.own)
    shown = {"form": form, "offered": offered, "full": asked.is_full(mine), "questions": mine}
    return visit.show("portal/ask.html", shown, status=UNFIT if visit.posted is not None else 200)


def more(visit: Visit, case: UUID) -> HttpResponse:
    """They add something to a question of theirs. Another's reads like one that never was. Raises CaseUnknown."""
    row, form = asked.own(case, visit.own), QuestionForm(visit.posted)
    if not form.is_valid():
        return visit.go("my-ask")
    services.say_more(row, form.cleaned_data["text"], root=visit.own, actor=visit.actor, at=visit.at)
    return visit.go("my-ask", told="asked")
