"""What is done on the page of a case. Each goes back to the page, with what came of it."""

from html import unescape
from uuid import UUID

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.basics.ids import new_id
from regulars.care import selectors
from regulars.care.models import Case
from regulars.care.moves import NewFollowUp
from regulars.care.services import cases, follow_ups
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_care import CaseTextForm, CloseForm, DueForm, HandOnForm, PromiseForm, ReopenForm
from regulars.console.refusals import told_in
from regulars.console.selectors import care
from regulars.console.views.cases import page_of
from regulars.outreach.gate.words import Service
from regulars.outreach.models import MessageState
from regulars.outreach.services.serving import Notice, tell


def text(desk: Desk, case: UUID) -> HttpResponse:
    """An answer, what the customer said, a note."""
    row = _mine(desk, case)
    form = CaseTextForm(desk.request.POST, member=row.member is not None)
    if form.is_valid():
        given = form.cleaned_data
        answers = given["part"] == "answer"
        waits, channel = given["waits"] and answers, given.get("send", "") if answers else ""
        with told_in(form):
            cases.write(case, given["part"], given["text"], waits=waits, sent_by=channel, actor=desk.actor, at=desk.at)
            told = _sent(desk, row, given["text"], channel) if channel else _("Kept with the case.")
            return desk.go("case", case, told=told)
    return page_of(desk, row, status=UNFIT, text=form)


def _sent(desk: Desk, row: Case, text: str, channel: str) -> str:
    """The answer goes to the customer, as a service that passes the gate; what the gate says, in words."""
    assert row.member is not None
    subject = selectors.subjects_of([row])[row.id]
    notice = Notice(
        f"{Service.CASE_ANSWER}/{new_id(desk.at)}", row.member, channel, {"subject": subject, "answer": text}
    )
    (message,) = tell(Service.CASE_ANSWER, [notice], organisation=desk.home, actor=desk.actor, at=desk.at)
    if message.state == MessageState.RELEASED:
        return _("Kept with the case, and on its way to them.")
    why = render_to_string("console/parts/why.html", {"why": message.why})
    return _("Kept with the case. It is not sent: %(why)s.") % {"why": unescape(why)}


def take(desk: Desk, case: UUID) -> HttpResponse:
    """To oneself. Raises OwnerUnfit, CaseClosed."""
    _mine(desk, case)
    cases.assign(case, desk.holder.id, "", actor=desk.actor, at=desk.at)
    return desk.go("case", case, told=_("It is yours now."))


def hand_on(desk: Desk, case: UUID) -> HttpResponse:
    row, form = _mine(desk, case), HandOnForm(care.queues(desk), desk.request.POST)
    if form.is_valid():
        with told_in(form, case_owner_unfit="queue"):
            cases.assign(case, None, form.cleaned_data["queue"], actor=desk.actor, at=desk.at)
            return desk.go("case", case, told=_("Handed on."))
    return page_of(desk, row, status=UNFIT, hand=form)


def put_off(desk: Desk, case: UUID) -> HttpResponse:
    row, form = _mine(desk, case), DueForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form, wrong_due="due_at"):
            cases.move(case, given["due_at"], given["reason"], actor=desk.actor, at=desk.at)
            return desk.go("case", case, told=_("It is due then."))
    return page_of(desk, row, status=UNFIT, due=form)


def close(desk: Desk, case: UUID) -> HttpResponse:
    row, form = _mine(desk, case), CloseForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            cases.close(case, given["outcome"], given["note"], actor=desk.actor, at=desk.at)
            return desk.go("case", case, told=_("The case is done."))
    return page_of(desk, row, status=UNFIT, close=form)


def reopen(desk: Desk, case: UUID) -> HttpResponse:
    row, form = _mine(desk, case), ReopenForm(desk.request.POST)
    if form.is_valid():
        with told_in(form):
            cases.reopen(case, form.cleaned_data["said"], actor=desk.actor, at=desk.at)
            return desk.go("case", case, told=_("The case is open again."))
    return page_of(desk, row, status=UNFIT, reopen=form)


def promise(desk: Desk, case: UUID) -> HttpResponse:
    """Kept by whoever gives it."""
    row, form = _mine(desk, case), PromiseForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        wanted = NewFollowUp(desk.home, given["what"], given["due_at"], case=case, owner=desk.holder.id)
        with told_in(form, wrong_due="due_at", case_owner_unfit="what"):
            follow_ups.promise(wanted, actor=desk.actor, at=desk.at)
            return desk.go("case", case, told=_("Promised."))
    return page_of(desk, row, status=UNFIT, promise=form)


def keep_promise(desk: Desk, follow_up: UUID) -> HttpResponse:
    """Done, or dropped with the reason. Raises FollowUpUnknown, FollowUpEnded."""
    row = selectors.follow_up(care.reach(desk, Right.CARE_WRITE), desk.home, follow_up)
    kept = desk.request.POST.get("do") != "drop"
    reason = desk.request.POST.get("text", "")[:2000]
    if not kept and not reason.strip():
        return desk.show(
            "console/refused.html", {"told": _("Say why it is dropped."), "code": "care-refused"}, status=UNFIT
        )
    follow_ups.end(row.id, kept=kept, text=reason, actor=desk.actor, at=desk.at)
    told = _("The promise is kept.") if kept else _("The promise is dropped.")
    return desk.go("case", row.case_id, told=told) if row.case_id else desk.go("follow-ups", told=told)


def _mine(desk: Desk, case: UUID) -> Case:
    """One that they may write to. Raises CaseUnknown."""
    return selectors.case(care.reach(desk, Right.CARE_WRITE), desk.home, case)
