"""The second factor: codes of an app, each good once; recovery codes on paper; taken away by another administrator."""

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings
from tests.access.cast import AT, PASSWORD, SETUP, Town, grants
from tests.access.factor import code_now, given_factor

from regulars.access import gate
from regulars.access.alerts.watching import watch
from regulars.access.errors import (
    NoSecondFactor,
    NotAllowed,
    SecondFactorRequired,
    TooManyTries,
    WrongCode,
    WrongLogIn,
)
from regulars.access.models import Alert, Factor, RecoveryCode, Staff, Tries
from regulars.access.services import factors
from regulars.access.services.roles import assign
from regulars.access.services.sessions import log_in, log_in_with_code
from regulars.access.services.staff import deactivate, hire
from regulars.basics.ids import typed
from regulars.journal.models import Entry
from regulars.journal.moves import Actor
from regulars.journal.sending import seal_due

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def enter(staff: UUID, code: str, minutes: float = 0) -> str:
    found = log_in_with_code(staff, code, address="203.0.113.7", at=AT + minutes * MINUTE)
    return str(Entry.objects.filter(what="access.log_in").order_by("-id").values_list("after", flat=True)[0]) + str(
        found.needs_code
    )


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(town: Town) -> None:
    assert not log_in("ann@example.org", PASSWORD, at=AT).needs_code
    given_factor(town.ann, at=AT)
    Entry.objects.filter(what="access.log_in").count()
    found = log_in("ann@example.org", PASSWORD, at=AT)
    assert (found.staff, found.needs_code) == (town.ann, True)
    assert Entry.objects.filter(what="access.log_in").count() == 1  # that of the time before
    assert "'second_factor': 'app'" in enter(town.ann, code_now(town.ann, AT + MINUTE), 1)


def test_a_code_is_good_once_and_none_before_it_any_more(town: Town) -> None:
    given_factor(town.ann, at=AT)
    with pytest.raises(WrongCode):  # what took it into use
        enter(town.ann, code_now(town.ann, AT))
    later = code_now(town.ann, AT + MINUTE)
    enter(town.ann, later, 1)
    for code in (later, code_now(town.ann, AT + MINUTE / 2)):
        with pytest.raises(WrongCode):
            enter(town.ann, code, 1)
    enter(town.ann, code_now(town.ann, AT + 1.5 * MINUTE), 1)  # a phone whose clock is half a minute ahead


@pytest.mark.parametrize("typed_code", ["", "0", "12345", "\uff11" * 6, "abcde12345", "1234567"])
def test_what_is_no_code_is_refused_and_leaves_a_line(town: Town, typed_code: str) -> None:
    given_factor(town.ann, at=AT)
    with pytest.raises(WrongCode):
        enter(town.ann, typed_code)
    line = Entry.objects.get(what="access.code_failed")
    assert (line.subject, line.address, line.after) == (typed("stf", town.ann), "203.0.113.7", {})


def test_a_recovery_code_is_good_once_whatever_its_spelling(town: Town) -> None:
    codes = given_factor(town.ann, at=AT)
    assert len(set(codes)) == 10
    assert "'second_factor': 'recovery code'" in enter(town.ann, f" {codes[3].upper().replace('-', ' ')} ")
    with pytest.raises(WrongCode):
        enter(town.ann, codes[3])
    assert Entry.objects.filter(what="access.use_recovery_code").count() == 1
    fresh = factors.renew_recovery_codes(town.ann, actor=SETUP, at=AT)
    with pytest.raises(WrongCode):
        enter(town.ann, codes[4])
    enter(town.ann, fresh[0])


def test_nobody_uses_the_codes_of_another(town: Town) -> None:
    codes = given_factor(town.ann, at=AT)
    given_factor(town.bea, at=AT)
    with pytest.raises(WrongCode):
        enter(town.bea, codes[0])
    with pytest.raises(WrongCode):
        enter(town.bea, code_now(town.ann, AT + MINUTE), 1)


def test_what_is_kept_gives_neither_secret_nor_codes_back(town: Town) -> None:
    factors.offer(town.ann, actor=SETUP, at=AT)
    shown = factors.offered(town.ann)
    assert shown
    codes = factors.confirm(town.ann, code_now(town.ann, AT), actor=SETUP, at=AT)
    secret = shown.secret.replace(" ", "")
    assert f"secret={secret}" in shown.address
    with connection.cursor() as cursor:
        cursor.execute("select f::text from access_factor f union all select r::text from access_recovery_code r")
        kept = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("select e::text from journal_entry e")
        kept += " ".join(row[0] for row in cursor.fetchall())
    for text in (secret, secret.lower(), *codes, *(code.replace("-", "") for code in codes)):
        assert text not in kept
    first, second = Factor.objects.get(pk=town.ann), given_factor(town.bea, at=AT)
    Factor.objects.filter(pk=town.bea).update(sealed=first.sealed)  # moved to another row it does not open
    with pytest.raises(AssertionError):
        enter(town.bea, code_now(town.ann, AT + MINUTE), 1)
    assert second


def test_guesses_wait_even_with_the_right_code_and_are_told_of(town: Town) -> None:
    codes = given_factor(town.ann, at=AT)
    for n in range(factors.MOST):
        with pytest.raises(WrongCode):
            enter(town.ann, f"00000{n}"[-6:] if f"00000{n}"[-6:] != code_now(town.ann, AT + MINUTE) else "x")
    for _ in range(2):
        with pytest.raises(TooManyTries) as barred:
            enter(town.ann, codes[0])
    assert barred.value.facts["retry_after"] == 901
    assert Entry.objects.filter(what="access.code_barred").count() == 1
    enter(town.ann, codes[0], 15)
    seal_due(at=AT)
    watch(at=AT)
    alert = Alert.objects.get(rule__code="failed-codes")
    assert (alert.about, alert.measured) == (typed("stf", town.ann), factors.MOST)


