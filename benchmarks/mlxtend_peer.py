"""The same rules and pairs by `mlxtend`, with the peer's own Python: fpgrowth and association_rules.

Run by bench_pairs; takes a NumPy archive of basket, item. Making the table of booleans it needs is not timed.
"""

import json
import sys
import time

import numpy as np
import pandas as pd
from mlxtend.frequent_patterns import association_rules, fpgrowth

from benchmarks.working import megabytes_since, started


def main(path: str, what: str, support_min: float, confidence_min: float) -> None:
    with np.load(path) as kept:
        basket, item = kept["basket"], kept["item"]
    held = np.zeros((basket.max() + 1, item.max() + 1), bool)
    held[basket, item] = True
    table = pd.DataFrame(held, columns=[str(number) for number in range(held.shape[1])])
    before, laps = started(), []
    for _ in range(1 if what == "pairs" else 5):  # as often as ours
        begun = time.perf_counter()
        sets = fpgrowth(table, min_support=support_min, use_colnames=True, max_len=2 if what == "pairs" else None)
        found = association_rules(sets, metric="confidence", min_threshold=confidence_min)
        single = found["consequents"].map(len) == 1
        laps.append(time.perf_counter() - begun)
    working_mb = megabytes_since(before)
    seconds = sorted(laps)[len(laps) // 2]
    found = found[single]
    sums = {name: float(found[name].sum()) for name in ("support", "confidence", "lift", "leverage")}
    print(json.dumps({"seconds": seconds, "working_mb": working_mb, "rules": len(found), "sums": sums}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4]))
