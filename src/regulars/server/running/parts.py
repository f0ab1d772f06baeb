"""The parts that a supervisor keeps running: programs of ours, and the database."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from regulars.server.postgres import Cluster
from regulars.server.running.lifeline import PARENT

CALM: Final = 60.0  # seconds after which a part counts as well again
WAIT_MOST: Final = 30.0


@dataclass(slots=True)
class Program:
    """One child process: started, watched, started again a little later each time, stopped."""

    name: str
    module: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    grace: float  # seconds to end by itself
    process: "subprocess.Popen[bytes] | None" = None
    deaths: int = 0
    started: float = 0.0
    due: float = field(default=0.0)

    def start(self) -> None:
        # -P: a file of the user's own folder must not stand in for a library.
        command = [sys.executable, "-P", "-m", self.module, *self.arguments]
        environment = {**os.environ, **self.environment, "PYTHONUNBUFFERED": "1", PARENT: str(os.getpid())}
        # A session of its own: Ctrl-C reaches the supervisor alone, which stops the parts in order.
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, start_new_session=True)
        self.started = time.monotonic()

    def ended(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll() if self.process else None

    def note_death(self) -> float:
        """Seconds until the next start: at once the first time, later and later while it keeps dying."""
        now = time.monotonic()
        self.deaths = 1 if now - self.started > CALM else self.deaths + 1
        wait = 0.0 if self.deaths == 1 else min(WAIT_MOST, 2.0 ** (self.deaths - 2))
        self.process, self.due = None, now + wait
        return wait

    def ask(self, number: signal.Signals) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def wait_end(self, until: float, hurry: threading.Event) -> None:
        """Ends it by force when the time is over or somebody is in a hurry, with all that it started."""
        if self.process is None:
            return
        while self.process.poll() is None and time.monotonic() < until and not hurry.wait(0.05):
            pass
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@dataclass(slots=True)
class Database:
    """The embedded PostgreSQL, where it is the one in use."""

    cluster: Cluster

    def alive(self) -> bool:
        return self.cluster.process() is not None

    def start(self) -> None:
        self.cluster.start()

    def stop(self) -> None:
        self.cluster.stop()


def how(status: int) -> str:
    """
    >>> how(-9), how(1)
    ('SIGKILL', 'status 1')
    """
    return signal.Signals(-status).name if status < 0 else f"status {status}"
