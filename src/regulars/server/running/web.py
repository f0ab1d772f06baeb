"""The web part: a process that keeps some more of itself, each of which answers requests."""

import os
import sys
from pathlib import Path

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from regulars.server import logs
from regulars.server.running.lifeline import follow_parent, lead_children

THREADS = 8  # a process; fewer than its connections to the database


def main(host: str, port: str, processes: str, cert: str = "", key: str = "") -> None:
    logs.configure("web")
    follow_parent()
    lead_children()
    os.environ["REGULARS_PART"] = "web"
    Granian(
        "regulars.server.wsgi:application",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(processes),
        blocking_threads=THREADS,
        log_level=LogLevels.error,
        log_dictconfig=logs.settings("web"),
        respawn_failed_workers=True,
        workers_kill_timeout=10,
        ssl_cert=Path(cert) if cert else None,
        ssl_key=Path(key) if key else None,
    ).serve()


if __name__ == "__main__":
    main(*sys.argv[1:])
