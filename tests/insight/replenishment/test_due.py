"""Dates of the next purchase: planted cycles are found, and nothing is where nothing was planted."""

from dataclasses import replace
from datetime import date, timedelta
from types import SimpleNamespace
from typing import cast

import numpy as np
import pyarrow as pa
import pytest
from tests.insight.replenishment.simulated import CUT_OFF, Used, memoryless, used_up

from regulars.history.engine import Engine
from regulars.insight.findings import Findings
from regulars.insight.replenishment.check import RULES, checked, later_period
from regulars.insight.replenishment.due import DueDates, NothingAgain, due_dates
from regulars.insight.replenishment.purchases import coded
from regulars.insight.replenishment.rhythm import complete_gaps, learn
from regulars.insight.replenishment.seasons import plain, seasonal
from regulars.insight.report.numbers import Numbers
from regulars.insight.report.sentences.due import chapter
from regulars.insight.report.words import Words


def found(used: Used, cut_off: date = CUT_OFF, lines: pa.Table | None = None) -> DueDates:
    with Engine(threads=1) as engine:
        return due_dates(
            engine.register("used", used.lines if lines is None else lines), engine=engine, cut_off=cut_off
        )


@pytest.fixture(scope="module")
def regular() -> DueDates:
    return found(used_up())


def test_planted_cycles_come_out(regular: DueDates) -> None:
    truth = used_up().cycle
    ratio = [
        row["typical_days"] / truth[row["customer"], row["item"]]
        for row in regular.table.to_pylist()
        if row["purchases"] >= 6
    ]
    assert len(ratio) > 500
    assert np.mean(np.abs(np.array(ratio) - 1) < 0.15) > 0.9


def test_where_gaps_vary_dates_beat_every_plain_rule_and_windows_hold() -> None:
    answer = found(used_up(noise=0.5)).found
    assert answer.usable
    assert all(low > 0 for _, low, _ in answer.checked.gain.values())
    assert 0.85 <= answer.checked.coverage_90 <= 0.95


def test_clockwork_is_foretold_as_well_by_a_mean_and_then_no_more_is_claimed(regular: DueDates) -> None:
    check = regular.found.checked
    assert check.pinball["own_rhythm"] == pytest.approx(check.pinball["mean_gap"], rel=0.1)
    assert regular.found.usable == all(low > 0 for _, low, _ in check.gain.values())
    assert check.due_right > 0.8


def test_what_is_due_is_bought_and_the_chances_are_what_they_say(regular: DueDates) -> None:
    used = used_up()
    early = CUT_OFF - timedelta(days=60)
    rows = found(used, early).table.to_pylist()
    bought = {
        (row["customer"], row["product"])
        for row in used.lines.to_pylist()
        if early < row["sold_at"] <= early + timedelta(days=14)
    }
    came = np.array([(row["customer"], row["item"]) in bought for row in rows])
    chance = np.array([row["chance"] for row in rows])
    for low, high in ((0.0, 0.2), (0.2, 0.6), (0.6, 0.9), (0.9, 1.0)):
        some = (chance >= low) & (chance <= high)
        assert some.sum() < 20 or abs(came[some].mean() - chance[some].mean()) < 0.12, (low, high)


def test_purchases_after_the_cut_off_change_nothing() -> None:
    used, early = used_up(200), date(2025, 3, 31)
    known = used.lines.filter(pa.array([day is not None and day <= early for day in used.lines["sold_at"].to_pylist()]))
    assert found(used, early).table.equals(found(used, early, known).table)


