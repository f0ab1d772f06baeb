"""A purchase in the very moment in which the import that made its member is taken back: the member stays, or the till
is told that there is none; no purchase is left with a member who is gone."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, connections, transaction
from tests.ledger.conftest import TILL
from tests.members.shop import ANN, AT, OURS, seen
from tests.members.test_importing import load
from tests.members.test_merging import DAY
from tests.programme.test_checkout_races import bill, promise

from regulars.ledger import services as ledger
from regulars.members.errors import UnknownMember
from regulars.members.importing_undo import undo
from regulars.members.models import Member
from regulars.programme.checkout import booking
from regulars.programme.checkout.moves import Outcome
from regulars.programme.services.terms import publish
from regulars.sales.models import Sale

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def imported(tmp_path: Path) -> tuple[UUID, UUID]:
    """Somebody whom an import made, and its number."""
    ledger.define_unit("points", "Points", actor=ANN, at=AT)
    told = load(tmp_path, "Customer ID,First name,E-mail\n7,Ann,ann@example.com\n")
    found = seen("external", "7")
    assert found is not None
    assert found.member is not None
    assert told.number is not None
    return found.member, told.number


def buys(member: UUID) -> Outcome:
    return booking.check_out([bill(member, "1")], actor=TILL, at=AT + 2 * DAY)[0]


def taken_back(number: UUID) -> dict[str, int]:
    return undo(number, organisation=OURS, actor=ANN, at=AT + 3 * DAY)


def alone(act: Callable[[], object]) -> Callable[[], object]:
    """Over a connection of its own."""

    def one() -> object:
        try:
            return act()
        finally:
            connections.close_all()

    return one


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'sales_key'::regclass)")
        return bool(cursor.fetchone()[0])


def until_somebody_waits() -> None:
    until = time.monotonic() + 30
    while not somebody_waits():
        assert time.monotonic() < until, "nobody waits"
        time.sleep(0.02)


@pytest.mark.parametrize("earns", [True, False])
def test_a_purchase_that_is_being_booked_keeps_its_member(imported: tuple[UUID, UUID], earns: bool) -> None:
    member, number = imported
    if earns:
        promise("earn", {"unit": "points", "currency": "EUR", "award": {"type": "per-amount", "units": 1, "per": 100}})
    with ThreadPoolExecutor(1) as office:
        with transaction.atomic():
            buys(member)
            undone = office.submit(alone(lambda: taken_back(number)))
            until_somebody_waits()
        assert undone.result(60) == {"removed": 0, "kept": 1, "reverted": 0, "changed_since": 0}
    assert Sale.objects.get().member == Member.objects.get().id == member


def test_a_till_that_comes_while_the_import_is_taken_back_is_told_that_nobody_is_there(
    imported: tuple[UUID, UUID],
) -> None:
    member, number = imported
    with ThreadPoolExecutor(1) as till:
        with transaction.atomic():
            assert taken_back(number)["removed"] == 1
            told = till.submit(alone(lambda: buys(member)))
            until_somebody_waits()
        with pytest.raises(UnknownMember):
            told.result(60)
    assert (Member.objects.count(), Sale.objects.count()) == (0, 0)


def test_whose_late_bill_waits_for_a_person_stays(imported: tuple[UUID, UUID]) -> None:
    member, number = imported
    policy = {"review_after": "1D"}
    publish("late-policy", "default", policy, organisation=OURS, actor=ANN, at=AT)
    assert buys(member).told["state"] == "review"
    assert taken_back(number)["kept"] == 1
    assert Member.objects.get().id == member
