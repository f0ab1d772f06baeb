"""Who is loyal by what they do, and what each costs: a row per customer of the last year."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.headline import REGULAR_VISITS

ACTIVE_DAYS: Final = 365
TENURE_DAYS: Final = 365
_LOYAL_TOP: Final = 1 / 3  # by visits, among those who have been customers for long
PEOPLE: Final = "kept_myth_people"


@dataclass(frozen=True, slots=True)
class Loyalty:
    """Loyal by behaviour: a customer for `tenure_days` at least, who came on `visits_from` days at least."""

    tenure_days: int
    visits_from: int


def loyalty_of(facts: ir.Table, engine: Engine) -> Loyalty:
    """A year, or half of the history where that is shorter; and the visits of the upper third of such customers.

    By visits and not by money: whoever is called loyal for spending much would be profitable by that word alone.
    """
    active = _active(facts)
    longest = engine.row(active.agg(longest=active.tenure_days.max()))["longest"]
    tenure = min(TENURE_DAYS, int(longest or 0) // 2)
    old = active.filter(active.tenure_days >= tenure)
    visits = engine.row(old.agg(visits=old.visits.quantile(1 - _LOYAL_TOP)))["visits"]
    return Loyalty(tenure, max(REGULAR_VISITS, round(float(visits or 0))))


def keep_people(
    facts: ir.Table,
    loyalty: Loyalty,
    engine: Engine,
    *,
    complaints: pa.Table | None,
    attitude: pa.Table | None,
    referrals: pa.Table | None,
) -> ir.Table:
    """Keeps a row per customer of the last year: what the myths and boxes are made of.

    `complaints` and `referrals` (customer, a row each) are counted per customer; null where no file is given.
    """
    active = _active(facts)
    loyal = (active.tenure_days >= loyalty.tenure_days) & (active.visits >= loyalty.visits_from)
    receipts = active.receipts.cast("float64").nullif(0)
    people = active.select(
        "customer",
        loyal=loyal,
        spend_365_minor=active.spend_365_minor,
        main_category=_first(active),
        visits=active.visits,
        discount_share=active.discount_share,
        return_share=active.return_share,
        cost_rate=_costs(active),
        mean_receipt_minor=active.spend_minor / receipts,
        receipts=receipts,
    )
    for name, table in (("complaints", complaints), ("referrals", referrals)):
        people = _counted(people, name, table, engine)
    people = people.mutate(complaint_rate=100 * people.complaints / people.receipts).drop("receipts", "complaints")
    return engine.keep(PEOPLE, _minded(people, attitude, engine))


def _active(facts: ir.Table) -> ir.Table:
    return facts.filter(facts.visits > 0, facts.recency_days < ACTIVE_DAYS)


def _first(facts: ir.Table) -> ir.Value:
    if "top_categories" not in facts.columns:
        return ibis.null("string")
    return facts.top_categories[0].cast("string")


def _costs(facts: ir.Table) -> ir.Value:
    """Discounts and returns as a share of sales before either; what is known of the two."""
    both = facts.discount_share.fill_null(0.0) + facts.return_share.fill_null(0.0)
    return ibis.ifelse(facts.discount_share.isnull() & facts.return_share.isnull(), None, both)


def _counted(people: ir.Table, name: str, table: pa.Table | None, engine: Engine) -> ir.Table:
    if table is None:
        return people.mutate(**{name: ibis.null("float64")})
    given = engine.register(f"myth_{name}", table.select(["customer"]))
    counts = given.group_by("customer").agg(times=given.count().cast("float64"))
    joined = people.left_join(_keyed(counts, people), "customer")
    return joined.mutate(**{name: joined.times.fill_null(0.0)}).drop("times", "customer_right")


def _minded(people: ir.Table, attitude: pa.Table | None, engine: Engine) -> ir.Table:
    if attitude is None:
        return people.mutate(attitude=ibis.null("float64"), recommends=ibis.null("float64"))
    given = engine.register("myth_attitude", attitude.select(["customer", "attitude", "recommends"]))
    return people.left_join(_keyed(given, people), "customer").drop("customer_right")


def _keyed(given: ir.Table, people: ir.Table) -> ir.Table:
    """With customers as the people have them; a text that stands for none of theirs is left out."""
    kind = people.customer.type()
    if given.customer.type() == kind:
        return given
    key = given.customer.cast("string") if kind.is_string() else given.customer.try_cast(kind)
    return given.mutate(customer=key).filter(lambda t: t.customer.notnull())


def window(lines: ir.Table, cut_off: date) -> ir.Table:
    """Lines of the last year, without fees."""
    since, end = cut_off - timedelta(days=ACTIVE_DAYS - 1), cut_off + timedelta(days=1)
    return lines.filter(lines.sold_at >= ibis.literal(since), lines.sold_at < ibis.literal(end))
