"""Who may be one person: found in bulk and at the counter, looked through, and certain ones merged."""

import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from uuid import UUID

import pytest
from tests.members.made_people import Person, made
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol

from regulars.members import duplicates, merging
from regulars.members.duplicates_levels import LEVELS, Likeness, chance, compared, is_exact, is_family, likeness
from regulars.members.duplicates_linking import linked
from regulars.members.duplicates_typing import likely
from regulars.members.models import Pair
from regulars.members.moves import Plain
from regulars.members.selectors import roots


def alike(**facts: str) -> Likeness:
    phone, email = facts.pop("phone", "") or None, facts.pop("email", "") or None
    return likeness(facts, phone=phone, email=email)


@pytest.mark.parametrize(
    ("one", "two", "level"),
    [
        ({"given_name": "Ann", "family_name": "Lee"}, {"given_name": "LEE", "family_name": " ann"}, "same"),
        ({"given_name": "José", "family_name": "Łukasz"}, {"full_name": "Lukasz Jose"}, "same"),
        ({"given_name": "小明", "family_name": "王"}, {"full_name": "王 小明"}, "same"),
        ({"given_name": "王", "family_name": "小明"}, {"full_name": "王小明"}, "same"),
        ({"given_name": "小明", "family_name": "欧阳"}, {"full_name": "欧阳晓明"}, "close"),
        ({"full_name": "Ann Mary Lee"}, {"full_name": "Ann Lee"}, "close"),
        ({"full_name": "Katherine Miller"}, {"full_name": "Catherine Miller"}, "close"),
        ({"full_name": "王芳"}, {"full_name": "王伟"}, "other"),
        ({"full_name": "王小明"}, {"full_name": "Ann Lee"}, "other"),
        ({"full_name": "Ann Lee"}, {"full_name": "Bob Lee"}, "other"),
    ],
)
def test_names_agree_whatever_their_order_case_spacing_and_accents(
    one: dict[str, str], two: dict[str, str], level: str
) -> None:
    assert compared(alike(**one), alike(**two))["name"] == level


def test_days_the_other_way_round_and_mistyped_phones_are_close() -> None:
    one = alike(full_name="Ann Lee", birth_on="1980-03-04", phone="+491715550199")
    two = alike(full_name="Ann Lee", birth_on="1980-04-03", phone="+491715550198")
    assert compared(one, two) == {"name": "same", "birth_on": "close", "phone": "close"}


VARIED = {
    "full_name": ["Ann Lee", "Lee Ann", "An Lee", "Ann Maria Lee", "王小明", "小明王", "王晓明", "Zoe", "王芳"],
    "birth_on": ["", "1980-03-04", "1980-04-03", "1980-03-05", "1999-12-31"],
    "phone": ["", "+491715550199", "+491715550198", "+8613800138000"],
    "email": ["", "ann.lee@example.com", "ann.lee@example.org", "zoe@example.net"],
    "street": ["", "1 Mill Street", "1 Mill St", "9 Rose Lane"],
    "postcode": ["", "12345", "54321"],
    "sex": ["", "female", "male"],
}


@pytest.mark.slow
def test_the_counter_and_the_bulk_search_compare_alike() -> None:
    """Two implementations, one in SQL and one in Python, agree level by level."""
    chance = Random(3)
    people = [alike(**{name: chance.choice(values) for name, values in VARIED.items()}) for _ in range(24)]
    found = linked(((UUID(int=number + 1), one) for number, one in enumerate(people)), score_min=0.0, threads=1)
    assert len(found) > 40
    for pair in found:
        assert dict(pair.levels) == compared(people[pair.one.int - 1], people[pair.two.int - 1])


