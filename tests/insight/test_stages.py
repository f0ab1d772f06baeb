"""Stages against planted truth, by hand, and their check on a later period."""

import math
from datetime import date, timedelta
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binom

from regulars.history.engine import Engine
from regulars.insight.earlierfacts import earlier_facts
from regulars.insight.evidence import fewer_chance, gone_probability, share_gone, significant, silence_seen
from regulars.insight.facts import facts
from regulars.insight.lifecycle import LifeCycle, life_cycle
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.stages import NEEDED, STAGES, judge
from regulars.insight.visits import days

from .history_given import CUT_OFF, Given, given_history

CALLED = ("decline", "lost")


def lived(given: Given, cut_off: date = CUT_OFF) -> LifeCycle:
    with Engine(threads=1) as engine:
        lines = engine.register("given", given.lines)
        by_day = engine.keep("days", days(lines))
        known = engine.keep("facts", facts(lines, cut_off=cut_off, days=by_day))
        return life_cycle(known, by_day, engine=engine, cut_off=cut_off)


def called(judged: pa.Table) -> set[str]:
    return {row["customer"] for row in judged.to_pylist() if row["stage"] in CALLED}


@pytest.mark.parametrize("shape", [1.0, 3.0])
def test_where_nobody_left_at_most_18_of_200_are_called(shape: float) -> None:
    given = given_history(200, seed=5, shape=shape)
    assert len(called(lived(given).judged) & given.stayed) <= 18


@pytest.mark.slow
@pytest.mark.parametrize("leave_share", [0.03, 0.1, 0.3])
def test_leavers_are_named_and_the_named_have_left(leave_share: float) -> None:
    given = given_history(3000, seed=8, leave_share=leave_share, once_share=0.2)
    named = called(lived(given).judged) & (given.left | given.stayed)
    assert len(named & given.left) >= 0.8 * len(given.left)
    assert len(named & given.left) >= 0.7 * len(named)
    assert len(named & given.stayed) <= 0.05 * len(given.stayed)


def test_facts_of_an_earlier_day_are_the_fact_table_of_that_day() -> None:
    given, earlier = given_history(300, seed=4, leave_share=0.1, once_share=0.2), CUT_OFF - timedelta(days=200)
    with Engine(threads=1) as engine:
        lines = engine.register("given", given.lines)
        by_day = engine.keep("days", days(lines))
        ours = earlier_facts(by_day, engine=engine, earlier=earlier, cut_off=CUT_OFF).to_pylist()
        table = engine.keep("facts", facts(lines, cut_off=earlier))
        theirs = engine.rows(table.filter(table.visits > 0).order_by("customer"))
        came = by_day.filter(by_day.day > ibis.literal(earlier), by_day.day <= ibis.literal(CUT_OFF))
        next_on = {
            row["customer"]: row["next_on"]
            for row in engine.rows(came.group_by("customer").agg(next_on=came.day.min()))
        }
    assert len(ours) == len(theirs) > 200
    for row, known in zip(ours, theirs, strict=True):
        who, waited = row.pop("customer"), row.pop("waited_days")
        assert who == known["customer"]
        again = next_on.get(who)
        assert waited == ((again - earlier).days if again else None)
        numbers = {name: known[name] for name in row if known[name] is not None}
        assert {name: value for name, value in row.items() if value is not None} == pytest.approx(numbers, rel=1e-12)


def test_the_check_tells_how_the_rule_fared() -> None:
    numbers = lived(given_history(600, seed=3, leave_share=0.1)).stages.checked
    assert numbers["later_days"] == 182
    assert numbers["window_customers"] > 300
    # a tenth of these customers leave on the way, and nobody who left comes within a window
    assert 0.80 <= numbers["window_coverage"] <= 0.93
    assert numbers["came_back_called_share"] <= 0.05
    assert numbers["called_stayed_away_share"] >= 0.7
    assert numbers["called"] + numbers["not_called"] <= 600


def test_windows_cover_nine_of_ten_where_nobody_leaves() -> None:
    numbers = lived(given_history(600, seed=4)).stages.checked
    assert 0.87 <= numbers["window_coverage"] <= 0.93


def test_stage_table_holds_everyone_and_every_stage() -> None:
    given = given_history(200, seed=9, leave_share=0.1)
    life = lived(given)
    assert life.stages.table["stage"].to_pylist() == list(STAGES)
    assert life.stages.table.to_pandas()["customers"].sum() == len(given.left | given.stayed)
    assert life.judged["customer"].null_count == life.judged["stage"].null_count == 0


RHYTHM = OwnRhythm().with_parameters(k=3.0, a=4.0, b=20.0)
REGULAR = {
    "customer": "ada", "first_on": date(2024, 1, 1), "visits": 12, "recency_days": 10, "tenure_days": 230,
    "gaps": 11, "gap_days_sum": 220, "gap_log_sum": 11 * math.log(20), "gap_days_typical": 20.0,
    "trend": 0.0, "trend_recent": 5, "trend_before": 5,
}  # fmt: skip


