"""The chapter on life-cycle stages: rhythm learned, everyone judged, and the judgement checked on a later period."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Stages
from regulars.insight.native import hash64, whole_sum
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.stagecheck import checked, earlier_day, later
from regulars.insight.stages import NEEDED, STAGES, StageRule, column, judge

CHECKED_MOST = 1_000_000  # customers the check is made on; of more, an even part


@dataclass(frozen=True, slots=True)
class LifeCycle:
    """The chapter, the judgement of each customer (`judge`'s table), and the rhythm behind both."""

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
    seen = engine.arrow(facts.select(*NEEDED))
    rhythm = learn(seen)
    judged = judge(seen, rhythm, ask)
    judgement = engine.register("judged_now", judged)
    summary = _summary(facts.inner_join(judgement, "customer"), engine)
    typical = rhythm.typical_gap_days([0.0], [0.0])
    some = -(-len(judged) // CHECKED_MOST)
    if some > 1:
        days = days.filter(hash64(days.customer) % some == 0)
    numbers = {**rhythm.parameters_, "log_likelihood": rhythm.log_likelihood_, "typical_gap_days": float(typical[0])}
    return LifeCycle(
        stages=Stages(table=summary, rhythm=numbers, alpha=ask.alpha, checked=_checked(days, engine, cut_off, ask)),
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
    seen = engine.arrow(later(days, earlier, cut_off))
    if earlier >= cut_off or not (column(seen, "gaps") > 0).any():
        return {}
    return checked(seen, learn(seen), (cut_off - earlier).days, rule)


def _summary(customers: ir.Table, engine: Engine) -> pa.Table:
    """One row per stage, in their order, also for a stage nobody is in."""
    grouped = customers.group_by("stage").agg(
        customers=customers.count(),
        spend_minor=whole_sum(customers.spend_minor),
        spend_365_minor=whole_sum(customers.spend_365_minor),
    )
    found = {row.pop("stage"): row for row in engine.rows(grouped)}
    empty = {"customers": 0, "spend_minor": 0, "spend_365_minor": 0}
    rows = [found.get(str(stage), empty) for stage in STAGES]
    return pa.table(
        {
            "stage": pa.array([str(stage) for stage in STAGES]),
            **{name: pa.array([row[name] for row in rows], pa.int64()) for name in empty},
        }
    )
