"""What an offer must know of products, and of what a customer bought at which price; from sales lines."""

from datetime import date, timedelta
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.visits import goods_until

DAYS: Final = 365
FORTNIGHT: Final = 14
ACTIVE_DAYS: Final = 90
_FULL_FROM: Final = 0.97  # of the usual price: cash is rounded, and prices creep
_PRICED = "kept_offer_priced"


def product_facts(lines: ir.Table, engine: Engine, *, cut_off: date) -> ir.Table:
    """One row per product sold in the year up to `cut_off`, kept in the engine as `kept_offer_products`.

    product, product_name, category, brand, brand_kind, usual_minor (the median price of a piece before discounts; of a
    line, where pieces are weighed), by_weight, margin_share (of the usual price; null where no cost is known),
    full_price_share (of lines), base_chance (of customers seen in 90 days, how many bought it in the last fortnight),
    sold (lines). Leaves the priced lines' columns for `own_purchases`. Raises WrongColumns.
    """
    goods = _sold(lines, cut_off)
    paid = goods.amount_minor + goods.discount_minor.fill_null(0)
    pieces = ibis.ifelse(goods.quantity > 0, goods.quantity.cast("float64"), 1.0)
    asked = goods.mutate(asked=paid / pieces, paid=paid, pieces=pieces, broken=pieces != pieces.floor())
    prices = asked.group_by("product").agg(
        **{name: asked[name].mode() for name in ("product_name", "category", "brand", "brand_kind")},
        by_weight=asked.broken.any(),
        piece=asked.asked.quantile(0.5),
        line=asked.paid.quantile(0.5),
        cost=asked.cost_minor.cast("float64").sum(),
        costed=ibis.ifelse(asked.cost_minor.notnull(), asked.pieces, 0.0).sum(),
        lines_costed=asked.cost_minor.count(),
        sold=asked.count(),
    )
    usual = ibis.ifelse(prices.by_weight, prices.line, prices.piece).round().cast("int64")
    cost = prices.cost / ibis.ifelse(prices.by_weight, prices.lines_costed.cast("float64"), prices.costed).nullif(0)
    prices = prices.mutate(usual_minor=usual, margin_share=(1 - cost / usual.nullif(0)).round(6))
    prices = engine.keep(_PRICED, prices.drop("cost", "costed", "lines_costed", "piece", "line"))
    full = _with_full(goods, prices)
    shares = full.group_by("product").agg(full_price_share=full.full.cast("float64").mean().round(6))
    recent = goods.filter(_since(goods, cut_off, FORTNIGHT), goods.customer.notnull())
    seen = goods.filter(_since(goods, cut_off, ACTIVE_DAYS)).customer.nunique().name("people")
    active = int(engine.row(goods.filter(_since(goods, cut_off, ACTIVE_DAYS)).agg(seen))["people"])
    buyers = recent.group_by("product").agg(base_chance=recent.customer.nunique() / max(active, 1))
    whole = prices.left_join(shares, "product").drop("product_right")
    whole = whole.left_join(buyers, "product").drop("product_right")
    return engine.keep("kept_offer_products", whole.mutate(base_chance=whole.base_chance.fill_null(0.0).round(6)))


def own_purchases(lines: ir.Table, pairs: ir.Table, products: ir.Table, *, cut_off: date) -> ir.Table:
    """customer, product, purchases (lines of the year), full_price_share (of them) for the `pairs` asked for."""
    goods = _sold(lines, cut_off)
    goods = goods.semi_join(pairs.select("customer", "product").distinct(), ["customer", "product"])
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
    pieces = ibis.ifelse(priced.quantity > 0, priced.quantity.cast("float64"), 1.0)
    usual = priced.by_weight | (priced.amount_minor / pieces >= _FULL_FROM * priced.usual_minor)
    return priced.mutate(full=(priced.discount_minor.fill_null(0) <= 0) & usual)
