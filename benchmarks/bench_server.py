"""How soon the server is there: a web process alone, and everything from one command."""

import http.client
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from regulars.server.postgres import Cluster

RUNS = 5
PORT = 8791


def answers() -> bool:
    asking = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        asking.request("GET", "/healthz")
        return asking.getresponse().status == 200
    except OSError:
        return False
    finally:
        asking.close()


def until_ready(command: list[str], environment: Mapping[str, str]) -> "tuple[float, subprocess.Popen[bytes]]":
    """Seconds from the start of the process to its first answer."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not answers():
        assert process.poll() is None, "it ended"
        assert time.perf_counter() - begun < 120, "it does not answer"
        time.sleep(0.01)
    return time.perf_counter() - begun, process


def end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    process.wait(60)


def memory_mb(process: "subprocess.Popen[bytes]") -> float:
    """Of a process and its children, counted once where they share (PSS)."""
    asked = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True)
    parents = {int(number): int(parent) for number, parent in (line.split() for line in asked.stdout.splitlines())}
    mine = {process.pid} | {number for number, parent in parents.items() if parent == process.pid}
    mine |= {number for number, parent in parents.items() if parent in mine}
    rows = [row for number in mine for row in Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()]
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) / 1024


def run() -> Iterator[dict[str, object]]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-bench-"))
    data = folder / "data"
    environment = {**os.environ, "REGULARS_DATA": str(data), "DJANGO_SETTINGS_MODULE": "regulars.server.settings"}
    serve = [sys.executable, "-m", "regulars", "serve", "--data", str(data), "--port", str(PORT), "--processes", "1"]
    cluster = Cluster(data)
    try:
        seconds, process = until_ready(serve, environment)
        yield {"name": "server: first start, with a new database", "seconds": round(seconds, 2)}
        end(process)
        seconds, process = until_ready(serve, environment)
        yield {"name": "server: a later start", "seconds": round(seconds, 2), "memory_mb": round(memory_mb(process))}
        end(process)
        cluster.start()
        web = [sys.executable, "-P", "-m", "regulars.server.running.web", "127.0.0.1", str(PORT), "1"]
        taken, worked = [], []
        for _ in range(RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            seconds, process = until_ready(web, environment)
            taken.append(seconds)
            end(process)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        most = 3.0
        yield {
            "name": "server: a web process is ready",
            "seconds": round(statistics.median(taken), 2),
            "slowest": round(max(taken), 2),
            "processor_seconds": round(statistics.median(worked), 2),  # of its two processes, start to stop
            "runs": RUNS,
            "most": most,
            "holds": statistics.median(taken) <= most,
        }
    finally:
        cluster.stop()
        shutil.rmtree(cluster.home, ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for figure in run():
        print(figure)
