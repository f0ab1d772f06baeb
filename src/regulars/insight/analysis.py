"""The whole analysis: from lines to findings and a table of customers, in few passes over the lines.

The lines are kept once in a small shape (`working`), where customers are numbers in the order of their names; names
join in again when the table of customers is made. From that come days, facts and pairs; all the rest is made of days
and facts. A chapter that the data cannot carry is left out with its reason in `unsaid`; nothing is invented in its
place.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from regulars.basics.money import minor_digits
from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight import ahead, beside
from regulars.insight.boxes import boxes_of, category_buyers
from regulars.insight.classes import ClassRule, classes, in_amounts, value_classes
from regulars.insight.cohorts import cohorts
from regulars.insight.concentration import concentration
from regulars.insight.facts import facts
from regulars.insight.findings import Boxes, Findings, Future, Intake, Pairs, Shop, Stages
from regulars.insight.future import TooFewCustomers, future
from regulars.insight.grouped import BadHistory
from regulars.insight.headline import headline
from regulars.insight.holdout import TooShort, evenly_drawn, split_dates, with_later
from regulars.insight.lifecycle import life_cycle
from regulars.insight.lines import as_of, complete
from regulars.insight.lists import action_lists
from regulars.insight.pairs import pairs, pairs_of_baskets
from regulars.insight.rfm import rfm
from regulars.insight.settings import Settings, WrongSetting
from regulars.insight.shop import last_day, shop_of, without_accounts
from regulars.insight.visits import days, narrow, widened
from regulars.insight.work import CHAPTERS, Work
from regulars.insight.working import Working, keep_working

if TYPE_CHECKING:
    from regulars.insight.churn.found import ChurnFound


@dataclass(frozen=True, slots=True)
class Analysis:
    """The findings, and the kept table of every customer behind them (None for a file of baskets)."""

    findings: Findings
    customers: ir.Table | None


def analyze(
    lines: ir.Table,
    *,
    engine: Engine,
    intake: Intake,
    settings: Settings,
    currency: str = "XXX",
    has_time: bool = True,
    prospects: ir.Table | None = None,
    given: beside.Beside | None = None,
    progress: Progress = silent,
) -> Analysis:
    """Everything about the customers behind these lines (a table that `engine` can read, as `Lake.lines` gives).

    `prospects` (customer; town, sex, birth_year where known) are known people who may never have bought; `given` are
    files beside the sales. The same lines and settings give the same findings. Raises WrongColumns; WrongSetting when
    nothing was sold up to the cut-off.
    """
    progress("analysing: facts of each customer", 0, CHAPTERS)
    working = keep_working(lines, engine)
    suspicious = engine.arrow(working.suspicious())
    intake = replace(intake, set_aside=suspicious.drop_columns(["number"]))
    work = prepare(working, suspicious["number"].to_pylist(), settings, currency, progress)
    if not _count(work.facts, engine):
        return _without_customers(work, intake, has_time)
    people = working.numbered(prospects) if prospects is not None else None
    asked = class_rule(settings, currency)
    rule = in_amounts(work.facts, asked, engine)
    value = classes(work.facts, work.days, engine=engine, cut_off=work.cut_off, rule=asked, prospects=people)
    stages = _stages(work)
    classed = engine.keep("kept_classes", value_classes(work.facts, rule=rule, prospects=people))
    expected = expected_future(work, classed)
    leaving = _leaving(work, classed, rule, prospects, expected)
    customers = _customers(work, classed)
    found = Findings(
        run_id=run_id(settings, intake, work.cut_off),
        intake=intake,
        shop=_shop(work, has_time),
        headline=headline(customers, engine=engine),
        concentration=concentration(work.facts, engine),
        classes=value,
        stages=stages,
        future=expected,
        pairs=_pairs(work),
        boxes=_boxes(work),
        cohorts=cohorts(work.days, cut_off=work.cut_off, engine=engine),
        lists={**action_lists(customers, engine=engine), **(leaving.lists if leaving else {})},
        unsaid=work.unsaid,
        churn=leaving,
        tables=work.tables,
    )
    findings = _with_more(found, work, given or beside.Beside())
    working.drop()
    progress("analysing", CHAPTERS, CHAPTERS)
    return Analysis(findings, customers)


def _leaving(
    work: Work, classed: ir.Table, rule: ClassRule, prospects: ir.Table | None, expected: Future | None
) -> "ChurnFound | None":
    members = work.numbered(prospects) if prospects is not None else None
    important_minor = rule.cut_offs_minor[0] if rule.cut_offs_minor else None
    return ahead.churn(work, classed, important_minor, members, expected.horizon_days if expected else 365)


def _shop(work: Work, has_time: bool) -> Shop:
    return shop_of(
        work.lines,
        work.facts,
        engine=work.engine,
        name=work.settings.name,
        currency=work.currency,
        cut_off=work.cut_off,
        has_time=has_time,
    )


def _with_more(found: Findings, work: Work, given: beside.Beside) -> Findings:
    """The chapters that look ahead, and those on files beside the sales."""
    due, next_basket = ahead.due(work), ahead.next_basket(work)
    asked, complained = beside.survey(work, given), beside.complaints(work, given)
    return replace(
        found,
        due=due,
        next_basket=next_basket,
        offers=ahead.offers(work, work.engine.named("kept_classes")),
        campaign=beside.campaign(work, given),
        survey=asked,
        complaints=complained,
        myths=beside.myths(work, asked, complained),
    )


def analyze_baskets(path: Path, *, engine: Engine, intake: Intake, settings: Settings) -> Analysis:
    """The one chapter that baskets without customers can have. `path`: Parquet with basket and product."""
    findings = _nothing_but(
        intake, run_id(settings, intake, None), {"customers": "no-customers"}, pairs=pairs_of_baskets(engine, path)
    )
    return Analysis(findings, None)


def class_rule(settings: Settings, currency: str) -> ClassRule:
    """The settings' classes in minor units of the currency."""
    if settings.amounts_major is not None:
        scale = 10 ** minor_digits(currency)
        important, vip = (round(amount * scale) for amount in settings.amounts_major)
        return ClassRule(cut_offs_minor=(important, vip))
    assert settings.shares is not None
    return ClassRule(important_top=settings.shares[0], vip_top=settings.shares[1])


