"""At the same instant: two administrators who close each other, many guesses at one password, several watchers."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from django.db import connection
from tests.access import cast
from tests.access.cast import AT, SETUP

from regulars.access import gate
from regulars.access.alerts.watching import watch
from regulars.access.errors import LastAdministrator, TooManyTries, WrongLogIn
from regulars.access.models import Alert, Staff
from regulars.access.selectors import administrated
from regulars.access.services.passwords import MOST_TOGETHER
from regulars.access.services.roles import assign
from regulars.access.services.sessions import log_in
from regulars.access.services.staff import deactivate
from regulars.journal.moves import Actor, Deed
from regulars.journal.sending import seal_due
from regulars.journal.services import record

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """What each gave, or refused with."""
    start, outcomes = Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes.append(work())
        except (LastAdministrator, TooManyTries, WrongLogIn) as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_two_administrators_cannot_close_each_other() -> None:
    town = cast.town()
    assign("administrator", town.whole, staff=town.bea, by=gate.HOUSE, actor=SETUP, at=AT)
    for _ in range(5):
        Staff.objects.update(is_active=True)
        works = [lambda who=who: deactivate(who, by=gate.HOUSE, actor=SETUP, at=AT) for who in (town.ann, town.bea)]
        outcomes = at_once(works)
        assert sum(isinstance(outcome, LastAdministrator) for outcome in outcomes) == 1
        assert administrated(town.one)


def test_guesses_at_the_same_instant_are_all_counted() -> None:
    cast.town()
    tries = 2 * MOST_TOGETHER
    outcomes = at_once([lambda: log_in("ann@example.org", "wrong", address="203.0.113.7", at=AT)] * tries)
    assert sum(isinstance(outcome, WrongLogIn) for outcome in outcomes) == MOST_TOGETHER
    assert sum(isinstance(outcome, TooManyTries) for outcome in outcomes) == tries - MOST_TOGETHER


def test_several_watchers_make_one_alert() -> None:
    cast.town()
    record([Deed("members.read", f"mbr_{n}") for n in range(80)], actor=Actor("staff", "stf_1", "Bea"), at=AT)
    seal_due(at=AT)
    assert sorted(map(str, at_once([lambda: watch(at=AT)] * 4))) == ["0", "0", "0", "1"]
    assert Alert.objects.count() == 1
