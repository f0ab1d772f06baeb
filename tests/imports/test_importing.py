"""Files of before, from the upload to the last row taken back. One organisation, one import, seen from all sides."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from regulars.access import gate
from regulars.access.models import Store
from regulars.access.moves import NewMerchant
from regulars.access.services.places import found_organisation, open_merchants
from regulars.access.services.places_changing import close_merchant
from regulars.basics.ids import typed
from regulars.history.lake import Lake
from regulars.imports import folders, quality, sending, services
from regulars.imports.errors import FilesGone, ImportState, NothingToImport, WrongMapping
from regulars.imports.models import Import, Refusal, Table
from regulars.imports.moves import Corrected, Wish
from regulars.imports.selectors import imports, reasons_of, refusals_of, tables_of
from regulars.imports.working import bills, undoing
from regulars.journal.moves import Actor
from regulars.ledger.selectors import balances
from regulars.ledger.services import define_unit
from regulars.members.models import Consent, Identifier, Member
from regulars.members.moves import NewIdentifier, NewMember, Presented
from regulars.members.selectors import profiles, recognise
from regulars.members.services.extras import write_note
from regulars.members.services.people import enrol
from regulars.programme.checkout.moves import NewReturn
from regulars.programme.checkout.returning import take_back
from regulars.programme.services.terms import publish
from regulars.sales.models import Return, Sale
from regulars.sales.moves import Place
from regulars.sales.sending import into_lake
from regulars.scorebook.models import Run
from tests.imports import messy

WHO = Actor.job("test")
PEOPLE = 12


@dataclass
class Shop:
    """An organisation whose file was booked."""

    organisation: UUID
    merchant: UUID
    at: datetime
    rows: int
    known: UUID  # a member who was there before, with the phone of one in the file
    number: UUID
    file: Path


@pytest.fixture(scope="module")
def shop(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    with django_db_blocker.unblock(), transaction.atomic():
        at = timezone.now()
        home = found_organisation("Bund", zone="Asia/Shanghai", by=gate.HOUSE, actor=WHO, at=at)
        wanted = [NewMerchant("Market", "Asia/Shanghai", "CNY")]
        (merchant,) = open_merchants(home, wanted, by=gate.HOUSE, actor=WHO, at=at)
        phone = NewIdentifier("phone", f"+86138{10000000 + 5 * 137:08}")
        (known,) = enrol([NewMember(home, "till", at, {"given_name": "Known"}, [phone])], actor=WHO, at=at)
        file = tmp_path_factory.mktemp("files") / "sales.csv"
        rows = messy.write(file, people=PEOPLE, until=(at - timedelta(days=3)).date())
        yield Shop(home, merchant, at, rows, known, _booked(home, merchant, file, at), file)
        transaction.set_rollback(True)


def _booked(home: UUID, merchant: UUID, file: Path, at: datetime) -> UUID:
    number = _brought(home, file, at)
    services.book(number, Wish(merchant), organisation=home, actor=WHO, at=at)
    assert sending.run_due(at=at) == 1
    return number


def _brought(home: UUID, file: Path, at: datetime) -> UUID:
    """Looked at and tried; the file itself stays."""
    copy = file.with_name(f"{timezone.now():%f}-{file.name}")
    shutil.copy(file, copy)
    number = services.receive([(f"../{file.name}", copy)], organisation=home, actor=WHO, at=at)
    assert not copy.exists()
    assert sending.run_due(at=at) == 1
    return number


@pytest.fixture
def booked(shop: Shop, db: None) -> Import:
    return Import.objects.get(pk=shop.number)


def test_every_row_of_the_file_is_kept_or_refused_with_its_place_and_reason(shop: Shop, booked: Import) -> None:
    (table,) = tables_of(shop.number)
    assert (table.name, table.kind, table.encoding, table.rows) == ("sales.csv", "sales", "gb18030", shop.rows)
    assert table.rows == table.kept + table.refused
    assert table.refused == messy.JUNK == sum(reasons_of(shop.number).values())
    assert {one.line for one in refusals_of(shop.number)} == {shop.rows, shop.rows + 1, shop.rows + 2}
    mapped = {field: table.headings[place] for field, place in table.mapping["columns"].items()}
    assert (mapped["customer"], mapped["sold_at"], mapped["amount"]) == ("会员号", "销售日期", "金额")
    assert table.people == {"1": "phone", "2": "full_name"}


def test_what_stood_in_refused_rows_lies_in_the_folder_alone(shop: Shop, booked: Import) -> None:
    assert "没有日期" in (folders.folder_of(shop.number) / folders.REFUSED).read_text(encoding="utf-8")
    assert {one.name for one in Refusal._meta.get_fields()} & {"value", "row"} == set()


def test_members_are_recognised_or_made_and_certain_duplicates_merged(shop: Shop, booked: Import) -> None:
    home = Member.objects.filter(organisation=shop.organisation)
    assert booked.told["people"] == PEOPLE + messy.TWICE == booked.told["customers"]
    assert booked.told["created"] == PEOPLE + messy.TWICE - 1  # one was known by phone
    assert booked.told["joined"] == messy.TWICE
    assert home.filter(root_id__in=home.values("id")).values("root_id").distinct().count() == PEOPLE
    assert Identifier.objects.filter(member=shop.known, kind="external").count() == 1
    assert not Consent.objects.filter(member__organisation=shop.organisation).exists()


def test_purchases_are_booked_as_history_and_earn_nothing(shop: Shop, booked: Import) -> None:
    sales = Sale.objects.filter(organisation=shop.organisation)
    assert sales.count() == booked.told["booked"] == shop.rows - messy.JUNK - messy.BROUGHT_BACK
    assert not sales.filter(member=None).exists()
    assert set(sales.values_list("store", flat=True)) == set(
        Store.objects.filter(merchant=shop.merchant).values_list("id", flat=True)
    )
    assert Return.objects.filter(organisation=shop.organisation).count() == messy.BROUGHT_BACK
    assert sales.filter(returned__gt=0).count() == messy.BROUGHT_BACK


def _earning(shop: Shop, file: Path, rows: list[str], *, points: bool = True) -> Import:
    file.write_text("\n".join(["Customer no,Date,Receipt,Item,Quantity,Amount", *rows, ""]))
    number = _brought(shop.organisation, file, shop.at)
    wish = Wish(shop.merchant, points=points, merge=False, source="corner")
    services.book(number, wish, organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    return Import.objects.get(pk=number)


def test_with_points_what_came_back_takes_along_what_its_purchase_earned(
    shop: Shop, tmp_path: Path, booked: Import
) -> None:
    long_ago: dict[str, Any] = {"begins_at": shop.at - timedelta(days=900), "moving_in": True}
    told: dict[str, Any] = {"organisation": shop.organisation, "actor": WHO, "at": shop.at}
    define_unit("points", "Points", zone="Asia/Shanghai", actor=WHO, at=long_ago["begins_at"])
    award = {"type": "per-amount", "units": 1, "per": 100}
    base = {"unit": "points", "currency": "CNY", "award": award, "validity": "36M@month"}
    publish("earn", "base", base, **long_ago, **told)
    bought = [f"K{n % 3},2026-0{1 + n % 9}-15,R{n},Tea,4,40.00" for n in range(30)]
    back = ["K1,2026-10-02,T1,Tea,-1,-10.00", "K2,2026-10-03,T2,Jam,-1,-9.00"]
    row = _earning(shop, tmp_path / "earned.csv", [*bought, back[0], back[1]])
    assert (row.told["booked"], row.told["came_back"], row.told["came_back_alone"]) == (30, 1, 1)
    held = [_held(shop, f"K{n}") for n in range(3)]
    assert held == [400, 390, 400]
    assert {one.reason for one in refusals_of(row.id)} == {"bought-before"}
    again = _earning(shop, tmp_path / "again.csv", [*bought, *back])
    assert (again.told["booked"], again.told["came_back"], again.told["back_already"]) == (0, 0, 1)
    later = [f"K{n % 3},2026-10-0{1 + n % 9},S{n},Soap,1,5.00" for n in range(30)]
    without = _earning(shop, tmp_path / "later.csv", [*later, "K0,2026-10-12,T3,Tea,-4,-40.00"], points=False)
    assert (without.told["booked"], without.told["came_back"]) == (30, 1)  # history, but that purchase had earned
    assert [_held(shop, f"K{n}") for n in range(3)] == [360, 390, 400]


def _held(shop: Shop, customer: str) -> int:
    found = recognise(Presented("external", customer, "corner"), organisation=shop.organisation)
    assert found is not None
    assert found.member is not None
    (points,) = balances(found.member, at=shop.at)
    return points.available


def test_everybody_is_scored_next(shop: Shop, booked: Import) -> None:
    run = Run.objects.get(organisation=shop.organisation)
    assert booked.told["scores"] == typed("scr", run.id)
    assert booked.steps == ["people", "stores", "bills", "returns", "duplicates", "scores"]


def test_scores_follow_a_run_that_may_have_begun_too_early(shop: Shop, tmp_path: Path, booked: Import) -> None:
    row = _earning(shop, tmp_path / "more.csv", [f"K{n},2026-03-15,R{n},Tea,1,4.00" for n in range(3)], points=False)
    early = Run.objects.get(organisation=shop.organisation)
    assert (row.told["scores"], sending.run_due(at=shop.at)) == ("under-way", 0)
    Run.objects.filter(pk=early.pk).update(state="failed", ended_at=shop.at)
    assert [sending.run_due(at=shop.at), sending.run_due(at=shop.at)] == [1, 0]
    later = Run.objects.exclude(pk=early.pk).get(organisation=shop.organisation)
    row.refresh_from_db()
    assert (row.told["scores"], later.state) == (typed("scr", later.id), "waiting")


def test_the_same_file_again_adds_nothing(shop: Shop, booked: Import) -> None:
    before = [kind.objects.count() for kind in (Member, Sale, Return, Store, Identifier)]
    again = Import.objects.get(pk=_booked(shop.organisation, shop.merchant, shop.file, shop.at))
    assert [kind.objects.count() for kind in (Member, Sale, Return, Store, Identifier)] == before
    assert (again.state, again.told["booked"], again.told["came_back"]) == ("booked", 0, 0)
    assert again.told["there_already"] == booked.told["booked"]
    assert again.told["back_already"] == messy.BROUGHT_BACK
    assert {one.id for one in imports(shop.organisation)} == {again.id, shop.number}


def test_a_worker_that_was_stopped_in_the_middle_is_followed_by_one_that_goes_on(
    shop: Shop, booked: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)
    sending.run_due(at=shop.at)
    number = _brought(shop.organisation, shop.file, shop.at)
    services.book(number, Wish(shop.merchant, merge=False), organisation=shop.organisation, actor=WHO, at=shop.at)
    monkeypatch.setattr(bills, "AT_ONCE", 100)
    written = bills._write
    left = iter([True, True, False])

    def stopped(*given: object) -> int:
        if not next(left):
            raise KeyboardInterrupt
        return written(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(bills, "_write", stopped)
    with pytest.raises(KeyboardInterrupt):
        sending.run_due(at=shop.at)
    assert Table.objects.get(of=number).reached == 200
    monkeypatch.setattr(bills, "_write", written)
    assert sending.run_due(at=shop.at) == 1
    again = Import.objects.get(pk=number)
    assert (again.state, again.tries) == ("booked", 2)
    live = Sale.objects.filter(organisation=shop.organisation, state="complete")
    assert live.count() == again.told["booked"] == booked.told["booked"]


def test_taken_back_it_is_as_if_it_had_never_come_but_for_who_has_a_history_since(shop: Shop, booked: Import) -> None:
    sold = sum(iter(lambda: into_lake(actor=WHO, at=shop.at), 0))
    assert sold == booked.told["booked"] + messy.BROUGHT_BACK
    folder = settings.PLACE.lakes / typed("org", shop.organisation) / "CNY"
    with Lake(folder) as lake:
        assert lake.totals().rows_kept == sold
    stays = Member.objects.filter(organisation=shop.organisation, root_id=F("id")).exclude(pk=shop.known).first()
    assert stays is not None
    write_note(stays.id, "Called.", organisation=shop.organisation, actor=WHO, at=shop.at)
    services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    row = Import.objects.get(pk=shop.number)
    assert row.state == "undone"
    assert row.told["undone"]["withdrawn"] == booked.told["booked"]
    assert (row.told["undone"]["members_gone"], row.told["undone"]["members_stay"]) == (PEOPLE + messy.TWICE - 2, 1)
    assert set(Member.objects.filter(organisation=shop.organisation).values_list("id", flat=True)) == {
        shop.known,
        stays.id,
    }
    assert not Identifier.objects.filter(member=shop.known, kind="external").exists()
    assert not Sale.objects.filter(organisation=shop.organisation, state="complete").exists()
    with Lake(folder) as lake:
        assert lake.totals().rows_kept == 0
    with pytest.raises(ImportState):
        services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)


def test_what_is_brought_back_at_the_counter_since_keeps_its_purchase(shop: Shop, booked: Import) -> None:
    sale = Sale.objects.filter(organisation=shop.organisation, returned=0).earliest("effective_at")
    place = Place(shop.organisation, "till/1", "R1", shop.merchant)
    done = take_back(NewReturn(sale.id, place, shop.at), actor=WHO, at=shop.at)
    assert done.told["refund"] == sale.amount - sale.discount
    services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    told = Import.objects.get(pk=shop.number).told["undone"]
    assert (told["sales_stay"], told["members_stay"]) == (1, 1)
    assert Sale.objects.get(state="complete", organisation=shop.organisation) == sale


def test_what_is_half_taken_back_is_not_booked_again_but_taken_back(
    shop: Shop, booked: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or it would say that it is booked, and none of its purchases would count."""

    def refused(*given: object) -> None:
        raise WrongMapping("As anything may be on the way.")

    services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)
    with monkeypatch.context() as broken:
        broken.setattr(undoing, "_lists", refused)
        sending.run_due(at=shop.at)
    assert Import.objects.get(pk=shop.number).state == "failed"
    assert not Sale.objects.filter(organisation=shop.organisation, state="complete").exists()
    with pytest.raises(ImportState):
        services.book(shop.number, Wish(shop.merchant), organisation=shop.organisation, actor=WHO, at=shop.at)
    services.undo(shop.number, organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    assert Import.objects.get(pk=shop.number).state == "undone"


def test_what_was_taken_for_something_else_is_corrected_and_looked_at_again(shop: Shop, booked: Import) -> None:
    number = _brought(shop.organisation, shop.file, shop.at)
    columns = {"0": "customer", "3": "sold_at", "7": "product", "8": "quantity", "9": "price"}
    said = Corrected("sales.csv", columns, complete=True, currency="EUR", encoding="gb18030", amount_is="unit")
    services.correct(number, [said], organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    (table,) = tables_of(number)
    assert set(table.mapping["columns"]) == {"customer", "sold_at", "product", "quantity", "price"}
    assert (table.mapping["currency"], table.mapping["amount_is"], table.people) == ("EUR", "unit", {})
    twice = Corrected("sales.csv", {"0": "customer", "1": "customer"})
    with pytest.raises(WrongMapping):
        services.correct(number, [twice], organisation=shop.organisation, actor=WHO, at=shop.at)
    services.drop(number, organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.forget_due(at=shop.at) == 1
    assert not folders.folder_of(number).exists()
    with pytest.raises(ImportState):
        services.book(number, Wish(shop.merchant), organisation=shop.organisation, actor=WHO, at=shop.at)


def test_what_a_file_does_not_tell_is_asked(shop: Shop, tmp_path: Path, booked: Import) -> None:
    file = tmp_path / "riddle.csv"
    file.write_text(
        "Customer,Date,Amount\n" + "".join(f"C{n % 7},0{1 + n % 9}/0{1 + n % 8}/2026,{n}.50\n" for n in range(60))
    )
    number = _brought(shop.organisation, file, shop.at)
    assert Import.objects.get(pk=number).state == "asking"
    (table,) = tables_of(number)
    place = next(n for n, choice in enumerate(table.question["choices"]) if choice[3].startswith("%d"))
    field, choice = table.question["field"], table.question["choices"][place]
    said = Corrected("riddle.csv", {str(choice[0]): field}, date_format=choice[3])
    services.correct(number, [said], organisation=shop.organisation, actor=WHO, at=shop.at)
    assert sending.run_due(at=shop.at) == 1
    assert Import.objects.get(pk=number).state == "ready"
    Import.objects.filter(pk=number).update(forgotten_at=shop.at)
    with pytest.raises(FilesGone):
        services.book(number, Wish(shop.merchant), organisation=shop.organisation, actor=WHO, at=shop.at)


def test_who_bought_is_somebody_whatever_was_typed_beside_their_number(
    shop: Shop, tmp_path: Path, booked: Import
) -> None:
    file = tmp_path / "typed.csv"
    lines = [f"K{n % 9},nonsense{n % 2},2026-0{1 + n % 9}-15,{n}.50\n" for n in range(60)]
    file.write_text("Customer no,Phone,Date,Amount\n" + "".join(lines))
    row = Import.objects.get(pk=_booked(shop.organisation, shop.merchant, file, shop.at))
    assert (row.told["created"], row.told["without_member"], row.told["refused_people"]) == (9, 0, 0)


def test_what_was_sold_after_its_shop_was_closed_is_refused(shop: Shop, tmp_path: Path, booked: Import) -> None:
    file = tmp_path / "closed.csv"
    file.write_text("Customer no,Date,Amount\n" + "".join(f"S{n % 9},2026-0{1 + n % 9}-15,{n}.50\n" for n in range(60)))
    ends = datetime(2026, 5, 1, tzinfo=UTC)
    close_merchant(shop.merchant, by=gate.HOUSE, actor=WHO, at=ends)
    number = _booked(shop.organisation, shop.merchant, file, shop.at)
    assert reasons_of(number) == {"place-closed": 32}  # of May to September
    assert Import.objects.get(pk=number).told["booking"]["booked"] == 4  # a bill a day and customer


def test_files_that_hold_nothing_are_refused_with_what_they_look_like(
    shop: Shop, tmp_path: Path, booked: Import
) -> None:
    empty, letter = tmp_path / "empty.csv", tmp_path / "letter.txt"
    empty.touch()
    with pytest.raises(NothingToImport):
        services.receive([("empty.csv", empty)], organisation=shop.organisation, actor=WHO, at=shop.at)
    letter.write_text("Dear Sir,\nplease find\nenclosed nothing.\n")
    number = _brought(shop.organisation, letter, shop.at)
    row = Import.objects.get(pk=number)
    assert (row.state, row.code) == ("failed", "nothing-to-import")
    assert "letter.txt" in row.detail


def test_figures_of_the_data_lead_to_the_rows_behind_them(shop: Shop, booked: Import) -> None:
    assert quality.measure_due(at=shop.at) >= 1
    quality.measure(shop.organisation, at=shop.at)
    found, at = quality.figures(shop.organisation)
    assert at == shop.at
    assert found["no-email"].count == found["no-email"].of == PEOPLE
    assert found["no-email"].full == 0
    for what in quality.OF_MEMBERS:
        behind = quality.members_behind(what, shop.organisation, after=None, limit=100)
        assert len(behind) == found[what].count, what
    assert found["no-name"].count == 0
    assert len(profiles.facts_of(quality.members_behind("no-sex", shop.organisation, after=None, limit=5))) == 5
