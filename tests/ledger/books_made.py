"""Books for the tests of seals and verification: postings through the ledger's own verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction

from regulars.journal.moves import Actor
from regulars.ledger.models import Unit
from regulars.ledger.moves import Holder, House, Posting
from regulars.ledger.services.postings import post
from regulars.ledger.words import Kind, Role

ACTOR = Actor.job("test")
AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


def unit(code: str = "points", **facts: object) -> None:
    Unit.objects.get_or_create(code=code, defaults={"name": code, **facts})


def earn(owner: UUID, amount: int, *, at: datetime = AT, **said: object) -> UUID:
    house = House(Role.ISSUED, str(said.get("funder", "")))
    posting = Posting(Kind.EARN, "points", amount, house, Holder(owner), **said)  # type: ignore[arg-type]
    return post([posting], actor=ACTOR, at=at)[0].id


def spend(owner: UUID, amount: int, *, at: datetime = AT, **said: object) -> UUID:
    house = House(Role.REDEEMED, str(said.get("merchant", "")))
    posting = Posting(Kind.SPEND, "points", amount, Holder(owner), house, **said)  # type: ignore[arg-type]
    return post([posting], actor=ACTOR, at=at)[0].id


def some(holders: int = 3, rounds: int = 4) -> list[UUID]:
    """A few holders with earns and spends, every column of a transfer filled somewhere."""
    unit()
    owners = [uuid4() for _ in range(holders)]
    for step in range(rounds):
        at = AT + timedelta(minutes=step)
        for owner in owners:
            earn(
                owner, 100 + step, at=at, source="till-7", external_id=str(uuid4()), reason="bought", merchant="mrc_a",
                store="str_a", funder="mrc_f", rule="r1", details={"lines": [1, 2]}, expires_at=at + timedelta(days=90),
            )  # fmt: skip
            spend(owner, 30, at=at, merchant="mrc_b")
    return owners


@contextmanager
def tampering() -> Iterator[None]:
    """What the guards refuse can be done by whoever owns the database: they are off, then as they were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal and tgenabled = 'O'"
            " and tgrelid::regclass::text like 'ledger_%%'"
        )
        guards = cursor.fetchall()
        for table, name in guards:
            cursor.execute(f'alter table {table} disable trigger "{name}"')
        yield
        for table, name in guards:
            cursor.execute(f'alter table {table} enable trigger "{name}"')


def without_checks() -> None:
    """And so can what the constraints refuse; only within a test that is rolled back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select conrelid::regclass::text, conname from pg_constraint where contype = 'c'"
            " and conrelid::regclass::text in ('ledger_account', 'ledger_hold', 'ledger_lot')"
        )
        for table, name in cursor.fetchall():
            cursor.execute(f'alter table {table} drop constraint "{name}"')


@contextmanager
def undone() -> Iterator[None]:
    """Whatever happens inside, did not."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
