"""Bills, returns and events in the books of sales: as they were, once, and never changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.journal.errors import KeyReused
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.journal.statements import run
from regulars.rules.occasion import Line
from regulars.sales import people, selectors, services
from regulars.sales.errors import SaleState, WrongSale
from regulars.sales.models import Event
from regulars.sales.moves import BackLine, NewEvent, NewReturn, NewSale, Place, SoldLine

pytestmark = pytest.mark.django_db
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
TILL = Actor("key", "key_till", "Till 7", request_id="req_1")
HOUSE, ADA = uuid4(), uuid4()
MILK = SoldLine(Line(1, "milk", 240, quantity=2000, tax=16, category="food/dairy", marks=("cold", "own")), "Milk", 100)
PAN = SoldLine(Line(2, "pan", 3000, discount=500, tax=200, brand="Ferro"))


def place(document: str) -> Place:
    return Place(HOUSE, "till-4", document, channel="till")


def sale(document: str = "118", **more: Any) -> NewSale:
    return NewSale(uuid4(), place(document), "EUR", (MILK, PAN), AT, ADA, **more)


def test_a_sale_is_read_as_it_was_written() -> None:
    first, second = sale(), sale("119", lapses_at=AT + timedelta(minutes=9))
    services.record_sales([first, second], actor=TILL, at=AT)
    known = selectors.sales([first.id, second.id])
    assert [line.sold for line in known[first.id].lines] == [MILK, PAN]
    assert (known[first.id].state, known[second.id].state) == ("complete", "open")
    assert (known[first.id].place, known[first.id].member) == (first.place, ADA)
    assert [one.id for one in selectors.sales_of([ADA])] == sorted([first.id, second.id], reverse=True)
    assert Entry.objects.get(what="sales.record").after["sales"] == 2
    assert selectors.lapsed(at=AT + timedelta(minutes=9)) == [second.id]


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": ()},
        {"lines": (MILK, MILK)},
        {"effective_at": AT + timedelta(seconds=1)},
        {"lapses_at": AT},
        {"lines": (SoldLine(Line(1, "gold", 2**53)),)},
    ],
)
def test_a_sale_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    whole: dict[str, Any] = {
        "id": uuid4(), "place": place("1"), "currency": "EUR", "lines": (MILK,), "effective_at": AT,
    } | wrong  # fmt: skip
    with pytest.raises(WrongSale):
        services.record_sales([NewSale(**whole)], actor=TILL, at=AT)


def test_what_came_back_is_counted_and_never_more_than_was_bought() -> None:
    one = sale()
    services.record_sales([one], actor=TILL, at=AT)
    back = NewReturn(uuid4(), one.id, place("r1"), (BackLine(1, 1000, 120, 8),), AT, "spilt")
    services.record_returns([back], actor=TILL, at=AT)
    known = selectors.sales([one.id])[one.id]
    assert ([line.returned_quantity for line in known.lines], known.returned) == ([1000, 0], 120)
    more = NewReturn(uuid4(), one.id, place("r2"), (BackLine(1, 2000, 240, 16),), AT)
    with pytest.raises(IntegrityError, match="sales_line_returned"), transaction.atomic():
        services.record_returns([more], actor=TILL, at=AT)
    [(row, lines)] = selectors.returns_of(one.id)
    assert (row.amount, row.member, row.reason, [line.quantity for line in lines]) == (120, ADA, "spilt", [1000])


def test_an_open_sale_is_completed_or_given_up_once() -> None:
    one, two = (sale(text, lapses_at=AT + timedelta(hours=1)) for text in ("1", "2"))
    services.record_sales([one, two], actor=TILL, at=AT)
    services.complete([one.id], actor=TILL, at=AT)
    services.cancel([two.id], reason="left", actor=TILL, at=AT)
    assert [selectors.sales([x.id])[x.id].state for x in (one, two)] == ["complete", "cancelled"]
    for verb in (services.complete, services.cancel):
        with pytest.raises(SaleState), transaction.atomic():
            verb([one.id], actor=TILL, at=AT)


def test_sem_27_a_business_key_is_used_once_for_ever() -> None:
    first, second = uuid4(), uuid4()
    assert services.claim([("till-4", "118", b"a" * 16, first)]) == {}
    assert services.claim([("till-4", "118", b"a" * 16, second)]) == {("till-4", "118"): first}
    with pytest.raises(KeyReused):
        services.claim([("till-4", "118", b"b" * 16, second)])


def waits() -> list[tuple[str, UUID]]:
    return [(kind, subject) for kind, subject in run("SELECT kind, subject FROM sales_outbox ORDER BY id")]


def test_what_is_complete_waits_for_the_lake_and_what_is_reserved_does_not() -> None:
    one, two, three = (
        sale("1"),
        sale("2", lapses_at=AT + timedelta(hours=1)),
        sale("3", lapses_at=AT + timedelta(hours=1)),
    )
    services.record_sales([one, two, three], actor=TILL, at=AT)
    assert waits() == [("sale", one.id)]
    services.complete([two.id], actor=TILL, at=AT)
    services.cancel([three.id], actor=TILL, at=AT)
    back = NewReturn(uuid4(), one.id, place("r1"), (BackLine(1, 1000, 120, 8),), AT)
    services.record_returns([back], actor=TILL, at=AT)
    assert waits() == [("sale", one.id), ("sale", two.id), ("return", back.id)]


@pytest.mark.parametrize(
    "deed",
    [
        "update sales_sale set amount = amount + 1",
        "delete from sales_sale",
        "update sales_line set quantity = 1",
        "delete from sales_return_line",
        "update sales_event set member = gen_random_uuid()",
    ],
)
def test_the_database_itself_refuses_to_change_what_was_sold(deed: str) -> None:
    one = sale()
    services.claim([("till-4", "118", b"a" * 16, one.id)])
    services.record_sales([one], actor=TILL, at=AT)
    services.record_returns(
        [NewReturn(uuid4(), one.id, place("r1"), (BackLine(1, 1000, 120, 8),), AT)], actor=TILL, at=AT
    )
    services.record_events([NewEvent(uuid4(), place("e1"), ADA, "visit", AT)], actor=TILL, at=AT)
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(deed)


def test_sem_38_erasure_keeps_purchases_and_empties_what_events_said() -> None:
    services.record_sales([sale()], actor=TILL, at=AT)
    event = NewEvent(uuid4(), place("e1"), ADA, "review", AT, said={"text": "lovely", "stars": 5})
    services.record_events([event], actor=TILL, at=AT)
    told = people.export([ADA])
    assert (told["sales"][0]["lines"][0]["quantity"], told["events"][0]["said"]["stars"]) == (2.0, 5)
    assert people.undo([ADA, HOUSE], deed=uuid4(), actor=TILL, at=AT) == [ADA]
    assert people.erase([ADA], deed=uuid4(), actor=TILL, at=AT) == {"events": 1}
    assert (Event.objects.get().said, len(selectors.sales_of([ADA]))) == ({}, 1)
