"""Runs a command as a process of its own and says how long it took and how much memory it had."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "bench-data"
PEER_PYTHON = os.environ.get("REGULARS_PEER_PYTHON", sys.executable)


@dataclass(frozen=True, slots=True)
class Run:
    """Wall seconds and peak resident megabytes of one finished process, and what it printed."""

    seconds: float
    peak_mb: int
    output: str


def run(command: Sequence[str]) -> Run:
    """Runs to the end; a failing command stops the benchmark with what it said."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
    assert process.stdout is not None
    peaks = [0]
    watch = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
    watch.start()
    output = process.stdout.read()
    if process.wait() != 0:
        raise SystemExit(f"{' '.join(command)} ended with status {process.returncode}")
    seconds = time.perf_counter() - started
    watch.join()
    return Run(seconds, peaks[0] // 1024, output)


def _watch(process: int, peaks: list[int]) -> None:
    """Keeps the peak in kB. The kernel's own account at the end of a child begins at what its parent held."""
    while True:
        try:
            lines = Path(f"/proc/{process}/status").read_text().splitlines()
        except OSError:
            return
        peak = next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), None)
        if peak is None:  # it has ended, and waits to be asked for
            return
        peaks[0] = max(peaks[0], peak) if peaks[0] else peak
        time.sleep(0.01)
