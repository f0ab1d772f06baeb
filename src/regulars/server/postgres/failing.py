"""Why PostgreSQL did not start, in words, and whether waiting helps."""

import os
from pathlib import Path
from typing import Final

from regulars.server.postgres.errors import DatabaseWontStart

_SHARED: Final = Path("/proc/sysvipc/shm")  # memory shared between processes, and how many use each piece
# After a kill -9 the old processes take some seconds to go, and reading the log again after a power cut takes longer.
PASSING: Final = (
    "pre-existing shared memory block",
    'lock file "postmaster.pid" already exists',
    '.lock" already exists',
    "did not start in time",
    "the database system is starting up",
    "could not bind Unix",
)
ADVICE: Final = (
    ("No space left on device", "The disk is full. Free some space and start again; nothing is lost."),
    ("Disk quota exceeded", "The quota of disk space is used up. Free some and start again; nothing is lost."),
    ("Read-only file system", "The file system can only be read. Mount it for writing and start again."),
    ("Permission denied", "The user that PostgreSQL runs as may not read or write its files."),
    ('lock file "postmaster.pid" already exists', "Another PostgreSQL works on the same files. Stop it first."),
    ("Cannot allocate memory", "There is not enough memory for PostgreSQL."),
    ("has wrong ownership", "The files belong to another user. Give them back to the one that made them."),
    ("incompatible with server", "The files were made by another major version of PostgreSQL."),
)


def passes(failure: DatabaseWontStart) -> bool:
    """Whether the same start may succeed some seconds later."""
    return any(sign in str(failure) for sign in PASSING)


def advised(failure: DatabaseWontStart, files: Path) -> DatabaseWontStart:
    """The same refusal, beginning with what to do about it."""
    told = next((advice for sign, advice in ADVICE if sign in str(failure)), None)
    if told is None:
        return failure
    return DatabaseWontStart(f"{told} ({files})\n{failure}", path=str(files), **failure.facts)


def postmaster(files: Path) -> int | None:
    """The process that runs on these files; None where there is none.

    After a power cut the noted number can be that of any other program: PostgreSQL itself would then refuse to start.
    """
    try:
        number = int((files / "postmaster.pid").read_text(encoding="utf-8").split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return None
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return number if _is_postgres(number) else None


def forget_power_cut(files: Path, *more: Path) -> None:
    """Takes away the note (and locks beside it) of a process that is another program by now, or a dead one unburied.

    The note also names the memory that the server shared with its children: while any of them lives it stays, since a
    second server on the same files would ruin them.
    """
    note = files / "postmaster.pid"
    if not note.exists() or postmaster(files) is not None or _memory_in_use(note):
        return
    for left in (note, *more):
        left.unlink(missing_ok=True)


def _memory_in_use(note: Path) -> bool:
    lines = note.read_text(encoding="utf-8").splitlines()
    if not _SHARED.exists() or len(lines) < 7 or not lines[6].split():
        return not _SHARED.exists()
    number = lines[6].split()[1]
    rows = [line.split() for line in _SHARED.read_text(encoding="ascii").splitlines()[1:]]
    return any(row[1] == number and row[6] != "0" for row in rows)


def _is_postgres(number: int) -> bool:
    """Where the system does not show what a process runs, it may be one."""
    try:
        shown = Path(f"/proc/{number}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return not Path("/proc/self").exists()
    name, _, rest = shown.partition("(")[2].rpartition(")")
    return "postgres" in name and rest.split()[0] != "Z"
