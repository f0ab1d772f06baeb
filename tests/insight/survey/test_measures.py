"""Figures of a survey counted by hand, and against a planted truth."""

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.survey import SurveyFound, WrongSurvey, survey_of
from regulars.insight.survey.importance import relative_weights
from regulars.insight.survey.intervals import share_of, welch
from regulars.insight.survey.reliability import alphas, loadings, omegas, reliability
from regulars.insight.survey.scores import nps_of


def said(columns: dict[str, Any], **options: Any) -> SurveyFound:
    with Engine() as engine:
        return survey_of(pa.table(columns), None, engine, None, **options)


# Attributes of a questionnaire on a five-step scale: quality, function, price, service, packaging, taste.
SIX = {
    "quality": [5, 4, 3, 5],
    "function": [4, 4, 2, 5],
    "price": [2, 3, 1, 4],
    "service": [5, 5, 4, 3],
    "packaging": [3, 3, 3, 1],
    "taste": [4, 5, 5, 5],
}
WEIGHTS = {"quality": 0.3, "function": 0.2, "price": 0.2, "service": 0.1, "packaging": 0.05, "taste": 0.15}


def test_simple_beside_weighted_by_hand() -> None:
    found = said(SIX, weights=WEIGHTS)
    assert found.simple is not None
    assert found.weighted is not None
    assert found.simple.value == pytest.approx((23 + 24 + 18 + 23) / 6 / 4)
    assert found.weighted.value == pytest.approx((3.95 + 4.0 + 2.8 + 4.4) / 4)
    assert (found.weights_basis, found.scale) == ("stated", (1, 5))


def test_importance_that_respondents_state_weighs_too() -> None:
    asked = {
        "quality": [5, 1, 3],
        "price": [1, 5, 3],
        "Importance of quality": [5, 5, 5],
        "Importance of price": [1] * 3,
    }
    found = said(asked, scale=(1, 5))
    assert found.weights_basis == "asked"
    assert found.weights == pytest.approx({"quality": 5 / 6, "price": 1 / 6})
    assert found.weighted is not None
    assert found.weighted.value == pytest.approx((26 / 6 + 10 / 6 + 3) / 3)


def test_top_boxes_by_hand() -> None:
    found = said({"Overall": [5, 5, 4, 3, 2, 1, 5, 4, 4, 5], "price": [1, 2, 3, 4, 5, 1, 2, 3, 4, 5]})
    first = found.items.to_pylist()[0]
    assert first["item"] == "Overall"
    assert (first["top_box"], first["top_two"], first["answers"]) == (0.4, 0.7, 10)
    assert (first["top_box_low"], first["top_box_high"]) == pytest.approx((0.1682, 0.6873), abs=1e-4)  # Wilson's


@pytest.mark.parametrize(
    ("case", "answers", "scale", "score", "standard"),
    [
        ("to ten", [10, 9, 9, 8, 7, 6, 0], (0, 10), 1 / 7, True),
        ("to five", [5, 5, 4, 3], (1, 5), 0.25, False),
        ("to seven", [7, 6, 5, 1], (1, 7), -0.25, False),
    ],
)
def test_promoters_less_detractors(
    case: str, answers: list[int], scale: tuple[int, int], score: float, standard: bool
) -> None:
    found = nps_of(np.array(answers, dtype=float), scale)
    assert found is not None
    assert found.score.value == pytest.approx(score)
    assert found.standard is standard
    assert -1 <= found.score.low < found.score.high <= 1


def test_an_interval_of_promoters_is_none_of_width_nought() -> None:
    found = nps_of(np.full(20, 10.0), (0, 10))
    assert found is not None
    assert found.score.low < 0.95
    assert found.score.high == 1.0


