"""How broadly a customer buys: products, categories, stores, channels."""

from collections.abc import Container

import ibis
import ibis.expr.types as ir

from regulars.insight.native import whole_sum

TOP_CATEGORIES = 3


def counted(goods: ir.Table, *, known: Container[str]) -> ir.Table:
    """customer, products, stores, channels: how many different ones were bought, or bought in; null where unknown.

    Columns that are not among the `known` are null throughout, which the engine cannot see: they are not counted.
    Stores and channels are few, so DISTINCT is cheap. Products are many: to group twice takes half the time.
    """
    sales = goods.filter(goods.kind == "sale")
    few = {f"{name}s": sales[name].nunique().nullif(0) for name in ("store", "channel") if name in known}
    table = sales.group_by("customer").agg(**few) if few else sales.select("customer").distinct()
    if "product" in known:
        pairs = sales.filter(sales.product.notnull()).select("customer", "product").distinct()
        products = pairs.group_by("customer").agg(products=pairs.count())
        table = table.left_join(products, "customer").drop("customer_right")
    unknown = {name: ibis.null("int64") for name in ("products", "stores", "channels") if name not in table.columns}
    return table.mutate(**unknown)


def categorised(goods: ir.Table) -> ir.Table:
    """customer, categories, top_categories, top_category_share.

    Up to three categories by net spend, best first, ties by name; the share is the best one's of all net spend in known
    categories (null when that is not above 0). Customers without a known category are left out.
    """
    known = goods.filter(goods.category.notnull())
    sums = known.group_by("customer", "category").agg(
        spend_minor=whole_sum(known.amount_minor), sales=known.count(where=known.kind == "sale")
    )
    bought = sums.filter(sums.sales > 0)
    best_first = ibis.window(group_by=bought.customer, order_by=[bought.spend_minor.desc(), bought.category])
    ranked = bought.mutate(place=ibis.row_number().over(best_first))
    wide = ranked.group_by("customer").agg(
        categories=ranked.count(),
        spend_minor=whole_sum(ranked.spend_minor),
        best_minor=ranked.spend_minor.max(),
        **{f"top_{n}": ranked.category.max(where=ranked.place == n - 1) for n in range(1, TOP_CATEGORIES + 1)},
    )
    names = ibis.array([wide[f"top_{n}"] for n in range(1, TOP_CATEGORIES + 1)])
    return wide.select(
        wide.customer,
        wide.categories,
        top_categories=names[: ibis.least(wide.categories, TOP_CATEGORIES)],
        top_category_share=ibis.ifelse(wide.spend_minor > 0, wide.best_minor / wide.spend_minor, None),
    )
