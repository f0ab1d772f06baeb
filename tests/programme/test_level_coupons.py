"""Coupons that come with a level: once for each member, level and period (SEMANTICS 23)."""

from datetime import datetime
from typing import Any

import pytest
from tests.programme.climbers import BEGAN, day, flew, ladder, member, night, returned
from tests.programme.conftest import ANN, HOME

from regulars.members.merging import merge
from regulars.programme.models import LevelCoupon
from regulars.programme.services.level_coupons import renew_due
from regulars.programme.services.terms import publish

pytestmark = pytest.mark.django_db


def brings(**more: Any) -> None:
    document = {"ladder": "miles", "levels": {"silver": 1, "gold": 3}, "coupons": "thanks", **more}
    publish("benefit", "thanks", document, organisation=HOME, begins_at=BEGAN, moving_in=True, actor=ANN, at=BEGAN)


def noted() -> list[tuple[str, str, int]]:
    return list(LevelCoupon.objects.order_by("id").values_list("level", "period", "count"))


def renew(at: datetime) -> int:
    return renew_due(actor=ANN, at=at)


def test_sem_23_a_level_brings_them_once_however_often_it_is_crossed() -> None:
    ladder(on_return="take-back")
    brings()
    ada = member()
    for month in (3, 4, 5):
        bought = flew(ada, day(2025, month), 120)
        assert noted() == [("silver", "2025-01-01", 1)]
        returned(bought, day(2025, month, 9))
        night(day(2025, month, 10))
    flew(ada, day(2025, 6), 250)
    assert noted() == [("silver", "2025-01-01", 1), ("gold", "2025-01-01", 3)]


def test_a_level_that_lasts_brings_them_in_each_period_once() -> None:
    ladder()
    brings()
    ada = member()
    flew(ada, day(2025, 3), 250)
    assert [renew(day(2025, 12, 31)), renew(day(2026, 1, 1)), renew(day(2026, 1, 1, 1))] == [0, 1, 0]
    night(day(2027, 1))
    assert noted() == [("gold", "2025-01-01", 3), ("gold", "2026-01-01", 3), ("silver", "2027-01-01", 1)]
    assert renew(day(2027, 1, 2)) == 0


def test_periods_of_ones_own_are_counted_from_joining() -> None:
    ladder(window={"kind": "anniversary"})
    brings()
    ada = member(day(2024, 5, 10))
    flew(ada, day(2025, 3), 120)
    assert [renew(day(2025, month)) for month in (4, 5, 6, 7)] == [0, 0, 1, 0]
    assert noted() == [("silver", "2024-05-10", 1), ("silver", "2025-05-10", 1)]


def test_sem_35_two_who_become_one_are_brought_nothing_twice() -> None:
    ladder()
    brings()
    ada, eda = member(), member()
    for one in (ada, eda):
        flew(one, day(2025, 3), 120)
    merge(ada, eda, organisation=HOME, reason="the same", actor=ANN, at=day(2025, 4))
    flew(ada, day(2025, 5), 10)
    assert renew(day(2025, 6)) == 0
    assert [level for level, _, _ in noted()] == ["silver", "silver", "gold"]  # gold by the miles of both
