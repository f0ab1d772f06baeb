"""What people did after their answer: counted by hand, and not seen where it is not there."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.survey import SurveyFound, survey_of
from regulars.insight.survey.regression import difference, monotone
from regulars.sample.truth import Truth

ASKED = date(2025, 6, 30)
CUT_OFF = date(2025, 9, 28)  # 90 days later


def lines_of(rows: list[tuple[str, date, int]]) -> pa.Table:
    customer, sold_at, amount = zip(*rows, strict=True)
    return pa.table({"customer": customer, "sold_at": sold_at, "amount_minor": amount})


def linked(answers: dict[str, int], rows: list[tuple[str, date, int]], **options: Any) -> SurveyFound:
    table = pa.table(
        {"customer": list(answers), "Answered on": [ASKED] * len(answers), "Overall": list(answers.values())}
    )
    with Engine() as engine:
        return survey_of(table, engine.register("sold", lines_of(rows)), engine, CUT_OFF, scale=(1, 5), **options)


def shop(answers: dict[str, int], back: set[str]) -> list[tuple[str, date, int]]:
    """Everybody bought twice before; `back` once after, ten days later."""
    rows = [(name, ASKED - timedelta(days=ago), 1000) for name in answers for ago in (100, 7)]
    return rows + [(name, ASKED + timedelta(days=10), 500) for name in back]


def test_fives_that_buy_again_six_times_as_often() -> None:
    answers = {f"five{n}": 5 for n in range(60)} | {f"four{n}": 4 for n in range(60)} | {f"one{n}": 1 for n in range(9)}
    back = {f"five{n}" for n in range(54)} | {f"four{n}" for n in range(9)}
    found = linked(answers, shop(answers, back)).behaviour
    assert found is not None
    assert (found.after_days, found.customers, found.top_answer, found.next_answer) == (90, 129, 5, 4)
    curve = {row["answer"]: row for row in found.curve.to_pylist()}
    assert {at: row["rebuy"] for at, row in curve.items()} == pytest.approx({1: 0.0, 4: 0.15, 5: 0.9})
    assert curve[5]["spend_minor"] == pytest.approx(450)
    assert found.rebuy_ratio is not None
    assert found.rebuy_ratio.value == pytest.approx(6.0)
    assert found.rebuy_ratio.low > 2
    assert all(row["p_adjusted"] < 0.01 for row in found.tests.to_pylist())
    gap = {(row["satisfied"], row["bought"]): row["customers"] for row in found.gap.to_pylist()}
    assert gap == {(True, True): 63, (True, False): 57, (False, True): 0, (False, False): 9}


def test_purchases_on_the_day_and_after_the_cut_off_are_not_later_purchases() -> None:
    answers = {f"c{n}": 5 for n in range(40)}
    rows = shop(answers, set())
    rows += [(name, ASKED, 100) for name in answers] + [(name, CUT_OFF + timedelta(days=1), 100) for name in answers]
    found = linked(answers, rows).behaviour
    assert found is not None
    assert found.curve["rebuy"].to_pylist() == [0.0]


@pytest.mark.parametrize(
    ("case", "answers", "options", "code"),
    [
        ("nobody known", {f"x{n}": 5 for n in range(40)}, {}, "too-few-linked"),
        ("few", {"c0": 5, "c1": 4}, {}, "too-few-linked"),
    ],
)
def test_where_nothing_can_be_said(case: str, answers: dict[str, int], options: dict[str, Any], code: str) -> None:
    found = linked(answers, shop({"c0": 5, "c1": 4}, {"c0"}), **options)
    assert found.behaviour is None
    assert found.unsaid["behaviour"] == code


def test_names_are_translated_where_lines_hold_numbers() -> None:
    answers = {f"five{n}": 5 for n in range(40)}
    table = pa.table({"customer": list(answers), "Answered on": [ASKED] * 40, "Overall": [5, 4] * 20})
    rows = [(n + 1, ASKED - timedelta(days=7), 1000) for n in range(40)] + [(1, ASKED + timedelta(days=3), 5)]
    numbered = pa.table(dict(zip(("customer", "sold_at", "amount_minor"), zip(*rows, strict=True), strict=True)))
    with Engine() as engine:
        names = engine.register("names", pa.table({"customer": list(answers), "number": range(1, 41)}))
        found = survey_of(table, engine.register("sold", numbered), engine, CUT_OFF, names=names, scale=(1, 5))
    assert found.linked == 40
    assert found.behaviour is not None
    assert sum(row["visits"] * row["customers"] for row in found.behaviour.curve.to_pylist()) == pytest.approx(1)


def test_what_they_bought_before_is_taken_into_account() -> None:
    random = np.random.default_rng(4)
    before = random.gamma(2.0, 2.0, 400)
    group = (random.random(400) < before / (before + 4)).astype(float)  # who comes often answers five
    came = random.poisson(before).astype(float)
    assert came[group > 0].mean() - came[group == 0].mean() > 1.5
    found, low, high, p_value, _ = difference(group, before[:, None], came, seed=1)
    assert low < 0 < high
    assert abs(found) < 0.6
    assert p_value > 0.05


def test_the_nearest_rising_curve_keeps_the_mean() -> None:
    random = np.random.default_rng(9)
    values, weights = random.random(20), random.random(20) + 0.1
    rising = monotone(values, weights)
    assert (np.diff(rising) >= 0).all()
    assert rising @ weights == pytest.approx(values @ weights)


@pytest.mark.slow
def test_what_was_planted_in_the_sample_chain_is_found(voices: tuple[Path, Truth], tmp_path: Path) -> None:
    folder, truth = voices
    visits = truth.visits.to_pandas()
    paid = np.full(len(visits), 1000)
    sold = pa.table({"customer": visits["customer"], "sold_at": visits["visited_at"], "amount_minor": paid})
    with Engine() as engine:
        lines = engine.register("sold", sold)
        found = survey_of(folder / "survey.csv", lines, engine, truth.last_on, work=tmp_path)
    assert found.importance is not None
    rows = {row["item"]: row for row in found.importance.table.to_pylist()}
    service = rows.pop("Service")
    assert service["derived_low"] > max(row["derived_high"] for row in rows.values())
    # 450 answers cannot tell a weight of .25 (Quality) from one of .20 (Freshness), but from .10 and .05 they can.
    assert rows["Quality"]["derived_low"] > max(rows[name]["derived"] for name in ("Price", "Range"))
    assert found.index is not None
    assert found.index.missing == []
    assert found.behaviour is not None
    curve = {row["answer"]: row for row in found.behaviour.curve.to_pylist()}
    assert curve[5]["rebuy_low"] > curve[3]["rebuy_high"]
    assert curve[5]["rebuy_adjusted_low"] > curve[3]["rebuy_adjusted"]


def test_the_survey_of_a_mobile_operator(shared_data: Path, tmp_path: Path) -> None:
    with Engine() as engine:
        file = shared_data / "mobile_survey" / "mobi.csv"
        factors = {"satisfaction": "CUSA1", "repeat": "CUSL1", "recommend": "CUSL3"}
        found = survey_of(file, None, engine, None, work=tmp_path, factors=factors)
    assert (found.respondents, found.scale, len(found.items)) == (250, (1, 10), 22)
    assert found.overall is not None
    assert found.overall.value == pytest.approx(7.988)
    assert found.overall.high - found.overall.low > 0.2  # 250 answers: small, so intervals matter
    assert found.importance is not None
    assert 0.4 < found.importance.r_squared < 0.7
    assert found.unsaid["behaviour"] == "no-purchases"
