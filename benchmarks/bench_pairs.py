"""Rules and pairs against mlxtend: the same numbers, sooner, in less memory.

python -m benchmarks.bench_pairs --baskets 155848 --products 68509

Each side runs in a process of its own with its data in memory, imports left out of the time and left in the peak of
memory. Beside that stands what the work itself took above what was there before it (imports and data): `working_mb`.
The peer's table of booleans takes 10.7 GB at full size.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from benchmarks.measuring import DATA, PEER_PYTHON, ROOT
from benchmarks.measuring import run as run_process
from benchmarks.working import megabytes_since, started

SUPPORT = 0.001
GROCERIES = ROOT.parent / "shared" / "data" / "groceries" / "groceries.basket"
SAME = 1e-9  # relative, of sums over all rules
RUNS = {"rules": 5, "pairs": 1}  # of either side, the median counts; the peer has minutes to do for the pairs


def make_zipf(baskets: int, products: int) -> Path:
    """Baskets of very different sizes, about 5 products, whose popularity falls as 1 / rank."""
    path = DATA / f"pairs_{baskets}_{products}.npz"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        chance = np.random.default_rng(7)
        sizes = 1 + chance.poisson(chance.gamma(1.0, 4.0, baskets))
        popularity = np.cumsum(1 / np.arange(1, products + 1))
        item = np.searchsorted(popularity, chance.random(int(sizes.sum())) * popularity[-1])
        np.savez(path, basket=np.repeat(np.arange(baskets), sizes), item=item)
    return path


def make_groceries() -> Path:
    path = DATA / "pairs_groceries.npz"
    if not path.exists():
        DATA.mkdir(exist_ok=True)
        lines = [line.split(",") for line in GROCERIES.read_text().splitlines()]
        names = [name.strip() for line in lines for name in line]
        item = np.unique(names, return_inverse=True)[1]
        np.savez(path, basket=np.repeat(np.arange(len(lines)), [len(line) for line in lines]), item=item)
    return path


def ours(path: str, what: str, confidence_min: float) -> None:
    """One side, in this process; prints its seconds and the sums of its answer."""
    from regulars.insight.frames import as_array

    with np.load(path) as kept:
        table = pa.table({name: as_array(kept[name]) for name in ("basket", "item")})
    ask = rules_asked(table, confidence_min) if what == "rules" else pairs_asked(table)
    before, seconds = started(), []
    for _ in range(RUNS[what]):
        begun = time.perf_counter()
        found = ask()
        seconds.append(time.perf_counter() - begun)
    working_mb = megabytes_since(before)
    sums = {name: pc.sum(found[name]).as_py() for name in ("support", "confidence", "lift", "leverage")}
    count = found.num_rows
    if what == "pairs":  # a pair is two rules, one each way
        sums = {name: 2 * total for name, total in sums.items()}
        sums["confidence"] += pc.sum(found["confidence_back"]).as_py() - sums["confidence"] / 2
        count *= 2
    median = sorted(seconds)[len(seconds) // 2]
    print(json.dumps({"seconds": median, "working_mb": working_mb, "rules": count, "sums": sums}))


def rules_asked(table: pa.Table, confidence_min: float) -> Callable[[], pa.Table]:
    """Each task imports only what it needs, as its user would."""
    from regulars.insight.rules import rules

    return lambda: rules(table, support_min=SUPPORT, confidence_min=confidence_min)


def pairs_asked(table: pa.Table) -> Callable[[], pa.Table]:
    from regulars.history.engine import Engine
    from regulars.insight.pairs import item_pairs

    engine = Engine()  # closed by the end of this process
    lines = engine.register("baskets", table)
    return lambda: engine.arrow(item_pairs(lines, support_min=SUPPORT))


def compare(name: str, path: Path, what: str, confidence_min: float) -> list[dict[str, Any]]:
    """Seconds and memory of both sides; stops where their answers differ."""
    mine = run_process([sys.executable, "-m", "benchmarks.bench_pairs", "--ours", what, str(path), str(confidence_min)])
    peer = [PEER_PYTHON, "-m", "benchmarks.mlxtend_peer"]
    theirs = run_process([*peer, str(path), what, str(SUPPORT), str(confidence_min)])
    one, two = json.loads(mine.output), json.loads(theirs.output)
    assert one["rules"] == two["rules"], (one["rules"], two["rules"])
    for measure, total in two["sums"].items():
        assert abs(one["sums"][measure] - total) <= SAME * max(1.0, abs(total)), measure
    speed = {
        "name": f"{name}_seconds",
        "ours": round(one["seconds"], 4),
        "peer": round(two["seconds"], 3),
        "ratio": round(two["seconds"] / one["seconds"], 1),
    }
    memory = {
        "name": f"{name}_peak_mb",
        "ours": mine.peak_mb,
        "peer": theirs.peak_mb,
        "ratio": round(theirs.peak_mb / mine.peak_mb, 1),
    }
    working = {
        "name": f"{name}_working_mb",
        "ours": one["working_mb"],
        "peer": two["working_mb"],
        "ratio": round(two["working_mb"] / one["working_mb"], 1),
    }
    common = {"seconds": round(one["seconds"], 4), "peak_mb": mine.peak_mb, "rules": one["rules"]}
    return [figure | common for figure in (speed, memory, working)]


def run(*, baskets: int = 155_848, products: int = 68_509) -> list[dict[str, Any]]:
    """Pairs on Zipf data, and rules on Groceries where the real data are here."""
    figures = compare(f"pairs_{baskets}_baskets_{products}_products", make_zipf(baskets, products), "pairs", 0.0)
    if GROCERIES.exists():
        figures += compare("rules_groceries", make_groceries(), "rules", 0.5)
    for figure in figures:
        print(json.dumps(figure), flush=True)
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--baskets", type=int, default=155_848)
    parser.add_argument("--products", type=int, default=68_509)
    parser.add_argument("--ours", nargs=3, metavar=("WHAT", "PATH", "CONFIDENCE"))
    given = parser.parse_args()
    if given.ours:
        what, path, confidence_min = given.ours
        ours(path, what, float(confidence_min))
        return
    run(baskets=given.baskets, products=given.products)


if __name__ == "__main__":
    main()
