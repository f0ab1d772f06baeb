"""The terminal is for people where a command stays and is watched: what its parts log goes into a file."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from regulars.server.errors import ServerWontStart


@contextmanager
def logs_in(path: Path) -> Iterator[None]:
    """Standard error, of this process and of those it starts, into that file. A start that fails says which file."""
    from regulars.server.postgres.folder import on_disk

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        log = path.open("a", encoding="utf-8")
    except OSError as failure:
        raise on_disk(path.parent, failure) from failure
    kept = os.dup(2)
    with log:
        os.dup2(log.fileno(), 2)
    try:
        yield
    except ServerWontStart as failure:
        raise ServerWontStart(f"{failure} The log is {path}.") from failure
    finally:
        os.dup2(kept, 2)
        os.close(kept)


def step_by_step(console: Console) -> Callable[[str], None]:
    """What the supervisor does, for whoever waits before the terminal."""

    def say(told: str) -> None:
        console.print(f"  {told}", style="dim", markup=False)

    return say
