"""The three myths judged: `myths_of`."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import ibis.expr.types as ir
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.frames import as_arrow
from regulars.insight.myths.boxing import counted, keep_boxed
from regulars.insight.myths.comparing import compared, verdict
from regulars.insight.myths.costs import keep_costs, with_costs
from regulars.insight.myths.found import UNTOLD, Measure, Myth, MythsFound
from regulars.insight.myths.people import keep_people, loyalty_of
from regulars.insight.myths.prices import keep_prices, with_prices

# A difference up to this is none worth speaking of: shares of sales, of the usual price, of the scale; referrals each.
NEGLIGIBLE: Final[Mapping[str, float]] = {
    "margin_share": 0.005,
    "cost_rate": 0.005,
    "price": 0.005,
    "recommends": 0.02,
    "referrals": 0.02,
}
_SHOWN_OF_COST: Final = ("discount_share", "return_share", "mean_receipt_minor", "complaint_rate")


def myths_of(
    lines: ir.Table,
    facts: ir.Table,
    engine: Engine,
    cut_off: date,
    *,
    attitude: Any | None = None,
    complaints: Any | None = None,
    referrals: Any | None = None,
    names: ir.Table | None = None,
) -> MythsFound:
    """Are the loyal cheaper to serve, do they pay more, do they recommend more; and who stands in which box.

    `facts` as `regulars.insight.facts` gives them. `attitude` (customer, attitude, recommends; `SurveyFound.attitude`),
    `complaints` and `referrals` (customer, a row each; of a referral the one who brought somebody) are tables or None.
    `names` (customer, number) where lines and facts hold numbers in the place of names. Leaves the table of boxes
    behind for `boxed`. Nothing after `cut_off` is looked at. Raises WrongColumns.
    """
    loyalty = loyalty_of(facts, engine)
    given = {
        key: _numbered(table, names, engine, key)
        for key, table in (("attitude", attitude), ("complaints", complaints), ("referrals", referrals))
    }
    people = keep_people(
        facts,
        loyalty,
        engine,
        complaints=given["complaints"],
        attitude=given["attitude"],
        referrals=given["referrals"],
    )
    share = keep_prices(lines, people, engine, cut_off=cut_off)
    costs = keep_costs(lines, engine, cut_off=cut_off)
    known = with_prices(with_costs(people, engine, known=costs), engine, known=share is not None)
    whole = engine.keep("kept_myth_whole", known)
    boxes, basis, border = keep_boxed(whole, engine)
    row = engine.row(whole.agg(loyal=whole.count(where=whole.loyal), all=whole.count(), minds=whole.attitude.count()))
    found = MythsFound(
        loyal=row["loyal"],
        other=row["all"] - row["loyal"],
        tenure_days=loyalty.tenure_days,
        visits_from=loyalty.visits_from,
        myths={
            "cheaper": _cheaper(whole, engine),
            "price": _judged("price", ("price",), whole, engine, more=True, why="no-prices"),
            "referrals": _judged(
                "referrals", ("referrals", "recommends"), whole, engine, more=True, why="no-referrals"
            ),
        },
        profit_basis=basis,
        profit_from_minor=border,
        attitude_known=row["minds"],
        boxes=counted(boxes, engine),
        price_sample=share if share is not None else 0.0,
    )
    for table in ("kept_myth_people", "kept_myth_whole", "kept_myth_prices", "kept_myth_costs"):
        engine.connection.execute(f"DROP TABLE IF EXISTS {table}")
    return found


def _cheaper(people: ir.Table, engine: Engine) -> Myth:
    """By margin where costs are known: it holds all that serving costs in goods. Else by discounts and returns."""
    beside = [measure for name in _SHOWN_OF_COST if (measure := compared(people, name, engine)) is not None]
    margin = compared(people, "margin_share", engine)
    decided = margin or compared(people, "cost_rate", engine)
    if decided is None:
        return Myth("cheaper", UNTOLD, "", beside, NEGLIGIBLE["cost_rate"], "no-costs")
    return _ruled("cheaper", decided, beside, more=decided.name == "margin_share")


def _judged(name: str, measures: tuple[str, ...], people: ir.Table, engine: Engine, *, more: bool, why: str) -> Myth:
    """By the first measure there is; the others stand beside."""
    known = [measure for one in measures if (measure := compared(people, one, engine)) is not None]
    if not known:
        return Myth(name, UNTOLD, "", (), NEGLIGIBLE[measures[0]], why)
    return _ruled(name, known[0], known[1:], more=more)


def _ruled(name: str, decided: Measure, beside: list[Measure], *, more: bool) -> Myth:
    bound = NEGLIGIBLE[decided.name]
    said = verdict(decided.matched_low, decided.matched_high, more=more, negligible=bound)
    why = "" if said != UNTOLD else "nobody-alike" if decided.matched != decided.matched else "too-uncertain"
    return Myth(name, said, decided.name, (decided, *beside), bound, why)


def _numbered(given: Any | None, names: ir.Table | None, engine: Engine, key: str) -> pa.Table | None:
    """The table with the numbers of the lines in the place of names; strangers left out."""
    if given is None or names is None:
        return None if given is None else as_arrow(given)
    table = engine.register(f"myth_given_{key}", as_arrow(given))
    named = names.select(number="number", name=names.customer.cast("string"))
    both = table.mutate(name=table.customer.cast("string")).drop("customer").inner_join(named, "name")
    return engine.arrow(both.rename(customer="number").drop("name"))
