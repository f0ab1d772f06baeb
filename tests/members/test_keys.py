"""Personal values are sealed with a key that is not in the database, and the key can be changed."""

import base64
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, enrol, make_range, seen

from regulars.journal.models import Entry
from regulars.members.errors import IdentifierTaken, KeysMissing, WrongKeys
from regulars.members.keyring import Generation, Keyring, keyring_in
from regulars.members.keys import folder, keyring, make_key
from regulars.members.models import Fact, Identifier, Key, Member, Note
from regulars.members.selectors import by_tail
from regulars.members.selectors.profiles import by_name, identifiers_of, notes_of, values_of
from regulars.members.services import cards
from regulars.members.services.extras import write_note
from regulars.members.services.keys import check, make_first
from regulars.members.services.rotation import rotate

KEYS = st.binary(min_size=32, max_size=32)
ONE = Generation(1, bytes(range(32)))


@given(st.text(), st.text(max_size=20), KEYS)
def test_what_is_sealed_opens_with_its_key_and_no_other(text: str, context: str, other: bytes) -> None:
    sealed = ONE.seal(text, context)
    assert ONE.open(sealed, context) == text
    assert ONE.seal(text, context) != sealed
    if other != ONE.secret:
        with pytest.raises(WrongKeys):
            Generation(2, other).open(sealed, context)


@given(st.text(max_size=40), st.data())
def test_a_sealed_value_that_was_changed_or_moved_does_not_open(text: str, data: st.DataObject) -> None:
    sealed = ONE.seal(text, "fact|a")
    place = data.draw(st.integers(0, len(sealed) - 1))
    bit = data.draw(st.integers(0, 7))
    changed = sealed[:place] + bytes([sealed[place] ^ 1 << bit]) + sealed[place + 1 :]
    for wrong, context in ((changed, "fact|a"), (sealed, "fact|b"), (sealed[:-1], "fact|a")):
        with pytest.raises(WrongKeys):
            ONE.open(wrong, context)


@given(st.text(), st.text(), KEYS)
def test_a_blinded_value_is_the_same_under_its_key_alone(one: str, two: str, other: bytes) -> None:
    assert ONE.blind("o", "phone", one) == ONE.blind("o", "phone", one)
    assert (ONE.blind("o", "phone", one) == ONE.blind("o", "phone", two)) == (one == two)
    assert ONE.blind("o", "phone", one) != ONE.blind("p", "phone", one)
    assert (ONE.blind("o", one) == Generation(1, other).blind("o", one)) == (other == ONE.secret)


def test_a_key_says_nothing_of_itself_when_printed() -> None:
    assert str(ONE.secret) not in repr(ONE)
    assert ONE.secret.hex() not in repr(Keyring({1: ONE})) + ONE.fingerprint


def test_keys_are_files_only_their_owner_reads(tmp_path: Path) -> None:
    make_key(tmp_path / "keys" / "1")
    before = (tmp_path / "keys" / "1").read_bytes()
    make_key(tmp_path / "keys" / "1")
    assert (tmp_path / "keys" / "1").read_bytes() == before
    assert (tmp_path / "keys" / "1").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("content", [b"", b"short", b"!!!!", base64.urlsafe_b64encode(bytes(31))])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "1").write_bytes(content)
    with pytest.raises(KeysMissing):
        keyring_in(tmp_path)


@pytest.mark.usefixtures("own_keys")
def test_the_keys_of_another_installation_are_refused_and_never_made_anew() -> None:
    enrol(("phone", "0171 5550199"))
    path = folder() / "1"
    kept = path.read_bytes()
    path.unlink()
    with pytest.raises(KeysMissing):
        make_first(at=AT)
    assert not path.exists()
    make_key(path)
    with pytest.raises(WrongKeys):
        make_first(at=AT)
    path.unlink()
    path.write_bytes(kept)
    assert check().generations.keys() == {1}


def a_filled_shop() -> tuple[list[UUID], str]:
    members = [
        enrol(
            ("phone", f"0171 55501{number:02d}"),
            ("email", f"m{number}@example.com"),
            facts={"given_name": "Ann", "family_name": f"Lee{'abcdefghij'[number]}", "street": f"Hill {number}"},
        )
        for number in range(10)
    ]
    card = cards.issue_to(make_range(), [members[0]], organisation=OURS, actor=ANN, at=AT)[0]
    write_note(members[0], "Likes the table by the window", organisation=OURS, actor=ANN, at=AT)
    return members, card.number


def state_of(ids: list[UUID], card: str) -> dict[str, object]:
    """All that can be read and found, whatever the key."""
    return {
        "facts": [values_of(member) for member in ids],
        "identifiers": [[one.value for one in identifiers_of([member])[member]] for member in ids],
        "found": [(f.member if (f := seen("phone", f"0171 55501{n:02d}")) else None) for n in range(10)],
        "card": seen("card", card),
        "tail": by_tail("0103", organisation=OURS),
        "names": by_name("ann leec", organisation=OURS),
        "notes": [text for _, text, _, _ in notes_of(ids[0])],
    }


