"""Kinds of case with their due times, and when the organisation works."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.care.errors import KindUnknown
from regulars.care.models import CaseKind
from regulars.care.moves import Kind
from regulars.care.selectors import hours_of
from regulars.care.selectors import kinds as kinds_of
from regulars.care.services.kinds import retire_kind, set_hours, set_kind
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_kinds import HoursForm, KindForm, NewKindForm, fits, hours_initial, kind_initial
from regulars.console.refusals import told_in
from regulars.console.selectors import kinds as told
from regulars.console.toasts import Undo
from regulars.rules import working_hours


def kinds(desk: Desk) -> HttpResponse:
    """What cases may be about, how soon each is due, and by which hours. Five queries."""
    shown = {"rows": told.shown(desk), "week": told.week_told(working_hours.plain(hours_of(desk.home)))}
    return desk.show("console/kinds.html", shown | {"manages": desk.may_all_over(Right.CARE_MANAGE)})


def new(desk: Desk) -> HttpResponse:
    """A kind that is not there yet."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = NewKindForm(told.whom(desk), posted, initial=kind_initial(None))
    if form.is_bound and form.is_valid():
        code = form.cleaned_data["code"]
        if any(one.code == code for one in kinds_of(desk.home, retired=True)):
            form.add_error("code", _("There is a kind of this code."))
        else:
            with told_in(form, case_owner_unfit="who"):
                _set(desk, code, form.cleaned_data)
                undo = Undo(desk.url("case-kind-retire", code))
                return desk.go("case-kinds", told=_("Kept. Cases can be about it now."), undo=undo)
    shown = {"form": form, "row": None}
    return desk.show("console/kind.html", shown, status=UNFIT if form.errors else 200)


def kind(desk: Desk, kind: str) -> HttpResponse:
    """Changed for cases to come; put in use again, where it was taken out. Raises KindUnknown."""
    row = _one(desk, kind)
    who = told.who_of(row)
    whom = told.whom(desk)
    if who and who not in dict(whom):
        whom.append((who, _("Somebody who does not work on cases any more")))
    posted = desk.request.POST if desk.request.method == "POST" else None
    before = kind_initial(row, who)
    form = KindForm(whom, posted, initial=before)
    if form.is_bound and form.is_valid():
        with told_in(form, case_owner_unfit="who"):
            _set(desk, row.code, form.cleaned_data)
            undo = Undo(desk.url("case-kind", row.code), _posted(before))
            if row.retired_at is not None:
                undo = Undo(desk.url("case-kind-retire", row.code))
            return desk.go("case-kinds", told=_("Kept: it holds for cases to come."), undo=undo)
    return desk.show("console/kind.html", {"form": form, "row": row}, status=UNFIT if form.errors else 200)


def retire(desk: Desk, kind: str) -> HttpResponse:
    """No new cases of it. Raises KindUnknown."""
    row = _one(desk, kind)
    back = _posted(kind_initial(row, told.who_of(row)))
    retire_kind(desk.home, kind, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("case-kind", kind), back)
    return desk.go("case-kinds", told=_("Out of use: its cases go on, and no new ones come."), undo=undo)


def hours(desk: Desk) -> HttpResponse:
    """When the organisation works, for what will be due from now on. Two queries."""
    kept = working_hours.plain(hours_of(desk.home))
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = HoursForm(posted, initial=hours_initial(kept) if fits(kept) else {})
    if form.is_bound and form.is_valid():
        with told_in(form):
            set_hours(desk.home, form.document(), actor=desk.actor, at=desk.at)
            undo = Undo(desk.url("hours"), hours_initial(kept)) if fits(kept) else None
            return desk.go("case-kinds", told=_("Kept: it holds for what will be due from now on."), undo=undo)
    zone = desk.holder.grants.places.zones.get(desk.home, "UTC")
    shown = {"form": form, "fits": fits(kept), "week": told.week_told(kept), "zone": zone}
    return desk.show("console/hours.html", shown, status=UNFIT if form.errors else 200)


def _one(desk: Desk, code: str) -> CaseKind:
    found = next((one for one in kinds_of(desk.home, retired=True) if one.code == code), None)
    if found is None:
        raise KindUnknown("There is no such kind of case.", kind=code[:80])
    return found


def _set(desk: Desk, code: str, given: dict[str, Any]) -> None:
    owner, queue = told.chosen(given["who"])
    wanted = Kind(
        desk.home,
        code,
        given["name"],
        given["answer_hours"],
        given["in_working_hours"],
        given["priority"],
        owner,
        queue,
    )
    set_kind(wanted, actor=desk.actor, at=desk.at)


def _posted(initial: dict[str, Any]) -> dict[str, str]:
    """As a browser sends it: a box that is not ticked is not there."""
    return {name: "on" if value is True else str(value) for name, value in initial.items() if value is not False}
