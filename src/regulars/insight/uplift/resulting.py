"""What a campaign brought: everyone assigned is counted, whether or not anything ever reached them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import numpy as np

from regulars.history.engine import Engine
from regulars.insight.uplift.arms import Arms, arms
from regulars.insight.uplift.balance import balance, mismatch
from regulars.insight.uplift.counting import cuped, effect, ratio
from regulars.insight.uplift.errors import WrongCampaign
from regulars.insight.uplift.moves import OUTCOMES, Balance, Effect, Flags, Floats, Mismatch, Result
from regulars.insight.uplift.subgroups import subgroups
from regulars.insight.uplift.windows import Window, winsorised

BUYERS_LEAST: Final = 10  # in each arm; with fewer no interval of a mean means anything


def result(
    assigned: Any,
    lines: Any,
    *,
    from_on: date,
    until_on: date,
    engine: Engine,
    name: str = "",
    reward_cost_minor: int = 0,
    contact_cost_minor: int = 0,
    margin_share: float | None = None,
    pre_days: int = 90,
    planned_until_on: date | None = None,
    control_share: float | None = None,
    grouped_by: Sequence[str] = ("stratum",),
    level: float = 0.05,
    seed: int = 7,
) -> Result:
    """Treated against control by intention to treat, between two days, both included.

    `assigned`: customer, arm and, where known, sent_on, reward_minor and contact_minor (what a reward and a contact
    really cost each), control_share and columns to group by. Whoever was assigned counts in their arm for ever, or the
    unreached and the unmoved would drop out of one arm only. Costs: `contact_cost_minor` for each treated customer who
    was sent something (all of them where sent_on is missing), `reward_cost_minor` for each treated buyer, unless the
    table's own columns say better. A discount that the till took off is already missing from the revenue and must not
    be counted again.

    `capped_minor` is revenue with spends above the 99.5 % point of both arms cut to it: less money than there was, and
    a steadier sign of whether people bought more. Margin is revenue less cost where the lines know the cost, or
    `margin_share` of revenue; without either there is none. `pre_days` before `from_on` serve CUPED and the balance
    check. Looking before `planned_until_on` is allowed: the conclusion then rests on the bounds that hold at every
    look. Raises WrongCampaign, InBothArms, NoControlGroup.
    """
    _check(from_on, until_on, pre_days, level)
    after = Window("after", from_on, until_on)
    before = after.earlier(pre_days, "before")
    found = arms(assigned, lines, engine=engine, windows=(after, before), grouped_by=grouped_by)
    outcomes, earlier, unknown = _with_margin(found, margin_share)
    cost = _cost(found, reward_cost_minor, contact_cost_minor)
    if "margin_minor" in outcomes:
        outcomes["margin_minor"] = outcomes["margin_minor"] - cost
    planned = Window("planned", from_on, max(planned_until_on or until_on, until_on))
    progress = after.days / planned.days
    effects = {
        one: effect(one, outcomes[one], earlier[one], found.treated, level=level, progress=progress, seed=seed)
        for one in OUTCOMES
        if one in outcomes
    }
    checked = _Judged(effects, outcomes, earlier, progress, level, control_share or found.control_share, seed)
    return replace(
        _judged(found, checked),
        name=name,
        from_on=from_on,
        until_on=until_on,
        pre_days=pre_days,
        unknown=unknown,
        cost_minor=int(cost.sum()),
    )


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the conclusion is drawn from."""

    effects: Mapping[str, Effect]
    outcomes: Mapping[str, Floats]
    earlier: Mapping[str, Floats]
    progress: float
    level: float
    control_share: float | None
    seed: int


