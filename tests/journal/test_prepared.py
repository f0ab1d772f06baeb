"""What psycopg has prepared goes the short way: the same rows, the same errors, and only within a transaction."""

import os
import socket
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import psycopg
import pytest
from django.db import DataError, IntegrityError, OperationalError, connection, transaction

from regulars.journal.statements import run

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
WHO = UUID(int=7)
SAID = "SELECT %s::uuid, %s::timestamptz, %s::int + 1, %s::text, %s::jsonb, %s::numeric, %s::bytea"
VALUES = (WHO, AT, 41, None, '{"a": [1]}', "1.50", b"\0z")
OFTEN = 7  # more often than psycopg waits before it prepares


class Counting:
    """How many statements went by cursors of psycopg."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.count = 0
        plain = psycopg.RawCursor.execute

        def execute(*given: object, **more: object) -> object:
            self.count += 1
            return plain(*given, **more)  # type: ignore[call-overload]

        patch.setattr(psycopg.RawCursor, "execute", execute)


@pytest.mark.django_db(transaction=True)
def test_what_is_asked_often_goes_the_short_way_and_says_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    counting = Counting(monkeypatch)
    with transaction.atomic():
        told = [run(SAID, VALUES) for _ in range(3 * OFTEN)]
    assert counting.count < OFTEN
    assert told == [told[0]] * len(told)
    [row] = told[-1]
    assert row == (WHO, AT, 42, None, '{"a": [1]}', Decimal("1.50"), b"\0z")


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_and_with_other_kinds_of_values_it_goes_by_a_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for _ in range(OFTEN):
        assert run("SELECT %s", (5,)) == [(5,)]
    counting = Counting(monkeypatch)
    assert run("SELECT %s", (5,)) == [(5,)]
    with transaction.atomic():
        assert run("SELECT %s", (5,)) == [(5,)]  # begins the transaction
        assert run("SELECT %s", (5,)) == [(5,)]
        assert counting.count == 2
        assert run("SELECT %s", ("five",)) == [("five",)]
        assert run("SELECT %s", (5_000_000_000,)) == [(5_000_000_000,)]
    assert counting.count == 4


@pytest.mark.django_db(transaction=True)
def test_what_the_database_refuses_is_told_as_ever_and_the_connection_goes_on() -> None:
    for wrong in range(2):
        with transaction.atomic():
            for _ in range(OFTEN):
                run("SELECT 10 / %s::int", (5,))
            with pytest.raises(DataError, match="division by zero"), transaction.atomic():
                run("SELECT 10 / %s::int", (wrong * 0,))
            assert run("SELECT 10 / %s::int", (5,)) == [(2,)]


@pytest.mark.django_db(transaction=True)
def test_after_what_was_taken_back_statements_are_prepared_anew() -> None:
    with transaction.atomic():
        run("CREATE TEMP TABLE kept (one int UNIQUE)")
    for _ in range(2):
        with pytest.raises(IntegrityError, match="kept_one_key"):
            twice()
    with transaction.atomic():
        assert run("SELECT count(*) FROM kept") == [(0,)]
        run("DROP TABLE kept")


@transaction.atomic
def twice() -> None:
    for one in (*range(OFTEN), 0):
        assert run("INSERT INTO kept VALUES (%s)", (one,)) == []


def cut() -> None:
    """As where a cable is pulled."""
    with transaction.atomic():
        for _ in range(OFTEN):
            run("SELECT %s::text", ("here",))
        with socket.socket(fileno=os.dup(connection.connection.fileno())) as line:
            line.shutdown(socket.SHUT_RDWR)
        run("SELECT %s::text", ("there",))


@pytest.mark.django_db(transaction=True)
def test_a_line_that_is_cut_is_told_as_such() -> None:
    with pytest.raises(OperationalError):
        cut()
    connection.close()
    assert run("SELECT %s::text", ("again",)) == [("again",)]


@pytest.mark.django_db(transaction=True)
def test_each_new_connection_has_a_way_of_its_own() -> None:
    for _ in range(2):
        with transaction.atomic():
            for _ in range(OFTEN):
                assert run("SELECT %s::text", ("here",)) == [("here",)]
        connection.close()
