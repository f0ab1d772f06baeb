"""Several sealers at once, and transactions that end late: each line is sealed once, none is passed over."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction

from regulars.journal.models import Entry
from regulars.journal.moves import Actor, Deed
from regulars.journal.sending import seal_due
from regulars.journal.services import record
from regulars.journal.verifying import verify

AT = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
JOB = Actor.job("test")


@pytest.mark.django_db(transaction=True)
def test_sealers_and_writers_at_the_same_time() -> None:
    start = Barrier(6)

    def write() -> None:
        start.wait()
        for n in range(40):
            record([Deed("members.read", f"mbr_{n}")], actor=JOB, at=AT)
        connection.close()

    def seal() -> None:
        start.wait()
        for _ in range(20):
            seal_due(at=AT, at_once=7)
        connection.close()

    threads = [Thread(target=work) for work in (write, write, write, seal, seal, seal)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seal_due(at=AT)
    verdict = verify()
    assert (verdict.head.number, verdict.unsealed, verdict.broken) == (120, 0, None)


@pytest.mark.django_db(transaction=True)
def test_a_line_of_a_transaction_that_ends_late_is_sealed_with_a_later_number() -> None:
    written, sealed = Barrier(2), Barrier(2)

    def late() -> None:
        with transaction.atomic():
            record([Deed("members.read", "mbr_late")], actor=JOB, at=AT)
            written.wait()
            sealed.wait()
        connection.close()

    thread = Thread(target=late)
    thread.start()
    written.wait()
    record([Deed("members.read", "mbr_quick")], actor=JOB, at=AT)
    assert seal_due(at=AT) == 1
    sealed.wait()
    thread.join()
    assert seal_due(at=AT) == 1
    assert list(Entry.objects.order_by("number").values_list("subject", flat=True)) == ["mbr_quick", "mbr_late"]
    assert list(Entry.objects.order_by("id").values_list("subject", flat=True)) == ["mbr_late", "mbr_quick"]
    assert verify().broken is None
