"""`make_offers`: from personal lists and rules to discounts, and the bill of each who pays."""

from dataclasses import replace
from typing import Any, Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.frames import WrongColumns, as_array, as_arrow
from regulars.insight.offers import assigning
from regulars.insight.offers.found import Offers
from regulars.insight.offers.possible import NAMED, Given, forget, possible
from regulars.insight.offers.rules import OfferRules
from regulars.insight.offers.telling import bill_of, found_of, why_not_of

US: Final = "us"
_ROWS, _OFFERS = "kept_offer_rows", "kept_offers"
_VERDICTS: Final = {assigning.LIST_CAP: "list-cap", assigning.ENOUGH: "enough", assigning.BUDGET: "budget"}
_COLUMNS: Final[dict[str, dict[str, str]]] = {
    "lists": {
        "customer": "string",
        "rank": "int32",
        "product": "string",
        "score": "float64",
        "reason": "string",
        "reason_product": "string",
    },
    "due": {"customer": "string", "item": "string", "status": "string", "chance": "float64"},
    "boxes": {"customer": "string", "category": "string", "habit": "string", "usage": "string"},
    "value": {"customer": "string", "value_class": "string", "spend_365_minor": "int64", "tenure_days": "int64"},
    "products": {
        "product": "string",
        "product_name": "string",
        "category": "string",
        "brand": "string",
        "brand_kind": "string",
        "usual_minor": "int64",
        "by_weight": "boolean",
        "margin_share": "float64",
        "full_price_share": "float64",
        "base_chance": "float64",
        "sold": "int64",
    },
    "own": {"customer": "string", "product": "string", "purchases": "int64", "full_price_share": "float64"},
}
_NEEDED: Final = {
    "lists": ("customer", "rank", "product"),
    "due": ("customer", "item", "chance"),
    "boxes": ("customer", "category", "habit", "usage"),
    "value": ("customer", "value_class", "spend_365_minor"),
    "products": ("product", "usual_minor"),
    "own": ("customer", "product", "purchases", "full_price_share"),
}
_SHOWN: Final = (
    *("customer", "rank", "product", "product_name", "category", "brand", "reason", "reason_product", "value_class"),
    *("habit", "usage", "usual_minor", "by_weight", "discount_percent", "discount_minor", "price_minor", "paid_by"),
    *("vendor", "vendor_minor", "our_minor", "chance", "chance_without", "expected_margin_minor", "why_not"),
)


def make_offers(
    lists: Any,
    due: Any,
    boxes: Any,
    value: Any,
    products: Any,
    rules: OfferRules,
    *,
    own: Any = None,
    engine: Engine | None = None,
    seed: int = 7,
) -> Offers:
    """Decides which product of whose list gets which discount, and who pays.

    `lists` (of `personal_lists`: customer, rank, product …), `due` (of `due_dates`, level product; None: own rates),
    `boxes` (of `customer_boxes`; None: nobody judged), `value` (customer, value_class, spend_365_minor, tenure_days),
    `products` (of `product_facts`), `own` (of `own_purchases`; None: the product's share at full price serves).
    Tables are Arrow, pandas or polars, or Ibis tables of `engine`; then the answer stays in it as `kept_offers`.
    Same tables, rules and seed: same offers. Raises WrongColumns.
    """
    if engine is None:
        with Engine() as own_engine:
            made = make_offers(lists, due, boxes, value, products, rules, own=own, engine=own_engine, seed=seed)
            return replace(made, table=own_engine.arrow(made.table.order_by("customer", "rank", "product")))
    tables = {"lists": lists, "due": due, "boxes": boxes, "value": value, "products": products, "own": own}
    given = Given(
        **{name: _taken(name, table, engine) for name, table in tables.items()}, vendors=_vendors(rules, engine)
    )
    rows = engine.keep(_ROWS, possible(given, rules, engine))
    forget(engine)
    offers = engine.keep(_OFFERS, _decided(rows, _verdicts(rows, rules, engine, seed), given.products))
    engine.connection.execute(f"DROP TABLE {_ROWS}")
    bill, why_not = bill_of(offers, rules, engine), why_not_of(offers, given.lists, engine)
    table = offers.select(*_SHOWN)
    return Offers(table, bill, why_not, found_of(offers, given.lists, rules, bill, why_not, engine))


def _taken(name: str, table: Any, engine: Engine) -> ir.Table:
    """A given table in the engine, with every column it may have and no key twice; an empty one for None."""
    if table is None:
        table = pa.table({column: pa.nulls(0) for column in _COLUMNS[name]})
    if not isinstance(table, ir.Table):
        table = engine.register(f"given_offer_{name}", as_arrow(table))
    missing = [column for column in _NEEDED[name] if column not in table.columns]
    if missing:
        raise WrongColumns(f"The table {name} needs {', '.join(missing)}; it has {', '.join(table.columns)}.")
    kinds = _COLUMNS[name]
    whole = table.select(
        **{
            column: table[column].cast(kind) if column in table.columns else ibis.null(kind)
            for column, kind in kinds.items()
        }
    )
    return whole.mutate(full_price_share=whole.full_price_share.round(6)) if name == "own" else whole


