"""Who may touch a lake's folder: one writer at a time, and nothing swept away under a reader."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, Self

from regulars.basics.errors import RegularsError
from regulars.history.manifest import NAME, Manifest, Room

LOCK: Final = ".lock"
READERS: Final = ".readers"
INCOMING: Final = "incoming"
ROOMS: Final[tuple[Room, ...]] = ("lines", "aside", "refused")
_ERASED: Final = ("erased.json", "erased.key", "erased.json.new", "erased.key.new")  # see `erased`
_OURS: Final = {*_ERASED, NAME, NAME + ".new", LOCK, READERS, INCOMING, *ROOMS}
_PART = re.compile(r"(month=\d{4}-\d{2}/)?\d+-\d+(-\d+)?\.parquet")


class LakeBusy(RegularsError):
    """Another process is changing the lake."""

    code = "lake-busy"


class NotALake(RegularsError):
    """The folder holds something else; a lake is made in an empty folder only."""

    code = "not-a-lake"


def check_empty(folder: Path) -> None:
    """Raises NotALake unless nothing but the beginnings of a lake is there: what is not ours must never be swept."""
    foreign = sorted(entry.name for entry in folder.iterdir() if entry.name not in _OURS)
    lost = sorted(room for room in ROOMS if (folder / room).exists())
    if foreign:
        raise NotALake(
            f"{folder} is not a lake: it holds {foreign[0]!r}. Name an empty or a new folder.", found=foreign
        )
    if lost:
        raise NotALake(f"{folder} holds parts of a lake but no {NAME}. Put that file back from a copy.", found=lost)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """The right to change the lake, given up at the end or when the process dies. Raises LakeBusy at once."""
    handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise LakeBusy(
                f"Another process is writing to {folder}. Try again when it has ended.", lake=str(folder)
            ) from error
        yield
    finally:
        os.close(handle)


class Reading:
    """Keeps the parts that a reader knows of from being swept away, until closed."""

    def __init__(self, folder: Path) -> None:
        self._handle: int | None = None
        try:
            self._handle = os.open(folder / READERS, os.O_RDONLY | os.O_CREAT, 0o644)
        except OSError:
            return  # a folder that cannot be written: whoever can is asked not to forget meanwhile
        fcntl.flock(self._handle, fcntl.LOCK_SH)

    def close(self) -> None:
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def begin(folder: Path) -> None:
    """Makes the place for work in progress; while it is there, the folder may hold parts that no manifest names."""
    (folder / INCOMING).mkdir(exist_ok=True)


def end(folder: Path) -> None:
    """Removes the place for work in progress: nothing unnamed is left."""
    shutil.rmtree(folder / INCOMING, ignore_errors=True)


def sweep(folder: Path, manifest: Manifest) -> bool:
    """Removes every part that the manifest does not name, where a change was begun and not ended.

    The writer's right is needed. While somebody reads, nothing is removed and the answer is False: a later sweep will.
    """
    if not (folder / INCOMING).exists():
        return True
    handle = os.open(folder / READERS, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        _remove_unnamed(folder, {part.path for part in manifest.all_parts()})
        end(folder)
        return True
    finally:
        os.close(handle)


def _remove_unnamed(folder: Path, named: set[str]) -> None:
    for room in ROOMS:
        for path in (folder / room).rglob("*.parquet"):
            if str(path.relative_to(folder)) not in named and _PART.fullmatch(str(path.relative_to(folder / room))):
                path.unlink()
        for month in (folder / room).glob("month=*"):
            if not any(month.iterdir()):
                month.rmdir()
