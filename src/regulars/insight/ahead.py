"""Chapters on what each customer does next, each checked on a later period of its own."""

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from regulars.insight.draws import drawn
from regulars.insight.grouped import BadHistory
from regulars.insight.holdout import TooShort
from regulars.insight.replenishment.due import NothingAgain, due_dates
from regulars.insight.replenishment.moves import Due
from regulars.insight.work import Work

if TYPE_CHECKING:
    from regulars.insight.churn.found import ChurnFound
    from regulars.insight.nextbasket.found import NextBasketFound
    from regulars.insight.offers.found import OffersFound

# With more customers an even draw of so many is looked at; `regulars next` makes lists for all.
LOOKED_AT: Final = 250_000
LISTED: Final = 50_000  # personal lists take longer
CHECKED: Final = 12_500  # of them, whose baskets settings are chosen and lists checked by
LEARNED_FROM: Final = 8_000  # examples of who left: more change the third digit of the AUC and take minutes
TRIES: Final = 6  # settings tried beyond the usual ones; `regulars next` tries more


def churn(
    work: Work, classed: ir.Table, important_minor: int | None, members: ir.Table | None, value_days: int
) -> "ChurnFound | None":
    """Who is about to leave; leaves the table kept_churn behind, and the lists, where a model may be used."""
    # scikit-learn takes over a second to import: only where it is needed.
    from regulars.insight.churn.whole import churn_of
    from regulars.insight.scoring import TooFewOutcomes

    work.step("who is about to leave")
    scores = work.engine.named("kept_scores") if work.engine.has("kept_scores") else None
    try:
        return churn_of(
            work.lines,
            work.facts,
            work.days,
            engine=work.engine,
            cut_off=work.cut_off,
            members=members,
            classed=classed,
            important_minor=important_minor,
            scores=scores,
            value_days=value_days,
            named=work.working.named,
            rows_most=LEARNED_FROM,
            seed=work.settings.seed,
        )
    except (TooShort, TooFewOutcomes, BadHistory) as refusal:
        work.unsaid["churn"] = refusal.code
        return None


def due(work: Work) -> Due | None:
    """What is needed again, and when; leaves the list `due` where dates may be given."""
    work.step("what is needed again")
    if not work.has_products():
        work.unsaid["due"] = "no-products"
        return None
    try:
        answer = due_dates(
            work.some_coded(LOOKED_AT), engine=work.engine, cut_off=work.cut_off, seed=work.settings.seed
        )
    except NothingAgain as refusal:
        work.unsaid["due"] = refusal.code
        return None
    if answer.found.usable:
        work.engine.keep("kept_due", work.engine.register("due_dates", answer.table.drop_columns(["last_on"])))
        soon = answer.table.filter(pc.is_in(answer.table["status"], value_set=pa.array(["due", "overdue"])))
        work.tables["due"] = work.spelled(soon)
    shown = {*answer.found.by_item["item"].to_pylist(), *answer.found.examples["item"].to_pylist()}
    return replace(
        answer.found,
        examples=work.spelled(answer.found.examples),
        names=work.product_names(shown),
        sampled=1 / work.shares_of(LOOKED_AT),
    )


def next_basket(work: Work) -> "NextBasketFound | None":
    """What each customer buys next; leaves the list `next_basket` behind."""
    from regulars.insight.future import TooFewCustomers
    from regulars.insight.nextbasket import evaluate, personal_lists
    from regulars.insight.nextbasket.shop import NoProducts, keep_bought

    work.step("what each buys next")
    engine, cut_off, seed = work.engine, work.cut_off, work.settings.seed
    lines = work.some_lines(LISTED)
    try:
        bought = keep_bought(lines, engine, cut_off=cut_off)
        found = evaluate(
            lines, engine, cut_off=cut_off, customers_max=CHECKED, tries_max=TRIES, seed=seed, bought=bought
        )
    except (TooShort, TooFewCustomers, NoProducts) as refusal:
        work.unsaid["next_basket"] = refusal.code
        return None
    made = personal_lists(lines, engine, cut_off=cut_off, found=found, seed=seed, bought=bought)
    lists = engine.keep("next_lists", made)
    named = work.working.named(lists.mutate(customer=lists.customer.cast("int32")))
    ordered = named.order_by("customer", "rank").rename(why="reason", because_of="reason_product")
    work.tables["next_basket"] = engine.arrow(ordered)
    return replace(found, listed=1 / work.shares_of(LISTED))


def offers(work: Work, classed: ir.Table) -> "OffersFound | None":
    """Which products of the personal lists are worth a discount, under the usual rules; leaves the list `offers`.

    Customers go as texts of their numbers, as in the personal lists.
    """
    if not work.engine.has("next_lists"):
        work.unsaid["offers"] = work.unsaid.get("next_basket", "no-products")
        return None
    from regulars.insight.boxes import customer_boxes
    from regulars.insight.offers import OfferRules, make_offers
    from regulars.insight.offers.products import own_purchases, product_facts

    work.step("offers on the lists")
    engine, cut_off = work.engine, work.cut_off
    some = work.some_lines(LISTED)
    lines = some.mutate(customer=some.customer.cast("string"))
    lists = engine.named("next_lists")
    shares = work.shares_of(LISTED)
    some_facts = work.facts.filter(drawn(work.facts.customer, shares))
    known = some_facts.inner_join(classed.select("customer", "value_class"), "customer")
    value = known.select("customer", "value_class", "spend_365_minor", "tenure_days")
    products = product_facts(lines, engine, cut_off=cut_off)
    dates = engine.named("kept_due") if engine.has("kept_due") else None
    made = make_offers(
        lists,
        _as_texts(dates.select("customer", "item", "status", "chance")) if dates is not None else None,
        engine.keep("kept_offer_boxes", customer_boxes(lines)),
        _as_texts(value),
        products,
        OfferRules(),
        own=engine.keep("kept_offer_own", own_purchases(lines, lists, products, cut_off=cut_off)),
        engine=engine,
        seed=work.settings.seed,
    )
    discounted = engine.arrow(made.table.filter(made.table.discount_percent.notnull()).order_by("customer", "rank"))
    work.tables["offers"] = _named(work, discounted).rename_columns({"reason": "why", "reason_product": "because_of"})
    return replace(made.found, example=_named(work, made.found.example), sampled=1 / shares)


def _as_texts(table: ir.Table) -> ir.Table:
    return table.mutate(customer=table.customer.cast("string"))


def _named(work: Work, table: pa.Table) -> pa.Table:
    """A table whose customers are texts of numbers, under their names."""
    if "customer" not in table.column_names:
        return table
    place = table.column_names.index("customer")
    return work.spelled(table.set_column(place, "customer", table["customer"].cast(pa.int32())))
