"""Limits and budgets on the real database: taken once, given back, never overspent, kept through deeds on people."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID, uuid5

import pytest
from django.db import connection, connections, transaction
from tests.programme.conftest import ANN, AT, HOME

from regulars.basics.ids import typed
from regulars.programme import locks, people
from regulars.programme.counters import Back, Take, free, give_back, keep, lock, take, used
from regulars.programme.models import Counter, Use
from regulars.rules.limits import Counted, Limit, Of, Per, Sum, allowed, of_member

DAY = timedelta(days=1)
ADA, BOB = (uuid5(HOME, name) for name in ("ada", "bob"))
BUDGET = Sum("earn/spring", Of.UNITS)
CLIENTS = 64


def sale(number: int) -> UUID:
    return uuid5(HOME, f"sale {number}")


def once_of(member: UUID) -> Sum:
    return Sum("earn/welcome", Of.USES, of_member(typed("mbr", member)))


@transaction.atomic
def used_up(takes: list[Take]) -> None:
    lock({one.sum for one in takes}, organisation=HOME)
    take(takes, organisation=HOME)


def left_of(*sums: Sum) -> list[int]:
    found = used(sums, organisation=HOME)
    return [found[one] for one in sums]


def adds_up() -> bool:
    """Each sum is what its uses make it."""
    sums: dict[UUID, int] = dict.fromkeys(Counter.objects.values_list("id", flat=True), 0)
    for one in Use.objects.all():
        sums[one.counter] += one.amount - one.freed
    return sums == dict(Counter.objects.values_list("id", "used"))


@pytest.mark.django_db
def test_what_is_taken_counts_and_what_takes_nothing_does_not() -> None:
    with transaction.atomic():
        assert lock([BUDGET, once_of(ADA)], organisation=HOME) == {BUDGET: 0, once_of(ADA): 0}
        take([Take(BUDGET, sale(1), 40, AT, ADA), Take(once_of(ADA), sale(1), 0, AT, ADA)], organisation=HOME)
    assert left_of(BUDGET, once_of(ADA)) == [40, 0]
    assert Use.objects.count() == 1
    assert left_of(Sum("earn/spring", Of.UNITS, period="2026-05")) == [0], "another period is another sum"


@pytest.mark.django_db
def test_sem_26_what_an_open_checkout_holds_counts_until_it_is_kept_or_freed() -> None:
    used_up([Take(once_of(ADA), sale(1), 1, AT, ADA, held=True), Take(BUDGET, sale(1), 30, AT, ADA, held=True)])
    used_up([Take(BUDGET, sale(2), 20, AT, BOB, held=True)])
    assert left_of(once_of(ADA), BUDGET) == [1, 50]
    free([sale(1)])
    assert left_of(once_of(ADA), BUDGET) == [0, 20], "a checkout that was given up is no use"
    keep([sale(2)])
    assert not Use.objects.filter(held=True, freed=0).exists()
    free([sale(1), sale(3)])
    assert left_of(once_of(ADA), BUDGET) == [0, 20], "asked again, nothing happens"
    assert adds_up()


@pytest.mark.django_db
def test_sem_32_what_is_given_back_frees_the_budget_and_never_more_than_was_taken() -> None:
    takes = [Take(BUDGET, sale(1), 30, AT, ADA), Take(once_of(ADA), sale(1), 1, AT, ADA)]
    used_up([*takes, Take(BUDGET, sale(2), 5, AT, BOB)])
    give_back([Back(sale(1), "earn/spring", Of.UNITS, 12), Back(sale(1), "earn/spring", Of.UNITS, 8)])
    assert left_of(BUDGET, once_of(ADA)) == [15, 1]
    give_back([Back(sale(1), "earn/spring", Of.UNITS, 100), Back(sale(1), "earn/other", Of.UNITS, 1)])
    assert left_of(BUDGET, once_of(ADA)) == [5, 1]
    assert adds_up()


@pytest.mark.django_db
def test_sem_33_a_sliding_sum_counts_what_is_later_than_its_beginning() -> None:
    def of_week_before(days: int) -> Sum:
        return Sum("earn/week", Of.USES, "member a", "sliding 7D", AT + (days - 7) * DAY)

    for days in (0, 3, 7):
        used_up([Take(of_week_before(days), sale(days), 1, AT + days * DAY)])
    assert left_of(*(of_week_before(days) for days in (0, 6, 7, 10, 14, 15))) == [3, 3, 2, 1, 0, 0]
    give_back([Back(sale(3), "earn/week", Of.USES, 1)])
    assert left_of(of_week_before(9)) == [1]


@pytest.mark.django_db
def test_sem_31_limits_of_two_who_become_one_are_taken_together_and_parted_again() -> None:
    used_up([Take(once_of(ADA), sale(1), 1, AT, ADA), Take(once_of(BOB), sale(2), 1, AT, BOB)])
    used_up([Take(BUDGET, sale(2), 50, AT, BOB)])
    plan = people.merge(ADA, BOB, deed=HOME, actor=ANN, at=AT)
    assert left_of(once_of(ADA), once_of(BOB), BUDGET) == [2, 0, 50]
    used_up([Take(once_of(ADA), sale(3), 1, AT, BOB), Take(once_of(ADA), sale(4), 1, AT, ADA)])
    give_back([Back(sale(2), "earn/welcome", Of.USES, 1)])
    assert left_of(once_of(ADA)) == [3]
    people.unmerge(ADA, [BOB], plan=plan, deed=HOME, actor=ANN, at=AT)
    assert left_of(once_of(ADA), once_of(BOB), BUDGET) == [2, 1, 50], "each has what was used with a card of its own"
    assert adds_up()


@pytest.mark.django_db
def test_who_is_erased_takes_own_sums_along_and_leaves_budgets_as_they_are() -> None:
    known = Sum("earn/welcome", Of.USES, "known 0a1b")
    used_up([Take(one, sale(1), 1, AT, ADA) for one in (once_of(ADA), known, BUDGET)])
    assert people.export([ADA])["counters"] == {
        "limits": [{"code": "earn/welcome", "of": "uses", "period": "", "used": 1}]
    }
    assert people.undo([ADA, BOB], deed=HOME, actor=ANN, at=AT) == [ADA]
    told = people.erase([ADA], deed=HOME, actor=ANN, at=AT)
    assert told["counters"] == {"counters": 1, "uses": 2}
    assert left_of(once_of(ADA), known, BUDGET) == [0, 1, 1]
    assert not Use.objects.filter(member=ADA).exists()
    give_back([Back(sale(1), "earn/welcome", Of.USES, 1)])
    assert left_of(known) == [0], "a return of a purchase of somebody erased still frees what it took"
    assert adds_up()


def at_once(deed: Callable[[int], int]) -> list[int]:
    start = Barrier(CLIENTS)

    def one(number: int) -> int:
        try:
            connection.ensure_connection()
            start.wait(30)
            return deed(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLIENTS) as pool:
        return list(pool.map(one, range(CLIENTS)))


def cut_of_a_hundred(number: int) -> int:
    """Seven points, of what is left of a hundred, beside a sum that nobody else takes of."""
    budget = Counted(Limit(100, Of.UNITS, Per.ALL), (BUDGET,))
    own = once_of(uuid5(HOME, str(number)))
    with transaction.atomic():
        found = lock([own, BUDGET] if number % 2 else [BUDGET, own], organisation=HOME)
        decided = allowed({Of.UNITS: 7}, [budget], found, cut=Of.UNITS)
        given = decided if isinstance(decided, int) else 0
        take([Take(BUDGET, sale(number), given, AT), Take(own, sale(number), 1, AT)], organisation=HOME)
    return given


@pytest.mark.django_db(transaction=True)
def test_sem_32_sixty_four_tills_never_overspend_one_budget() -> None:
    given = at_once(cut_of_a_hundred)
    assert sorted(given, reverse=True) == [7] * 14 + [2] + [0] * (CLIENTS - 15)
    assert left_of(BUDGET) == [100]
    assert adds_up()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_they_would(monkeypatch: pytest.MonkeyPatch) -> None:
    used_up([Take(BUDGET, sale(999), 1, AT)])
    monkeypatch.setattr(locks, "LOCK", "")
    assert sum(at_once(cut_of_a_hundred)) > 99, "the test above would notice a lock that is not there"
