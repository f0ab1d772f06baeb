"""Cases and follow-ups: the queue by due time, a case with all that was written, what was promised."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.dateparse import parse_datetime
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import typed
from regulars.care import selectors
from regulars.care.models import Case, FollowUp
from regulars.care.moves import NewCase, Sought
from regulars.care.services import cases
from regulars.console.asking import uuid_of
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_care import (
    CHANNELS,
    CaseForm,
    CasesFilter,
    CaseTextForm,
    CloseForm,
    DueForm,
    HandOnForm,
    PromiseForm,
    ReopenForm,
)
from regulars.console.refusals import told_in
from regulars.console.selectors import care
from regulars.console.selectors.finding import who_is

PAGE = 50


def queue(desk: Desk) -> HttpResponse:
    """What is not done, the one due first first. Twelve queries at most."""
    kinds = care.kinds(desk)
    form = CasesFilter(kinds, desk.request.GET)
    chosen = form.chosen()
    asked = care.sought(desk, chosen)
    rows = selectors.cases(care.reach(desk), desk.home, asked, after=_after(desk, "cas"), limit=PAGE + 1, at=desk.at)
    page = rows[:PAGE]
    shown = {
        "form": form,
        "rows": care.shown(desk, page),
        "kinds": dict(kinds),
        "counts": care.counted(desk),
        "query": urlencode({name: desk.request.GET[name] for name in chosen}),
        "onward": _onward(page[-1], "cas") if len(rows) > PAGE else "",
        "cut": bool(chosen),
    }
    return desk.show("console/cases.html", shown)


def follow_ups(desk: Desk) -> HttpResponse:
    """What was promised and is not done yet. Eight queries at most."""
    rows = selectors.follow_ups(
        care.reach(desk),
        desk.home,
        Sought(states=frozenset({"open"})),
        after=_after(desk, "fup"),
        limit=PAGE + 1,
        at=desk.at,
    )
    page = rows[:PAGE]
    shown = {"rows": care.shown(desk, page), "onward": _onward(page[-1], "fup") if len(rows) > PAGE else ""}
    return desk.show("console/follow_ups.html", shown)


def new(desk: Desk) -> HttpResponse:
    """A case, at the place where they work."""
    listed = care.kinds(desk)
    asked = desk.request.method == "POST"
    who = desk.request.GET.get("member", "")
    form = CaseForm(listed, desk.request.POST) if asked else CaseForm(listed, initial={"who": who})
    if asked and form.is_valid():
        given = form.cleaned_data
        with told_in(form, unknown_identifier="who", member_closed="who"):
            wanted = NewCase(
                desk.home, given["kind"], given["subject"], given["said"], given["channel"], desk.place.merchant,
                desk.place.store, who_is(given["who"], desk) if given["who"].strip() else None,
            )  # fmt: skip
            made = cases.open_case(wanted, actor=desk.actor, at=desk.at)
            return desk.go("case", made.id, told=_("The case is open."))
    return desk.show("console/case_new.html", {"form": form, "kinds": listed}, status=UNFIT if asked else 200)


def show(desk: Desk, case: UUID) -> HttpResponse:
    """Raises CaseUnknown. Fourteen queries at most."""
    return page_of(desk, selectors.case(care.reach(desk), desk.home, case))


def page_of(desk: Desk, row: Case, *, status: int = 200, **bound: Any) -> HttpResponse:
    """The page of a case; `bound`: a form with its faults, which stands open."""
    queues = care.queues(desk)
    texts = selectors.texts_of([row.id])[row.id]
    subject = next((text.text for text in texts if text.part == "subject"), "")
    (one,) = care.shown(desk, [row], subjects={row.id: subject}, roles=dict(queues))
    history = selectors.changes_of(row.id)
    promised = selectors.follow_ups(care.reach(desk), desk.home, Sought(case=row.id), at=desk.at)
    writes = desk.may(Right.CARE_WRITE) and row.erased_at is None
    forms: dict[str, Any] = {
        "text": CaseTextForm(member=row.member is not None), "hand": HandOnForm(queues), "due": DueForm(),
        "close": CloseForm(), "promise": PromiseForm(), "reopen": ReopenForm(),
    }  # fmt: skip
    shown = {
        "one": one,
        "kind": dict(care.kinds(desk)).get(row.kind, row.kind),
        "came": dict(CHANNELS).get(row.channel, row.channel),
        "texts": [text for text in texts if text.part != "subject"],
        "history": history,
        "names": care.people_told([text.actor for text in texts] + [change.actor for change in history]),
        "promised": care.shown(desk, promised),
        "forms": forms | bound,
        "opened": next(iter(bound), ""),
        "writes": writes,
        "mine": row.owner == desk.holder.id,
    }
    return desk.show("console/case.html", shown, status=status)


def _onward(last: Case | FollowUp, prefix: str) -> str:
    return urlencode({"at": last.due_at.isoformat(), "after": typed(prefix, last.id)})


def _after(desk: Desk, prefix: str) -> tuple[datetime, UUID] | None:
    number = uuid_of(prefix, desk.request.GET.get("after"))
    try:
        at = parse_datetime(desk.request.GET.get("at", ""))
    except ValueError:
        return None
    return (at, number) if at is not None and at.tzinfo is not None and number is not None else None
