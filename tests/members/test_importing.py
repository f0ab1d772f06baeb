"""Members from files: tried first, taken in by policy, every row accounted for, and undone as a whole."""

import csv
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.ledger.books_made import earn, unit
from tests.members.made_people import made
from tests.members.shop import ANN, AT, OURS, enrol, seen
from tests.members.test_merging import DAY, everything

from regulars.journal.models import Entry
from regulars.members.errors import ImportUndone, NoPeople, WrongPolicy
from regulars.members.importing import Imported, Policy, import_members
from regulars.members.importing_undo import undo
from regulars.members.models import Import, ImportRefusal, Member
from regulars.members.moves import FactChange
from regulars.members.selectors.profiles import history_of, values_of
from regulars.members.services import people


def load(tmp_path: Path, text: str, encoding: str = "utf-8", **more: Any) -> Imported:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding=encoding)
    how = {name: more.pop(name) for name in ("dry_run", "batch", "progress") if name in more}
    policy = Policy("shop", region=more.pop("region", "DE"), **more)
    (told,) = import_members(path, policy, organisation=OURS, work=tmp_path, actor=ANN, at=AT + DAY, **how)
    return told


def back(told: Imported) -> dict[str, int]:
    assert told.number is not None
    return undo(told.number, organisation=OURS, actor=ANN, at=AT + 3 * DAY)


LIST = """Customer ID,First name,Last name,Mobile,E-mail,Date of birth,Sex,City
7,Ann,Lee,0171 5550199,ann@example.com,1980/3/4,F,Rye
8,Bob,Lee,,bob@example.com,,m,
9,Cy,Day,12,cy@example.com,,,Hove
10,Dee,Day,0171 5550166,dee@example.com,1980-31-12,,Hove
,,,,,,,Hove
7,Ann,Lee,0171 5550199,,,,
"""


@pytest.mark.django_db
def test_every_row_is_taken_or_refused_with_line_column_and_reason(tmp_path: Path) -> None:
    told = load(tmp_path, LIST)
    assert (told.rows, told.created, told.refused) == (6, 2, 4)
    assert [(one.line, one.column, one.reason) for one in told.first] == [
        (4, "Mobile", "wrong-identifier"),
        (5, "Date of birth", "wrong-fact"),
        (6, "", "nobody"),
        (7, "", "twice-in-file"),
    ]
    assert ImportRefusal.objects.count() == 4
    found = seen("external", "7")
    assert found is not None
    assert found.member is not None
    assert values_of(found.member) == {
        "given_name": "Ann",
        "family_name": "Lee",
        "birth_on": "1980-03-04",
        "sex": "female",
        "town": "Rye",
    }
    assert Member.objects.get(id=found.member).birthday == 304


@pytest.mark.django_db
def test_a_dry_run_tells_the_same_and_keeps_nothing(tmp_path: Path) -> None:
    tried = load(tmp_path, LIST, dry_run=True)
    assert (Member.objects.count(), Import.objects.count()) == (0, 0)
    done = load(tmp_path, LIST)
    assert (tried.rows, tried.created, tried.refused, tried.reasons) == (
        done.rows,
        done.created,
        done.refused,
        done.reasons,
    )


@pytest.mark.django_db
def test_chinese_headings_in_the_encoding_of_chinese_tills(tmp_path: Path) -> None:
    text = "会员卡号,姓名,手机号码,性别,生日,城市\nV001,王小明,13800138000,男,1988年5月6日,上海\n"
    told = load(tmp_path, text, encoding="gb18030", region="CN")
    assert told.created == 1
    found = seen("phone", "+8613800138000")
    assert found is not None
    assert found.member is not None
    assert values_of(found.member)["birth_on"] == "1988-05-06"
    assert values_of(found.member)["full_name"] == "王小明"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("way", "town", "name"), [("fill", "Rye", "Ann"), ("overwrite", "Hove", "Ann"), ("keep", "Rye", None)]
)
def test_each_column_fills_overwrites_or_keeps(tmp_path: Path, way: str, town: str, name: str | None) -> None:
    ann = enrol(("phone", "0171 5550199"), facts={"town": "Rye"})
    text = "Mobile,City,First name\n0171 5550199,Hove,Ann\n"
    told = load(tmp_path, text, otherwise=way)
    assert (told.created, told.changed) == (0, 0 if way == "keep" else 1)
    assert (values_of(ann).get("town"), values_of(ann).get("given_name")) == (town, name)
    again = load(tmp_path, text, otherwise=way)
    assert (again.changed, again.unchanged) == (0, 1)


