"""The checkout among a million members: bulk purchases, single ones beside pgbench with the same SQL, and over HTTP.

python -m benchmarks.bench_checkout --members 1000000

A database of its own with the settings of every installation (each commit is on disk before it is answered): a shop of
two merchants with one rule that earns, members who have an account with something in it.

Bulk: processes that check out batches, as a worker does with a job, each of members of its own by chance, a bill of one
or two lines. Beside it the bare SQL: the very rows of such a batch, made and inserted by plain set-based statements
inside the database, from as many connections, each batch a transaction. Through a job of the API: rows that wait
(encrypted) until they are done and noted.

Single: as many clients as tills, one bill after another; in processes as the web part has, and through its own HTTP.
One purchase is recorded, statement by statement; pgbench repeats those with other members, ids and documents.
"""

import argparse
import http.client
import json
import os
import queue
import random
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any
from uuid import UUID, uuid4

from benchmarks import bare_checkout, recording
from benchmarks.checkout_shop import (
    ACCOUNT,
    MEMBER,
    PLACE,
    begin,
    bills,
    check_out,
    fill,
    filled,
    member_id,
    places,
    warm,
)
from benchmarks.measuring import ROOT

CLIENTS = 32
SECONDS = 15
BATCH = bare_checkout.BATCH
PROCESSES = 3  # that check out batches: neither they nor the database wait for one another
ROUNDS = 3
PORT = 8793
PROBE = 123_456  # the member of the recorded purchase
Figure = dict[str, object]


def bulk(seconds: float, side: int) -> None:
    """One process checking out batches of members of its own; prints how many purchases a second."""
    begin()
    warm(BATCH)
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        done += check_out(bills(BATCH, side=side, sides=PROCESSES))
    print(done / (time.perf_counter() - begun))


def singles(seconds: float, clients: int) -> None:
    """One process with many clients, each with one bill after another, served in their order by as many threads as a
    process of the web part has; prints purchases a second and latencies, waiting included."""
    begin()
    from django.db import connection, connections

    from regulars.server.running.web import THREADS

    connections["default"].close_pool()  # type: ignore[attr-defined]
    connections["default"].settings_dict["OPTIONS"].pop("pool", None)
    warm()
    taken: list[float] = []
    from_now = time.perf_counter() + 1
    until = from_now + seconds
    tills: queue.SimpleQueue[float] = queue.SimpleQueue()  # who waits to be served, and since when

    def serve() -> None:
        check_out(bills(1))
        while (since := tills.get()) < until:
            check_out(bills(1))
            now = time.perf_counter()
            if since > from_now:
                taken.append(now - since)
            tills.put(now)
        tills.put(since)  # for the next one that asks whether it is over
        connection.close()

    for _ in range(clients):
        tills.put(time.perf_counter())
    _together(serve, THREADS)
    print(json.dumps([len(taken) / seconds, sorted(taken)]))