def run_id(settings: Settings, intake: Intake, cut_off: date | None) -> str:
    """The same files, settings and cut-off give the same name; anything else another."""
    decided = replace(settings, name="")
    parts = [
        repr(decided),
        str(cut_off),
        *sorted(f"{entry['name']}|{entry.get('rows_kept')}" for entry in intake.files),
    ]
    return "run_" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]


def prepare(
    working: Working, aside: Sequence[int | None], settings: Settings, currency: str, progress: Progress
) -> Work:
    """Keeps the tables nearly everything is made of, one share of the customers after another."""
    engine = working.engine
    persons = without_accounts(working.lines, aside)
    cut_off = settings.cut_off or last_day(persons, engine)
    seen = as_of(complete(persons), cut_off)
    if not _count(seen.limit(1), engine):
        raise WrongSetting(f"Nothing was sold up to {cut_off}.", cut_off=str(cut_off))
    for number, share in enumerate(working.shares(seen)):
        _add_share(share, working, cut_off, anew=number == 0)
    return prepared(working, aside, cut_off, settings, currency, progress)


def prepared(
    working: Working,
    aside: Sequence[int | None],
    cut_off: date,
    settings: Settings,
    currency: str,
    progress: Progress,
) -> Work:
    """What `prepare` gave, of an engine that still has its tables."""
    engine = working.engine
    seen = as_of(complete(without_accounts(working.lines, aside)), cut_off)
    kept_days, kept_facts, kept_buyers = (engine.named(name) for name in ("kept_days", "kept_facts", "kept_buyers"))
    kept = (widened(kept_days), kept_facts, kept_buyers)
    return Work(engine, settings, cut_off, currency, progress, working, seen, *kept, begun=1)


def _add_share(share: ir.Table, working: Working, cut_off: date, *, anew: bool) -> None:
    """What is made of the lines of some customers: their days, facts and purchases in categories."""
    engine = working.engine
    own_days = engine.keep("share_days", days(share))
    engine.keep_more("kept_days", narrow(own_days, share.columns), anew=anew)
    known = working.spelled_out(facts(share, cut_off=cut_off, days=own_days), "top_categories")
    engine.keep_more("kept_facts", known, anew=anew)
    engine.keep_more("kept_buyers", category_buyers(share), anew=anew)
    engine.connection.execute("DROP TABLE share_days")


