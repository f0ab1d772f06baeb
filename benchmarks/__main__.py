"""Every benchmark, one JSON line a figure; the figures are also kept in benchmarks/results.jsonl.

make bench                                        # all of it: about half an hour on two cores
make bench BENCH="--only models,pairs"            # some of it
make bench BENCH="--lines 10000000"               # the whole analysis on a tenth of the lines
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import (
    bench_analyze,
    bench_audiences,
    bench_checkout,
    bench_churn,
    bench_coupons,
    bench_duplicates,
    bench_facts,
    bench_ledger,
    bench_members,
    bench_models,
    bench_nextbasket,
    bench_pages,
    bench_pairs,
    bench_previews,
    bench_programme,
    bench_promotion,
    bench_scorebook,
    bench_sending,
    bench_server,
    bench_telco,
)
from benchmarks.measuring import DATA

RESULTS = Path(__file__).with_name("results.jsonl")
Figure = dict[str, object]


def analyses(lines: int) -> Iterator[Figure]:
    """`regulars analyze` from Parquet and from CSV."""
    for ending in ("parquet", "csv"):
        path = DATA / f"chain_{lines}.{ending}"
        bench_analyze.make_lines(path, lines=lines, customers=lines // 25)
        yield bench_analyze.measure(path, lines=lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only",
        default="models,facts,pairs,promotion,telco,nextbasket,churn,members,duplicates,server,ledger,checkout,coupons,programme,previews,audiences,scorebook,pages,sending,analyze",
        help="which, with commas between",
    )
    parser.add_argument("--lines", type=int, default=100_000_000, help="lines of the whole analysis")
    asked = parser.parse_args()
    every: dict[str, Callable[[], Iterator[Figure]]] = {
        "models": lambda: iter(bench_models.run()),
        "facts": lambda: iter(bench_facts.run(20_000_000)),
        "pairs": lambda: iter(bench_pairs.run()),
        "churn": lambda: iter(bench_churn.run()),
        "telco": lambda: iter(bench_telco.run()),
        "nextbasket": lambda: iter(bench_nextbasket.run()),
        "promotion": lambda: iter(bench_promotion.run()),
        "server": lambda: iter(bench_server.run()),
        "members": lambda: iter(bench_members.run()),
        "duplicates": lambda: iter([bench_duplicates.run(1_000_000)]),
        "checkout": lambda: bench_checkout.run(),
        "ledger": lambda: bench_ledger.run(10_000_000),
        "coupons": lambda: bench_coupons.run(100_000),
        "programme": lambda: bench_programme.run(1_000_000),
        "previews": lambda: bench_previews.run(1_000_000),
        "scorebook": lambda: bench_scorebook.run(1_000_000),
        "audiences": lambda: iter(bench_audiences.run()),
        "pages": lambda: bench_pages.run(),
        "sending": lambda: bench_sending.run(),
        "analyze": lambda: analyses(asked.lines),
    }
    kept = [json.loads(row) for row in RESULTS.read_text().splitlines()] if RESULTS.exists() else []
    for name in asked.only.split(","):
        for figure in every[name]():
            print(json.dumps(figure), flush=True)
            kept = [old for old in kept if old["name"] != figure["name"]] + [figure]
            RESULTS.write_text("".join(json.dumps(row) + "\n" for row in kept))


if __name__ == "__main__":
    main()
