"""How work is laid on the processors: one thread for many small pieces, two threads for two large ones."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Final, TypeVar

from threadpoolctl import ThreadpoolController

First = TypeVar("First")
Second = TypeVar("Second")
Part = TypeVar("Part")
AT_ONCE: Final = 2


@contextmanager
def one_thread() -> Iterator[None]:
    """While this holds, matrix products and scikit-learn's trees run in the caller's own thread.

    Fits on some thousand rows last a millisecond; OpenMP's threads wait for each other between them by spinning, which
    costs more than they bring, and sixty times as much when the processors have something else to do. What holds for
    trees holds for the thread that asked alone: one that is started here asks again.
    """
    with _pools().limit(limits=1):
        yield


@cache
def _pools() -> ThreadpoolController:
    """Looked for once: reading which libraries are loaded takes longer than a small fit."""
    import sklearn.ensemble  # noqa: F401 its thread pool must be loaded to be limited

    return ThreadpoolController()


def side_by_side(first: Callable[[], First], second: Callable[[], Second]) -> tuple[First, Second]:
    """Both answers; the second in a thread of its own. What the first raises is raised when both have ended."""
    # Limits of matrix products hold for the whole process: taken here too, so that no part gives them back too soon.
    with one_thread(), ThreadPoolExecutor(1) as aside:
        other = aside.submit(_alone, second)
        mine = first()
        return mine, other.result()


def _alone(work: Callable[[], Second]) -> Second:
    with one_thread():
        return work()


def two_at_once(work: Callable[[Part], First], parts: Iterable[Part]) -> Iterator[First]:
    """`work` of each part, in order; two parts are in hand at a time, so that memory is that of two."""
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting: deque[Future[First]] = deque()
        for part in parts:
            if len(waiting) == AT_ONCE:
                yield waiting.popleft().result()
            waiting.append(pool.submit(work, part))
        while waiting:
            yield waiting.popleft().result()
