"""Figures of the offers that were made: the bill of each who pays, why not, by box and by class."""

from typing import Any, Final

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.native import whole_sum
from regulars.insight.offers.assigning import MILLION
from regulars.insight.offers.found import OffersFound
from regulars.insight.offers.rules import CLASSES, OfferRules

_SUMS: Final = ("offers", "customers", "budget_minor", "reserved_minor", "worst_minor")
_BILL: Final[pa.Schema] = pa.schema({"vendor": pa.string()} | dict.fromkeys(_SUMS, pa.int64()))
_COUNTS: Final = ("rows", "customers", "saved_minor")
_WHY: Final = pa.schema({"reason": pa.string()} | dict.fromkeys(_COUNTS, pa.int64()))
_EXAMPLE_OFFERS: Final = 3


def bill_of(offers: ir.Table, rules: OfferRules, engine: Engine) -> pa.Table:
    """A row per vendor and one for us: reserved (chance × discount, rounded up) and worst case, in minor units."""
    made = offers.filter(offers.why_not.isnull())
    theirs = made.filter(made.vendor.notnull())
    by_vendor = theirs.group_by("vendor").agg(**_paid(theirs, "vendor_minor"))
    paid = {row["vendor"]: row for row in engine.rows(by_vendor)}
    own = made.filter(made.our_minor > 0)
    ours = engine.row(own.agg(**_paid(own, "our_minor")))
    rows = [_billed(vendor.name, paid.get(vendor.name, {}), vendor.budget_minor) for vendor in rules.vendors]
    return pa.Table.from_pylist([*rows, _billed("us", ours, rules.our_budget_minor)], schema=_BILL)


def _paid(made: ir.Table, name: str) -> dict[str, Any]:
    return {
        "offers": made.count(),
        "customers": made.customer.nunique(),
        "millionths": whole_sum(made[name] * made.ppm),
        "worst_minor": whole_sum(made[name]),
    }


def _billed(name: str, paid: dict[str, Any], budget: int | None) -> dict[str, Any]:
    sums = {key: int(paid.get(key) or 0) for key in ("offers", "customers", "worst_minor")}
    reserved = -(-int(paid.get("millionths") or 0) // MILLION)
    return {"vendor": name, **sums, "budget_minor": budget, "reserved_minor": reserved}


def why_not_of(offers: ir.Table, lists: ir.Table, engine: Engine) -> pa.Table:
    """reason, rows, customers, saved_minor: why rows of the lists got no discount; the most frequent reason first."""
    against = offers.filter(offers.why_not.notnull())
    counted = against.group_by(reason=against.why_not).agg(
        rows=against.count(),
        customers=against.customer.nunique(),
        saved_minor=against.saved.round(6).sum().round().cast("int64"),
    )
    rows = engine.rows(counted)
    out = lists.anti_join(offers, "customer")
    poor = engine.row(out.agg(rows=out.count(), customers=out.customer.nunique()))
    if poor["rows"]:
        rows.append({"reason": "spends-too-little", "saved_minor": 0, **poor})
    rows.sort(key=lambda row: (-row["rows"], row["reason"]))
    return pa.Table.from_pylist(rows, schema=_WHY)


def found_of(
    offers: ir.Table, lists: ir.Table, rules: OfferRules, bill: pa.Table, why_not: pa.Table, engine: Engine
) -> OffersFound:
    """The figures of the report."""
    made = offers.filter(offers.why_not.isnull())
    held = {row["reason"]: row for row in why_not.to_pylist()}.get("anyway", {})
    people = engine.row(lists.agg(customers=lists.customer.nunique()))
    listed = engine.row(offers.agg(listed=offers.customer.nunique()))
    sums = engine.row(
        made.agg(
            offers=made.count(),
            offered=made.customer.nunique(),
            expected_margin_minor=whole_sum(made.expected_margin_minor).fill_null(0),
        )
    )
    return OffersFound(
        goal=rules.goal,
        valid_days=rules.valid_days,
        **people,
        **listed,
        **sums,
        discount_minor=_whole(bill, "reserved_minor"),
        worst_minor=_whole(bill, "worst_minor"),
        held_back=held.get("rows", 0),
        held_back_customers=held.get("customers", 0),
        saved_minor=held.get("saved_minor", 0),
        by_box=engine.arrow(_by_box(made)),
        by_class=_by_class(offers, engine),
        bill=bill,
        why_not=why_not,
        example=_example(offers, engine),
        assumed={
            "odds_per_10_percent": rules.odds_per_10_percent,
            "later_purchases": rules.later_purchases,
            "goal_worth": rules.goal_worth,
        },
    )


def _whole(table: pa.Table, name: str) -> int:
    return int(table[name].to_numpy().sum())


def _by_box(made: ir.Table) -> ir.Table:
    boxes = made.group_by(habit=made.habit.fill_null(""), usage=made.usage.fill_null("")).agg(
        offers=made.count(), mean_percent=made.discount_percent.mean().round(6)
    )
    return boxes.order_by("habit", "usage")


def _by_class(offers: ir.Table, engine: Engine) -> pa.Table:
    by_class = offers.group_by("value_class").agg(
        customers=offers.customer.nunique(),
        offers=offers.count(where=offers.why_not.isnull()),
        mean_percent=offers.discount_percent.mean().round(6),
        discount_minor=whole_sum(offers.discount_minor).fill_null(0) // offers.customer.nunique(),
    )
    table = engine.arrow(by_class)
    order = [
        table["value_class"].to_pylist().index(name) for name in CLASSES if name in table["value_class"].to_pylist()
    ]
    return table.take(pa.array(order, pa.int64()))


def _example(offers: ir.Table, engine: Engine) -> pa.Table:
    """The list of the first customer with about three offers and a product held back, or the nearest to that."""
    lists = offers.group_by("customer").agg(
        offers=offers.count(where=offers.why_not.isnull()), held=(offers.why_not == "anyway").any()
    )
    nearest = [(lists.offers - _EXAMPLE_OFFERS).abs(), lists.held.desc(), lists.customer]
    first = engine.rows(lists.order_by(nearest).limit(1).select("customer"))
    name = first[0]["customer"] if first else ""
    return engine.arrow(offers.filter(offers.customer == ibis.literal(name)).order_by("rank"))
