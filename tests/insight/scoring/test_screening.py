"""Columns that are let in and columns that are not, each with its reason; and how they are cut."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.insight.scoring.planted import planted

from regulars.insight.lines import WrongColumns
from regulars.insight.scoring.columns import cut, roundest
from regulars.insight.scoring.moves import Screened
from regulars.insight.scoring.screening import Limits, screen

ROWS = 1000


def told(columns: dict[str, object], outcome: object = None, limits: Limits | None = None) -> dict[str, Screened]:
    table = pa.table(columns)
    yes = np.random.default_rng(1).random(table.num_rows) < 0.4 if outcome is None else np.asarray(outcome)
    return {said.column: said for said in screen(table, yes, limits=limits)[0]}


def test_every_reason() -> None:
    chance = np.random.default_rng(2)
    outcome = chance.random(ROWS) < 0.4
    good = outcome + chance.normal(size=ROWS)
    said = told(
        {
            "good": good,
            "good_again": good,
            "half": pa.array(good, mask=chance.random(ROWS) < 0.5),
            "nothing": pa.nulls(ROWS),
            "one": np.full(ROWS, 3),
            "one_text": ["a"] * ROWS,
            "serial": chance.permutation(ROWS) + 500,
            "card": [f"card {number}" for number in range(ROWS)],
            "noise": chance.normal(size=ROWS),
            "group": np.where(outcome, "x", "y"),
            "renamed": np.where(outcome, "1", "2"),
            "yes_no": outcome,
        },
        outcome,
    )
    assert {name: row.reason for name, row in said.items()} == {
        "good": "kept",
        "good_again": "same-as",
        "half": "poorly-filled",
        "nothing": "poorly-filled",
        "one": "constant",
        "one_text": "constant",
        "serial": "one-level-per-row",
        "card": "one-level-per-row",
        "noise": "does-not-separate",
        "group": "kept",
        "renamed": "same-as",
        "yes_no": "same-as",
    }
    assert said["good_again"].detail == "good"
    assert said["half"].filled == pytest.approx(0.5, abs=0.06)
    assert [row.kept for row in said.values()] == [row.reason == "kept" for row in said.values()]


def test_how_well_filled_is_asked_for() -> None:
    outcome = np.arange(ROWS) % 2 == 0
    column = pa.array(np.where(outcome, 1.0, 2.0), mask=np.arange(ROWS) % 10 < 3)
    assert told({"column": column}, outcome)["column"].reason == "poorly-filled"
    assert told({"column": column}, outcome, Limits(filled_least=0.7))["column"].reason == "kept"


def test_rare_levels_are_merged() -> None:
    chance = np.random.default_rng(4)
    town = chance.choice(["north", "south", "hamlet", "farm"], ROWS, p=[0.5, 0.44, 0.04, 0.02])
    outcome = chance.random(ROWS) < np.where(town == "north", 0.6, 0.3)
    said = told({"town": town}, outcome)["town"]
    assert said.kept
    assert said.detail == "merged into other (2): farm, hamlet"
    columns = screen(pa.table({"town": town}), outcome)[1]
    assert columns[0].levels == ("north", "south")
    assert told({"town": town}, outcome, Limits(level_rows_least=10))["town"].detail == ""


def test_of_pure_noise_hardly_anything_passes() -> None:
    """False discovery at 5 %: of 200 tables with ten columns of noise, in at most 18 any is kept."""
    kept = 0
    for seed in range(200):
        chance = np.random.default_rng(seed)
        table = pa.table({f"c{number}": chance.normal(size=300) for number in range(10)})
        kept += any(said.kept for said in screen(table, chance.random(300) < 0.3)[0])
    assert kept <= 18


def test_the_same_customers_over_and_over_prove_nothing() -> None:
    chance = np.random.default_rng(9)
    few, outcome = chance.normal(size=60), chance.random(60) < 0.5
    shown = 0
    for seed in range(40):
        chance = np.random.default_rng(seed)
        few, outcome = chance.normal(size=60), chance.random(60) < 0.5
        table = pa.table({"pace": np.repeat(few, 20)})
        shown += screen(table, np.repeat(outcome, 20), customers=60)[0][0].kept
    assert shown <= 6


def test_a_day_is_refused_with_what_to_do() -> None:
    with pytest.raises(WrongColumns, match=r"'joined' is date32.*Turn a day into a number"):
        told({"joined": pa.array([0, 1], pa.date32())}, [True, False])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=1, max_size=300), st.integers(4, 40))
def test_edges_rise_and_part_the_values(values: list[float], most: int) -> None:
    edges = cut(np.array(values), most)
    assert list(edges) == sorted(set(edges))
    assert len(edges) < most + 1
    codes = np.searchsorted(edges, values, side="left")
    assert min(codes) == 0
    assert max(codes) == len(edges)  # no bin beyond the values
    if len(set(values)) <= 4:
        assert len(set(codes)) == len(set(values))  # each by itself


@settings(max_examples=200, deadline=None)
@given(st.floats(-1e9, 1e9), st.floats(1e-9, 1e9))
def test_the_roundest_is_inside(low: float, width: float) -> None:
    high = low + width
    found = roundest(low, high)
    assert low <= found < high or low == high


def test_edges_of_whole_numbers_are_the_numbers() -> None:
    assert cut(np.repeat([0.0, 1.0, 2.0, 5.0], 30), 64) == (0.0, 1.0, 2.0)


def test_the_examples_of_other_tests_are_screened_as_planted() -> None:
    examples = planted(1)
    kept = [said.column for said in screen(examples.features, examples.outcome)[0] if said.kept]
    assert kept == ["pace", "channel"]
