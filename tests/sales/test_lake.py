"""What was sold goes into the history lake: once, whatever happens in between, and without those who were erased."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from tests.api.world import World, make_world
from typer.testing import CliRunner

from regulars.basics.ids import typed
from regulars.cli import app
from regulars.history import erased
from regulars.history.custody import writing
from regulars.history.engine import Engine
from regulars.history.lake import Lake
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.members import erasing
from regulars.members.moves import NewMember
from regulars.members.services.people import enrol
from regulars.rules.occasion import Line
from regulars.sales import batches, lakes, sending, services
from regulars.sales.models import Batch, Outbox
from regulars.sales.moves import BackLine, NewReturn, NewSale, Place, SoldLine
from regulars.server import place as places

AT = datetime(2026, 5, 4, 22, 30, 15, 123456, tzinfo=UTC)  # half an hour before midnight in London
TILL = Actor("key", "key_till", "Till 7", request_id="req_1")
JOB = Actor.job("sales.into_lake")
MILK = SoldLine(Line(1, "milk", 240, quantity=2000, tax=16, category="food/dairy", brand="Ferro"), "Milk, 1 l", 100)
PAN = SoldLine(Line(2, "pan", 3000, discount=500, tax=200))
CARD = SoldLine(Line(3, "card", 5000, marks=("gift-card",)))


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> places.Place:
    """A data folder of this test's own, with the keys there are."""
    tmp_path.joinpath("secrets").symlink_to(settings.PLACE.secrets)
    monkeypatch.setattr(settings, "PLACE", places.Place(tmp_path))
    return places.Place(tmp_path)


@pytest.fixture
def world(transactional_db: None, here: places.Place) -> World:
    return make_world()


def sale(world: World, *lines: SoldLine, document: str = "", at: datetime = AT, **more: Any) -> NewSale:
    shown = Place(
        world.organisation, "till-4", document or str(uuid4()), world.merchant, more.pop("store", world.store), "till"
    )
    made = NewSale(uuid4(), shown, more.pop("currency", "GBP"), lines or (MILK, PAN), at, **more)
    services.record_sales([made], actor=TILL, at=at)
    return made


def back(world: World, of: NewSale, *lines: BackLine, at: datetime = AT + timedelta(days=1)) -> NewReturn:
    shown = Place(world.organisation, "till-4", str(uuid4()), world.merchant, world.store)
    made = NewReturn(uuid4(), of.id, shown, lines, at)
    services.record_returns([made], actor=TILL, at=at)
    return made


def work() -> int:
    done = 0
    while lines := sending.into_lake(actor=JOB, at=AT + timedelta(days=2)):
        done += lines
    return done


def folder(world: World, currency: str = "GBP") -> Path:
    found: Path = settings.PLACE.lakes / typed("org", world.organisation) / currency
    return found


def lines_of(where: Path) -> list[dict[str, Any]]:
    with Lake(where, memory="300MB", threads=1) as lake, Engine(memory="300MB", threads=1) as engine:
        table = lake.lines(engine)
        return engine.rows(table.order_by(["sold_at", "line"]))


def test_bills_and_what_came_back_are_lines_of_the_lake(world: World) -> None:
    ada = uuid4()
    bought = sale(world, MILK, PAN, document="118", member=ada)
    back(world, bought, BackLine(1, 1000, 120, 8), BackLine(2, 1000, 2500, 200))
    sale(world, CARD, store=None)
    assert (work(), work(), Outbox.objects.count()) == (5, 0, 0)
    milk, pan, card, milk_back, pan_back = lines_of(folder(world))
    assert milk["sold_at"] == datetime(2026, 5, 4, 23, 30, 15, 123456)  # noqa: DTZ001 (the shop's own clock)
    assert {name: milk[name] for name in ("customer", "receipt", "receipt_line", "store", "channel")} == {
        "customer": typed("mbr", ada), "receipt": "till-4/118", "receipt_line": "1",
        "store": typed("str", world.store), "channel": "till",
    }  # fmt: skip
    assert {name: milk[name] for name in ("product", "product_name", "category", "brand", "brand_kind")} == {
        "product": "milk", "product_name": "Milk, 1 l", "category": "food/dairy", "brand": "Ferro", "brand_kind": None,
    }  # fmt: skip
    told = [
        (one["kind"], float(one["quantity"]), one["amount_minor"], one["discount_minor"], one["cost_minor"])
        for one in (milk, pan, card, milk_back, pan_back)
    ]
    assert told == [
        ("sale", 2, 240, 0, 100), ("sale", 1, 2500, 500, None), ("fee", 1, 5000, 0, None),
        ("return", -1, -120, None, -50), ("return", -1, -2500, None, None),
    ]  # fmt: skip
    assert (card["store"], card["customer"]) == (typed("mrc", world.merchant), None)
    assert (milk["basket"], milk["returned"]) == (pan["basket"], False)
    assert len({one["basket"] for one in (milk, card, milk_back)}) == 3
    assert (pan["returned"], str(pan["returned_on"])) == (True, "2026-05-05")
    [line] = Entry.objects.filter(what="sales.into_lake")
    assert line.after == {"batch": 1, "currency": "GBP", "lines": 5}


