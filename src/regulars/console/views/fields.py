"""Details of members that the organisation keeps besides the built-in ones."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.rights import Right
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_fields import KINDS, FieldForm, NewFieldForm, definition_of, initial_of
from regulars.console.refusals import told_in
from regulars.console.toasts import Undo
from regulars.members.errors import WrongField
from regulars.members.models import Field
from regulars.members.models.extras import FieldKind
from regulars.members.selectors import settings as settled
from regulars.members.services import extras


def fields(desk: Desk) -> HttpResponse:
    """Those in use, then those that take no new values. One query."""
    rows = sorted(settled.fields(desk.home, retired=True), key=lambda one: (one.retired_at is not None, one.label))
    shown = {"rows": [(one, KINDS[FieldKind(one.kind)]) for one in rows]}
    return desk.show("console/fields.html", shown | {"manages": desk.may_all_over(Right.MEMBERS_MANAGE)})


def new(desk: Desk) -> HttpResponse:
    """A detail that is not kept yet."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = NewFieldForm(posted, initial={"length_max": 200})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if any(one.name == given["name"] for one in settled.fields(desk.home, retired=True)):
            form.add_error("name", _("There is a field of this code."))
        else:
            with told_in(form, wrong_field="name"):
                _define(desk, given)
                undo = Undo(desk.url("field-retire", given["name"]))
                return desk.go("fields", told=_("Kept. It stands on the page of every member now."), undo=undo)
    return desk.show("console/field_one.html", {"form": form, "row": None}, status=UNFIT if form.errors else 200)


def field(desk: Desk, field: str) -> HttpResponse:
    """Its name, its list, its length; taken up again, where it was out of use. Raises WrongField."""
    row = _one(desk, field)
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = FieldForm(posted, kind=row.kind, initial=initial_of(row))
    if form.is_bound and form.is_valid():
        with told_in(form, wrong_field="choices"):
            _define(desk, form.cleaned_data, row)
            undo = Undo(desk.url("field", row.name), _posted(row))
            if row.retired_at is not None:
                undo = Undo(desk.url("field-retire", row.name))
            return desk.go("fields", told=_("Kept."), undo=undo)
    shown = {"form": form, "row": row, "kind": KINDS[FieldKind(row.kind)]}
    return desk.show("console/field_one.html", shown, status=UNFIT if form.errors else 200)


def retire(desk: Desk, field: str) -> HttpResponse:
    """It takes no new values. Raises WrongField."""
    row = _one(desk, field)
    extras.retire_field(row.name, organisation=desk.home, actor=desk.actor, at=desk.at)
    undo = Undo(desk.url("field", row.name), _posted(row))
    return desk.go("fields", told=_("Out of use: what members have stays, and nothing new is taken."), undo=undo)


def _one(desk: Desk, name: str) -> Field:
    found = next((one for one in settled.fields(desk.home, retired=True) if one.name == name), None)
    if found is None:
        raise WrongField("There is no such field.", name=name[:60])
    return found


def _define(desk: Desk, given: dict[str, Any], row: Field | None = None) -> None:
    extras.define_field(
        definition_of(given, row), organisation=desk.home, label=given["label"],
        is_preference=given["is_preference"], actor=desk.actor, at=desk.at,
    )  # fmt: skip


def _posted(row: Field) -> dict[str, str]:
    """As a browser sends it: a box that is not ticked is not there."""
    return {
        name: "on" if value is True else str(value) for name, value in initial_of(row).items() if value is not False
    }
