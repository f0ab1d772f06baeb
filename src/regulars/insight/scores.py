"""RFM cells: customers scored 1 … 5 for recency, frequency and money."""

from typing import Final

import ibis.expr.types as ir

from regulars.insight.native import whole_sum

_EDGES: Final = (0.2, 0.4, 0.6, 0.8)


def rfm_scores(facts: ir.Table) -> ir.Table:
    """customer, recency_score, frequency_score, monetary_score (1 … 5, 5 best), spend_minor, for all with a visit.

    A score is 1 plus the number of fifths' edges that lie strictly below the value. Equal values therefore always get
    equal scores, and where most customers bought once, most get a 1 and the cells are of unequal size.
    """
    buyers = facts.filter(facts.visits > 0)
    measures = {"recency": -buyers.recency_days, "frequency": buyers.visits, "monetary": buyers.spend_minor}
    edges = buyers.agg(**{f"{name}_{i}": m.quantile(q) for name, m in measures.items() for i, q in enumerate(_EDGES)})
    both = buyers.select(buyers.customer, buyers.spend_minor, **measures).cross_join(edges)
    return both.select(
        both.customer, **{f"{name}_score": _score(both, name) for name in measures}, spend_minor=both.spend_minor
    )


def _score(both: ir.Table, name: str) -> ir.IntegerValue:
    above = [(both[name] > both[f"{name}_{i}"]).cast("int8") for i in range(len(_EDGES))]
    return (above[0] + above[1] + above[2] + above[3] + 1).cast("int8")


def rfm_cells(facts: ir.Table) -> ir.Table:
    """How many customers and how much spend in each cell that is not empty."""
    scored = rfm_scores(facts)
    cell = ["recency_score", "frequency_score", "monetary_score"]
    return scored.group_by(cell).agg(customers=scored.count(), spend_minor=whole_sum(scored.spend_minor)).order_by(cell)
