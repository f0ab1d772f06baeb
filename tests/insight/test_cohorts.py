"""Cohorts against pandas; second purchases against a hand count and a simulation with known truth."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regulars.history.engine import Engine
from regulars.insight.cohorts import cohorts
from regulars.insight.findings import Cohorts
from regulars.insight.lines import WrongColumns

START = date(2024, 1, 10)


def found_in(visits: list[tuple[int, int]], cut_off: date, receipts: list[int] | None = None) -> Cohorts:
    """Visits as (customer, days after START); each brings 100."""
    columns = {
        "customer": pa.array([f"c{customer}" for customer, _ in visits], pa.string()),
        "day": pa.array([START + timedelta(days=day) for _, day in visits], pa.date32()),
        "spend_minor": pa.array([100] * len(visits), pa.int64()),
    }
    if receipts is not None:
        columns["receipts"] = pa.array(receipts, pa.int64())
    with Engine() as engine:
        return cohorts(engine.register("days", pa.table(columns)), cut_off=cut_off, engine=engine)


@settings(deadline=None, max_examples=12)
@given(
    st.sets(st.tuples(st.integers(0, 12), st.integers(0, 330)), min_size=1, max_size=80),
    st.integers(100, 340),
)
def test_triangles_agree_with_pandas(visits: set[tuple[int, int]], last: int) -> None:
    cut_off = START + timedelta(days=last)
    found = found_in(sorted(visits), cut_off)
    frame = pd.DataFrame(sorted(visits), columns=["customer", "day"])
    frame = frame[frame.day <= last]
    frame["month"] = pd.PeriodIndex([START + timedelta(days=int(day)) for day in frame.day], freq="M")
    frame["cohort"] = frame.groupby("customer")["month"].transform("min")
    sizes = frame.groupby("cohort")["customer"].nunique()
    assert {row["cohort"]: row["customers"] for row in found.sizes.to_pylist()} == {
        cohort.start_time.date(): size for cohort, size in sizes.items()
    }
    cells = frame.groupby(["cohort", "month"])["customer"].agg(["nunique", "size"])
    expected = {}
    for cohort in sizes.index:
        for number, month in enumerate(pd.period_range(cohort, pd.Period(cut_off, "M"))):
            if month.end_time.date() <= cut_off:
                came, times = cells.loc[(cohort, month)] if (cohort, month) in cells.index else (0, 0)
                expected[(cohort.start_time.date(), number)] = (came, came / sizes[cohort], times * 100)
    retention, revenue = found.retention.to_pylist(), found.revenue.to_pylist()
    assert {
        (one["cohort"], one["month_number"]): (one["customers"], one["share"], two["spend_minor"])
        for one, two in zip(retention, revenue, strict=True)
    } == expected


def test_second_visits_by_hand() -> None:
    # Ada is back after 10 days, Ben after 40; Cleo has waited 100 days, Dan only 5.
    visits = [(1, 0), (1, 10), (2, 0), (2, 40), (3, 0), (4, 95)]
    found = found_in(visits, START + timedelta(days=100))
    assert found.repeat_rate == pytest.approx(2 / 3)  # Dan had no 90 days yet
    shares = dict(zip(found.days_to_second["days"].to_pylist(), found.days_to_second["share"].to_pylist(), strict=True))
    assert (shares[7], shares[14], shares[42]) == pytest.approx((0, 1 / 3, 2 / 3))
    assert found.median_days_to_second == 40


def test_a_day_of_returns_is_no_visit_but_its_money_counts() -> None:
    found = found_in([(1, 0), (1, 5)], date(2024, 1, 31), receipts=[1, 0])
    assert found.median_days_to_second is None
    assert found.retention.to_pylist()[0]["customers"] == 1
    assert found.revenue.to_pylist()[0]["spend_minor"] == 200


def test_first_months_may_hold_old_customers() -> None:
    visits = [(n, 30 * n) for n in range(14)]
    sizes = found_in(visits, START + timedelta(days=400)).sizes.to_pylist()
    assert [row["may_be_old"] for row in sizes][:4] == [True] * 4
    assert not any(row["may_be_old"] for row in sizes[4:])
    assert [row["complete"] for row in sizes][-2:] == [True, False]
    assert found_in([(1, 0)], date(2024, 1, 30)).sizes.to_pylist()[0]["complete"] is False
    assert found_in([(1, 0)], date(2024, 1, 30)).retention.num_rows == 0


def test_kaplan_meier_is_not_misled_by_newcomers() -> None:
    rng = np.random.default_rng(3)
    first = rng.integers(0, 360, 4_000)
    wait = 1 + rng.exponential(60, 4_000).astype(int)
    visits = [(n, int(day)) for n, day in enumerate(first)]
    visits += [(n, int(day + gap)) for n, (day, gap) in enumerate(zip(first, wait, strict=True)) if day + gap <= 360]
    found = found_in(visits, START + timedelta(days=360))
    assert found.median_days_to_second == pytest.approx(60 * np.log(2) + 1, abs=3)
    assert found.repeat_rate == pytest.approx(1 - np.exp(-90 / 60), abs=0.03)


def test_lines_will_do_and_nothing_is_well_too() -> None:
    lines = pa.table({"customer": ["a", "a"], "sold_at": [START, START + timedelta(days=3)], "amount_minor": [1, 2]})
    with Engine() as engine:
        found = cohorts(engine.register("lines", lines), cut_off=date(2024, 2, 29), engine=engine)
        none = cohorts(engine.register("lines", lines.slice(0, 0)), cut_off=START, engine=engine)
    assert [row["spend_minor"] for row in found.revenue.to_pylist()] == [3, 0]
    assert found.median_days_to_second == 3
    assert (none.sizes.num_rows, none.repeat_rate, none.days_to_second.num_rows) == (0, 0.0, 0)


def test_says_which_column_is_missing() -> None:
    with Engine() as engine:
        days = engine.register("days", pa.table({"customer": ["a"], "day": [START]}))
        with pytest.raises(WrongColumns, match="spend_minor"):
            cohorts(days, cut_off=START, engine=engine)
