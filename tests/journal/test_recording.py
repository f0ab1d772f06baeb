"""A deed is written with its effect, or not at all."""

from datetime import UTC, datetime

import pytest
from django.db import transaction

from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.services import record

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
ANN = Actor("staff", "stf_1", "Ann", request_id="req_1", address="127.0.0.1")


class Mishap(Exception):
    """Something goes wrong after the deed was written."""


@pytest.mark.django_db
def test_a_deed_says_who_did_what_when_and_to_whom() -> None:
    record([Deed("ledger.adjust", "acc_1", after={"amount": 5}, reason="goodwill")], actor=ANN, at=AT)
    entry = Entry.objects.get()
    assert (entry.actor_id, entry.what, entry.subject, entry.after, entry.at) == (
        "stf_1",
        "ledger.adjust",
        "acc_1",
        {"amount": 5},
        AT,
    )


@pytest.mark.django_db
def test_a_deed_that_is_undone_leaves_no_line() -> None:
    with pytest.raises(Mishap):
        _recorded_in_vain()
    assert not Entry.objects.exists()


@transaction.atomic
def _recorded_in_vain() -> None:
    record([Deed("ledger.adjust", "acc_1")], actor=ANN, at=AT)
    raise Mishap
