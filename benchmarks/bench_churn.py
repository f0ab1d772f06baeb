"""Who leaves: out-of-time AUC on Online Retail beside peers, and every customer of a large shop scored.

python -m benchmarks.bench_churn                          # both
python -m benchmarks.bench_churn --customers 4000000      # the second alone, on so many customers

Online Retail II: "buys nothing within 91 days", learned at four cut-offs a quarter apart, judged as of 2011-09-09 for
all who had bought until then. The family is chosen in folds of the training customers; the last period decides nothing.
The peer learns from the same examples: scikit-learn's logistic regression with its defaults on logarithms of recency,
frequency, age and spend, standardised; BG/NBD is that of the later cut-off, put to no other use than to rank.

Scoring: a shop drawn by the engine (customers as numbers, some eight visits each, some of them leaving), its days and
facts kept as an analysis keeps them; then looking back, learning, scoring, reasons and lists are timed together.
"""

import argparse
import json
import resource
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import ROOT
from benchmarks.measuring import run as run_process

RETAIL = ROOT.parent / "shared" / "data" / "online_retail" / "online_retail_2009_2011_tidy.parquet"
FIRST_ON, CUT_OFF = date(2009, 12, 1), date(2011, 12, 9)
SIDES = ("ours", "logistic", "bgnbd")
_SHOP_FIRST, _SHOP_LAST = date(2023, 1, 1), date(2024, 12, 31)
_AT_ONCE = 500_000


def retail(engine: Any) -> Any:
    """The examples of the past: cut-offs to learn from and the later one."""
    from regulars.insight.churn.learning import past_of
    from regulars.insight.churn.windows import windows_of

    engine.connection.execute(
        f"""CREATE TABLE lines AS SELECT "Customer ID" AS customer, InvoiceDate AS sold_at, Invoice AS basket,
        round(Quantity * Price * 100)::BIGINT AS amount_minor, StockCode AS product,
        CASE WHEN Invoice LIKE 'C%' THEN 'return' ELSE 'sale' END AS kind
        FROM read_parquet('{RETAIL}') WHERE "Customer ID" IS NOT NULL AND Price > 0"""
    )
    asked = windows_of(FIRST_ON, CUT_OFF, horizon_days=91, everybody=True)
    return asked, past_of(engine.named("lines"), 6_000, asked, engine=engine)


def side(name: str) -> dict[str, Any]:
    """AUC out of time (and in sample), and the seconds of learning and foretelling."""
    from sklearn.metrics import roc_auc_score

    from regulars.history.engine import Engine

    with Engine() as engine:
        asked, past = retail(engine)
    started = time.perf_counter()
    if name == "ours":
        from regulars.insight.churn.learning import leaving

        learned = leaving(past, asked, seed=7).learned
        ways = learned.measured[learned.chosen]
        found = {way: one.auc for way, one in ways.items()} | {"family": learned.chosen, "usable": learned.usable}
        found["interval"] = [round(end, 4) for end in ways["later"].intervals["auc"]]
    elif name == "bgnbd":
        found = {"later": roc_auc_score(past.later.left, past.later.rivals["repeat-buying"]), "in_sample": None}
    else:
        found = plain_logistic(past)
    return found | {"seconds": time.perf_counter() - started, "customers": len(past.later.left)}


