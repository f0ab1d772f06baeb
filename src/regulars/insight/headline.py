"""The first screen's numbers."""

from typing import Final

import ibis.expr.types as ir

from regulars.history.engine import Engine
from regulars.insight.findings import Headline
from regulars.insight.lists import at_risk
from regulars.insight.native import whole_sum

REGULAR_VISITS: Final = 4
AT_RISK_DAYS: Final = 90
NEW_DAYS: Final = 90


def headline(customers: ir.Table, *, engine: Engine) -> Headline:
    """From the same kept table as the lists.

    A regular bought on at least REGULAR_VISITS different days and is not lost. Their spend share is of all known
    customers' net spend over the whole history. Slipping regulars are those in decline; at risk is what they would
    spend in the next AT_RISK_DAYS days at last year's pace, times the probability that they are gone.
    """
    known = customers.filter(customers.visits > 0)
    regular = (known.visits >= REGULAR_VISITS) & (known.stage != "lost")
    slipping = regular & (known.stage == "decline")
    row = engine.row(
        known.agg(
            customers=known.count(),
            spend_minor=whole_sum(known.spend_minor).fill_null(0),
            regulars=known.count(where=regular),
            regulars_minor=whole_sum(known.spend_minor, regular).fill_null(0),
            slipping=known.count(where=slipping),
            at_risk_minor=whole_sum(at_risk(known), slipping).fill_null(0),
            new=known.count(where=known.tenure_days < NEW_DAYS),
            one_time=known.count(where=known.visits == 1),
        )
    )
    return Headline(
        regulars=row["regulars"],
        regulars_share_of_customers=row["regulars"] / row["customers"] if row["customers"] else 0.0,
        regulars_spend_share=row["regulars_minor"] / row["spend_minor"] if row["spend_minor"] > 0 else 0.0,
        slipping=row["slipping"],
        at_risk_minor=row["at_risk_minor"] * AT_RISK_DAYS // 365,
        at_risk_days=AT_RISK_DAYS,
        new_last_90_days=row["new"],
        one_time=row["one_time"],
    )