def stage_of(**other: Any) -> str | None:
    """Ada's stage among regulars who are fine."""
    row = {**REGULAR, **other}
    crowd = [{**REGULAR, "customer": f"c{n}"} for n in range(40)]
    stage: str | None = judge(pa.Table.from_pylist([row, *crowd]), RHYTHM)["stage"].to_pylist()[0]
    return stage


@pytest.mark.parametrize(
    ("case", "given", "stage"),
    [
        ("comes as ever", {}, "stability"),
        ("one own gap late", {"recency_days": 30}, "stability"),
        ("silent for more than three own gaps", {"recency_days": 65, "tenure_days": 285}, "decline"),
        ("silent for ages", {"recency_days": 300, "tenure_days": 520}, "lost"),
        (
            "slow by nature: the same silence means nothing",
            {"recency_days": 65, "gaps": 5, "visits": 6, "gap_days_sum": 300, "gap_days_typical": 60.0},
            "stability",
        ),
        ("four visits", {"visits": 4, "gaps": 3, "gap_days_sum": 60, "tenure_days": 70}, "development"),
        ("two visits", {"visits": 2, "gaps": 1, "gap_days_sum": 20, "tenure_days": 30}, "acquaintance"),
        (
            "one visit just now",
            {"visits": 1, "gaps": 0, "gap_days_sum": 0, "gap_days_typical": None, "tenure_days": 3, "recency_days": 3},
            "acquaintance",
        ),
        ("comes far less often, but did lately", {"trend": -1.8, "trend_recent": 3, "trend_before": 30}, "decline"),
        (
            "came twice and never again: no habit that could decline",
            {"visits": 2, "gaps": 1, "gap_days_sum": 20, "tenure_days": 110, "recency_days": 90},
            "lost",
        ),
        ("a little less often", {"trend": -0.3, "trend_recent": 9, "trend_before": 12}, "stability"),
        ("here today", {"recency_days": 0}, "stability"),
        ("brought everything back", {"visits": 0, "recency_days": None, "tenure_days": None}, None),
    ],
)
def test_stage(case: str, given: dict[str, Any], stage: str | None) -> None:
    assert stage_of(**given) == stage, case


def test_the_needed_columns_are_those_of_the_fact_table() -> None:
    assert set(NEEDED) == set(REGULAR)


def test_a_whole_shop_that_slows_makes_nobody_slowing() -> None:
    crowd = [{**REGULAR, "customer": f"c{n}", "trend": -0.9, "trend_recent": 8, "trend_before": 22} for n in range(50)]
    assert not any(judge(pa.Table.from_pylist(crowd), RHYTHM)["slowing"].to_pylist())


def test_between_whole_numbers_the_chance_of_fewer_is_the_binomial_one() -> None:
    few, many = np.array([0.0, 3.0, 10.0]), np.array([4.0, 9.0, 10.0])
    assert fewer_chance(few, many, 0.4, 2.0) == pytest.approx(binom.cdf(few, few + many, 0.4))


def test_silence_seen_is_the_gaps_own_chance_at_shape_one_and_greater_in_bursts() -> None:
    silence, gaps, total = np.array([5.0, 40.0, 400.0]), np.array([0.0, 3.0, 9.0]), np.array([0.0, 60.0, 180.0])
    for k, compare in ((1.0, np.isclose), (0.6, np.greater), (3.0, np.less)):
        own = {"k": k, "a": 4.0, "b": 60.0}
        seen = silence_seen(silence, gaps, total, own)
        whole = OwnRhythm().with_parameters(**own).silence_probability(silence + 0.5, gaps, total)
        assert np.all(compare(seen, whole)), k


def test_silence_seen_against_a_simulated_day() -> None:
    random = np.random.default_rng(1)
    own = {"k": 0.5, "a": 5.0, "b": 40.0}
    pace = random.gamma(own["a"], 1 / own["b"], size=3000)
    ends = np.cumsum(random.gamma(own["k"], 1 / pace[:, None], size=(3000, 1200)), axis=1)
    day = 600.0
    last = np.where(ends < day, ends, 0).max(axis=1)
    assert ends[:, -1].min() > day
    seen = silence_seen(np.array([40.0]), np.zeros(1), np.zeros(1), own)
    assert float(np.mean(day - last > 40)) == pytest.approx(float(seen[0]), abs=0.025)


def test_the_share_gone_is_found_and_limits_false_names() -> None:
    random = np.random.default_rng(2)
    chance = np.concatenate((random.random(9000), random.random(1000) * 1e-4))
    gone = share_gone(chance)
    assert gone == pytest.approx(0.1, abs=0.01)
    named = gone_probability(chance, gone) >= 0.75
    assert named[9000:].all()
    assert named[:9000].sum() <= 0.27 * named.sum()


def test_significance_stands_among_many() -> None:
    nothing = np.random.default_rng(3).random(20_000)
    assert significant(nothing, level=0.01).sum() <= 2
