"""The house's books: closed days and periods, the roll-forward by cohort, cost by funder, settlement."""

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from tests.ledger.booking import DAY, JOB, MAY_4, close_all, earn, points, posted, rolled, spend, sum_on

from regulars.ledger import books
from regulars.ledger.books_closing import close_due
from regulars.ledger.errors import PeriodClosed, PeriodOpen
from regulars.ledger.models import ClosedDay, DayTotal, OpenSum, OpenTotal, StatementLine
from regulars.ledger.moves import Gift, Holder, House, Load, MoveRules, Posting, Reversal
from regulars.ledger.services import (
    activate,
    define_unit,
    expire_due,
    load,
    move,
    reverse,
)
from regulars.ledger.settlement import Line, close_period, statements
from regulars.ledger.verify import verify
from regulars.ledger.words import Kind, Role, Tender, UnitKind


def test_every_kind_of_transfer_has_a_column() -> None:
    assert books.MOVEMENTS.keys() == set(Kind)


@pytest.mark.django_db
def test_sem_43_the_liability_rolls_forward_by_month_of_earning() -> None:
    points()
    owner = uuid4()
    earn(owner, 100, MAY_4, expires_at=MAY_4 + 40 * DAY)
    june = MAY_4 + 31 * DAY
    earn(owner, 50, june)
    spend(owner, 30, june)
    expire_due(actor=JOB, at=june + 20 * DAY)
    close_all(june + 40 * DAY)
    assert rolled(date(2026, 5, 1), date(2026, 5, 31)) == {
        date(2026, 5, 1): {"opening": 0, "earned": 100, "closing": 100}
    }
    assert rolled(date(2026, 6, 1), date(2026, 6, 30)) == {
        date(2026, 5, 1): {"opening": 100, "spent": -30, "expired": -70, "closing": 0},
        date(2026, 6, 1): {"opening": 0, "earned": 50, "closing": 50},
    }
    assert {(b.role, b.balance) for b in books.house_balances("points")} == {
        (Role.ISSUED, -150), (Role.REDEEMED, 30), (Role.EXPIRED, 70),
    }  # fmt: skip


