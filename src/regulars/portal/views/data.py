"""A member's own data: to take along, and to have erased."""

from datetime import timedelta
from typing import Final

from django.http import HttpResponse

from regulars.members import exporting
from regulars.members.erasing import erase as erase_member
from regulars.portal.forms import EraseForm
from regulars.portal.selectors import standing
from regulars.portal.views.entering import out
from regulars.portal.visit import UNFIT, Visit

FRESH: Final = timedelta(hours=1)  # so lately somebody must have logged in to erase everything
REASON: Final = "asked for on the member's own pages"


def show(visit: Visit) -> HttpResponse:
    """What can be done. No query."""
    return visit.show("portal/data.html", {})


def download(visit: Visit) -> HttpResponse:
    """Everything that is kept, as one file: for programs, or for reading."""
    found = exporting.export(visit.own, organisation=visit.home, actor=visit.actor, at=visit.at)
    readable = visit.request.POST.get("form") == "html"
    text = exporting.as_html(found) if readable else exporting.as_json(found)
    answer = HttpResponse(text, content_type=f"{'text/html' if readable else 'application/json'}; charset=utf-8")
    day = visit.at.date().isoformat()
    answer["Content-Disposition"] = f'attachment; filename="my-data-{day}.{"html" if readable else "json"}"'
    return answer


def erase(visit: Visit) -> HttpResponse:
    """The last step: what goes, what stays and what is lost stands beside the button."""
    assert visit.session is not None
    fresh = visit.at - visit.session.begun_at < FRESH
    form = EraseForm(visit.posted)
    if visit.request.method == "POST" and fresh and form.is_valid():
        erase_member(visit.own, organisation=visit.home, reason=REASON, actor=visit.actor, at=visit.at)
        return out(visit, "my-gone")
    held, _ = standing.held(visit.own, at=visit.at)
    shown = {"form": form, "fresh": fresh, "held": [one for one in held if one.balance.available > 0]}
    return visit.show("portal/erase.html", shown, status=UNFIT if form.errors else 200)
