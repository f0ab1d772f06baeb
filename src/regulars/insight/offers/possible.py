"""Every row of the lists with the discount its customer would get, what that would bring, and what speaks against."""

from dataclasses import dataclass
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.history.engine import Engine, sql_of
from regulars.insight.offers.products import FORTNIGHT
from regulars.insight.offers.rules import CELLS, CLASSES, OfferRules

ANYWAY: Final = "anyway"
NAMED: Final = ("product_name", "brand")  # texts of products that decide nothing and join in again at the end
_LISTED, _CHANCES, _DISCOUNTED = "kept_offer_listed", "offer_chances", "offer_discounted"
_KEPT: Final = (
    *("row", "customer", "rank", "product", "category", "reason", "reason_product", "value_class", "habit", "usage"),
    *("usual_minor", "by_weight", "discount_percent", "discount_minor", "price_minor", "vendor", "vendor_number"),
    *("vendor_minor", "our_minor", "chance", "chance_without", "expected_margin", "worth", "cap_minor"),
    *("wished_minor", "switch", "why_not"),
)
_SURE: Final = 0.999  # odds of a certainty cannot be multiplied
_WEEK, _YEAR, _NEW_DAYS = 7, 365, 28


@dataclass(frozen=True, slots=True)
class Given:
    """The tables of `make_offers`, all in one engine, with every column they may have."""

    lists: ir.Table  # customer, rank, product, reason, reason_product
    due: ir.Table  # customer, item, status, chance (within a fortnight)
    boxes: ir.Table  # customer, category, habit, usage
    value: ir.Table  # customer, value_class, spend_365_minor, tenure_days
    products: ir.Table  # of `product_facts`
    own: ir.Table  # of `own_purchases`
    vendors: ir.Table  # vendor, kind (brand, product), text, pays, number


def qualified(value: ir.Table, rules: OfferRules) -> ir.Table:
    """Who spends enough: customer, value_class, cap_minor (of all discounts on the list, by value).

    A customer known for less than a year is judged by the time known, at least four weeks.
    """
    days = value.tenure_days.fill_null(_YEAR).clip(_NEW_DAYS, _YEAR)
    yearly = value.spend_365_minor.fill_null(0).cast("float64") / days
    spends = value.mutate(daily=yearly)
    kept = spends.filter((spends.daily * _WEEK).round(6) >= rules.weekly_spend_min_minor)
    known = kept.value_class.isin(list(CLASSES))
    return kept.select(
        "customer",
        value_class=ibis.ifelse(known, kept.value_class, CLASSES[0]),
        cap_minor=(kept.daily * rules.valid_days * rules.list_share_max).floor().cast("int64"),
    )


def possible(given: Given, rules: OfferRules, engine: Engine) -> ir.Table:
    """Rows of the lists of those who qualify, numbered by customer and rank, with `why_not` null where it may be.

    Steps are views, for spelling one query of all of them takes longer than running it; `forget` drops them. Only the
    lists with their prices are kept, and only where they are looked at twice.
    """
    who = qualified(given.value, rules)
    rows = given.lists.drop("score").inner_join(who, "customer")
    rows = _left(rows, _priced(_with_vendor(given), rules).drop(*NAMED), "product")
    rows = _left(rows, given.boxes.select("customer", "category", "habit", "usage"), ["customer", "category"])
    rows = rows.mutate(switch=ibis.literal(False), listed_margin=ibis.literal(0).cast("float64"))
    if rules.goal == "store-brand":
        rows = engine.keep(_LISTED, rows)
        rows = rows.union(_switches(rows, given, rules))
    rows = engine.view(_CHANCES, sql_of(_chances(rows, given, rules)))
    rows = engine.view(_DISCOUNTED, sql_of(_discounted(rows, rules)))
    rows = _worth(rows, rules)
    order = [rows.customer, rows["rank"], rows.switch, rows["product"]]
    return rows.mutate(why_not=_why_not(rows, rules), row=ibis.row_number().over(order_by=order)).select(*_KEPT)


def forget(engine: Engine) -> None:
    """Drops the steps, once the rows of `possible` are kept."""
    for view in (_DISCOUNTED, _CHANCES):
        engine.connection.execute(f"DROP VIEW {view}")
    engine.connection.execute(f"DROP TABLE IF EXISTS {_LISTED}")


def _left(rows: ir.Table, more: ir.Table, keys: str | list[str]) -> ir.Table:
    joined = rows.left_join(more, keys)
    return joined.drop(*(name for name in joined.columns if name.endswith("_right")))


