"""API keys: shown once, kept as a keyed hash, found by one query, rotated with two valid texts, revoked at once."""

from datetime import timedelta

import pytest
from django.db import connection
from pytest_django import Settings
from tests.access.cast import AT, SETUP, Town, grants
from tests.statements import counted

from regulars.access import gate
from regulars.access.errors import NotAllowed, UnknownKey, WrongSetting
from regulars.access.models import Assignment, Secret
from regulars.access.moves import KeyMade, Place
from regulars.access.rights import BUILT_IN, Right
from regulars.access.selectors import _OF_KEY, grants_of_key, keys_within
from regulars.access.services.keys import create_key, note_use, revoke_key, rotate_key
from regulars.access.services.roles import withdraw
from regulars.access.services.staff import deactivate
from regulars.journal.models import Entry
from regulars.journal.statements import run

pytestmark = pytest.mark.django_db


def till(town: Town, **asked: object) -> KeyMade:
    return create_key("Till 1", "till", town.store, by=gate.HOUSE, actor=SETUP, at=AT, **asked)  # type: ignore[arg-type]


def test_a_key_has_its_role_at_its_place(town: Town) -> None:
    made = till(town)
    holder = grants_of_key(made.text, AT)
    assert holder is not None
    assert (holder.kind, holder.id, holder.name) == ("key", made.id, "Till 1")
    assert holder.actor(request_id="req_1").id.startswith("key_")
    for right in Right:
        held = right in BUILT_IN["till"][1]
        assert gate.may(holder.grants, right, town.shop, town.downtown) is held
        assert not gate.may(holder.grants, right, town.shop, town.airport)
        assert not gate.may(holder.grants, right, town.shop)


