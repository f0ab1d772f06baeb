"""Deeds across the rooms: merge, un-merge, erase and export, with the books taking part."""

import json
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.history.staged import line, staged
from tests.ledger.books_made import earn, spend, unit
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol, make_range, seen
from tests.members.test_merging import everything, merge, tell, tried, unmerge

from regulars.basics.ids import typed
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.journal.models import Entry
from regulars.ledger.errors import OpenHolds
from regulars.ledger.models import Account, Transfer
from regulars.ledger.moves import NewHold
from regulars.ledger.selectors import balances
from regulars.ledger.services import place_hold
from regulars.ledger.verify import verify
from regulars.members import erasing, exporting
from regulars.members.errors import MemberClosed, UnknownMember
from regulars.members.models import Card, Consent, Erasure, Fact, Identifier, Member, Merge, Note
from regulars.members.selectors import roots
from regulars.members.services import cards, extras
from regulars.server.place import Place

DAY = timedelta(days=1)


def worth(owner: UUID) -> tuple[int, int]:
    found = balances(owner, at=AT + 50 * DAY)
    return (found[0].available, found[0].owed) if found else (0, 0)


@pytest.mark.django_db
def test_sem_35_merge_moves_what_is_held_and_unmerge_gives_it_back_after_new_purchases() -> None:
    unit()
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    earn(ann, 50)
    earn(annie, 100)
    merge(ann, annie)
    assert (worth(ann), worth(annie)) == ((150, 0), (0, 0))
    found = seen("phone", "0171 5550199")
    assert found is not None
    assert found.member is not None
    earn(found.member, 20, at=AT + 2 * DAY, shown=found.shown)
    earn(found.member, 7, at=AT + 2 * DAY)
    unmerge(annie, at=AT + 3 * DAY)
    assert (worth(ann), worth(annie)) == ((57, 0), (120, 0))


@pytest.mark.django_db
def test_a_merge_of_an_earlier_release_is_undone_by_the_rooms_that_took_part() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    merge(ann, annie)
    found = Merge.objects.get()
    Merge.objects.update(plan={room: found.plan[room] for room in ("api", "members", "ledger")})
    unmerge(annie, at=AT + DAY)
    assert roots([ann, annie], organisation=OURS) == {ann: ann, annie: annie}


