"""What comes back is told twice at the same moment, as gateways do: both are answered alike, and it happened once."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections
from tests.members.shop import ANN, AT, OURS, enrol
from tests.outreach.people_made import NOW, agree
from tests.outreach.test_coming_in import PHONE, SAID, heard, planned
from tests.outreach.test_gate import OPEN

from regulars.members.models import Consent
from regulars.outreach.gate.words import Blocked
from regulars.outreach.models import MessageEvent, Reply, Suppression
from regulars.outreach.moves import NewTemplate
from regulars.outreach.services.coming_in import delivered, unsubscribe
from regulars.outreach.services.messages import came_back
from regulars.outreach.services.policies import save_policy
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
