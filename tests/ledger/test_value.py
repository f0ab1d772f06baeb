"""The numbered lines about manual adjustments and money: stored value, currencies."""

from datetime import timedelta

import pytest
from tests.ledger.conftest import ADA, ANN, AT, BEN, TILL, available, earn
from tests.ledger.machine import books_add_up

from regulars.ledger import services
from regulars.ledger.errors import (
    AdjustmentSettled,
    NeedsAnother,
    NotEnough,
    RateUnknown,
    ValueForValue,
    WrongCurrency,
    WrongPosting,
)
from regulars.ledger.models import Lot, Transfer
from regulars.ledger.moves import (
    Conversion,
    Correction,
    Holder,
    House,
    Load,
    Payment,
    Posted,
    Posting,
)
from regulars.ledger.selectors import lots
from regulars.ledger.services import post
from regulars.ledger.words import Kind, Role, Tender, UnitKind

DAY = timedelta(days=1)


def do(*postings: Posting, days: int = 0) -> list[Posted]:
    return post(postings, actor=TILL, at=AT + days * DAY)


def test_sem_40_an_adjustment_has_a_reason_and_a_second_person_above_the_threshold(points: str) -> None:
    small = services.adjust(Correction(ADA, "points", 1000, "goodwill", "spilled soup"), actor=ANN, at=AT)
    assert (small.state, available(ADA, AT)) == ("posted", 1000)
    big = services.adjust(Correction(ADA, "points", 1001, "goodwill", "whole dinner"), actor=ANN, at=AT)
    assert (big.state, big.transfer, available(ADA, AT)) == ("asked", None, 1000)
    with pytest.raises(NeedsAnother):
        services.approve(big.id, actor=ANN, at=AT)
    done = services.approve(big.id, actor=BEN, at=AT)
    assert (done.state, done.decided_by, available(ADA, AT)) == ("posted", "stf_ben", 2001)
    with pytest.raises(AdjustmentSettled):
        services.decline(big.id, actor=BEN, at=AT)
    taken = services.adjust(Correction(ADA, "points", -1, "mistake", "typed twice"), actor=ANN, at=AT)
    assert taken.transfer is not None
    entry = Transfer.objects.get(pk=taken.transfer)
    assert entry.details is not None
    assert (entry.kind, entry.reason, entry.actor, entry.details["adjustment"][:4]) == (
        "adjust",
        "mistake",
        "stf_ann",
        "adj_",
    )
    for wrong in (Correction(ADA, "points", 5, "", "why"), Correction(ADA, "points", 5, "goodwill", " ")):
        with pytest.raises(WrongPosting):
            services.adjust(wrong, actor=ANN, at=AT)


@pytest.fixture
def purse(points: str) -> None:
    for code, kind, currency in (
        ("CNY", UnitKind.PAID, "CNY"),
        ("CNY-bonus", UnitKind.BONUS, "CNY"),
        ("EUR", UnitKind.PAID, "EUR"),
    ):
        services.define_unit(code, code, kind=kind, scale=2, currency=currency, actor=ANN, at=AT)


def loaded(tender: Tender = Tender.CASH) -> list[Posted]:
    bonus = {"bonus_unit": "CNY-bonus", "bonus": 2_000, "bonus_validity": "30D"}
    return services.load(Load(ADA, "CNY", 10_000, tender, **bonus), actor=TILL, at=AT)  # type: ignore[arg-type]


@pytest.mark.usefixtures("purse")
def test_sem_41_paid_and_bonus_value_lie_apart_and_are_spent_in_the_order_stated() -> None:
    loaded()
    bill = Payment(ADA, "CNY", 2_500, ("CNY-bonus", "CNY"))
    paid = services.pay(bill, actor=TILL, at=AT)
    assert [(unit, amount) for unit, amount, _ in paid.parts] == [("CNY-bonus", 2_000), ("CNY", 500)]
    paid = services.pay(Payment(ADA, "CNY", 100, ("CNY", "CNY-bonus")), actor=TILL, at=AT)
    assert [(unit, amount) for unit, amount, _ in paid.parts] == [("CNY", 100)]
    with pytest.raises(NotEnough) as refused:
        services.pay(Payment(ADA, "CNY", 9_401, ("CNY-bonus", "CNY")), actor=TILL, at=AT)
    assert refused.value.facts["missing"] == 1
    assert (available(ADA, AT, "CNY"), available(ADA, AT, "CNY-bonus")) == (9_400, 0)


@pytest.mark.usefixtures("purse")
def test_sem_41_value_buys_no_value_and_only_principal_is_refunded() -> None:
    for tender in (Tender.VALUE, Tender.POINTS):
        with pytest.raises(ValueForValue):
            loaded(tender)
    loaded()
    services.refund(ADA, "CNY", 10_000, actor=ANN, at=AT)
    with pytest.raises(ValueForValue):
        services.refund(ADA, "CNY-bonus", 1, actor=ANN, at=AT)
    for from_unit, to_unit in (("CNY-bonus", "CNY"), ("points", "CNY"), ("CNY", "points")):
        with pytest.raises(ValueForValue):
            services.set_rate(from_unit, to_unit, 1, 1, since=AT, actor=ANN, at=AT)
    with pytest.raises(WrongPosting):  # paid value is not given away
        do(Posting(Kind.EARN, "CNY", 5, House(Role.ISSUED), Holder(ADA)))


@pytest.mark.usefixtures("purse")
def test_sem_41_principal_does_not_expire_where_the_law_forbids() -> None:
    with pytest.raises(WrongPosting):
        do(Posting(Kind.LOAD, "CNY", 5, House(Role.SOLD), Holder(ADA), validity="12M"))
    loaded()
    assert Lot.objects.get(unit="CNY").expires_at is None


@pytest.mark.usefixtures("purse")
def test_sem_42_an_account_has_one_currency_and_conversion_is_two_entries_at_a_stored_rate() -> None:
    loaded()
    with pytest.raises(WrongCurrency):
        services.pay(Payment(ADA, "EUR", 100, ("CNY",)), actor=TILL, at=AT)
    wanted = Conversion(ADA, "CNY", "EUR", 1_000, source="web", external_id="c1")
    with pytest.raises(RateUnknown):
        services.convert(wanted, actor=TILL, at=AT)
    services.set_rate("CNY", "EUR", 127, 1000, since=AT, actor=ANN, at=AT)
    services.set_rate("CNY", "EUR", 500, 1000, since=AT + DAY, actor=ANN, at=AT)
    done, again = (services.convert(wanted, actor=TILL, at=AT) for _ in range(2))
    assert (done.gained, done.numerator, again.replayed, available(ADA, AT, "EUR")) == (127, 127, True, 127)
    assert {row.unit for row in Transfer.objects.filter(deed=done.id)} == {"CNY", "EUR"}
    books_add_up()


@pytest.mark.usefixtures("purse")
def test_sem_42_converted_points_keep_their_dates_and_add_up() -> None:
    services.set_rate("points", "CNY-bonus", 1, 3, since=AT, actor=ANN, at=AT)
    do(earn(ADA, 10, expires_at=AT + DAY), earn(ADA, 10, expires_at=AT + 2 * DAY))
    done = services.convert(Conversion(ADA, "points", "CNY-bonus", 20), actor=TILL, at=AT)
    made = [(lot.remaining, lot.expires_at) for lot in lots(ADA, at=AT) if lot.unit == "CNY-bonus"]
    assert (done.gained, made) == (6, [(3, AT + DAY), (3, AT + 2 * DAY)])
