"""Old runs make room; one that is in use, or that somebody's scores name, stays.

Of each question the newest stay, and the newest that may be used. A run whose folder holds anything besides our own
three files stays too: `regulars score` leaves a file there (KEEP), and so may whoever wants to keep a run.
"""

import fcntl
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from regulars.insight.cards.errors import NoSuchRun
from regulars.insight.cards.runs import CARD, PAGE, RUN, Run, find_run, list_runs, read_run, unfinished

NEWEST: Final = 12  # of a question: a year of months
KEEP: Final = "keep"
_OURS: Final = (RUN, CARD, PAGE, unfinished(RUN), unfinished(CARD))
_WHY: Final = "Scores name this run. Without this file it goes when it is old.\n"


@contextmanager
def used(folder: Path, identity: str) -> Iterator[Run]:
    """The run, safe from being forgotten as long as this lasts, and for good if it ends well: scores then name it.

    Where nothing can be written nothing is left; the run is safe for as long as this lasts only. Raises NoSuchRun,
    NotARun, RunNewer.
    """
    here = find_run(folder, identity)
    with _held(here / RUN, fcntl.LOCK_SH):
        yield read_run(folder, here.name)  # one that went before it was held is not there
        with suppress(OSError):
            (here / KEEP).write_text(_WHY, encoding="utf-8")


def stays(folder: Path, run: Run) -> bool:
    """Is there something in its folder that is not ours, or is the folder another's than ours?"""
    here = folder / run.id
    return not here.is_dir() or any(entry.name not in _OURS for entry in here.iterdir())


def forget(folder: Path, *, named: Collection[str] = (), newest: int = NEWEST) -> list[str]:
    """Removes old runs; their ids. `named` are those that whoever calls has just kept.

    Raises NotARun, RunNewer for what lies in the folder.
    """
    questions: dict[tuple[str, str], list[Run]] = {}
    for run in reversed(list_runs(folder)):
        questions.setdefault((run.kind, run.question), []).append(run)
    gone: list[str] = []
    for runs in questions.values():
        usable = [run.id for run in runs if run.card["model"]["usable"]][:1]
        old = [run for run in runs[newest:] if run.id not in {*usable, *named}]
        gone += [run.id for run in old if not stays(folder, run) and _removed(folder / run.id)]
    return gone


def _removed(here: Path) -> bool:
    """The run itself first: what a removal that broke off leaves is no run. False while somebody uses it."""
    try:
        with _held(here / RUN, fcntl.LOCK_EX | fcntl.LOCK_NB):
            for name in _OURS:
                (here / name).unlink(missing_ok=True)
    except (BlockingIOError, NoSuchRun):
        return False
    with suppress(OSError):  # somebody has put something there this very moment
        here.rmdir()
    return True


@contextmanager
def _held(path: Path, how: int) -> Iterator[None]:
    """A lock of the file, given up at the end or when the process dies."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError as gone:
        raise NoSuchRun(f"There is no run in {path.parent} any more.", runs=[]) from gone
    try:
        fcntl.flock(handle, how)
        yield
    finally:
        os.close(handle)