@pytest.mark.django_db
def test_sem_35_open_holds_on_either_side_refuse_and_nothing_is_left_of_the_attempt() -> None:
    unit()
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    earn(annie, 100)
    place_hold(NewHold(annie, "points", 10, AT + DAY), actor=ANN, at=AT)
    before = everything()
    for survivor, other in ((ann, annie), (annie, ann)):
        with pytest.raises(OpenHolds):
            merge(survivor, other, at=AT + timedelta(minutes=1))
    assert everything() == before
    assert not Entry.objects.filter(what="members.merge").exists()


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=4, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 90)), min_size=1, max_size=6),
    st.lists(st.tuples(st.integers(0, 2), st.integers(1, 40)), max_size=4),
)
def test_invariant_9_with_the_books(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> None:
    """Merges of three, purchases with each one's card, un-merges: each has what it had and what its card earned."""
    with tried():
        unit()
        ids = [enrol(("phone", f"0171 555010{number}")) for number in range(3)]
        had = [0, 0, 0]
        for who, amount in before:
            earn(ids[who], amount)
            had[who] += amount
        known = everything()
        merge(ids[1], ids[2], at=AT + DAY)
        merge(ids[0], ids[1], at=AT + 2 * DAY)
        for who, amount in after:
            earn(ids[0], amount, at=AT + 3 * DAY, shown=ids[who])
            had[who] += amount
        unmerge(ids[1], at=AT + 4 * DAY)
        assert worth(ids[0]) == (had[0], 0)
        unmerge(ids[2], at=AT + 5 * DAY)
        assert [worth(one) for one in ids] == [(amount, 0) for amount in had]
        assert everything() == known


def known_person() -> tuple[UUID, str]:
    """Somebody of whom every table knows something."""
    ann = enrol(
        ("phone", "0171 5550199"),
        ("email", "ann.lee@example.com"),
        facts={"given_name": "Annabel", "family_name": "Leeds", "town": "Rye", "birth_on": "1980-03-04"},
    )
    tell(ann, True)
    extras.write_note(ann, "likes oolong", organisation=OURS, actor=ANN, at=AT)
    extras.tag([ann], ["oolong"], organisation=OURS, source="till", actor=ANN, at=AT)
    made = cards.issue(make_range(), 1, organisation=OURS, actor=ANN, at=AT)[0]
    cards.claim(made.id, ann, organisation=OURS, actor=ANN, at=AT)
    return ann, made.number


@pytest.fixture
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake of this test's own, with the keys there are."""
    here = django_settings.PLACE
    place = Place(tmp_path, None)
    tmp_path.joinpath("secrets").symlink_to(here.secrets)
    monkeypatch.setattr(django_settings, "PLACE", place)
    return place.lake


@pytest.mark.django_db
def test_sem_38_erasure_takes_the_person_and_keeps_the_entries(own_place: Path) -> None:
    unit()
    ann, number = known_person()
    annie = enrol(("phone", "0171 5550177"))
    earn(annie, 30)
    earn(ann, 100)
    merge(ann, annie)
    spend(ann, 20, at=AT + DAY)
    entries = Transfer.objects.count()
    told = erasing.erase(annie, organisation=OURS, reason="asked for it", actor=ANN, at=AT + 2 * DAY)
    assert told["members"]["members"] == 2
    for table in (Fact, Note, Consent):
        assert not table.objects.exists()
    assert [row.state for row in Member.objects.order_by("id")] == ["erased", "erased"]
    assert set(Member.objects.values_list("town", "sex", "birthday")) == {("", "", None)}
    assert Member.objects.filter(name_grams=[]).count() == 2
    assert Identifier.objects.get().kind == "card"
    shown = seen("card", number)
    assert shown is not None
    assert (shown.usable, shown.member, shown.reason) == (False, None, "erased")
    assert Card.objects.get().state == "ended"
    # The books are whole, nothing is owed to anybody any more, and it was written off by an entry.
    assert Transfer.objects.count() > entries
    assert set(Account.objects.filter(owner__isnull=False).values_list("balance", flat=True)) == {0}
    assert sum(Transfer.objects.filter(kind="erase").values_list("amount", flat=True)) == 110
    assert verify(at=AT + 3 * DAY, jobs=1).right
    # The trail says that it happened, and to which id.
    assert Entry.objects.filter(what="members.erase", subject=typed("mbr", ann)).count() == 1
    assert set(Erasure.objects.values_list("member_id", flat=True)) == {ann, annie}
    assert erasing.not_erased([ann, annie]) == set()
    with pytest.raises(MemberClosed):
        erasing.erase(ann, reason="again", actor=ANN, at=AT + 3 * DAY)


@pytest.mark.django_db
def test_sem_38_no_table_keeps_a_word_of_the_person(own_place: Path) -> None:
    ann, _ = known_person()
    erasing.erase(ann, reason="asked", actor=ANN, at=AT + DAY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            text = " ".join(row[0] for row in cursor.fetchall()).lower()
            for word in ("annabel", "leeds", "oolong", "5550199", "ann.lee", "rye"):
                assert (table in ("journal_entry",) and word == "oolong") or word not in text, (table, word)


@pytest.mark.django_db
def test_sem_38_the_lake_forgets_too_and_the_next_file_as_well(own_place: Path, tmp_path: Path) -> None:
    ann, number = known_person()
    lake = Lake(own_place, memory="300MB", threads=1)
    lake.add(staged(tmp_path, "may.csv", [line("0171 5550199", amount=500), line(number), line("bob")]))
    erasing.erase(ann, reason="asked", actor=ANN, at=AT + DAY)
    assert erasing.finish_lakes(at=AT + DAY) == 2
    assert erasing.finish_lakes(at=AT + DAY) == 0
    lake.close()
    lake = Lake(own_place, memory="300MB", threads=1)
    june = [line("Ann.Lee@example.com", day="2024-02-02"), line("bob", day="2024-02-02")]
    lake.add(staged(tmp_path, "june.csv", june))
    with Engine(memory="300MB", threads=1) as engine:
        rows = engine.arrow(lake.lines(engine).select("customer", "amount_minor")).to_pylist()
    assert sorted(str(row["customer"]) for row in rows) == ["None", "None", "None", "bob", "bob"]
    assert sum(row["amount_minor"] for row in rows) == 500 + 4 * 300


@pytest.mark.django_db
def test_an_erased_person_cannot_be_merged_or_found(own_place: Path) -> None:
    ann, _ = known_person()
    other = enrol(("phone", "0171 5550166"))
    erasing.erase(ann, reason="asked", actor=ANN, at=AT + DAY)
    with pytest.raises(MemberClosed):
        merge(other, ann)
    assert seen("phone", "0171 5550199") is None
    again = enrol(("phone", "0171 5550199"))
    assert roots([again], organisation=OURS) == {again: again}
    with pytest.raises(UnknownMember):
        erasing.erase(again, organisation=THEIRS, reason="", actor=ANN, at=AT + DAY)


@pytest.mark.django_db
def test_everything_about_one_person_is_told_in_plain() -> None:
    unit()
    ann, number = known_person()
    annie = enrol(("phone", "0171 5550177"), facts={"given_name": "<Annie & co>"})
    earn(ann, 100)
    merge(ann, annie)
    exported = exporting.export(annie, organisation=OURS, actor=ANN, at=AT + DAY)
    text = exporting.as_json(exported)
    assert json.loads(text)["member"] == typed("mbr", ann)
    reached = ("+491715550199", "+491715550177", "ann.lee@example.com", number)
    for word in (*reached, "Annabel", "likes oolong", "Rye", "1980-03-04"):
        assert word in text
    assert exported["rooms"]["ledger"]["accounts"][0]["balance"] == 100
    page = exporting.as_html(exported)
    assert "&lt;Annie &amp; co&gt;" in page
    assert "<Annie" not in page
    assert "http" not in page
    line_of = Entry.objects.get(what="members.export")
    assert line_of.after["members"]["identifiers"] == 4
    assert "Annabel" not in str(line_of.after)