def test_codes_that_are_right_count_nothing(town: Town) -> None:
    codes = given_factor(town.ann, at=AT)
    for _ in range(2):
        for code in codes:
            enter(town.ann, code)
        codes = factors.renew_recovery_codes(town.ann, actor=SETUP, at=AT)
    assert sum(Tries.objects.values_list("count", flat=True)) == 0
    assert not Entry.objects.filter(what__in=("access.code_failed", "access.code_barred")).exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "paper"])
def test_of_two_who_send_a_code_at_the_same_instant_one_is_let_in(town: Town, kind: str) -> None:
    codes, start, told = given_factor(town.ann, at=AT), Barrier(2), []
    code = codes[0] if kind == "paper" else code_now(town.ann, AT + MINUTE)

    def use() -> None:
        start.wait()
        try:
            told.append(factors.check(town.ann, code, actor=SETUP, at=AT + MINUTE))
        except WrongCode:
            told.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=use) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(told) == sorted(["refused", "app" if kind == "app" else "recovery code"])


def test_the_old_one_stays_until_the_new_one_is_shown_to_work_and_sessions_end_then(town: Town) -> None:
    given_factor(town.ann, at=AT)
    ended = Staff.objects.get(pk=town.ann).sessions_ended
    old = code_now(town.ann, AT + MINUTE)
    factors.offer(town.ann, actor=SETUP, at=AT)
    with pytest.raises(WrongCode):
        factors.confirm(town.ann, "000000", actor=SETUP, at=AT + 60 * MINUTE)
    enter(town.ann, old, 1)
    factors.confirm(town.ann, code_now(town.ann, AT + 2 * MINUTE, offered=True), actor=SETUP, at=AT + 2 * MINUTE)
    assert Staff.objects.get(pk=town.ann).sessions_ended == ended + 1
    with pytest.raises(WrongCode):
        factors.confirm(town.ann, code_now(town.ann, AT + 3 * MINUTE), actor=SETUP, at=AT + 3 * MINUTE)
    enter(town.ann, code_now(town.ann, AT + 3 * MINUTE), 3)


def test_who_manages_access_anywhere_must_have_one_and_by_a_setting_everybody(town: Town, settings: Settings) -> None:
    eve = hire("eve@example.org", name="Eve", password=PASSWORD, by=gate.HOUSE, actor=SETUP, at=AT)
    assign("clerk", town.store, staff=eve, by=gate.HOUSE, actor=SETUP, at=AT)
    assert [factors.required(grants(one)) for one in (town.ann, town.bea, eve)] == [True, True, False]
    for one in (town.ann, eve):
        given_factor(one, at=AT)
    with pytest.raises(SecondFactorRequired):
        factors.give_up(town.ann, by=grants(town.ann), actor=SETUP, at=AT)
    factors.give_up(eve, by=grants(eve), actor=SETUP, at=AT)
    assert not log_in("eve@example.org", PASSWORD, at=AT).needs_code
    settings.SECOND_FACTOR = "everybody"
    assert factors.required(grants(eve))


def test_another_administrator_takes_it_away_which_is_an_alert_and_ends_the_sessions(town: Town) -> None:
    codes = given_factor(town.bea, at=AT)
    ended = Staff.objects.get(pk=town.bea).sessions_ended
    ann, bea = (Actor("staff", typed("stf", one), "") for one in (town.ann, town.bea))
    refused: list[tuple[UUID, Actor]] = [(town.bea, bea), (town.cid, Actor("staff", typed("stf", town.cid), "Cid"))]
    for who, actor in refused:  # oneself; somebody of another organisation
        with pytest.raises(NotAllowed):
            factors.remove(town.bea, by=grants(who), actor=actor, at=AT)
    given_factor(town.ann, at=AT)
    with pytest.raises(NotAllowed):  # Bea manages one store, Ann everything
        factors.remove(town.ann, by=grants(town.bea), actor=bea, at=AT)
    factors.remove(town.bea, reason="lost her phone", by=grants(town.ann), actor=ann, at=AT)
    assert not log_in("bea@example.org", PASSWORD, at=AT).needs_code
    assert Staff.objects.get(pk=town.bea).sessions_ended == ended + 1
    assert not RecoveryCode.objects.filter(staff=town.bea).exists()
    for again in (lambda: enter(town.bea, codes[0]), lambda: factors.renew_recovery_codes(town.bea, actor=bea, at=AT)):
        refuse: Callable[[], object] = again
        with pytest.raises((WrongCode, NoSecondFactor)):
            refuse()
    with pytest.raises(NoSecondFactor):
        factors.remove(town.bea, by=grants(town.ann), actor=ann, at=AT)
    line = Entry.objects.get(what="access.remove_factor")
    assert (line.subject, line.actor_id, line.reason) == (typed("stf", town.bea), ann.id, "lost her phone")
    seal_due(at=AT)
    watch(at=AT)
    assert Alert.objects.get(rule__code="second-factor-removed").about == typed("stf", town.bea)


def test_an_account_closed_between_password_and_code_stays_closed(town: Town) -> None:
    codes = given_factor(town.bea, at=AT)
    deactivate(town.bea, by=gate.HOUSE, actor=SETUP, at=AT)
    with pytest.raises(WrongLogIn):
        enter(town.bea, codes[0])
