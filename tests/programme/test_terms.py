"""Terms as documents in versions: what is published stays, what holds when, and how documents are read."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries
from tests.programme.conftest import ANN, AT, ELSEWHERE, HOME

from regulars.journal.models import Entry
from regulars.programme import terms as kinds
from regulars.programme.book import book
from regulars.programme.errors import TermsClash, UnknownTerms, WrongTerms
from regulars.programme.models import Terms
from regulars.programme.moves import NewTerms
from regulars.programme.services.terms import publish, publish_all, retire
from regulars.programme.terms import Problem, kind, of_kind

DAY = timedelta(days=1)


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True)
class Fixed:
    type: Literal["fixed"]
    points: int


@dataclass(frozen=True, slots=True)
class Steps:
    type: Literal["steps"]
    steps: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Small:
    points: int = 0
    colour: Colour = Colour.RED
    on: date | None = None
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Named:
    name: str
    type: Literal["named"] = "named"


@dataclass(frozen=True, slots=True)
class Wide:
    award: Fixed | Steps | Named
    inner: Small = field(default_factory=Small)

    def __post_init__(self) -> None:
        if self.inner.points < 0:
            raise ValueError("Points are not below nothing.")


def units_are_there(terms: Wide, organisation: UUID) -> Iterable[Problem]:
    if "nowhere" in terms.inner.marks:
        yield Problem("/inner/marks", "No such mark.")


@pytest.fixture(autouse=True)
def _test_kind() -> Iterator[None]:
    of_kind("wide", Wide, check=units_are_there)
    yield
    kinds._KINDS.pop("wide")


def wide(given: int = 1, **inner: Any) -> dict[str, Any]:
    return {"award": {"type": "fixed", "points": given}, "inner": inner}


def test_a_document_is_read_and_written_without_loss() -> None:
    written = {
        "award": {"type": "steps", "steps": [[100, 5], [200, 12]]},
        "inner": {"points": 3, "colour": "blue", "on": "2026-05-04", "marks": ["new"]},
    }
    read = kind("wide").read(written)
    assert read == Wide(
        Steps("steps", ((100, 5), (200, 12))), Small(3, Colour.BLUE, date(2026, 5, 4), frozenset({"new"}))
    )
    assert kind("wide").write(read) == written


@pytest.mark.parametrize(
    ("document", "pointers"),
    [
        ({"award": {"type": "fixed", "points": "7"}}, ["/award/points"]),
        ({"award": {"type": "fixed"}}, ["/award/points"]),
        ({"award": {"type": "fixed", "points": 1, "ponits": 2}}, ["/award/ponits"]),
        ({"award": {"type": "steps", "steps": [[1, 2], [3]]}}, ["/award/steps/1/1"]),
        ({"award": {"type": "none", "points": 1}}, ["/award/type"]),
        (wide(colour="green"), ["/inner/colour"]),
        (wide(colour="green", points=True), ["/inner/points", "/inner/colour"]),
        ({**wide(), "extra": 1}, ["/extra"]),
        ({"award": {"points": 1}}, ["/award/type"]),
        ({"inner": {}}, ["/award"]),
        (wide(2**53), ["/award/points"]),
        (wide(marks=["a\x00"]), ["/inner/marks/0"]),
        (wide(points=-1), [""]),
        ({"award": {"name": "new"}}, ["/award/type"]),
        ({"award": {"type": "named", "name": "new", "Name": 1}}, ["/award/Name"]),
        ({"award": []}, ["/award/type"]),
        ({"award": 7}, ["/award/type"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(document: dict[str, Any], pointers: list[str]) -> None:
    with pytest.raises(WrongTerms) as refused:
        kind("wide").read(document)
    told = refused.value.facts["errors"]
    assert isinstance(told, list)
    assert [one["pointer"] for one in told] == pointers


@pytest.mark.django_db
def test_a_version_holds_from_its_beginning_until_the_next_begins() -> None:
    first = publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    second = publish("wide", "gift", wide(2), organisation=HOME, begins_at=AT + 2 * DAY, actor=ANN, at=AT + DAY)
    now = book(HOME)
    assert [now.at("wide", AT + DAY * n) for n in (-1, 0, 1)] == [(), *[(now.version(first.id),)] * 2]
    assert [one.version for one in now.at("wide", AT + 2 * DAY)] == [2]
    assert now.version(first.id).ends_at == second.begins_at
    assert now.version(first.id).terms.award.points == 1, "a clawback finds the version that gave"
    assert now.one("wide", "gift", AT + 5 * DAY) == second
    assert Entry.objects.filter(what="programme.publish").count() == 2


@pytest.mark.django_db
def test_what_is_past_is_not_changed() -> None:
    publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    with pytest.raises(TermsClash):
        publish("wide", "gift", wide(2), organisation=HOME, begins_at=AT + DAY, actor=ANN, at=AT + 2 * DAY)
    with pytest.raises(TermsClash):
        publish("wide", "gift", wide(2), organisation=HOME, begins_at=AT, actor=ANN, at=AT)
    with pytest.raises(TermsClash):
        retire("wide", "gift", organisation=HOME, ends_at=AT, actor=ANN, at=AT + DAY)
    moved = publish("wide", "old", wide(3), organisation=HOME, begins_at=AT - DAY, moving_in=True, actor=ANN, at=AT)
    assert book(HOME).at("wide", AT - DAY) == (moved,)


@pytest.mark.django_db
def test_a_version_to_come_is_withdrawn_before_another_begins_earlier() -> None:
    publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    publish("wide", "gift", wide(2), organisation=HOME, begins_at=AT + 5 * DAY, actor=ANN, at=AT)
    with pytest.raises(TermsClash):
        publish("wide", "gift", wide(3), organisation=HOME, begins_at=AT + 2 * DAY, actor=ANN, at=AT + DAY)
    retire("wide", "gift", organisation=HOME, ends_at=AT + 3 * DAY, actor=ANN, at=AT + DAY)
    third = publish("wide", "gift", wide(3), organisation=HOME, begins_at=AT + 2 * DAY, actor=ANN, at=AT + DAY)
    now = book(HOME)
    assert [[one.version for one in now.at("wide", AT + n * DAY)] for n in (0, 2, 6)] == [[1], [3], [3]]
    assert third.version == 3


@pytest.mark.django_db
def test_retired_terms_hold_no_more_but_are_still_known() -> None:
    made = publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    ended = retire("wide", "gift", organisation=HOME, actor=ANN, at=AT + DAY)
    assert ended.ends_at == AT + DAY
    assert book(HOME).at("wide", AT + DAY) == ()
    assert book(HOME).version(made.id).terms == made.terms
    with pytest.raises(UnknownTerms):
        retire("wide", "gift", organisation=HOME, actor=ANN, at=AT + 2 * DAY)


@pytest.mark.django_db
def test_refused_documents_leave_nothing() -> None:
    wanted = [NewTerms("wide", "one", wide()), NewTerms("wide", "two", wide(marks=["nowhere"]))]
    with pytest.raises(WrongTerms) as refused:
        publish_all(wanted, organisation=HOME, actor=ANN, at=AT)
    told = {"pointer": "/inner/marks", "in": "body", "detail": "No such mark.", "code": "terms"}
    assert refused.value.facts["errors"] == [told]
    for code in ("", "a b", "-a", "a" * 81):
        with pytest.raises(WrongTerms):
            publish("wide", code, wide(), organisation=HOME, actor=ANN, at=AT)
    with pytest.raises(UnknownTerms):
        publish("narrow", "gift", {}, organisation=HOME, actor=ANN, at=AT)
    assert Terms.objects.count() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["return-policy", "late-policy", "pricing-policy"])
def test_what_there_is_one_of_has_one_code(kind: str) -> None:
    with pytest.raises(WrongTerms) as refused:
        publish(kind, "mine", {}, organisation=HOME, actor=ANN, at=AT)
    told = refused.value.facts["errors"]
    assert isinstance(told, list)
    assert [one["pointer"] for one in told] == ["/code"]


@pytest.mark.django_db
def test_a_process_reads_terms_again_only_when_they_changed(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    assert book(HOME).at("wide", AT) == ()
    publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    before = book(HOME)
    with django_assert_num_queries(0):  # the one that asks for the edition goes past Django
        assert book(HOME) is before
    publish("wide", "other", wide(1), organisation=ELSEWHERE, actor=ANN, at=AT)
    assert book(HOME) is before, "another organisation's terms are none of ours"
    with transaction.atomic():
        publish("wide", "gift", wide(2), organisation=HOME, begins_at=AT + DAY, actor=ANN, at=AT)
        assert len(book(HOME).by_id) == 2
        transaction.set_rollback(True)
    assert len(book(HOME).by_id) == 1, "a dry run leaves nothing in the process either"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", ["update programme_terms set document = '{}'", "update programme_terms set ends_at = null",
               "delete from programme_terms"]
)  # fmt: skip
def test_the_database_keeps_what_was_published(change: str) -> None:
    publish("wide", "gift", wide(1), organisation=HOME, ends_at=AT + DAY, actor=ANN, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)


@pytest.mark.django_db
def test_the_database_refuses_two_versions_at_one_moment() -> None:
    made = publish("wide", "gift", wide(1), organisation=HOME, actor=ANN, at=AT)
    row = Terms.objects.get(id=made.id)
    row.id, row.version, row.begins_at = ELSEWHERE, 2, AT + DAY
    with pytest.raises(IntegrityError, match="programme_terms_one_at_a_time"), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_publish_at_once_each_gets_a_version() -> None:
    def one(number: int) -> int:
        try:
            begins_at = AT + number * timedelta(seconds=1)
            return publish(
                "wide", "gift", wide(number), organisation=HOME, begins_at=begins_at, actor=ANN, at=AT
            ).version
        except TermsClash:
            return 0
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = [version for version in pool.map(one, range(8)) if version]
    assert sorted(made) == list(range(1, len(made) + 1))
    assert len(book(HOME).at("wide", AT + DAY)) == 1


@pytest.mark.django_db
def test_a_ladder_counts_what_is_there() -> None:
    levels = [{"code": "guest"}, {"code": "friend", "reach": [{"spend": 5000}, {"purchases": 3, "pebbles": 9}]}]
    with pytest.raises(WrongTerms) as refused:
        publish("ladder", "club", {"levels": levels}, organisation=HOME, begins_at=AT, actor=ANN, at=AT)
    errors: Any = refused.value.facts["errors"]
    assert [one["pointer"] for one in errors] == ["/levels/1/reach/1/pebbles"]


@pytest.mark.django_db
def test_faults_are_told_in_words_of_the_form() -> None:
    document = {"unit": "points", "award": {"type": "per-amont", "units": 1}, "validty": "12M"}
    with pytest.raises(WrongTerms) as refused:
        publish("earn", "base", document, organisation=HOME, begins_at=AT, actor=ANN, at=AT)
    errors: Any = refused.value.facts["errors"]
    told = {one["pointer"]: one["detail"] for one in errors}
    assert told["/validty"] == "There is no such field here."
    assert told["/award/type"].startswith("There is no such type; there are per-amount, per-piece, ")
