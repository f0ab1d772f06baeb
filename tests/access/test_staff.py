"""Staff, roles and places: who may set them up, what leaving ends, and that somebody is always left."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user, login
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.sessions.backends.db import SessionStore
from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from pytest_django import Settings
from tests.access.cast import AT, PASSWORD, SETUP, Town, grants

from regulars.access import gate
from regulars.access.errors import (
    LastAdministrator,
    NotAllowed,
    StaffClash,
    UnknownPlace,
    UnknownRole,
    WeakPassword,
    WrongSetting,
)
from regulars.access.models import Assignment, Role, Staff, Store
from regulars.access.moves import NewMerchant, NewStore, Place
from regulars.access.rights import BUILT_IN, Right
from regulars.access.scoping import seen, within
from regulars.access.selectors import grants_of_staff, places, staff_within
from regulars.access.services.places import found_organisation, open_merchants, open_stores
from regulars.access.services.roles import assign, renew_built_in, withdraw, write_role
from regulars.access.services.staff import deactivate, end_sessions, hire, reactivate, set_password
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Deed, Seen, Sought
from regulars.journal.selectors import search
from regulars.journal.services import record
from regulars.server import settings as ours

pytestmark = pytest.mark.django_db


def session_of(town: Town) -> HttpRequest:
    """Bea, logged in."""
    request = HttpRequest()
    request.session = SessionStore()
    login(request, Staff.objects.get(pk=town.bea), backend="django.contrib.auth.backends.ModelBackend")
    return request


def test_leaving_ends_sessions_at_their_next_request(town: Town) -> None:
    request = session_of(town)
    assert get_user(request) == Staff.objects.get(pk=town.bea)
    deactivate(town.bea, by=grants(town.ann), actor=SETUP, at=AT)
    assert not get_user(request).is_authenticated
    assert grants_of_staff(town.bea, AT) is None
    reactivate(town.bea, by=grants(town.ann), actor=SETUP, at=AT)
    assert not get_user(request).is_authenticated, "a session from before must not come back to life"
    assert grants_of_staff(town.bea, AT) is not None


@pytest.mark.parametrize("ended_by", ["password", "asked"])
def test_a_new_password_ends_sessions_too(town: Town, ended_by: str) -> None:
    request = session_of(town)
    if ended_by == "password":
        set_password(town.bea, "nine brown geese", actor=SETUP, at=AT)
    else:
        end_sessions(town.bea, actor=SETUP, at=AT)
    assert not get_user(request).is_authenticated


def test_somebody_is_left_who_manages_the_organisation(town: Town) -> None:
    [given] = Assignment.objects.filter(staff=town.ann)
    with pytest.raises(LastAdministrator):
        deactivate(town.ann, by=grants(town.ann), actor=SETUP, at=AT)
    with pytest.raises(LastAdministrator):
        withdraw(given.id, by=grants(town.ann), actor=SETUP, at=AT)
    with pytest.raises(LastAdministrator):
        write_role(
            town.one, "administrator", name="A", rights=["members.read"], by=grants(town.ann), actor=SETUP, at=AT
        )
    with pytest.raises(LastAdministrator):
        assign(
            "administrator",
            town.whole,
            staff=town.ann,
            until=AT + timedelta(days=1),
            by=grants(town.ann),
            actor=SETUP,
            at=AT,
        )
    assign("administrator", town.whole, staff=town.bea, by=grants(town.ann), actor=SETUP, at=AT)
    deactivate(town.ann, by=grants(town.bea), actor=SETUP, at=AT)


def test_nobody_gives_or_takes_beyond_their_place(town: Town) -> None:
    bea = grants(town.bea)
    for place in (town.whole, Place(town.one, town.shop), Place(town.one, town.shop, town.airport), Place(town.two)):
        with pytest.raises(NotAllowed):
            assign("clerk", place, staff=town.cid, by=bea, actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        deactivate(town.ann, by=bea, actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        withdraw(Assignment.objects.get(staff=town.ann).id, by=bea, actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        write_role(town.one, "clerk", name="C", rights=list(Right), by=bea, actor=SETUP, at=AT)
    assign("clerk", town.store, staff=town.cid, by=bea, actor=SETUP, at=AT)


def test_who_lacks_a_right_cannot_give_it(town: Town) -> None:
    write_role(
        town.one,
        "deputy",
        name="Deputy",
        rights=["access.manage", "members.read"],
        by=grants(town.ann),
        actor=SETUP,
        at=AT,
    )
    assign("deputy", town.whole, staff=town.cid, by=grants(town.ann), actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        assign("clerk", town.whole, staff=town.cid, by=grants(town.cid), actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        write_role(
            town.one,
            "deputy",
            name="D",
            rights=["access.manage", "ledger.adjust"],
            by=grants(town.cid),
            actor=SETUP,
            at=AT,
        )
    assign("deputy", town.store, staff=town.bea, by=grants(town.cid), actor=SETUP, at=AT)


def test_a_release_gives_built_in_roles_what_is_new_and_not_what_was_taken_away(town: Town) -> None:
    """Of the clerk a release before knew neither cases nor scores, and this organisation took the scores away."""
    role = Role.objects.get(organisation=town.one, code="clerk")
    new, taken = {Right.CARE_READ}, {Right.SCORES_READ}
    role.offered = sorted(set(role.offered) - new)
    role.rights = sorted(set(role.rights) - new - taken)
    role.save()
    assert renew_built_in(actor=SETUP, at=AT) == 1
    role.refresh_from_db()
    assert set(role.rights) == BUILT_IN["clerk"][1] - taken
    assert Entry.objects.get(what="access.write_role").subject == typed("rol", role.id)
    assert renew_built_in(actor=SETUP, at=AT) == 0


def test_a_role_is_data_and_changes_for_all_who_hold_it(town: Town) -> None:
    assign("clerk", town.store, staff=town.cid, by=grants(town.ann), actor=SETUP, at=AT)
    assert not gate.may(grants(town.cid), Right.MEMBERS_EXPORT, town.shop, town.downtown)
    write_role(town.one, "clerk", name="Clerk", rights=["members.export"], by=grants(town.ann), actor=SETUP, at=AT)
    assert gate.may(grants(town.cid), Right.MEMBERS_EXPORT, town.shop, town.downtown)
    assert not gate.may(grants(town.cid), Right.MEMBERS_READ, town.shop, town.downtown)
    others = Role.objects.get(organisation=town.two, code="clerk")
    assert set(others.rights) == BUILT_IN["clerk"][1], "another organisation's role is its own"
    line = Entry.objects.get(what="access.write_role")
    assert line.after["rights"] == ["members.export"]
    assert line.before["rights"] == sorted(BUILT_IN["clerk"][1])


def test_a_role_with_an_end_ends(town: Town) -> None:
    assign("clerk", town.store, staff=town.cid, until=AT + timedelta(days=1), by=gate.HOUSE, actor=SETUP, at=AT)
    assert gate.may(grants(town.cid), Right.LEDGER_POST, store=town.downtown)
    assert not gate.may(grants(town.cid, AT + timedelta(days=1)), Right.LEDGER_POST, store=town.downtown)


def test_giving_a_role_twice_is_giving_it_once(town: Town) -> None:
    first = assign("clerk", town.store, staff=town.cid, by=gate.HOUSE, actor=SETUP, at=AT)
    assert assign("clerk", town.store, staff=town.cid, by=gate.HOUSE, actor=SETUP, at=AT) == first


def test_a_right_this_release_does_not_know_gives_nothing(town: Town) -> None:
    Role.objects.filter(organisation=town.one, code="administrator").update(rights=["rockets.launch", "members.read"])
    [given] = grants(town.ann).given
    assert given.rights == {Right.MEMBERS_READ}


@pytest.mark.parametrize(
    ("case", "merchant", "store"),
    [("another organisation's merchant", "rival", None), ("a store of another merchant", "bakery", "downtown")],
)
def test_the_database_too_refuses_a_place_that_is_not_within(
    town: Town, case: str, merchant: str, store: str | None
) -> None:
    role = Role.objects.get(organisation=town.one, code="clerk")
    with pytest.raises(IntegrityError), transaction.atomic():
        Assignment.objects.create(
            id=town.one,
            staff_id=town.cid,
            role=role,
            organisation_id=town.one,
            merchant_id=getattr(town, merchant),
            store_id=store and getattr(town, store),
            given_at=AT,
        )
    place = Place(town.one, getattr(town, merchant), getattr(town, store) if store else None)
    with pytest.raises(UnknownPlace):
        assign("clerk", place, staff=town.cid, by=gate.HOUSE, actor=SETUP, at=AT)


def test_the_map_follows_every_change(town: Town) -> None:
    before = places()
    assert places() is before, "read once per edition"
    [made] = open_stores(town.shop, [NewStore("Harbour")], by=grants(town.ann), actor=SETUP, at=AT)
    assert places().merchant_of[made] == town.shop
    with connection.cursor() as cursor:
        cursor.execute("update access_store set name = 'Port' where id = %s", [made])
    assert places() == as_stored(), "also past the services"


def as_stored() -> object:
    found = places()
    stores = dict(Store.objects.values_list("id", "merchant_id"))
    assert found.merchant_of == stores
    return found


def test_rows_outside_a_scope_are_not_in_the_query(town: Town) -> None:
    for who, names in (
        (town.ann, ["Airport", "Downtown", "Oven"]),
        (town.bea, ["Downtown"]),
        (town.cid, ["Elsewhere"]),
    ):
        seen = gate.scope(grants(who), Right.MEMBERS_READ)
        by_both = Store.objects.filter(within(seen, merchant="merchant", store="id")).order_by("name")
        by_store = Store.objects.filter(within(seen, store="id", places=places())).order_by("name")
        assert [s.name for s in by_both] == [s.name for s in by_store] == names
    assert Store.objects.filter(within(gate.scope(gate.HOUSE, Right.MEMBERS_READ), store="id")).count() == 4


def test_of_the_trail_too_one_sees_one_s_own_places(town: Town) -> None:
    for store, merchant in ((town.downtown, town.shop), (town.oven, town.bakery), (town.elsewhere, town.rival)):
        deed = Deed("members.read", f"mbr_{store}", typed("mrc", merchant), typed("str", store))
        record([deed], actor=SETUP, at=AT)
    for who, stores in (
        (town.ann, {town.downtown, town.oven}),
        (town.bea, {town.downtown}),
        (town.cid, {town.elsewhere}),
    ):
        lines = search(Sought(what="members.read"), seen=seen(gate.scope(grants(who), Right.JOURNAL_READ))).lines
        assert {line.store for line in lines} == {typed("str", store) for store in stores}
    assert search(Sought(), seen=seen(gate.scope(grants(town.bea), Right.LEDGER_ADJUST))).lines
    assert not search(Sought(), seen=Seen()).lines


def test_staff_are_listed_within_a_scope(town: Town) -> None:
    def listed(who: object) -> list[str]:
        return [s.name for s in staff_within(gate.scope(grants(who), Right.ACCESS_READ))]  # type: ignore[arg-type]

    assert (listed(town.ann), listed(town.bea), listed(town.cid)) == (["Ann", "Bea"], ["Bea"], ["Cid"])


@pytest.mark.parametrize(
    ("case", "change", "refusal"),
    [
        ("no mail address", {"email": "nobody"}, WrongSetting),
        ("no name", {"name": "  "}, WrongSetting),
        ("known already, in capitals", {"email": "ANN@example.org"}, StaffClash),
        ("short", {"password": "kiwi"}, WeakPassword),
        ("common", {"password": "password1"}, WeakPassword),
        ("like the name", {"password": "dora.marlowe", "name": "Dora Marlowe"}, WeakPassword),
    ],
)
def test_new_staff_are_refused(town: Town, case: str, change: dict[str, str], refusal: type[Exception]) -> None:
    asked = {"email": "dora@example.org", "name": "Dora", "password": PASSWORD, **change}
    with pytest.raises(refusal):
        hire(asked.pop("email"), **asked, by=grants(town.ann), actor=SETUP, at=AT)
    assert Staff.objects.count() == 3


def test_settings_that_cannot_serve_are_refused(town: Town) -> None:
    ann = grants(town.ann)
    with pytest.raises(WrongSetting):
        open_merchants(town.one, [NewMerchant("X", "Mars/Olympus", "CNY")], by=ann, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        open_merchants(town.one, [NewMerchant("X", "UTC", "yuan")], by=ann, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        open_merchants(town.one, [NewMerchant("Shop", "UTC", "CNY")], by=ann, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        open_stores(town.shop, [NewStore("Third", "001")], by=ann, actor=SETUP, at=AT)
    with pytest.raises(NotAllowed):
        found_organisation("Three", zone="UTC", by=ann, actor=SETUP, at=AT)
    with pytest.raises(WrongSetting):
        write_role(town.one, "x", name="X", rights=["rockets.launch"], by=ann, actor=SETUP, at=AT)
    with pytest.raises(UnknownRole):
        assign("pilot", town.whole, staff=town.bea, by=ann, actor=SETUP, at=AT)


def test_passwords_are_kept_by_a_hash_that_is_slow(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ours.PASSWORD_HASHERS
    assert identify_hasher(make_password(PASSWORD)).algorithm == "scrypt"
