"""Many tills at one account, on the real database: without locks and guards they overspend, with them they do not."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import Error, connection, connections
from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL, available, earn, spend
from tests.ledger.machine import books_add_up

from regulars.ledger import locks, services
from regulars.ledger.errors import LedgerError, NotEnough
from regulars.ledger.models import Account, Hold, Transfer
from regulars.ledger.moves import Gift, MoveRules, NewHold
from regulars.ledger.selectors import balances

TILLS = 64
GUARDS = {
    "ledger_account": ("ledger_account_covers_held",),
    "ledger_lot": ("ledger_lot_no_negatives", "ledger_lot_closed_is_empty"),
}


def at_once(deeds: list[Callable[[], object]]) -> list[object]:
    """Each in a thread with a connection of its own, all started together; what came of each, or its refusal."""
    start = Barrier(len(deeds))

    def one(deed: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            start.wait(30)
            return deed()
        except (LedgerError, Error) as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(one, deeds))


def spends() -> list[Callable[[], object]]:
    return [lambda: services.post([spend(ADA, 10)], actor=TILL, at=AT) for _ in range(TILLS)]


@pytest.fixture
def ada_has_100() -> None:
    services.define_unit("points", "Points", actor=ANN, at=AT)
    services.post([earn(ADA, 100)], actor=TILL, at=AT)


@contextmanager
def unguarded(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As it would be without locks, and with a database that believes everything."""
    monkeypatch.setattr(locks, "LOCK", "")
    written: dict[str, str] = {}
    with connection.cursor() as cursor:
        for table, names in GUARDS.items():
            for name in names:
                cursor.execute("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name])
                written[name] = cursor.fetchone()[0]
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    yield
    with connection.cursor() as cursor:
        for table, names in GUARDS.items():
            for name in names:
                cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {written[name]} NOT VALID")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_sem_24_without_locks_64_tills_overspend(monkeypatch: pytest.MonkeyPatch) -> None:
    with unguarded(monkeypatch):
        done = [answer for answer in at_once(spends()) if isinstance(answer, list)]
    assert len(done) > 10
    assert Account.objects.get(owner=ADA).balance == 100 - 10 * len(done) < 0


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_sem_24_without_locks_the_database_still_refuses_though_not_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LOCK", "")
    answers = at_once(spends())
    done = [answer for answer in answers if isinstance(answer, list)]
    clashes = [answer for answer in answers if isinstance(answer, Error)]
    assert len(done) <= 10
    assert clashes
    books_add_up()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_sem_24_with_locks_64_tills_spend_what_is_there_and_no_more() -> None:
    answers = at_once(spends())
    done = [answer for answer in answers if isinstance(answer, list)]
    refused = [answer for answer in answers if isinstance(answer, NotEnough)]
    assert (len(done), len(refused)) == (10, TILLS - 10)
    assert Account.objects.get(owner=ADA).balance == 0
    assert Transfer.objects.filter(kind="spend").count() == 10
    books_add_up()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_sem_24_holds_spends_and_gifts_at_once_share_one_balance() -> None:
    def gift(number: int) -> Callable[[], object]:
        giver, taker = (ADA, BOB) if number % 2 else (BOB, ADA)
        return lambda: services.move(Gift(giver, taker, "points", 10), MoveRules(), actor=TILL, at=AT)

    def hold() -> object:
        return services.place_hold(NewHold(ADA, "points", 10, AT + timedelta(days=1)), actor=TILL, at=AT)

    deeds: list[Callable[[], object]] = [*spends()[:16], *[hold] * 16, *[gift(number) for number in range(32)]]
    answers = at_once(deeds)
    assert not [answer for answer in answers if isinstance(answer, Error)]
    spent = Transfer.objects.filter(kind="spend").count() * 10
    held = Hold.objects.count() * 10
    assert available(ADA, AT) + available(BOB, AT) == 100 - spent - held
    books_add_up()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_sem_27_the_same_key_from_many_tills_at_once_is_done_once() -> None:
    asked = spend(ADA, 10, source="till", external_id="1")
    answers: list[Any] = at_once([lambda: services.post([asked], actor=TILL, at=AT)] * 16)
    assert len({answer[0].id for answer in answers}) == 1
    assert [answer[0].replayed for answer in answers].count(False) == 1
    assert available(ADA, AT) == 90


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_one_hold_is_closed_once_by_many() -> None:
    held = services.place_hold(NewHold(ADA, "points", 60, AT + timedelta(days=1)), actor=TILL, at=AT)
    capturing = [lambda: services.capture(held.id, actor=TILL, at=AT)] * 8
    voiding = [lambda: services.void(held.id, actor=TILL, at=AT)] * 8
    answers = at_once([*capturing, *voiding])
    assert sum(not isinstance(answer, LedgerError) for answer in answers) == 1
    assert balances(ADA, at=AT)[0].held == 0
    books_add_up()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("ada_has_100")
def test_first_use_of_an_account_by_many_opens_one() -> None:
    answers = at_once([lambda: services.post([earn(BOB, 1)], actor=TILL, at=AT)] * 16)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert available(BOB, AT) == 16


@pytest.mark.django_db
def test_a_deed_that_is_refused_leaves_nothing(points: str) -> None:
    asked = [earn(ADA, 5, source="till", external_id="1"), spend(ADA, 6)]
    with pytest.raises(NotEnough):
        services.post(asked, actor=TILL, at=AT)
    assert not Account.objects.filter(owner=ADA).exists()
    answer = services.post(asked[:1], actor=TILL, at=AT)[0]
    assert not answer.replayed