def _without_customers(work: Work, intake: Intake, has_time: bool) -> Analysis:
    """Sales of which no customer is known: what sells together is all there is to say."""
    unsaid = {"customers": "no-customers"}
    return Analysis(_nothing_but(intake, run_id(work.settings, intake, work.cut_off), unsaid, pairs=_pairs(work)), None)


def _nothing_but(intake: Intake, run: str, unsaid: Mapping[str, str], *, pairs: Pairs | None) -> Findings:
    return Findings(
        run_id=run,
        intake=intake,
        shop=None,
        headline=None,
        concentration=None,
        classes=None,
        stages=None,
        future=None,
        pairs=pairs,
        boxes=None,
        cohorts=None,
        lists={},
        unsaid=unsaid,
    )


def _stages(work: Work) -> Stages | None:
    """Leaves the table kept_judged behind: customer, stage and what it rests on; nulls where nobody came twice."""
    work.step("life-cycle stages")
    try:
        cycle = life_cycle(work.facts, work.days, engine=work.engine, cut_off=work.cut_off)
    except BadHistory:
        work.unsaid["stages"] = "no-repeat-buyers"
        blank = {"stage": "string", "silence_chance": "float64", "gone_probability": "float64"}
        blank |= {"slowing": "boolean", "rising": "boolean", "next_from_on": "date", "next_until_on": "date"}
        nulls = {name: ibis.null(kind) for name, kind in blank.items()}
        work.engine.keep("kept_judged", work.facts.select("customer", **nulls))
        return None
    work.engine.register("kept_judged", cycle.judged)
    return cycle.stages


def expected_future(work: Work, classed: ir.Table) -> Future | None:
    """Leaves the table kept_scores behind where a model may speak."""
    work.step("expected future")
    engine, minor = work.engine, minor_digits(work.currency)
    try:
        first = engine.row(work.days.agg(first=work.days.day.min()))["first"]
        until_day, later_days = split_dates(first, work.cut_off)
        checked_days = evenly_drawn(work.days, _count(work.facts, engine))
        early = with_later(work.lines, calibration_until=until_day, cut_off=work.cut_off, days=checked_days)
        whole = rfm(work.lines, cut_off=work.cut_off, days=work.days)
        scores = future(
            engine.arrow(early),
            engine.arrow(whole.left_join(classed, "customer").drop("customer_right")),
            calibration_until=until_day,
            holdout_days=later_days,
            horizon_days=work.settings.horizon_days,
            discount_rate=work.settings.discount_rate,
            minor_digits=minor,
            seed=work.settings.seed,
        )
    except (TooShort, TooFewCustomers) as refusal:
        work.unsaid["future"] = refusal.code
        return None
    if scores.customers is None:
        work.unsaid["future"] = "model-does-not-suit"
    else:
        engine.keep("kept_scores", engine.register("scores", scores.customers))
    return scores.found


def _customers(work: Work, classed: ir.Table) -> ir.Table:
    """Every customer with facts, class, stage and, where a model may speak, what is to be expected."""
    engine = work.engine
    table = work.facts.left_join(engine.named("kept_judged"), "customer").drop("customer_right")
    table = table.left_join(classed.drop("value_minor"), "customer").drop("customer_right")
    if engine.has("kept_scores"):
        table = table.left_join(engine.named("kept_scores"), "customer").drop("customer_right")
    if engine.has("kept_churn"):
        leaving = engine.named("kept_churn").rename(expected_loss_minor="at_stake_minor").drop("value_minor")
        table = table.left_join(leaving, "customer").drop("customer_right")
    return engine.keep("kept_customers", work.working.named(table))


def _pairs(work: Work) -> Pairs | None:
    work.step("what sells together")
    if not work.has_products():
        work.unsaid["pairs"] = "no-products"
        return None
    return pairs(work.working.texts(work.lines), work.engine)


def _boxes(work: Work) -> Boxes | None:
    work.step("nine boxes")
    found = boxes_of(work.buyers, work.engine)
    if found is None:
        work.unsaid["boxes"] = "brand-kind-unknown"
    return found


def _count(table: ir.Table, engine: Engine) -> int:
    return int(engine.row(table.agg(n=table.count()))["n"])