def _with_vendor(given: Given) -> ir.Table:
    """Products with the vendor who pays, by the product itself or else by its brand."""
    vendors, products = given.vendors, given.products
    named = {}
    for kind in ("product", "brand"):
        part = vendors.filter(vendors.kind == kind)
        named[kind] = part.select(part.text, **{f"{kind}_{name}": part[name] for name in ("vendor", "pays", "number")})
    joined = products.left_join(named["product"], products["product"] == named["product"].text).drop("text")
    joined = joined.left_join(named["brand"], joined.brand == named["brand"].text).drop("text")
    filled = {
        name: joined[f"product_{name}"].coalesce(joined[f"brand_{name}"]) for name in ("vendor", "pays", "number")
    }
    wide = joined.mutate(
        vendor=filled["vendor"], pays=filled["pays"].fill_null(0.0), vendor_number=filled["number"].fill_null(-1)
    )
    return wide.drop(*(f"{kind}_{name}" for kind in named for name in ("vendor", "pays", "number")))


def _priced(products: ir.Table, rules: OfferRules) -> ir.Table:
    """Products with `margin_minor` of a piece (or of a weighed line), known or as the rules take it, and `excluded`."""
    taken = ibis.cases(
        (products.brand_kind == "national", rules.margins["national"]),
        (products.brand_kind == "store", rules.margins["store"]),
        else_=rules.margins["unknown"],
    )
    share = products.margin_share.fill_null(taken)
    return products.mutate(
        margin_minor=products.usual_minor.cast("float64") * share, excluded=_excluded(products, rules)
    ).drop("margin_share")


def _switches(rows: ir.Table, given: Given, rules: OfferRules) -> ir.Table:
    """The own brand's best seller of a category for who has a national brand of it on the list and none of ours."""
    wanted = rows.filter(rows.brand_kind == "national", rows.habit.isin(["national", "switcher"]))
    first = ibis.row_number().over(ibis.window(group_by=["customer", "category"], order_by=["rank", "product"]))
    wanted = wanted.mutate(place=first).filter(ibis._.place == 0)
    wanted = wanted.anti_join(rows.filter(rows.brand_kind == "store"), ["customer", "category"])
    ours = _priced(_with_vendor(given), rules)
    ours = ours.filter(ours.brand_kind == "store", ours.usual_minor > 0, ~ours.excluded)
    most = ibis.row_number().over(ibis.window(group_by="category", order_by=[ours.sold.desc(), ours["product"]]))
    ours = ours.mutate(place=most).filter(ibis._.place == 0).drop("place")
    kept = ["customer", "rank", "value_class", "cap_minor", "habit", "usage", "category"]
    asked = wanted.select(*kept, reason_product="product", listed_margin="margin_minor")
    joined = asked.inner_join(ours, "category").mutate(reason=ibis.literal("switch"), switch=ibis.literal(True))
    return joined.select(*rows.columns).cast(rows.schema())


def _chances(rows: ir.Table, given: Given, rules: OfferRules) -> ir.Table:
    """With `chance_without`: of a purchase while the list is valid, when nothing is offered.

    By the product's due date; else by the rate of own purchases in the year; else as often as customers at large.
    """
    due = given.due.select("customer", "status", product="item", due_chance="chance")
    rows = _left(rows, due, ["customer", "product"])
    own = given.own.select("customer", "product", "purchases", own_full="full_price_share")
    rows = _left(rows, own, ["customer", "product"])
    rate = ibis.ifelse(rows.purchases > 0, 1 - (-rows.purchases * (FORTNIGHT / _YEAR)).exp(), ibis.null("float64"))
    fortnight = rows.due_chance.coalesce(rate, rows.base_chance, ibis.literal(0.0)).clip(0.0, _SURE)
    chance = 1 - (1 - fortnight) ** (rules.valid_days / FORTNIGHT)
    return rows.mutate(chance_without=chance.clip(0.0, _SURE).round(6), purchases=rows.purchases.fill_null(0))


