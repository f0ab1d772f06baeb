"""A kept run of sales lines on other sales: features as of the new cut-off, the kept parameters, nothing learned anew.

Features, the customers who count, and reasons are those of `churn`. The rhythm and repeat-buying models that some
features rest on are those of the new cut-off, as they were of each cut-off learned from; where too few customers came
again to learn them, the run's own speak.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.basics.money import UNSTATED
from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.analysis import class_rule, expected_future, prepare
from regulars.insight.cards.drift import new_levels
from regulars.insight.cards.errors import NotARun, OtherData, RunNotUsable
from regulars.insight.cards.runs import Run
from regulars.insight.churn.features import MODELLED, TEXTS, features_of
from regulars.insight.churn.known import Known
from regulars.insight.churn.lists import valued
from regulars.insight.churn.present import SCORES, score_all
from regulars.insight.churn.whole import FEATURES_NOW, drawn_now
from regulars.insight.churn.windows import Windows
from regulars.insight.classes import in_amounts, value_classes
from regulars.insight.holdout import numbers
from regulars.insight.settings import Settings
from regulars.insight.work import Work
from regulars.insight.working import keep_working

RELEARNED_LEAST: Final = 500  # customers who came twice; of fewer the run's own rhythm and buying speak
RESCORED: Final = "rescored"


@dataclass(frozen=True, slots=True)
class RescoredLines:
    """Scores of the customers behind other sales, and where these differ from those the run learned from.

    `table`: customer, leave_probability (or rise_probability), value_minor and expected_loss_minor (or
    expected_gain_minor), spend_365_minor, last_on, usual_gap_days, reason_1 … reason_3 (codes), run, data_until, model.
    """

    table: ir.Table
    customers: int  # with any purchase
    scored: int  # of those, who count now: not lost already; for rising, below the limit
    cut_off: date
    first_on: date
    missing: tuple[str, ...]  # columns the model reads that are unknown for everybody
    new_levels: Mapping[str, tuple[str, ...]]  # column → values never seen: they count as "other"
    value_basis: str  # expected-spend, past-spend; still-to-spend where it is foretold who rises
    value_days: int
    own_known: bool  # rhythm and buying are the run's own
    learned_until: date  # the cut-off that the run learned up to


@dataclass(frozen=True, slots=True)
class _Reading:
    windows: Windows
    known: Known
    learned_until: date
    currency: str
    below_minor: int | None

    @property
    def name(self) -> str:
        return "leave" if self.below_minor is None else "rise"


def rescore_lines(
    run: Run,
    lines: ir.Table,
    *,
    engine: Engine,
    settings: Settings,
    currency: str,
    members: ir.Table | None = None,
    progress: Progress = silent,
) -> RescoredLines:
    """Scores everyone behind `lines` (as `Lake.lines` gives) who counts at the cut-off; keeps the table RESCORED.

    `members` (customer; town, sex, birth_year where known) as an analysis takes them. Raises RunNotUsable, OtherData,
    NotARun, WrongColumns, WrongSetting.
    """
    reading = _reading(run, currency)
    progress("features of each customer", 0, 0)
    working = keep_working(lines, engine)
    aside = engine.arrow(working.suspicious())["number"].to_pylist()
    work = prepare(working, aside, settings, currency, progress)
    customers = work.count(work.facts)
    if not customers:
        raise OtherData(f"Run {run.id} scores customers, and these sales do not say who bought.", run=run.id)
    people = work.numbered(members) if members is not None else None
    windows = replace(reading.windows, cut_off=work.cut_off)
    now = features_of(
        work.facts, work.days, cut_off=work.cut_off, observation_days=windows.observation_days, members=people
    )
    features = engine.keep(FEATURES_NOW, now)
    known, own = _known(features, customers, windows, reading.known, engine)
    progress("scoring every customer", 0, 0)
    score_all(engine, FEATURES_NOW, known, [(reading.name, run)])
    table, basis, value_days = _valued(work, features, reading)
    told = {"run": run.id, "data_until": work.cut_off, "model": str(run.card["model"]["family"])}
    table = engine.keep(
        RESCORED, work.working.named(table).mutate(**{name: ibis.literal(v) for name, v in told.items()})
    )
    answer = RescoredLines(
        table=table,
        customers=customers,
        scored=work.count(table),
        cut_off=work.cut_off,
        first_on=engine.row(work.days.agg(first=work.days.day.min()))["first"],
        missing=_missing(run, features, known, engine),
        new_levels=_new(run, features, engine),
        value_basis=basis,
        value_days=value_days,
        own_known=own,
        learned_until=reading.learned_until,
    )
    working.drop()
    return answer


def _reading(run: Run, currency: str) -> _Reading:
    if run.kind != "lines":
        raise OtherData(f"Run {run.id} reads a {run.kind}, not sales lines.", run=run.id, reads=run.kind)
    if not run.card["model"]["usable"]:
        raise RunNotUsable(
            f"Run {run.id} is not usable ({run.card['model']['why_not']}); its card says why.", run=run.id
        )
    try:
        plain = run.reading
        until = date.fromisoformat(plain["cut_off"])
        windows = Windows(until, until, (until,), **plain["windows"])
        limit = plain["below_minor"]
        known = Known.from_plain(plain["known"], windows)
        found = _Reading(windows, known, until, str(plain["currency"]), None if limit is None else int(limit))
    except (KeyError, TypeError, ValueError) as broken:
        raise NotARun(f"Run {run.id} does not say how sales are read ({broken}). Learn it again.") from broken
    if currency != found.currency:
        raise OtherData(
            f"Run {run.id} learned from sales in {_money(found.currency)}, these are in {_money(currency)}: what "
            "is much to spend in one may be little in the other.",
            run=run.id,
        )
    return found


def _money(currency: str) -> str:
    return "a currency that no file named" if currency == UNSTATED else currency


def _known(features: ir.Table, customers: int, windows: Windows, kept: Known, engine: Engine) -> tuple[Known, bool]:
    """The probability models as of the cut-off, and whether they are the run's own."""
    drawn = drawn_now(features, customers, engine)
    if int((numbers(drawn, "gaps") > 0).sum()) >= RELEARNED_LEAST:
        return Known.of(drawn, windows), False
    return replace(kept, windows=windows), True


