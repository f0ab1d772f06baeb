"""One merchant, one store: called otherwise, closed, opened again."""

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from regulars.access.services import places_changing as changing
from regulars.console.desk import UNFIT, Desk
from regulars.console.forms_setup import NameForm, StoreChangeForm
from regulars.console.refusals import told_in
from regulars.console.selectors import setup
from regulars.console.selectors.one_place import OnePlace, merchant_of, store_of
from regulars.console.toasts import Undo


def rename_home(desk: Desk) -> HttpResponse:
    """The organisation itself."""
    before, form = setup.places(desk)[0].name, NameForm(desk.request.POST)
    if form.is_valid():
        with told_in(form, wrong_setting="name"):
            changing.rename_organisation(desk.home, form.cleaned_data["name"], **_by(desk))
            return desk.go("set-up", told=_("Kept."), undo=Undo(desk.url("home-rename"), {"name": before}))
    from regulars.console.views.setup import places_shown

    return places_shown(desk, home=form)


def merchant(desk: Desk, merchant: UUID) -> HttpResponse:
    """Its stores, and who works there. Four queries."""
    return _merchant(desk, merchant_of(merchant, desk))


def merchant_change(desk: Desk, merchant: UUID) -> HttpResponse:
    known, form = merchant_of(merchant, desk), NameForm(desk.request.POST)
    if form.is_valid():
        with told_in(form, wrong_setting="name"):
            changing.change_merchant(merchant, form.cleaned_data["name"], **_by(desk))
            undo = Undo(desk.url("merchant-change", merchant), {"name": known.row.name})
            return desk.go("merchant", merchant, told=_("Kept."), undo=undo)
    return _merchant(desk, known, form)


def merchant_close(desk: Desk, merchant: UUID) -> HttpResponse:
    merchant_of(merchant, desk)
    changing.close_merchant(merchant, **_by(desk))
    undo = Undo(desk.url("merchant-open", merchant))
    return desk.go("merchant", merchant, told=_("Closed, with all its stores."), undo=undo)


def merchant_open(desk: Desk, merchant: UUID) -> HttpResponse:
    merchant_of(merchant, desk)
    changing.reopen_merchant(merchant, **_by(desk))
    undo = Undo(desk.url("merchant-close", merchant))
    return desk.go("merchant", merchant, told=_("Open again."), undo=undo)


def store(desk: Desk, store: UUID) -> HttpResponse:
    """Who works there, and which tills. Three queries."""
    return _store(desk, store_of(store, desk))


def store_change(desk: Desk, store: UUID) -> HttpResponse:
    known, form = store_of(store, desk), StoreChangeForm(desk.request.POST)
    if form.is_valid():
        with told_in(form, wrong_setting="name"):
            changing.change_store(store, **form.cleaned_data, **_by(desk))
            undo = Undo(desk.url("store-change", store), _kept(known))
            return desk.go("store", store, told=_("Kept."), undo=undo)
    return _store(desk, known, form)


def store_close(desk: Desk, store: UUID) -> HttpResponse:
    store_of(store, desk)
    changing.close_store(store, **_by(desk))
    undo = Undo(desk.url("store-open", store))
    return desk.go("store", store, told=_("Closed: it takes no new bills."), undo=undo)


def store_open(desk: Desk, store: UUID) -> HttpResponse:
    store_of(store, desk)
    changing.reopen_store(store, **_by(desk))
    return desk.go("store", store, told=_("Open again."), undo=Undo(desk.url("store-close", store)))


def _by(desk: Desk) -> dict[str, Any]:
    return {"by": desk.holder.grants, "actor": desk.actor, "at": desk.at}


def _kept(known: OnePlace) -> dict[str, str]:
    """What a store is called now, as its form holds it."""
    assert known.store is not None
    return {"name": known.store.name, "external_id": known.store.external_id, "region": known.store.region}


def _merchant(desk: Desk, known: OnePlace, form: NameForm | None = None) -> HttpResponse:
    return _shown(desk, known, form or NameForm(initial={"name": known.row.name}), "merchant")


def _store(desk: Desk, known: OnePlace, form: StoreChangeForm | None = None) -> HttpResponse:
    return _shown(desk, known, form or StoreChangeForm(initial=_kept(known)), "store")


def _shown(desk: Desk, known: OnePlace, form: NameForm, name: str) -> HttpResponse:
    shown = {
        "one": known,
        "form": form,
        "opened": "change" if form.is_bound else "",
        "change": desk.url(f"{name}-change", known.row.id),
        "close": desk.url(f"{name}-close", known.row.id),
        "open": desk.url(f"{name}-open", known.row.id),
    }
    return desk.show("console/place.html", shown, status=UNFIT if form.is_bound else 200)
