"""A part ends when the process above it is gone, so that nothing is left behind by a kill -9."""

import os
import signal
import threading
import time
from typing import Final

PARENT: Final = "REGULARS_PARENT"  # its number, told by itself: asked later, it could be dead already
PAUSE: Final = 0.5  # seconds
GRACE: Final = 3.0  # a request that is still waiting then was never acknowledged


def follow_parent(*, pause: float = PAUSE, grace: float = GRACE) -> None:
    """Watches from a thread of its own: the end of the parent asks this process to stop, and soon after ends it."""
    parent = int(os.environ.get(PARENT) or os.getppid())
    threading.Thread(target=_watch, args=(parent, pause, grace), name="lifeline", daemon=True).start()


def lead_children() -> None:
    """Tells every process that this one will start whom to follow."""
    os.environ[PARENT] = str(os.getpid())


def _watch(parent: int, pause: float, grace: float) -> None:
    while os.getppid() == parent:
        time.sleep(pause)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(grace)
    os.kill(os.getpid(), signal.SIGKILL)
