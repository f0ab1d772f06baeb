"""Runs a command as a process of its own and says how long it took and how much memory it had."""

import os
import subprocess
import sys
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
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status != 0:
        raise SystemExit(f"{' '.join(command)} ended with status {status}")
    return Run(time.perf_counter() - started, usage.ru_maxrss // 1024, output)
