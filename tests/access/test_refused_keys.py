"""API keys that are not valid: each counts, the trail has them without the key, a burst waits, and nobody else does."""

from datetime import timedelta

import pytest
from tests.access.cast import AT, SETUP, Town

from regulars.access import gate
from regulars.access.alerts.watching import watch
from regulars.access.models import Alert, Tries
from regulars.access.services.keys import create_key, revoke_key
from regulars.access.services.refused_keys import LINES, LINES_OF_ALL, MOST, note_refused
from regulars.access.services.sessions import sweep
from regulars.access.texts import new_text, prefix_of
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.sending import seal_due

pytestmark = pytest.mark.django_db
SHOP, CAFE = "203.0.113.7", "198.51.100.9"


def lines() -> list[Entry]:
    return list(Entry.objects.filter(what="access.refuse_key").order_by("id"))


def test_a_refused_key_leaves_its_beginning_in_the_trail_and_no_more(town: Town) -> None:
    text = new_text()
    assert note_refused(text, address=SHOP, request_id="req_7", at=AT) == 0
    [line] = lines()
    assert (line.actor_kind, line.address, line.request_id, line.subject) == ("system", SHOP, "req_7", "")
    told = {"prefix": prefix_of(text), "network": "203.0.113.0/24", "why": "unknown", "tries": 1}
    assert line.after == told
    assert text[17:] not in str(line.__dict__)


def test_the_trail_tells_a_key_that_has_ended_from_a_guess(town: Town) -> None:
    made = create_key("Till", "till", town.store, by=gate.HOUSE, actor=SETUP, at=AT)
    note_refused(made.text[:-1] + ("A" if made.text[-1] != "A" else "B"), address=SHOP, at=AT)
    revoke_key(made.id, by=gate.HOUSE, actor=SETUP, at=AT)
    note_refused(made.text, address=SHOP, at=AT)
    note_refused("no key at all", address=SHOP, at=AT)
    told = [(line.subject, line.after["why"], line.after["prefix"]) for line in lines()]
    key, prefix = typed("key", made.id), prefix_of(made.text)
    assert told == [(key, "wrong", prefix), (key, "ended", prefix), ("", "unknown", "")]


def test_a_burst_waits_until_the_minute_is_over_and_others_do_not(town: Town) -> None:
    waits = [note_refused(new_text(), address=SHOP, at=AT + timedelta(seconds=20)) for _ in range(MOST + 1)]
    assert waits == [0] * MOST + [41]
    assert note_refused(new_text(), address=CAFE, at=AT + timedelta(seconds=20)) == 0
    assert note_refused(new_text(), address=SHOP, at=AT + timedelta(minutes=1)) == 0


def test_guesses_at_one_key_from_everywhere_wait_too_and_made_up_ones_leave_no_rows(town: Town) -> None:
    known = create_key("Till", "till", town.store, by=gate.HOUSE, actor=SETUP, at=AT).text
    guesses = [f"{known[:17]}{n:043d}" for n in range(MOST + 1)]
    waits = [note_refused(guess, address=f"10.{n}.0.1", at=AT) for n, guess in enumerate(guesses)]
    assert (waits[:-1], waits[-1] > 0) == ([0] * MOST, True)
    before = Tries.objects.count()
    for _ in range(3):
        note_refused(new_text(), address="10.0.0.1", at=AT)
    assert Tries.objects.count() == before
    assert sweep(at=AT + timedelta(hours=1)) == before


def test_a_flood_fills_nothing(town: Town) -> None:
    for _ in range(LINES * 16 + 5):
        note_refused(new_text(), address=SHOP, at=AT)
    assert [line.after["tries"] for line in lines()] == [*range(1, LINES + 1), 20, 40, 80, 160]
    for n in range(LINES_OF_ALL * 2 + 10):
        note_refused(new_text(), address=f"10.{n % 250}.{n // 250}.1", at=AT + timedelta(minutes=15))
    assert Entry.objects.filter(what="access.refuse_key", address__startswith="10.").count() == LINES_OF_ALL + 1


def test_ten_from_one_network_raise_an_alert(town: Town) -> None:
    for n in range(10):
        assert not Alert.objects.exists()
        note_refused(new_text(), address=f"203.0.113.{n}", at=AT)
        seal_due(at=AT)
        watch(at=AT)
    [alert] = Alert.objects.select_related("rule")
    assert (alert.rule.code, alert.about, alert.measured) == ("wrong-api-keys", "203.0.113.0/24", 10)
    assert alert.letters.filter(recipient=town.ann).exists()
