"""The numbered lines of behaviour that are the ledger's, one test or more for each."""

from datetime import timedelta

import pytest
from tests.ledger.conftest import ADA, ANN, AT, BOB, TILL, available, earn, spend
from tests.ledger.machine import books_add_up

from regulars.ledger import services
from regulars.ledger.errors import (
    HoldClosed,
    HolderFrozen,
    MoveRefused,
    NotEnough,
    NotReversible,
    PendingSettled,
    WrongPosting,
)
from regulars.ledger.models import Account, Lot, LotUse, Pending, Transfer
from regulars.ledger.moves import (
    Correction,
    Gift,
    Holder,
    House,
    MoveRules,
    NewHold,
    Posted,
    Posting,
    Reversal,
)
from regulars.ledger.selectors import balances, lots, transfers
from regulars.ledger.services import post
from regulars.ledger.words import Kind, Level, Role, Short

DAY = timedelta(days=1)


def pending(amount: int, **more: object) -> Posting:
    return Posting(Kind.EARN, "points", amount, House(Role.ISSUED), Holder(ADA, Role.PENDING), **more)  # type: ignore[arg-type]


def do(*postings: Posting, days: int = 0) -> list[Posted]:
    return post(postings, actor=TILL, at=AT + days * DAY)


def expire(days: int) -> int:
    return services.expire_due(actor=TILL, at=AT + days * DAY)


def test_sem_01_a_pending_earn_is_an_entry_that_cannot_be_spent(points: str) -> None:
    one, two, three = do(pending(100), pending(50), pending(7, cancels_at=AT + 5 * DAY))
    seen = balances(ADA, at=AT)[0] if balances(ADA, at=AT) else None
    assert seen is not None
    assert (seen.pending, seen.available) == (157, 0)
    with pytest.raises(NotEnough):
        do(spend(ADA, 1))
    services.activate([one.id], actor=TILL, at=AT + DAY)
    services.cancel_pending(two.id, actor=TILL, at=AT + DAY)
    for settled in (one, two):
        with pytest.raises(PendingSettled):
            services.activate([settled.id], actor=TILL, at=AT + DAY)
    assert services.settle_due(actor=TILL, at=AT + 4 * DAY) == 0
    assert services.settle_due(actor=TILL, at=AT + 6 * DAY) == 1  # the deadline cancels by itself
    assert services.settle_due(actor=TILL, at=AT + 6 * DAY) == 0
    assert Transfer.objects.get(reverses=three.id).effective_at == AT + 5 * DAY
    assert [row.state for row in Pending.objects.order_by("id")] == ["active", "cancelled", "cancelled"]
    assert (available(ADA, AT + 6 * DAY), balances(ADA, at=AT + 6 * DAY)[0].pending) == (100, 0)
    books_add_up()


def test_sem_01_past_its_deadline_it_cannot_become_active_though_the_job_is_late(points: str) -> None:
    (one,) = do(pending(7, cancels_at=AT + 5 * DAY))
    with pytest.raises(PendingSettled):
        services.activate([one.id], actor=TILL, at=AT + 5 * DAY)


def test_sem_02_the_clock_of_expiry_starts_when_points_become_active(points: str) -> None:
    (one,) = do(pending(100, validity="30D"))
    services.activate([one.id], actor=TILL, at=AT + 20 * DAY)
    assert Lot.objects.get().expires_at == AT + 50 * DAY
    do(pending(100, validity="30D", activates_at=AT + 40 * DAY), days=30)
    services.settle_due(actor=TILL, at=AT + 45 * DAY)  # late: dated at its own time
    assert Lot.objects.latest("earned_at").expires_at == AT + 70 * DAY


def test_sem_03_lots_are_spent_soonest_expiry_oldest_undated_last(points: str) -> None:
    undated, late, soon, older = do(
        earn(ADA, 10),
        earn(ADA, 10, expires_at=AT + 9 * DAY),
        earn(ADA, 10, expires_at=AT + 2 * DAY),
        earn(ADA, 10, expires_at=AT + 9 * DAY, effective_at=AT - DAY),
    )
    (spent,) = do(spend(ADA, 35))
    assert [lot for lot, _ in spent.used] == [soon.lots[0], older.lots[0], late.lots[0], undated.lots[0]]
    assert [part for _, part in spent.used] == [10, 10, 10, 5]


def test_sem_03_ties_are_broken_by_id(points: str) -> None:
    made = sorted(posted.lots[0] for posted in do(*[earn(ADA, 10) for _ in range(5)]))
    assert [lot for lot, _ in do(spend(ADA, 50))[0].used] == made


