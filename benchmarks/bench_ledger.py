"""The ledger: posting in batches, single postings beside pgbench with the same SQL, sealing and verifying.

python -m benchmarks.bench_ledger --transfers 10000000

A database of its own with the settings of every installation (each commit is on disk before it is answered). For
single postings one real posting is recorded, statement by statement; pgbench repeats those with other holders, ids and
keys, as many at once, prepared as ours are.
"""

import argparse
import gc
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from uuid import UUID

from benchmarks import recording
from benchmarks.measuring import DATA, ROOT

PLACE = DATA / "ledger-bench"
CLIENTS = 64
POSTERS = 100_000
SECONDS = 15
BATCH = 2_000
BATCHERS = 4  # processes: enough that neither they nor the database wait for one another
ROUNDS = 3
OWNER, ACCOUNT = "00000000000070008001", "00000000000070008002"
PROBE = 123_456  # the holder of the recorded posting


def begin() -> None:
    os.environ |= {"REGULARS_DATA": str(PLACE), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    os.environ.pop("DATABASE_URL", None)
    from regulars.server.postgres import Cluster

    Cluster(PLACE).start()
    import django

    django.setup()


def warm() -> None:
    """As a process of the web part is when it serves: its connection knows the statements, what is loaded stays."""
    for _ in range(10):
        post_some(2, external=f"warm/{random.random()}")
    gc.collect()
    gc.freeze()


def post_some(count: int, *, external: str, of: range = range(POSTERS)) -> int:
    """Earns and, for half as many, spends, of holders by chance."""
    from django.utils import timezone

    from regulars.journal.moves import Actor
    from regulars.ledger.moves import Holder, House, Posting
    from regulars.ledger.services import post
    from regulars.ledger.words import Kind, Role

    issued, redeemed, first = House(Role.ISSUED), House(Role.REDEEMED), UUID(f"{OWNER}{0:012d}").int

    def posting(kind: Kind, amount: int, giver: Holder | House, taker: Holder | House, key: str) -> Posting:
        return Posting(kind, "points", amount, giver, taker, source="bench", external_id=key, merchant="mrc_bench")

    postings = []
    for number, holder in enumerate(random.sample(of, count)):
        owner = Holder(UUID(int=first + int(str(holder + 100_001), 16)))  # digits, as pgbench says them
        postings.append(posting(Kind.EARN, 90, issued, owner, f"{external}/{number}"))
        if number % 2 == 0 and count > 1:
            postings.append(posting(Kind.SPEND, 30, owner, redeemed, f"{external}/{number}/s"))
    return len(post(postings, actor=Actor("key", "key_bench"), at=timezone.now()))


def batches(seconds: float, side: int) -> None:
    """One process posting batches for holders of its own; prints how many transfers a second."""
    begin()
    warm()
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        done += post_some(BATCH, external=str(random.random()), of=range(side, POSTERS, BATCHERS))
    print(done / (time.perf_counter() - begun))


def singles(seconds: float, clients: int) -> None:
    """One process with many clients, each posting one earn after another; prints transfers a second and latencies."""
    begin()
    from django.db import connection, connections

    connections["default"].close_pool()  # type: ignore[attr-defined]
    connections["default"].settings_dict["OPTIONS"].pop("pool", None)
    warm()
    taken: list[float] = []
    until = time.perf_counter() + seconds + 1

    def client() -> None:
        post_some(1, external=f"warm/{random.random()}")
        while (now := time.perf_counter()) < until:
            post_some(1, external=str(random.random()))
            taken.append(time.perf_counter() - now)
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    begun = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps([len(taken) / (time.perf_counter() - begun), statistics.median(taken)]))


def script() -> str:
    """One posting as pgbench can repeat it."""
    begin()
    warm()
    chance = random.sample
    random.sample = lambda *_: [PROBE - 100_001]
    with recording.recorded() as told:
        post_some(1, external=recording.KEY)
    random.sample = chance
    last = 100_000 + POSTERS
    return recording.script(told, probe=PROBE, first=100_001, last=last, clients=CLIENTS, stands=_stands)


_known: set[str] = set()


