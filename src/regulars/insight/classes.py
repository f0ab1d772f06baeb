"""Value classes: prospect, ordinary, important, VIP; by amounts spent in a window, stated or found once by quantile."""

from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.basics.errors import RegularsError
from regulars.history.engine import Engine
from regulars.insight.findings import Classes
from regulars.insight.flow import class_flow
from regulars.insight.scores import rfm_cells

PROSPECT, ORDINARY, IMPORTANT, VIP = "prospect", "ordinary", "important", "vip"
VALUE_CLASSES: Final = (PROSPECT, ORDINARY, IMPORTANT, VIP)
_VALUE_COLUMN: Final = {365: "spend_365_minor", 90: "spend_90_minor", None: "spend_minor"}


class ClassRuleWrong(RegularsError):
    """A class rule that contradicts itself or asks for a window that the fact table does not hold."""

    code = "class-rule-wrong"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Who is important and who is a VIP.

    By default quantiles of all customers: the top 2.5 % are VIPs, those after them up to 20 % important. Stated
    amounts (important from, VIP from; in minor units of net spend in the window) take their place. `window_days` is
    365, 90 or None for all time.
    """

    window_days: int | None = 365
    vip_top: float = 0.025
    important_top: float = 0.2
    cut_offs_minor: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if self.window_days not in _VALUE_COLUMN:
            raise ClassRuleWrong(f"Classes look back 365 or 90 days or over all time, not {self.window_days} days.")
        if not 0 < self.vip_top <= self.important_top < 1:
            raise ClassRuleWrong("Shares must rise: 0 < VIP ≤ important < 1.")
        if self.cut_offs_minor is not None and not 0 < self.cut_offs_minor[0] <= self.cut_offs_minor[1]:
            raise ClassRuleWrong("Amounts must rise: 0 < important from ≤ VIP from.")


def in_amounts(facts: ir.Table, rule: ClassRule, engine: Engine) -> ClassRule:
    """The same rule with its quantiles turned into amounts, so that last month can be judged by today's measure.

    The amount is at least 1: nobody becomes important by spending nothing. Customers who spent exactly the amount are
    in, so ties make a class larger, never arbitrary.
    """
    if rule.cut_offs_minor is not None:
        return rule
    buyers = facts.filter(facts.visits > 0)
    value = buyers[_VALUE_COLUMN[rule.window_days]]
    found = engine.row(
        buyers.agg(important=value.quantile(1 - rule.important_top), vip=value.quantile(1 - rule.vip_top))
    )
    important = max(1, ceil(found["important"] or 0))
    return replace(rule, cut_offs_minor=(important, max(important, ceil(found["vip"] or 0))))


def value_classes(facts: ir.Table, *, rule: ClassRule, prospects: ir.Table | None = None) -> ir.Table:
    """customer, value_class, value_minor (net spend in the rule's window) for a rule with amounts.

    A known person without a purchase that stands is a prospect: those of `prospects` (a table with `customer`) who are
    not in the facts, and those who brought everything back. Raises ClassRuleWrong where the rule has no amounts yet.
    """
    if rule.cut_offs_minor is None:
        raise ClassRuleWrong("Turn the rule's quantiles into amounts first (in_amounts).")
    important_minor, vip_minor = rule.cut_offs_minor
    value = facts[_VALUE_COLUMN[rule.window_days]]
    name = ibis.cases(
        (facts.visits == 0, PROSPECT), (value >= vip_minor, VIP), (value >= important_minor, IMPORTANT), else_=ORDINARY
    )
    known = facts.select(facts.customer, value_class=name, value_minor=value)
    if prospects is None:
        return known
    new = prospects.filter(prospects.customer.notnull()).select(customer=prospects.customer.cast(facts.customer.type()))
    new = new.distinct().anti_join(facts, "customer")
    return ibis.union(known, new.mutate(value_class=ibis.literal(PROSPECT), value_minor=ibis.literal(0, "int64")))


def classes(
    facts: ir.Table,
    days: ir.Table,
    *,
    engine: Engine,
    cut_off: date,
    rule: ClassRule | None = None,
    prospects: ir.Table | None = None,
) -> Classes:
    """The chapter on value: classes, movement between them, RFM cells. `facts` and `days` should be kept tables."""
    asked = rule or ClassRule()
    exact = in_amounts(facts, asked, engine)
    assert exact.cut_offs_minor is not None
    return Classes(
        table=_summary(value_classes(facts, rule=exact, prospects=prospects), exact.cut_offs_minor, engine),
        basis="quantile" if asked.cut_offs_minor is None else "amount",
        cut_offs_minor=exact.cut_offs_minor,
        window_days=exact.window_days or 0,
        flow=class_flow(
            days, engine=engine, cut_off=cut_off, cut_offs_minor=exact.cut_offs_minor, window_days=exact.window_days
        ),
        rfm=engine.arrow(rfm_cells(facts)),
    )


def _summary(classed: ir.Table, cut_offs_minor: tuple[int, int], engine: Engine) -> pa.Table:
    """One row per class, in rising order, also for a class that nobody is in."""
    grouped = classed.group_by("value_class").agg(
        customers=classed.count(), spend_minor=classed.value_minor.sum().cast("decimal(38,0)").cast("int64")
    )
    found = {row["value_class"]: row for row in engine.rows(grouped)}
    customers = [found[name]["customers"] if name in found else 0 for name in VALUE_CLASSES]
    spend = [found[name]["spend_minor"] if name in found else 0 for name in VALUE_CLASSES]
    whole = sum(spend)
    return pa.table(
        {
            "value_class": list(VALUE_CLASSES),
            "customers": pa.array(customers, pa.int64()),
            "spend_minor": pa.array(spend, pa.int64()),
            "spend_share": [amount / whole if whole > 0 else 0.0 for amount in spend],
            "from_minor": pa.array([None, 0, *cut_offs_minor], pa.int64()),
        }
    )
