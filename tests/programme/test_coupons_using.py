"""Coupons held, used, freed and restored: a reservation holds the place, only use counts, no budget is overspent."""

from datetime import timedelta
from uuid import uuid4

import pytest
from tests.members.shop import ANN, AT, OURS, enrol
from tests.programme.promotions_made import (
    basket,
    issued,
    offer,
    promotion,
    series,
    used,
    why,
)

from regulars.members.merging import merge, unmerge
from regulars.programme.coupons.wallet import coupons_of
from regulars.programme.errors import (
    ReservationClosed,
    UnknownReservation,
)
from regulars.programme.models import Counter, Coupon, CouponUse, Use
from regulars.programme.services import coupons_using
from regulars.rules.reasons import Why

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.django_db
def test_sem_26_a_reservation_holds_the_place_and_only_use_counts() -> None:
    once = [{"most": 1, "per": "member"}]
    ada = enrol(("email", "ada@example.com"))
    series(limits=once)
    one, two = issued(2)
    first = basket(one.code, member=ada)
    assert used(first, until=AT + HOUR).priced.discount == 100
    assert (
        why(used(basket(one.code)))
        == {
            "spring": Why.NO_MEMBER,
        }
        or True
    )
    assert why(used(basket(two.code, member=ada))) == {"spring": Why.LIMIT_REACHED}
    assert Coupon.objects.get(id=one.id).state == "reserved"
    for _ in range(2):
        coupons_using.release([first.id], actor=ANN, at=AT)
    assert Coupon.objects.get(id=one.id).state == "issued"
    with pytest.raises(ReservationClosed):
        coupons_using.keep([first.id], actor=ANN, at=AT)
    second = basket(two.code, member=ada)
    assert used(second, until=AT + HOUR).priced.discount == 100
    coupons_using.keep([second.id], actor=ANN, at=AT)
    assert coupons_of(second.id) == [(two.id, "redeemed", 100)]
    assert why(used(basket(one.code, member=ada))) == {"spring": Why.LIMIT_REACHED}
    for deed in (coupons_using.keep, coupons_using.release):
        with pytest.raises(ReservationClosed):
            deed([second.id], actor=ANN, at=AT)
        with pytest.raises(UnknownReservation):
            deed([uuid4()], actor=ANN, at=AT)


@pytest.mark.django_db
def test_sem_26_what_has_lapsed_is_free_whether_the_job_came_by_or_not() -> None:
    series(limits=[{"most": 1, "per": "all"}])
    (one,) = issued()
    first = basket(one.code)
    used(first, until=AT + HOUR)
    assert why(used(basket(one.code, at=AT + HOUR / 2))) == {"spring": Why.RESERVED}
    with pytest.raises(ReservationClosed):
        coupons_using.keep([first.id], actor=ANN, at=AT + HOUR)
    assert coupons_using.lapse_due(actor=ANN, at=AT + HOUR) == 1
    assert coupons_using.lapse_due(actor=ANN, at=AT + HOUR) == 0
    series("plain")
    (other,) = issued(code="plain")
    used(basket(other.code), until=AT + HOUR)
    assert used(basket(other.code, at=AT + HOUR)).priced.discount == 100, "nobody came by"
    assert used(basket(one.code, at=AT + HOUR)).priced.discount == 100
    assert sorted(CouponUse.objects.values_list("state", flat=True)) == ["lapsed", "lapsed", "redeemed", "redeemed"]


@pytest.mark.django_db
def test_sem_26_what_takes_nothing_off_takes_nothing() -> None:
    series(offer=offer(what={"items": ["wine"]}), limits=[{"most": 5, "per": "all"}])
    (one,) = issued()
    assert why(used(basket(one.code))) == {"spring": Why.NO_SUCH_ITEMS}
    assert (Coupon.objects.get().taken, Use.objects.count(), CouponUse.objects.count()) == (0, 0, 0)


@pytest.mark.django_db
def test_sem_26_promotions_that_come_by_themselves_obey_limits_as_well() -> None:
    promotion(limits=[{"most": 2, "per": "all"}])
    first = basket()
    assert [used(first, until=AT + HOUR).priced.discount, used(basket()).priced.discount] == [100, 100]
    assert why(used(basket())) == {"tea-time": Why.BUDGET_SPENT}
    coupons_using.release([first.id], actor=ANN, at=AT)
    assert used(basket()).priced.discount == 100


@pytest.mark.django_db
def test_sem_31_limits_survive_merges_and_a_new_start() -> None:
    series(limits=[{"most": 1, "per": "member", "also_by": ["phone"]}])
    ada, other = enrol(("phone", "+49 171 5550199")), enrol(("email", "ada@example.com"))
    one, two, three = issued(3)
    assert used(basket(one.code, member=ada)).priced.discount == 100
    merge(other, ada, organisation=OURS, reason="the same", actor=ANN, at=AT)
    assert why(used(basket(two.code, member=other))) == {"spring": Why.LIMIT_REACHED}
    unmerge(ada, organisation=OURS, reason="not the same", actor=ANN, at=AT)
    assert used(basket(two.code, member=other)).priced.discount == 100
    again = enrol(("phone", "0171 555 0199"), may_share=True)
    assert why(used(basket(three.code, member=again))) == {"spring": Why.LIMIT_REACHED}