def test_looking_a_key_up_is_one_query_by_an_index(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    made = till(town)
    grants_of_key(made.text, AT)  # the map of places is read once
    with counted() as asked:
        grants_of_key(made.text, AT)
        assert grants_of_key("rgk_000000000000_" + "A" * 43, AT) is None
    assert len(asked) == 2
    run("set local enable_seqscan = off")
    plan = "\n".join(row[0] for row in run(f"explain {_OF_KEY}", {"prefix": "rgk_0", "at": AT, "noted": AT}))
    assert "Seq Scan on access_secret" not in plan
    assert "Seq Scan on access_assignment" not in plan


def test_nothing_kept_gives_the_text_back(town: Town) -> None:
    made = till(town)
    secret = made.text.split("_", 2)[2]  # which may hold one itself
    with connection.cursor() as cursor:
        for table in ("access_key", "access_secret", "access_assignment", "journal_entry"):
            cursor.execute(f"select t::text from {table} t")
            kept = "\n".join(row[0] for row in cursor.fetchall())
            assert made.text not in kept
            assert secret not in kept
            assert secret.encode().hex() not in kept


def test_a_hash_is_worth_nothing_with_another_installation_s_secret(town: Town, settings: Settings) -> None:
    made = till(town)
    settings.SECRET_KEY = "another"
    assert grants_of_key(made.text, AT) is None


@pytest.mark.parametrize("wrong", ["", "rgk_", "Bearer x", "rgk_000000000000_" + "A" * 43, "\x00", "rgk_" + "é" * 56])
def test_what_is_no_key_is_nobody(town: Town, wrong: str) -> None:
    till(town)
    assert grants_of_key(wrong, AT) is None


def test_one_letter_changed_is_nobody(town: Town) -> None:
    text = till(town).text
    last = "A" if text[-1] != "A" else "B"
    assert grants_of_key(text[:-1] + last, AT) is None


def test_a_key_ends_when_it_should(town: Town) -> None:
    made = till(town, expires_at=AT + timedelta(days=1))
    assert grants_of_key(made.text, AT + timedelta(hours=23)) is not None
    assert grants_of_key(made.text, AT + timedelta(days=1)) is None
    with pytest.raises(WrongSetting):
        till(town, expires_at=AT)


def test_while_a_key_is_rotated_both_texts_are_valid(town: Town) -> None:
    first = till(town)
    second = rotate_key(first.id, overlap=timedelta(days=2), by=grants(town.ann), actor=SETUP, at=AT)
    for text in (first.text, second.text):
        holder = grants_of_key(text, AT + timedelta(days=1))
        assert holder is not None
        assert holder.id == first.id
    assert grants_of_key(first.text, AT + timedelta(days=2)) is None
    assert grants_of_key(second.text, AT + timedelta(days=2)) is not None


def test_a_revoked_key_is_nobody_at_once_with_all_its_texts(town: Town) -> None:
    first = till(town)
    second = rotate_key(first.id, by=gate.HOUSE, actor=SETUP, at=AT)
    revoke_key(first.id, by=grants(town.bea), actor=SETUP, at=AT)
    assert grants_of_key(first.text, AT) is None
    assert grants_of_key(second.text, AT) is None
    with pytest.raises(UnknownKey):
        revoke_key(first.id, by=gate.HOUSE, actor=SETUP, at=AT)


def test_last_use_is_kept_to_the_hour_without_a_write_per_call(town: Town) -> None:
    made = till(town)
    for minutes in (0, 10, 59, 61, 70):
        at = AT + timedelta(minutes=minutes)
        holder = grants_of_key(made.text, at)
        assert holder is not None
        assert holder.unnoted is (minutes in (0, 61))
        note_use(made.text, at=at)
        kept = Secret.objects.get(key=made.id).used_at
        assert kept == AT + timedelta(minutes=61 if minutes >= 61 else 0)


def test_a_person_s_own_key_does_what_they_may_and_ends_with_them(town: Town) -> None:
    made = create_key(
        "Bea's script", "administrator", town.store, owner=town.bea, by=grants(town.bea), actor=SETUP, at=AT
    )
    holder = grants_of_key(made.text, AT)
    assert holder is not None
    assert gate.may(holder.grants, Right.LEDGER_ADJUST, town.shop, town.downtown)
    withdraw(Assignment.objects.get(staff=town.bea).id, by=grants(town.ann), actor=SETUP, at=AT)
    holder = grants_of_key(made.text, AT)
    assert holder is not None
    assert gate.scope(holder.grants, Right.LEDGER_ADJUST).empty
    assert deactivate(town.bea, by=grants(town.ann), actor=SETUP, at=AT) == 1
    assert grants_of_key(made.text, AT) is None


def test_a_till_s_key_outlives_whoever_made_it(town: Town) -> None:
    made = create_key("Till", "till", town.store, by=grants(town.bea), actor=SETUP, at=AT)
    assert deactivate(town.bea, by=grants(town.ann), actor=SETUP, at=AT) == 0
    assert grants_of_key(made.text, AT) is not None


def test_nobody_makes_or_ends_a_key_beyond_their_own_place(town: Town) -> None:
    for place in (
        Place(town.one),
        Place(town.one, town.shop),
        Place(town.one, town.shop, town.airport),
        Place(town.two),
    ):
        with pytest.raises(NotAllowed):
            create_key("Key", "till", place, by=grants(town.bea), actor=SETUP, at=AT)
    whole = create_key("All", "till", town.whole, by=grants(town.ann), actor=SETUP, at=AT)
    for deed in (revoke_key, rotate_key):
        with pytest.raises(NotAllowed):
            deed(whole.id, by=grants(town.bea), actor=SETUP, at=AT)


def test_keys_are_listed_within_a_scope(town: Town) -> None:
    till(town)
    create_key("All", "till", town.whole, by=gate.HOUSE, actor=SETUP, at=AT)
    create_key("Other", "till", Place(town.two), by=gate.HOUSE, actor=SETUP, at=AT)
    listed = {
        who: [k.name for k in keys_within(gate.scope(grants(who), Right.ACCESS_READ))] for who in (town.ann, town.bea)
    }
    assert listed == {town.ann: ["All", "Till 1"], town.bea: ["Till 1"]}


def test_each_deed_of_a_key_is_in_the_trail(town: Town) -> None:
    made = till(town)
    rotate_key(made.id, by=gate.HOUSE, actor=SETUP, at=AT)
    revoke_key(made.id, by=gate.HOUSE, actor=SETUP, at=AT)
    told = Entry.objects.filter(what__contains="key").order_by("id").values_list("what", flat=True)
    assert list(told) == ["access.create_key", "access.rotate_key", "access.revoke_key"]
