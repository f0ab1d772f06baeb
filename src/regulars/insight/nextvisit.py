"""When each customer is to be expected next, by their own rhythm."""

from datetime import date

import numpy as np
import pyarrow as pa

from regulars.insight.grouped import Floats
from regulars.insight.rhythm import OwnRhythm
from regulars.insight.stages import column

LEVEL = 0.9


def next_visits(facts: pa.Table, rhythm: OwnRhythm, *, cut_off: date) -> dict[str, pa.Date32Array]:
    """next_from_on, next_until_on, a day per row of facts: in nine of ten cases the visit after the last one falls
    between them. Null without a visit.

    That is, if the customer has not left. A window may lie in the past: then the customer is overdue.
    """
    bought = column(facts, "visits") > 0
    gaps, total, silence = (column(facts, name)[bought] for name in ("gaps", "gap_days_sum", "recency_days"))
    last = np.datetime64(cut_off, "D") - silence.astype("timedelta64[D]")

    def day(wait: Floats) -> pa.Date32Array:
        whole = np.full(len(bought), cut_off, "datetime64[D]")
        whole[bought] = last + wait.astype("timedelta64[D]")
        return pa.array(whole, pa.date32(), mask=~bought)

    low, high = rhythm.window(gaps, total, level=LEVEL)
    return {"next_from_on": day(low), "next_until_on": day(high)}
