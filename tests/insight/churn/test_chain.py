"""The visits of the sample chain, straight from its makers: leavers that were planted are told and listed."""

from datetime import date

import numpy as np
import pyarrow as pa
import pytest

from regulars.history.engine import Engine
from regulars.insight.churn import windows_of
from regulars.insight.churn.fairness import top
from regulars.insight.churn.learning import leaving, past_of
from regulars.insight.churn.outcomes import features_only
from regulars.insight.holdout import numbers
from regulars.sample.people import ONE_TIME, make_people
from regulars.sample.seasons import make_clock
from regulars.sample.shops import make_shops
from regulars.sample.visits import make_visits

CUSTOMERS = 6_000
FIRST_ON, CUT_OFF = date(2023, 1, 1), date(2024, 12, 31)


@pytest.mark.slow
def test_planted_leavers_of_the_chain_are_found() -> None:
    random = np.random.default_rng(11)
    days = (CUT_OFF - FIRST_ON).days + 1
    shops = make_shops(12)
    people = make_people(CUSTOMERS, shops, days, random)
    visits = make_visits(people, shops, make_clock(FIRST_ON, days), random)
    known = visits.customer >= 0
    bought = np.datetime64(FIRST_ON, "s") + visits.at[known]
    amounts = random.integers(500, 5000, int(known.sum()))
    lines = pa.table(
        {"customer": visits.customer[known], "sold_at": bought.astype("datetime64[us]"), "amount_minor": amounts}
    )
    asked = windows_of(FIRST_ON, CUT_OFF)
    with Engine() as engine:
        past = past_of(engine.register("lines", lines), CUSTOMERS, asked, engine=engine)
    learned = leaving(past, asked, families=("tree", "logistic"), seed=7).learned
    assert learned.usable, learned.gain
    assert learned.measured[learned.chosen]["later"].auc > 0.8
    # Who is planted was silent for long at the present, so they are looked for on the later cut-off, when it began.
    score = learned.model.probability(features_only(past.later.table))
    planted = np.isin(past.later.table["customer"].to_numpy(), visits.leavers)
    staying = ~planted & (people.kind[past.later.table["customer"].to_numpy()] != ONE_TIME)  # those leave by nature
    assert planted.sum() > 30
    assert score[planted].mean() > 2 * score[staying].mean()
    spend = numbers(past.later.table, "spend_365_minor")
    for listed in (top(score, 0.3), top(score * spend, 0.3)):
        assert listed[planted].mean() > 1.5 * listed[staying].mean()
