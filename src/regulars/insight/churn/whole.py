"""The chapter on who leaves, whole: learned and checked on the past, scores and lists for the present."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.churn import lists
from regulars.insight.churn.evidence import evidence_of, with_present
from regulars.insight.churn.fairness import fairness
from regulars.insight.churn.features import features_of
from regulars.insight.churn.found import ChurnFound, LoyaltyRun
from regulars.insight.churn.known import Known
from regulars.insight.churn.learning import FAMILIES, ROWS_MOST, Past, leaving, past_of, rising
from regulars.insight.churn.outcomes import DRAWN_MOST, features_only
from regulars.insight.churn.present import SCORES, score_all
from regulars.insight.churn.windows import Windows, windows_of
from regulars.insight.draws import drawn
from regulars.insight.holdout import numbers
from regulars.insight.native import whole_sum
from regulars.insight.scoring import TooFewOutcomes
from regulars.insight.threads import side_by_side

FEATURES_NOW: Final = "churn_features"
KEPT: Final = "kept_churn"
_VALUED: Final = "churn_valued"


def churn_of(
    lines: ir.Table,
    facts: ir.Table,
    days: ir.Table,
    *,
    engine: Engine,
    cut_off: date,
    windows: Windows | None = None,
    members: ir.Table | None = None,
    classed: ir.Table | None = None,
    important_minor: int | None = None,
    scores: ir.Table | None = None,
    value_days: int = 365,
    terms: lists.Terms | None = None,
    named: lists.Named = lambda table: table,
    former: LoyaltyRun | None = None,
    families: Sequence[str] = FAMILIES,
    rows_most: int = ROWS_MOST,
    seed: int = 7,
    progress: Progress = silent,
) -> ChurnFound:
    """Who leaves, why, what it costs and whom to call. Customers are texts or whole numbers; tables should be kept.

    `lines`, `facts` and `days` are as of the cut-off. `classed` (customer, value_class) adds the class to the lists;
    with `important_minor`, spend a year from which a customer is important, prospects are looked for too. `scores`
    (customer, p_alive, expected_spend_minor within `value_days`) are those of a model that proved itself. `named`
    turns numbers into names in a list. Where the model may be used a table KEPT stays in the engine: customer,
    leave_probability, leave_reason_1 … leave_reason_3, leave_points, rise_probability (where prospects are found),
    value_minor, at_stake_minor; one row per customer judged.

    Raises TooShort, TooFewOutcomes, BadHistory.
    """
    asked = windows or windows_of(engine.row(days.agg(first=days.day.min()))["first"], cut_off)
    terms = terms or lists.Terms()
    customers = int(engine.row(facts.agg(n=facts.count()))["n"])
    past = past_of(lines, customers, asked, engine=engine, members=members, progress=progress)
    leaves = partial(leaving, past, asked, families=families, rows_most=rows_most, seed=seed, progress=progress)
    rises = partial(_rising, past, asked, important_minor, rows_most=rows_most, seed=seed)
    run, (rise, unsaid) = side_by_side(leaves, rises)
    said = run.learned.model.probability(features_only(past.later.table))
    look = fairness(past.later.table, said, past.later.left, flagged_top=terms.share)
    seen = evidence_of(past, important_minor=important_minor, rises=rise is not None, rows_most=rows_most, seed=seed)
    since = drift(former, run) if former is not None else {}
    found = ChurnFound(run, rise, look, drift=since, unsaid=unsaid, evidence=seen)
    used = {name: one for name, one in (("leave", run), ("rise", rise)) if one is not None and one.learned.usable}
    if not used:
        return found
    progress("scoring every customer", 0, 0)
    now = features_of(facts, days, cut_off=cut_off, observation_days=asked.observation_days, members=members)
    features = engine.keep(FEATURES_NOW, now)
    found = _present(found, used, features, customers, engine)
    kept = _kept(features, classed, scores, engine, leaving="leave" in used)
    if "leave" in used:
        days_valued = 365 if scores is None else value_days
        found = _retained(_summed(found, kept, engine), kept, terms, engine, named, days_valued, scores is not None)
        found = replace(found, caught=lists.caught(past.later, said, terms.share))
    if "rise" in used:
        found = _with_prospects(found, kept, important_minor, engine, named)
    _leave_behind(kept, engine, leaving="leave" in used)
    return found


def _with_prospects(
    found: ChurnFound, kept: ir.Table, important_minor: int | None, engine: Engine, named: lists.Named
) -> ChurnFound:
    assert important_minor is not None, "who rises was learned, so there is a mark to rise above"
    chosen = lists.prospects(kept, important_minor, engine=engine, named=named)
    return replace(found, lists={**found.lists, "prospects": chosen})


def _retained(
    found: ChurnFound,
    kept: ir.Table,
    terms: lists.Terms,
    engine: Engine,
    named: lists.Named,
    value_days: int,
    by_model: bool,
) -> ChurnFound:
    """With the retention list and its terms."""
    chosen = lists.retention(kept, found.judged, terms, engine=engine, named=named)
    basis = "expected-spend" if by_model else "past-spend"
    stated = lists.terms_of(chosen.table, terms, value_basis=basis, value_days=value_days)
    return replace(found, lists={"retention": chosen}, retention=stated)


def _leave_behind(valued: ir.Table, engine: Engine, *, leaving: bool) -> None:
    """Keeps the table KEPT, with nothing in it that the facts have too."""
    if leaving:
        own = [name for name in valued.columns if name.startswith(("leave_", "rise_probability"))]
        engine.keep(KEPT, valued.select("customer", *own, "value_minor", "at_stake_minor"))
    engine.connection.execute(f"DROP TABLE {_VALUED}")


def _present(
    found: ChurnFound, used: Mapping[str, LoyaltyRun], features: ir.Table, customers: int, engine: Engine
) -> ChurnFound:
    """With everyone scored who counts now; the probability models are learned from an even part, as in the past."""
    some = drawn_now(features, customers, engine)
    known = Known.of(some, found.run.windows)
    judged = score_all(engine, FEATURES_NOW, known, list(used.items()))
    return replace(found, judged=judged, evidence=with_present(found.evidence, known, some))


def drawn_now(features: ir.Table, customers: int, engine: Engine) -> pa.Table:
    """The features of an even part of the customers, by customer."""
    shares = -(-customers // DRAWN_MOST)
    some = features.filter(drawn(features.customer, shares)) if shares > 1 else features
    return engine.arrow(some.order_by("customer"))


def _kept(
    features: ir.Table, classed: ir.Table | None, scores: ir.Table | None, engine: Engine, *, leaving: bool
) -> ir.Table:
    """Who was scored, with their value and class; kept."""
    kept = lists.valued(engine.named(SCORES), features, scores, leaving=leaving)
    if classed is not None:
        kept = kept.left_join(classed.select("customer", "value_class"), "customer").drop("customer_right")
    kept = engine.keep(_VALUED, kept)
    for table in (FEATURES_NOW, SCORES):
        engine.connection.execute(f"DROP TABLE {table}")
    return kept


def _rising(
    past: Past, windows: Windows, important_minor: int | None, *, rows_most: int, seed: int
) -> tuple[LoyaltyRun | None, Mapping[str, str]]:
    if important_minor is None:
        return None, {}
    try:
        run = rising(past, windows, important_minor, rows_most=rows_most, seed=seed)
    except TooFewOutcomes as refusal:
        return None, {"prospects": refusal.code}
    return run, {} if run.learned.usable else {"prospects": run.learned.why_not}


def _summed(found: ChurnFound, kept: ir.Table, engine: Engine) -> ChurnFound:
    """With totals, and the customers by tenths of probability."""
    tenth = (kept.leave_probability * 10).floor().clip(0, 9).cast("int64")
    bands = (
        kept.group_by(tenth=tenth)
        .agg(
            customers=kept.count(),
            expected_leavers=kept.leave_probability.cast("float64").sum(),
            value_minor=whole_sum(kept.value_minor),
            at_stake_minor=whole_sum(kept.at_stake_minor),
        )
        .order_by("tenth")
    )
    table = engine.arrow(bands)
    leavers, stake = (float(numbers(table, name).sum()) for name in ("expected_leavers", "at_stake_minor"))
    return replace(found, bands=table, expected_leavers=leavers, at_stake_minor=int(stake))


def drift(former: LoyaltyRun, run: LoyaltyRun) -> Mapping[str, float]:
    """What changed since a former run: the rate and the AUC on their later periods."""
    found: dict[str, float] = {}
    for name, one in (("former", former), ("now", run)):
        measured = one.learned.measured[one.learned.chosen]
        found |= {f"{name}_rate": one.shift.later_rate, f"{name}_auc": measured[one.learned.checked].auc}
    return found
