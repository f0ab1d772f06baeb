"""A real installation on this machine for tests: started by the command, asked over HTTP, killed and started again."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from regulars.server.postgres import Cluster

READY = 60.0
READY_SAYS = "is ready at"
QUIET_ENVIRONMENT = ("DATABASE_URL", "REGULARS_DATA", "REGULARS_HOSTS", "REGULARS_PROXY", "DJANGO_SETTINGS_MODULE")


def free_port() -> int:
    with socket.socket() as tried:
        tried.bind(("127.0.0.1", 0))
        return int(tried.getsockname()[1])


@dataclass
class Answer:
    status: int
    body: str
    headers: Mapping[str, str]

    def json(self) -> dict[str, object]:
        told = json.loads(self.body)
        assert isinstance(told, dict)
        return told


@dataclass
class Installation:
    """One data folder, and the processes that work on it."""

    data: Path
    port: int = field(default_factory=free_port)
    environment: dict[str, str] = field(default_factory=dict)
    python: str = sys.executable
    user: int | None = None
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def out(self) -> Path:
        return self.data.with_name(f"{self.data.name}.out")

    @property
    def log(self) -> Path:
        return self.data.with_name(f"{self.data.name}.log")

    @property
    def cluster(self) -> Cluster:
        return Cluster(self.data)

    def command(self, *words: str) -> list[str]:
        return [self.python, "-m", "regulars", *words]

    def known(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in QUIET_ENVIRONMENT}
        return {**kept, "NO_COLOR": "1", "COLUMNS": "300", **self.environment}

    def launch(self, *options: str, what: str = "serve") -> None:
        """Without waiting."""
        given = ["--port", str(self.port)] if what == "serve" else []
        command = self.command(what, "--data", str(self.data), *given, *options)
        with self.out.open("ab") as out, self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, stdout=out, stderr=log, env=self.known(), start_new_session=True, cwd="/", user=self.user
            )

    def start(self, *options: str) -> None:
        before = self.said().count(READY_SAYS)  # by starts of this folder before this one
        self.launch("--processes", "1", *options)
        self.wait(lambda: self.said().count(READY_SAYS) > before, "the server did not start")

    def said(self) -> str:
        return self.out.read_text(encoding="utf-8") if self.out.exists() else ""

    def logged(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def link(self) -> str:
        """The path of the newest one-time link."""
        return str(re.findall(r"(/first/\S+)", self.said())[-1])

    def wait(self, done: Callable[[], object], otherwise: str, seconds: float = READY) -> None:
        until = time.monotonic() + seconds
        while not done():
            ended = self.process is not None and self.process.poll() is not None
            if ended or time.monotonic() > until:
                raise AssertionError(f"{otherwise}\n{self.said()}\n{self.logged()[-6000:]}")
            time.sleep(0.1)

    def wait_ready(self) -> None:
        self.wait(lambda: self.status("/readyz") == 200, "not ready")

    def ask(self, path: str, *, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body=body or None, headers=named)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), dict(answer.getheaders()))
        finally:
            connection.close()

    def status(self, path: str) -> int:
        """0 where nobody answers."""
        try:
            return self.ask(path).status
        except (OSError, http.client.HTTPException):
            return 0

    def processes(self) -> dict[str, list[int]]:
        """The numbers of the parts by their names, the web's own processes among them."""
        assert self.process
        found: dict[str, list[int]] = {"web": [], "worker": []}
        for number, words, parent in shown_processes():
            if parent == self.process.pid:
                for name, module in (("web", "running.web"), ("worker", "running.work")):
                    found[name] += [number] if module in words else []
        found["answering"] = [number for number, _, parent in shown_processes() if parent in found["web"]]
        return found

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        assert self.process
        self.process.send_signal(number)
        status = self.process.wait(60)
        self.process = None
        return status

    def close(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
            time.sleep(1.5)  # what it left ends by itself
        self.cluster.stop(at_once=True)
        shutil.rmtree(self.cluster.home, ignore_errors=True)
        shutil.rmtree(self.data, ignore_errors=True)
        self.out.unlink(missing_ok=True)
        self.log.unlink(missing_ok=True)


def shown_processes() -> Iterator[tuple[int, str, int]]:
    """Number, command line and parent of each."""
    asked = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    for line in asked.stdout.splitlines():
        number, parent, words = line.strip().split(None, 2)
        yield int(number), words, int(parent)


@contextmanager
def installation(**environment: str) -> Iterator[Installation]:
    made = Installation(Path(tempfile.mkdtemp(prefix="regulars-server-")) / "data", environment=environment)
    try:
        yield made
    finally:
        folder = made.data.parent
        made.close()
        shutil.rmtree(folder, ignore_errors=True)
