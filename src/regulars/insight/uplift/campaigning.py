"""All campaigns of a file judged, and what each teaches about whom the next should go to."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.lines import complete
from regulars.insight.uplift.arms import named_arms
from regulars.insight.uplift.beforeafter import before_after
from regulars.insight.uplift.coding import trial_of
from regulars.insight.uplift.deciding import decide
from regulars.insight.uplift.errors import NoControlGroup, WrongCampaign
from regulars.insight.uplift.found import Campaign, CampaignFound
from regulars.insight.uplift.learners import LEARNERS
from regulars.insight.uplift.moves import CONTROL, TREATED, Decision, Result, Trial
from regulars.insight.uplift.resulting import result
from regulars.insight.uplift.windows import Window, spent, table_of

DAYS: Final = 28
PEOPLE_MAX: Final = 200_000  # for learning whom to treat; more teach no more
PEOPLE_LEAST: Final = 1_000
KNOWN: Final = (
    "visits", "spend_minor", "spend_365_minor", "spend_90_minor", "mean_visit_minor", "recency_days", "tenure_days",
    "gap_days_typical", "visits_90", "categories", "discount_share",
)  # fmt: skip
_QUICK: Final = {name: LEARNERS[name] for name in ("two-models-strict", "transformed")}


def campaigns(
    assignments: Mapping[str, pa.Table],
    lines: Any,
    *,
    engine: Engine,
    cut_off: date,
    days: int = DAYS,
    reward_cost_minor: int = 0,
    contact_cost_minor: int = 0,
    margin_share: float | None = None,
    seed: int = 7,
) -> CampaignFound:
    """Each campaign over the `days` from the first day on which anything was sent, at most up to `cut_off`.

    `assignments`: campaign → customer, arm, sent_on (see `read_assignments`). One without a control group gets the weak
    look; one that cannot be judged keeps its code. Raises nothing for a single campaign's faults.
    """
    found = []
    for name, assigned in assignments.items():
        from_on = first_sent(assigned)
        if from_on is None or from_on > cut_off:
            found.append(Campaign(name, cut_off, cut_off, None, refused="wrong-campaign"))
            continue
        until_on = min(from_on + timedelta(days=days - 1), cut_off)
        planned = from_on + timedelta(days=days - 1)
        try:
            judged = result(
                assigned, lines, from_on=from_on, until_on=until_on, planned_until_on=planned, engine=engine,
                name=name, margin_share=margin_share, seed=seed, reward_cost_minor=reward_cost_minor,
                contact_cost_minor=contact_cost_minor,
            )  # fmt: skip
        except NoControlGroup:
            found.append(_weak(name, assigned, lines, engine, from_on, until_on))
            continue
        except RegularsError as refusal:
            found.append(Campaign(name, from_on, until_on, None, refused=refusal.code))
            continue
        taught = _taught(assigned, lines, engine, judged, contact_cost_minor, margin_share, seed)
        found.append(Campaign(name, from_on, until_on, judged, decision=taught))
    return CampaignFound(tuple(sorted(found, key=lambda one: (one.from_on, one.name))))


def first_sent(assigned: pa.Table) -> date | None:
    """The first day on which anything was sent; None where none is said or understood."""
    if "sent_on" not in assigned.column_names:
        return None
    days = pc.utf8_slice_codeunits(assigned["sent_on"].cast(pa.string()), 0, 10)
    told = [day for day in pc.unique(days).to_pylist() if day and _is_day(day)]
    return date.fromisoformat(min(told)) if told else None


def trial_of_campaign(
    assigned: Any, lines: Any, *, engine: Engine, from_on: date, until_on: date, seed: int = 7
) -> Trial:
    """Facts as of the day before the campaign, the arm, and purchases during it, of up to PEOPLE_MAX customers.

    Nothing from the campaign's own days is among the features. Raises WrongCampaign with too few people.
    """
    table = table_of(assigned, "campaign_assigned", engine)
    bought = table_of(lines, "campaign_lines", engine)
    before = engine.keep("campaign_facts", facts(complete(bought), cut_off=from_on - timedelta(days=1)))
    after = spent(bought, (Window("after", from_on, until_on),))
    said = named_arms(table)
    inside = said.filter(said.arm.isin([TREATED, CONTROL]), said.customer.notnull())
    once = inside.group_by("customer").agg(arm=inside.arm.max())
    joined = once.left_join(before.select("customer", *KNOWN), "customer").drop("customer_right")
    joined = joined.left_join(after.select("customer", "after_purchases"), "customer").drop("customer_right")
    counted = joined.mutate(purchases=joined.after_purchases.fill_null(0)).drop("after_purchases")
    found = engine.arrow(counted.mutate(**{name: ibis._[name].cast("float64") for name in KNOWN}).order_by("customer"))
    if found.num_rows < PEOPLE_LEAST:
        raise WrongCampaign(f"{found.num_rows} assigned customers are too few to learn whom to treat: {PEOPLE_LEAST}.")
    if found.num_rows > PEOPLE_MAX:
        chosen = np.random.default_rng(seed).choice(found.num_rows, PEOPLE_MAX, replace=False)
        found = found.take(np.sort(chosen))
    return trial_of(found, treatment="arm", outcome="purchases", columns=KNOWN)


def _taught(
    assigned: pa.Table,
    lines: Any,
    engine: Engine,
    judged: Result,
    contact_cost_minor: int,
    margin_share: float | None,
    seed: int,
) -> Decision | None:
    """Whom the next campaign should go to; None where too few people took part or the arms cannot be compared."""
    if judged.conclusion in ("sample-ratio-mismatch", "arms-not-alike", "too-few"):
        return None
    control = judged.effects["purchases"].control
    worth = judged.effects["revenue_minor"].control / control if control > 0 else 0.0
    value = worth * (1.0 if margin_share is None else margin_share)
    if value <= 0 or min(judged.treated, judged.control) < 300:
        return None
    try:
        trial = trial_of_campaign(
            assigned, lines, engine=engine, from_on=judged.from_on, until_on=judged.until_on, seed=seed
        )
    except WrongCampaign:
        return None
    return decide(trial, value=value, cost=float(contact_cost_minor), seed=seed, learners=_QUICK)[0]


def _weak(name: str, assigned: pa.Table, lines: Any, engine: Engine, from_on: date, until_on: date) -> Campaign:
    span = (until_on - from_on).days + 1
    try:
        look = before_after(assigned, lines, engine=engine, from_on=from_on, days=span)
    except RegularsError as refusal:
        return Campaign(name, from_on, until_on, None, refused=refusal.code)
    return Campaign(name, from_on, until_on, None, weak=look, refused=NoControlGroup.code)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
