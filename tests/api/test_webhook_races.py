"""Webhooks with several workers at once, with transactions that end late, and while the net is waited for."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from regulars.api.models import Delivery
from regulars.basics.ids import typed, untyped
from regulars.journal.moves import Deed
from regulars.journal.sending import seal_due
from regulars.journal.services import record
from regulars.webhooks import delivering, services
from regulars.webhooks.delivering import deliver_due
from regulars.webhooks.matching import match_due
from regulars.webhooks.posting import Answered
from tests.api.hooks import JOB, hook, join, work
from tests.api.receiver import Receiver
from tests.api.world import SETUP, Till, make_world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def till(db: None) -> Till:
    return Till(make_world(alone=True).key("administrator"))


def test_workers_at_the_same_time_send_each_event_once(till: Till, receiver: Receiver) -> None:
    hook(till, receiver, ["members.enrol"])
    for _ in range(30):
        join(till)
    seal_due(at=timezone.now())
    start = Barrier(4)

    def worker(_: int) -> int:
        start.wait()
        at = timezone.now()
        while match_due(at=at):
            pass
        sent = 0
        while done := deliver_due(actor=JOB, at=at):
            sent += done
        connection.close()
        return sent

    with ThreadPoolExecutor(4) as workers:
        assert sum(workers.map(worker, range(4))) == 30
    assert set(Counter(one.head["webhook-id"] for one in receiver.kept).values()) == {1}
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_line_of_a_transaction_that_ends_late_is_told_too(till: Till, receiver: Receiver) -> None:
    hook(till, receiver, ["members.tag"])
    written, told = Barrier(2), Barrier(2)

    def late() -> None:
        with transaction.atomic():
            record([Deed("members.tag", "mbr_late")], actor=SETUP, at=timezone.now())
            written.wait()
            told.wait()
        connection.close()

    thread = Thread(target=late)
    thread.start()
    written.wait()
    record([Deed("members.tag", "mbr_quick")], actor=SETUP, at=timezone.now())
    assert work() == 1
    told.wait()
    thread.join()
    assert work() == 1
    assert [b"quick" in one.body for one in receiver.kept] == [True, False]


def test_no_transaction_is_open_while_the_net_is_waited_for_and_a_webhook_may_be_deleted_meanwhile(
    till: Till, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, kept = hook(till, receiver, ["members.enrol"]), hook(till, receiver, ["members.enrol"])
    join(till)
    ours = connection.connection
    seen = []

    def slow(*_: object, **__: object) -> Answered:
        seen.append(ours.info.transaction_status.name)
        return Answered(200, 5)

    monkeypatch.setattr(delivering, "post", slow)
    assert work() == 2
    assert seen == ["IDLE", "IDLE"]
    join(till)
    seal_due(at=timezone.now())
    match_due(at=timezone.now())
    endpoint = Delivery.objects.filter(endpoint=untyped("whk", made["id"])).select_related("endpoint")[0].endpoint
    found = delivering._secrets

    def deleting(*asked: object) -> object:
        services.delete(endpoint, actor=SETUP, at=timezone.now())
        return found(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr(delivering, "_secrets", deleting)
    assert deliver_due(actor=JOB, at=timezone.now()) == 2
    states = {(typed("whk", one.endpoint_id), one.state) for one in Delivery.objects.all()}
    assert states == {(made["id"], "delivered"), (made["id"], "waiting"), (kept["id"], "delivered")}
