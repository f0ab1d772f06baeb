"""A score model: exact reasons, plain JSON, and what it does with tables it did not expect."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from tests.insight.scoring.planted import planted

from regulars.insight.lines import WrongColumns
from regulars.insight.scoring import NotAScoreModel, ScoreModel
from regulars.insight.scoring.families import FAMILIES, fit
from regulars.insight.scoring.resampling import numbered
from regulars.insight.scoring.training import Training

EXAMPLES = planted(1)


@pytest.fixture(scope="module", params=list(FAMILIES))
def model(request: pytest.FixtureRequest) -> ScoreModel:
    training = Training.of(EXAMPLES.features, EXAMPLES.outcome, numbered(EXAMPLES.customers))
    return fit(request.param, training, 7)


def test_contributions_add_up_to_the_log_odds(model: ScoreModel) -> None:
    scored = model.score(EXAMPLES.features)
    log_odds = scored.base + sum(scored.contributions.values())
    assert scored.probability == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-12)
    assert np.log(scored.probability / (1 - scored.probability)) == pytest.approx(log_odds, abs=1e-9)
    assert (scored.probability == model.probability(EXAMPLES.features)).all()
    for values in scored.contributions.values():
        assert values.mean() == pytest.approx(0.0, abs=1e-9)  # against the average customer


def test_json_gives_the_very_same_probabilities(model: ScoreModel) -> None:
    again = ScoreModel.from_plain(json.loads(json.dumps(model.to_plain())))
    assert again.family == model.family
    assert (again.probability(EXAMPLES.features) == model.probability(EXAMPLES.features)).all()


def test_it_uses_what_was_planted_and_not_the_rest(model: ScoreModel) -> None:
    scored = model.score(EXAMPLES.features)
    spread = {name: float(values.std()) for name, values in scored.contributions.items()}
    assert set(spread) == {"pace", "channel"}
    assert spread["pace"] > spread["channel"] > 0.1


def test_missing_columns_and_new_levels_are_unknown_and_other(model: ScoreModel) -> None:
    table = pa.table({"channel": ["web", "never heard of", None]})
    found = model.probability(table)
    assert np.isfinite(found).all()
    assert found[0] >= found[1]  # a tree need not ask about the channel there
    assert model.probability(table.slice(1, 1)) == pytest.approx(found[1:2])


def test_wrong_types_are_refused(model: ScoreModel) -> None:
    with pytest.raises(WrongColumns, match="'pace' is string"):
        model.probability(pa.table({"pace": ["fast"], "channel": ["web"]}))
    with pytest.raises(WrongColumns, match="'channel' is int64"):
        model.probability(pa.table({"pace": [1.0], "channel": [3]}))


def test_reasons_are_the_largest_contributions(model: ScoreModel) -> None:
    reasons = model.reasons(EXAMPLES.features, top=3)
    scored = model.score(EXAMPLES.features)
    names = list(scored.contributions)
    matrix = np.array([scored.contributions[name] for name in names])
    best = np.abs(matrix).argmax(axis=0)
    assert reasons["reason_1"].to_pylist() == [names[place] for place in best]
    assert reasons["contribution_1"].to_numpy() == pytest.approx(matrix[best, np.arange(len(best))], rel=1e-5)
    assert reasons["probability"].to_numpy() == pytest.approx(scored.probability, rel=1e-5)
    assert reasons["reason_3"].null_count == len(EXAMPLES)  # it has two columns only


def test_pandas_and_polars_serve_too(model: ScoreModel) -> None:
    import polars as pl

    wanted = model.probability(EXAMPLES.features)
    assert model.probability(EXAMPLES.features.to_pandas()) == pytest.approx(wanted)
    assert model.probability(pl.from_arrow(EXAMPLES.features)) == pytest.approx(wanted)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        [],
        {"kind": "score-model", "version": 99},
        {"kind": "score-model", "version": 1, "family": "tree", "base": 0.0, "terms": [{"kind": "line"}]},
        {"kind": "score-model", "version": 1, "family": "tree", "base": 0.0, "terms": [{"kind": "magic"}]},
        {"kind": "score-model", "version": 1, "family": "tree", "base": "high", "terms": []},
    ],
)
def test_what_is_no_model_is_refused(broken: Any) -> None:
    with pytest.raises(NotAScoreModel):
        ScoreModel.from_plain(broken)