def _vendors(rules: OfferRules, engine: Engine) -> ir.Table:
    number = {vendor.name: place for place, vendor in enumerate(rules.vendors)}
    pays = {vendor.name: vendor.pays for vendor in rules.vendors}
    rows = [
        {"vendor": name, "kind": kind, "text": text, "pays": pays[name], "number": number[name]}
        for kind, named in (("brand", rules.by_brand), ("product", rules.by_product))
        for text, name in named.items()
    ]
    texts: dict[str, pa.DataType] = dict.fromkeys(("vendor", "kind", "text"), pa.string())
    schema = pa.schema(texts | {"pays": pa.float64(), "number": pa.int64()})
    return engine.register("given_offer_vendors", pa.Table.from_pylist(rows, schema=schema))


def _verdicts(rows: ir.Table, rules: OfferRules, engine: Engine, seed: int) -> ir.Table:
    """row, verdict (null: made) of every row that nothing spoke against so far."""
    person = ibis.dense_rank().over(order_by=rows.customer)
    coded = rows.filter(rows.why_not.isnull()).mutate(person=person)
    columns = ("row", "person", "worth", "discount_minor", "cap_minor", "vendor_number", "vendor_minor", "our_minor")
    found = engine.arrow(coded.select(*columns, ppm=_ppm(coded)).order_by("row"))
    at = {name: found[name].to_numpy() for name in found.column_names}
    counted = at["ppm"] if rules.count == "expected" else np.full(len(found), assigning.MILLION, np.int64)
    ask = assigning.Possible(
        customer=at["person"].astype(np.int64),
        worth=at["worth"].astype(np.float64),
        discount_minor=at["discount_minor"],
        cap_minor=at["cap_minor"],
        vendor=at["vendor_number"].astype(np.int64),
        vendor_cost=at["vendor_minor"] * counted,
        our_cost=at["our_minor"] * counted,
    )
    limits = [_limit(vendor.budget_minor) for vendor in rules.vendors]
    ours = None if rules.our_budget_minor is None else _limit(rules.our_budget_minor)
    budgets = np.array(limits, np.int64)
    verdict = assigning.assign(ask, offers_max=rules.offers_max, vendor_budgets=budgets, our_budget=ours, seed=seed)
    told = pa.table({"row": as_array(at["row"]), "code": as_array(verdict)})
    return engine.register("given_offer_verdicts", told)


def _limit(budget_minor: int | None) -> int:
    """In millionths of a minor unit."""
    most = int(np.iinfo(np.int64).max)
    return most if budget_minor is None else min(budget_minor * assigning.MILLION, most)


def _ppm(rows: ir.Table) -> Any:
    return (rows.chance * assigning.MILLION).round().cast("int64")


def _decided(rows: ir.Table, verdicts: ir.Table, products: ir.Table) -> ir.Table:
    """The rows with their last word; a switch that is not made was never on the list."""
    joined = rows.left_join(verdicts, "row").drop("row_right")
    last = ibis.cases(*((joined.code == code, text) for code, text in _VERDICTS.items()), else_=ibis.null("string"))
    joined = joined.mutate(why_not=joined.why_not.coalesce(last))
    joined = joined.filter(joined.why_not.isnull() | ~joined.switch)
    made = joined.why_not.isnull()
    paid_by = ibis.cases((joined.vendor_minor == 0, US), (joined.our_minor == 0, "vendor"), else_="both")
    only = ("discount_percent", "discount_minor", "price_minor", "vendor_minor", "our_minor")
    order = [joined["rank"], joined.switch, joined["product"]]
    place = ibis.row_number().over(ibis.window(group_by="customer", order_by=order))
    decided = joined.mutate(
        rank=(place + 1).cast("int32"),
        ppm=_ppm(joined),
        saved=ibis.ifelse(joined.why_not == "anyway", joined.chance_without * joined.wished_minor, 0.0),
        paid_by=ibis.ifelse(made, paid_by, ibis.null("string")),
        vendor=ibis.ifelse(made & (joined.vendor_minor > 0), joined.vendor, ibis.null("string")),
        chance=ibis.ifelse(made, joined.chance, joined.chance_without),
        expected_margin_minor=ibis.ifelse(made, joined.expected_margin.round().cast("int64"), 0),
        **{name: ibis.ifelse(made, joined[name], ibis.null("int64")) for name in only},
    )
    named = decided.left_join(products.select("product", *NAMED), "product")
    return named.select(*_SHOWN, "ppm", "saved")
