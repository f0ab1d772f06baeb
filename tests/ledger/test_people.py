"""Deeds across rooms: two holders become one and two again; a holder is forgotten."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL, available, earn, spend
from tests.ledger.lives import CYD, DAY, apart, do, merged, parted, worth
from tests.ledger.machine import books_add_up

from regulars.ledger import people, services
from regulars.ledger.errors import HolderMerged, NotReversible, OpenHolds
from regulars.ledger.models import Account, Transfer
from regulars.ledger.moves import (
    Gift,
    Holder,
    House,
    MoveRules,
    NewHold,
    Posting,
    Reversal,
)
from regulars.ledger.selectors import lots
from regulars.ledger.services import reversals
from regulars.ledger.services.withdrawing import withdraw
from regulars.ledger.words import Kind, Level, Role


def test_sem_35_merge_moves_lots_with_their_dates_and_back(points: str) -> None:
    do(earn(ADA, 50), earn(BOB, 100, expires_at=AT + 9 * DAY), earn(BOB, 7))
    do(Posting(Kind.EARN, "points", 11, House(Role.ISSUED), Holder(BOB, Role.PENDING), cancels_at=AT + 50 * DAY))
    before = {owner: worth(owner, AT) for owner in (ADA, BOB)}
    dates = [(lot.remaining, lot.earned_at, lot.starts_at, lot.expires_at) for lot in lots(BOB, at=AT)]
    plan, deed = merged(AT + DAY)
    assert (worth(ADA, AT + DAY), worth(BOB, AT + DAY)) == ((157, 11, 0), (0, 0, 0))
    taken_over = [(lot.remaining, lot.earned_at, lot.starts_at, lot.expires_at) for lot in lots(ADA, at=AT + DAY)]
    assert [row for row in taken_over if row in dates] == dates
    with pytest.raises(HolderMerged):
        do(spend(BOB, 1), at=AT + DAY)
    parted(plan, deed, AT + 2 * DAY)
    assert {owner: worth(owner, AT + 2 * DAY) for owner in (ADA, BOB)} == before
    assert [
        (lot.remaining, lot.earned_at, lot.starts_at, lot.expires_at) for lot in lots(BOB, at=AT + 2 * DAY)
    ] == dates
    do(spend(BOB, 107), at=AT + 2 * DAY)


def test_sem_35_a_later_movement_goes_to_whose_card_was_shown(points: str) -> None:
    do(earn(ADA, 50), earn(BOB, 100))
    plan, deed = merged(AT + DAY)
    do(earn(ADA, 20, shown=BOB), earn(ADA, 3), spend(ADA, 30, shown=BOB), at=AT + 2 * DAY)
    parted(plan, deed, AT + 3 * DAY)
    # The 30 came out of the oldest lots, which were Ada's: Bob owes her those.
    assert worth(ADA, AT + 3 * DAY) == (53, 0, 0)
    assert worth(BOB, AT + 3 * DAY) == (120, 0, 30)


def test_sem_35_what_the_others_lots_paid_becomes_a_posted_debt(points: str) -> None:
    do(earn(BOB, 100, expires_at=AT + 90 * DAY), earn(ADA, 50))
    plan, deed = merged(AT + DAY)
    spent = do(spend(ADA, 120), at=AT + 2 * DAY)[0]
    parted(plan, deed, AT + 3 * DAY)
    assert worth(ADA, AT + 3 * DAY) == (30, 0, 100)
    assert worth(BOB, AT + 3 * DAY) == (100, 0, 0)
    assert [lot.expires_at for lot in lots(BOB, at=AT + 3 * DAY)] == [AT + 90 * DAY]
    do(earn(ADA, 60), at=AT + 4 * DAY)
    assert worth(ADA, AT + 4 * DAY) == (30, 0, 40)
    assert spent.used[0][1] == 100


def test_sem_35_merge_is_refused_while_either_has_open_holds(points: str) -> None:
    do(earn(ADA, 50), earn(BOB, 100))
    held = services.place_hold(NewHold(BOB, "points", 5, AT + DAY), actor=TILL, at=AT)
    with pytest.raises(OpenHolds):
        merged(AT)
    assert not Transfer.objects.filter(kind="merge").exists()
    services.void(held.id, actor=TILL, at=AT)
    merged(AT)


def test_a_debt_and_a_freeze_go_over_and_come_back(points: str) -> None:
    first, _ = do(earn(BOB, 100), spend(BOB, 80))
    services.reverse(Reversal(first.id), actor=ANN, at=AT)
    services.freeze(BOB, Level.SPEND, reason="fraud", actor=ANN, at=AT)
    do(earn(ADA, 10))
    plan, deed = merged(AT + DAY)
    assert worth(ADA, AT + DAY) == (10, 0, 80)
    do(earn(ADA, 30, shown=BOB), at=AT + DAY)
    assert worth(ADA, AT + DAY) == (10, 0, 50)
    assert Account.objects.get(owner=ADA, role="main").no_spend_until
    parted(plan, deed, AT + 2 * DAY)
    assert (worth(ADA, AT + 2 * DAY), worth(BOB, AT + 2 * DAY)) == ((10, 0, 0), (0, 0, 50))
    do(spend(ADA, 10), at=AT + 2 * DAY)


def test_what_is_reversed_after_a_merge_reaches_who_took_over(points: str) -> None:
    earned, spent = do(earn(BOB, 100), spend(BOB, 40))
    plan, deed = merged(AT + DAY)
    assert available(ADA, AT + DAY) == 60
    services.reverse(Reversal(spent.id), actor=TILL, at=AT + DAY)
    assert (available(ADA, AT + DAY), available(BOB, AT + DAY)) == (100, 0)
    services.reverse(Reversal(earned.id, 30), actor=TILL, at=AT + DAY)
    assert available(ADA, AT + DAY) == 70
    parted(plan, deed, AT + 2 * DAY)
    assert (worth(ADA, AT + 2 * DAY), worth(BOB, AT + 2 * DAY)) == ((0, 0, 0), (70, 0, 0))


@pytest.mark.parametrize("shown", [ADA, BOB, CYD], ids=["own", "others", "inner"])
@pytest.mark.parametrize("earned", [ADA, BOB, CYD], ids=["own", "others", "inner"])
def test_sem_35_what_happened_while_the_survivor_was_itself_merged_counts(points: str, earned: Any, shown: Any) -> None:
    inner = people.merge(BOB, CYD, deed=uuid4(), actor=ANN, at=AT)
    outer, deed = merged(AT + DAY)
    card = {ADA: None}
    do(earn(ADA, 10, shown=card.get(earned, earned)), at=AT + 2 * DAY)
    do(spend(ADA, 10, shown=card.get(shown, shown)), at=AT + 3 * DAY)
    people.unmerge(ADA, [BOB, CYD], plan=outer, deed=deed, actor=ANN, at=AT + 4 * DAY)
    people.unmerge(BOB, [CYD], plan=inner, deed=uuid4(), actor=ANN, at=AT + 5 * DAY)
    books_add_up()
    for owner in (ADA, BOB, CYD):
        available, pending, owed = worth(owner, AT + 5 * DAY)
        assert available + pending - owed == 10 * (owner == earned) - 10 * (owner == shown), (owner, available, owed)


def test_sem_35_what_a_parted_card_had_earned_is_taken_back_from_its_own(points: str) -> None:
    first = people.merge(BOB, ADA, deed=uuid4(), actor=ANN, at=AT)
    earned = do(earn(BOB, 77, shown=ADA))[0]
    people.unmerge(BOB, [ADA], plan=first, deed=uuid4(), actor=ANN, at=AT + DAY)
    do(earn(BOB, 28), at=AT + DAY)
    plan, deed = merged(AT + 2 * DAY)
    services.reverse(Reversal(earned.id), actor=TILL, at=AT + 3 * DAY)
    parted(plan, deed, AT + 4 * DAY)
    assert (worth(ADA, AT + 4 * DAY), worth(BOB, AT + 4 * DAY)) == ((0, 0, 0), (28, 0, 0))


def test_sem_35_what_is_given_back_to_who_has_paid_already_stays_with_that_one(points: str) -> None:
    do(earn(CYD, 45))
    inner, _ = merged(AT, BOB, CYD)
    outer, _ = merged(AT, ADA, BOB)
    spent = do(spend(ADA, 31))[0]
    apart(ADA, BOB, CYD, plan=outer, at=AT)
    services.reverse(Reversal(spent.id, 23), actor=TILL, at=AT)
    apart(BOB, CYD, plan=inner, at=AT)
    assert (worth(ADA, AT), worth(BOB, AT), worth(CYD, AT)) == ((23, 0, 31), (0, 0, 0), (45, 0, 0))


def test_sem_35_what_was_given_back_by_a_debt_is_whose_it_was_before(points: str) -> None:
    do(earn(CYD, 45, expires_at=AT + 9 * DAY), earn(BOB, 5, expires_at=AT + 8 * DAY))
    inner, _ = merged(AT, BOB, CYD)
    outer, _ = merged(AT, ADA, BOB)
    do(spend(ADA, 40))
    apart(ADA, BOB, CYD, plan=outer, at=AT)
    apart(BOB, CYD, plan=inner, at=AT)
    assert [(lot.remaining, lot.expires_at) for lot in lots(BOB, at=AT)] == [(5, AT + 8 * DAY)]
    assert sorted((lot.remaining, lot.expires_at) for lot in lots(CYD, at=AT)) == [
        (10, AT + 9 * DAY), (35, AT + 9 * DAY),
    ]  # fmt: skip
    assert (worth(ADA, AT), worth(BOB, AT), worth(CYD, AT)) == ((0, 0, 40), (5, 0, 0), (45, 0, 0))


def test_sem_35_what_one_spent_with_a_former_holder_comes_back_to_who_holds_it_now(points: str) -> None:
    do(earn(CYD, 50))
    first, _ = merged(AT, CYD, BOB)
    spent = do(spend(CYD, 50, shown=BOB))[0]
    apart(CYD, BOB, plan=first, at=AT)
    plan, _ = merged(AT)
    services.reverse(Reversal(spent.id), actor=TILL, at=AT)
    apart(ADA, BOB, plan=plan, at=AT)
    assert worth(ADA, AT) == (0, 0, 0)
    available, pending, owed = worth(BOB, AT)
    assert available + pending - owed == 0
    assert worth(CYD, AT) == (50, 0, 0)


def test_sem_35_what_happened_before_a_merge_of_the_same_moment_counts_once(points: str) -> None:
    do(earn(ADA, 50))
    for _ in range(3):
        plan, _ = merged(AT)
        do(spend(ADA, 10, shown=BOB))
        apart(ADA, BOB, plan=plan, at=AT)
    assert worth(ADA, AT) == (50, 0, 0)
    assert worth(BOB, AT) == (0, 0, 30)


def test_sem_35_a_debt_that_was_let_go_stays_so(points: str) -> None:
    first, _ = do(earn(BOB, 100), spend(BOB, 80))
    services.reverse(Reversal(first.id), actor=ANN, at=AT)
    plan, _ = merged(AT)
    services.forgive(ADA, "points", 70, reason="goodwill", actor=ANN, at=AT)
    do(earn(ADA, 30, shown=BOB))
    apart(ADA, BOB, plan=plan, at=AT)
    assert (worth(ADA, AT), worth(BOB, AT)) == ((0, 0, 0), (20, 0, 0))


@pytest.mark.parametrize("posted", ["posted", "unposted"])
@pytest.mark.parametrize("when", [-1, 1, 5], ids=["before", "meanwhile", "later"])
def test_sem_35_what_expires_is_lost_to_whose_lot_it_was_and_revived_for_it(
    points: str, posted: str, when: int
) -> None:
    do(earn(ADA, 50), earn(BOB, 100, expires_at=AT + DAY), earn(BOB, 7), at=AT)
    first = AT if when > 0 else AT + 2 * DAY
    plan, _ = merged(first)
    do(earn(ADA, 10, shown=BOB), at=first)
    end = AT + 12 * timedelta(hours=1) if when == 5 else AT + 4 * DAY
    if posted == "posted":
        services.expire_due(actor=TILL, at=end)
    apart(ADA, BOB, plan=plan, at=end)
    assert (worth(ADA, end)[0], worth(BOB, end)[0]) == (50, 117 if when == 5 else 17)
    later = AT + 6 * DAY
    services.expire_due(actor=TILL, at=later)
    assert (worth(ADA, later), worth(BOB, later)) == ((50, 0, 0), (17, 0, 0))
    gone = Transfer.objects.get(kind="expire")
    services.reverse(Reversal(gone.id, expires_at=later + DAY), actor=ANN, at=later)
    assert (worth(ADA, later), worth(BOB, later)) == ((50, 0, 0), (117, 0, 0))
    books_add_up()


@pytest.mark.parametrize("taken_over", [ADA, BOB], ids=["giver", "taker"])
def test_a_gift_goes_back_to_who_took_over_and_comes_from_who_did(points: str, taken_over: UUID) -> None:
    do(earn(ADA, 50, expires_at=AT + 9 * DAY), earn(CYD, 1))
    gift = services.move(Gift(ADA, BOB, "points", 30), MoveRules(), actor=TILL, at=AT)
    plan, _ = merged(AT, CYD, taken_over)
    services.reverse(Reversal(gift.id, 20), actor=TILL, at=AT)
    giver, taker = (CYD if owner == taken_over else owner for owner in (ADA, BOB))
    extra = {CYD: 1}
    assert worth(giver, AT) == (40 + extra.get(giver, 0), 0, 0)
    assert worth(taker, AT) == (10 + extra.get(taker, 0), 0, 0)
    apart(CYD, taken_over, plan=plan, at=AT)
    assert (worth(ADA, AT), worth(BOB, AT), worth(CYD, AT)) == ((40, 0, 0), (10, 0, 0), (1, 0, 0))
    assert [lot.expires_at for lot in lots(ADA, at=AT)] == [AT + 9 * DAY] * len(lots(ADA, at=AT))


def test_a_gift_between_two_who_are_one_now_is_not_returned_until_they_are_two_again(points: str) -> None:
    do(earn(ADA, 50), earn(BOB, 5))
    gift = services.move(Gift(ADA, BOB, "points", 30), MoveRules(), actor=TILL, at=AT)
    plan, _ = merged(AT)
    with pytest.raises(NotReversible):
        services.reverse(Reversal(gift.id), actor=TILL, at=AT)
    apart(ADA, BOB, plan=plan, at=AT)
    services.reverse(Reversal(gift.id), actor=TILL, at=AT)
    assert (worth(ADA, AT), worth(BOB, AT)) == ((50, 0, 0), (5, 0, 0))


def test_sem_35_what_came_over_goes_back_and_nothing_else(points: str) -> None:
    do(earn(BOB, 40))
    plan, _ = merged(AT)
    spent = do(spend(ADA, 30))[0]
    apart(ADA, BOB, plan=plan, at=AT)
    services.reverse(Reversal(spent.id), actor=TILL, at=AT)
    # Ada's now, who owes Bob for it, though Bob's card first brought it.
    assert (worth(ADA, AT), worth(BOB, AT)) == ((30, 0, 30), (40, 0, 0))
    plan, _ = merged(AT)
    apart(ADA, BOB, plan=plan, at=AT)
    assert (worth(ADA, AT), worth(BOB, AT)) == ((30, 0, 30), (40, 0, 0))


@pytest.mark.parametrize("frozen", [[BOB], [ADA], [BOB, ADA]], ids=["other", "survivor", "both"])
def test_sem_36_a_merge_and_an_unmerge_leave_a_paused_expiry_its_time(points: str, frozen: list[UUID]) -> None:
    do(earn(BOB, 40, expires_at=AT + 30 * DAY))
    for day, owner in enumerate(frozen):
        services.freeze(owner, Level.EARN, reason="case", pauses_expiry=True, actor=ANN, at=AT + (1 + day) * DAY)
    plan, _ = merged(AT + (40 if BOB in frozen else 20) * DAY)
    while_one = AT + (45 if BOB in frozen else 25) * DAY
    services.expire_due(actor=TILL, at=while_one)
    assert sum(lot.remaining for lot in lots(ADA, at=while_one)) == 40
    apart(ADA, BOB, plan=plan, at=while_one)
    services.unfreeze(BOB, Level.EARN, actor=ANN, at=while_one)
    rested = (while_one - (AT + DAY)) if BOB in frozen else timedelta(0)
    if frozen == [ADA]:
        rested = while_one - (AT + 20 * DAY)
    assert [(lot.remaining, lot.expires_at) for lot in lots(BOB, at=while_one)] == [(40, AT + 30 * DAY + rested)]


def test_what_is_withdrawn_comes_from_who_has_it_of_right(points: str) -> None:
    earned = do(earn(BOB, 40))[0]
    plan, _ = merged(AT)
    spent = do(spend(ADA, 30))[0]
    apart(ADA, BOB, plan=plan, at=AT)
    services.reverse(Reversal(spent.id), actor=TILL, at=AT)
    # Ada has 30 that Bob's card once brought, and owes Bob for them: hers.
    assert withdraw([earned.id], reason="undone", actor=ANN, at=AT) == {earned.id: 40}
    assert (worth(ADA, AT), worth(BOB, AT)) == ((30, 0, 30), (0, 0, 0))
    books_add_up()


def test_what_is_withdrawn_of_a_card_that_is_merged_comes_from_who_took_over(points: str) -> None:
    earned = do(earn(BOB, 40), earn(ADA, 10))[0]
    inner, _ = merged(AT, CYD, BOB)
    outer, _ = merged(AT, ADA, CYD)
    assert withdraw([earned.id], reason="undone", actor=ANN, at=AT) == {earned.id: 40}
    assert worth(ADA, AT) == (10, 0, 0)
    apart(ADA, CYD, BOB, plan=outer, at=AT)
    apart(CYD, BOB, plan=inner, at=AT)
    assert [worth(owner, AT) for owner in (ADA, BOB, CYD)] == [(10, 0, 0), (0, 0, 0), (0, 0, 0)]


def test_who_took_over_while_a_reversal_waited_is_found(points: str, monkeypatch: pytest.MonkeyPatch) -> None:
    earned = do(earn(BOB, 100))[0]
    merged(AT + DAY)
    real, asked = reversals.heirs, []

    def before_the_merge(owners: set[UUID]) -> set[UUID]:
        asked.append(owners)
        return set() if len(asked) == 1 else real(owners)

    monkeypatch.setattr(reversals, "heirs", before_the_merge)
    services.reverse(Reversal(earned.id, 30), actor=TILL, at=AT + DAY)
    assert (available(ADA, AT + DAY), len(asked)) == (70, 2)
    books_add_up()
