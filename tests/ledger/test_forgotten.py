"""A holder is forgotten: the entries stay, what was due to it does not."""

from typing import Any
from uuid import uuid4

import pytest
from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL, earn, spend
from tests.ledger.lives import DAY, do, merged, parted, worth
from tests.ledger.machine import books_add_up

from regulars.ledger import people, services
from regulars.ledger.errors import AccountClosed
from regulars.ledger.models import Account, Adjustment, Transfer
from regulars.ledger.moves import (
    Correction,
    Holder,
    House,
    NewHold,
    Posting,
    Reversal,
)
from regulars.ledger.selectors import balances
from regulars.ledger.words import Kind, Role, Short


def test_sem_38_erasure_keeps_the_entries_and_writes_the_liability_off(points: str) -> None:
    do(earn(ADA, 50), earn(BOB, 100), spend(ADA, 20))
    services.place_hold(NewHold(ADA, "points", 5, AT + DAY), actor=TILL, at=AT)
    services.adjust(Correction(ADA, "points", 5, "goodwill", "Mrs Ada called"), actor=ANN, at=AT)
    before = Transfer.objects.count()
    people.erase([ADA], deed=uuid4(), actor=ANN, at=AT + DAY)
    books_add_up()
    assert worth(ADA, AT + DAY) == (0, 0, 0)
    written_off = Transfer.objects.get(kind="erase")
    assert (written_off.amount, Transfer.objects.count()) == (35, before + 1)
    assert Account.objects.get(pk=written_off.taker).role == Role.WRITTEN_OFF
    assert Adjustment.objects.get().note == ""
    assert balances(ADA, at=AT + DAY, as_of=AT)[0].balance == 35
    with pytest.raises(AccountClosed):
        do(earn(ADA, 1), at=AT + DAY)
    assert worth(BOB, AT + DAY) == (100, 0, 0)


def test_an_export_holds_what_is_kept_and_undo_keeps_who_has_a_history(points: str) -> None:
    do(earn(ADA, 50), spend(ADA, 20))
    found = people.export([ADA])
    assert [row["amount"] for row in found["transfers"]] == [50, 20]
    assert (found["accounts"][0]["balance"], found["lots"][0]["remaining"]) == (30, 30)
    assert people.undo([ADA, BOB], deed=uuid4(), actor=ANN, at=AT) == [ADA]


@pytest.mark.django_db
def test_sem_38_nothing_is_opened_for_who_was_erased_and_never_had_an_account(points: str) -> None:
    people.erase([ADA, BOB], deed=uuid4(), actor=ANN, at=AT)
    services.define_unit("miles", "Miles", actor=ANN, at=AT)
    for owner in (ADA, BOB):
        for unit, role in (("points", Role.MAIN), ("points", Role.PENDING), ("miles", Role.MAIN)):
            with pytest.raises(AccountClosed):
                do(Posting(Kind.EARN, unit, 1, House(Role.ISSUED), Holder(owner, role)), at=AT + DAY)


@pytest.mark.parametrize("erased", [ADA, BOB], ids=["who-held-it", "whose-card-it-was"])
@pytest.mark.parametrize("what", ["earned", "spent", "pending", "activated"])
@pytest.mark.parametrize("short", list(Short))
def test_sem_38_a_reversal_asks_whether_the_cards_owner_was_erased(
    points: str, erased: Any, what: str, short: Short
) -> None:
    do(earn(ADA, 50), earn(BOB, 100))
    plan, deed = merged(AT + DAY)
    moved = {
        "earned": earn(ADA, 20, shown=BOB),
        "spent": spend(ADA, 20, shown=BOB),
        "pending": Posting(
            Kind.EARN, "points", 20, House(Role.ISSUED), Holder(ADA, Role.PENDING),
            shown=BOB, cancels_at=AT + 50 * DAY,
        ),
    }  # fmt: skip
    done = do(moved.get(what, moved["pending"]), at=AT + 2 * DAY)[0]
    if what == "activated":
        services.activate([done.id], actor=TILL, at=AT + 2 * DAY)
    parted(plan, deed, AT + 3 * DAY)
    people.erase([erased], deed=uuid4(), actor=ANN, at=AT + 4 * DAY)
    before = {owner: worth(owner, AT + 5 * DAY) for owner in (ADA, BOB)}
    if erased == BOB:
        with pytest.raises(AccountClosed):
            services.reverse(Reversal(done.id, short=short), actor=TILL, at=AT + 5 * DAY)
        assert {owner: worth(owner, AT + 5 * DAY) for owner in (ADA, BOB)} == before
    else:
        answer = services.reverse(Reversal(done.id, short=short), actor=TILL, at=AT + 5 * DAY)
        assert answer.amount == 20
        available, pending, owed = worth(BOB, AT + 5 * DAY)
        held = available + pending - owed
        was = before[BOB][0] + before[BOB][1] - before[BOB][2]
        assert held - was == (20 if what == "spent" else -20)
    books_add_up()
