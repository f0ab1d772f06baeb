"""What a long work beside the server says of itself: a small file, which pages read. Its process holds a lock, so that
once it is over, however it ended, the file says nothing any more."""

import fcntl
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class UnderWay:
    """What is being done, and how much of how much; `of` is 0 where that is not known."""

    what: str
    done: int
    of: int


class Telling(Protocol):
    def __call__(self, what: str, done: int = 0, of: int = 0) -> None: ...


@contextmanager
def telling(path: Path) -> Iterator[Telling]:
    """Says what this process does, each time whole; and no more at the end."""

    def tell(what: str, done: int = 0, of: int = 0) -> None:
        half = path.with_suffix(".part")
        half.write_text(json.dumps({"what": what, "done": done, "of": of}), encoding="utf-8")
        half.replace(path)

    path.parent.mkdir(parents=True, exist_ok=True)
    with _lock(path).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            yield tell
        finally:
            path.unlink(missing_ok=True)


def under_way(path: Path) -> UnderWay | None:
    """What is being done now, if anything is."""
    with suppress(FileNotFoundError), _lock(path).open() as held:
        try:
            fcntl.flock(held, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return UnderWay(**json.loads(path.read_text(encoding="utf-8")))
    return None


def _lock(path: Path) -> Path:
    return path.with_suffix(".lock")
