"""The promotion test: profit of the targeted on the test file, and Qini beside scikit-uplift's of the same scores.

python -m benchmarks.bench_promotion
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.measuring import DATA, PEER_PYTHON, ROOT
from benchmarks.measuring import run as run_process

FOLDER = ROOT.parent / "shared" / "data" / "promotion_test"
SCORES = DATA / "promotion_scores.npz"
SAME = 1e-9


def ours() -> None:
    """Learns on training.csv, judges on Test.csv, keeps the scores for the peer."""
    from regulars.insight.uplift.coding import trial_of
    from regulars.insight.uplift.deciding import decide
    from regulars.insight.uplift.ranking import by_score, qini

    training = trial_of(pd.read_csv(FOLDER / "training.csv"), treatment="Promotion", outcome="purchase")
    held = trial_of(pd.read_csv(FOLDER / "Test.csv"), treatment="Promotion", outcome="purchase", like=training)
    started = time.perf_counter()
    found, plan = decide(training, value=10, cost=0.15, held=held)
    seconds = time.perf_counter() - started
    score = plan.score(held.features)
    DATA.mkdir(exist_ok=True)
    np.savez(SCORES, score=score, treated=held.treated, outcome=held.outcome)
    published, scaled = found.targeted.published, found.targeted.scaled
    print(json.dumps({
        "seconds": seconds, "qini": qini(by_score(score, held.treated, held.outcome)), "learner": found.learner,
        "share": found.share, "published": [published.value, published.low, published.high],
        "scaled": [scaled.value, scaled.low, scaled.high], "everyone": found.everyone.published.value,
        "above_low": found.above_everyone.low,
    }))  # fmt: skip


def run() -> list[dict[str, Any]]:
    """Both sides on the same scores; stops where the areas differ."""
    if not FOLDER.exists():
        return []
    mine = run_process([sys.executable, "-m", "benchmarks.bench_promotion", "ours"])
    theirs = run_process([PEER_PYTHON, str(Path(__file__).with_name("uplift_peer.py")), str(SCORES)])
    one, two = json.loads(mine.output), json.loads(theirs.output)
    assert abs(one["qini"] - two["qini"]) <= SAME, (one["qini"], two["qini"])
    common = {"seconds": round(one["seconds"], 2), "peak_mb": mine.peak_mb}
    figures = [
        {
            "name": "promotion_profit",
            "ours": one["published"][0],
            "peer": one["everyone"],
            "ratio": None,
            **common,
            **one,
        },
        {
            "name": "promotion_qini",
            "ours": one["qini"],
            "peer": two["qini"],
            "ratio": 1.0,
            **common,
            "peer_scores": two,
        },
    ]
    for figure in figures:
        print(json.dumps(figure), flush=True)
    return figures


if __name__ == "__main__":
    if sys.argv[1:] == ["ours"]:
        ours()
    else:
        run()
