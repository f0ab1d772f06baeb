"""The set-up: the organisation with its merchants and stores, staff, roles."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.errors import UnknownRole
from regulars.access.models import Assignment
from regulars.access.moves import NewMerchant, NewStore, Place
from regulars.access.rights import BUILT_IN, Right
from regulars.access.services import roles as giving
from regulars.access.services import staff as hiring
from regulars.access.services.places import open_merchants, open_stores
from regulars.basics.ids import typed, untyped
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_setup import HireForm, MerchantForm, NameForm, NewRoleForm, RoleAtForm, RoleForm, StoreForm
from regulars.console.places import open_to, text_of
from regulars.console.refusals import told_in
from regulars.console.rights_told import RIGHTS
from regulars.console.selectors import setup
from regulars.console.toasts import Undo


def places(desk: Desk) -> HttpResponse:
    """The organisation, its merchants and their stores. Three queries."""
    return places_shown(desk)


def merchant(desk: Desk) -> HttpResponse:
    form = MerchantForm(desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form, wrong_setting="name"):
            new = NewMerchant(given["name"], given["zone"] or desk.zone, given["currency"])
            open_merchants(desk.home, [new], by=desk.holder.grants, actor=desk.actor, at=desk.at)
            return desk.go("set-up", told=_("The merchant is there."))
    return places_shown(desk, merchant=form)


def store(desk: Desk) -> HttpResponse:
    form = StoreForm(_merchants(desk), desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form, wrong_setting="name"):
            new = NewStore(given["name"], given["external_id"], region=given["region"])
            of = untyped("mrc", given["merchant"])
            open_stores(of, [new], by=desk.holder.grants, actor=desk.actor, at=desk.at)
            return desk.go("set-up", told=_("The store is there."))
    return places_shown(desk, store=form)


def places_shown(desk: Desk, **bound: Any) -> HttpResponse:
    """The page of all places, with what was typed into one of its forms."""
    home, listed = setup.places(desk)
    shown: dict[str, Any] = {"home": home, "merchants": listed, "opened": next(iter(bound), "")}
    if desk.may_all_over(Right.ACCESS_MANAGE):
        shown |= {"merchant_form": MerchantForm(), "home_form": NameForm(initial={"name": home.name})}
        if listed:
            shown["store_form"] = StoreForm(_merchants(desk))
    shown |= {f"{name}_form": form for name, form in bound.items()}
    return desk.show("console/places.html", shown, status=UNFIT if bound else 200)


def _merchants(desk: Desk) -> list[tuple[str, str]]:
    return [(typed("mrc", one.id), one.name) for one, _ in setup.places(desk)[1]]


def staff(desk: Desk) -> HttpResponse:
    """Who works here, as what and where. Two queries."""
    return desk.show("console/staff.html", {"people": setup.people(desk)})


def hire(desk: Desk) -> HttpResponse:
    """Somebody new: a mail address, a first password, and a role at a place, all of it or nothing."""
    posted = desk.request.POST if desk.request.method == "POST" else None
    form = HireForm(setup.role_names(desk), setup.place_names(desk), posted)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        by, actor, at = desk.holder.grants, desk.actor, desk.at
        with told_in(form, staff_clash="email", weak_password="password", wrong_setting="name"):
            made = hiring.hire(
                given["email"], name=given["name"], password=given["password"], by=by, actor=actor, at=at
            )
            giving.assign(given["role"], _place(desk, given["place"]), staff=made, by=by, actor=actor, at=at)
            return desk.go("staff-one", made, told=_("They can log in now."))
    return desk.show("console/staff_new.html", {"form": form}, status=UNFIT if form.errors else 200)


def one(desk: Desk, staff: UUID) -> HttpResponse:
    return _one(desk, staff)


def _one(desk: Desk, staff: UUID, form: RoleAtForm | None = None) -> HttpResponse:
    shown: dict[str, Any] = {"person": setup.person(staff, desk), "manages": desk.may_all_over(Right.ACCESS_MANAGE)}
    if shown["manages"]:
        shown["form"] = form or RoleAtForm(setup.role_names(desk), setup.place_names(desk))
        shown["opened"] = "role" if form else ""
    return desk.show("console/staff_one.html", shown, status=UNFIT if form else 200)


def give(desk: Desk, staff: UUID) -> HttpResponse:
    """A role at a place."""
    known = setup.person(staff, desk)
    form = RoleAtForm(setup.role_names(desk), setup.place_names(desk), desk.request.POST)
    if form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            made = giving.assign(
                given["role"],
                _place(desk, given["place"]),
                staff=known.id,
                by=desk.holder.grants,
                actor=desk.actor,
                at=desk.at,
            )
            undo = Undo(desk.url("staff-withdraw", staff), {"assignment": str(made)})
            return desk.go("staff-one", staff, told=_("Given."), undo=undo)
    return _one(desk, staff, form)


def withdraw(desk: Desk, staff: UUID) -> HttpResponse:
    """A role is taken back. Raises UnknownRole, LastAdministrator."""
    known = setup.person(staff, desk)
    number = setup.assignment_of(desk.request.POST.get("assignment", ""), known.given)
    row = Assignment.objects.select_related("role").get(pk=number)
    giving.withdraw(number, by=desk.holder.grants, actor=desk.actor, at=desk.at)
    back = {"role": row.role.code, "place": text_of(Place(row.organisation_id, row.merchant_id, row.store_id))}
    told = _("Taken back.")
    if len(known.given) == 1:
        return desk.go("staff-list", told=told)
    return desk.go("staff-one", staff, told=told, undo=Undo(desk.url("staff-give", staff), back))


def close(desk: Desk, staff: UUID) -> HttpResponse:
    """An account is closed, or opened again: its sessions end, its roles stay."""
    known = setup.person(staff, desk)
    by, actor, at = desk.holder.grants, desk.actor, desk.at
    if known.is_active:
        hiring.deactivate(staff, by=by, actor=actor, at=at)
        undo = Undo(desk.url("staff-close", staff))
        return desk.go("staff-one", staff, told=_("Closed: their sessions have ended, and their own keys."), undo=undo)
    hiring.reactivate(staff, by=by, actor=actor, at=at)
    return desk.go("staff-one", staff, told=_("Open again, with the roles of before."))


def end_sessions(desk: Desk, staff: UUID) -> HttpResponse:
    """Out everywhere. Raises NotAllowed for who has more than the reader."""
    known = setup.person(staff, desk)
    hiring.require_over(list(Assignment.objects.filter(staff=known.id).select_related("role")), desk.holder.grants)
    hiring.end_sessions(staff, actor=desk.actor, at=desk.at)
    return desk.go("staff-one", staff, told=_("They are logged out everywhere."))


def roles(desk: Desk) -> HttpResponse:
    """What each role may. One query."""
    shown = [(one, setup.said_name(one)) for one in setup.roles(desk)]
    return desk.show("console/roles.html", {"roles": shown, "all": list(Right), "words": RIGHTS})


def new_role(desk: Desk) -> HttpResponse:
    """A role of one's own. Raises NotAllowed for rights that its maker has not."""
    form = NewRoleForm(desk.request.POST or None)
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if given["code"] in {one.code for one in setup.roles(desk)}:
            form.add_error("code", _("There is a role of this code."))
        else:
            with told_in(form, wrong_setting="name"):
                by = desk.holder.grants
                named = {"name": given["name"], "rights": given["rights"]}
                giving.write_role(desk.home, given["code"], **named, by=by, actor=desk.actor, at=desk.at)
                return desk.go("roles", told=_("The role is there: give it to somebody on their page."))
    return desk.show("console/role.html", {"form": form, "role": None, "name": _("New role")},
                     status=UNFIT if form.errors else 200)  # fmt: skip


def role(desk: Desk, code: str) -> HttpResponse:
    """A role is changed, at once for all who hold it. Raises UnknownRole."""
    known = next((one for one in setup.roles(desk) if one.code == code), None)
    if known is None:
        raise UnknownRole("There is no such role.")
    form = RoleForm(desk.request.POST or None, initial={"name": known.name, "rights": known.rights})
    if desk.request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with told_in(form):
            giving.write_role(
                desk.home,
                code,
                name=given["name"],
                rights=given["rights"],
                by=desk.holder.grants,
                actor=desk.actor,
                at=desk.at,
            )
            return desk.go("roles", told=_("Kept: it holds from now on."))
    shown = {"form": form, "role": known, "name": setup.said_name(known), "built_in": code in BUILT_IN}
    return desk.show("console/role.html", shown, status=UNFIT if form.errors else 200)


def _place(desk: Desk, text: str) -> Place:
    return next(one for one in open_to(desk.holder) if text_of(one) == text)