def _valued(work: Work, features: ir.Table, reading: _Reading) -> tuple[ir.Table, str, int]:
    """Who was scored with what they are worth, dearest first; on what that rests, and of how many days it is."""
    scored, limit = work.engine.named(SCORES), reading.below_minor
    if limit is not None:
        kept = valued(scored, features, None, leaving=False)
        some = kept.filter(kept.spend_365_minor < limit)
        gain = (some.rise_probability * (limit - some.spend_365_minor)).round().cast("int64")
        table = some.mutate(value_minor=limit - some.spend_365_minor, expected_gain_minor=gain)
        return _columns(table, "rise", "expected_gain_minor"), "still-to-spend", 365
    rule = in_amounts(work.facts, class_rule(work.settings, work.currency), work.engine)
    classed = work.engine.keep("kept_classes", value_classes(work.facts, rule=rule))
    expected = expected_future(work, classed)
    scores = work.engine.named("kept_scores") if work.engine.has("kept_scores") else None
    kept = valued(scored, features, scores).rename(expected_loss_minor="at_stake_minor")
    days = expected.horizon_days if expected is not None and scores is not None else 365
    return _columns(kept, "leave", "expected_loss_minor"), "past-spend" if scores is None else "expected-spend", days


def _columns(table: ir.Table, name: str, stake: str) -> ir.Table:
    reasons = {f"reason_{place}": table[f"{name}_reason_{place}"] for place in (1, 2, 3)}
    plain = ("customer", f"{name}_probability", "value_minor", stake, "spend_365_minor", "last_on", "usual_gap_days")
    return table.select(*plain, **reasons)


def _missing(run: Run, features: ir.Table, known: Known, engine: Engine) -> tuple[str, ...]:
    """Columns of the model that hold nothing here."""
    asked = [name for name in run.model.columns if name in features.columns]
    row: Mapping[str, Any] = (
        engine.row(features.agg(**{name: features[name].count() for name in asked})) if asked else {}
    )
    buying = () if known.buying is None else ("p_alive", "expected_visits")
    modelled = {name for name in MODELLED if name not in ("p_alive", "expected_visits")} | {*buying}
    return tuple(name for name in run.model.columns if not row.get(name) and name not in modelled)


def _new(run: Run, features: ir.Table, engine: Engine) -> dict[str, tuple[str, ...]]:
    texts: Sequence[str] = [name for name in TEXTS if name in features.columns and name in run.model.columns]
    found = {
        name: [row[name] for row in engine.rows(features.filter(features[name].notnull()).select(name).distinct())]
        for name in texts
    }
    return new_levels(run.plain["profile"], found)
