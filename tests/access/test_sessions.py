"""Logging in: who, from where, how often; everything of it is in the trail."""

from datetime import timedelta

import pytest
from tests.access.cast import AT, PASSWORD, SETUP, Town

from regulars.access import gate
from regulars.access.errors import TooManyTries, WrongLogIn
from regulars.access.models import Tries
from regulars.access.services.passwords import MOST_OF_ACCOUNT, MOST_OF_NETWORK, MOST_TOGETHER
from regulars.access.services.sessions import log_in, log_out, staff_of, sweep
from regulars.access.services.staff import deactivate
from regulars.access.services.tries import WINDOW
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor

pytestmark = pytest.mark.django_db
HOME, CAFE = "203.0.113.7", "198.51.100.9"


def fail(email: str, address: str, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(WrongLogIn):
            log_in(email, "wrong", address=address, at=AT)


def test_a_log_in_says_who_and_from_where(town: Town) -> None:
    found = log_in("Ann@Example.org ", PASSWORD, address=HOME, request_id="req_7", at=AT)
    assert staff_of(found).id == town.ann
    line = Entry.objects.get(what="access.log_in")
    assert (line.actor_id, line.address, line.request_id) == (typed("stf", town.ann), HOME, "req_7")
    log_out(town.ann, actor=Actor("staff", typed("stf", town.ann), "Ann"), at=AT)
    assert Entry.objects.filter(what="access.log_out", actor_name="Ann").count() == 1


def test_unknown_wrong_and_closed_are_answered_alike(town: Town) -> None:
    deactivate(town.bea, by=gate.HOUSE, actor=SETUP, at=AT)
    told = set()
    for email, password in (("nobody@example.org", PASSWORD), ("ann@example.org", "x"), ("bea@example.org", PASSWORD)):
        with pytest.raises(WrongLogIn) as refused:
            log_in(email, password, address=HOME, at=AT)
        told.add((str(refused.value), tuple(refused.value.facts)))
    assert len(told) == 1
    subjects = Entry.objects.filter(what="access.log_in_failed").order_by("id").values_list("subject", flat=True)
    assert list(subjects) == ["", typed("stf", town.ann), typed("stf", town.bea)]
    kept = "\n".join(str(values) for values in Entry.objects.values_list())
    assert "nobody@example.org" not in kept, "what a stranger typed is not kept"


def test_from_where_one_never_was_is_a_new_place(town: Town) -> None:
    places = [
        log_in("ann@example.org", PASSWORD, address=a, at=AT).new_place
        for a in (HOME, HOME, "203.0.113.99", CAFE, CAFE)
    ]
    assert places == [False, False, False, True, False], "the first of all is not news"
    assert not log_in("bea@example.org", PASSWORD, address=CAFE, at=AT).new_place


def test_guessing_at_one_account_from_one_network_ends(town: Town) -> None:
    fail("ann@example.org", HOME, MOST_TOGETHER)
    for password in ("wrong", PASSWORD):
        with pytest.raises(TooManyTries) as refused:
            log_in("ann@example.org", password, address=HOME, at=AT)
    assert refused.value.status == 429
    assert refused.value.facts == {"retry_after": int(WINDOW.total_seconds()) + 1}
    assert log_in("ann@example.org", PASSWORD, address=CAFE, at=AT), "elsewhere she still gets in"
    assert log_in("bea@example.org", PASSWORD, address=HOME, at=AT), "others still get in"
    assert log_in("ann@example.org", PASSWORD, address=HOME, at=AT + WINDOW), "after the window too"
    assert Entry.objects.filter(what="access.log_in_barred").count() == 1, "one line, not one a try"


def test_guessing_at_many_accounts_from_one_network_ends(town: Town) -> None:
    for n in range(MOST_OF_NETWORK):
        fail(f"user{n}@example.org", HOME)
    with pytest.raises(TooManyTries):
        log_in("ann@example.org", PASSWORD, address=HOME, at=AT)


def test_guessing_at_one_account_from_many_networks_ends(town: Town) -> None:
    for n in range(MOST_OF_ACCOUNT):
        fail("ann@example.org", f"10.0.{n}.1")
    with pytest.raises(TooManyTries):
        log_in("ann@example.org", PASSWORD, address=HOME, at=AT)


def test_log_ins_that_succeed_are_not_counted(town: Town) -> None:
    tickets = [log_in("ann@example.org", PASSWORD, address=HOME, at=AT) for _ in range(2 * MOST_TOGETHER)]
    assert all(tickets)
    for _ in range(MOST_TOGETHER - 1):  # all tries are still there
        fail("ann@example.org", HOME)


def test_counts_are_forgotten(town: Town) -> None:
    fail("ann@example.org", HOME)
    assert sweep(at=AT + WINDOW) == 0
    assert sweep(at=AT + timedelta(hours=1)) == 3
    assert not Tries.objects.exists()