def _stands(number: str) -> bool:
    """Whether it is the id of an account of the house: the same in every posting."""
    from regulars.ledger.models import Account

    if not _known:
        _known.update(row.hex for row in Account.objects.filter(owner=None).values_list("id", flat=True))
    return number in _known


def pgbench(path: str, seconds: int) -> float:
    """Transactions a second."""
    from regulars.server.postgres import Cluster

    return recording.pgbench(path, Cluster(PLACE).url(), clients=CLIENTS, seconds=seconds)[0]


def run(transfers: int) -> Iterator[dict[str, object]]:
    """One dict per figure."""
    _without_the_last()
    begin()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    yield from _posting()
    yield from _verifying(transfers)


def _without_the_last() -> None:
    """A database of the last run may have older tables."""
    from regulars.server.postgres import Cluster

    cluster = Cluster(PLACE)
    if PLACE.exists():
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(PLACE)


def _posting() -> Iterator[dict[str, object]]:
    from benchmarks.ledger_rows import fill

    fill(100_000, posters=POSTERS)
    rates = [sum(float(out) for out in _sides("--batches", BATCHERS)) for _ in range(ROUNDS)]
    yield {
        "name": "ledger_post_batches_per_second", "ours": round(statistics.median(rates)), "peer": None, "ratio": None,
        "seconds": SECONDS, "batch": BATCH * 3 // 2, "processes": BATCHERS, "runs": [round(rate) for rate in rates],
    }  # fmt: skip
    path = PLACE / "single.sql"
    path.write_text(script())
    ours, peers, waits = [], [], []
    for _ in range(ROUNDS):
        told = [json.loads(out) for out in _sides("--singles", 2)]
        ours.append(sum(rate for rate, _ in told))
        waits.append(statistics.mean(wait for _, wait in told))
        peers.append(pgbench(str(path), SECONDS))
    rate, peer = statistics.median(ours), statistics.median(peers)
    yield {
        "name": f"ledger_post_single_{CLIENTS}_clients_per_second", "ours": round(rate), "peer": round(peer),
        "ratio": round(rate / peer, 3), "seconds": SECONDS, "median_ms": round(statistics.median(waits) * 1000, 1),
        "peer_is": "pgbench, the same SQL on as many connections",
        "runs": [[round(a), round(b)] for a, b in zip(ours, peers, strict=True)],
    }  # fmt: skip


def _sides(what: str, processes: int) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.bench_ledger", what]
    running = [
        subprocess.Popen([*command, str(side)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for side in range(processes)
    ]
    told = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("a side of the benchmark failed")
    return told


def _verifying(transfers: int) -> Iterator[dict[str, object]]:
    from django.utils import timezone

    from benchmarks.ledger_rows import fill
    from regulars.ledger.seals import seal

    fill(transfers)
    begun = time.perf_counter()
    sealed = seal(at=timezone.now())
    seconds = time.perf_counter() - begun
    assert sealed.transfers == transfers
    size = f"{transfers // 1_000_000}M" if transfers >= 1_000_000 else str(transfers)
    yield {
        "name": f"ledger_seal_{size}_transfers_seconds", "ours": round(seconds, 1), "peer": None, "ratio": None,
        "seconds": round(seconds, 1), "per_second": round(transfers / seconds),
    }  # fmt: skip
    begun = time.perf_counter()
    asked = [sys.executable, "-m", "regulars", "ledger", "verify", "--data", str(PLACE), "--jobs", "2", "--json"]
    told = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
    seconds = time.perf_counter() - begun
    assert told["right"]
    assert told["looked"]["transfers"] == told["looked"]["sealed"] == transfers
    yield {
        "name": f"ledger_verify_{size}_transfers_seconds", "ours": round(seconds, 1), "peer": None, "ratio": None,
        "seconds": round(seconds, 1), "looked": told["looked"],
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--transfers", type=int, default=10_000_000, help="to seal and verify")
    parser.add_argument("--batches", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--singles", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.batches is not None:
        batches(SECONDS, asked.batches)
    elif asked.singles is not None:
        singles(SECONDS, CLIENTS // 2)
    else:
        for figure in run(asked.transfers):
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
