"""What is written stays written: the database refuses, whoever asks."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from regulars.ledger.models import Transfer

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "update ledger_transfer set amount = amount + 1",
        "update ledger_transfer set reason = ''",
        "delete from ledger_transfer",
        "delete from ledger_lot_use",
        "update ledger_lot set amount = amount + 1",
        "update ledger_account set owner = null",
        "delete from ledger_account",
        "update ledger_key set external_id = 'other'",
        "delete from ledger_hold",
    ],
)
def test_the_books_refuse_to_be_changed(statement: str) -> None:
    ends = {"giver": uuid4(), "taker": uuid4(), "actor": "test"}
    made = Transfer.objects.create(
        id=uuid4(), kind="earn", unit="points", amount=5, effective_at=AT, recorded_at=AT, **ends
    )
    with pytest.raises(IntegrityError, match="only ever added to"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert Transfer.objects.get(pk=made.pk).amount == 5