def test_sem_04_every_debit_is_linked_to_its_lots_so_expiry_does_not_collapse_the_balance(points: str) -> None:
    do(earn(ADA, 100, expires_at=AT + DAY), earn(ADA, 100))
    (spent,) = do(spend(ADA, 100))
    assert expire(5) == 0
    assert available(ADA, AT + 5 * DAY) == 100
    assert LotUse.objects.filter(transfer=spent.id).count() == 1
    (gone,) = do(earn(ADA, 7, expires_at=AT + 6 * DAY), days=5)
    assert expire(7) == 1
    expiry = Transfer.objects.get(kind="expire")
    with pytest.raises(NotReversible):
        services.reverse(Reversal(expiry.id), actor=ANN, at=AT + 8 * DAY)
    back = services.reverse(Reversal(expiry.id, expires_at=AT + 20 * DAY), actor=ANN, at=AT + 8 * DAY)
    assert back.given_back == ((gone.lots[0], 7),)
    assert available(ADA, AT + 8 * DAY) == 107
    books_add_up()


def test_sem_05_expiry_is_posted_for_the_unspent_part_at_its_instant_once(points: str) -> None:
    do(earn(ADA, 100, expires_at=AT + DAY))
    do(spend(ADA, 30))
    assert available(ADA, AT + DAY - timedelta(microseconds=1)) == 70
    assert available(ADA, AT + DAY) == 0  # the job is late; reads and spends are not
    assert lots(ADA, at=AT + DAY) == []
    with pytest.raises(NotEnough):
        do(spend(ADA, 1), days=1)
    assert (expire(3), expire(3)) == (1, 0)
    posted = Transfer.objects.get(kind="expire")
    assert (posted.amount, posted.effective_at, posted.recorded_at) == (70, AT + DAY, AT + 3 * DAY)
    assert balances(ADA, at=AT + 3 * DAY)[0].balance == 0


def test_sem_05_what_a_hold_kept_past_its_expiry_and_gives_back_is_gone_at_once(points: str) -> None:
    do(earn(ADA, 100, expires_at=AT + DAY))
    held = services.place_hold(NewHold(ADA, "points", 60, AT + 9 * DAY), actor=TILL, at=AT)
    expire(2)
    assert (balances(ADA, at=AT + 2 * DAY)[0].held, available(ADA, AT + 2 * DAY)) == (60, 0)
    services.capture(held.id, 50, actor=TILL, at=AT + 3 * DAY)
    assert available(ADA, AT + 3 * DAY) == 0
    assert expire(4) == 1
    assert list(Transfer.objects.filter(kind="expire").order_by("number").values_list("amount", "effective_at")) == [
        (40, AT + DAY),
        (10, AT + 3 * DAY),
    ]


def test_sem_09_amounts_are_whole_numbers_of_the_smallest_part(points: str) -> None:
    columns = [field for model in (Transfer, Lot, Account, LotUse) for field in model._meta.get_fields()]
    assert {field.get_internal_type() for field in columns if field.name in ("amount", "balance", "remaining")} == {
        "BigIntegerField"
    }
    for amount in (0, -5, 2**63):
        with pytest.raises(WrongPosting):
            do(earn(ADA, amount))


def test_sem_25_a_hold_bounds_captures_and_frees_the_rest(points: str) -> None:
    do(earn(ADA, 100))
    held = services.place_hold(NewHold(ADA, "points", 80, AT + DAY), actor=TILL, at=AT)
    with pytest.raises(NotEnough):
        do(spend(ADA, 21))
    with pytest.raises(NotEnough):
        services.place_hold(NewHold(ADA, "points", 21, AT + DAY), actor=TILL, at=AT)
    with pytest.raises(NotEnough):
        services.capture(held.id, 81, actor=TILL, at=AT)
    done = services.capture(held.id, 50, actor=TILL, at=AT)
    assert (done.closed_as, done.captured, available(ADA, AT)) == ("captured", 50, 50)
    for again in (services.capture, services.void):
        with pytest.raises(HoldClosed):
            again(held.id, actor=TILL, at=AT)
    assert done.transfer is not None
    services.reverse(Reversal(done.transfer), actor=TILL, at=AT)
    assert available(ADA, AT) == 100


def test_sem_25_a_lapsed_hold_cannot_be_captured_though_the_job_is_late(points: str) -> None:
    do(earn(ADA, 100))
    held = services.place_hold(NewHold(ADA, "points", 80, AT + DAY), actor=TILL, at=AT)
    with pytest.raises(HoldClosed):
        services.capture(held.id, actor=TILL, at=AT + DAY)
    assert services.lapse_due(actor=TILL, at=AT + DAY) == 1
    assert services.lapse_due(actor=TILL, at=AT + DAY) == 0
    assert available(ADA, AT + DAY) == 100


