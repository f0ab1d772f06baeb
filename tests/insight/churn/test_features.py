"""Features as of a cut-off: by hand, and blind to everything after it."""

from datetime import date
from typing import Any

import pyarrow as pa
import pytest
from tests.insight.churn.given import CUT_OFF, given_shop, line, lines_of, tables

from regulars.history.engine import Engine
from regulars.insight.churn import features_at, features_of, windows_of
from regulars.insight.churn.outcomes import outcomes, seen_at

T = date(2024, 6, 30)


def _rows(engine: Engine, table: Any) -> dict[str, dict[str, Any]]:
    return {row["customer"]: row for row in engine.rows(table)}


def _at(lines: pa.Table, **more: Any) -> dict[str, dict[str, Any]]:
    with Engine() as engine:
        return _rows(engine, features_at(engine.register("lines", lines), cut_off=T, **more))


def test_by_hand() -> None:
    lines = lines_of(
        line("a", date(2023, 6, 1), 1000, product="tea", category="drinks"),
        line("a", date(2024, 2, 1), 3000, product="tea", category="drinks"),
        line("a", date(2024, 4, 1), 500, product="jam", category="food"),
        line("a", date(2024, 6, 1), 700, product="tea", category="drinks"),
        line("b", date(2024, 6, 30), 900, product="jam", category="food"),
    )
    found = _at(lines, observation_days=91)
    a = found["a"]
    assert (a["visits"], a["recency_days"], a["tenure_days"]) == (4, 29, 395)
    assert (a["visits_window"], a["visits_before"], a["visits_365"]) == (2, 1, 3)  # from 1 April, from 1 January
    assert (a["spend_window"], a["spend_before"], a["spend_365"]) == (1200, 3000, 4200)
    assert (a["products"], a["categories"], a["top_category"]) == (2, 2, "drinks")
    assert found["b"]["recency_days"] == 0


def test_what_comes_after_the_cut_off_is_ignored() -> None:
    known = given_shop(60, seed=2).lines
    early = known.filter(pa.compute.less_equal(known["sold_at"], pa.scalar(T)))
    planted = lines_of(
        *(line(f"C{n:05d}", date(2024, 7, 1 + n % 20), 9_999_999, discount_minor=1) for n in range(60)),
        line("new", date(2024, 8, 1), 100, discount_minor=0),
    )
    both = pa.concat_tables([early, planted.cast(early.schema)])
    assert _at(both) == _at(early)
    assert "new" not in _at(both)


def test_what_came_back_later_had_not_come_back_yet() -> None:
    sold = line("a", date(2024, 6, 1), 1000, kind="sale", returned=True, returned_on=date(2024, 7, 5))
    other = line("a", date(2024, 5, 1), 1000, kind="sale", returned=False, returned_on=None)
    back = line("a", date(2024, 7, 5), -1000, kind="return", returned=False, returned_on=None)
    row = _at(lines_of(sold, other, back))["a"]
    assert (row["visits"], row["recency_days"], row["spend_365"]) == (2, 29, 2000)


def test_members_are_as_of_the_cut_off() -> None:
    lines = lines_of(line("a", date(2024, 6, 1), 1000), line("b", date(2024, 6, 1), 1000))
    members = pa.table({"customer": ["a"], "town": ["Ulm"], "sex": ["f"], "birth_year": [1980]})
    with Engine() as engine:
        given = engine.register("members", members)
        found = _rows(engine, features_at(engine.register("lines", lines), cut_off=T, members=given))
    assert (found["a"]["town"], found["a"]["sex"], found["a"]["age"]) == ("Ulm", "f", 44)
    assert found["b"]["town"] is None


def test_kept_tables_give_the_same_as_lines() -> None:
    with Engine() as engine:
        lines, known, kept_days = tables(engine, given_shop(40, seed=3).lines)
        one = _rows(engine, features_of(known, kept_days, cut_off=CUT_OFF))
        two = _rows(engine, features_at(lines, cut_off=CUT_OFF))
    assert one == two


def test_outcomes_by_hand() -> None:
    lines = lines_of(
        line("soon", date(2024, 6, 1), 100),
        line("soon", date(2024, 7, 10), 200),
        line("late", date(2023, 6, 1), 400),
        line("late", date(2024, 9, 29), 800),
        line("late", date(2024, 9, 30), 1600),
        line("never", date(2024, 6, 1), 3200),
    )
    with Engine() as engine:
        found = _rows(engine, outcomes(engine.register("lines", lines), cut_off=T, outcome_days=91))
    assert {name: row["waited_days"] for name, row in found.items()} == {"soon": 10, "late": 91, "never": None}
    assert {name: row["spend_then_minor"] for name, row in found.items()} == {"soon": 300, "late": 800, "never": 3200}


def test_who_leaves_is_judged_by_their_own_horizon() -> None:
    lines = given_shop(300, seed=4).lines
    asked = windows_of(date(2023, 1, 1), CUT_OFF)
    with Engine() as engine:
        kept = engine.register("lines", lines)
        own = seen_at(kept, engine=engine, cut_off=T, windows=asked)
        fixed = windows_of(date(2023, 1, 1), CUT_OFF, horizon_days=91, everybody=True)
        all_of_them = seen_at(kept, engine=engine, cut_off=T, windows=fixed)
        waited = _rows(engine, outcomes(kept, cut_off=T, outcome_days=91))
    rows = own.table.to_pylist()
    for row, left in zip(rows, own.left, strict=True):
        days = waited[row["customer"]]["waited_days"]
        assert left == (days is None or days > row["horizon_days"])
    assert {7 <= row["horizon_days"] <= 91 for row in rows} == {True}
    assert len({row["horizon_days"] for row in rows}) > 10
    assert min(row["silence_chance"] for row in rows) >= 0.005
    assert len(all_of_them.table) > len(rows)
    assert set(all_of_them.table["horizon_days"].to_pylist()) == {91.0}


@pytest.mark.parametrize("name", ["days-since-last", "own-rhythm", "repeat-buying"])
def test_rivals_are_chances(name: str) -> None:
    with Engine() as engine:
        kept = engine.register("lines", given_shop(200, seed=5).lines)
        asked = windows_of(date(2023, 1, 1), CUT_OFF)
        rival = seen_at(kept, engine=engine, cut_off=T, windows=asked).rivals[name]
    assert ((rival >= 0) & (rival <= 1)).all()
    assert rival.std() > 0