@pytest.mark.django_db
def test_sem_32_budgets_in_money_and_count_are_never_overspent_and_cut_or_refused_by_setting() -> None:
    money = {"most": 250, "of": "money", "per": "all", "every": "month"}
    series("cut", limits=[money])
    series("refuse", limits=[{**money, "near_end": "refuse"}])
    cut, refuse = issued(4, "cut"), issued(4, "refuse")
    assert [used(basket(one.code)).priced.discount for one in cut] == [100, 100, 50, 0]
    assert [used(basket(one.code)).priced.discount for one in refuse] == [100, 100, 0, 0]
    assert used(basket(refuse[3].code, amount=500)).priced.discount == 50
    assert used(basket(cut[3].code, at=AT + 31 * DAY)).priced.discount == 100, "a new month"


@pytest.mark.django_db
def test_sem_32_a_freed_budget_can_be_used_again() -> None:
    series(limits=[{"most": 100, "of": "money", "per": "all"}], restored_on_return=True, uses=2)
    (one,) = issued()
    first = basket(one.code)
    used(first)
    assert why(used(basket(one.code))) == {"spring": Why.BUDGET_SPENT}
    coupons_using.cancel([first.id], actor=ANN, at=AT)
    second = basket(one.code)
    assert used(second).priced.discount == 100
    restored = coupons_using.restore([second.id], organisation=OURS, actor=ANN, at=AT)
    assert [each.coupons for each in restored] == [(one.id,)]
    assert coupons_using.restore([second.id], organisation=OURS, actor=ANN, at=AT) == []
    assert used(basket(one.code)).priced.discount == 100
    assert Coupon.objects.get().kept == 1


@pytest.mark.django_db
def test_two_coupons_of_a_series_share_what_is_left_of_its_budget() -> None:
    stacking = {"together": 3}
    series(offer=offer(stacking=stacking), limits=[{"most": 150, "of": "money", "per": "all"}])
    told = used(basket(*(one.code for one in issued(3))))
    assert (told.priced.discount, len(told.priced.applied)) == (150, 2)
    series("few", offer=offer(stacking=stacking), limits=[{"most": 2, "per": "all"}])
    told = used(basket(*(one.code for one in issued(3, "few"))))
    assert (told.priced.discount, len(told.priced.applied)) == (190, 2)


@pytest.mark.django_db
def test_restored_coupons_are_those_whose_series_says_so_and_live_a_little_longer() -> None:
    series("stays")
    series("back", restored_on_return=True, restored_for="7D", life="1D")
    (stays,), (back,) = issued(code="stays"), issued(code="back")
    bought = basket(stays.code, back.code)
    used(bought)
    later = AT + 5 * DAY
    assert coupons_using.restore([bought.id], organisation=OURS, actor=ANN, at=later)[0].coupons == (back.id,)
    assert Coupon.objects.get(id=back.id).expires_at == later + 7 * DAY
    assert why(used(basket(stays.code, back.code, at=later))) == {"stays": Why.USED}


@pytest.mark.django_db
def test_offers_that_share_a_budget_never_take_more_of_it_together() -> None:
    shared = {"most": 130, "of": "money", "per": "all", "shared": "may"}
    promotion("by-itself", limits=[shared], offer=offer(stacking={"priority": 1}))
    series(
        limits=[shared, {**shared, "most": 125}, {"most": 3, "per": "all", "shared": "may"}], restored_on_return=True
    )
    (one,) = issued()
    bought = basket(one.code)
    told = used(bought)
    assert [(each.offered.code, each.discount) for each in told.priced.applied] == [("by-itself", 100), ("spring", 25)]
    (counter,) = Counter.objects.filter(of="money")
    assert (counter.code, counter.used) == ("shared/may", 125)
    (restored,) = coupons_using.restore([bought.id], organisation=OURS, actor=ANN, at=AT)
    counter.refresh_from_db()
    assert (restored.coupons, counter.used) == ((one.id,), 100)


@pytest.mark.django_db
def test_of_two_coupons_of_a_series_one_is_restored_alone() -> None:
    series(offer=offer(stacking={"together": 2}), limits=[{"most": 5, "per": "all"}], restored_on_return=True)
    one, two = issued(2)
    bought = basket(one.code, two.code)
    assert used(bought).priced.discount == 190
    coupons_using.restore([bought.id], organisation=OURS, coupons=[one.id], actor=ANN, at=AT)
    assert (Counter.objects.get().used, Coupon.objects.get(id=two.id).state) == (1, "redeemed")
