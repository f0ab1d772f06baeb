"""The same work by `lifetimes`, with the peer's own Python: summary, fits, predictions, CLV of twelve months.

Run by bench_models; takes a NumPy archive of customer, day, amount. Loading it is not timed.
"""

import json
import sys
import time
import warnings

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter, GammaGammaFitter
from lifetimes.utils import summary_data_from_transaction_data


def main(path: str, cut_off: str, horizon: float) -> None:
    warnings.simplefilter("ignore")
    with np.load(path) as kept:
        lines = pd.DataFrame({name: kept[name] for name in ("customer", "day", "amount")})
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def lap(name: str) -> None:
        seconds[name] = time.perf_counter() - started - sum(seconds.values())

    rows = summary_data_from_transaction_data(
        lines, "customer", "day", monetary_value_col="amount", observation_period_end=cut_off
    )
    lap("rfm")
    often = BetaGeoFitter().fit(rows["frequency"], rows["recency"], rows["T"])
    lap("fit")
    again = rows[(rows["frequency"] > 0) & (rows["monetary_value"] > 0)]
    spend = GammaGammaFitter().fit(again["frequency"], again["monetary_value"])
    lap("fit_spend")
    columns = (rows["frequency"], rows["recency"], rows["T"])
    alive = often.conditional_probability_alive(*columns)
    expected = often.conditional_expected_number_of_purchases_up_to_time(horizon, *columns)
    lap("predict")
    worth = spend.customer_lifetime_value(often, *columns, rows["monetary_value"], time=12, discount_rate=0.008)
    lap("clv")
    parameters = {**often.params_.to_dict(), **spend.params_.to_dict()}
    sums = {"alive": float(np.sum(alive)), "expected": float(expected.sum()), "clv": float(worth.sum())}
    print(json.dumps({"seconds": seconds, "parameters": parameters, "sums": sums, "customers": len(rows)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
