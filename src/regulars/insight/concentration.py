"""Who brings the money (S08): Lorenz curve from the best customer down, deciles, Gini, and any cut of the best.

Customers are ranked by net spend. Who spent nothing, or got more back than was paid, is a customer all the same but
brings nothing: such spend counts as 0, so that shares lie between 0 and 1 and the curve never falls.
"""

from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from regulars.history.engine import Engine
from regulars.insight.findings import Concentration
from regulars.insight.frames import any_table
from regulars.insight.lines import WrongColumns
from regulars.insight.native import whole_sum

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

POINTS: Final = 200


def concentration(facts: ir.Table, engine: Engine) -> Concentration:
    """Concentration of `spend_minor` over the rows of a table with one row per customer. Raises WrongColumns."""
    _checked(facts)
    spend = facts.spend_minor.fill_null(0)
    column = engine.arrow(facts.select(spend_minor=ibis.greatest(spend, 0).cast("int64")))["spend_minor"]
    ranked = np.sort(column.to_numpy())[::-1]
    cumulated = np.concatenate(([0], np.cumsum(ranked)))
    shares = np.arange(POINTS + 1) / POINTS
    return Concentration(
        top_2_5_percent_share=float(share_of_best(cumulated, np.array([0.025]))[0]),
        top_20_percent_share=float(share_of_best(cumulated, np.array([0.2]))[0]),
        gini=_gini(cumulated),
        lorenz=pa.table({"customers_share": shares, "spend_share": share_of_best(cumulated, shares)}),
        deciles=_deciles(cumulated),
    )


def share_of_best(cumulated: Ints, shares: Floats) -> Floats:
    """Share of all spend that the best `shares` of customers bring; `cumulated` spend from the best down, from 0.

    A cut between two customers takes the fraction of the next one's spend: the curve is straight between customers.

    >>> share_of_best(np.array([0, 6, 9, 10]), np.array([0.5])).tolist()
    [0.75]
    """
    customers = len(cumulated) - 1
    if cumulated[-1] <= 0:
        return np.zeros(len(shares))
    return np.interp(shares * customers, np.arange(customers + 1), cumulated) / float(cumulated[-1])


def _gini(cumulated: Ints) -> float:
    """Gini's (1914) coefficient: twice the area between the curve and the diagonal; 0 where all spend the same."""
    customers, total = len(cumulated) - 1, float(cumulated[-1])
    if total <= 0:
        return 0.0
    area = (cumulated[1:].astype(np.float64) + cumulated[:-1]).sum() / (2 * customers * total)
    return float(2 * area - 1)


def _deciles(cumulated: Ints) -> pa.Table:
    """Ten groups of customers, as equal in size as whole people allow; fewer rows where there are fewer customers."""
    customers, total = len(cumulated) - 1, int(cumulated[-1])
    edges = np.ceil(np.arange(11) * customers / 10).astype(np.int64)
    counts, spend = np.diff(edges), np.diff(cumulated[edges])
    some = counts > 0
    columns = {
        "decile": np.arange(1, 11)[some],
        "customers": counts[some],
        "spend_minor": spend[some],
        "spend_share": spend[some] / max(total, 1),
        "mean_spend_minor": np.rint(spend[some] / counts[some]).astype(np.int64),
    }
    return pa.table({name: pa.array(values) for name, values in columns.items()})


@any_table
def top_share(facts: ir.Table, share: float) -> ir.Table:
    """One row: customers (as many as `cut` gives), spend_minor, spend_share of the best `share` of customers.

    Whole customers, where `concentration` takes the fraction of the last one. Raises WrongColumns.
    """
    ranked = _ranked(facts)
    best = ranked.place < (ranked.customers * share).ceil()
    spend = ibis.greatest(ranked.spend_minor.fill_null(0), 0)
    summed = ranked.aggregate(
        customers=ranked.count(where=best & (spend > 0)),
        spend_minor=whole_sum(spend, where=best).fill_null(0),
        total=whole_sum(spend).fill_null(0),
    )
    part = ibis.ifelse(summed.total > 0, summed.spend_minor / summed.total, 0.0)
    return summed.select("customers", "spend_minor", spend_share=part)


@any_table
def cut(facts: ir.Table, share: float) -> ir.Table:
    """The rows of the best `share` of customers by spend, rounded up to whole people: an audience.

    Equal spend is ordered by the customer's number; who spent nothing is never among the best. Raises WrongColumns.
    """
    ranked = _ranked(facts)
    best = ranked.filter(ranked.place < (ranked.customers * share).ceil(), ranked.spend_minor > 0)
    return best.select(*facts.columns)


def _ranked(facts: ir.Table) -> ir.Table:
    _checked(facts)
    by_spend = [ibis.desc(ibis.coalesce(facts.spend_minor, 0)), facts.customer]
    return facts.mutate(place=ibis.row_number().over(order_by=by_spend), customers=facts.count().over(ibis.window()))


def _checked(facts: ir.Table) -> None:
    missing = [name for name in ("customer", "spend_minor") if name not in facts.schema()]
    if missing:
        raise WrongColumns(f"Spend needs customer, spend_minor; missing: {', '.join(missing)}; got {facts.columns}.")