def generations() -> set[int | None]:
    """Those that anything is sealed or blinded with."""
    return {
        *Identifier.objects.values_list("key", flat=True),
        *Fact.objects.exclude(key=None).values_list("key", flat=True),
        *Note.objects.values_list("key", flat=True),
        *Member.objects.filter(name_key__gt=0).values_list("name_key", flat=True),
    }


@pytest.mark.usefixtures("own_keys")
def test_a_rotation_changes_every_sealed_row_and_nothing_that_is_read() -> None:
    members, card = a_filled_shop()
    before, sealed = state_of(members, card), set(map(bytes, Identifier.objects.values_list("blind", flat=True)))
    done = list(rotate(actor=ANN, at=AT, batch=4))
    assert state_of(members, card) == before
    assert generations() == {2}
    assert sealed.isdisjoint(map(bytes, Identifier.objects.values_list("blind", flat=True)))
    assert {one.table for one in done} == {"identifiers", "facts", "notes", "names"}
    assert keyring().generations.keys() == {2}
    assert Key.objects.get(generation=1).retired_at == AT
    assert {"keys.rotate", "keys.retire"} <= set(Entry.objects.values_list("what", flat=True))


@pytest.mark.usefixtures("own_keys")
@pytest.mark.parametrize("batches", [0, 1, 5, 8, 12])
def test_a_rotation_that_was_cut_short_goes_on_and_all_is_found_meanwhile(batches: int) -> None:
    members, card = a_filled_shop()
    before = state_of(members, card)
    going = rotate(actor=ANN, at=AT, batch=4)
    for _ in range(batches):
        next(going)
    going.close()
    assert state_of(members, card) == before
    with pytest.raises(IdentifierTaken):
        enrol(("phone", "0171 5550103"))
    enrol(("phone", "0171 5550177"))
    list(rotate(actor=ANN, at=AT, batch=4))
    assert generations() == {keyring().newest.number}
    assert state_of(members, card) == before
    assert seen("phone", "0171 5550177") is not None


@pytest.mark.usefixtures("own_keys")
def test_a_row_written_with_the_old_key_at_the_last_moment_is_not_lost() -> None:
    a_filled_shop()
    old = keyring().newest
    list(rotate(actor=ANN, at=AT))
    row = Identifier.objects.filter(kind="phone").order_by("id").first()
    assert row is not None
    assert row.member_id is not None
    value = identifiers_of([row.member_id])[row.member_id][0].value
    row.sealed, row.key = old.seal(value, f"identifier|{row.id}"), old.number
    row.save()
    assert value in [one.value for one in identifiers_of([row.member_id])[row.member_id]]
    list(rotate(actor=ANN, at=AT))
    assert generations() == {3}


# A stolen dump


PERSONAL = {
    "phone": "+491715550142",
    "email": "wilhelmina.quandt@example.com",
    "street": "Zaunkoenigweg 73",
    "postcode": "04177",
    "family_name": "Quandt",
    "given_name": "Wilhelmina",
    "birth_on": "1951-07-23",
    "note": "sister lives at Amselgasse 9",
}


def forms_of(value: str) -> set[str]:
    """A value in the forms a dump could show it in: plain, encoded, reversed; also without its country."""
    shapes = {value, value[::-1], value.lower(), value.removeprefix("+49"), value.removeprefix("+")}
    encoded = {base64.b64encode(one.encode()).decode().rstrip("=")[:-1] for one in shapes}
    encoded |= {base64.urlsafe_b64encode(one.encode()).decode().rstrip("=")[:-1] for one in shapes}
    return {form for form in {*shapes, *encoded, *(one.encode().hex() for one in shapes)} if len(form) > 4}


@pytest.mark.django_db
def test_a_stolen_dump_shows_no_phone_mail_or_address_in_any_form() -> None:
    facts = {name: value for name, value in PERSONAL.items() if name not in ("phone", "email", "note")}
    member = enrol(("phone", PERSONAL["phone"]), ("email", PERSONAL["email"]), facts={**facts, "town": "Leipzig"})
    card = cards.issue_to(make_range(), [member], organisation=OURS, actor=ANN, at=AT)[0]
    write_note(member, PERSONAL["note"], organisation=OURS, actor=ANN, at=AT)
    dump = everything_in_the_database()
    assert "Leipzig" in dump, "towns are plain: the dump holds what it should"
    for name, value in {**PERSONAL, "card": card.number}.items():
        shown = {form for form in forms_of(value) if form in dump}
        assert shown == set(), name


def everything_in_the_database() -> str:
    """Every row of every table, as pg_dump writes them."""
    parts = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I', relname) FROM pg_stat_user_tables ORDER BY relname")
        for (table,) in cursor.fetchall():
            with cursor.copy(f"COPY {table} TO STDOUT") as copy:
                parts += [bytes(block) for block in copy]
    return b"".join(parts).decode()


def test_the_look_for_personal_data_finds_it_where_it_is() -> None:
    assert "Quandt"[::-1] in forms_of("Quandt")
    assert any(form in "phone: 1715550142" for form in forms_of(PERSONAL["phone"]))
    assert any(form in base64.b64encode(PERSONAL["email"].encode()).decode() for form in forms_of(PERSONAL["email"]))
