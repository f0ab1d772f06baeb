"""Whom to keep and whom to win: retention by expected loss, prospects by likeness to those who rose."""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.churn.fairness import top
from regulars.insight.churn.found import Caught, Retention
from regulars.insight.churn.outcomes import Seen
from regulars.insight.findings import ActionList
from regulars.insight.holdout import numbers
from regulars.insight.scoring.moves import Flags, Floats
from regulars.insight.settings import WrongSetting

ALIVE_LEAST: Final = 0.01
PROSPECTS_SHARE: Final = 0.1
_YEAR: Final = 365
Named = Callable[[ir.Table], ir.Table]


@dataclass(frozen=True, slots=True)
class Terms:
    """How the lists are cut, and what a contact is assumed to do. All of it is for the shop to decide."""

    share: float = 0.3  # of the customers judged, by expected loss
    saved_share: float = 0.1  # of leavers who are contacted stay: an assumption until a campaign has shown it
    contact_cost_minor: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1 or not 0 < self.saved_share <= 1:
            raise WrongSetting("The share of the retention list and the share saved must be above 0 and at most 1.")
        if self.contact_cost_minor is not None and self.contact_cost_minor < 0:
            raise WrongSetting("A contact cannot cost less than nothing.")


def valued(scored: ir.Table, features: ir.Table, scores: ir.Table | None, *, leaving: bool = True) -> ir.Table:
    """The scored customers with value_minor, at_stake_minor (expected loss), spend_365_minor and last_on.

    The value is what the customer is expected to spend if they stay: the model's expected spend (`scores`: customer,
    p_alive, expected_spend_minor) over its own chance of being alive, or without a model the spend of the last year.
    Never below 0.
    """
    facts = features.select("customer", "spend_365_minor", "last_on")
    wide = scored.left_join(facts, "customer").drop("customer_right")
    value = wide.spend_365_minor.cast("float64")
    if scores is not None:
        worth = scores.select("customer", "p_alive", "expected_spend_minor")
        wide = wide.left_join(worth, "customer").drop("customer_right")
        staying = wide.expected_spend_minor / ibis.greatest(wide.p_alive, ALIVE_LEAST)
        value = ibis.coalesce(staying, wide.spend_365_minor.cast("float64"))
    value = ibis.greatest(value, 0.0).round().cast("int64")
    wide = wide.mutate(value_minor=value)
    if not leaving:  # prospects alone: nobody is said to leave
        return wide.mutate(at_stake_minor=0)
    return wide.mutate(at_stake_minor=(wide.leave_probability * wide.value_minor).round().cast("int64"))


def retention(kept: ir.Table, judged: int, terms: Terms, *, engine: Engine, named: Named) -> ActionList:
    """The top share of the judged by expected loss; who has nothing to lose is left out.

    rank, customer, (value_class,) leave_probability, value_minor, at_stake_minor, spend_365_minor, last_on,
    usual_gap_days, reason_1 … reason_3, and `pays` where a contact's cost is stated: whether it is worth it.
    """
    some = kept.filter(kept.at_stake_minor > 0)
    if terms.contact_cost_minor is not None:
        some = some.mutate(pays=some.at_stake_minor * terms.saved_share > terms.contact_cost_minor)
    best_first = ibis.window(order_by=[some.at_stake_minor.desc(), some.customer])
    ranked = some.mutate(rank=ibis.row_number().over(best_first) + 1)
    return _list("retention", "leave", ranked.filter(ranked["rank"] <= ceil(terms.share * judged)), engine, named)


def terms_of(table: pa.Table, terms: Terms, *, value_basis: str, value_days: int) -> Retention:
    """What the list costs and brings under the assumptions."""
    stake = numbers(table, "at_stake_minor")
    cost = terms.contact_cost_minor
    return Retention(
        share=terms.share,
        value_basis=value_basis,
        value_days=value_days,
        saved_share=terms.saved_share,
        contact_cost_minor=cost,
        break_even_minor=int(stake.mean() * terms.saved_share) if len(stake) else 0,
        pays=None if cost is None else int((stake * terms.saved_share > cost).sum()),
    )


def prospects(kept: ir.Table, important_minor: int, *, engine: Engine, named: Named) -> ActionList:
    """The tenth of customers below `important_minor` a year who are most like those who rose above it.

    at_stake_minor is the chance × what they would spend more a year as an important customer.
    """
    some = kept.filter(kept.spend_365_minor < important_minor)
    gain = (some.rise_probability * (important_minor - some.spend_365_minor)).round().cast("int64")
    some = some.drop("at_stake_minor").mutate(at_stake_minor=gain)
    best_first = ibis.window(order_by=[some.rise_probability.desc(), some.customer])
    ranked = some.mutate(rank=ibis.row_number().over(best_first) + 1, many=some.count().over())
    chosen = ranked.filter(ranked["rank"] <= (ranked.many * PROSPECTS_SHARE).ceil())
    return _list("prospects", "rise", chosen, engine, named)


def _list(name: str, run: str, chosen: ir.Table, engine: Engine, named: Named) -> ActionList:
    have = chosen.columns
    first = [c for c in ("rank", "customer", "value_class", f"{run}_probability") if c in have]
    rest = [c for c in ("value_minor", "at_stake_minor", "spend_365_minor", "last_on", "usual_gap_days") if c in have]
    reasons = {f"reason_{n}": chosen[f"{run}_reason_{n}"] for n in (1, 2, 3)}
    pays = ["pays"] if "pays" in have else []
    listed = chosen.select(*first, *rest, *pays, **reasons)
    table = engine.arrow(named(engine.keep(f"churn_{name}", listed)).order_by("rank"))
    return ActionList(name, table, len(table), int(numbers(table, "at_stake_minor").sum()))


def caught(later: Seen, probability: Floats, share: float) -> Caught:
    """What the same list would have caught at the later cut-off, valued by the spend of the year before it."""
    spend = np.maximum(numbers(later.table, "spend_365_minor"), 0.0)
    orders = [top(score, share) for score in (probability, probability * spend, spend)]
    leavers = [_part(chosen, 1.0 * later.left) for chosen in orders]
    money = [_part(chosen, later.left * spend) for chosen in orders]
    return Caught(
        share=share,
        leavers_by_probability=leavers[0],
        leavers_by_loss=leavers[1],
        leavers_by_spend=leavers[2],
        money_by_probability=money[0],
        money_by_loss=money[1],
        money_by_spend=money[2],
    )


def _part(chosen: Flags, weight: Any) -> float:
    whole = float(weight.sum())
    return float(weight[chosen].sum()) / whole if whole > 0 else 0.0
