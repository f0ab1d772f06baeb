"""All campaigns of a file judged, and what each teaches about whom the next should go to."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.uplift.beforeafter import before_after
from regulars.insight.uplift.errors import NoControlGroup
from regulars.insight.uplift.found import Campaign, CampaignFound
from regulars.insight.uplift.moves import Result
from regulars.insight.uplift.resulting import result
from regulars.insight.uplift.teaching import Asked, Taught, taught

DAYS: Final = 28


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

    `assignments`: campaign → customer, arm, sent_on and, where known, contact_minor and reward_minor (see
    `read_assignments`), which go before the costs given here. One without a control group gets the weak
    look; one that cannot be judged keeps its code. Raises nothing for a single campaign's faults.
    """
    found = []
    for name, assigned in assignments.items():
        from_on = first_sent(assigned)
        if from_on is None or from_on > cut_off:
            why = "wrong-campaign" if from_on is None else "later-than-sales"
            found.append(Campaign(name, from_on or cut_off, from_on or cut_off, None, refused=why))
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
        own = _contact_cost(assigned)
        asked = Asked(
            assigned, lines, engine, from_on, until_on, contact_cost_minor if own is None else own,
            reward_cost_minor, margin_share, seed,
        )  # fmt: skip
        found.append(Campaign(name, from_on, until_on, judged, taught=_taught(asked, judged, cut_off)))
    return CampaignFound(tuple(sorted(found, key=lambda one: (one.from_on, one.name))))


def first_sent(assigned: pa.Table) -> date | None:
    """The first day on which anything was sent; None where none is said or understood."""
    if "sent_on" not in assigned.column_names:
        return None
    days = pc.utf8_slice_codeunits(assigned["sent_on"].cast(pa.string()), 0, 10)
    told = [day for day in pc.unique(days).to_pylist() if day and _is_day(day)]
    return date.fromisoformat(min(told)) if told else None


def _taught(asked: Asked, judged: Result, cut_off: date) -> Taught | None:
    """Nothing where the arms cannot be compared."""
    if judged.conclusion in ("sample-ratio-mismatch", "arms-not-alike", "too-few"):
        return None
    return taught(asked, cut_off=cut_off)


def _contact_cost(assigned: pa.Table) -> float | None:
    """What a contact cost on average, of those who were sent one; None where the table does not say."""
    if "contact_minor" not in assigned.column_names:
        return None
    costs = np.nan_to_num(np.asarray(assigned["contact_minor"].cast(pa.float64()).to_numpy(), dtype=np.float64))
    return float(costs[costs > 0].mean()) if (costs > 0).any() else 0.0


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
