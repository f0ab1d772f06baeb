"""The process at the top of the tree: starts the parts in order, starts again what dies, and stops them in order."""

import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any, Final

from regulars.basics.errors import RegularsError, descendants
from regulars.server.errors import AddressTaken, DatabaseUnfit, ServerWontStart
from regulars.server.metrics_folder import FOLDER
from regulars.server.postgres.errors import DatabaseWontStart
from regulars.server.running import lock
from regulars.server.running.options import Asked, Listening, check
from regulars.server.running.parts import Database, Program, how
from regulars.server.secrets import make_secrets

TICK: Final = 0.2  # seconds
READY: Final = 60.0
PORT_PATIENCE: Final = 15.0  # what a kill -9 left behind needs some seconds to end
TRIES: Final = 4  # deaths before it was ever ready

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found when everything was made ready: the path of the one-time link, if an administrator is missing."""

    link: str | None
    expires: str | None


def run(asked: Asked, say: Say, *, announce: Callable[[Prepared], None]) -> None:
    """Runs until it is told to stop. Raises what refuses the start."""
    stop, reload, hurry = threading.Event(), threading.Event(), threading.Event()
    with ExitStack() as undo:
        if asked.listening:
            check(asked.listening)
        _listen_to_signals(stop, reload, hurry, undo)
        database = _database(asked, undo)
        if asked.listening:
            wait_for_port(asked.listening, stop)
        make_secrets(asked.place)
        if database:
            say("starting the database")
            undo.callback(_stop_database, database, say)
            database.start()
        say("making the tables ready")
        prepared = _prepare(asked)
        programs = _programs(asked, undo)
        undo.callback(_stop_programs, programs, hurry, say)
        _start(programs, asked.listening, stop, say)
        if not stop.is_set():
            announce(prepared)
        _watch(programs, database, stop, reload, say)
        say("stopping")


def _listen_to_signals(stop: threading.Event, reload: threading.Event, hurry: threading.Event, undo: ExitStack) -> None:
    def asked_to_stop(_: int, __: FrameType | None) -> None:
        (hurry if stop.is_set() else stop).set()

    def asked_to_reload(_: int, __: FrameType | None) -> None:
        reload.set()

    handlers: dict[signal.Signals, Any] = {
        signal.SIGTERM: asked_to_stop,
        signal.SIGINT: asked_to_stop,
        signal.SIGHUP: asked_to_reload,
    }
    for number, handler in handlers.items():
        undo.callback(signal.signal, number, signal.signal(number, handler))


def _database(asked: Asked, undo: ExitStack) -> Database | None:
    """The embedded one, where it is ours to keep. A worker alone uses what the web part keeps."""
    cluster = asked.place.cluster
    if cluster is None:
        return None
    if asked.listening is None:
        if not cluster.made() or cluster.process() is None:
            raise DatabaseUnfit(
                f"The embedded database of {asked.place.data} does not run. Start `regulars serve` first; for several "
                "machines set DATABASE_URL to a server that all of them reach."
            )
        return None
    held = lock.hold(asked.place.data)
    undo.callback(os.close, held)
    return Database(cluster)


def wait_for_port(listening: Listening, stop: threading.Event) -> None:
    """Raises AddressTaken."""
    begun = time.monotonic()
    while not stop.is_set():
        try:
            _try_port(listening)
        except OSError as refused:
            if time.monotonic() - begun > PORT_PATIENCE:
                where, reason = f"{listening.host}:{listening.port}", refused.strerror or str(refused)
                raise AddressTaken(
                    f"Cannot listen at {where}: {reason}. Choose another with --port or --host.",
                    host=listening.host,
                    port=listening.port,
                ) from refused
            stop.wait(TICK)
        else:
            return


def _try_port(listening: Listening) -> None:
    family = socket.AF_INET6 if ":" in listening.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tried.bind((listening.host, listening.port))


def _prepare(asked: Asked) -> Prepared:
    """Tables, secrets and the first link, in a process of its own: this one stays small."""
    command = [sys.executable, "-P", "-m", "regulars.server.running.prepare"]
    given = {**os.environ, **asked.environment()}
    done = subprocess.run(command, env=given, stdout=subprocess.PIPE, text=True, start_new_session=True)
    told = json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else {}
    if "refused" in told:
        known = {kind.code: kind for kind in descendants(RegularsError)}
        raise known.get(told["code"], ServerWontStart)(told["refused"])
    if done.returncode:
        raise ServerWontStart(f"Making the database ready ended with {how(done.returncode)}; what it logged says why.")
    return Prepared(told.get("link"), told.get("expires"))


def _programs(asked: Asked, undo: ExitStack) -> list[Program]:
    figures = Path(tempfile.mkdtemp(prefix="regulars-metrics-"))
    undo.callback(shutil.rmtree, figures, ignore_errors=True)
    environment = {**asked.environment(), FOLDER: str(figures)}
    programs = []
    if listening := asked.listening:
        tls = [str(path) for path in (listening.tls_cert, listening.tls_key) if path]
        arguments = [listening.host, str(listening.port), str(asked.processes), *tls]
        programs.append(Program("web", "regulars.server.running.web", arguments, environment, grace=15))
    if asked.worker:
        arguments = [str(asked.jobs)]
        programs.append(Program("worker", "regulars.server.running.work", arguments, environment, grace=25))
    return programs


def _start(programs: list[Program], listening: Listening | None, stop: threading.Event, say: Say) -> None:
    """Until the web part answers. Raises ServerWontStart."""
    for program in programs:
        say(f"starting the {program.name}")
        program.start()
    begun = time.monotonic()
    while listening and not stop.is_set() and not answers(listening):
        _mend(programs, say)
        dying = [program.name for program in programs if program.deaths >= TRIES]
        if dying:
            raise ServerWontStart(f"The {dying[0]} ended {TRIES} times while starting; what it logged says why.")
        if time.monotonic() - begun > READY:
            raise ServerWontStart(f"The web part did not answer within {READY:.0f} seconds; what it logged says why.")
        stop.wait(TICK / 2)


def answers(listening: Listening) -> bool:
    """Whether the web part is there."""
    host = listening.reached.strip("[]")
    plain: http.client.HTTPConnection
    if listening.tls_cert:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE  # it is we ourselves
        plain = http.client.HTTPSConnection(host, listening.port, timeout=5, context=trusting)
    else:
        plain = http.client.HTTPConnection(host, listening.port, timeout=5)
    try:
        plain.request("GET", "/healthz")
        return plain.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        plain.close()


def _watch(
    programs: list[Program], database: Database | None, stop: threading.Event, reload: threading.Event, say: Say
) -> None:
    while not stop.wait(TICK):
        if database and not database.alive():
            say("the database ended; starting it again")
            try:
                database.start()
            except DatabaseWontStart as failure:  # a full disk, say: whoever reads this mends it, and we go on
                say(f"the database does not start; trying again in 10 seconds: {failure}")
                stop.wait(10)
        if reload.is_set():
            reload.clear()
            say("loading the web part anew")
            for program in programs:
                program.ask(signal.SIGHUP if program.name == "web" else signal.SIGTERM)
        _mend(programs, say)


def _mend(programs: list[Program], say: Say) -> None:
    for program in programs:
        status = program.ended()
        if status is not None:
            wait = program.note_death()
            say(f"the {program.name} ended ({how(status)}); starting it again" + (f" in {wait:.0f} s" if wait else ""))
        if program.process is None and time.monotonic() >= program.due:
            program.start()


def _stop_database(database: Database, say: Say) -> None:
    database.stop()
    say("the database stopped")


def _stop_programs(programs: list[Program], hurry: threading.Event, say: Say) -> None:
    begun = time.monotonic()
    for program in programs:
        program.ask(signal.SIGTERM)
    for program in programs:
        program.wait_end(begun + program.grace, hurry)
        say(f"the {program.name} stopped")
