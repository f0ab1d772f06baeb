"""Units: what can be held. They and their books are the installation's, not an organisation's."""

from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access import gate
from regulars.access.rights import Right
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_units import KINDS, UnitChangeForm, UnitNewForm, initial_of
from regulars.console.refusals import told_in
from regulars.console.toasts import Undo
from regulars.ledger.errors import UnitUnknown
from regulars.ledger.models import Unit
from regulars.ledger.services import define_unit
from regulars.ledger.words import UnitKind
from regulars.programme.book import book
from regulars.programme.naming import words
from regulars.rules.earning.earn import KIND as EARN
from regulars.rules.sentences.words import Language


def units(desk: Desk) -> HttpResponse:
    """All there are. One query."""
    rows = [(one, KINDS[UnitKind(one.kind)]) for one in Unit.objects.order_by("-kind", "code")]
    return desk.show("console/units.html", {"rows": rows, "manages": _manages(desk)})


def define(desk: Desk) -> HttpResponse:
    """A new one: there is no way back, so the form says what never changes."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = UnitNewForm(posted, initial={"zone": desk.zone})
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        if Unit.objects.filter(code=given["code"]).exists():
            form.add_error("code", _("There is a unit of this code."))
        else:
            with told_in(form, wrong_period="zone", unit_clash="code"):
                _define(desk, given["code"], given, kind=UnitKind(given["kind"]), currency=given["currency"],
                        scale=form.scale, may_expire=_said(given["may_expire"]))  # fmt: skip
                return desk.go("unit", given["code"], told=_("Kept. Terms and tills can give it now."))
    return desk.show("console/unit_new.html", {"form": form}, status=UNFIT if form.errors else 200)


def unit(desk: Desk, unit: str) -> HttpResponse:
    """What it is, in sentences. Eight queries at most. Raises UnitUnknown."""
    return _unit(desk, _one(unit))


def change(desk: Desk, unit: str) -> HttpResponse:
    """Its name, its clock, its threshold. Raises UnitUnknown."""
    row = _one(unit)
    form = UnitChangeForm(desk.request.POST, scale=row.scale)
    if form.is_valid():
        with told_in(form, wrong_period="zone"):
            _define(desk, row.code, form.cleaned_data, kind=UnitKind(row.kind), currency=row.currency,
                    scale=row.scale, may_expire=row.may_expire)  # fmt: skip
            undo = Undo(desk.url("unit-change", row.code), initial_of(row))
            return desk.go("unit", row.code, told=_("Kept."), undo=undo)
    return _unit(desk, row, form)


def _one(code: str) -> Unit:
    row = Unit.objects.filter(code=code).first()
    if row is None:
        raise UnitUnknown("There is no such unit.", unit=code[:40])
    return row


def _unit(desk: Desk, row: Unit, form: UnitChangeForm | None = None) -> HttpResponse:
    terms = book(desk.home)
    said = words(desk.home, Language.CHINESE if desk.chinese else Language.ENGLISH, terms=terms)
    givers = [one for one in terms.at(EARN, desk.at) if one.terms.unit == row.code]
    shown = {
        "unit": row,
        "kind": KINDS[UnitKind(row.kind)],
        "example": 10**row.scale,
        "givers": [(one.code, said.length(one.terms.validity) if one.terms.validity else "") for one in givers],
        "form": (form or UnitChangeForm(initial=initial_of(row))) if _manages(desk) else None,
        "opened": "change" if form else "",
    }
    return desk.show("console/unit.html", shown, status=UNFIT if form else 200)


def _manages(desk: Desk) -> bool:
    return gate.may(desk.holder.grants, Right.LEDGER_MANAGE)


def _define(desk: Desk, code: str, given: dict[str, Any], **fixed: Any) -> None:
    free = {"zone": given["zone"], "approve_above": given["approve_above"]}
    define_unit(code, given["name"], **free, **fixed, actor=desk.actor, at=desk.at)


def _said(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)