def _judged(found: Arms, seen: _Judged) -> Result:
    """The result without its name, days and costs."""
    treated = found.treated
    outcome = "margin_minor" if "margin_minor" in seen.effects else "revenue_minor"
    adjusted, _ = cuped(seen.outcomes[outcome], seen.earlier[outcome], treated)
    table, interactions = subgroups(adjusted, treated, found.groups, level=seen.level, seed=seen.seed)
    drawn = mismatch(int(treated.sum()), int((~treated).sum()), seen.control_share)
    alike = balance(_covariates(found), treated)
    receipt = ratio(
        "revenue_per_purchase_minor",
        seen.outcomes["revenue_minor"],
        seen.outcomes["purchases"],
        treated,
        level=seen.level,
    )
    return Result(
        name="",
        from_on=date.min,
        until_on=date.max,
        pre_days=0,
        treated=int(treated.sum()),
        control=int((~treated).sum()),
        reached=None if found.sent is None else int((found.sent & treated).sum()),
        control_reached=None if found.sent is None else int((found.sent & ~treated).sum()),
        aside=found.aside,
        effects=seen.effects,
        ratios=() if receipt is None else (receipt,),
        mismatch=drawn,
        balance=alike,
        subgroups=table,
        interactions=interactions,
        progress=seen.progress,
        outcome=outcome,
        conclusion=_conclusion(seen, outcome, treated, drawn, alike),
    )


def _check(from_on: date, until_on: date, pre_days: int, level: float) -> None:
    if until_on < from_on:
        raise WrongCampaign(f"The campaign ends ({until_on}) before it begins ({from_on}).")
    if pre_days < 1:
        raise WrongCampaign(f"At least one day before is needed, not {pre_days}.")
    if not 0 < level < 0.5:
        raise WrongCampaign(f"The level must lie between 0 and .5, not {level}.")


def _with_margin(
    found: Arms, margin_share: float | None
) -> tuple[dict[str, Floats], dict[str, Floats], Mapping[str, str]]:
    """Outcomes after and before, with margin by share of revenue where one is given or else by cost."""
    after, before = dict(found.after), dict(found.before)
    after["capped_minor"], before["capped_minor"] = (winsorised(o["revenue_minor"]) for o in (after, before))
    if margin_share is not None:
        after["margin_minor"] = margin_share * after["revenue_minor"]
        before["margin_minor"] = margin_share * before["revenue_minor"]
    return after, before, {} if "margin_minor" in after else {"margin_minor": "cost-unknown"}


def _cost(found: Arms, reward_minor: int, contact_minor: int) -> Floats:
    """What each treated customer cost; nothing in the control arm."""
    sent = found.treated if found.sent is None else found.sent & found.treated
    given = found.after["buyers"] * reward_minor if found.reward_minor is None else found.reward_minor
    sending = contact_minor * sent if found.contact_minor is None else found.contact_minor
    cost: Floats = np.where(found.treated, given + sending, 0.0)
    return cost


def _covariates(found: Arms) -> dict[str, Floats]:
    """What was known before: own purchases, and belonging to each stratum but the largest."""
    known = {f"{name} before": found.before[name] for name in ("buyers", "purchases", "revenue_minor")}
    for name, levels in found.groups.items():
        codes, counts = np.unique(np.asarray(levels, dtype=str), return_counts=True)
        for code in codes[np.argsort(-counts, kind="stable")][1:20]:
            known[f"{name}: {code}"] = np.asarray(levels == code, dtype=np.float64)
    return known


def _conclusion(seen: _Judged, outcome: str, treated: Flags, drawn: Mismatch, alike: Balance) -> str:
    """No sentence about arms that were not drawn as planned or were unlike before; before the end, the wider bounds."""
    if drawn.broken:
        return "sample-ratio-mismatch"
    if alike.broken:
        return "arms-not-alike"
    buyers = seen.outcomes["buyers"]
    if min(buyers[treated].sum(), buyers[~treated].sum()) < BUYERS_LEAST:
        return "too-few"
    judged = seen.effects[outcome]
    bounds = judged.anytime if seen.progress < 1 else judged.difference
    return "works" if bounds.low > 0 else "harms" if bounds.high < 0 else "not-shown"