def _together(doing: Callable[[], None], clients: int) -> None:
    threads = [threading.Thread(target=doing) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def http_clients(seconds: float, key: str) -> None:
    """Tills that send one bill after another to the server; prints purchases a second and latencies."""
    begin()
    told = filled()
    merchant, store = (_typed(prefix, one) for prefix, one in zip(("mrc", "str"), places()[0], strict=True))
    head = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    taken: list[float] = []
    from_now = time.perf_counter() + 2
    until = from_now + seconds

    def till() -> None:
        asking = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
        while (now := time.perf_counter()) < until:
            number = random.randrange(told["members"])
            body = {
                "source": "till-4", "external_id": uuid4().hex, "currency": "CNY", "merchant": merchant, "store": store,
                "member": _typed("mbr", member_id(100_001 + number)),
                "lines": [
                    {"item": f"69012345{number % 9000:04d}{n}", "amount": 1250 + number % 7000, "tax": 90}
                    for n in range(1 + number % 2)
                ],
            }  # fmt: skip
            asking.request("POST", "/api/v1/purchases", json.dumps(body), head | {"Idempotency-Key": uuid4().hex})
            answer = asking.getresponse()
            text = answer.read()
            assert answer.status == 201, text
            if now > from_now:
                taken.append(time.perf_counter() - now)

    _together(till, CLIENTS)
    print(json.dumps([len(taken) / seconds, sorted(taken)]))


def _typed(prefix: str, number: UUID) -> str:
    from regulars.basics.ids import typed

    return typed(prefix, number)


def run(members: int = 1_000_000) -> Iterator[Figure]:
    """One dict per figure."""
    _without_the_last()
    fill(members)
    yield _bulk()
    yield _jobs()
    yield _single()
    yield _http()


def _without_the_last() -> None:
    """A database of the last run may have older tables."""
    from regulars.server.postgres import Cluster

    cluster = Cluster(PLACE)
    if PLACE.exists():
        cluster.stop(at_once=True)
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(PLACE)


def _bulk() -> Figure:
    path = PLACE / "bare.sql"
    path.write_text(_bare())
    ours, peers = [], []
    for _ in range(ROUNDS):
        told = [json.loads(out) for out in _sides("--bulk", PROCESSES)]
        ours.append(sum(told))
        peers.append(recording.pgbench(str(path), _url(), clients=PROCESSES, seconds=SECONDS)[0] * BATCH)
    rate, peer = statistics.median(ours), statistics.median(peers)
    return {
        "name": "checkout_bulk_per_second", "ours": round(rate), "peer": round(peer), "ratio": round(rate / peer, 3),
        "members": filled()["members"], "batch": BATCH, "processes": PROCESSES, "seconds": SECONDS,
        "peer_is": "the same rows by plain set-based SQL, from as many connections",
        "runs": [[round(a), round(b)] for a, b in zip(ours, peers, strict=True)],
    }  # fmt: skip


def _jobs(rows: int = 20_000) -> Figure:
    """Two jobs of the API, done by one worker: opened, checked out, noted."""
    begin()
    from django.utils import timezone

    from regulars.access.selectors import grants_of_key_by_id
    from regulars.api import jobs
    from regulars.api.keys import Call
    from regulars.api.urls import api  # noqa: F401 (the kinds of jobs)
    from regulars.journal.moves import Actor

    made, at = _key(), timezone.now()
    holder = grants_of_key_by_id(made.id, at)
    assert holder is not None
    call = Call(holder, Actor("key", _typed("key", made.id)), at)
    merchant, store = (_typed(prefix, one) for prefix, one in zip(("mrc", "str"), places()[0], strict=True))
    begun = time.perf_counter()
    for name in range(rows // 10_000):
        asked = [
            {
                "source": "till-4", "external_id": f"{name}/{number}", "currency": "CNY", "merchant": merchant,
                "store": store, "member": _typed("mbr", member_id(100_001 + number)), "effective_at": at.isoformat(),
                "lines": [{"item": f"6901234{n}", "amount": 1250 + number % 7000} for n in range(1 + number % 2)],
            }
            for number in random.sample(range(filled()["members"]), 10_000)
        ]  # fmt: skip
        jobs.submit(str(name), "purchases", asked, organisation=UUID(filled()["home"]), call=call)
    submitted, begun = time.perf_counter() - begun, time.perf_counter()
    done = 0
    while some := jobs.work(at=timezone.now()):
        done += some
    seconds = time.perf_counter() - begun
    assert done == rows
    return {
        "name": "checkout_jobs_one_worker_per_second", "ours": round(rows / seconds), "peer": None, "ratio": None,
        "rows": rows, "taken_in_per_second": round(rows / submitted),
    }  # fmt: skip


def _single() -> Figure:
    path = PLACE / "single.sql"
    path.write_text(_script())
    ours, peers, waits = [], [], []
    for _ in range(ROUNDS):
        told = [json.loads(out) for out in _sides("--singles", 2)]
        ours.append(sum(rate for rate, _ in told))
        waits += [wait for _, each in told for wait in each]
        peers.append(recording.pgbench(str(path), _url(), clients=CLIENTS, seconds=SECONDS)[0])
    return {
        "name": f"checkout_single_{CLIENTS}_clients_per_second", **_rated(ours, peers), **_waits(waits),
        "peer_is": "pgbench, the same SQL on as many connections",
    }  # fmt: skip


def _http() -> Figure:
    """The API as it is served, with two web processes; clients are on the same machine."""
    begin()
    key = _key().text
    serve = [sys.executable, "-m", "regulars", "serve", "--data", str(PLACE), "--port", str(PORT), "--processes", "2"]
    server = subprocess.Popen(
        serve, env=os.environ | {"REGULARS_API_RATE": "0"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _until_ready(server)
        told = [json.loads(_sides("--http", 1, key)[0]) for _ in range(ROUNDS)]
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(60)
    peers = [recording.pgbench(str(PLACE / "single.sql"), _url(), clients=CLIENTS, seconds=SECONDS)[0]]
    return {
        "name": f"checkout_http_{CLIENTS}_clients_per_second", **_rated([rate for rate, _ in told], peers),
        **_waits([wait for _, each in told for wait in each]),
        "peer_is": "pgbench, the checkout's own SQL without that of the API around it",
    }  # fmt: skip


def _rated(ours: Sequence[float], peers: Sequence[float]) -> Figure:
    rate, peer = statistics.median(ours), statistics.median(peers)
    return {
        "ours": round(rate), "peer": round(peer), "ratio": round(rate / peer, 3), "seconds": SECONDS,
        "runs": [[round(one) for one in ours], [round(one) for one in peers]],
    }  # fmt: skip


def _waits(waits: list[float]) -> Figure:
    listed = sorted(waits)
    middle, high = statistics.median(listed), listed[int(len(listed) * 0.99)]
    return {"p50_ms": round(middle * 1000, 1), "p99_ms": round(high * 1000, 1)}


def _url() -> str:
    from regulars.server.postgres import Cluster

    cluster = Cluster(PLACE)
    cluster.start()
    return cluster.url()


def _until_ready(server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        assert server.poll() is None, "the server ended"
        asking = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
        try:
            asking.request("GET", "/readyz")
            if asking.getresponse().status == 200:
                return
        except OSError:
            pass
        finally:
            asking.close()
        time.sleep(0.1)
    raise SystemExit("the server does not answer")


def _key() -> Any:
    from django.utils import timezone

    from regulars.access import gate
    from regulars.access.moves import Place
    from regulars.access.services.keys import create_key
    from regulars.journal.moves import Actor

    home = Place(UUID(filled()["home"]))
    return create_key("bench", "till", home, by=gate.HOUSE, actor=Actor.job("bench"), at=timezone.now())


def _bare() -> str:
    """The rows of such batches by plain SQL, as pgbench can repeat it."""
    begin()
    from django.db import connection

    from regulars.ledger.models import Account

    check_out(bills(BATCH))  # the accounts of the house are there
    with connection.cursor() as cursor:
        cursor.execute(bare_checkout.FUNCTIONS)
    merchant, store = places()[0]
    issued = Account.objects.get(owner=None, role="issued").id
    return bare_checkout.script(
        home=filled()["home"], merchant=str(merchant), store=str(store), issued=str(issued),
        members=filled()["members"], prefixes=(MEMBER, ACCOUNT),
    )  # fmt: skip


def _script() -> str:
    """One purchase as pgbench can repeat it."""
    begin()
    warm()
    [probe] = bills(1, chance=_Chosen(), key=recording.KEY)
    with recording.recorded() as told:
        check_out([probe])
    last = min(999_999, 100_000 + filled()["members"])
    return recording.script(
        told, probe=PROBE, first=100_001, last=last, clients=CLIENTS, stands=_standing().__contains__
    )


class _Chosen:
    """The member of the recorded purchase."""

    def sample(self, _: object, __: int) -> list[int]:
        return [PROBE - 100_001]


def _standing() -> set[str]:
    """Ids that are the same in every purchase: places, terms, accounts of the house."""
    from regulars.ledger.models import Account
    from regulars.programme.models import Terms

    found = {UUID(filled()["home"]), *(one for pair in places() for one in pair)}
    found |= set(Account.objects.filter(owner=None).values_list("id", flat=True))
    return {one.hex for one in found | set(Terms.objects.values_list("id", flat=True))}


def _sides(what: str, processes: int, *more: str) -> list[str]:
    command = [sys.executable, "-m", "benchmarks.bench_checkout", what]
    running = [
        subprocess.Popen([*command, *(more or [str(side)])], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for side in range(processes)
    ]
    told = [process.communicate()[0] for process in running]
    if any(process.returncode for process in running):
        raise SystemExit("a side of the benchmark failed")
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--members", type=int, default=1_000_000)
    parser.add_argument("--bulk", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--singles", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--http", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.bulk is not None:
        bulk(SECONDS, asked.bulk)
    elif asked.singles is not None:
        singles(SECONDS, CLIENTS // 2)
    elif asked.http is not None:
        http_clients(SECONDS, asked.http)
    else:
        for figure in run(asked.members):
            print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