@pytest.mark.slow
def test_planted_duplicates_are_found_without_anything_personal_on_disk(tmp_path: Path) -> None:
    people = list(made(20_000, seed=5))
    tempfile.tempdir = str(tmp_path)
    try:
        found = linked(((UUID(int=n + 1), of_person(one)) for n, one in enumerate(people)), score_min=0.5)
    finally:
        tempfile.tempdir = None
    assert list(tmp_path.rglob("*")) == []
    planted = sum(count * (count - 1) // 2 for count in Counter(one.truth for one in people).values())
    for score, precision, recall in ((0.5, 0.83, 0.9), (0.9, 0.94, 0.88)):
        chosen = [pair for pair in found if pair.score >= score]
        right = sum(people[pair.one.int - 1].truth == people[pair.two.int - 1].truth for pair in chosen)
        assert right / len(chosen) > precision
        assert right / planted > recall
    exact = [pair for pair in found if is_exact(pair.levels)]
    wrong = [pair for pair in exact if people[pair.one.int - 1].truth != people[pair.two.int - 1].truth]
    assert len(exact) > planted * 0.4
    assert wrong == []


def of_person(one: Person) -> Likeness:
    names = ("given_name", "family_name", "birth_on", "street", "postcode", "sex")
    facts = {name: getattr(one, name) for name in names}
    return likeness(facts, phone=one.phone or None, email=one.email or None)


def test_levels_weigh_less_from_the_same_to_the_other() -> None:
    for field, of in LEVELS.items():
        weights = [level.weight for level in of]
        assert weights == sorted(weights, reverse=True), field
        assert abs(sum(level.m for level in of) - 1) < 1e-9
        assert abs(sum(level.u for level in of) - 1) < 1e-6
    family = {"name": "other", "phone": "same", "address": "same"}
    assert chance(family, members=1000) > 0.9
    assert is_family(family)


@pytest.mark.slow
@pytest.mark.django_db
def test_a_search_fills_the_list_and_a_decision_is_remembered() -> None:
    ann = known("Ann", "Lee", ("phone", "0171 5550199"))
    annie = known("ann", "LEE", ("phone", "0171 5550199"))
    anna = known("Anna", "Lee", ("email", "anna@example.com"), ("phone", "0171 5550198"))
    stranger = enrol(("phone", "0171 5550199"), facts={"given_name": "Ann", "family_name": "Lee"}, organisation=THEIRS)
    told = duplicates.search(organisation=OURS, score_min=0.01, actor=ANN, at=AT)
    assert told["exact"] == 1
    first, *others = duplicates.to_review(organisation=OURS)
    assert ({first.one, first.two}, first.is_exact) == ({ann, annie}, True)
    assert first.reasons == {"name": "same", "phone": "same", "birth_on": "same"}
    assert all(stranger not in (pair.one, pair.two) for pair in others)
    assert duplicates.to_review(organisation=OURS, after=first) == others
    merging.decide_different(ann, annie, organisation=OURS, actor=ANN, at=AT)
    duplicates.search(organisation=OURS, score_min=0.01, actor=ANN, at=AT)
    assert [pair for pair in duplicates.to_review(organisation=OURS) if {pair.one, pair.two} == {ann, annie}] == []
    assert anna is not None


@pytest.mark.slow
@pytest.mark.django_db
def test_not_the_same_holds_for_those_merged_with_either() -> None:
    ann, annie = (known("Ann", "Lee", ("phone", "0171 5550199")) for _ in range(2))
    third = known("Ann", "Lee", ("phone", "0171 5550199"))
    duplicates.search(organisation=OURS, actor=ANN, at=AT)
    assert len(duplicates.to_review(organisation=OURS)) == 3
    merging.decide_different(ann, annie, organisation=OURS, actor=ANN, at=AT)
    merging.merge(annie, third, organisation=OURS, reason="", actor=ANN, at=AT)
    assert duplicates.to_review(organisation=OURS) == []


@pytest.mark.slow
@pytest.mark.django_db
def test_exact_ones_are_merged_when_asked_and_only_those() -> None:
    twins = [known("Ann", "Lee", ("phone", "0171 5550199")) for _ in range(3)]
    other_day = known("Ann", "Lee", ("phone", "0171 5550199"), birth_on="1985-01-01")
    duplicates.search(organisation=OURS, actor=ANN, at=AT)
    assert duplicates.merge_exact(organisation=OURS, actor=ANN, at=AT)["merged"] == 2
    now = roots([*twins, other_day], organisation=OURS)
    assert len({now[one] for one in twins}) == 1
    assert now[other_day] == other_day
    assert set(Pair.objects.filter(is_exact=True).values_list("state", flat=True)) == {"merged"}


def known(given: str, family: str, *reached: tuple[str, str], birth_on: str = "1980-03-04") -> UUID:
    facts: dict[str, Plain] = {"given_name": given, "family_name": family, "birth_on": birth_on}
    return enrol(*reached, facts=facts, may_share=True)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("facts", "phone", "email"),
    [
        ({"given_name": "Ann", "family_name": "Lee"}, "0171 5550199", ""),
        ({"given_name": "Lee", "family_name": "Ann"}, "", "ann@example.com"),
        ({"given_name": "Ann", "family_name": "Leee", "birth_on": "1980-03-04"}, "", ""),
        ({"full_name": "ann lee"}, "0199", ""),
    ],
)
def test_the_counter_sees_who_it_could_be_while_typing(facts: dict[str, str], phone: str, email: str) -> None:
    ann = known("Ann", "Lee", ("phone", "0171 5550199"), ("email", "ann@example.com"))
    known("Bob", "Lee", ("phone", "0171 5550177"), birth_on="1975-01-01")
    found = likely(facts, phone=phone, email=email, organisation=OURS, region="DE")
    assert [one.two for one in found] == [ann]
    assert likely(facts, phone=phone, email=email, organisation=THEIRS, region="DE") == []


@pytest.mark.django_db
def test_chinese_names_are_found_in_either_field() -> None:
    ming = known("小明", "王", ("phone", "0171 5550199"))
    typed = {"full_name": "王小明", "birth_on": "1980-03-04"}
    assert [one.two for one in likely(typed, organisation=OURS)] == [ming]
