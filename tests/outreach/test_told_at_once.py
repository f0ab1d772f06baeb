"""What comes back is told twice at the same moment, as gateways do: both are answered alike, and it happened once."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event

import pytest
from django.db import connection, connections, transaction
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import NOW, agree
from tests.outreach.test_coming_in import PHONE, SAID, heard, planned
from tests.outreach.test_gate import OPEN

from regulars.journal.statements import run
from regulars.members.models import Consent
from regulars.outreach.channels.base import Outcome, Parcel
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import MessageEvent, Reply, Suppression
from regulars.outreach.moves import NewTemplate
from regulars.outreach.services.coming_in import delivered, unsubscribe
from regulars.outreach.services.messages import came_back
from regulars.outreach.services.policies import save_policy
from regulars.outreach.services.sending import send_due, withdraw
from regulars.outreach.services.templates import save

TIMES = 4


def at_once(act: Callable[[], object]) -> list[object]:
    ready = Barrier(TIMES)

    def one(_: int) -> object:
        connection.ensure_connection()
        ready.wait()
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(TIMES) as doors:
        return list(doors.map(one, range(TIMES)))


@pytest.mark.django_db(transaction=True)
def test_what_is_told_twice_at_the_same_moment_happened_once() -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)
    member = enrol(("email", "a@example.org"), ("phone", PHONE))
    for channel in ("email", "sms"):
        agree(member, True, 5, channel=channel)
    mail, other, text = (
        planned(member, channel, key) for channel, key in (("email", "1"), ("email", "2"), ("sms", "3"))
    )
    at_once(lambda: delivered(mail.id, organisation=OURS, at=NOW))
    at_once(lambda: unsubscribe(mail, actor=ANN, at=NOW))
    at_once(lambda: came_back(other.id, Blocked.BOUNCE, organisation=OURS, actor=ANN, at=NOW))
    assert at_once(lambda: heard("STOP", "gw-1")) == ["stop"] * TIMES
    events = MessageEvent.objects.exclude(what="planned").values_list("message", "what")
    said = {(mail.id, "delivered"), (mail.id, "unsubscribed"), (other.id, "bounced"), (text.id, "answered-stop")}
    assert Counter(events) == Counter(said)
    assert (Reply.objects.count(), Suppression.objects.count()) == (1, 2)
    assert Consent.objects.filter(given=False).count() == 2


class Stopping:
    """A channel whose message is taken back while it is noted that it went: the note waits until that is done."""

    name = "email"

    def __init__(self, doors: ThreadPoolExecutor) -> None:
        self.doors = doors

    def missing(self) -> str:
        return ""

    def send(self, parcels: Sequence[Parcel]) -> Iterator[Outcome]:
        begun = Event()
        for parcel in parcels:
            self.stop = self.doors.submit(self._stop, begun)
            begun.wait()
            yield Outcome(parcel.id, True)

    def _stop(self, begun: Event) -> None:
        try:
            with transaction.atomic():
                withdraw(OURS, "spring", actor=ANN, at=NOW)
                begun.set()
                while not run("SELECT 1 FROM pg_locks WHERE NOT granted"):
                    pass
        finally:
            begun.set()
            connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_what_goes_while_it_is_taken_back_is_told_as_what_it_is_it_went() -> None:
    save_policy(OURS, OPEN, actor=ANN, at=AT)
    save(NewTemplate(OURS, "spring", "Spring", SAID), actor=ANN, at=AT)
    member = enrol(("email", "a@example.org"))
    agree(member, True, 5)
    row = planned(member, "email", "1", campaign="spring")
    with ThreadPoolExecutor(1) as doors:
        channel = Stopping(doors)
        send_due(channel, actor=ANN, at=NOW)
        channel.stop.result()
    row.refresh_from_db()
    assert row.state == "released"
    assert [one.what for one in MessageEvent.objects.order_by("id")] == ["planned", "stopped", "sent"]
