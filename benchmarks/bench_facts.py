"""The fact table and RFM against hand-written SQL for the same columns, on the same file, on the same engine.

python -m benchmarks.bench_facts --lines 20000000

Each side runs in a process of its own, in turn, three times; a median counts. Ours includes building and compiling the
expression. Before anything is timed, both answers are compared row by row on a small file.
"""

import argparse
import json
import statistics
import sys
import time
from datetime import date
from pathlib import Path

import duckdb

from benchmarks.measuring import DATA
from benchmarks.measuring import run as run_process
from regulars.history.engine import Engine
from regulars.insight.facts import facts
from regulars.insight.rfm import rfm

CUT_OFF = date(2024, 12, 30)
LINES_PER_CUSTOMER = 25
MEMORY = "6GB"
HERE = Path(__file__).parent
ROUNDS = 3


def make_lines(path: Path, lines: int) -> None:
    """Two years of receipts of four lines: 5,000 products, 40 categories, 12 stores, 2 % returns, some discounts."""
    path.parent.mkdir(exist_ok=True)
    if path.exists():
        return
    customers = max(1, lines // LINES_PER_CUSTOMER)
    with duckdb.connect(config={"memory_limit": MEMORY}) as connection:
        connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false")
        connection.execute(f"""
            COPY (
                SELECT 1 AS file, i AS line,
                    (TIMESTAMP '2023-01-01 10:00:00' + to_days((hash(i // 4) % 729)::INTEGER)
                        + to_seconds((hash(i // 4, 1) % 36000)::BIGINT))::TIMESTAMP AS sold_at,
                    'C' || lpad(floor(pow((hash(i // 4, 2) % 1000003) / 1000003.0, 1.5) * {customers})::BIGINT::VARCHAR,
                        8, '0') AS customer,
                    (i // 4)::VARCHAR AS receipt, NULL::VARCHAR AS receipt_line,
                    (hash(i // 4) // 2)::BIGINT AS basket, 'S' || (hash(i // 4, 3) % 12) AS store,
                    CASE WHEN hash(i // 4, 4) % 9 = 0 THEN 'web' ELSE 'shop' END AS channel,
                    'P' || (hash(i) % 5000) AS product, NULL::VARCHAR AS product_name,
                    'category ' || (hash(i) % 5000 % 40) AS category, NULL::VARCHAR AS brand,
                    NULL::VARCHAR AS brand_kind, 1::DECIMAL(18, 3) AS quantity,
                    (CASE WHEN hash(i, 5) % 50 = 0 THEN -1 ELSE 1 END * (100 + hash(i, 6) % 3000)::BIGINT)::BIGINT
                        AS amount_minor,
                    CASE WHEN hash(i, 7) % 5 = 0 THEN 20::BIGINT END AS discount_minor,
                    (80 + hash(i, 6) % 2000)::BIGINT AS cost_minor,
                    CASE WHEN hash(i, 5) % 50 = 0 THEN 'return' ELSE 'sale' END AS kind, false AS returned
                FROM range({lines}) t(i)
            ) TO '{path}' (FORMAT parquet, COMPRESSION zstd)
        """)


def answer_ours(name: str, path: Path, engine: Engine) -> None:
    """The table `answer`, by the library."""
    lines = engine.parquet("lines", [path])
    engine.keep("answer", rfm(lines, cut_off=CUT_OFF) if name == "rfm" else facts(lines, cut_off=CUT_OFF))


def answer_peer(name: str, path: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """The table `answer`, by hand."""
    connection.execute((HERE / f"{name}_by_hand.sql").read_text().format(lines=path, cut=CUT_OFF))


def side(name: str, which: str, path: Path) -> None:
    """One timed run in this process; prints its seconds, imports left out."""
    with Engine(memory=MEMORY) as engine:
        started = time.perf_counter()
        if which == "ours":
            answer_ours(name, path, engine)
        else:
            answer_peer(name, path, engine.connection)
        print(time.perf_counter() - started)


def agree(name: str, path: Path) -> None:
    """Both answers, row by row; figures with a fraction to nine digits."""
    with Engine(memory=MEMORY) as engine:
        answer_ours(name, path, engine)
        engine.connection.execute("ALTER TABLE answer RENAME TO ours")
        answer_peer(name, path, engine.connection)
        ours, peer = (
            engine.connection.sql(f"SELECT * FROM {table} ORDER BY customer").df() for table in ("ours", "answer")
        )
    different = 0
    for column in peer.columns:
        same = ours[column].astype(str).eq(peer[column].astype(str)) | (ours[column].isna() & peer[column].isna())
        if not same.all():
            same |= (ours[column].astype(float) - peer[column].astype(float)).abs() < 1e-9
        different = max(different, int((~same).sum()))
    # The bare group-by takes a day with nothing but returns for a purchase: that one difference is allowed to it.
    assert different <= (len(ours) // 1000 if name == "rfm" else 0), (name, different)


def run(rows: int) -> list[dict[str, object]]:
    """Measures both; one dict per figure."""
    small, path = DATA / "facts_lines_200000.parquet", DATA / f"facts_lines_{rows}.parquet"
    make_lines(small, 200_000)
    make_lines(path, rows)
    found = []
    for name in ("rfm", "facts"):
        agree(name, small)
        seconds: dict[str, list[float]] = {"ours": [], "peer": []}
        peak: dict[str, int] = {"ours": 0, "peer": 0}
        for _ in range(ROUNDS):
            for which in seconds:
                command = [sys.executable, "-m", "benchmarks.bench_facts", "--side", name, which, str(path)]
                ran = run_process(command)
                seconds[which].append(float(ran.output))
                peak[which] = max(peak[which], ran.peak_mb)
        ours, peer = (statistics.median(seconds[which]) for which in ("ours", "peer"))
        figure = {
            "name": f"{name}_{rows // 1_000_000}M_lines",
            "ours": round(ours, 2),
            "peer": round(peer, 2),
            "ratio": round(ours / peer, 2),
            "seconds": round(ours, 2),
            "peak_mb": peak["ours"],
            "peer_peak_mb": peak["peer"],
            "peer_is": "hand-written DuckDB SQL" if name == "facts" else "bare DuckDB group-by",
        }
        found.append(figure)
        print(json.dumps(figure), flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=20_000_000)
    parser.add_argument("--side", nargs=3, metavar=("WHAT", "WHO", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.side:
        name, which, path = asked.side
        side(name, which, Path(path))
    else:
        run(asked.lines)


if __name__ == "__main__":
    main()
