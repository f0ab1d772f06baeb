"""Two members become one person, and two again, with everything where it was."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Thread
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol, seen

from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.members import merging
from regulars.members.errors import AlreadyMerged, MergedFurther, NotMerged, UnknownMember
from regulars.members.models import Consent, Member, Pair, Permission
from regulars.members.moves import Asked, FactChange, NewIdentifier
from regulars.members.selectors import roots
from regulars.members.selectors.consents import permitted, proofs_of
from regulars.members.selectors.profiles import facts_of, identifiers_of, notes_of, tags_of
from regulars.members.services import consents, extras, groups, identifiers, people

DAY = timedelta(days=1)


def merge(survivor: UUID, other: UUID, at: datetime = AT + DAY) -> UUID:
    return merging.merge(survivor, other, organisation=OURS, reason="the same person", actor=ANN, at=at)


def unmerge(other: UUID, at: datetime = AT + 2 * DAY) -> dict[str, Any]:
    return merging.unmerge(other, organisation=OURS, reason="two people", actor=ANN, at=at)


def tell(member: UUID, given: bool, *, channel: str = "email", at: datetime = AT) -> None:
    words = consents.publish(
        organisation=OURS, purpose="marketing", language="en", version="1", text="May we write?", actor=ANN, at=AT
    )
    said = Asked(member, channel, "marketing", given, "form", at, words if given else None)
    consents.tell([said], organisation=OURS, actor=ANN, at=at)


def everything() -> dict[str, Any]:
    """All that is known of everybody, as rows: what un-merge must give back to the last one."""
    found: dict[str, Any] = {}
    with connection.cursor() as cursor:
        for table in ("member", "fact", "identifier", "card", "consent", "permission", "tag", "note", "household"):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM members_{table} t")
            found[table] = sorted(row[0] for row in cursor.fetchall())
    return found


@contextmanager
def tried() -> Iterator[None]:
    """What happens inside leaves no trace."""
    with transaction.atomic():
        point = transaction.savepoint()
        try:
            yield
        finally:
            transaction.savepoint_rollback(point)


@pytest.mark.django_db
def test_sem_35_a_merge_keeps_both_ids_and_the_old_one_redirects() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    merge(ann, annie)
    assert roots([ann, annie], organisation=OURS) == {ann: ann, annie: ann}
    found = seen("phone", "0171 5550199")
    assert found is not None
    assert (found.member, found.shown) == (ann, annie)
    line = Entry.objects.get(what="members.merge")
    assert (line.subject, line.after["other"], line.reason) == (
        typed("mbr", ann),
        typed("mbr", annie),
        "the same person",
    )


@pytest.mark.django_db
def test_sem_35_everything_of_the_other_is_the_survivors() -> None:
    ann = enrol(("email", "ann@example.com"), facts={"given_name": "Ann"})
    annie = enrol(("phone", "0171 5550199"), facts={"family_name": "Lee", "town": "Rye"})
    extras.tag([annie], ["regular"], organisation=OURS, source="till", actor=ANN, at=AT)
    extras.write_note(annie, "likes tea", organisation=OURS, actor=ANN, at=AT)
    home = groups.make_household([annie], organisation=OURS, actor=ANN, at=AT)
    merge(ann, annie)
    known = {name: fact.value for name, fact in facts_of([ann])[ann].items()}
    assert known == {"given_name": "Ann", "family_name": "Lee", "town": "Rye"}
    assert sorted(one.kind for one in identifiers_of([ann])[ann]) == ["email", "phone"]
    assert tags_of([ann])[ann] == ["regular"]
    assert [text for _, text, _, _ in notes_of(ann)] == ["likes tea"]
    row = Member.objects.get(id=ann)
    assert (row.household_id, row.town) == (home, "Rye")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("anns", "annies", "may"),
    [(True, True, True), (True, False, False), (False, True, False), (None, True, True), (None, False, False)],
)
def test_sem_35_of_consents_the_stricter_wins_and_its_proof_is_kept(anns: bool | None, annies: bool, may: bool) -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    if anns is not None:
        tell(ann, anns, at=AT)
    tell(annie, annies, at=AT - DAY)
    merge(ann, annie)
    assert (ann in permitted([ann], "email", "marketing")) is may
    assert len(proofs_of(ann)) == (1 if anns is None else 2)
    unmerge(annie)
    assert permitted([ann, annie], "email", "marketing") == {
        one for one, said in ((ann, anns), (annie, annies)) if said
    }


@pytest.mark.django_db
def test_what_is_agreed_after_a_merge_stands_over_what_was_said_before() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    tell(annie, False)
    merge(ann, annie)
    tell(ann, True, at=AT + 2 * DAY)
    assert permitted([ann], "email", "marketing") == {ann}
    third = enrol(("phone", "0171 5550177"))
    merge(ann, third, at=AT + 3 * DAY)
    assert permitted([ann], "email", "marketing") == {ann}


@pytest.mark.django_db
def test_sem_35_chains_redirect_to_the_last_and_come_apart_from_the_outside() -> None:
    one, two, three = (enrol(("phone", f"0171 555010{n}")) for n in range(3))
    before = everything()
    merge(two, three)
    merge(one, two, at=AT + 2 * DAY)
    assert set(roots([one, two, three], organisation=OURS).values()) == {one}
    with pytest.raises(MergedFurther) as refused:
        unmerge(three, at=AT + 3 * DAY)
    assert refused.value.facts["first"] == typed("mbr", two)
    unmerge(two, at=AT + 3 * DAY)
    assert roots([one, two, three], organisation=OURS) == {one: one, two: two, three: two}
    unmerge(three, at=AT + 4 * DAY)
    assert everything() == before


@pytest.mark.django_db
def test_who_is_one_already_or_unknown_is_refused() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    stranger = enrol(("email", "ann@example.com"), organisation=THEIRS)
    merge(ann, annie)
    with pytest.raises(AlreadyMerged):
        merge(annie, ann)
    with pytest.raises(UnknownMember):
        merge(ann, stranger)
    unmerge(annie)
    with pytest.raises(NotMerged):
        unmerge(annie)


@pytest.mark.django_db
def test_what_came_after_the_merge_stays_with_the_survivor() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    merge(ann, annie)
    new = NewIdentifier("phone", "0171 5550155")
    identifiers.add(
        [(annie, new)], organisation=OURS, source="till", effective_at=AT + DAY, region="DE", actor=ANN, at=AT + DAY
    )
    change = FactChange(annie, "town", "Rye", "till", AT + DAY)
    people.change_facts([change], organisation=OURS, actor=ANN, at=AT + DAY)
    unmerge(annie)
    assert sorted(one.kind for one in identifiers_of([ann])[ann]) == ["email", "phone"]
    assert Member.objects.get(id=ann).town == "Rye"
    assert Member.objects.get(id=annie).town == ""


WORDS = st.sampled_from(["", "Ann", "Lee", "王小明", "Rye"])
MEMBERS = st.lists(
    st.tuples(WORDS, WORDS, st.sampled_from([None, True, False]), st.sampled_from([None, True, False]), st.booleans()),
    min_size=2,
    max_size=4,
)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None)
@given(people_said=MEMBERS, after=st.booleans(), data=st.data())
def test_invariant_9_merge_then_unmerge_gives_back_what_was_there(
    people_said: list[tuple[str, str, bool | None, bool | None, bool]], after: bool, data: st.DataObject
) -> None:
    with tried():
        ids = []
        for number, (name, town, mail, text, home) in enumerate(people_said):
            facts = {key: value for key, value in (("given_name", name), ("town", town)) if value}
            ids.append(enrol(("phone", f"0171 555{1000 + number}"), facts=facts))
            for channel, given_yes in (("email", mail), ("sms", text)):
                if given_yes is not None:
                    tell(ids[-1], given_yes, channel=channel, at=AT - number * DAY)
            if home:
                groups.make_household([ids[-1]], organisation=OURS, actor=ANN, at=AT)
        before = everything()
        merged = []
        for step, other in enumerate(data.draw(st.permutations(ids))[1:]):
            free = [one for one, root in roots(ids, organisation=OURS).items() if one == root and one != other]
            if other in roots(ids, organisation=OURS).values() and free:
                merge(data.draw(st.sampled_from(free)), other, at=AT + (step + 1) * DAY)
                merged.append(other)
        if after and merged:  # a look at somebody meanwhile changes nothing
            facts_of(ids)
        for step, other in enumerate(reversed(merged)):
            unmerge(other, at=AT + (10 + step) * DAY)
        assert everything() == before


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_clerks_merging_the_same_two_at_once_make_one_merge() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    refused: list[AlreadyMerged] = []

    def clerk(one: UUID, two: UUID) -> None:
        try:
            merge(one, two)
        except AlreadyMerged as refusal:
            refused.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=clerk, args=pair) for pair in ((ann, annie), (annie, ann), (ann, annie), (annie, ann))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 3
    assert len(set(roots([ann, annie], organisation=OURS).values())) == 1


@pytest.mark.django_db
def test_not_the_same_is_remembered() -> None:
    ann, annie = enrol(("email", "ann@example.com")), enrol(("phone", "0171 5550199"))
    merging.decide_different(annie, ann, organisation=OURS, actor=ANN, at=AT)
    assert Pair.objects.get().state == "different"
    assert (Consent.objects.count(), Permission.objects.count()) == (0, 0)
