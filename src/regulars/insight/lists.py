"""Lists a shop can act on at once: best, rising, slipping, lost, one-time; each row with its reasons."""

from collections.abc import Mapping
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.findings import ActionList
from regulars.insight.reasons import coded

LISTS: Final = ("best", "rising", "slipping", "lost", "one_time")
SLIPPING_MIN_VISITS: Final = 3
SILENT: Final = 0.05  # a silence this rare is named before any slowing
_GONE: Final = ("decline", "lost")
_FACTS: Final = ("customer", "stage", "value_class", "spend_365_minor", "last_on", "gap_days_typical")


def action_lists(customers: ir.Table, *, engine: Engine, important_minor: int = 1) -> Mapping[str, ActionList]:
    """Every list, whole. `customers` is a kept table: facts with stage, silence_chance, gone_probability, slowing,
    rising (of `judge`) and value_class (of `value_classes`).

    `important_minor` is the amount a year from which a lost customer is worth a row. Each table: rank, customer,
    stage, value_class, spend_365_minor, last_on, gap_days_typical, at_stake_minor, reason_1 … reason_3 (codes of
    `reasons`, null where there are fewer). Ties go by customer.
    """
    usual = engine.row(customers.agg(usual=customers.gap_days_typical.quantile(0.5)))["usual"]
    known = customers.filter(customers.visits > 0)
    chosen = {
        "best": best(known),
        "rising": rising(known),
        "slipping": slipping(known),
        "lost": lost(known, important_minor),
        "one_time": one_time(known, usual),
    }
    return {name: _run(name, chosen[name], engine) for name in LISTS}


def best(known: ir.Table) -> ir.Table:
    """Important customers and VIPs who are still active, by spend of the last year."""
    kept = known.filter(known.value_class.isin(["important", "vip"]), ~known.stage.isin(_GONE))
    return _listed(
        kept,
        at_stake=kept.spend_365_minor,
        order=kept.spend_365_minor,
        reasons=(_spent(kept), coded("often", kept.visits, kept.gap_days_typical), coded("seen", kept.recency_days)),
    )


def rising(known: ir.Table) -> ir.Table:
    """Active customers who come significantly more often than before, by spend of the last year."""
    kept = known.filter(known.rising, ~known.stage.isin(_GONE))
    return _listed(
        kept,
        at_stake=kept.spend_365_minor,
        order=kept.spend_365_minor,
        reasons=(coded("faster", kept.trend_recent, kept.trend_before), _spent(kept), coded("seen", kept.recency_days)),
    )


def slipping(known: ir.Table) -> ir.Table:
    """Declining customers with some history, by the spend of the last year that is likely gone."""
    kept = known.filter(known.stage == "decline", known.visits >= SLIPPING_MIN_VISITS)
    silent = coded("silent", kept.recency_days, kept.gap_days_typical)
    slower = coded("slowing", kept.trend_recent, kept.trend_before)
    rare = coded("rare", (100 * kept.silence_chance).ceil())
    at_stake = at_risk(kept)
    by_silence = ~kept.slowing | (kept.silence_chance <= SILENT)
    return _listed(
        kept,
        at_stake=at_stake,
        order=at_stake,
        reasons=(
            ibis.ifelse(by_silence, silent, slower),
            ibis.ifelse(by_silence, rare, silent),
            _spent(kept),
        ),
    )


def lost(known: ir.Table, from_minor: int) -> ir.Table:
    """Lost customers with some history, by what they brought in a year while they were active."""
    gone = known.mutate(yearly_minor=_yearly(known))
    kept = gone.filter(gone.stage == "lost", gone.yearly_minor >= from_minor, gone.visits >= SLIPPING_MIN_VISITS)
    return _listed(
        kept,
        at_stake=kept.yearly_minor,
        order=kept.yearly_minor,
        reasons=(
            coded("silent", kept.recency_days, kept.gap_days_typical),
            coded("yearly", kept.yearly_minor),
            coded("often", kept.visits, kept.gap_days_typical),
        ),
    )


def one_time(known: ir.Table, usual_days: float | None) -> ir.Table:
    """Those who bought once, longer ago than half of the others' usual gaps; the latest first, who may still return."""
    usual = ibis.literal(usual_days, "float64")
    kept = known.filter(known.visits == 1, known.recency_days > usual)
    return _listed(
        kept,
        at_stake=kept.spend_minor,
        order=-kept.recency_days,
        reasons=(
            coded("once", kept.recency_days, usual),
            coded("first", kept.spend_minor),
            ibis.null("string"),
        ),
    )


def at_risk(known: ir.Table) -> ir.IntegerValue:
    """Spend of the last year × probability of having left; a slowing customer loses at least what the slowing cost."""
    slowed = ibis.ifelse(
        known.slowing, 1 - known.trend_recent / known.trend_before.nullif(0), ibis.literal(0.0)
    ).fill_null(0.0)
    share = ibis.greatest(known.gone_probability, slowed)
    return ibis.greatest((known.spend_365_minor * share).round().cast("int64"), 0)


def _yearly(known: ir.Table) -> ir.IntegerValue:
    """Spend a year between the first and the last visit, counted as a year where it was shorter."""
    active_days = ibis.greatest(known.tenure_days - known.recency_days, 365)
    return (known.spend_minor * 365 / active_days).round().cast("int64")


def _spent(known: ir.Table) -> ir.StringValue:
    return coded("spent", 365, known.spend_365_minor)


def _listed(
    kept: ir.Table, *, at_stake: ir.IntegerValue, order: ir.NumericValue, reasons: tuple[Any, Any, Any]
) -> ir.Table:
    """The columns every list has, in the list's order."""
    wide = kept.select(
        *(kept[name] for name in _FACTS),
        at_stake_minor=at_stake,
        **{f"reason_{n}": reason for n, reason in enumerate(reasons, 1)},
        sort_by=order,
    )
    best_first = ibis.window(order_by=[wide.sort_by.desc(), wide.customer])
    ranked = wide.mutate(rank=ibis.row_number().over(best_first) + 1)
    return ranked.select("rank", *wide.drop("sort_by").columns).order_by("rank")


def _run(name: str, listed: ir.Table, engine: Engine) -> ActionList:
    table = engine.arrow(listed)
    # Arrow sums 64 bits in 64 bits.
    stake = sum(chunk.to_numpy().sum(dtype="int64").item() for chunk in table["at_stake_minor"].chunks)
    return ActionList(name=name, table=table, customers=table.num_rows, at_stake_minor=int(stake))
