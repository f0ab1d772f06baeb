"""From lines to lifetime values against `lifetimes`, and the fit alone.

python -m benchmarks.bench_models --customers 1000000

Customers are drawn from a BG/NBD, about 20 lines each, in the order of their days as a till writes them. Each side runs
in a process of its own, imports left out. The peer's table is in memory before its clock starts; ours reads Parquet.
Both must come to the same parameters. Ours are the same figures as the peer's; the interval of each customer's CLV,
which the peer has not, is timed apart, as the step "intervals".
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

from benchmarks.measuring import DATA, PEER_PYTHON
from benchmarks.measuring import run as run_process

FIRST, DAYS = date(2023, 1, 1), 730
CUT_OFF = FIRST + timedelta(days=DAYS)
TRUTH = {"r": 0.8, "alpha": 30.0, "a": 0.8, "b": 4.0, "p": 6.0, "q": 4.0, "v": 60.0}
HORIZON = 365.0
LINES_EACH = 20
SAME = 0.005  # relative: where the peer's optimiser stops


def make_lines(customers: int) -> tuple[Path, Path]:
    """The same lines as Parquet for us and as a NumPy archive for the peer, kept in bench-data."""
    DATA.mkdir(exist_ok=True)
    ours, peer = DATA / f"models_{customers}.parquet", DATA / f"models_{customers}.npz"
    if ours.exists() and peer.exists():
        return ours, peer
    chance = np.random.default_rng(7)
    who, day = _visits(chance, customers)
    own = chance.gamma(TRUTH["q"], 1 / TRUTH["v"], customers)
    spend = chance.gamma(TRUTH["p"], 1 / own[who])
    parts = 1 + chance.poisson(max(LINES_EACH * customers / len(who) - 1, 0.0), len(who))
    order = np.argsort(day, kind="stable")
    who, day, spend, parts = (np.repeat(column[order], parts[order]) for column in (who, day, spend, parts))
    minor = np.maximum(np.rint(spend / parts * 100), 1).astype(np.int64)
    days = np.datetime64(FIRST) + day.astype("timedelta64[D]")
    pq.write_table(pa.table({"customer": who, "sold_at": days, "amount_minor": minor}), ours, compression="zstd")
    np.savez(peer, customer=who, day=days.astype("datetime64[ns]"), amount=minor / 100)
    return ours, peer


def _visits(chance: np.random.Generator, customers: int) -> tuple[Any, Any]:
    """Customer and day of each visit: Poisson at an own rate until a dropout, days rounded down."""
    rate = chance.gamma(TRUTH["r"], 1 / TRUTH["alpha"], customers)
    dropout = chance.beta(TRUTH["a"], TRUTH["b"], customers)
    now = chance.integers(0, DAYS - 90, customers).astype(np.float64)
    here = np.arange(customers)
    who, day = [here], [now.astype(np.int32)]
    while len(here):
        now[here] += chance.exponential(size=len(here)) / np.maximum(rate[here], 1e-12)
        here = here[now[here] < DAYS + 1]
        who.append(here)
        day.append(now[here].astype(np.int32))
        here = here[chance.uniform(size=len(here)) >= dropout[here]]
    return np.concatenate(who).astype(np.int32), np.concatenate(day)


def ours(path: Path) -> dict[str, Any]:
    """Lines to lifetime values, timed step by step."""
    from regulars.history.engine import Engine
    from regulars.insight.bgnbd import BGNBD
    from regulars.insight.clv import lifetime_value
    from regulars.insight.gammagamma import GammaGamma
    from regulars.insight.holdout import histories
    from regulars.insight.rfm import rfm

    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def lap(name: str) -> None:
        seconds[name] = time.perf_counter() - started - sum(seconds.values())

    with Engine() as engine:
        table = engine.arrow(rfm(engine.parquet("lines", [path]), cut_off=CUT_OFF, period_days=1.0))
    known = histories(table, 2)
    lap("rfm")
    often = BGNBD().fit(known.frequency, known.recency, known.age)
    lap("fit")
    teach = (known.frequency > 0) & (known.mean_spend > 0)
    spend = GammaGamma().fit(known.frequency[teach], known.mean_spend[teach])
    lap("fit_spend")
    columns = (known.frequency, known.recency, known.age)
    alive = often.probability_alive(*columns)
    expected = often.expected_purchases(HORIZON, *columns)
    discount = float(np.log1p(0.1)) / 365
    discounted = often.expected_purchases(HORIZON, *columns, discount=discount)
    clv = discounted * spend.expected_spend(known.frequency, known.mean_spend)
    lap("predict_and_clv")
    worth = lifetime_value(often, spend, *columns, known.mean_spend, horizon=HORIZON, unit_days=1.0)
    lap("intervals")
    assert abs(worth.clv.sum() / clv.sum() - 1) < SAME
    sums = {"alive": float(alive.sum()), "expected": float(expected.sum()), "clv": float(clv.sum())}
    parameters = {**often.parameters_, **spend.parameters_}
    return {"seconds": seconds, "parameters": parameters, "sums": sums, "customers": len(table)}


def run(customers: int = 1_000_000) -> list[dict[str, object]]:
    """Measures both sides once each; one dict per figure."""
    parquet, archive = make_lines(customers)
    mine = run_process([sys.executable, "-m", "benchmarks.bench_models", "--side", str(parquet)])
    script = str(Path(__file__).with_name("lifetimes_peer.py"))
    theirs = run_process([PEER_PYTHON, script, str(archive), CUT_OFF.isoformat(), str(HORIZON)])
    left, right = json.loads(mine.output), json.loads(theirs.output)
    _agree(left, right)
    label = f"{customers / 1e6:g}M_customers"
    memory = {"peak_mb": mine.peak_mb, "peer_peak_mb": theirs.peak_mb, "peer_is": "lifetimes 0.11.3"}
    alike = sum(seconds for step, seconds in left["seconds"].items() if step != "intervals")
    whole = {"name": f"rfm_fit_predict_clv_{label}", **_beside(alike, right, None)}
    fit = {"name": f"bgnbd_fit_{label}", **_beside(left["seconds"]["fit"], right, "fit")}
    found: list[dict[str, object]] = [
        whole | memory | {"steps": left["seconds"], "peer_steps": right["seconds"], "parameters": left["parameters"]},
        fit | memory,
    ]
    for figure in found:
        print(json.dumps(figure), flush=True)
    return found


def _beside(seconds: float, peer: dict[str, Any], step: str | None) -> dict[str, float]:
    other = peer["seconds"][step] if step else sum(peer["seconds"].values())
    return {
        "ours": round(seconds, 3),
        "peer": round(other, 3),
        "ratio": round(other / seconds, 1),  # how many times faster
        "seconds": round(seconds, 3),
    }


def _agree(left: dict[str, Any], right: dict[str, Any]) -> None:
    assert left["customers"] == right["customers"]
    for name, value in left["parameters"].items():
        assert abs(right["parameters"][name] / value - 1) < SAME, (name, value, right["parameters"][name])
    for name in ("alive", "expected"):
        assert abs(right["sums"][name] / left["sums"][name] - 1) < SAME, (name, left["sums"], right["sums"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=1_000_000)
    parser.add_argument("--side", metavar="FILE", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(ours(Path(asked.side))))
    else:
        run(asked.customers)


if __name__ == "__main__":
    main()
