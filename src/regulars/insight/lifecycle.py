"""The chapter on life-cycle stages: rhythm learned, everyone judged, and the judgement checked on a later period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.earlierfacts import earlier_facts
from regulars.insight.findings import Stages
from regulars.insight.holdout import evenly_drawn
from regulars.insight.nextvisit import next_visits
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.stagecheck import checked, earlier_day
from regulars.insight.stages import NEEDED, STAGES, StageRule, column, judge

_SUMMED: Final = ("spend_minor", "spend_365_minor")


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The chapter, the judgement of each customer (`judge`'s table with `next_visits`), and the rhythm behind both."""

    stages: Stages
    judged: pa.Table
    rhythm: OwnRhythm


def life_cycle(
    facts: ir.Table, days: ir.Table, *, engine: Engine, cut_off: date, rule: StageRule | None = None
) -> LifeCycle:
    """Stages at the cut-off and their check. `facts` and `days` should be kept tables; `days` may reach past it.

    Raises BadHistory where nobody came twice: there is no rhythm then.
    """
    ask = rule or StageRule()
    # In one order, so that the rhythm is learned from the same customers each time.
    seen = engine.arrow(facts.select(*NEEDED, *_SUMMED).order_by("customer"))
    rhythm = learn(seen)
    judged = judge(seen, rhythm, ask)
    summary = _summary(seen, judged)
    for name, expected in next_visits(seen, rhythm, cut_off=cut_off).items():
        judged = judged.append_column(name, expected)
    typical = rhythm.typical_gap_days([0.0], [0.0])
    numbers = {**rhythm.parameters_, "log_likelihood": rhythm.log_likelihood_, "typical_gap_days": float(typical[0])}
    fared = _checked(evenly_drawn(days, len(judged)), engine, cut_off, ask)
    return LifeCycle(
        stages=Stages(table=summary, rhythm=numbers, alpha=ask.alpha, checked=fared),
        judged=judged,
        rhythm=rhythm,
    )


def learn(seen: pa.Table) -> OwnRhythm:
    """The rhythm model of a table with the stage rule's columns; customers without a visit teach nothing."""
    bought = column(seen, "visits") > 0
    gaps, total, logs, silence = (
        column(seen, name)[bought] for name in ("gaps", "gap_days_sum", "gap_log_sum", "recency_days")
    )
    return OwnRhythm().fit(gaps, total, logs, silence_days=silence)


def _checked(days: ir.Table, engine: Engine, cut_off: date, rule: StageRule) -> Mapping[str, float]:
    """The check, or nothing where the earlier part of the history holds nobody who came twice."""
    first_on = engine.row(days.agg(first_on=days.day.min()))["first_on"]
    earlier = earlier_day(first_on, cut_off)
    seen = earlier_facts(days, engine=engine, earlier=earlier, cut_off=cut_off)
    if earlier >= cut_off or not (column(seen, "gaps") > 0).any():
        return {}
    return checked(seen, learn(seen), (cut_off - earlier).days, rule)


def _summary(seen: pa.Table, judged: pa.Table) -> pa.Table:
    """One row per stage, in their order, also for a stage nobody is in."""
    staged = seen.select(_SUMMED).append_column("stage", judged["stage"])
    grouped = staged.group_by("stage").aggregate([([], "count_all"), *((name, "sum") for name in _SUMMED)])
    found = {row["stage"]: row for row in grouped.to_pylist()}
    numbers = {"customers": "count_all", **{name: f"{name}_sum" for name in _SUMMED}}
    return pa.table(
        {
            "stage": pa.array([str(stage) for stage in STAGES]),
            **{
                name: pa.array([found.get(str(stage), {}).get(summed, 0) for stage in STAGES], pa.int64())
                for name, summed in numbers.items()
            },
        }
    )
