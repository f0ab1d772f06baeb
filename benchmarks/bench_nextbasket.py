"""Next baskets of Ta-Feng, five folds: settings by each fold's validation users, then one look at its test users.

python -m benchmarks.bench_nextbasket

Beside it the published protocol's figures of tuned TIFU-KNN and of GP-TopFreq (which is also counted here). Every fold
runs in a process of its own; the search is timed apart from fit and lists. `--customers 400000` times the lists of a
made-up shop and the offers on them instead; beyond a million customers, the lists alone.
"""

import argparse
import json
import sys
import time
from dataclasses import replace
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
CUT_OFF = date(2025, 7, 1) + timedelta(days=7 * WEEKS - 1)
LISTED = DATA / "next_lists.parquet"
OFFERS_UP_TO = 1_000_000


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
    """Half a year of baskets by day: two habits each, the rest by popularity, which falls as 1 / rank."""
    path = DATA / f"next_shop_{customers}.parquet"
    if path.exists():
        return path
    DATA.mkdir(exist_ok=True)
    random = np.random.default_rng(7)
    with pq.ParquetWriter(path, _SHOP, compression="zstd") as file:
        for first in range(0, customers, 100_000):
            file.write_table(_lines(first, min(100_000, customers - first), random))
    return path


_TEXT, _WHOLE = pa.string(), pa.int64()
_KINDS: dict[str, pa.DataType] = {"customer": _TEXT, "sold_at": pa.date32(), "amount_minor": _WHOLE, "product": _TEXT}
_SHOP = pa.schema(_KINDS | {"category": _TEXT, "brand_kind": _TEXT})


def _lines(first: int, customers: int, random: np.random.Generator) -> pa.Table:
    weight = np.cumsum(1 / np.arange(1, PRODUCTS + 1))
    person = np.repeat(np.arange(customers), random.integers(2, WEEKS, customers))
    day = np.datetime64(date(2025, 7, 1), "D") + random.integers(0, 7 * WEEKS, len(person))
    habits = np.searchsorted(weight, random.random((customers, 2)) * weight[-1])[person]
    other = np.searchsorted(weight, random.random((len(person), 3)) * weight[-1])
    usual = np.where(random.random(habits.shape) < 0.6, habits, other[:, :2])
    product = np.concatenate([other, usual], axis=1).ravel()
    kinds = np.array(["national", "store", "national"])
    return pa.table(
        {
            "customer": np.char.add("C", np.repeat(first + person, 5).astype(str)),
            "sold_at": np.repeat(day, 5),
            "amount_minor": 100 + 7 * (product % 90),
            "product": np.char.add("P", product.astype(str)),
            "category": np.char.add("K", (product % 40).astype(str)),
            "brand_kind": kinds[product // 40 % 3],
        },
        schema=_SHOP,
    )


def lists(path: str) -> None:
    """Settings chosen and checked, then lists of a whole shop by the model, in this process; prints seconds."""
    from regulars.history.engine import Engine
    from regulars.insight.nextbasket import judge, keep_bought, personal_lists

    with Engine(scratch=DATA / "scratch") as engine:
        lines = engine.parquet("lines", [Path(path)])
        started = time.perf_counter()
        bought = keep_bought(lines, engine, cut_off=CUT_OFF)
        kept = time.perf_counter()
        found = replace(judge(bought), used="model")
        judged = time.perf_counter()
        made = personal_lists(lines, engine, cut_off=CUT_OFF, found=found, bought=bought, into=LISTED)
        seconds = time.perf_counter() - judged
        rows = engine.row(made.agg(rows=made.count()))["rows"]
    told = {"kept_seconds": kept - started, "judged_seconds": judged - kept, "seconds": seconds, "rows": rows}
    print(json.dumps(told))


def offers(path: str) -> None:
    """Offers on the lists just made, with all they need to know of products, dates and boxes; prints seconds."""
    from regulars.history.engine import Engine
    from regulars.insight.offers import OfferRules, make_offers
    from regulars.insight.offers.gathering import gather

    with Engine(scratch=DATA / "scratch") as engine:
        lines = engine.parquet("lines", [Path(path)])
        started = time.perf_counter()
        tables = gather(lines, engine, cut_off=CUT_OFF, lists=LISTED)
        gathered = time.perf_counter()
        found = make_offers(rules=OfferRules(weekly_spend_min_minor=1_000), engine=engine, **tables).found
    told = {"gathered_seconds": gathered - started, "seconds": time.perf_counter() - gathered, "rows": found.offers}
    print(json.dumps(told))


def scale(customers: int) -> list[dict[str, Any]]:
    """Seconds and memory of the lists of a made-up shop, and of offers on them."""
    path = str(make_shop(customers))
    parts = ["lists", "offers"] if customers <= OFFERS_UP_TO else ["lists"]
    figures = []
    for part in parts:
        done = run_process([sys.executable, "-m", "benchmarks.bench_nextbasket", f"--{part}", path])
        told = {name: round(value, 1) for name, value in json.loads(done.output).items()}
        figures.append(
            {"name": f"next_{part}_{customers}", "ours": round(done.seconds, 1), "peer": None, "ratio": None}
            | told
            | {"peak_mb": done.peak_mb}
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--fold", type=int)
    parser.add_argument("--lists")
    parser.add_argument("--offers")
    parser.add_argument("--customers", type=int)
    asked = parser.parse_args()
    if asked.fold is not None:
        fold(asked.fold)
    elif asked.lists:
        lists(asked.lists)
    elif asked.offers:
        offers(asked.offers)
    else:
        for figure in scale(asked.customers) if asked.customers else run():
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