def test_sem_27_the_same_business_key_is_answered_as_the_first_time(points: str) -> None:
    do(earn(ADA, 100))
    wanted = NewHold(ADA, "points", 60, AT + DAY, source="till", external_id="h1")
    first = services.place_hold(wanted, actor=TILL, at=AT)
    again = services.place_hold(wanted, actor=TILL, at=AT + timedelta(hours=1))
    assert (again.id, again.replayed, available(ADA, AT)) == (first.id, True, 40)
    (spent,) = do(spend(ADA, 10))
    taking = Reversal(spent.id, 4, source="till", external_id="r1")
    one, two = (services.reverse(taking, actor=TILL, at=AT) for _ in range(2))
    assert (one.id, two.replayed, available(ADA, AT)) == (two.id, True, 34)
    gift = Gift(ADA, BOB, "points", 5, source="till", external_id="g1")
    sent = [services.move(gift, MoveRules(), actor=TILL, at=AT) for _ in range(2)]
    assert (sent[0].id, sent[1].replayed, available(BOB, AT)) == (sent[1].id, True, 5)


def test_sem_36_freezes_forbid_by_level_and_reversals_still_post(points: str) -> None:
    earned, spent = do(earn(ADA, 100), spend(ADA, 30))
    services.freeze(ADA, Level.SPEND, reason="fraud", until=AT + 5 * DAY, actor=ANN, at=AT)
    with pytest.raises(HolderFrozen) as refused:
        do(spend(ADA, 1))
    assert refused.value.facts["until"] == (AT + 5 * DAY).isoformat()
    with pytest.raises(HolderFrozen):
        services.place_hold(NewHold(ADA, "points", 1, AT + DAY), actor=TILL, at=AT)
    do(earn(ADA, 1))
    services.freeze(ADA, Level.EARN, reason="fraud", actor=ANN, at=AT)
    with pytest.raises(HolderFrozen):
        do(earn(ADA, 1))
    services.reverse(Reversal(spent.id), actor=TILL, at=AT)
    services.reverse(Reversal(earned.id), actor=TILL, at=AT)
    assert available(ADA, AT) == 1
    services.adjust(
        Correction(ADA, "points", 4, "goodwill", "found"), actor=ANN, at=AT
    )  # staff have a right of their own
    do(spend(ADA, 1), days=5)  # its time is over
    services.unfreeze(ADA, Level.EARN, actor=ANN, at=AT)
    do(earn(ADA, 1))


def test_sem_36_a_frozen_holder_is_frozen_in_units_first_used_later(points: str) -> None:
    do(earn(ADA, 1))
    services.freeze(ADA, Level.EARN, reason="fraud", actor=ANN, at=AT)
    services.define_unit("miles", "Miles", actor=ANN, at=AT)
    with pytest.raises(HolderFrozen):
        do(Posting(Kind.EARN, "miles", 5, House(Role.ISSUED), Holder(ADA)))


def test_sem_36_expiry_goes_on_or_pauses_by_setting(points: str) -> None:
    do(earn(ADA, 10, expires_at=AT + 2 * DAY), earn(BOB, 10, expires_at=AT + 2 * DAY))
    services.freeze(ADA, Level.SPEND, reason="lost card", pauses_expiry=True, actor=ANN, at=AT + DAY)
    services.freeze(BOB, Level.SPEND, reason="fraud", actor=ANN, at=AT + DAY)
    assert expire(5) == 1
    assert (available(ADA, AT + 5 * DAY), available(BOB, AT + 5 * DAY)) == (10, 0)
    services.unfreeze(ADA, Level.SPEND, actor=ANN, at=AT + 8 * DAY)
    assert Lot.objects.get(remaining__gt=0).expires_at == AT + 9 * DAY
    assert expire(9) == 1


