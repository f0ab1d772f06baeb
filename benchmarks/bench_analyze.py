"""The whole of `regulars analyze`, from Parquet and from CSV, with all it writes, beside a bare RFM of the same file.

python -m benchmarks.bench_analyze --lines 100000000 --customers 4000000
"""

import argparse
import json
import shutil
import sys
from pathlib import Path

import duckdb

from benchmarks.measuring import DATA, run

PRODUCTS = 20_000


def make_lines(path: Path, *, lines: int, customers: int) -> None:
    """Receipts of about 4 lines; customers, products and stores of very unequal popularity; two years."""
    if path.exists():
        return
    path.parent.mkdir(exist_ok=True)
    kind = "(FORMAT csv, HEADER true)" if path.suffix == ".csv" else "(FORMAT parquet)"
    with duckdb.connect(config={"memory_limit": "6GB"}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(f"""
            COPY (
                WITH receipts AS (
                    SELECT r, 1 + (hash(r) % 7)::INTEGER AS width,
                        pow((hash(r, 1) % 2147483648) / 2147483648.0, 1.5) AS who,
                        (hash(r, 2) % 730)::INTEGER AS day, (hash(r, 3) % 50) AS store
                    FROM range({lines // 4}) t(r)
                ), numbered AS (SELECT *, unnest(range(width)) AS n FROM receipts)
                SELECT
                    'C' || lpad(floor(who * {customers})::BIGINT::VARCHAR, 8, '0') AS customer,
                    TIMESTAMP '2024-07-01 08:00:00' + to_days(day) + to_seconds((hash(r, 4) % 43200)::BIGINT) AS time,
                    'R' || r AS receipt, 'S' || store AS store,
                    'P' || floor(pow((hash(r, n, 5) % 1000003) / 1000003.0, 3.0) * {PRODUCTS})::BIGINT AS product,
                    'K' || floor(pow((hash(r, n, 5) % 1000003) / 1000003.0, 3.0) * 40)::BIGINT AS category,
                    1 + (hash(r, n, 6) % 3) AS quantity,
                    round(0.5 + (hash(r, n, 7) % 4000) / 100.0, 2) AS amount
                FROM numbered
            ) TO '{path}' {kind}
        """)


BARE = """
import duckdb, sys
kind = "read_csv" if sys.argv[1].endswith(".csv") else "read_parquet"
with duckdb.connect(config={"memory_limit": "8GB"}) as c:
    c.execute("SET enable_progress_bar = false")
    c.execute(f"CREATE TABLE rfm AS SELECT customer, max(time) AS last, count(DISTINCT time::DATE) AS days, "
              f"sum(amount) AS spend FROM {kind}('{sys.argv[1]}') GROUP BY customer")
"""


def measure(path: Path, *, lines: int) -> dict[str, object]:
    """Ours: everything, report included. Peer: four columns of facts from the same file."""
    out = DATA / "report"
    shutil.rmtree(out, ignore_errors=True)
    ours = run([sys.executable, "-m", "regulars", "analyze", str(path), "--out", str(out), "--json"])
    told = json.loads(ours.output)
    assert told["rows"]["kept"] + told["rows"]["refused"] == told["rows"]["read"] > 0.9 * lines
    bare = run([sys.executable, "-c", BARE, str(path)])
    shutil.rmtree(out)
    return {
        "name": f"analyze_{path.suffix[1:]}_{told['rows']['read'] // 1_000_000}M_lines",
        "ours": round(ours.seconds, 1),
        "peer": round(bare.seconds, 1),
        "ratio": round(ours.seconds / bare.seconds, 1),
        "seconds": round(ours.seconds, 1),
        "peak_mb": ours.peak_mb,
        "peer_is": "bare DuckDB, recency, days and spend only",
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=100_000_000)
    parser.add_argument("--customers", type=int, default=4_000_000)
    parser.add_argument("--formats", default="parquet,csv")
    asked = parser.parse_args()
    for ending in asked.formats.split(","):
        path = DATA / f"chain_{asked.lines}.{ending}"
        make_lines(path, lines=asked.lines, customers=asked.customers)
        print(json.dumps(measure(path, lines=asked.lines)), flush=True)


if __name__ == "__main__":
    main()
