"""Audiences: what conditions mean, that they are one statement, who is in none, and who entered and left."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import ASKED, DAY, NOW, PEOPLE, Bill, Person, agree, freeze, population, sold, state
from tests.statements import counted

from regulars.journal.models import Entry
from regulars.members.erasing import erase
from regulars.members.merging import merge, unmerge
from regulars.members.models import Mark, Member
from regulars.members.selectors.profiles import marks_of
from regulars.outreach.audiences.forms import KINDS
from regulars.outreach.audiences.parts import Asked
from regulars.outreach.audiences.reading import DEEPEST, read
from regulars.outreach.errors import AudienceChanged, AudienceUnknown, WrongAudience
from regulars.outreach.models import AudienceChange, AudienceMember, AudienceVersion
from regulars.outreach.moves import NewAudience
from regulars.outreach.selectors import changes_of, count, everybody, page, said, why
from regulars.outreach.sending import compare_due
from regulars.outreach.services.audiences import compare, retire, save
from regulars.rules.sentences.words import Language

Document = dict[str, Any]
LEAVES: tuple[Document, ...] = (
    {"type": "fact", "name": "town", "any_of": ["Kiel"]},
    {"type": "tag", "any_of": ["wine", "vip"]},
    {"type": "mark", "name": "stage", "any_of": ["loyal"]},
    {"type": "mark", "name": "score", "at_least": 1},
    {"type": "identifier", "kind": "email"},
    {"type": "bought", "categories": ["food"], "within_days": 90},
    {"type": "bought", "amount_at_least": 900, "currency": "EUR"},
    {"type": "last-bought", "items": ["tea"], "days_ago_at_least": 40},
    {"type": "never-bought"},
)


def holds(person: Person, leaf: Mapping[str, Any]) -> bool:
    """The same in plain Python."""
    kept = [bill for bill in person.bills if bill.back < 10]
    match leaf["type"]:
        case "fact":
            return person.town in leaf["any_of"]
        case "tag":
            return bool(person.tags & set(leaf["any_of"]))
        case "mark":
            value = person.marks.get(leaf["name"])
            if "any_of" in leaf:
                return value in leaf["any_of"]
            return isinstance(value, int | float) and value >= leaf["at_least"]
        case "identifier":
            return person.email
        case "bought" if "categories" in leaf:
            return any(bill.category.startswith("food/") and bill.days_ago < 90 for bill in kept)
        case "bought":
            return sum(bill.paid - bill.paid * bill.back // 10 for bill in kept) >= 900
        case "last-bought":
            last = [bill.days_ago for bill in kept if bill.item == "tea"]
            return bool(last) and min(last) >= 40
        case _:
            return not kept


def means(person: Person, tree: Mapping[str, Any]) -> bool:
    if "all" in tree:
        return all(means(person, one) for one in tree["all"])
    if "any" in tree:
        return any(means(person, one) for one in tree["any"])
    return not means(person, tree["not"]) if "not" in tree else holds(person, tree)


def deep(tree: Mapping[str, Any]) -> int:
    inner = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else [])
    return 1 + max((deep(one) for one in inner), default=0)


TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=6,
).filter(lambda tree: deep(tree) <= DEEPEST)


@pytest.mark.django_db
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tree=TREES, asked=st.sampled_from([name for name, *_ in PEOPLE]))
def test_nested_conditions_mean_what_they_say(people: dict[str, Person], tree: Document, asked: str) -> None:
    ready = read(tree)
    expected = {one.id for one in people.values() if means(one, tree)}
    assert set(everybody(ready, ASKED)) == expected
    told = why(ready, ASKED, people[asked].id)
    assert told.inside == (people[asked].id in expected)
    assert [one.holds for one in told.conditions] == [holds(people[asked], leaf) for leaf in _in_order(tree)]


def _in_order(tree: Document) -> list[Document]:
    inner = tree.get("all") or tree.get("any") or ([tree["not"]] if "not" in tree else None)
    return [leaf for part in inner for leaf in _in_order(part)] if inner else [tree]


@pytest.fixture
def people(db: None) -> dict[str, Person]:
    return population()


def test_it_is_one_statement_whatever_is_nested(people: dict[str, Person]) -> None:
    tree = read({"any": [{"not": {"all": list(LEAVES)}}, *LEAVES]})
    with counted() as seen:
        found = count(tree, ASKED)
    assert (found, sum("members_member" in one for one in seen)) == (5, 1)
    assert page(tree, ASKED, limit=2) == sorted(one.id for one in people.values())[:2]
    assert page(tree, ASKED, after=sorted(one.id for one in people.values())[3]) == [max(p.id for p in people.values())]


HOSTILE = "'; DROP TABLE members_member; --%s%(x)s{}$1"


def test_no_value_becomes_part_of_the_statement(people: dict[str, Person]) -> None:
    tree = read(
        {
            "any": [
                {"type": "fact", "name": "town", "any_of": [HOSTILE]},
                {"type": "tag", "any_of": [HOSTILE]},
                {"type": "mark", "name": HOSTILE, "any_of": [HOSTILE]},
                {"type": "field", "name": "room", "any_of": [HOSTILE]},
                {"type": "tier", "ladder": HOSTILE, "levels": [HOSTILE]},
                {"type": "balance", "unit": HOSTILE, "at_least": 1},
                {"type": "expiring", "unit": HOSTILE, "within_days": 3},
                {"type": "bought", "items": [HOSTILE], "categories": [HOSTILE], "brands": [HOSTILE]},
            ]
        }
    )
    assert count(tree, ASKED) == 0
    assert why(tree, ASKED, people["ada"].id).inside is False


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        ([], [""]),
        ({"type": "town"}, ["/type"]),
        ({"any_of": ["x"]}, [""]),
        ({"all": []}, ["/all"]),
        ({"all": [], "any": []}, ["/any", "/all"]),
        ({"all": [{"type": "tag", "any_of": ["x"], "al": 1}]}, ["/all/0/al"]),
        ({"any": [{"not": {"type": "fact", "name": "state; --", "any_of": ["x"]}}]}, ["/any/0/not/name"]),
        (
            {"all": [{"type": "tag"}, {"type": "tag", "any_of": [""]}]},
            ["/all/0/any_of", "/all/1/any_of/0", "/all/1/any_of"],
        ),
        ({"type": "bought", "times_at_least": "3"}, ["/times_at_least"]),
        ({"type": "bought", "stores": ["str_1"]}, ["/stores/0"]),
        ({"type": "bought", "amount_at_least": 5}, [""]),
        ({"type": "mark", "name": "x", "at_least": 5, "at_most": 1}, [""]),
        (
            {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"not": {"type": "never-bought"}}}}}}}}},
            ["/not" * 8],
        ),
    ],
)
def test_faults_are_told_with_their_place(document: Any, pointers: list[str]) -> None:
    with pytest.raises(WrongAudience) as refused:
        read(document, within="/document")
    errors: Any = refused.value.facts["errors"]
    assert [one["pointer"] for one in errors] == [f"/document{pointer}" for pointer in pointers]


EVERY: tuple[Document, ...] = (
    *LEAVES,
    {"type": "field", "name": "title", "any_of": ["Dr", True, 3]},
    {"type": "born", "from_decade": 1980},
    {"type": "birthday", "first_day": -3, "last_day": 7},
    {"type": "enrolled", "since": "2026-01-01", "until": "2026-06-01", "within_days": 400},
    {"type": "household", "members_at_least": 2},
    {"type": "consent", "channel": "email", "purpose": "marketing"},
    {"type": "tier", "ladder": "club", "levels": ["gold"]},
    {"type": "balance", "unit": "points", "at_most": 0},
    {"type": "expiring", "unit": "points", "within_days": 30},
    {
        "type": "scored",
        "classes": ["vip"],
        "stages": ["decline"],
        "reasons": ["returns"],
        "leave_percent_at_least": 40,
        "best_percent_to": 20.0,
    },
)


def test_each_kind_of_condition_can_be_asked_and_said(people: dict[str, Person]) -> None:
    assert {leaf["type"] for leaf in EVERY} == set(KINDS)
    for leaf in EVERY:
        tree = read(leaf)
        inside = set(everybody(tree, ASKED))
        for one in people.values():
            told = why(tree, ASKED, one.id)
            assert told.inside == told.conditions[0].holds == (one.id in inside)
            assert told.conditions[0].sentence
        english, chinese = (said(leaf, OURS, language=language) for language in Language)
        assert english.isascii() or "“" in english
        assert chinese.startswith("会员：")


def test_the_sentence_says_the_whole_of_it(db: None) -> None:
    tree = {
        "all": [
            {"type": "bought", "items": ["tea"], "times_at_least": 3, "within_days": 90},
            {"any": [{"type": "tag", "any_of": ["vip"]}, {"not": {"type": "household"}}]},
        ]
    }
    assert said(tree, OURS, language=Language.ENGLISH) == (
        "Members who bought tea at least 3 times in the last 90 days,"
        " and (have the tag vip, or not: live in a household)."
    )
    assert said(tree, OURS, language=Language.CHINESE) == (
        "会员：购买过tea，至少3次，在最近90天内，并且（带有标签vip，或者不是：属于某个家庭）。"
    )


def test_closed_erased_and_frozen_members_are_in_no_audience(people: dict[str, Person]) -> None:
    tree = read({"not": {"type": "tag", "any_of": ["nobody has this"]}})
    state(people["ada"].id, "closed")
    erase(people["bob"].id, organisation=OURS, reason="asked", actor=ANN, at=NOW)
    freeze(people["cyd"].id)
    assert set(everybody(tree, ASKED)) == {people["dan"].id, people["eva"].id}
    told = [why(tree, ASKED, people[name].id) for name in ("ada", "bob", "cyd", "dan")]
    assert [one.standing for one in told] == ["closed", "erased", "frozen", ""]
    assert [one.inside for one in told] == [False, False, False, True]


def test_a_merged_person_counts_once_and_with_all_they_are(people: dict[str, Person]) -> None:
    tea = read({"type": "bought", "items": ["tea"], "times_at_least": 2})
    both = read({"all": [{"type": "tag", "any_of": ["wine"]}, {"type": "mark", "name": "stage", "any_of": ["lost"]}]})
    assert (count(tea, ASKED), count(both, ASKED)) == (0, 0)
    merge(people["cyd"].id, people["bob"].id, organisation=OURS, reason="same", actor=ANN, at=NOW)
    sold(people["cyd"].id, Bill("tea", 1))
    for tree in (tea, both):
        assert everybody(tree, ASKED) == [people["cyd"].id]
        assert why(tree, ASKED, people["bob"].id).inside
    assert count(read({"any": list(LEAVES)}), ASKED) == 4
    unmerge(people["bob"].id, organisation=OURS, reason="not the same", actor=ANN, at=NOW)
    assert (count(tea, ASKED), count(both, ASKED)) == (0, 0)


def test_of_merged_people_the_latest_word_counts_and_at_one_moment_the_no(people: dict[str, Person]) -> None:
    tree = read({"type": "consent", "channel": "email", "purpose": "marketing"})
    ada, bob, cyd, dan, eva = (one.id for one in people.values())

    for member, given_, days in ((ada, True, 5), (bob, False, 3), (cyd, True, 2), (dan, False, 2), (eva, True, 1)):
        agree(member, given_, days)
    assert set(everybody(tree, ASKED)) == {ada, cyd, eva}
    for survivor, other in ((ada, bob), (dan, cyd)):
        merge(survivor, other, organisation=OURS, reason="same", actor=ANN, at=NOW)
    assert everybody(tree, ASKED) == [eva]
    assert [why(tree, ASKED, one).inside for one in (ada, bob, cyd, dan, eva)] == [False] * 4 + [True]


def test_an_audience_of_one_store_knows_what_happened_there_alone(people: dict[str, Person]) -> None:
    merchant, store, other = uuid4(), uuid4(), uuid4()
    ours = enrol()
    Member.objects.filter(id=ours).update(merchant=merchant, store=store)
    sold(ours, Bill("tea", 1), store=other, merchant=merchant)
    here = Asked(OURS, NOW, "UTC", merchant, store)
    tea = read({"type": "bought", "items": ["tea"]})
    assert (count(tea, here), count(tea, Asked(OURS, NOW, "UTC", merchant))) == (0, 1)
    sold(ours, Bill("tea", 1), store=store, merchant=merchant)
    assert everybody(tea, here) == [ours]
    assert why(tea, here, people["ada"].id).standing == "elsewhere"


WINE: Document = {"type": "tag", "any_of": ["wine"]}
VIP: Document = {"type": "tag", "any_of": ["vip"]}


def saved(document: Document, *, version: int | None = None, name: str = "Wine", at: Any = NOW) -> int:
    wanted = NewAudience(OURS, "wine", name, document, version=version)
    return save(wanted, actor=ANN, at=at).version


def test_versions_are_kept_and_the_same_again_makes_none(db: None) -> None:
    assert [saved(WINE), saved(WINE), saved(VIP, version=1), saved(VIP)] == [1, 1, 2, 2]
    assert [row.document for row in AudienceVersion.objects.order_by("version")] == [WINE, VIP]
    with pytest.raises(AudienceChanged):
        saved(WINE, version=1)
    with pytest.raises(WrongAudience) as refused:
        saved(
            {
                "all": [
                    {"type": "balance", "unit": "miles", "at_least": 1},
                    {"type": "tier", "ladder": "x", "levels": ["y"]},
                ]
            }
        )
    errors: Any = refused.value.facts["errors"]
    assert [one["pointer"] for one in errors] == ["/all/0/unit", "/all/1/ladder"]
    assert (
        list(Entry.objects.filter(what__startswith="audiences.").values_list("what", flat=True))
        == ["audiences.save"] * 2
    )


def test_who_entered_and_who_left_is_written_down_once(people: dict[str, Person]) -> None:
    saved(WINE)
    first = compare(OURS, "wine", actor=ANN, at=NOW)
    assert (first.inside, first.entered, first.left) == (2, 2, 0)
    again = compare(OURS, "wine", actor=ANN, at=NOW)
    assert (again.inside, again.entered, again.left) == (2, 0, 0)
    saved(VIP)
    then = compare(OURS, "wine", actor=ANN, at=NOW + DAY)
    assert (then.inside, then.entered, then.left) == (2, 1, 1)
    told = changes_of([people["ada"].id])
    assert told == [("wine", True, NOW), ("wine", False, NOW + DAY)]
    marked = {name for name, one in people.items() if "audience:wine" in marks_of([one.id])[one.id]}
    assert marked == {"cyd", "dan"}
    assert retire(OURS, "wine", actor=ANN, at=NOW + DAY).retired_at == NOW + DAY
    assert not Mark.objects.filter(name="audience:wine").exists()
    with pytest.raises(AudienceUnknown):
        compare(OURS, "wine", actor=ANN, at=NOW + DAY)


def test_the_daily_job_takes_each_audience_once_a_day(people: dict[str, Person], world: Any) -> None:
    document = {"type": "never-bought"}
    save(NewAudience(world.organisation, "new", "New", document), actor=ANN, at=AT)
    assert [compare_due(actor=ANN, at=AT), compare_due(actor=ANN, at=AT)] == [1, 0]
    save(NewAudience(world.organisation, "new", "Newer", document), actor=ANN, at=AT)
    assert [compare_due(actor=ANN, at=AT), compare_due(actor=ANN, at=AT + timedelta(hours=1))] == [1, 0]
    assert compare_due(actor=ANN, at=AT + DAY) == 1


def test_what_an_erased_person_was_in_goes_with_them(people: dict[str, Person]) -> None:
    saved(WINE)
    compare(OURS, "wine", actor=ANN, at=NOW)
    erase(people["ada"].id, organisation=OURS, reason="asked", actor=ANN, at=NOW)
    assert not AudienceMember.objects.filter(member=people["ada"].id).exists()
    assert not AudienceChange.objects.filter(member=people["ada"].id).exists()
    assert compare(OURS, "wine", actor=ANN, at=NOW).inside == 1
