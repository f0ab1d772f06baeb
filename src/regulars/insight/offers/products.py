"""What an offer must know of products, and of what a customer bought at which price; from sales lines."""

from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.native import whole_sum
from regulars.insight.visits import goods_until

DAYS: Final = 365
FORTNIGHT: Final = 14
ACTIVE_DAYS: Final = 90
_FULL_FROM: Final = 0.97  # of the usual price: cash is rounded, and prices creep
_TEXTS: Final = ("product_name", "category", "brand", "brand_kind")
_POINTS, _PRICED = "kept_offer_points", "kept_offer_priced"


def product_facts(lines: ir.Table, engine: Engine, *, cut_off: date) -> ir.Table:
    """One row per product sold in the year up to `cut_off`, kept in the engine as `kept_offer_products`.

    product, product_name, category, brand, brand_kind (the one most lines have; of equals the first by the alphabet),
    usual_minor (the median price of a piece before discounts; of a line, where pieces are weighed), by_weight,
    margin_share (of the usual price; null where no cost is known), full_price_share (of lines), base_chance (of
    customers seen in 90 days, how many bought it in the last fortnight), sold (lines). Raises WrongColumns.

    The lines are gone through once: a shop has few prices for a product, and all but the chance follows from how many
    lines had which.
    """
    goods = _sold(lines, cut_off)
    points = engine.keep(_POINTS, _price_points(goods))
    whole = engine.keep(_PRICED, _prices(points))
    full = _with_full(points, whole)
    shares = full.group_by("product").agg(
        full_lines=full.lines.sum(where=full.full).fill_null(0), sold=full.lines.sum()
    )
    shares = shares.select("product", full_price_share=(shares.full_lines.cast("float64") / shares["sold"]).round(6))
    for part in (*(_most_used(points, name) for name in _TEXTS), shares, _chances(goods, engine, cut_off)):
        whole = whole.left_join(part, "product").drop("product_right")
    kept = engine.keep("kept_offer_products", whole.mutate(base_chance=whole.base_chance.fill_null(0.0).round(6)))
    for name in (_POINTS, _PRICED):
        engine.connection.execute(f"DROP TABLE {name}")
    return kept


def _price_points(goods: ir.Table) -> ir.Table:
    """product, its texts, amount_minor, discount_minor, quantity: lines, of them costed, and their cost_minor."""
    return goods.group_by("product", *_TEXTS, "amount_minor", "discount_minor", "quantity").agg(
        lines=goods.count(), costed=goods.cost_minor.count(), cost_minor=whole_sum(goods.cost_minor)
    )


def _prices(points: ir.Table) -> ir.Table:
    """product, by_weight, sold, usual_minor, margin_share."""
    pieces = _pieces(points)
    paid = points.amount_minor + points.discount_minor.fill_null(0)
    marked = points.mutate(
        pieces=pieces, paid=paid.cast("float64"), asked=paid / pieces, broken=pieces != pieces.floor()
    )
    weighed = marked.broken.any().over(ibis.window(group_by="product"))
    marked = marked.mutate(by_weight=weighed)
    marked = marked.mutate(price=ibis.ifelse(marked.by_weight, marked.paid, marked.asked))
    sums = marked.group_by("product", "by_weight").agg(
        sold=whole_sum(marked.lines),
        cost=marked.cost_minor.cast("float64").sum(),
        costed=(marked.pieces * marked.costed).sum(),
        lines_costed=marked.costed.sum().cast("float64"),
    )
    both = sums.inner_join(_medians(marked), "product")
    usual = both.price.round().cast("int64")
    cost = both.cost / ibis.ifelse(both.by_weight, both.lines_costed, both.costed).nullif(0)
    priced = both.mutate(usual_minor=usual, margin_share=(1 - cost / usual.nullif(0)).round(6))
    return priced.select("product", "by_weight", "sold", "usual_minor", "margin_share")


def _medians(marked: ir.Table) -> ir.Table:
    """product, price: the middle one of all lines; of an even number, halfway between the two in the middle."""
    prices = marked.group_by("product", "price").agg(lines=whole_sum(marked.lines))
    up_to = prices.lines.sum().over(ibis.cumulative_window(group_by="product", order_by="price"))
    ranked = prices.mutate(up_to=up_to, total=prices.lines.sum().over(ibis.window(group_by="product")))
    ends = ranked.group_by("product").agg(
        low=ranked.price.min(where=ranked.up_to * 2 >= ranked.total),
        high=ranked.price.min(where=ranked.up_to * 2 > ranked.total),
    )
    return ends.select("product", price=ends.low + (ends.high - ends.low) / 2)


def _most_used(points: ir.Table, name: str) -> ir.Table:
    """product and its text of a column."""
    told = points.filter(points[name].notnull())
    counted = told.group_by("product", name).agg(lines=told.lines.sum())
    return counted.group_by("product").agg(
        **{name: counted[name].first(order_by=[counted.lines.desc(), counted[name]])}
    )


def _chances(goods: ir.Table, engine: Engine, cut_off: date) -> ir.Table:
    """product, base_chance."""
    seen = goods.filter(_since(goods, cut_off, ACTIVE_DAYS)).select("customer").distinct()
    active = int(engine.row(seen.agg(people=seen.count()))["people"])
    recent = goods.filter(_since(goods, cut_off, FORTNIGHT)).select("product", "customer").distinct()
    return recent.group_by("product").agg(base_chance=recent.count() / max(active, 1))


def own_purchases(lines: ir.Table, pairs: ir.Table, products: ir.Table, *, cut_off: date) -> ir.Table:
    """customer, product, purchases (lines of the year), full_price_share (of them) for the `pairs` asked for."""
    goods = _sold(lines, cut_off)
    goods = goods.semi_join(pairs.select("customer", "product"), ["customer", "product"])
    full = _with_full(goods, products.select("product", "usual_minor", "by_weight"))
    return full.group_by("customer", "product").agg(
        purchases=full.count(), full_price_share=full.full.cast("float64").mean().round(6)
    )


def _sold(lines: ir.Table, cut_off: date) -> ir.Table:
    goods = goods_until(lines, cut_off)
    goods = goods.filter(
        goods.kind == "sale",
        ~goods.returned.fill_null(False),
        goods["product"].notnull(),
        goods.amount_minor > 0,
        _since(goods, cut_off, DAYS),
    )
    texts = {name: goods[name].cast("string") for name in ("customer", "product", "category", "brand", "brand_kind")}
    return goods.mutate(**texts)


def _since(goods: ir.Table, cut_off: date, days: int) -> Any:
    return goods.sold_at >= ibis.literal(cut_off - timedelta(days=days - 1))


def _with_full(goods: ir.Table, prices: ir.Table) -> ir.Table:
    """Lines with `full`: nothing taken off, and about the usual price; what is weighed counts by its discount alone."""
    priced = goods.inner_join(prices.select("product", "usual_minor", "by_weight"), "product")
    usual = priced.by_weight | (priced.amount_minor / _pieces(priced) >= _FULL_FROM * priced.usual_minor)
    return priced.mutate(full=(priced.discount_minor.fill_null(0) <= 0) & usual)


def _pieces(goods: ir.Table) -> Any:
    return ibis.ifelse(goods.quantity > 0, goods.quantity.cast("float64"), 1.0)
