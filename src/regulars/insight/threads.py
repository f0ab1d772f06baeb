"""One thread for many small pieces of work."""

from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import threadpool_limits


@contextmanager
def one_thread() -> Iterator[None]:
    """While this holds, matrix products and scikit-learn's trees run in the caller's own thread.

    Fits on some thousand rows last a millisecond; OpenMP's threads wait for each other between them by spinning, which
    costs more than they bring, and sixty times as much when the processors have something else to do.
    """
    import sklearn.ensemble  # noqa: F401 its thread pool must be loaded to be limited

    with threadpool_limits(limits=1):
        yield
