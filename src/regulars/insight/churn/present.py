"""Scores of every customer at the present cut-off, some hundred thousand at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
from scipy.optimize import brentq

from regulars.history.engine import Engine
from regulars.insight.churn.found import Scoring, Shift
from regulars.insight.churn.known import Known
from regulars.insight.churn.outcomes import features_only
from regulars.insight.churn.reasons import TOP, points, reasons
from regulars.insight.frames import as_array
from regulars.insight.scoring.model import ScoreModel, chance
from regulars.insight.scoring.moves import Floats
from regulars.insight.threads import two_at_once

CHUNK: Final = 131_072
SCORES: Final = "churn_scores"
_FARTHEST: Final = 20.0  # log-odds


def shifted(model: ScoreModel, learned_rate: float, log_odds: Floats, later_rate: float) -> tuple[ScoreModel, Shift]:
    """The model moved so that its mean probability on the latest known outcomes is their rate.

    Only the base moves: order, and what each column adds, stay. A rate of 0 or 1 moves nothing.
    """
    foretold = float(chance(log_odds).mean()) if len(log_odds) else later_rate
    if not 0 < later_rate < 1 or not len(log_odds):
        return model, Shift(learned_rate, foretold, later_rate, 0.0)

    def over(moved: float) -> float:
        return float(chance(log_odds + moved).mean()) - later_rate

    moved = float(brentq(over, -_FARTHEST, _FARTHEST))
    return replace(model, base=model.base + moved), Shift(learned_rate, foretold, later_rate, moved)


def chunks(engine: Engine, table: str) -> Iterator[pa.Table]:
    """A kept table in parts of CHUNK rows."""
    reader: Any = engine.connection.sql(f"SELECT * FROM {table}")
    assert reader is not None
    for batch in reader.to_arrow_reader(CHUNK):
        yield pa.Table.from_batches([batch])


def score_all(engine: Engine, features: str, known: Known, runs: Sequence[tuple[str, Scoring]]) -> int:
    """Keeps SCORES: customer, and per run `<name>_probability`, `<name>_reason_1` …, `<name>_points` (as
    `reasons.points`, by the themes of the model); of those who count now.

    `features` names a kept table of `features_of`. Returns how many were scored.
    """
    whole = pa.concat_tables(two_at_once(lambda part: _scored(known, part, runs), chunks(engine, features)))
    engine.connection.register("churn_scored", whole)
    engine.connection.execute(f"CREATE OR REPLACE TABLE {SCORES} AS SELECT * FROM churn_scored")
    engine.connection.unregister("churn_scored")
    return len(whole)


def _scored(known: Known, part: pa.Table, runs: Sequence[tuple[str, Scoring]]) -> pa.Table:
    whole = known.added(part)
    counted = whole.filter(pa.array(known.counts(whole)))
    columns: dict[str, Any] = {"customer": counted["customer"], "usual_gap_days": counted["usual_gap_days"]}
    for name, run in runs:
        scored = run.model.score(features_only(counted))
        columns[f"{name}_probability"] = as_array(scored.probability.astype(np.float32))
        for place, codes in enumerate(reasons(scored, counted, TOP), 1):
            columns[f"{name}_reason_{place}"] = codes
        columns[f"{name}_points"] = points(scored)
    return pa.table(columns)