@pytest.mark.django_db
def test_a_row_that_leads_to_two_members_is_refused(tmp_path: Path) -> None:
    enrol(("phone", "0171 5550199"))
    enrol(("email", "ann@example.com"))
    told = load(tmp_path, "Mobile,E-mail\n0171 5550199,ann@example.com\n")
    assert dict(told.reasons) == {"several-members": 1}


@pytest.mark.django_db
def test_undo_takes_the_whole_import_back_including_its_updates(tmp_path: Path) -> None:
    enrol(("phone", "0171 5550199"), facts={"town": "Rye", "given_name": "Anne"})
    before = everything()
    told = load(tmp_path, LIST, otherwise="overwrite")
    assert (told.created, told.changed) == (1, 1)
    assert everything() != before
    assert back(told) == {"removed": 1, "kept": 0, "reverted": 4, "changed_since": 0}
    assert everything() == before
    with pytest.raises(ImportUndone):
        back(told)


@pytest.mark.django_db
def test_what_was_changed_since_stays_changed_and_is_reported(tmp_path: Path) -> None:
    unit()
    ann = enrol(("phone", "0171 5550199"), facts={"town": "Hove"})
    told = load(tmp_path, LIST, otherwise="overwrite")
    change = FactChange(ann, "town", "Hastings", "till", AT + 2 * DAY)
    people.change_facts([change], organisation=OURS, actor=ANN, at=AT + 2 * DAY)
    bob = seen("email", "bob@example.com")
    assert bob is not None
    assert bob.member is not None
    earn(bob.member, 10, at=AT + 2 * DAY)
    assert back(told) == {"removed": 0, "kept": 1, "reverted": 4, "changed_since": 1}
    assert values_of(ann) == {"town": "Hastings"}
    assert values_of(bob.member)["given_name"] == "Bob"
    assert seen("email", "bob@example.com") == bob
    assert len(history_of(ann, "town")) == 3


@pytest.mark.django_db
def test_a_policy_that_cannot_be_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongPolicy, match="no column"):
        load(tmp_path, LIST, means={"Town": "town"})
    with pytest.raises(WrongPolicy, match="no fact"):
        load(tmp_path, LIST, means={"City": "village"})
    with pytest.raises(WrongPolicy, match="none of"):
        load(tmp_path, LIST, ways={"City": "replace"})
    with pytest.raises(NoPeople):
        load(tmp_path, "Colour,Size\nred,9\nblue,8\n")
    told = load(tmp_path, LIST, means={"City": "-", "Mobile": "-"})
    assert "City" not in told.columns


LONG = "Customer ID,First name,Mobile\n" + "".join(f"{n},N{n},0171 55501{n:02}\n" for n in [*range(10), 3, 1])


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


@pytest.mark.django_db
def test_an_import_that_was_stopped_goes_on_where_it_was(tmp_path: Path) -> None:
    seen_done: list[int] = []

    def stop(what: str, done: int, total: int) -> None:
        seen_done.append(done)
        if len(seen_done) == 2:
            raise Stopped

    with pytest.raises(Stopped):
        load(tmp_path, LONG, batch=4, progress=stop)
    assert (Member.objects.count(), Import.objects.get().ended_at) == (8, None)
    otherwise = load(tmp_path, LONG, batch=4, ways={"Mobile": "keep"}, dry_run=True)
    assert (otherwise.taken_up, otherwise.unchanged) == (0, 10)  # read otherwise it is another import
    told = load(tmp_path, LONG, batch=4)
    assert (told.taken_up, told.rows, told.refused) == (9, 12, 2)
    assert [(one.line, one.reason) for one in told.first] == [(12, "twice-in-file"), (13, "twice-in-file")]
    trail = [(entry.what, entry.after["rows"]) for entry in Entry.objects.order_by("id")]
    assert trail == [("members.import_part", 4), ("members.import_part", 8), ("members.import", 12)]
    assert back(told)["removed"] == 10
    assert Member.objects.count() == 0


@pytest.mark.slow
@pytest.mark.django_db
def test_many_rows_and_back(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "first name", "last name", "birthday", "sex", "phone", "email", "street", "zip"])
        for number, one in enumerate(made(2_000, twice=0.0)):
            named = (one.given_name, one.family_name, one.birth_on, one.sex, one.phone, one.email)
            rows.writerow([number, *named, one.street, one.postcode])
    (told,) = import_members(path, Policy("shop"), organisation=OURS, work=tmp_path, actor=ANN, at=AT)
    assert told.rows == told.created + told.refused
    assert told.created > 1_800
    assert isinstance(told.number, UUID)
    back(told)
    assert Member.objects.count() == 0
