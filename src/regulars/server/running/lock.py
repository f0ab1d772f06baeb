"""One embedded database, one keeper: a lock that the system itself lets go when its holder dies."""

import fcntl
import os
from pathlib import Path
from typing import Final

from regulars.server.errors import AlreadyRunning
from regulars.server.postgres.folder import on_disk

NAME: Final = "running"


def hold(data: Path) -> int:
    """The lock of this data folder, until this process ends. Raises AlreadyRunning."""
    try:
        data.mkdir(parents=True, exist_ok=True)
        held = os.open(data / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as failure:
        raise on_disk(data, failure) from failure
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as taken:
        number = os.pread(held, 20, 0).decode("ascii", errors="replace").strip()
        os.close(held)
        raise AlreadyRunning(
            f"Another Regulars (process {number}) works on {data}. Stop it, or choose another folder with --data.",
            process=number,
        ) from taken
    os.truncate(held, 0)
    os.pwrite(held, f"{os.getpid()}\n".encode(), 0)
    return held