def _discounted(rows: ir.Table, rules: OfferRules) -> ir.Table:
    """With discount_percent by ladder and value, within the margin; and who pays how much of it.

    The price is rounded down to the minor unit, and so is the vendor's part of the discount; the rest is ours.
    """
    opening = ibis.cases(
        *((((rows.habit == habit) & (rows.usage == usage)), rules.ladder[habit, usage]) for habit, usage in CELLS),
        else_=rules.ladder_unknown,
    )
    factor = ibis.cases(*((rows.value_class == name, rules.value_factors[name]) for name in CLASSES), else_=1.0)
    wished = _in_steps((opening * factor).round(6), rules).clip(0, rules.percent_max)
    most = rows.margin_minor * rules.margin_share_max
    room = 100 * most / ((1 - rows.pays) * rows.usual_minor).nullif(0)
    fits = ibis.ifelse(rows.pays >= 1, wished, ibis.least(wished, _in_steps(room.fill_null(0.0).clip(0, 100), rules)))
    rows = rows.mutate(wished=wished, most_minor=most, discount_percent=fits)
    rows = _split(rows)
    # Rounding may have taken a unit more than the margin gives.
    over = (rows.our_minor > rows.most_minor) & (rows.pays < 1)
    lower = ibis.greatest(rows.discount_percent - rules.step_percent, 0)
    rows = _split(rows.mutate(discount_percent=ibis.ifelse(over, lower, rows.discount_percent)))
    wished_minor = rows.usual_minor - rows.usual_minor * (100 - rows.wished) // 100
    return rows.mutate(wished_minor=wished_minor)


def _in_steps(percent: Any, rules: OfferRules) -> Any:
    return (percent / rules.step_percent).floor().cast("int64") * rules.step_percent


def _split(rows: ir.Table) -> ir.Table:
    price = rows.usual_minor * (100 - rows.discount_percent) // 100
    discount = rows.usual_minor - price
    vendor = (discount * rows.pays).round(6).floor().cast("int64")
    return rows.mutate(price_minor=price, discount_minor=discount, vendor_minor=vendor, our_minor=discount - vendor)


def _worth(rows: ir.Table, rules: OfferRules) -> ir.Table:
    """With `chance` of a purchase at the discount, the margin expected to come of it, and its worth for the goal.

    A discount multiplies the odds of a purchase. It costs our part on every purchase, also those that would have come;
    it brings the margin of the others, of later ones where the product is new to the customer, and takes away that of
    the product which it replaces.
    """
    odds = rules.odds_per_10_percent ** (rows.discount_percent.cast("float64") / 10)
    with_it = rows.chance_without * odds / (1 - rows.chance_without + rows.chance_without * odds)
    chance = ibis.greatest(with_it, rows.chance_without).round(6)
    more = chance - rows.chance_without
    later = ibis.ifelse(rows.purchases > 0, 0.0, rules.later_purchases)
    margin = more * (1 + later) * (rows.margin_minor - rows.listed_margin) - chance * rows.our_minor
    goal = ibis.literal(rules.goal_worth) * more * rows.usual_minor * _for_goal(rows, rules).cast("float64")
    return rows.mutate(chance=chance, expected_margin=margin, worth=margin + goal)


def _for_goal(rows: ir.Table, rules: OfferRules) -> Any:
    if rules.goal == "store-brand":
        return (rows.brand_kind == "store").fill_null(False) & rows.habit.isin(["national", "switcher"]).fill_null(
            False
        )
    if rules.goal == "rescue":
        return (rows.status == "overdue").fill_null(False)
    return ibis.literal(False)


def _against_goal(rows: ir.Table, rules: OfferRules) -> Any:
    """Our money does not make the national brand cheaper for those who should try ours."""
    if rules.goal != "store-brand":
        return ibis.literal(False)
    theirs = (rows.brand_kind == "national") & rows.habit.isin(["national", "switcher"]) & (rows.pays < 1)
    return theirs.fill_null(False)


def _excluded(rows: ir.Table, rules: OfferRules) -> Any:
    excluded = ibis.literal(False)
    never = {"category": rules.never_categories, "brand": rules.never_brands, "product": rules.never_products}
    for name, texts in never.items():
        if texts:
            excluded = excluded | rows[name].isin(list(texts)).fill_null(False)
    return excluded


def _why_not(rows: ir.Table, rules: OfferRules) -> Any:
    """The first reason against an offer; null where there is none yet."""
    full = rows.own_full.fill_null(rows.full_price_share).fill_null(1.0)
    anyway = (rows.chance_without >= rules.chance_from) & (full >= rules.full_price_share_from)
    return ibis.cases(
        (rows.excluded.fill_null(False), "excluded"),
        (~(rows.usual_minor > 0).fill_null(False), "no-price"),
        (anyway & ibis.literal(not rules.discount_anyway), ANYWAY),
        (_against_goal(rows, rules), "against-goal"),
        (rows.wished < rules.percent_min, "too-small"),
        (rows.discount_percent < rules.percent_min, "no-margin"),
        (~(rows.worth > 0).fill_null(False), "no-gain"),
        else_=ibis.null("string"),
    )
