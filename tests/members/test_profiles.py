"""What is known of a member: from whom, since when, and what was known before."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from tests.members.shop import ANN, AT, OURS, THEIRS, enrol
from tests.statements import counted

from regulars.journal.models import Entry
from regulars.members import naming
from regulars.members.errors import MemberClosed, UnknownMember, WrongFact, WrongField, WrongRetention
from regulars.members.fields import BUILT_IN, Definition, checked
from regulars.members.keyring import Generation
from regulars.members.models import Fact, Mark, Member, Tag
from regulars.members.moves import FactChange, NewMark, NewMember, Plain
from regulars.members.selectors.profiles import by_name, facts_of, history_of, marks_of, notes_of, tags_of, values_of
from regulars.members.services import extras, people, retention

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


def tell(member: UUID, name: str, value: Plain | None, *, since: datetime = AT, at: datetime = AT) -> int:
    return people.change_facts([FactChange(member, name, value, "till 1", since)], organisation=OURS, actor=ANN, at=at)


def test_each_fact_has_its_source_and_time_and_history() -> None:
    member = enrol(facts={"town": "Kiel", "family_name": "Lee"})
    tell(member, "town", "Lübeck", since=AT + DAY, at=AT + 3 * DAY)
    fact = facts_of([member])[member]["town"]
    assert (fact.value, fact.source, fact.effective_at, fact.recorded_at) == (
        "Lübeck",
        "till 1",
        AT + DAY,
        AT + 3 * DAY,
    )
    assert [(one.value, one.ended_at) for one in history_of(member, "town")] == [("Kiel", AT + DAY), ("Lübeck", None)]
    assert facts_of([member], as_of=AT + DAY / 2)[member]["town"].value == "Kiel"
    assert Member.objects.get(id=member).town == "Lübeck"


def test_what_is_told_late_goes_into_the_history() -> None:
    member = enrol(facts={"family_name": "New"}, at=AT + 10 * DAY)
    tell(member, "family_name", "Old", since=AT, at=AT + 11 * DAY)
    assert values_of(member)["family_name"] == "New"
    assert [one.value for one in history_of(member, "family_name")] == ["Old", "New"]
    assert by_name("new", organisation=OURS) != []
    assert by_name("old", organisation=OURS) == []


def test_the_same_told_again_changes_nothing() -> None:
    member = enrol(facts={"town": "Kiel"})
    assert tell(member, "town", "Kiel", since=AT + DAY) == 0
    assert facts_of([member])[member]["town"].effective_at == AT


def test_a_fact_that_is_taken_out_is_gone_and_stays_in_the_history() -> None:
    member = enrol(facts={"birth_on": "1984-02-29", "sex": "female"})
    row = Member.objects.get(id=member)
    assert (row.birthday, row.birth_decade, row.sex) == (229, 1980, "female")
    tell(member, "birth_on", None, since=AT + DAY)
    row.refresh_from_db()
    assert (row.birthday, row.birth_decade) == (None, None)
    assert "birth_on" not in values_of(member)
    assert [one.value for one in history_of(member, "birth_on")] == ["1984-02-29"]


def test_many_members_and_many_changes_cost_the_same_queries() -> None:
    counts = []
    for size in (1, 60):
        wanted = [NewMember(OURS, "shop", AT, facts={"given_name": "Ann", "town": "Kiel"}) for _ in range(size)]
        with counted() as queries:
            members = people.enrol(wanted, actor=ANN, at=AT)
        changes = [FactChange(member, "town", "Bonn", "shop", AT + DAY) for member in members]
        with counted() as more:
            people.change_facts(changes, organisation=OURS, actor=ANN, at=AT)
        counts.append((len(queries), len(more)))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sex", "x"),
        ("language", "english"),
        ("country", "Germany"),
        ("birth_on", "2001-02-30"),
        ("birth_on", "2031-01-01"),
        ("given_name", "  "),
        ("given_name", "a" * 101),
        ("town", 5),
        ("shoe_size", 42),
        ("given_name", "a\x00b"),
    ],
)
def test_a_value_its_definition_does_not_allow_is_refused_and_not_repeated(name: str, value: Plain) -> None:
    with pytest.raises(WrongFact) as refused:
        enrol(facts={name: value})
    assert name == "birth_on" or str(value).strip() == "" or str(value) not in str(refused.value).replace(name, "")
    assert not Member.objects.exists()


def test_no_verb_reaches_another_organisations_member() -> None:
    theirs = enrol(organisation=THEIRS, facts={"town": "Kiel"})
    with pytest.raises(UnknownMember):
        tell(theirs, "town", "Bonn")
    with pytest.raises(UnknownMember):
        extras.tag([theirs], ["vip"], organisation=OURS, source="x", actor=ANN, at=AT)
    assert values_of(theirs) == {"town": "Kiel"}


def test_nothing_is_written_to_a_member_who_left() -> None:
    member = enrol(("phone", "0171 5550199"), facts={"town": "Kiel"})
    people.close(member, organisation=OURS, reason="asked", actor=ANN, at=AT)
    with pytest.raises(MemberClosed):
        tell(member, "town", "Bonn")


def test_the_trail_names_facts_and_never_says_them() -> None:
    member = enrol(("phone", "0171 5550199"), facts={"family_name": "Quandt", "street": "Zaunweg 73"})
    tell(member, "street", "Amselgasse 9")
    said = " ".join(f"{entry.before}{entry.after}{entry.reason}" for entry in Entry.objects.all())
    assert "family_name" in said
    assert not any(value in said for value in ("Quandt", "Zaunweg", "Amselgasse", "555"))
    assert set(Entry.objects.values_list("what", flat=True)) == {"members.enrol", "members.facts"}


TOLD = st.lists(
    st.tuples(st.integers(0, 30), st.sampled_from(["Kiel", "Bonn", "Ulm"])),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one[0],
)


class FactsInAnyOrder(TestCase):
    """Whatever order facts arrive in, the latest of their moments holds."""

    @settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(TOLD)
    def test_the_latest_moment_holds(self, told: list[tuple[int, str]]) -> None:
        member = enrol()
        for day, town in told:
            tell(member, "town", town, since=AT + day * DAY)
        latest = max(told)[1]
        assert values_of(member)["town"] == latest
        assert Member.objects.get(id=member).town == latest
        assert Fact.objects.filter(member=member, name="town", ended_at=None).count() == 1


# Names


@pytest.mark.parametrize(
    ("facts", "asked"),
    [
        ({"given_name": "José", "family_name": "Müller-Lüdenscheidt"}, ["jose", "MULLER", "müller jos", "denscheidt"]),
        ({"given_name": "小明", "family_name": "王"}, ["王小明", "小明", "王", "王小"]),
        ({"full_name": "欧阳娜娜"}, ["欧阳", "娜娜", "欧阳娜娜"]),
        ({"full_name": "Li 李雷"}, ["李雷", "li", "li 李"]),
        ({"full_name": "Søren Kierkegård"}, ["soren", "kierke"]),
    ],
)
def test_a_name_is_found_by_its_parts_in_latin_and_chinese(facts: dict[str, Plain], asked: list[str]) -> None:
    member = enrol(facts=facts)
    enrol(facts={"given_name": "Peter", "family_name": "Smith"})
    enrol(facts={"given_name": "大力", "family_name": "张"})
    assert {text: [one for one, _ in by_name(text, organisation=OURS)] for text in asked} == {
        text: [member] for text in asked
    }
    assert by_name(asked[0], organisation=THEIRS) == []


def test_a_search_by_name_costs_two_queries() -> None:
    for number in range(20):
        enrol(facts={"given_name": "Ann", "family_name": f"Lee{'abcdefghijklmnopqrst'[number]}"})
    with counted() as queries:
        assert len(by_name("ann", organisation=OURS)) == 20
    assert len(queries) == 2
    assert by_name("   ", organisation=OURS) == []


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=30), st.text(max_size=5))
def test_a_name_always_holds_the_pieces_of_its_own_words(name: str, more: str) -> None:
    key = Generation(1, bytes(32))
    whole = naming.pieces(f"{name} {more}")
    assert naming.pieces(name) <= whole
    assert all(0 <= gram < 2**31 for gram in naming.grams([name], "o", key))
    assert naming.folded(naming.folded(name)) == naming.folded(name)


def test_what_a_merged_member_lent_stays_when_something_else_changes() -> None:
    kept, merged = enrol(facts={"family_name": "Lee"}), enrol(facts={"family_name": "Quandt", "town": "Kiel"})
    Member.objects.filter(id=merged).update(root=kept)
    tell(kept, "sex", "female")
    assert Member.objects.get(id=kept).town == "Kiel"
    assert values_of(kept)["family_name"] == "Lee"
    assert [one for one, _ in by_name("quandt", organisation=OURS)] == [kept]


# Fields of one's own


def define(name: str, kind: str, *, choices: tuple[str, ...] = (), personal: bool = False) -> UUID:
    return extras.define_field(
        Definition(name, kind, personal, choices), organisation=OURS, label=name, is_preference=True, actor=ANN, at=AT
    )


@pytest.mark.parametrize(
    ("kind", "choices", "good", "bad"),
    [
        ("text", (), "aisle", 5),
        ("whole", (), 42, True),
        ("decimal", (), "41.50", "4l"),
        ("day", (), "2026-05-04", "4.5."),
        ("flag", (), True, "yes"),
        ("choice", ("aisle", "window"), "aisle", "wing"),
        ("choices", ("a", "b", "c"), ["b", "a"], ["a", "a"]),
    ],
)
def test_a_field_takes_what_its_kind_allows(kind: str, choices: tuple[str, ...], good: Plain, bad: Plain) -> None:
    define("seat", kind, choices=choices)
    member = enrol(facts={"seat": good})
    said = values_of(member)["seat"]
    assert said == (["a", "b"] if kind == "choices" else good)
    with pytest.raises(WrongFact):
        tell(member, "seat", bad)
    with pytest.raises(WrongFact):
        enrol(facts={"seat": good}, organisation=THEIRS)


def test_a_personal_field_is_sealed_and_stays_so() -> None:
    define("diet", "text", personal=True)
    enrol(facts={"diet": "no gluten"})
    row = Fact.objects.get(name="diet")
    assert row.value is None
    assert row.sealed is not None
    with pytest.raises(WrongField):
        define("diet", "text")
    extras.retire_field("diet", organisation=OURS, actor=ANN, at=AT)
    with pytest.raises(WrongFact):
        enrol(facts={"diet": "vegan"})


@pytest.mark.parametrize(
    "definition",
    [
        Definition("Town", "text"),
        Definition("town", "text"),
        Definition("seat", "colour"),
        Definition("seat", "choice"),
        Definition("seat", "text", choices=("a",)),
        Definition("seat", "choice", choices=("a", "a")),
        Definition("seat", "text", length_max=0),
    ],
)
def test_a_definition_that_cannot_be_is_refused(definition: Definition) -> None:
    with pytest.raises(WrongField):
        extras.define_field(definition, organisation=OURS, label="x", actor=ANN, at=AT)


ANYTHING = st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text(max_size=3)))


@given(st.sampled_from(sorted(BUILT_IN)), ANYTHING)
def test_a_checked_value_is_its_own_checked_value(name: str, value: Plain) -> None:
    try:
        once = checked(BUILT_IN[name], value, today=datetime(2026, 1, 1, tzinfo=UTC).date())
    except WrongFact:
        return
    assert checked(BUILT_IN[name], once, today=datetime(2026, 1, 1, tzinfo=UTC).date()) == once


# Tags, notes, marks


def test_tags_are_put_on_and_taken_off_in_bulk() -> None:
    members = [enrol() for _ in range(3)]
    for _ in range(2):
        extras.tag(members, ["vip", "  wine  club "], organisation=OURS, source="clerk", actor=ANN, at=AT)
    assert tags_of(members) == {member: ["vip", "wine club"] for member in members}
    extras.untag(members[:1], ["vip"], organisation=OURS, actor=ANN, at=AT)
    assert tags_of(members)[members[0]] == ["wine club"]
    with pytest.raises(WrongFact):
        extras.tag(members, [" "], organisation=OURS, source="clerk", actor=ANN, at=AT)


def test_notes_are_read_pinned_first_and_taken_out() -> None:
    member = enrol()
    extras.write_note(member, "first", organisation=OURS, is_pinned=True, actor=ANN, at=AT)
    second = extras.write_note(member, "second", organisation=OURS, actor=ANN, at=AT + DAY)
    assert [text for _, text, _, _ in notes_of(member)] == ["first", "second"]
    with pytest.raises(WrongFact):
        extras.remove_note(second, organisation=THEIRS, actor=ANN, at=AT)
    extras.remove_note(second, organisation=OURS, actor=ANN, at=AT)
    assert [text for _, text, _, _ in notes_of(member)] == ["first"]


def mark(marks: list[NewMark], run: str, as_of: datetime, *, whole: bool = True) -> int:
    return extras.mark("churn", marks, organisation=OURS, run=run, as_of=as_of, whole=whole, actor=ANN, at=AT)


def test_marks_come_down_from_a_run_and_an_older_run_changes_nothing() -> None:
    ann, bob, theirs = enrol(), enrol(), enrol(organisation=THEIRS)
    assert mark([NewMark(ann, 0.9), NewMark(bob, 0.2), NewMark(theirs, 0.5)], "run-1", AT) == 2
    assert mark([NewMark(ann, 0.1)], "run-2", AT + DAY) == 1
    found = marks_of([ann, bob])
    assert (found[ann]["churn"].value, found[ann]["churn"].run) == (0.1, "run-2")
    assert found[bob] == {}
    assert mark([NewMark(ann, 0.7), NewMark(bob, 0.7)], "run-1", AT, whole=False) == 1
    assert marks_of([ann])[ann]["churn"].value == 0.1


def test_a_merged_members_mark_is_its_roots() -> None:
    kept, merged = enrol(), enrol()
    Member.objects.filter(id=merged).update(root=kept)
    mark([NewMark(merged, "slipping"), NewMark(kept, "loyal")], "run-1", AT)
    assert Mark.objects.get().value == "loyal"
    assert marks_of([kept])[kept]["churn"].value == "loyal"


# How long things are kept


def apply(at: datetime) -> dict[str, int]:
    return retention.apply(actor=ANN, at=at)


def keep(kind: str, days: int | None) -> None:
    retention.keep(kind, days, organisation=OURS, actor=ANN, at=AT)


def test_each_kind_is_kept_for_its_period_and_not_longer() -> None:
    member, theirs = enrol(facts={"town": "Kiel"}), enrol(facts={"town": "Kiel"}, organisation=THEIRS)
    tell(member, "town", "Bonn", since=AT + DAY)
    extras.write_note(member, "note", organisation=OURS, actor=ANN, at=AT)
    extras.tag([member], ["vip"], organisation=OURS, source="x", actor=ANN, at=AT)
    for kind, days in (("fact_history", 30), ("note", 60), ("tag", 90)):
        keep(kind, days)
    assert apply(AT + 30 * DAY) == {}
    assert apply(AT + 31 * DAY + timedelta(seconds=1)) == {"fact_history": 1}
    assert apply(AT + 61 * DAY) == {"note": 1}
    assert apply(AT + 91 * DAY) == {"tag": 1}
    assert apply(AT + 400 * DAY) == {}
    assert (values_of(member), values_of(theirs)) == ({"town": "Bonn"}, {"town": "Kiel"})
    assert not Tag.objects.exists()


def test_a_present_fact_that_was_not_told_again_goes_with_its_copies() -> None:
    member = enrol(facts={"birth_on": "1984-02-29", "given_name": "Ann", "family_name": "Lee"})
    keep("fact:birth_on", 365)
    keep("fact:given_name", 365)
    assert apply(AT + 366 * DAY) == {"fact:birth_on": 1, "fact:given_name": 1}
    row = Member.objects.get(id=member)
    assert row.birthday is None
    assert by_name("ann", organisation=OURS) == []
    assert [one for one, _ in by_name("lee", organisation=OURS)] == [member]


def test_a_round_takes_at_most_its_limit_and_a_lifted_rule_nothing() -> None:
    member = enrol()
    for number in range(5):
        extras.write_note(member, f"note {number}", organisation=OURS, actor=ANN, at=AT)
    keep("note", 1)
    assert retention.apply(actor=ANN, at=AT + 9 * DAY, limit=2) == {"note": 2}
    keep("note", None)
    assert apply(AT + 9 * DAY) == {}
    for kind, days in (("consent", 5), ("fact:shoe_size", 5), ("note", 0)):
        with pytest.raises(WrongRetention):
            keep(kind, days)
