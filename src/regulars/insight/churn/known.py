"""What the probability models of one cut-off say of each customer: own rhythm and repeat buying.

Both are learned from what was known at that cut-off, of the customers who are drawn for learning; then they speak for
any customer of the same cut-off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa

from regulars.insight.bgnbd import BGNBD
from regulars.insight.churn.windows import Windows
from regulars.insight.frames import as_array
from regulars.insight.holdout import numbers
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.scoring.moves import Flags, Floats
from regulars.insight.stages import silence_chance

HORIZON_LEAST: Final = 7
LOST: Final = 0.005  # a silence rarer than this among one's own gaps is no pause any more: `stages` calls it lost
SILENT_MOST: Final = 365
_WEEK: Final = 7.0
# Models of another kind, which the learned one has to beat.
SILENCE, OWN_RHYTHM, REPEAT_BUYING = "days-since-last", "own-rhythm", "repeat-buying"


@dataclass(frozen=True, slots=True)
class Known:
    """The models of one cut-off; `buying` is None where nobody bought again.

    A fit of buying whose dropout cannot be told (a short history) is kept: here it is a column, and what it is worth is
    judged by outcomes, not by its parameters.
    """

    rhythm: OwnRhythm
    buying: BGNBD | None
    windows: Windows

    @classmethod
    def of(cls, drawn: pa.Table, windows: Windows) -> "Known":
        """Learns from the columns CARRIED. Raises BadHistory where nobody came twice."""
        gaps, total, logs, silence, age = (
            numbers(drawn, name) for name in ("gaps", "gap_days_sum", "gap_log_sum", "recency_days", "tenure_days")
        )
        rhythm = OwnRhythm().fit(gaps, total, logs, silence_days=silence)
        buying = BGNBD().fit(gaps, total / _WEEK, age / _WEEK) if gaps.any() else None
        return cls(rhythm, buying, windows)

    def to_plain(self) -> dict[str, dict[str, float] | None]:
        """The parameters as JSON: they speak where too few customers are there to learn from."""
        return {
            "rhythm": dict(self.rhythm.parameters_),
            "buying": dict(self.buying.parameters_) if self.buying is not None else None,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], windows: Windows) -> "Known":
        """From `to_plain`. Raises KeyError, TypeError or ValueError where something is missing."""
        rhythm, buying = OwnRhythm(), plain["buying"]
        rhythm.with_parameters(**{name: float(plain["rhythm"][name]) for name in ("k", "a", "b")})
        rhythm.parameters_ |= {str(name): float(value) for name, value in plain["rhythm"].items()}
        return cls(rhythm, BGNBD().with_parameters(**buying) if buying is not None else None, windows)

    def added(self, table: pa.Table) -> pa.Table:
        """The table with the columns MODELLED; null where a model cannot say."""
        gaps, total, silence = (numbers(table, name) for name in ("gaps", "gap_days_sum", "recency_days"))
        usual = self.rhythm.typical_gap_days(gaps, total)
        alive, expected = self._buying(table)
        columns = {
            "silence_ratio": (silence + 0.5) / usual,
            "silence_chance": silence_chance(self.rhythm, silence, gaps, total),
            "usual_gap_days": usual,
            "horizon_days": self.horizon_days(gaps, total),
            "p_alive": alive,
            "expected_visits": expected,
        }
        for name, values in columns.items():
            held: Any = pa.nulls(len(table), pa.float32()) if values is None else as_array(values.astype(np.float32))
            table = table.append_column(name, held)
        return table

    def horizon_days(self, gaps: Floats, gap_days_sum: Floats) -> Floats:
        """Whole days after the cut-off within which the customer has to buy."""
        asked = self.windows
        if asked.horizon_days is not None:
            return np.full(len(gaps), float(asked.horizon_days))
        _, high = self.rhythm.window(gaps, gap_days_sum, level=2 * asked.level - 1)
        found: Floats = np.clip(high, min(HORIZON_LEAST, asked.outcome_days), asked.outcome_days)
        return found

    def counts(self, table: pa.Table) -> Flags:
        """Who is judged: not silent for a year, nor for longer than all but a two-hundredth of the own gaps.

        Those are lost already; foretelling that they will not come would be praised for the obvious.
        """
        if self.windows.everybody:
            return np.ones(len(table), np.bool_)
        here: Flags = (numbers(table, "silence_chance") >= LOST) & (numbers(table, "recency_days") <= SILENT_MOST)
        return here

    def rivals(self, table: pa.Table) -> dict[str, Floats]:
        """Probability of leaving by plain rules; only their order and scale matter, they are fitted to outcomes."""
        silence = numbers(table, "recency_days") + 0.5
        found = {SILENCE: silence / (silence + 30.0), OWN_RHYTHM: 1.0 - numbers(table, "silence_chance")}
        if self.buying is not None:
            found[REPEAT_BUYING] = self._none(self.buying, table)
        return found

    def _none(self, buying: BGNBD, table: pa.Table) -> Floats:
        """P(no purchase within the own horizon)."""
        horizon = numbers(table, "horizon_days")
        x, last, age = self._history(table)
        found = np.empty(len(table))
        for days in np.unique(horizon):
            rows = horizon == days
            found[rows] = 1.0 - buying.probability_of_purchases(1, float(days) / _WEEK, x[rows], last[rows], age[rows])
        return found

    def _buying(self, table: pa.Table) -> tuple[Floats | None, Floats | None]:
        if self.buying is None:
            return None, None
        history = self._history(table)
        weeks = self.windows.outcome_days / _WEEK
        return self.buying.probability_alive(*history), self.buying.expected_purchases(weeks, *history)

    @staticmethod
    def _history(table: pa.Table) -> tuple[Floats, Floats, Floats]:
        x, last, age = (numbers(table, name) for name in ("gaps", "gap_days_sum", "tenure_days"))
        return x, last / _WEEK, age / _WEEK
