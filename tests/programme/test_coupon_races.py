"""64 tills at one coupon and at the last of a series: never overspent, each told clearly; without locks it would be."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, connection
from tests.ledger.test_races import at_once
from tests.members.shop import ANN, AT, OURS
from tests.programme.promotions_made import basket, issued, promotion, series, used, why

from regulars.programme import locks
from regulars.programme.coupons.moves import Told
from regulars.programme.models import Counter, Coupon, CouponUse
from regulars.programme.services import coupons_using
from regulars.rules.reasons import Why

TILLS = 64
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def tills(codes: list[str | None]) -> list[Callable[[], object]]:
    return [lambda code=code: used(basket(code)) for code in codes]  # type: ignore[misc]


def told(answers: list[Any], reason: Why) -> tuple[int, int]:
    """How many took something off, and how many were told why not."""
    assert all(isinstance(one, Told) for one in answers), [one for one in answers if not isinstance(one, Told)]
    done = [one for one in answers if one.priced.discount]
    assert {why(one)["spring"] for one in answers if not one.priced.discount} <= {reason}
    return len(done), len(answers) - len(done)


def test_sem_26_one_coupon_and_64_tills() -> None:
    series()
    (one,) = issued()
    assert told(at_once(tills([one.code] * TILLS)), Why.USED) == (1, TILLS - 1)
    assert (Coupon.objects.get().taken, CouponUse.objects.count()) == (1, 1)


def test_sem_32_the_last_of_a_series_and_64_tills() -> None:
    series(limits=[{"most": 10, "per": "all"}])
    made = issued(TILLS)
    assert told(at_once(tills([one.code for one in made])), Why.BUDGET_SPENT) == (10, TILLS - 10)
    assert (Counter.objects.get().used, CouponUse.objects.count()) == (10, 10)


def test_sem_32_a_budget_in_money_is_cut_to_what_is_left() -> None:
    series(limits=[{"most": 950, "of": "money", "per": "all"}])
    promotion("spring-too", limits=[{"most": 5, "per": "all"}], offer={"benefit": {"type": "gift", "item": "mug"},
              "conditions": {"who": {"anyone": True}}})  # fmt: skip
    answers: list[Any] = at_once(tills([one.code for one in issued(20)]))
    assert sorted(one.priced.discount for one in answers) == [0] * 10 + [50] + [100] * 9
    assert sorted(Counter.objects.values_list("used", flat=True)) == [5, 950]


def test_a_reservation_is_kept_released_or_lapsed_once() -> None:
    series(limits=[{"most": 1, "per": "all"}])
    (one,) = issued()
    held = basket(one.code)
    used(held, until=AT + timedelta(hours=1))
    late = AT + timedelta(hours=2)
    deeds: list[Callable[[], object]] = [
        *[lambda: coupons_using.keep([held.id], actor=ANN, at=AT)] * 8,
        *[lambda: coupons_using.release([held.id], actor=ANN, at=AT)] * 8,
        *[lambda: coupons_using.lapse_due(actor=ANN, at=late)] * 8,
    ]
    answers = at_once_all(deeds)
    assert not [one for one in answers if isinstance(one, Error)]
    row = Coupon.objects.get()
    assert (row.taken, row.kept) in ((1, 1), (0, 0))
    assert Counter.objects.get().used == row.taken
    assert CouponUse.objects.exclude(state="reserved").count() == 1


def test_what_is_restored_by_many_at_once_is_restored_once() -> None:
    series(limits=[{"most": 1, "per": "all"}], restored_on_return=True)
    (one,) = issued()
    bought = basket(one.code)
    used(bought)
    back: list[Callable[[], object]] = [
        *[lambda: coupons_using.restore([bought.id], organisation=OURS, actor=ANN, at=AT)] * 8,
        *[lambda: coupons_using.cancel([bought.id], actor=ANN, at=AT)] * 8,
    ]
    answers = at_once(back)
    assert sum(bool(one) for one in answers) == 1, answers
    assert (Coupon.objects.get().taken, Counter.objects.get().used) == (0, 0)


def at_once_all(deeds: list[Callable[[], object]]) -> list[object]:
    """As `at_once`; a refusal is an answer too."""
    from regulars.programme.errors import ProgrammeError

    def caught(deed: Callable[[], object]) -> Callable[[], object]:
        def one() -> object:
            try:
                return deed()
            except ProgrammeError as refusal:
                return refusal

        return one

    return at_once([caught(deed) for deed in deeds])


def test_without_locks_and_guards_the_same_coupon_is_used_many_times(monkeypatch: pytest.MonkeyPatch) -> None:
    """So the tests above do find a race."""
    monkeypatch.setattr(locks, "LOCK", "")
    series()
    (one,) = issued()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE programme_coupon DROP CONSTRAINT programme_coupon_never_overspent")
    answers = at_once(tills([one.code] * TILLS))
    done = [each for each in answers if isinstance(each, Told) and each.priced.discount]
    overspent = Coupon.objects.get().taken
    Coupon.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE programme_coupon ADD CONSTRAINT programme_coupon_never_overspent"
            " CHECK (taken >= kept AND kept >= 0 AND (uses IS NULL OR taken <= uses))"
        )
    assert len(done) == overspent > 1


def test_without_locks_the_database_still_refuses_though_not_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(locks, "LOCK", "")
    series()
    (one,) = issued()
    answers = at_once(tills([one.code] * TILLS))
    assert [one for one in answers if isinstance(one, Error)]
    assert Coupon.objects.get().taken == 1


def test_many_series_at_many_tills_in_any_order_do_not_wait_for_each_other_for_ever() -> None:
    for code in ("spring", "summer", "autumn"):
        series(code, limits=[{"most": 12, "per": "all"}], offer={"benefit": {"type": "percent", "permille": 100},
               "conditions": {"who": {"anyone": True}}})  # fmt: skip
    made = {code: issued(16, code) for code in ("spring", "summer", "autumn")}
    orders = (("spring", "summer", "autumn"), ("autumn", "spring", "summer"), ("summer", "autumn", "spring"))
    baskets = [basket(*(made[code][n].code for code in orders[n % 3])) for n in range(16)]
    answers = at_once([lambda one=one: used(one) for one in baskets])  # type: ignore[misc]
    assert all(isinstance(one, Told) for one in answers), answers
    assert sorted(Counter.objects.values_list("used", flat=True)) == [12, 12, 12]
    assert CouponUse.objects.filter(organisation=OURS).count() == 36