def test_customers_a_share_at_a_time_are_the_same_customers(regular: DueDates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.insight.replenishment.purchases.LINES_AT_ONCE", 1_500)
    assert found(used_up()).table.equals(regular.table)


def test_two_packs_last_twice_as_long() -> None:
    bought = coded(_days(used_up(two_packs=0.4, noise=0.1)))
    gaps = complete_gaps(bought, plain(int(bought.day.min()), int(bought.day.max())))
    assert learn(gaps, len(bought.items), len(bought.starts)).gamma == pytest.approx(1.0, abs=0.1)


def test_with_one_size_nothing_is_said_of_sizes() -> None:
    bought = coded(_days(used_up(100)))
    gaps = complete_gaps(bought, plain(int(bought.day.min()), int(bought.day.max())))
    assert learn(gaps, len(bought.items), len(bought.starts)).gamma == 0


def test_who_gave_it_up_is_not_told_to_be_due() -> None:
    used = used_up(600, give_up=0.08)
    named = {(row["customer"], row["item"]) for row in found(used).table.to_pylist() if row["status"] != "later"}
    last = {(row["customer"], row["product"]): row["sold_at"] for row in used.lines.to_pylist()}
    long_ago = {pair for pair in used.gave_up if (CUT_OFF - last[pair]).days > 3 * used.cycle[pair]}
    assert len(long_ago) > 100
    assert len(named & long_ago) < 0.05 * len(long_ago)


def test_without_a_rhythm_hardly_anything_is_called_due() -> None:
    """Memoryless customers all of one pace: an even chance within a fortnight is never reached."""
    answer = found(used_up(400, memoryless=True))
    assert answer.found.due <= 0.02 * answer.table.num_rows


@pytest.mark.slow
def test_without_a_rhythm_no_dates_are_found() -> None:
    """200 shops without memory; each rule beaten with 95 % in at most 18 of them."""
    alarms = 0
    for seed in range(200):
        bought, cut = memoryless(seed), 199
        until = later_period(bought, cut)
        assert until is not None
        check = checked(bought, plain(0, cut), cut, until, seed=seed)
        assert check is not None
        alarms += all(check.gain[rule][1] > 0 for rule in RULES)
    assert alarms <= 18


def test_where_a_plain_rule_does_as_well_the_page_shows_no_dates(regular: DueDates) -> None:
    words = Words("en", Numbers("en", "USD", 2))
    for usable in (True, False):
        found = replace(regular.found, usable=usable, why_not="" if usable else "not-better-than-baseline")
        page = chapter(cast(Findings, SimpleNamespace(due=found, unsaid={})), words)
        assert page.shown is not None
        assert bool(page.shown["items"]) == bool(page.shown["examples"]) == usable
        assert len(cast("list[object]", page.shown["rules"])) == 5


def test_nobody_buys_again() -> None:
    lines = pa.table({"customer": [f"C{n}" for n in range(300)], "product": ["P"] * 300, "amount_minor": [100] * 300})
    days = pa.array([date(2024, 1, 1) + timedelta(days=n) for n in range(300)])
    with Engine(threads=1) as engine:
        table = engine.register("once", lines.append_column("sold_at", days))
        with pytest.raises(NothingAgain):
            due_dates(table, engine=engine, cut_off=date(2024, 12, 31))


def test_the_clock_runs_faster_in_busy_weeks() -> None:
    first = date(2024, 1, 1)
    days = [first + timedelta(days=n) for n in range(400)]
    lines = [100 * (2 if day.weekday() == 5 else 1) * (3 if day.month == 12 else 1) for day in days]
    cut = (days[-1] - date(1970, 1, 1)).days
    clock = seasonal(pa.table({"day": days, "lines": lines}), cut)
    strength = np.diff(clock.at)
    by_day = dict(zip(days[1:], strength[: len(days) - 1], strict=True))
    assert by_day[date(2024, 12, 11)] > 1.4 * by_day[date(2024, 9, 11)]
    saturday, sunday = strength[len(days) + 4], strength[len(days) + 5]
    assert max(saturday, sunday) > 0
    assert clock.at[len(days) - 1] == pytest.approx(len(days), rel=1e-9)


def test_pinball_by_hand() -> None:
    """Three pairs of one rhythm, all 10 days apart, then bought on time: no rule loses anything."""
    rows = [(f"C{c}", "P", date(2024, 1, 1) + timedelta(days=10 * n), 1.0) for c in range(80) for n in range(30)]
    bought = coded(pa.table(dict(zip(("customer", "item", "day", "size"), zip(*rows, strict=True), strict=True))))
    first, last = int(bought.day.min()), int(bought.day.max())
    check = checked(bought, plain(first, last), last, last - 45, seed=1)
    assert check is not None
    assert check.pinball["any_day"] > 0  # it knows no customer's last purchase
    assert check.pinball["mean_gap"] == check.pinball["last_gap"] == check.pinball["item_median"] == 0
    assert check.bought_again == check.foretold == 80
    assert check.coverage_90 == 1


def _days(used: Used) -> pa.Table:
    table = used.lines
    return pa.table(
        {
            "customer": table["customer"],
            "item": table["product"],
            "day": table["sold_at"],
            "size": table["quantity"].cast(pa.float64()),
        }
    )
