"""What a finished campaign teaches about whom the next one should go to, and the list of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.lines import complete
from regulars.insight.uplift.arms import named_arms
from regulars.insight.uplift.coding import trial_of
from regulars.insight.uplift.deciding import decide
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.learners import LEARNERS
from regulars.insight.uplift.moves import CONTROL, TREATED, Decision, Floats, Trial
from regulars.insight.uplift.planning import Plan
from regulars.insight.uplift.targeting import targets
from regulars.insight.uplift.usual import less_usual
from regulars.insight.uplift.windows import Window, spent, table_of

PEOPLE_MAX: Final = 200_000  # for learning whom to treat; more teach no more
PEOPLE_LEAST: Final = 1_000
ARM_LEAST: Final = 300
COSTED: Final = 0.2  # of revenue: from here on the margin of lines with a known cost stands for all
KNOWN: Final = (
    "visits", "spend_minor", "spend_365_minor", "spend_90_minor", "mean_visit_minor", "recency_days", "tenure_days",
    "gap_days_typical", "visits_90", "categories", "discount_share",
)  # fmt: skip
QUICK: Final = {name: LEARNERS[name] for name in ("few-cuts", "two-models-strict")}


@dataclass(frozen=True, slots=True)
class Taught:
    """The decision, whom it means, and what a purchase was taken to earn."""

    decision: Decision
    listed: pa.Table | None  # customer, expected_profit_minor, rank: best first; None unless the verdict is "target"
    margin_share: float | None  # of revenue; None: not known, and revenue itself was taken


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a campaign is looked up, between which days, and what it cost."""

    assigned: Any
    lines: Any
    engine: Engine
    from_on: date
    until_on: date
    contact_cost: float = 0.0  # per treated customer: a mean of whole minor units
    reward_cost_minor: int = 0  # per treated buyer, where the table does not say what each got
    margin_share: float | None = None
    seed: int = 7


def taught(asked: Asked, *, cut_off: date) -> Taught | None:
    """By net earnings: what purchases of the campaign's days earn, less rewards and contacts. None where too few people
    took part. The list holds those assigned, by what is known of them at `cut_off`."""
    try:
        trial, margin_share = trial_of_campaign(asked)
    except WrongCampaign:
        return None
    if min(trial.treated.sum(), (~trial.treated).sum()) < ARM_LEAST or not trial.outcome.any():
        return None
    decision, plan = decide(
        less_usual(trial, seed=asked.seed), value=1.0, cost=asked.contact_cost, seed=asked.seed, learners=QUICK
    )  # the outcome is money already
    listed = _listed(asked, trial, plan, decision, cut_off) if decision.verdict == "target" else None
    return Taught(decision, listed, margin_share)


def trial_of_campaign(asked: Asked) -> tuple[Trial, float | None]:
    """Facts as of the day before, the arm, and net earnings in minor units; and the margin share that was taken.

    A purchase counts as the mean one: whether someone came is what a campaign moves, and sizes of receipts are mostly
    chance. Nothing from the campaign's own days is among the features. Up to PEOPLE_MAX customers are drawn. Raises
    WrongCampaign with too few people.
    """
    engine, lines = asked.engine, table_of(asked.lines, "campaign_lines", asked.engine)
    after = spent(lines, (Window("after", asked.from_on, asked.until_on),))
    joined = _assigned(asked).left_join(_known(asked, asked.from_on - timedelta(days=1)), "customer")
    joined = joined.drop("customer_right").left_join(after, "customer").drop("customer_right")
    found = engine.arrow(joined.order_by("customer"))
    if found.num_rows < PEOPLE_LEAST:
        raise WrongCampaign(f"{found.num_rows} assigned customers are too few to learn whom to treat: {PEOPLE_LEAST}.")
    if found.num_rows > PEOPLE_MAX:
        chosen = np.random.default_rng(asked.seed).choice(found.num_rows, PEOPLE_MAX, replace=False)
        found = found.take(np.sort(chosen))
    purchases, revenue, margin, uncosted = (
        np.nan_to_num(np.asarray(found[f"after_{name}"].cast(pa.float64()).to_numpy(), dtype=np.float64))
        for name in ("purchases", "revenue_minor", "margin_minor", "uncosted_minor")
    )
    costed = float(revenue.sum() - uncosted.sum())
    share = asked.margin_share
    if share is None and costed > 0 and costed >= COSTED * revenue.sum():
        share = max(0.0, float(margin.sum()) / costed)
    each = float(revenue.sum()) / max(1.0, float(purchases.sum())) * (1.0 if share is None else share)
    given: Floats = np.asarray(found["reward_minor"].to_numpy(), dtype=np.float64)
    treated = np.asarray(found["arm"].to_numpy() == TREATED)
    if np.isnan(given).all():
        given = np.where(purchases > 0, asked.reward_cost_minor, 0.0)
    net = each * purchases - np.where(treated, np.nan_to_num(given), 0.0)
    flat = found.select(["arm", *KNOWN]).append_column("net_minor", pa.array(net))
    return trial_of(flat, treatment="arm", outcome="net_minor", columns=KNOWN), share


def _assigned(asked: Asked) -> ir.Table:
    """customer, arm, reward_minor (null: not said), each customer once."""
    said = named_arms(table_of(asked.assigned, "campaign_assigned", asked.engine))
    inside = said.filter(said.arm.isin([TREATED, CONTROL]), said.customer.notnull())
    reward = inside.reward_minor.max() if "reward_minor" in said.schema() else ibis.literal(None, "float64")
    return inside.group_by("customer").agg(arm=inside.arm.max(), reward_minor=reward)


def _known(asked: Asked, cut_off: date) -> ir.Table:
    """Facts as of a day, as floats; kept."""
    lines = table_of(asked.lines, "campaign_lines", asked.engine)
    found = facts(complete(lines), cut_off=cut_off)
    floats = {name: found[name].cast("float64") for name in KNOWN}
    return asked.engine.keep("campaign_facts", found.select("customer", **floats))


def _listed(asked: Asked, trial: Trial, plan: Plan, decision: Decision, cut_off: date) -> pa.Table:
    """Of those assigned, whom the plan chooses as they are now."""
    now = _assigned(asked).select("customer").left_join(_known(asked, cut_off), "customer").drop("customer_right")
    people = asked.engine.arrow(now.order_by("customer"))
    judged = targets(people, trial, plan, value=decision.value, cost=decision.cost, verdict=decision.verdict)
    chosen = judged.filter(judged["target"]).sort_by([("expected_profit", "descending"), ("rank", "ascending")])
    places: Sequence[int] = range(1, chosen.num_rows + 1)
    return pa.table(
        {
            "rank": pa.array(places, pa.int64()),
            "customer": chosen["customer"],
            "expected_profit_minor": pc.round(chosen["expected_profit"]).cast(pa.int64()),
        }
    )