def test_sem_37_a_move_keeps_expiry_has_limits_fee_and_cool_off(points: str) -> None:
    do(earn(ADA, 60, expires_at=AT + 9 * DAY), earn(ADA, 60))
    rules = MoveRules(least=5, most=80, most_in_period=90, moves_in_period=3, fee=1, fee_permille=10, cool_off=DAY)
    with pytest.raises(NotEnough):  # just earned
        services.move(Gift(ADA, BOB, "points", 10), rules, actor=TILL, at=AT)
    sent = services.move(Gift(ADA, BOB, "points", 70), rules, actor=TILL, at=AT + DAY)
    assert (sent.fee, available(ADA, AT + DAY), available(BOB, AT + DAY)) == (1, 49, 70)
    assert [(lot.remaining, lot.expires_at) for lot in lots(BOB, at=AT + DAY)] == [(60, AT + 9 * DAY), (10, None)]
    for amount, rule in ((4, "least"), (81, "most"), (21, "most_in_period")):
        with pytest.raises(MoveRefused) as refused:
            services.move(Gift(ADA, BOB, "points", amount), rules, actor=TILL, at=AT + 2 * DAY)
        assert refused.value.facts["rule"] == rule
    with pytest.raises(NotEnough):  # received yesterday: not passed on at once
        services.move(Gift(BOB, ADA, "points", 10), rules, actor=TILL, at=AT + DAY + timedelta(hours=1))
    assert Transfer.objects.filter(deed=sent.id).count() == 2
    books_add_up()


def test_sem_37_a_move_that_cannot_pay_its_fee_is_not_made(points: str) -> None:
    do(earn(ADA, 60))
    with pytest.raises(NotEnough):
        services.move(Gift(ADA, BOB, "points", 60), MoveRules(fee=1), actor=TILL, at=AT)
    assert (available(ADA, AT), Transfer.objects.count()) == (60, 1)


def test_sem_39_a_late_report_counts_from_when_it_happened_and_is_seen_from_when_it_was_told(points: str) -> None:
    do(earn(ADA, 100))
    do(earn(ADA, 40, effective_at=AT + DAY, validity="7D"), days=5)
    seen = [balances(ADA, at=AT + 6 * DAY, as_of=AT + n * DAY)[0].available for n in (0, 1, 7, 8)]
    assert seen == [100, 140, 140, 100]
    told = balances(ADA, at=AT + 6 * DAY, as_of=AT + 2 * DAY, known_at=AT + 2 * DAY)[0]
    assert told.balance == 100  # a report issued then is not rewritten
    with pytest.raises(NotEnough):  # then there were only 140
        do(spend(ADA, 141, effective_at=AT + 2 * DAY), days=5)
    with pytest.raises(WrongPosting):
        do(earn(ADA, 1, effective_at=AT + 9 * DAY), days=5)


def test_sem_39_a_late_spend_does_not_take_what_was_away_at_its_time(points: str) -> None:
    do(earn(ADA, 100))
    (spent,) = do(spend(ADA, 100), days=2)
    services.reverse(Reversal(spent.id), actor=TILL, at=AT + 5 * DAY)
    with pytest.raises(NotEnough):
        do(spend(ADA, 1, effective_at=AT + 3 * DAY), days=6)
    do(spend(ADA, 1, effective_at=AT + 5 * DAY), days=6)


def test_an_earn_already_spent_becomes_a_debt_that_future_earns_eat(points: str) -> None:
    first, _ = do(earn(ADA, 100), spend(ADA, 70))
    back = services.reverse(Reversal(first.id), actor=ANN, at=AT)
    assert (back.amount, back.owed, balances(ADA, at=AT)[0].owed) == (100, 70, 70)
    (next_one,) = do(earn(ADA, 50))
    assert (next_one.repaid, available(ADA, AT), balances(ADA, at=AT)[0].owed) == (50, 0, 20)
    services.forgive(ADA, "points", 20, reason="goodwill", actor=ANN, at=AT)
    assert do(earn(ADA, 5))[0].repaid == 0
    with pytest.raises(NotEnough):
        services.reverse(Reversal(next_one.id, short=Short.REFUSE), actor=ANN, at=AT)
    with pytest.raises(NotReversible):
        services.reverse(Reversal(first.id), actor=ANN, at=AT)
    books_add_up()


def test_what_expired_of_an_earn_is_not_asked_for_again(points: str) -> None:
    (first,) = do(earn(ADA, 100, expires_at=AT + DAY))
    do(spend(ADA, 30))
    do(earn(ADA, 1_000), days=2)
    back = services.reverse(Reversal(first.id), actor=ANN, at=AT + 3 * DAY)
    assert (back.forgone, back.owed, available(ADA, AT + 3 * DAY)) == (70, 0, 970)


def test_a_page_of_transfers_goes_on_where_it_ended(points: str) -> None:
    made = [posted.id for posted in do(*[earn(ADA, n + 1) for n in range(7)])]
    first = transfers(ADA, limit=4)
    rest = transfers(ADA, after=first[-1].id, limit=4)
    assert [row.id for row in (*first, *rest)] == sorted(made, reverse=True)