@pytest.mark.django_db
def test_sem_39_a_late_arrival_shows_in_the_next_day_that_is_closed() -> None:
    points()
    owner = uuid4()
    earn(owner, 100, MAY_4)
    close_all(datetime(2026, 6, 1, 12, tzinfo=UTC))
    before = rolled(date(2026, 5, 1), date(2026, 5, 31))
    happened, told = datetime(2026, 5, 20, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    earn(owner, 7, told, effective_at=happened)
    # A till that was cut off sends what it recorded in May: its recorded time is in a day that is closed.
    earn(owner, 5, datetime(2026, 5, 31, 22, tzinfo=UTC))
    close_all(datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert rolled(date(2026, 5, 1), date(2026, 5, 31)) == before
    assert rolled(date(2026, 6, 1), date(2026, 6, 30)) == {
        date(2026, 5, 1): {"opening": 100, "earned": 12, "closing": 112}
    }
    assert verify(at=told).right


@pytest.mark.django_db
def test_an_open_day_that_was_summed_tells_the_same_and_is_read_no_more() -> None:
    points()
    owner = uuid4()
    earned = earn(owner, 100, MAY_4, funder="mrc_a")
    close_all(MAY_4 + DAY)
    spend(owner, 30, MAY_4 + DAY, merchant="mrc_b")
    reverse(Reversal(earned, 10, source="till", external_id="1"), actor=JOB, at=MAY_4 + DAY)
    asked = date(2026, 5, 1)
    told = books.roll_forward("points", asked), books.house_balances("points")
    sum_on(MAY_4 + DAY)
    assert OpenTotal.objects.filter(role="main").count() == 2
    assert (books.roll_forward("points", asked), books.house_balances("points")) == told
    OpenTotal.objects.filter(role="main", kind="spend").update(amount=-31)  # it is these that are read
    assert books.roll_forward("points", asked).closing == told[0].closing - 1
    earn(owner, 5, MAY_4 + DAY)
    assert books.roll_forward("points", asked).closing == told[0].closing + 4
    close_all(MAY_4 + 2 * DAY)
    assert books.roll_forward("points", asked).closing == told[0].closing + 5
    assert (OpenTotal.objects.count(), OpenSum.objects.get().upto) == (0, -1)


@pytest.mark.django_db
def test_sem_08_days_end_at_midnight_of_the_units_zone() -> None:
    points(zone="Asia/Shanghai")
    owner = uuid4()
    earn(owner, 1, datetime(2026, 5, 31, 15, 59, tzinfo=UTC))
    earn(owner, 2, datetime(2026, 5, 31, 16, 0, tzinfo=UTC))
    assert close_due(actor=JOB, at=datetime(2026, 5, 31, 16, 9, tzinfo=UTC)) == 0, "tills may still be sending"
    close_all(datetime(2026, 6, 1, 16, 10, tzinfo=UTC))
    assert list(ClosedDay.objects.order_by("day").values_list("day", "transfers")) == [
        (date(2026, 5, 31), 1), (date(2026, 6, 1), 1),
    ]  # fmt: skip
    assert rolled(date(2026, 6, 1), date(2026, 6, 1)) == {
        date(2026, 5, 1): {"opening": 1, "closing": 1},
        date(2026, 6, 1): {"opening": 0, "earned": 2, "closing": 2},
    }


@pytest.mark.django_db
def test_moved_and_pending_units_keep_month_and_funder() -> None:
    points()
    giver, taker = uuid4(), uuid4()
    coming = posted(
        Posting(Kind.EARN, "points", 80, House(Role.ISSUED, "mrc_a"), Holder(giver, Role.PENDING), funder="mrc_a"),
        MAY_4,
    )
    june = MAY_4 + 31 * DAY
    activate([coming], actor=JOB, at=june)
    move(Gift(giver, taker, "points", 60), MoveRules(), actor=JOB, at=june)
    move(Gift(taker, giver, "points", 50), MoveRules(), actor=JOB, at=june)
    spend(giver, 70, june, merchant="mrc_b")
    close_all(june + DAY * 2)
    assert rolled(date(2026, 5, 1), date(2026, 6, 30)) == {
        date(2026, 5, 1): {"opening": 0, "earned": 80, "spent": -70, "closing": 10}
    }
    owed = {s.merchant: s.due for s in statements("points", date(2026, 6, 30), date(2026, 5, 1))}
    assert owed == {"mrc_a": -70, "mrc_b": 70}


@pytest.mark.django_db
def test_sem_44_statements_are_the_sum_of_entries_and_corrections_land_in_the_next() -> None:
    points()
    owner = uuid4()
    first = earn(owner, 100, MAY_4, merchant="mrc_a", store="str_1", funder="mrc_a")
    earn(owner, 40, MAY_4 + timedelta(hours=1), merchant="mrc_b", funder="head")
    spent = spend(owner, 110, MAY_4 + DAY, merchant="mrc_b", store="str_2")
    with pytest.raises(PeriodOpen):
        close_period("points", date(2026, 5, 31), actor=JOB, at=MAY_4)
    close_all(datetime(2026, 6, 1, 12, tzinfo=UTC))
    may = close_period("points", date(2026, 5, 31), actor=JOB, at=datetime(2026, 6, 1, 12, tzinfo=UTC))
    assert [(s.merchant, s.due) for s in may] == [("head", -10), ("mrc_a", -100), ("mrc_b", 110)]
    lines = {(s.merchant, e.line, e.counterparty, e.store): e.amount for s in may for e in s.entries}
    assert lines == {
        ("mrc_a", Line.ISSUED, "mrc_a", "str_1"): 100,
        ("mrc_a", Line.ELSEWHERE, "mrc_b", ""): 100,
        ("mrc_b", Line.ISSUED, "head", ""): 40,
        ("mrc_b", Line.REDEEMED, "mrc_a", "str_2"): 100,
        ("mrc_b", Line.REDEEMED, "head", "str_2"): 10,
        ("head", Line.ELSEWHERE, "mrc_b", ""): 10,
    }
    june = datetime(2026, 6, 3, tzinfo=UTC)
    reverse(Reversal(spent, 20), actor=JOB, at=june)
    reverse(Reversal(first, 5), actor=JOB, at=june)
    close_all(datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert statements("points", date(2026, 5, 31)) == may, "frozen"
    with pytest.raises(PeriodClosed):
        close_period("points", date(2026, 5, 31), actor=JOB, at=june)
    later = close_period("points", date(2026, 6, 30), actor=JOB, at=datetime(2026, 7, 1, 12, tzinfo=UTC))
    assert sum(s.due for s in later) == 0
    assert {s.merchant: s.due for s in later}["mrc_b"] == -20
    assert {e.amount for s in later if s.merchant == "mrc_a" for e in s.entries if e.line == Line.ISSUED} == {-5}
    costs = books.cost_by_funder("points", date(2026, 5, 1), date(2026, 6, 30))
    assert [(c.funder, c.given, c.taken_back, c.net) for c in costs] == [("head", 40, 0, 40), ("mrc_a", 100, 5, 95)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_day_total set amount = amount + 1",
        "delete from ledger_day_total",
        "insert into ledger_day_total (unit, day, kind, role, against, merchant, store, funder, origin, transfers,"
        " amount) select unit, day, kind, role, against, 'other', store, funder, origin, transfers, amount"
        " from ledger_day_total",
        "update ledger_statement_line set amount = 0",
        "delete from ledger_statement_line",
        "insert into ledger_statement_line (unit, last_on, merchant, line, counterparty, store, transfers, amount)"
        " select unit, last_on, 'other', line, counterparty, store, transfers, amount from ledger_statement_line",
        "delete from ledger_period",
        "update ledger_closed_day set upto = upto + 1",
        "delete from ledger_seal",
    ],
)
def test_sem_44_what_is_closed_is_frozen_by_the_database(statement: str) -> None:
    points()
    earn(uuid4(), 100, MAY_4, merchant="mrc_a")
    close_all(MAY_4 + DAY * 2)
    close_period("points", date(2026, 5, 4), actor=JOB, at=MAY_4)
    kept = list(DayTotal.objects.values()), list(StatementLine.objects.values())
    with pytest.raises(IntegrityError, match="refused"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert (list(DayTotal.objects.values()), list(StatementLine.objects.values())) == kept
    assert kept[0]
    assert kept[1]


@pytest.mark.django_db
def test_sem_41_paid_value_lies_apart_from_bonus_value() -> None:
    define_unit("CNY", "Yuan", kind=UnitKind.PAID, scale=2, currency="CNY", actor=JOB, at=MAY_4)
    define_unit("CNY-bonus", "Yuan given", kind=UnitKind.BONUS, scale=2, currency="CNY", actor=JOB, at=MAY_4)
    wanted = Load(
        uuid4(),
        "CNY",
        10_000,
        tender=Tender.CASH,
        bonus_unit="CNY-bonus",
        bonus=1_500,
        merchant="mrc_a",
        funder="mrc_a",
    )
    load(wanted, actor=JOB, at=MAY_4)
    assert books.liability() == {
        UnitKind.POINTS: {}, UnitKind.PAID: {"CNY": 10_000}, UnitKind.BONUS: {"CNY-bonus": 1_500},
    }  # fmt: skip
    close_all(MAY_4 + DAY * 2)
    paid = books.roll_forward("CNY", date(2026, 5, 1), date(2026, 5, 4))
    assert (paid.kind, paid.closing, paid.cohorts[0].movements["bought"]) == (UnitKind.PAID, 10_000, 10_000)
    (sold,) = statements("CNY", date(2026, 5, 4), date(2026, 5, 1))
    assert [(e.line, e.amount) for e in sold.entries] == [(Line.SOLD, 10_000)]