def test_alpha_against_a_known_value() -> None:
    # Variances of the three questions 5/3, 11/12 and 11/12, of their sum 25/3: 3/2 (1 − 3.5 / (25/3)).
    answers = np.array([[1, 2, 3], [2, 2, 2], [3, 4, 4], [4, 3, 4]], dtype=float)
    assert alphas(np.cov(answers, rowvar=False)[None])[0] == pytest.approx(0.87)


@pytest.mark.parametrize("shared", [(0.8, 0.8, 0.8, 0.8), (0.9, 0.7, 0.5, 0.4, 0.6)])
def test_omega_of_an_exact_factor_is_exact(shared: tuple[float, ...]) -> None:
    loaded = np.array(shared)
    correlations = np.outer(loaded, loaded) + np.diag(1 - loaded**2)
    assert loadings(correlations[None])[0] == pytest.approx(loaded, abs=1e-5)
    assert omegas(correlations[None])[0] == pytest.approx(
        loaded.sum() ** 2 / (loaded.sum() ** 2 + (1 - loaded**2).sum()), abs=1e-5
    )


def test_reliability_of_drawn_answers_is_found_again() -> None:
    random = np.random.default_rng(3)
    loaded = np.array([0.9, 0.7, 0.6, 0.5])
    answers = random.standard_normal((2_000, 1)) * loaded + random.standard_normal((2_000, 4)) * np.sqrt(1 - loaded**2)
    alpha, omega = reliability(answers, seed=1, times=300)
    truth = loaded.sum() ** 2 / (loaded.sum() ** 2 + (1 - loaded**2).sum())
    assert alpha is not None
    assert omega is not None
    assert omega.low < truth < omega.high
    assert omega.value == pytest.approx(truth, abs=0.02)
    assert alpha.value < omega.value  # loadings differ: alpha is too low


def test_relative_weights_share_what_two_like_questions_explain() -> None:
    r = np.array([[[1.0, 0.9, 0.6], [0.9, 1.0, 0.6], [0.6, 0.6, 1.0]]])
    shares, explained = relative_weights(r)
    assert shares[0] == pytest.approx([0.5, 0.5])
    assert explained[0] == pytest.approx(2 * 0.36 / 1.9)


def test_stated_and_derived_importance_that_disagree_are_labelled() -> None:
    random = np.random.default_rng(5)
    base = {name: random.integers(1, 6, 400) for name in ("price", "service", "range")}
    overall = np.clip(np.rint(0.1 * base["price"] + 0.8 * base["service"] + 0.1 * base["range"]), 1, 5)
    found = said({**base, "Overall": overall.astype(int)}, weights={"price": 0.8, "service": 0.1, "range": 0.1})
    assert found.importance is not None
    rows = {row["item"]: row for row in found.importance.table.to_pylist()}
    assert rows["price"]["disagreement"] == "says_more"
    assert rows["service"]["disagreement"] == "works_more"
    assert rows["service"]["derived"] > 0.8
    assert sum(row["derived"] for row in rows.values()) == pytest.approx(1)


def test_the_five_factor_index_by_hand() -> None:
    five = {
        "总体满意度": [5, 3, 1],
        "会购买更多产品": [5, 3, 1],
        "会再次购买": [5, 3, 1],
        "更便宜也不换": [5, 3, 3],
        "会推荐给朋友": [10, 5, 0],
    }
    found = said(five)
    assert found.index is not None
    assert list(found.index.factors) == ["satisfaction", "deepen", "repeat", "recommend", "resist"]
    assert found.index.score.value == pytest.approx((100 + 50 + 10) / 3)
    weighed = said(five, index_weights={"resist": 1.0, "recommend": 1.0})
    assert weighed.index is not None
    assert weighed.index.score.value == pytest.approx((100 + 50 + 25) / 3)


def test_a_question_where_high_is_bad_is_turned() -> None:
    found = said({"Overall": [5, 1, 2], "trouble": [1, 5, 4]}, reverse=["trouble"])
    assert [row["mean"] for row in found.items.to_pylist()] == pytest.approx([8 / 3, 8 / 3])