def plain_logistic(past: Any) -> dict[str, Any]:
    """scikit-learn's, on what an analyst would try first."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from regulars.insight.holdout import numbers

    def design(table: Any) -> Any:
        columns = ("recency_days", "gaps", "tenure_days", "spend_365", "mean_visit")
        return np.column_stack([np.log1p(np.maximum(numbers(table, name), 0.0)) for name in columns])

    rows = np.concatenate([design(one.table) for one in past.training])
    left = np.concatenate([one.left for one in past.training])
    fitted = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)).fit(rows, left)
    later = fitted.predict_proba(design(past.later.table))[:, 1]
    return {
        "later": roc_auc_score(past.later.left, later),
        "in_sample": roc_auc_score(left, fitted.predict_proba(rows)[:, 1]),
    }


def draw_shop(engine: Any, customers: int) -> None:
    """Kept tables lines, given_days, given_facts of a shop whose customers have a pace, and some of whom stop."""
    from regulars.insight.facts import facts
    from regulars.insight.visits import days

    engine.connection.execute(
        f"""CREATE TABLE lines AS WITH people AS (
        SELECT c::INTEGER AS customer, 15 + 120 * (hash(c, 1) % 1000) / 1000 AS pace,
        (hash(c, 2) % 500)::INTEGER AS start,
        CASE WHEN hash(c, 3) % 3 = 0 THEN 60 + (hash(c, 4) % 600)::INTEGER ELSE 731 END AS stays
        FROM range(1, {customers + 1}) t(c)), steps AS (
        SELECT customer, unnest(range(0, 1 + (least(730 - start, stays) / pace)::BIGINT)) AS n, pace, start FROM people)
        SELECT customer, (DATE '{_SHOP_FIRST}' + (start + (n + (hash(customer, n) % 100) / 130.0) * pace)::INTEGER)
        AS sold_at, (300 + hash(customer, n, 5) % 5000)::BIGINT AS amount_minor,
        'p' || (hash(customer, n, 6) % 2000) AS product, 'c' || (hash(customer, n, 6) % 20) AS category
        FROM steps WHERE start + (n + 0.8) * pace <= 730 ORDER BY customer"""
    )
    lines = engine.named("lines")
    for number, first in enumerate(range(1, customers + 1, _AT_ONCE)):
        share = engine.keep("share", lines.filter(lines.customer.between(first, first + _AT_ONCE - 1)))
        own = engine.keep("share_days", days(share))
        engine.keep_more("given_days", own, anew=number == 0)
        engine.keep_more("given_facts", facts(share, cut_off=_SHOP_LAST, days=own), anew=number == 0)


def whole_shop(customers: int) -> dict[str, Any]:
    """Seconds of each step, peak memory of the process, and how the model did."""
    from regulars.history.engine import Engine
    from regulars.insight.churn import churn_of

    scratch = ROOT / "bench-data"
    scratch.mkdir(exist_ok=True)
    with Engine(memory="5GB", scratch=Path(scratch)) as engine:
        draw_shop(engine, customers)
        drawn_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        stages: list[tuple[str, float]] = []

        def progress(what: str, done: int, total: int) -> None:
            if not stages or stages[-1][0] != what:
                stages.append((what, time.perf_counter()))

        started = time.perf_counter()
        found = churn_of(
            *(engine.named(name) for name in ("lines", "given_facts", "given_days")),
            engine=engine,
            cut_off=_SHOP_LAST,
            important_minor=40_000,
            progress=progress,
        )
        ended = time.perf_counter()
    spent: dict[str, float] = {}
    for (what, at), (_, until) in zip(stages, [*stages[1:], ("", ended)], strict=True):
        spent[what] = round(spent.get(what, 0.0) + until - at, 1)
    learned = found.run.learned
    return {
        "seconds": round(ended - started, 1),
        "steps": spent,
        "judged": found.judged,
        "listed": {name: one.customers for name, one in found.lists.items()},
        "auc_later": round(learned.measured[learned.chosen]["later"].auc, 4),
        "usable": learned.usable,
        "chosen": learned.chosen,
        "drawn_mb": drawn_mb,
    }


def run(customers: int = 4_000_000) -> list[dict[str, Any]]:
    """One figure each; nothing of Online Retail where the data are not here."""
    module = [sys.executable, "-m", "benchmarks.bench_churn"]
    figures: list[dict[str, Any]] = []
    if RETAIL.exists():
        done = {name: run_process([*module, "--side", name]) for name in SIDES}
        said = {name: json.loads(one.output) for name, one in done.items()}
        ours = said["ours"]
        for name in SIDES[1:]:
            peer = said[name]
            figures.append(
                {
                    "name": f"online_retail_leaving_auc_beside_{name}",
                    "ours": round(ours["later"], 4),
                    "peer": round(peer["later"], 4),
                    "ratio": round(ours["later"] / peer["later"], 3),
                    "ours_in_sample": round(ours["in_sample"], 4),
                    "ours_cross_validation": round(ours["cross_validation"], 4),
                    "interval": ours["interval"],
                    "family": ours["family"],
                    "usable": ours["usable"],
                    "customers": ours["customers"],
                    "seconds": round(ours["seconds"], 1),
                    "peer_seconds": round(peer["seconds"], 1),
                    "peak_mb": done["ours"].peak_mb,
                    "peer_peak_mb": done[name].peak_mb,
                }
            )
    whole = run_process([*module, "--shop", str(customers)])
    figures.append({"name": f"churn_scored_{customers}", "peak_mb": whole.peak_mb} | json.loads(whole.output))
    for figure in figures:
        print(json.dumps(figure), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, help="score a shop of so many, and nothing else")
    parser.add_argument("--side", choices=SIDES)
    parser.add_argument("--shop", type=int)
    given = parser.parse_args()
    if given.side:
        print(json.dumps(side(given.side)))
    elif given.shop:
        print(json.dumps(whole_shop(given.shop)))
    elif given.customers:
        whole = run_process([sys.executable, "-m", "benchmarks.bench_churn", "--shop", str(given.customers)])
        figure = {"name": f"churn_scored_{given.customers}", "peak_mb": whole.peak_mb} | json.loads(whole.output)
        print(json.dumps(figure))
    else:
        run()


if __name__ == "__main__":
    main()