def test_a_lake_for_each_organisation_and_currency(world: World) -> None:
    sale(world)
    sale(world, currency="EUR")
    sale(World(world.other_organisation, world.organisation, world.merchant, world.other, world.store))
    assert work() == 6
    others = settings.PLACE.lakes / typed("org", world.other_organisation) / "GBP"
    for where in (folder(world), folder(world, "EUR"), others):
        assert len(lines_of(where)) == 2
    assert sorted(erasing.lake_folders())[0] == settings.PLACE.lake
    assert len(list(erasing.lake_folders())) == 4


def test_two_returns_alike_at_one_moment_are_two(world: World) -> None:
    bought = sale(world, member=uuid4())
    for _ in range(2):
        back(world, bought, BackLine(1, 1000, 120, 8))
        work()
    kinds = [one["kind"] for one in lines_of(folder(world))]
    assert kinds == ["sale", "sale", "return", "return"]


class Killed(BaseException):
    """What no step may catch."""


def before_the_file(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lakes, "write_rows", killed)


def half_a_file(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(lakes, "_ids", killed)


def before_the_lake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lake, "add", killed)


def within_the_lake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Lake, "_commit", killed)


def after_the_lake(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(batches, "done", killed)


def after_all(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(sending, "record", killed)


def killed(*_: object, **__: object) -> None:
    raise Killed


def test_a_worker_that_dies_at_any_step_leaves_neither_a_gap_nor_a_double(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    kills: Sequence[Callable[[pytest.MonkeyPatch], None]] = (
        before_the_file, half_a_file, before_the_lake, within_the_lake, after_the_lake, after_all,
    )  # fmt: skip
    for number, kill in enumerate(kills, 1):
        sale(world)
        with monkeypatch.context() as patch:
            kill(patch)
            with pytest.raises(Killed):
                work()
        sale(world)  # while nobody works
        assert work() == 4
        assert len(lines_of(folder(world))) == 4 * number, kill
        assert not (settings.PLACE.lakes / lakes.WORK).exists()
    assert list(Batch.objects.values_list("number", flat=True).order_by("id")) == list(range(1, 13))
    assert not Batch.objects.filter(done_at=None).exists()


def test_what_a_running_transaction_may_still_precede_waits(world: World) -> None:
    at = connection.settings_dict
    with psycopg.connect(
        dbname=at["NAME"], user=at["USER"], password=at["PASSWORD"], host=at["HOST"], port=at["PORT"]
    ) as late:
        late.execute("SELECT pg_current_xact_id()")
        sale(world)
        assert work() == 0
        late.rollback()
        assert work() == 2


def test_a_lake_that_somebody_else_changes_gets_it_later(world: World) -> None:
    sale(world)
    work()
    sale(world)
    with writing(folder(world)):
        assert work() == 0
    assert (work(), len(lines_of(folder(world)))) == (2, 4)


def test_after_a_copy_was_brought_back_the_lake_has_each_bill_once(world: World) -> None:
    """The database of the copy is older than its lake: what was in later batches waits again."""
    sale(world)
    work()
    kept = run("SELECT id, kind, subject FROM sales_outbox")
    later = [sale(world) for _ in range(2)]
    kept = run("SELECT kind, subject FROM sales_outbox")
    work()
    assert len(kept) == len(later)
    run("DELETE FROM sales_batch WHERE number > 1")
    for kind, subject in kept:
        run("INSERT INTO sales_outbox (kind, subject) VALUES (%s, %s)", [kind, subject])
    sale(world)
    assert work() == 6
    assert len(lines_of(folder(world))) == 8
    with Lake(folder(world)) as lake:
        assert [file.name for file in lake.files()] == ["tills-00000001", "tills-00000002"]


def test_sem_38_who_was_erased_stays_so_in_every_lake_and_in_what_comes_later(world: World) -> None:
    ada, bo = enrol([NewMember(world.organisation, "till", AT) for _ in range(2)], actor=TILL, at=AT)
    sale(world, member=ada)
    sale(world, member=bo)
    work()
    erasing.erase(ada, reason="asked", actor=TILL, at=AT + timedelta(hours=1))
    late = [sale(world, member=ada), sale(world, member=ada, currency="EUR")]
    assert len(late) == work() / 2
    erasing.finish_lakes(at=AT + timedelta(hours=2))
    sale(world, member=ada)
    sale(world, member=ada, currency="CNY")  # a lake that is not there yet
    work()
    for currency in ("GBP", "EUR", "CNY"):
        assert {one["customer"] for one in lines_of(folder(world, currency))} <= {None, typed("mbr", bo)}
    assert sum(len(lines_of(folder(world, currency))) for currency in ("GBP", "EUR", "CNY")) == 12


def test_lakes_that_know_people_under_other_keys_are_told_apart(world: World) -> None:
    sale(world)
    work()
    (settings.PLACE.lake / erased.KEY).unlink()
    sale(world)
    with pytest.raises(erased.OtherKey):
        work()


@pytest.mark.slow
def test_the_analysis_reads_such_a_lake(world: World, tmp_path: Path) -> None:
    for number in range(20):
        person = uuid4()
        for visit in range(4):
            sale(world, MILK, PAN, member=person, at=AT - timedelta(days=number * 7 % 30 + 30 * visit))
    assert work() == 20 * 4 * 2
    found = CliRunner().invoke(app, ["analyze", "--lake", str(folder(world)), "--out", str(tmp_path / "report")])
    assert found.exit_code == 0, found.output
    assert (tmp_path / "report" / "index.html").exists()
