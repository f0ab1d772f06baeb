"""Life-cycle stages (S11), each customer judged by their own rhythm. The rule is told on one page: docs/stages.md."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.insight.evidence import (
    Flags,
    Floats,
    fewer_chance,
    gone_probability,
    more_chance,
    share_gone,
    significant,
    silence_seen,
)

NEEDED: Final = (
    "customer", "first_on", "visits", "recency_days", "tenure_days", "gaps", "gap_days_sum", "gap_log_sum",
    "gap_days_typical", "trend", "trend_recent", "trend_before",
)  # fmt: skip
_REPEATED = 3  # visits: two own gaps


class Stage(StrEnum):
    """Where a customer stands with the shop."""

    ACQUAINTANCE = "acquaintance"
    DEVELOPMENT = "development"
    STABILITY = "stability"
    DECLINE = "decline"
    LOST = "lost"


STAGES: Final = tuple(Stage)


class Rhythm(Protocol):
    """What the rule asks of a fitted rhythm model (`regulars.insight.rhythm.OwnRhythm`)."""

    parameters_: dict[str, float]

    def silence_probability(self, silence_days: Floats, gaps: Floats, gap_days_sum: Floats) -> Floats:
        """Chance that one gap of this customer is at least this long."""


@dataclass(frozen=True, slots=True)
class StageRule:
    """The few numbers of the rule."""

    alpha: float = 0.05  # of customers who stay, at most this share is called declining or lost …
    slowing: float = 0.01  # … and of these, this share because they come less often, the rest because of silence
    lost: float = 0.005  # a silence rarer than this is no pause any more
    named_right: float = 0.75  # of the silent who are named, at least this share should be right
    marked: float = 0.5  # slowing or rising counts from half, or double, the former rate
    development_visits: int = 3
    stability_visits: int = 6
    stability_gaps: int = 3  # known for at least so many of the shop's usual gaps

    @property
    def silence(self) -> float:
        """The share of `alpha` left for silence."""
        return self.alpha - self.slowing


def judge(facts: pa.Table, rhythm: Rhythm, rule: StageRule | None = None) -> pa.Table:
    """customer, stage, silence_chance, gone_probability, slowing, rising: one row per row of facts, in their order.

    Needs the columns NEEDED. Customers without a standing visit have null in all but `customer`. silence_chance is the
    chance that a gap of this customer's own is at least as long as the present silence.
    """
    ask = rule or StageRule()
    bought = column(facts, "visits") > 0
    chance = np.full(len(bought), np.nan)
    chance[bought] = silence_chance(
        rhythm, *(column(facts, name)[bought] for name in ("recency_days", "gaps", "gap_days_sum"))
    )
    gone = _gone(column(facts, "visits"), chance, bought)
    slowing, rising = _trends(facts, chance, rhythm.parameters_["k"], ask)
    stage = _stage(facts, chance, gone, slowing, ask)
    names = pa.array([str(name) for name in STAGES])
    return pa.table(
        {
            "customer": facts["customer"].combine_chunks(),
            "stage": pa.DictionaryArray.from_arrays(pa.array(stage, pa.int64(), mask=~bought), names).cast(pa.string()),
            "silence_chance": pa.array(chance, mask=~bought),
            "gone_probability": pa.array(gone, mask=~bought),
            "slowing": pa.array(slowing, mask=~bought),
            "rising": pa.array(rising, mask=~bought),
        }
    )


def silence_chance(rhythm: Rhythm, recency_days: Floats, gaps: Floats, gap_days_sum: Floats) -> Floats:
    """Chance that one gap of these customers is at least as long as their silence; in bursts, that the silence is.

    Whoever did not come on the cut-off day itself is in a gap of a day more than `recency_days`.
    """
    silence_days = np.where(recency_days > 0, recency_days + 1, 0.0)
    chance = np.asarray(rhythm.silence_probability(silence_days, gaps, gap_days_sum), dtype=np.float64)
    if rhythm.parameters_["k"] >= 1:
        return chance
    return np.maximum(chance, silence_seen(recency_days, gaps, gap_days_sum, rhythm.parameters_))


def column(facts: pa.Table, name: str) -> Floats:
    """A column as floats, null as NaN."""
    return np.asarray(facts[name].cast(pa.float64()).to_numpy(), dtype=np.float64)


def _gone(visits: Floats, chance: Floats, bought: Flags) -> Floats:
    """Probability of having left. New and repeating customers leave at different rates, so each group has its own."""
    gone = np.full(len(chance), np.nan)
    for group in (bought & (visits < _REPEATED), visits >= _REPEATED):
        gone[group] = gone_probability(chance[group], share_gone(chance[group]))
    return gone


def _trends(facts: pa.Table, chance: Floats, shape: float, rule: StageRule) -> tuple[Flags, Flags]:
    """Who comes markedly less often, and more often, than before, beyond what chance and the season bring.

    The season is the share of all visits that fell in the recent half, among those not silent now. A shop whose visits
    fell must not see everyone slowing, nor one that grew see everyone rising.
    """
    trend, recent, before = (column(facts, name) for name in ("trend", "trend_recent", "trend_before"))
    tested = ~np.isnan(trend)
    awake = tested & (chance >= 0.2)
    total = float((recent + before)[awake].sum())
    season = float(np.clip(recent[awake].sum() / total, 0.2, 0.8)) if total else 0.5
    fewer, more = np.full(len(trend), np.nan), np.full(len(trend), np.nan)
    fewer[tested] = fewer_chance(recent[tested], before[tested], min(season, 0.5), shape)
    more[tested] = more_chance(recent[tested], before[tested], max(season, 0.5), shape)
    slowing = significant(fewer, level=rule.slowing) & (recent <= rule.marked * before)
    rising = significant(more, level=rule.slowing) & (before <= rule.marked * recent)
    return slowing, rising


def _stage(facts: pa.Table, chance: Floats, gone: Floats, slowing: Flags, rule: StageRule) -> npt.NDArray[np.int64]:
    """Position in STAGES; the first of these that holds."""
    visits = column(facts, "visits")
    typical = column(facts, "gap_days_typical")
    usual_gap = float(np.nanmedian(typical)) if np.any(~np.isnan(typical)) else 0.0
    known_briefly = column(facts, "tenure_days") < rule.stability_gaps * usual_gap
    with np.errstate(invalid="ignore"):
        silent = (chance < rule.silence) & (gone >= rule.named_right)
        tests: list[tuple[npt.NDArray[Any], Stage]] = [
            (silent & ((chance < rule.lost) | (visits < rule.development_visits)), Stage.LOST),
            (silent | slowing, Stage.DECLINE),
            (visits < rule.development_visits, Stage.ACQUAINTANCE),
            ((visits < rule.stability_visits) | known_briefly, Stage.DEVELOPMENT),
        ]
    return np.select(
        [test for test, _ in tests], [STAGES.index(stage) for _, stage in tests], default=STAGES.index(Stage.STABILITY)
    )
