"""From a shop's lines to the tables that `make_offers` asks for."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis
import ibis.expr.types as ir

from regulars.basics.errors import RegularsError
from regulars.basics.progress import Progress, silent
from regulars.history.engine import Engine
from regulars.insight.boxes import PURCHASES_MIN, boxes_of_buyers, category_buyers
from regulars.insight.classes import ClassRule, in_amounts, value_classes
from regulars.insight.facts import YEAR
from regulars.insight.lines import as_of, complete, of_customers
from regulars.insight.native import hash64, whole_sum
from regulars.insight.nextbasket import personal_lists
from regulars.insight.offers.products import own_purchases, product_facts
from regulars.insight.replenishment.due import NothingAgain, due_dates

LINES_AT_ONCE: Final = 7_000_000  # what is made of them takes some hundred megabytes


class NoLists(RegularsError):
    """The file of personal lists is not there or is none."""

    code = "no-lists"


def gather(
    lines: ir.Table,
    engine: Engine,
    *,
    cut_off: date,
    lists: Path | None = None,
    n: int = 10,
    work: Path | None = None,
    seed: int = 7,
    progress: Progress = silent,
) -> dict[str, Any]:
    """lists, due, boxes, value, products, own: kept in the engine, as of the end of `cut_off`.

    `lists` is a Parquet file of `personal_lists`, made now without one (`n` products each, written into `work`). Dates
    that did not beat a plain rule on a later period are not used: own rates then serve. Raises NoLists, and what
    `personal_lists` raises.
    """
    known = as_of(complete(_with_baskets(lines)), cut_off)
    progress("looking at products", 0, 1)
    products = product_facts(known, engine, cut_off=cut_off)
    boxes = _boxes(known, engine)
    value = _value(known, engine, cut_off)
    progress("looking at products", 1, 1)
    if lists is not None:
        listed = _given(lists, engine)
    else:
        into = work / "lists.parquet" if work else None
        listed = personal_lists(lines, engine, cut_off=cut_off, n=n, into=into, seed=seed, progress=progress)
    own = _own(known, listed, products, engine, cut_off)
    progress("foretelling dates", 0, 1)
    due = _due(lines, engine, cut_off, seed)
    progress("foretelling dates", 1, 1)
    return {"lists": listed, "due": due, "boxes": boxes, "value": value, "products": products, "own": own}


def _given(path: Path, engine: Engine) -> ir.Table:
    if not path.is_file() or path.suffix != ".parquet":
        raise NoLists(f"{path} is no Parquet file of lists. `regulars next` makes one; without --lists it is made now.")
    return engine.parquet("given_personal_lists", [path])


def _with_baskets(lines: ir.Table) -> ir.Table:
    """A basket within a customer is a moment, where lines have none: a number is found quicker than a hash of texts."""
    if "basket" in lines.columns:
        return lines
    return lines.mutate(basket=lines.sold_at.cast("timestamp").epoch_seconds().cast("int64"))


def _boxes(known: ir.Table, engine: Engine) -> ir.Table:
    """customer, category, habit, usage of all judged; baskets are counted a share of the customers at a time."""
    parts = _parts(known, engine)
    for part in range(parts):
        buyers = category_buyers(_share(known, part, parts))
        enough = buyers.filter(buyers.purchases >= PURCHASES_MIN)
        engine.keep_more("kept_offer_buyers", enough, anew=part == 0)
    placed = boxes_of_buyers(engine.named("kept_offer_buyers"))
    boxes = engine.keep("kept_offer_boxes", placed.select("customer", "category", "habit", "usage"))
    engine.connection.execute("DROP TABLE kept_offer_buyers")
    return boxes


def _own(known: ir.Table, listed: ir.Table, products: ir.Table, engine: Engine, cut_off: date) -> ir.Table:
    parts = _parts(known, engine)
    for part in range(parts):
        some, asked = _share(known, part, parts), _share(listed, part, parts)
        engine.keep_more("kept_offer_own", own_purchases(some, asked, products, cut_off=cut_off), anew=part == 0)
    return engine.named("kept_offer_own")


def _parts(known: ir.Table, engine: Engine) -> int:
    return 1 + int(engine.row(known.agg(n=known.count()))["n"]) // LINES_AT_ONCE


def _share(table: ir.Table, part: int, parts: int) -> ir.Table:
    """The rows of one of so many shares of the customers; by their names, which all tables spell alike."""
    return table if parts == 1 else table.filter(hash64(table.customer.cast("string")) % parts == part)


def _value(known: ir.Table, engine: Engine, cut_off: date) -> ir.Table:
    """customer, value_class, spend_365_minor, tenure_days: what `facts` says of them, which makes much more."""
    goods = of_customers(known)
    stands = (goods.kind == "sale") & ~goods.returned
    recent = goods.sold_at >= ibis.literal(cut_off - timedelta(days=YEAR - 1))
    people = goods.group_by("customer").agg(
        visits=goods.count(where=stands),  # lines rather: all that is asked is whether there is any
        spend_365_minor=whole_sum(goods.amount_minor, where=recent).fill_null(0),
        first_at=goods.sold_at.min(where=stands),
    )
    tenure = ibis.literal(cut_off).delta(people.first_at.cast("date"), unit="day")
    table = engine.keep("kept_offer_people", people.mutate(tenure_days=tenure).drop("first_at"))
    classed = value_classes(table, rule=in_amounts(table, ClassRule(), engine))
    joined = table.inner_join(classed.select("customer", "value_class"), "customer")
    return engine.keep("kept_offer_value", joined.select("customer", "value_class", "spend_365_minor", "tenure_days"))


def _due(lines: ir.Table, engine: Engine, cut_off: date, seed: int) -> Any:
    try:
        dates = due_dates(lines, engine=engine, cut_off=cut_off, seed=seed)
    except NothingAgain:
        return None
    return dates.table.select(["customer", "item", "status", "chance"]) if dates.found.usable else None
