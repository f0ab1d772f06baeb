"""Next baskets of Ta-Feng, five folds: settings by each fold's validation users, then one look at its test users.

python -m benchmarks.bench_nextbasket

Beside it the published protocol's figures of tuned TIFU-KNN and of GP-TopFreq (which is also counted here). Every fold
runs in a process of its own; the search is timed apart from fit and lists. `--customers 400000` times the lists of a
made-up shop instead.
"""

import argparse
import json
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.measuring import DATA, ROOT
from benchmarks.measuring import run as run_process

SHARED = ROOT.parent / "shared" / "data"
PEERS = {"recall_10": 0.1566, "ndcg_10": 0.1427, "hit_10": 0.4582, "recall_20": 0.2043}  # TIFU-KNN, searched settings
FOLDS = 5
PRODUCTS, WEEKS = 8_000, 26


def fold(number: int) -> None:
    """One fold, in this process; prints its scores."""
    from tests.insight.nextbasket.tafeng import read_fold, read_histories

    from regulars.insight.nextbasket import search
    from regulars.insight.nextbasket.measures import baselines, means

    history = read_histories(SHARED)
    started = time.perf_counter()
    chosen = search(history.baskets, *read_fold(SHARED, history, number, "val"))
    searched = time.perf_counter()
    model = chosen.model().fit(history.baskets)
    model.recommend(10)
    seconds = time.perf_counter() - searched
    rows, truth = read_fold(SHARED, history, number, "test")
    answer = {
        **means(model.ranked(rows, 20), truth),
        "plain": means(baselines(history.baskets, rows)["personal_then_global"], truth)["recall_10"],
        "seconds": seconds,
        "search_seconds": searched - started,
        "settings": dict(chosen.settings),
    }
    print(json.dumps(answer))


def run() -> list[dict[str, Any]]:
    """Means over the folds."""
    if not (SHARED / "tafeng_baskets").is_dir():
        return []
    done = [run_process([sys.executable, "-m", "benchmarks.bench_nextbasket", "--fold", str(n)]) for n in range(FOLDS)]
    folds = [json.loads(one.output) for one in done]
    peak = max(one.peak_mb for one in done)
    seconds = {name: round(max(one[name] for one in folds), 2) for name in ("seconds", "search_seconds")}
    figures = []
    for name, peer in PEERS.items():
        ours = float(np.mean([one[name] for one in folds]))
        figures.append(
            {
                "name": f"tafeng_{name}",
                "ours": round(ours, 4),
                "peer": peer,
                "ratio": round(ours / peer, 3),
                "folds": [round(one[name], 4) for one in folds],
                "gp_top": round(float(np.mean([one["plain"] for one in folds])), 4),
                "peak_mb": peak,
                **seconds,
            }
        )
    return figures


def make_shop(customers: int) -> Path:
    """Half a year of baskets by day: some habits each, the rest by popularity, which falls as 1 / rank."""
    path = DATA / f"next_{customers}.parquet"
    if path.exists():
        return path
    DATA.mkdir(exist_ok=True)
    random = np.random.default_rng(7)
    weight = np.cumsum(1 / np.arange(1, PRODUCTS + 1))
    visits = random.integers(2, WEEKS, customers)
    person = np.repeat(np.arange(customers), visits)
    day = random.integers(0, 7 * WEEKS, len(person))
    habits = np.searchsorted(weight, random.random((customers, 4)) * weight[-1])
    other = np.searchsorted(weight, random.random((len(person), 3)) * weight[-1])
    mine = habits[person][:, :2] if customers else habits
    product = np.concatenate([other, np.where(random.random(mine.shape) < 0.6, mine, other[:, :2])], axis=1)
    width = product.shape[1]
    first = np.datetime64(date(2025, 7, 1), "D")
    table = pa.table(
        {
            "customer": pa.array(np.char.add("C", np.repeat(person, width).astype(str))),
            "sold_at": pa.array(np.repeat(first + day, width)),
            "amount_minor": pa.array(np.full(len(person) * width, 250)),
            "product": pa.array(np.char.add("P", product.ravel().astype(str))),
        }
    )
    pq.write_table(table, path)
    return path


def lists(path: str) -> None:
    """Evaluation and lists of a whole shop, in this process; prints seconds."""
    from regulars.history.engine import Engine
    from regulars.insight.nextbasket import evaluate, personal_lists

    cut_off = date(2025, 7, 1) + timedelta(days=7 * WEEKS - 1)
    with Engine(scratch=DATA / "scratch") as engine:
        lines = engine.parquet("lines", [Path(path)])
        started = time.perf_counter()
        found = evaluate(lines, engine, cut_off=cut_off, tries_max=1)
        judged = time.perf_counter()
        found_anyway = {**{name: getattr(found, name) for name in found.__dataclass_fields__}, "used": "model"}
        made = personal_lists(
            lines, engine, cut_off=cut_off, found=type(found)(**found_anyway), into=DATA / "next_lists.parquet"
        )
        rows = engine.row(made.agg(rows=made.count()))["rows"]
    print(json.dumps({"judged": judged - started, "lists": time.perf_counter() - judged, "rows": rows}))


def scale(customers: int) -> list[dict[str, Any]]:
    """Seconds and memory of the lists of a made-up shop, and what that makes for four million customers."""
    done = run_process([sys.executable, "-m", "benchmarks.bench_nextbasket", "--lists", str(make_shop(customers))])
    told = json.loads(done.output)
    projected = round(told["lists"] * 4_000_000 / customers / 60, 1)
    return [
        {
            "name": f"next_lists_{customers}",
            "ours": round(told["lists"], 1),
            "peer": None,
            "ratio": None,
            "seconds": round(told["lists"], 1),
            "judged_seconds": round(told["judged"], 1),
            "rows": told["rows"],
            "peak_mb": done.peak_mb,
            "minutes_for_4_million": projected,
        }
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--lists")
    parser.add_argument("--customers", type=int)
    asked = parser.parse_args()
    if asked.fold is not None:
        fold(asked.fold)
    elif asked.lists:
        lists(asked.lists)
    else:
        for figure in scale(asked.customers) if asked.customers else run():
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
