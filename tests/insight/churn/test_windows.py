"""Windows: exact by hand, and nothing that is learned from reaches past the later cut-off."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.insight.churn import windows_of
from regulars.insight.holdout import TooShort
from regulars.insight.settings import WrongSetting


def test_two_years_by_hand() -> None:
    found = windows_of(date(2009, 12, 1), date(2011, 12, 9))
    assert (found.observation_days, found.outcome_days, found.horizon_days) == (91, 91, None)
    assert found.later_on == date(2011, 9, 9)
    assert list(found.training_on) == [date(2010, 9, 10), date(2010, 12, 10), date(2011, 3, 11), date(2011, 6, 10)]


def test_four_months_take_quarters_of_the_history_and_closer_cut_offs() -> None:
    found = windows_of(date(2000, 11, 1), date(2001, 2, 28))  # 120 days
    assert (found.observation_days, found.outcome_days) == (30, 30)
    assert found.later_on == date(2001, 1, 29)
    assert list(found.training_on) == [date(2000, 12, 10), date(2000, 12, 20), date(2000, 12, 30)]


def test_what_is_asked_for_is_kept_to() -> None:
    found = windows_of(
        date(2023, 1, 1), date(2024, 12, 31), observation_days=60, outcome_days=30, step_days=14, horizon_days=21
    )
    assert (found.observation_days, found.outcome_days, found.horizon_days) == (60, 30, 21)
    assert [(b - a).days for a, b in zip(found.training_on[:-1], found.training_on[1:], strict=True)] == [14] * 3


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(TooShort, match="112"):
        windows_of(date(2024, 1, 1), date(2024, 4, 10))
    with pytest.raises(TooShort, match="one to learn from"):
        windows_of(date(2024, 1, 1), date(2024, 6, 30), outcome_days=91)


@pytest.mark.parametrize("wrong", [{"horizon_days": 92}, {"horizon_days": 0}, {"level": 1.0}, {"level": 0.2}])
def test_windows_that_cannot_be_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(WrongSetting):
        windows_of(date(2023, 1, 1), date(2024, 12, 31), **wrong)  # type: ignore[arg-type]


@given(days=st.integers(112, 4000))
def test_no_outcome_learned_from_reaches_past_the_later_cut_off(days: int) -> None:
    first = date(2015, 1, 1)
    found = windows_of(first, first + timedelta(days=days - 1))
    outcome = timedelta(days=found.outcome_days)
    assert found.later_on + outcome == found.cut_off
    assert list(found.training_on) == sorted(set(found.training_on))
    assert found.training_on[-1] + outcome <= found.later_on
    assert found.training_on[0] - timedelta(days=found.observation_days) >= first