def test_what_is_off_the_scale_is_left_out_and_counted() -> None:
    found = said({"Overall": [5, 4, 99, 3] * 10, "price": [1, 2, 3, 4] * 10}, scale=(1, 5))
    assert found.left_out == {"off-scale": 10}
    assert found.overall is not None
    assert found.overall.answers == 30


@pytest.mark.parametrize(
    ("case", "columns", "options"),
    [
        ("no answers", {"name": ["a", "b"]}, {}),
        ("no such question", SIX, {"weights": {"colour": 1.0}}),
        ("weights of nothing", SIX, {"weights": {"price": 0.0}}),
        ("no such factor", SIX, {"factors": {"joy": "price"}}),
        ("no such column", SIX, {"factors": {"satisfaction": "joy"}}),
        ("no rows", {"price": pa.array([], pa.int64())}, {}),
    ],
)
def test_what_cannot_be_is_refused(case: str, columns: dict[str, Any], options: dict[str, Any]) -> None:
    with pytest.raises(WrongSurvey):
        said(columns, **options)


def test_shares_and_differences_have_known_intervals() -> None:
    assert (share_of(10, 10).low, share_of(10, 10).high) == pytest.approx((0.7225, 1.0), abs=1e-4)
    difference, low, high, p_value = welch(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 3.0]))
    assert [difference, p_value] == pytest.approx([0.0, 1.0])
    assert low == pytest.approx(-high)


def test_waves_and_parts_with_correction() -> None:
    random = np.random.default_rng(2)
    n = 300
    month = np.repeat(["2025-01-15", "2025-02-15", "2025-03-15"], n // 3)
    store = np.tile(["North", "South", "West"], n // 3)
    level = 3.0 + (month == "2025-03-15") * 1.0 + (store == "South") * 0.8
    answers = {q: np.clip(np.rint(level + 0.7 * random.standard_normal(n)), 1, 5).astype(int) for q in ("a b", "c d")}
    found = said({"Answered on": month, "Store": store, **answers})
    assert found.waves is not None
    assert found.segments is not None
    waves = found.waves.to_pylist()
    assert [row["wave"] for row in waves] == ["2025-01", "2025-02", "2025-03"]
    assert waves[0]["change"] is None
    assert waves[1]["p_adjusted"] > 0.05
    assert waves[2]["p_adjusted"] < 0.001
    south = next(row for row in found.segments.to_pylist() if row["level"] == "South")
    assert south["difference"] > 0.4
    assert south["p_adjusted"] < 0.001


def test_a_slip_of_the_pen_makes_no_longer_scale_and_a_code_for_no_answer_no_question_less() -> None:
    steps = [1, 2, 3, 4, 5] * 60
    slipped = said({"Overall": [7, *steps[1:]], "price": steps})
    assert (slipped.scale, dict(slipped.left_out)) == ((1, 5), {"off-scale": 1})
    coded = said({"Overall": steps, "price": [99 if n % 5 == 0 else step for n, step in enumerate(steps)]})
    assert coded.items.column("item").to_pylist() == ["Overall", "price"]
    assert dict(coded.left_out) == {"off-scale": 60}
    assert said({"Overall": [1, 6, 7, 4] * 60, "price": [7, 2, 3, 4] * 60}).scale == (1, 7)


def test_a_file_joined_twice_counts_once_but_the_nameless_may_say_the_same() -> None:
    columns: dict[str, Any] = {"Card no": ["a", "b", "a", None], "Overall": [4, 5, 4, 4], "price": [3, 1, 3, 3]}
    found = said(columns)
    assert (found.respondents, dict(found.left_out)) == (3, {"repeated": 1})
    nameless = {name: values for name, values in columns.items() if name != "Card no"}
    assert said(nameless).respondents == 4
    with pytest.raises(WrongSurvey, match="No column holds answers"):
        said({"Overall": ["fine", "good"], "price": ["high", "low"]})
